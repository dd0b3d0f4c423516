"""The IPython extension in a real shell, where IPython is installed: Tab in a comment, learning of comments."""

import pytest

from hushkey.keyboard.embed import Surface
from hushkey.keyboard.embed.for_ipython import attach
from hushkey.keyboard.profile import open_profile

interactive = pytest.importorskip(
    "IPython.core.interactiveshell", reason="IPython is not installed; pip install ipython"
)


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    made = interactive.InteractiveShell()
    made.history_manager.enabled = False
    made.Completer.use_jedi = False
    return made


def test_comments_are_completed_and_learned_each_once(shell, shipped_base):
    with open_profile(in_memory=True, base=shipped_base) as profile:
        undo = attach(shell, Surface(profile, "ipython"))
        assert "tomorrow" in shell.complete(None, "x = 1  # see you tom", 20)[1]
        assert "tomorrow" not in shell.complete(None, "tom", 3)[1]
        for _ in range(2):
            shell.run_cell("x = 1  # Zorblax was here")
        assert [e.text for e in profile.history.entries()] == ["Zorblax was here"]
        profile.set(surfaces_off="ipython")
        shell.run_cell("x = 2  # Quuxley too")
        assert profile.history.count() == 1
        undo()
        assert "tomorrow" not in shell.complete(None, "x = 1  # see you tom", 20)[1]

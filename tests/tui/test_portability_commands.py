"""`export`, `import` and `sync-folder` on real profiles: what is mine leaves and comes whole."""

import io
import json
import sys
from pathlib import Path

import pytest
from terminal import at_a_terminal

from hushkey.tui.cli import root
from hushkey.tui.cli.exits import Exit

PASSPHRASE = "a pass phrase"


@pytest.fixture
def run(tmp_path: Path, capsys, monkeypatch):
    """Run a command line in the home of one of several devices."""

    def one(
        device: str, *arguments: str, copies: str = "of my copies", stdin: str = ""
    ) -> tuple[int, str, str]:
        monkeypatch.setenv("HUSHKEY_HOME", str(tmp_path / device))
        monkeypatch.setenv("HUSHKEY_PASSPHRASE", PASSPHRASE)
        monkeypatch.setenv("HUSHKEY_COPY_PASSPHRASE", copies)
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = root.run(list(arguments))
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return one


@pytest.fixture
def typed(tmp_path: Path, run) -> None:
    file = tmp_path / "typed.txt"
    file.write_text("see you at the harbour\ncall me on the harbour wall\n", encoding="utf-8")
    assert run("laptop", "import", str(file))[0] == Exit.OK


def lines(run, device: str) -> list[str]:
    _, out, _ = run(device, "history", "--json")
    return sorted(json.loads(line)["text"] for line in out.splitlines())


@pytest.mark.parametrize("form", ["open", "encrypted"])
def test_an_export_is_imported_elsewhere_and_twice_counts_once(run, typed, tmp_path, form):
    file = tmp_path / "mine"
    assert run("laptop", "export", "--format", form, str(file))[0] == Exit.OK
    for lines_new in (2, 0):
        code, out, _ = run("desktop", "import", "--json", str(file))
        assert code == Exit.OK
        assert json.loads(out)["merged"][0]["lines"] == lines_new
    assert lines(run, "desktop") == lines(run, "laptop")


def test_an_open_export_goes_to_standard_output_too(run, typed):
    _, out, _ = run("laptop", "export", "--format", "open")
    assert json.loads(out.splitlines()[0]) == {"format": "hushkey-export", "version": 1}


def test_the_wrong_passphrase_of_a_copy_takes_nothing(run, typed, tmp_path):
    file = tmp_path / "mine"
    run("laptop", "export", "--format", "encrypted", str(file))
    code, _, err = run("desktop", "import", str(file), copies="another")
    assert code == Exit.LOCKED
    assert "nothing was taken" in err
    assert lines(run, "desktop") == []


def test_an_export_overwrites_no_file(run, typed, tmp_path):
    file = tmp_path / "mine"
    file.write_text("something else")
    assert run("laptop", "export", "--format", "open", str(file))[0] == Exit.FAILED
    assert file.read_text() == "something else"


def test_two_devices_share_a_folder(run, typed, tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    assert run("laptop", "sync-folder", str(folder))[0] == Exit.OK
    _, out, _ = run("desktop", "sync-folder", "--json", str(folder))
    assert json.loads(out)["came"] == 2
    run("desktop", "forget", "harbour", "--yes")
    run("desktop", "sync-folder", str(folder))
    _, out, _ = run("laptop", "sync-folder", str(folder))
    assert "2 lines forgotten" in out
    assert "harbour" not in str(lines(run, "laptop"))


def test_a_lost_passphrase_is_no_loss_with_the_recovery_code(run, typed, tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    run("laptop", "sync-folder", str(folder))
    _, code, _ = run("laptop", "sync-folder", "--recovery-code", str(folder))
    assert run("desktop", "sync-folder", "--recover", str(folder), stdin=code)[0] == Exit.OK
    assert lines(run, "desktop") == lines(run, "laptop")


def test_who_leaves_takes_its_file_along(run, typed, tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    run("laptop", "sync-folder", str(folder))
    assert run("laptop", "sync-folder", "--leave", str(folder))[0] == Exit.OK
    assert list(folder.iterdir()) == []
    assert len(lines(run, "laptop")) == 2


def test_the_passphrase_of_a_copy_is_asked_for_hidden_and_twice(tmp_path, monkeypatch):
    monkeypatch.delenv("HUSHKEY_COPY_PASSPHRASE", raising=False)
    code, shown = at_a_terminal(
        tmp_path / "laptop",
        PASSPHRASE,
        ["export", "--format", "encrypted", str(tmp_path / "mine")],
        prompt=": ",
        answers=["hidden words\n", "hidden words\n"],
    )
    assert code == Exit.OK
    assert "hidden words" not in shown
    assert (tmp_path / "mine").exists()

"""What the tests of embedding share: no keyring of the machine's, and a home for processes of their own."""

import os
from pathlib import Path

import pytest

from hushkey.keyboard.keystore import open_keystore
from hushkey.keyboard.system_keyring import no_keyring


@pytest.fixture(autouse=True)
def _without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own keyring is none of a test's business."""
    monkeypatch.setattr(
        "hushkey.keyboard.profile.open_keystore",
        lambda home, **options: open_keystore(home, keyring=no_keyring, **options),
    )


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of a child process whose home and keyring are not ours."""
    return {
        **os.environ,
        "HUSHKEY_HOME": str(tmp_path / "home"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }

"""`hushkey keys`: every key as the config file leaves it, what is wrong in that file, a file to begin with."""

import json
import tomllib
from pathlib import Path

import pytest

from hushkey.tui.actions import ACTIONS
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.root import run
from hushkey.tui.preferences import parsed


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUSHKEY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def configured(home: Path, text: str) -> Path:
    home.mkdir()
    path = home / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_action_is_printed_with_its_keys(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys"]) == Exit.OK
    printed = capsys.readouterr().out
    assert all(each.does in printed for each in ACTIONS)
    assert "Right, Ctrl+F" in printed
    assert not home.exists()  # asking makes nothing


def test_a_key_that_was_changed_is_marked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(home, '[keys]\nprivate = "f12"\n')
    assert run(["keys"]) == Exit.OK
    (line,) = [each for each in capsys.readouterr().out.splitlines() if "private*" in each]
    assert line.startswith("F12 ")


def test_scripts_get_the_keys_and_the_faults(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(home, '[keys]\nprivate = "f12"\nwhy = "f99"\n')
    assert run(["keys", "--json"]) == Exit.FAILED
    told = json.loads(capsys.readouterr().out)
    keys = {row["action"]: row for row in told["keys"]}
    assert keys["private"]["keys"] == ["f12"]
    assert keys["private"]["changed"]
    assert keys["why"]["keys"] == ["f5"]
    assert keys["learned"]["where"] == "everywhere"
    assert not keys["back"]["changeable"]
    assert told["faults"] == ["[keys] why: “f99” is no key; it keeps F5."]


def test_what_is_wrong_is_told_beside_the_keys_that_hold(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = configured(home, "[keys\n")
    assert run(["keys"]) == Exit.FAILED
    told = capsys.readouterr()
    assert told.err.startswith(f"{path}: It is not TOML")
    assert "F8 " in told.out


def test_a_file_is_written_that_changes_nothing_and_names_every_key(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "--write"]) == Exit.OK
    path = home / "config.toml"
    assert capsys.readouterr().out == f"{path}\n"
    text = path.read_text(encoding="utf-8")
    assert parsed(text) == parsed("")
    assert path.stat().st_mode & 0o077 == 0


def test_every_comment_of_that_file_is_a_line_that_holds(home: Path) -> None:
    run(["keys", "--write"])
    lines = (home / "config.toml").read_text(encoding="utf-8").splitlines()
    meant = "\n".join(line.removeprefix("# ") if " = " in line else line for line in lines)
    document = tomllib.loads(meant)
    assert set(document["keys"]) == {each.id for each in ACTIONS if not each.fixed}
    held = parsed(meant)
    assert (held.theme, held.keymap.chosen, held.faults) == ("dusk", {}, ())


def test_a_file_that_is_there_is_never_written_over(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = configured(home, "# mine\n")
    assert run(["keys", "--write"]) == Exit.FAILED
    assert path.read_text(encoding="utf-8") == "# mine\n"
    assert "stays as it is" in capsys.readouterr().err


def test_the_doctor_says_what_is_wrong_in_the_file_and_where_it_is(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = configured(home, '[keys]\nprivate = "f5"\n')
    run(["doctor", "--json"])
    found = [f for f in json.loads(capsys.readouterr().out) if f["subject"] == "preferences"]
    (finding,) = found
    assert finding["verdict"] == "mind"
    assert "F5 is the key of why" in finding["detail"]
    assert str(path) in finding["mend"]


def test_locate_finds_the_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["locate", "--json"])
    assert json.loads(capsys.readouterr().out)["preferences"] == str(home / "config.toml")

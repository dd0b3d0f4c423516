"""The commands, run on real profiles under a folder of their own."""

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.paths import places_in
from hushkey.keyboard.profile import open_profile
from hushkey.keyboard.recovery import code_made_at
from hushkey.tui.cli import root
from hushkey.tui.cli.exits import Exit
from hushkey.tui.stored import kept

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "a pass phrase"
LINES = "see you at the harbour\ncall me on the harbour wall\nmy card is 4111 1111 1111 1111\n"


class Shell:
    """Runs command lines in one home."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
        self.home = home
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("HUSHKEY_HOME", str(home))

    def __call__(
        self, *arguments: str, passphrase: str | None = PASSPHRASE, stdin: str = ""
    ) -> tuple[int, str, str]:
        if passphrase is not None:
            self._monkeypatch.setenv("HUSHKEY_PASSPHRASE", passphrase)
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = root.run(list(arguments))
        shown = self._capsys.readouterr()
        return code, shown.out, shown.err


@pytest.fixture
def shell(tmp_path: Path, capsys, monkeypatch) -> Shell:
    return Shell(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def filled(shell: Shell, tmp_path: Path) -> Shell:
    file = tmp_path / "typed.txt"
    file.write_text(LINES, encoding="utf-8")
    assert shell("import", str(file))[0] == Exit.OK
    return shell


def test_a_mistyped_command_is_answered_with_the_nearest(shell: Shell) -> None:
    code, out, err = shell("sugest")
    assert code == Exit.USAGE
    assert "suggest" in err
    assert out == ""


@pytest.mark.parametrize("command", root.LazyGroup.list_commands(root.root, None))
def test_every_command_explains_itself(shell: Shell, command: str) -> None:
    code, out, _ = shell(command, "--help")
    assert code == Exit.OK
    assert out.startswith("Usage: hushkey")


def test_suggest_without_a_profile_asks_the_base_and_makes_no_file(shell: Shell) -> None:
    code, out, _ = shell("suggest", "see", "you", "tom", "-k", "5")
    assert code == Exit.OK
    assert all(word.lower().startswith("tom") for word in out.split("\n") if word)
    assert not shell.home.exists()


def test_suggest_answers_each_line_of_standard_input(shell: Shell) -> None:
    _, out, _ = shell("suggest", "-", stdin="see you tom\nthank yo\n")
    assert len(out.splitlines()) == 2


def test_suggest_json_holds_every_field(shell: Shell) -> None:
    _, out, _ = shell("suggest", "--json", "see you tom")
    first = json.loads(out)[0]
    assert set(first) == {"text", "kind", "score", "experts", "replaces", "new"}
    assert first["replaces"] == 3


def test_import_keeps_lines_and_cuts_secrets_out(filled: Shell) -> None:
    _, out, _ = filled("history", "--json")
    texts = [json.loads(line)["text"] for line in out.splitlines()]
    assert len(texts) == 3
    assert "4111" not in out


def test_import_json_counts(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "typed.txt"
    file.write_text(LINES, encoding="utf-8")
    _, out, _ = shell("import", "--json", str(file))
    report = json.loads(out)
    assert report["lines"] == 3
    assert report["redacted"] == {"card": 1}


def test_what_was_imported_is_suggested(filled: Shell) -> None:
    _, out, _ = filled("suggest", "see you at the harb")
    assert out.splitlines()[0] == "harbour"


def test_history_is_searched_and_limited(filled: Shell) -> None:
    assert len(filled("history", "--search", "harbour")[1].splitlines()) == 2
    assert len(filled("history", "--limit", "1")[1].splitlines()) == 1


def test_a_forgotten_word_is_in_no_line_of_the_history(filled: Shell) -> None:
    code, out, _ = filled("forget", "harbour", "--json")
    assert code == Exit.OK
    told = json.loads(out)
    assert (told["words"], told["entries"], told["probe"]["holds"]) == (1, 2, True)
    assert "harbour" not in filled("export")[1]


def test_a_blocked_word_is_listed_and_unblocked(filled: Shell) -> None:
    filled("block", "harbour")
    assert json.loads(filled("block", "--json")[1]) == {"blocked": ["harbour"]}
    unblocked = json.loads(filled("unblock", "harbour", "--json")[1])
    assert unblocked == {"blocked": [], "were_not": []}


def test_settings_are_listed_changed_and_kept(filled: Shell) -> None:
    assert json.loads(filled("settings", "--json")[1])["emoji"] is False
    assert filled("set", "emoji", "on")[:2] == (Exit.OK, "emoji is on\n")
    assert filled("set", "floor", "0.02")[:2] == (Exit.OK, "floor is 0.02\n")
    held = json.loads(filled("settings", "--json")[1])
    assert (held["emoji"], held["floor"]) == (True, 0.02)
    assert "emoji" in filled("settings")[1]


def test_a_wrong_setting_is_answered_with_the_right_one_and_changes_nothing(filled: Shell) -> None:
    code, out, err = filled("set", "emojis", "on")
    assert (code, out) == (Exit.FAILED, "")
    assert "did you mean emoji?" in err
    assert "on or off" in filled("set", "emoji", "maybe")[2]
    assert json.loads(filled("settings", "--json")[1])["emoji"] is False


def test_while_paused_nothing_is_kept(filled: Shell, tmp_path: Path) -> None:
    more = tmp_path / "more.txt"
    more.write_text("not this line\n", encoding="utf-8")
    filled("pause")
    filled("import", str(more))
    assert "not this line" not in filled("export")[1]
    filled("resume")
    filled("import", str(more))
    assert "not this line" in filled("export")[1]


def test_an_export_is_its_owners_alone_and_replaces_nothing(filled: Shell, tmp_path: Path) -> None:
    target = tmp_path / "mine.jsonl"
    assert filled("export", str(target))[0] == Exit.OK
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert len(target.read_text(encoding="utf-8").splitlines()) == 3
    assert filled("export", str(target))[0] == Exit.FAILED


def test_wipe_asks_and_then_leaves_neither_key_nor_history(filled: Shell) -> None:
    assert filled("wipe", stdin="n\n")[0] == Exit.FAILED
    assert (filled.home / "history.db").exists()
    assert filled("wipe", "--yes")[0] == Exit.OK
    assert not (filled.home / "keystore.json").exists()
    assert not (filled.home / "history.db").exists()


def test_wipe_leaves_no_file_of_sharing_either(filled: Shell) -> None:
    for name in ("sharing.db", "sharing.db-wal", "shared.sealed"):
        (filled.home / name).write_bytes(b"sealed")
    assert filled("wipe", "--yes")[0] == Exit.OK
    assert [path for path in filled.home.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("record", ["whole", "damaged"])
def test_wipe_needs_no_passphrase(filled: Shell, record: str) -> None:
    if record == "damaged":
        (filled.home / "keystore.json").write_text("{", encoding="utf-8")
    assert filled("wipe", "--yes", passphrase=None)[0] == Exit.OK
    assert [path.name for path in filled.home.iterdir() if path.is_file()] == []


def test_a_wrong_passphrase_is_one_line_and_a_code_of_its_own(filled: Shell) -> None:
    code, out, err = filled("history", passphrase="another")
    assert code == Exit.LOCKED
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err


def test_without_keyring_passphrase_or_choice_nothing_is_made(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "typed.txt"
    file.write_text(LINES, encoding="utf-8")
    code, _, err = shell("import", str(file), passphrase=None)
    assert code == Exit.LOCKED
    assert "passphrase" in err
    assert not (shell.home / "history.db").exists()


@pytest.mark.parametrize("at_the_root", [True, False])
def test_a_bare_key_file_is_made_where_it_is_asked_for(
    shell: Shell, tmp_path: Path, at_the_root: bool
) -> None:
    file = tmp_path / "typed.txt"
    file.write_text(LINES, encoding="utf-8")
    command = ["import", str(file)]
    line = ["--bare-key-file", *command] if at_the_root else [*command, "--bare-key-file"]
    assert shell(*line, passphrase=None)[0] == Exit.OK
    assert stat.S_IMODE((shell.home / "keystore.json").stat().st_mode) == 0o600


def test_the_passphrase_may_come_from_a_descriptor(
    filled: Shell, tmp_path: Path, monkeypatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a pass phrase\n", encoding="utf-8")
    with secret.open("rb") as file:
        monkeypatch.setenv("HUSHKEY_PASSPHRASE_FD", str(os.dup(file.fileno())))
        assert filled("history", passphrase=None)[0] == Exit.OK


def test_the_passphrase_is_not_handed_to_children(filled: Shell) -> None:
    filled("history")
    assert "HUSHKEY_PASSPHRASE" not in os.environ


def test_a_lost_passphrase_is_replaced_by_the_recovery_code(filled: Shell) -> None:
    _, code, warning = filled("recovery", "export")
    assert "paper" in warning
    assert filled("recovery", "import", passphrase="a new one", stdin=code)[0] == Exit.OK
    assert filled("history", passphrase="a new one")[0] == Exit.OK
    assert filled("history", passphrase="a pass phrase")[0] == Exit.LOCKED


def test_that_a_recovery_code_was_printed_is_noted_in_the_sealed_history(filled: Shell) -> None:
    assert filled("recovery", "export")[0] == Exit.OK
    with open_profile(filled.home, passphrase=Passphrase(PASSPHRASE)) as profile:
        assert code_made_at(profile.history) is not None


def test_there_is_no_code_before_there_is_a_key(shell: Shell) -> None:
    assert shell("recovery", "export")[0] == Exit.LOCKED
    assert not shell.home.exists()


def test_locate_names_every_place(shell: Shell) -> None:
    places = json.loads(shell("locate", "--json")[1])
    assert places["history"] == str(shell.home / "history.db")
    named = {each.name for each in kept(places_in(shell.home))}
    assert {"keystore", "history", "sharing", "reports"} < named
    assert {"data", "config", "preferences", "cache", "base"} | named == set(places)


def test_the_doctor_finds_a_good_installation_well(filled: Shell) -> None:
    code, out, _ = filled("doctor", "--json")
    findings = {finding["subject"]: finding for finding in json.loads(out)}
    assert code == Exit.OK
    assert "3 entries" in findings["history"]["detail"]
    assert findings["permissions"]["verdict"] == "well"


def test_the_doctor_counts_what_was_cut_out_by_kind_and_shows_none_of_it(filled: Shell) -> None:
    _, out, _ = filled("doctor", "--json")
    findings = {finding["subject"]: finding for finding in json.loads(out)}
    assert findings["redaction"]["verdict"] == "well"
    assert findings["redaction"]["detail"].endswith(": 1 card")
    assert "4111" not in out


def test_the_doctor_tells_when_a_weekly_review_is_due(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "typed.txt"
    file.write_text("we met Zorblax at Quorn\nask Zorblax at Quorn\n", encoding="utf-8")
    shell("import", str(file))
    _, out, _ = shell("doctor")
    assert "2 new words of yours to keep or forget" in out
    assert "hushkey review" in out
    shell("review", "--keep", "Zorblax", "--keep", "Quorn")
    findings = {each["subject"]: each for each in json.loads(shell("doctor", "--json")[1])}
    assert findings["review"]["verdict"] == "well"


def test_the_doctor_says_how_to_mend_a_file_that_others_may_read(filled: Shell) -> None:
    (filled.home / "history.db").chmod(0o644)
    code, out, _ = filled("doctor")
    assert code == Exit.FAILED
    assert "chmod go-rwx" in out


def test_the_doctor_finds_a_damaged_history(filled: Shell) -> None:
    path = filled.home / "history.db"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    code, out, _ = filled("doctor", "--json")
    findings = {finding["subject"]: finding for finding in json.loads(out)}
    assert code == Exit.FAILED
    assert findings["history"]["verdict"] == "ill"


def test_the_doctor_does_not_look_into_a_locked_history(filled: Shell) -> None:
    _, out, _ = filled("doctor", "--json", passphrase=None)
    findings = {finding["subject"]: finding for finding in json.loads(out)}
    assert findings["history"]["verdict"] == "mind"


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(shell: Shell, name: str) -> None:
    code, out, _ = shell("completion", name)
    assert code == Exit.OK
    assert "_HUSHKEY_COMPLETE" in out


def test_line_mode_types_and_keeps(filled: Shell) -> None:
    code, out, _ = filled("type", "--plain", stdin="see you at the\n1\n\n:quit\n")
    assert code == Exit.OK
    assert "Took harbour." in out
    assert "see you at the harbour" in filled("history", "--limit", "1")[1]


def test_the_app_refuses_to_start_where_there_is_no_terminal(shell: Shell) -> None:
    code, _, err = shell()
    assert code == Exit.USAGE
    assert "--plain" in err


def test_eval_wants_one_way_of_naming_its_files(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "f.txt"
    file.write_text("x\n", encoding="utf-8")
    assert shell("eval")[0] == Exit.USAGE
    assert shell("eval", "--test", str(file), "--users", str(file))[0] == Exit.USAGE
    assert shell("eval", "--test", str(file), "--limit", "3")[0] == Exit.USAGE


def test_a_fault_of_ours_is_told_by_type_and_place_alone(shell: Shell, monkeypatch) -> None:
    def fail(self, text_before_cursor: str, k: int = 3) -> None:
        raise RuntimeError(text_before_cursor)

    monkeypatch.setattr(SuggestionEngine, "suggest", fail)
    code, _, err = shell("suggest", "a secret")
    assert code == Exit.FAULT
    assert "RuntimeError" in err
    assert "secret" not in err


def test_help_loads_neither_engine_nor_screen() -> None:
    script = (
        "import sys; from hushkey.tui.cli.root import run; run(['--help'])\n"
        "heavy = {'torch', 'textual', 'onnxruntime', 'numpy', 'keyring'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_suggest_loads_neither_screen_nor_torch() -> None:
    script = (
        "import sys; from hushkey.tui.cli.root import run; run(['suggest', '--base', 'see you '])\n"
        "heavy = {'torch', 'textual', 'keyring'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)

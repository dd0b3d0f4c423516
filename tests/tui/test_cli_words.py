"""`forget`, `block` and `unblock` on real profiles: what goes, what is asked, what is told and what is not."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from terminal import at_a_terminal
from test_cli import LINES, PASSPHRASE, Shell

from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.learner import LearningCancelled
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.tui.cli.exits import Exit


@pytest.fixture
def shell(tmp_path: Path, capsys, monkeypatch) -> Shell:
    return Shell(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def filled(shell: Shell, tmp_path: Path) -> Shell:
    """Three lines typed elsewhere, then one in the app and one in a chat, an hour and a day ago."""
    file = tmp_path / "typed.txt"
    file.write_text(LINES, encoding="utf-8")
    assert shell("import", str(file))[0] == Exit.OK
    with profile_of(shell) as profile:
        now = time.time()
        profile.history.append("Zorblax waits at the quay", surface="chat", at=now - 86_400)
        profile.history.append("ask Zorblax's aunt at noon", surface="app", at=now - 3600)
    return shell


def profile_of(shell: Shell) -> Profile:
    return open_profile(shell.home, passphrase=Passphrase(PASSPHRASE))


def lines_of(shell: Shell) -> list[str]:
    return [json.loads(line)["text"] for line in shell("history", "--json")[1].splitlines()]


def forgot(shell: Shell, *arguments: str) -> dict:
    code, out, err = shell("forget", *arguments, "--json")
    assert code == Exit.OK, err
    return json.loads(out)


def test_several_words_and_phrases_go_in_one_pass(filled: Shell) -> None:
    told = forgot(filled, "harbour wall", "Zorblax", "noon")
    assert (told["words"], told["entries"], told["deleted"]) == (3, 3, 0)
    assert lines_of(filled) == [
        "my card is █",
        "call me on the █ █",
        "see you at the harbour",
        "ask Zorblax's aunt at █",
        "█ waits at the quay",
    ]
    words = {word["word"]: word for word in told["probe"]["words"]}
    assert (words["harbour"]["left"], words["zorblax"]["left"]) == (1, 0)
    assert told["probe"]["exact"]
    assert told["adapter"] == "kept"


def test_the_verdict_and_the_words_that_hold_it_are_told_and_no_context(filled: Shell) -> None:
    code, out, err = filled("forget", "Zorblax")
    assert code == Exit.OK
    assert out.startswith("forgotten; 1 entry changed\nprobe: the word is unknown now")
    assert "other words of yours hold it and stay: zorblax's" in out
    assert "quay" not in out + err


def test_a_time_and_a_surface_narrow_one_another(filled: Shell) -> None:
    assert forgot(filled, "--last", "2h", "--surface", "chat", "--yes")["entries"] == 0
    assert forgot(filled, "--last", "2h", "--surface", "app", "--yes")["deleted"] == 1
    assert forgot(filled, "zorblax", "--last", "10m")["entries"] == 0
    assert "Zorblax waits at the quay" in lines_of(filled)
    told = forgot(filled, "--last", "2d", "--yes")
    assert told["deleted"] == 4
    assert lines_of(filled) == []


def test_between_two_days_both_go_whole(filled: Shell) -> None:
    yesterday = time.strftime("%Y-%m-%d", time.localtime(time.time() - 86_400))
    told = forgot(filled, "--between", yesterday, yesterday, "--yes")
    assert told["deleted"] >= 1
    assert "Zorblax waits at the quay" not in lines_of(filled)
    assert "see you at the harbour" in lines_of(filled)


def test_words_that_stood_in_deleted_lines_alone_are_probed_and_told_to_nobody(
    filled: Shell,
) -> None:
    code, out, err = filled("forget", "--surface", "chat", "--yes", "--json")
    assert code == Exit.OK
    told = json.loads(out)["probe"]
    assert (told["holds"], told["offered"]) == (True, 0)
    assert told["probed"] == 3  # Zorblax, waits, quay
    assert "orblax" not in out + err
    assert "quay" not in out + err


def test_without_a_terminal_lines_are_deleted_only_with_yes(filled: Shell) -> None:
    before = lines_of(filled)
    code, _, err = filled("forget", "--all")
    assert code == Exit.FAILED
    assert "5 lines from" in err
    assert "--yes" in err
    assert lines_of(filled) == before
    assert forgot(filled, "--all", "--yes")["deleted"] == 5
    assert lines_of(filled) == []
    assert filled("learned")[1] == ""


@pytest.mark.parametrize(("answer", "left"), [("n", 5), ("y", 4)])
def test_at_a_terminal_it_says_how_much_would_go_and_asks(
    filled: Shell, answer: str, left: int
) -> None:
    code, shown = at_a_terminal(
        filled.home,
        PASSPHRASE,
        ["forget", "--surface", "chat"],
        prompt="[y/N]: ",
        answers=[f"{answer}\n"],
    )
    assert code == (Exit.OK if answer == "y" else Exit.FAILED)
    assert "Forget 1 line from" in shown
    assert len(lines_of(filled)) == left


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--all", "word"),
        ("--all", "--last", "10m"),
        ("--last", "10m", "--between", "10:00", "11:00"),
        ("--between", "11:00", "10:00"),
        ("--last", "ten minutes"),
        ("--between", "noon", "evening"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_changed(
    filled: Shell, wrong: tuple[str, ...]
) -> None:
    before = lines_of(filled)
    code, out, err = filled("forget", *wrong, "--yes")
    assert (code, out) == (Exit.USAGE, "")
    assert err
    assert lines_of(filled) == before


def test_copies_that_may_still_hold_it_are_named(filled: Shell, tmp_path: Path) -> None:
    target = tmp_path / "mine.jsonl"
    filled("export", str(target))
    filled("export")
    _, out, _ = filled("forget", "harbour")
    day = time.strftime("%Y-%m-%d")
    assert (
        f"2 exports made since may still hold it: {target} of {day}, standard output of {day}"
        in out
    )


# The adapter --------------------------------------------------------------------------------------


@pytest.fixture
def adapted(filled: Shell) -> Shell:
    with profile_of(filled) as profile:
        profile._files.write_adapter(profile.engine.zero_adapter())
    return filled


def adapter_of(shell: Shell) -> Path:
    return shell.home / "adapter.sealed"


def test_without_relearning_the_adapter_is_dropped_and_it_says_how_to_have_one(
    adapted: Shell,
) -> None:
    _, out, _ = adapted("forget", "harbour", "--no-relearn")
    assert "'hushkey learn' makes one of what is left" in out
    assert not adapter_of(adapted).exists()


def test_without_torch_it_is_dropped_too(adapted: Shell, monkeypatch) -> None:
    monkeypatch.setattr("hushkey.keyboard.learner.importlib.util.find_spec", lambda _: None)
    assert forgot(adapted, "harbour")["adapter"] == "dropped"


def test_it_is_trained_anew_on_what_is_left(adapted: Shell, monkeypatch) -> None:
    """The training itself is the keyboard's affair; that it sees what is left alone is told by its tests."""
    seen: list[list[str]] = []

    def learn(self: Profile, on_progress, cancelled) -> None:
        seen.append([entry.text for entry in self.history.entries()])
        self.engine.use_adapter(self.engine.zero_adapter())

    monkeypatch.setattr(Profile, "learn", learn)
    told = forgot(adapted, "harbour")
    assert (told["adapter"], told["probe"]["adapter"]) == ("trained", True)
    assert "harbour" not in " ".join(seen[0])


def test_an_interruption_leaves_no_adapter_and_says_so(adapted: Shell, monkeypatch) -> None:
    def learn(self: Profile, on_progress, cancelled) -> None:
        signal.raise_signal(signal.SIGINT)
        assert cancelled()
        raise LearningCancelled("stopped")

    monkeypatch.setattr(Profile, "learn", learn)
    code, out, _ = adapted("forget", "harbour")
    assert code == Exit.OK
    assert "the next 'hushkey learn' makes one of what is left" in out
    assert "probe: " in out
    assert not adapter_of(adapted).exists()
    assert threading.current_thread() is threading.main_thread()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.slow
def test_a_real_training_follows_a_forgetting(filled: Shell, tmp_path: Path) -> None:
    sample = Path(__file__).resolve().parents[2] / "data_samples" / "parent-history.txt"
    filled("import", str(sample))
    with profile_of(filled) as profile:
        profile._files.write_adapter(profile.engine.zero_adapter())
    told = forgot(filled, "radiator")
    assert told["adapter"] in {"trained", "no better"}  # whether it is better is the guard's affair
    assert told["probe"]["holds"]
    assert told["probe"]["adapter"] == adapter_of(filled).exists() == (told["adapter"] == "trained")


# Blocking -----------------------------------------------------------------------------------------


def test_words_are_blocked_one_by_one_without_the_marks_around_them(filled: Shell) -> None:
    assert json.loads(filled("block", "“Harbour,”", "🎂", "--json")[1]) == {
        "blocked": ["harbour", "🎂"]
    }
    assert "harbour" not in filled("suggest", "see you at the harb")[1].lower()
    code, _, err = filled("block", "see you")
    assert code == Exit.USAGE
    assert "one by one" in err
    assert json.loads(filled("unblock", "HARBOUR.", "🎂", "--json")[1])["blocked"] == []


def test_a_forgotten_word_that_is_blocked_stays_so_and_it_says_so(filled: Shell) -> None:
    filled("block", "harbour")
    assert "'hushkey unblock' takes it off" in filled("forget", "harbour")[1]
    assert json.loads(filled("block", "--json")[1]) == {"blocked": ["harbour"]}
    assert "still blocked" not in filled("forget", "noon")[1]


def test_unblocking_says_which_word_was_not_blocked(filled: Shell) -> None:
    filled("block", "harbour")
    assert filled("unblock", "harbour", "quay")[1] == "unblocked\n“quay” was not blocked\n"
    assert filled("unblock", "quay")[1] == "“quay” was not blocked\n"
    told = json.loads(filled("unblock", "quay", "--json")[1])
    assert told == {"blocked": [], "were_not": ["quay"]}


def test_forgetting_loads_neither_screen_nor_torch(filled: Shell) -> None:
    script = (
        "import sys; from hushkey.tui.cli.root import run; run(['forget', 'harbour'])\n"
        "heavy = {'torch', 'textual'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    environ = {**os.environ, "HUSHKEY_HOME": str(filled.home), "HUSHKEY_PASSPHRASE": PASSPHRASE}
    subprocess.run([sys.executable, "-c", script], check=True, env=environ, capture_output=True)

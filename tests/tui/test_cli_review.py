"""`learned` and `review` on real profiles, at a terminal and without one."""

import json
import time
from pathlib import Path

import pytest
from terminal import at_a_terminal
from test_cli import PASSPHRASE, Shell

from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.profile import open_profile
from hushkey.tui.cli.exits import Exit

TYPED = "we met Zorblax at Quorn\nask Zorblax about it\nVexley met Zorblax at Quorn\nask Vexley, not Mabbit\n"


@pytest.fixture
def shell(tmp_path: Path, capsys, monkeypatch) -> Shell:
    return Shell(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def filled(shell: Shell, tmp_path: Path) -> Shell:
    file = tmp_path / "typed.txt"
    file.write_text(TYPED, encoding="utf-8")
    assert shell("import", str(file), "--surface", "chat")[0] == Exit.OK
    return shell


def learned(shell: Shell, *arguments: str) -> list[dict]:
    return json.loads(shell("learned", *arguments, "--json")[1])


def names(words: list[dict]) -> list[str]:
    return [word["word"] for word in words]


def new(shell: Shell) -> list[str]:
    return names(json.loads(shell("review", "--json")[1])["new"])


def test_words_of_ones_own_are_listed_with_their_rung(filled: Shell) -> None:
    words = learned(filled)
    assert [(word["word"], word["count"], word["rung"]) for word in words] == [
        ("Zorblax", 3, "trusted"),
        ("Quorn", 2, "new"),
        ("Vexley", 2, "new"),
        ("Mabbit", 1, "seen"),
    ]
    assert words[0]["surfaces"] == ["chat"]
    assert words[0]["first"] == pytest.approx(time.time(), abs=600)
    assert names(learned(filled, "--new")) == ["Quorn", "Vexley"]
    assert names(learned(filled, "--sort", "word", "--limit", "2")) == ["Mabbit", "Quorn"]
    assert names(learned(filled, "--sort", "recent"))[-1] in {"Zorblax", "Quorn", "Vexley"}
    assert filled("learned", "--limit", "1")[1].split()[:3] == ["Zorblax", "3×", "trusted"]


def test_without_a_terminal_a_review_lists_and_decides_nothing(filled: Shell) -> None:
    for _ in range(2):
        out = filled("review")[1]
        assert out.startswith("3 new words: keep or forget\n")
        assert [line.split()[0] for line in out.splitlines()[1:]] == ["Zorblax", "Quorn", "Vexley"]


def test_scripts_keep_and_forget_by_name(filled: Shell) -> None:
    code, out, _ = filled("review", "--keep", "Quorn", "--forget", "Zorblax", "--json")
    assert code == Exit.OK
    told = json.loads(out)
    assert (told["entries"], told["probe"]["holds"]) == (3, True)
    assert [(word["word"], word["rung"], word["kept"]) for word in learned(filled)] == [
        ("Quorn", "trusted", True),
        ("Vexley", "new", False),
        ("Mabbit", "seen", False),
    ]
    assert new(filled) == ["Vexley"]
    assert "Quorn" in json.loads(filled("suggest", "we met at Quo", "--json")[1])[0]["text"]


def test_a_word_that_was_never_typed_is_refused_and_no_other_is_kept(filled: Shell) -> None:
    code, out, err = filled("review", "--keep", "Quorn", "--keep", "Quark")
    assert (code, out) == (Exit.FAILED, "")
    assert "nothing was changed" in err
    assert "Quark" not in err
    assert not any(word["kept"] for word in learned(filled))


def test_a_blocked_word_is_told_as_such_and_not_asked_for(filled: Shell) -> None:
    filled("block", "zorblax")
    assert new(filled) == ["Quorn", "Vexley"]
    assert "blocked" in filled("learned", "--limit", "1")[1]


def reviewed(shell: Shell, keys: str) -> str:
    """Hold a review at a terminal and press a key whenever it asks; give what it showed."""
    code, shown = at_a_terminal(
        shell.home, PASSPHRASE, ["review"], prompt="[q]uit ", answers=list(keys)
    )
    assert code == Exit.OK, shown
    return shown


def test_at_a_terminal_each_word_is_decided_with_a_key(filled: Shell) -> None:
    shown = reviewed(filled, "kfb")
    assert "3 new words: keep or forget" in shown
    assert "probe: the word is unknown now" in shown
    found = {word["word"]: (word["kept"], word["blocked"]) for word in learned(filled)}
    assert found == {"Zorblax": (True, False), "Vexley": (False, True), "Mabbit": (False, False)}
    assert new(filled) == []
    assert "nothing new since" in filled("review", "--list")[1]


@pytest.mark.parametrize(
    ("keys", "left"),
    [("sq", ["Quorn", "Vexley"]), ("sss", []), ("s\x03", ["Quorn", "Vexley"])],
    ids=["quit", "skip all", "interrupt"],
)
def test_what_was_skipped_stays_and_what_was_not_reached_comes_again(
    filled: Shell, keys: str, left: list[str]
) -> None:
    reviewed(filled, keys)
    assert names(learned(filled)) == ["Zorblax", "Quorn", "Vexley", "Mabbit"]
    assert new(filled) == left
    with open_profile(filled.home, passphrase=Passphrase(PASSPHRASE)) as profile:
        assert profile.review().at == pytest.approx(time.time(), abs=600)

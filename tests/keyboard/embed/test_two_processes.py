"""Several processes on one profile, typing at once: no line is lost, and each learns what the others wrote."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hushkey.keyboard.embed import Surface
from hushkey.keyboard.profile import open_profile

LINES = 60

# Types lines with a word of its own, then waits for the word of the other.
TYPIST = """
import json, sys, time
from pathlib import Path
from hushkey.keyboard.embed import Surface
from hushkey.keyboard.profile import open_profile
from hushkey.model.base import load_base

home, base, name, own, other, lines = sys.argv[1:]
with open_profile(Path(home), allow_bare_file=True, base=load_base(Path(base))) as profile:
    surface = Surface(profile, name)
    print("open", flush=True)
    sys.stdin.readline()
    for number in range(int(lines)):
        surface.commit(f"we met {own} there {number}")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        offered = [word.text for word in surface.suggest(f"we met {other[:2]}")]
        if other in offered and profile.engine.count(other) == int(lines):
            break
        time.sleep(0.02)
    counts = {word: profile.engine.count(word) for word in (own, other)}
    print(json.dumps({"offered": offered, "counts": counts}), flush=True)
"""


@pytest.fixture
def opened(tmp_path, tiny_base):
    """Open the one profile once more, as another process would: over a connection of its own."""
    return lambda: open_profile(tmp_path / "home", allow_bare_file=True, base=tiny_base)


def test_two_processes_type_at_once_and_each_offers_the_others_word(
    tmp_path: Path, tiny_folder: Path, tiny_base, environ
):
    home = str(tmp_path / "home")
    names = [("one", "Zorblax", "Quuxley"), ("two", "Quuxley", "Zorblax")]
    typists = [
        subprocess.Popen(
            [sys.executable, "-c", TYPIST, home, str(tiny_folder), *name, str(LINES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ,
            text=True,
        )
        for name in names
    ]
    try:
        for typist in typists:
            assert typist.stdout.readline() == "open\n"
        for typist in typists:
            typist.stdin.write("go\n")
            typist.stdin.flush()
        told = [json.loads(typist.stdout.readline()) for typist in typists]
        assert [typist.wait(60) for typist in typists] == [0, 0]
    finally:
        for typist in typists:
            typist.kill()
            typist.communicate()
    for (_, own, other), said in zip(names, told, strict=True):
        assert said["counts"] == {own: LINES, other: LINES}
        assert other in said["offered"]
    with open_profile(Path(home), allow_bare_file=True, base=tiny_base) as profile:
        kept = [entry.text for entry in profile.history.entries()]
        wanted = [f"we met {own} there {number}" for _, own, _ in names for number in range(LINES)]
        assert sorted(kept) == sorted(wanted)
        assert [profile.engine.count(own) for _, own, _ in names] == [LINES, LINES]


def test_a_process_that_only_suggests_catches_up_when_it_is_asked(opened):
    with opened() as reading, opened() as writing:
        asked = Surface(reading, "mail")
        asked.suggest("we met Zo")
        for _ in range(3):
            writing.commit("we met Zorblax", "app")
        assert "Zorblax" in [word.text for word in asked.suggest("we met Zo")]
        assert not reading.catch_up()  # nothing since


def test_lines_that_others_wrote_between_ones_own_are_counted_once(opened, tiny_base):
    with opened() as one, opened() as other:
        for number in range(6):
            (one, other)[number % 2].commit(f"Zorblax {number} there", "app")
        one.catch_up()
        other.catch_up()
        assert (one.engine.count("zorblax"), other.engine.count("zorblax")) == (6, 6)
        held = one.engine.as_arrays()
        assert one._kept.cursor == other._kept.cursor == one.history.cursor()
    with opened() as profile:  # what was kept is taken up as it is
        assert profile._kept.cursor == profile.history.cursor()
        assert profile.engine.count("zorblax") == 6
        assert profile.engine.as_arrays().keys() == held.keys()


def test_what_slips_in_between_catching_up_and_writing_is_counted_too(opened, monkeypatch):
    with opened() as one, opened() as other:
        extend = one.history.extend

        def late(texts, **more):
            other.commit("Quuxley there", "app")
            return extend(texts, **more)

        monkeypatch.setattr(one.history, "extend", late)
        one.commit("Zorblax there", "app")
        assert (one.engine.count("quuxley"), one.engine.count("zorblax")) == (1, 1)
        assert one._kept.cursor == one.history.cursor()


def test_words_blocked_kept_and_forgotten_elsewhere_are_followed(opened):
    with opened() as one, opened() as other:
        one.commit("we met Zorblax", "app")
        other.block("the")
        other.vouch_for("Quuxley")
        one.catch_up()
        assert one.engine.blocked == {"the"}
        assert one.engine.vouched == {"quuxley"}
        other.unblock("the")
        other.forget("Quuxley")  # no line holds it: nothing is learned anew
        other.forget("Zorblax")
        one.catch_up()
        assert one.engine.blocked == frozenset()
        assert one.engine.vouched == frozenset()
        assert not one.engine.knows("zorblax")


def test_a_word_kept_as_typed_for_this_run_only_outlives_what_others_do(opened):
    with opened() as one, opened() as other:
        one.set(surfaces_off="shell")
        one.keep_as_typed("Zorblaxx", "shell")
        other.commit("tea and ice", "app")
        one.catch_up()
        assert one.engine.kept_as_typed == {"zorblaxx"}

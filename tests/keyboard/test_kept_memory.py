"""The kept memory and its history: used while they belong together, never older than a forgetting."""

from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard import kept_memory
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.history import History
from hushkey.keyboard.kept_memory import KeptMemory, Newest
from hushkey.keyboard.keys import MasterKey
from hushkey.keyboard.paths import Places, places_in
from hushkey.keyboard.profile_files import ProfileFiles
from hushkey.keyboard.snapshot import Snapshot
from hushkey.keyboard.store import Store

KEY = MasterKey(b"m" * 32)
LINES = [f"how are the {word} today, Zorb{n}?" for n in range(4) for word in ("cats", "theatres")]


class Owner:
    """One run of a program: an engine, the history, the sealed file."""

    def __init__(self, places: Places, base) -> None:
        self.store = Store.open(places.history, KEY.history_key())
        self.history = History(self.store)
        self.engine = SuggestionEngine(base)
        self.recounted: list[str] = []
        count = self.engine.recount
        self.engine.recount = lambda lines, *rest: (self.recounted.extend(lines), count(lines))
        self.files = ProfileFiles(places, KEY)
        self.kept = KeptMemory(self.engine, self.history, self.files)
        self.kept.take_up()

    def type(self, *lines: str) -> None:
        recorded = self.history.extend(lines, surface="test")
        self.kept.wrote(recorded.entries)
        self.kept.learn([entry.text for entry in recorded.entries])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_in(tmp_path / "home")


@pytest.fixture
def run(places, tiny_base):
    return lambda: Owner(places, tiny_base)


def counted(engine: SuggestionEngine) -> dict[str, np.ndarray]:
    return {name: held.tolist() for name, held in engine.as_arrays().items()}


def anew(history: History, base) -> dict[str, np.ndarray]:
    """The truth: everything counted from the history, in the order in which it was written."""
    engine = SuggestionEngine(base)
    for lines in history.texts(until=history.cursor().id):
        engine.recount(lines)
    return counted(engine)


def test_what_was_saved_is_loaded_and_no_line_is_counted_again(run, tiny_base):
    with run() as owner:
        owner.type(*LINES)
        owner.kept.save()
        before = counted(owner.engine)
    with run() as owner:
        assert owner.recounted == []
        assert counted(owner.engine) == before == anew(owner.history, tiny_base)


def test_lines_written_after_the_last_save_are_counted_at_the_next_start(run, tiny_base):
    with run() as owner:
        owner.type(*LINES[:5])
        owner.kept.save()
        owner.type(*LINES[5:])  # and then it was killed
    with run() as owner:
        assert owner.recounted == LINES[5:]
        assert counted(owner.engine) == anew(owner.history, tiny_base)


@pytest.mark.parametrize(
    "change",
    [
        lambda history: history.forget("cats"),
        lambda history: history.delete([2]),
        lambda history: history.delete([entry.id for entry in history.entries()]),
        lambda history: history.expire(max_bytes=60),
        lambda history: history.wipe(),
    ],
    ids=["forget", "delete", "delete all", "expire", "wipe"],
)
@pytest.mark.parametrize("more", [(), ("how are you", "and you", "see you there")])
def test_after_anything_was_taken_out_of_the_history_all_is_counted_anew(
    run, tiny_base, change, more
):
    """As after a crash between the change and the saving of what is left."""
    with run() as owner:
        owner.type(*LINES)
        owner.kept.save()
        change(owner.history)
        owner.history.extend(more, surface="test")
    with run() as owner:
        left = [entry.text for entry in owner.history.entries()]
        assert owner.recounted == left
        assert counted(owner.engine) == anew(owner.history, tiny_base)
        kept = owner.files.read_memory()
        assert (kept.cursor if kept else None) == (owner.history.cursor() if left else None)
    with run() as owner:
        assert owner.recounted == []


def test_an_older_copy_of_the_history_is_not_taken_for_the_one_that_was_counted(
    run, places, tiny_base
):
    """As many lines were typed into the copy as had been typed after it was made: only their times tell."""
    with run() as owner:
        owner.type(*LINES[:3])
    copy = places.history.read_bytes()
    with run() as owner:
        owner.type(*LINES[3:6])
        owner.kept.save()
    places.history.write_bytes(copy)
    with run() as owner:
        owner.history.extend(LINES[6:] * 3, surface="test")
    with run() as owner:
        assert counted(owner.engine) == anew(owner.history, tiny_base)


def test_what_another_process_wrote_meanwhile_is_neither_lost_nor_counted_twice(run, tiny_base):
    with run() as one, run() as other:
        one.type(LINES[0])
        other.type(LINES[1])
        one.type(LINES[2])
        one.kept.save()
        other.kept.save()
    with run() as owner:
        assert counted(owner.engine) == anew(owner.history, tiny_base)
        assert owner.history.count() == 3


def test_lines_that_wait_to_be_counted_are_not_said_to_be(run, tiny_base):
    with run() as owner:
        owner.type(LINES[0])
        owner.kept.wrote(owner.history.extend(LINES[1:], surface="test").entries)
        owner.kept.save()
    with run() as owner:
        assert counted(owner.engine) == anew(owner.history, tiny_base)


@pytest.mark.parametrize("damage", ["missing", "cut", "changed", "another lexicon", "other bytes"])
def test_a_memory_that_cannot_be_used_is_made_anew_and_kept(run, places, tiny_base, damage):
    with run() as owner:
        owner.type(*LINES)
        owner.kept.save()
        kept = owner.files.read_memory()
        sealed = places.memory.read_bytes()
        if damage == "another lexicon":
            owner.files.write_memory(replace(kept, lexicon="0" * 64))
    if damage == "missing":
        places.memory.unlink()
    elif damage == "cut":
        places.memory.write_bytes(sealed[:-1])
    elif damage == "changed":
        places.memory.write_bytes(sealed[:90] + bytes([sealed[90] ^ 1]) + sealed[91:])
    elif damage == "other bytes":
        places.memory.write_bytes(b"")
    with run() as owner:
        assert owner.recounted == LINES
        assert counted(owner.engine) == anew(owner.history, tiny_base)
    with run() as owner:
        assert owner.recounted == []


def test_it_is_saved_by_itself_after_many_lines(run, monkeypatch):
    monkeypatch.setattr(kept_memory, "SAVE_EVERY", 3)
    with run() as owner:
        for line in LINES[:5]:
            owner.type(line)
        kept = owner.files.read_memory()
        assert kept is not None
        assert kept.cursor.id == 3


def test_a_full_disk_costs_no_line_and_leaves_what_was_kept(run, tiny_base, monkeypatch):
    with run() as owner:
        owner.type(*LINES[:2])
        owner.kept.save()
        monkeypatch.setattr(ProfileFiles, "write_memory", _full)
        owner.type(*LINES[2:])
        owner.kept.save()
    monkeypatch.undo()
    with run() as owner:
        assert owner.recounted == LINES[2:]
        assert counted(owner.engine) == anew(owner.history, tiny_base)


def _full(self: ProfileFiles, snapshot: Snapshot) -> None:
    from hushkey.keyboard.errors import FileRefused  # noqa: PLC0415

    raise FileRefused("no room")


@pytest.fixture
def _few_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_memory, "JUDGED", 12)


@pytest.mark.usefixtures("_few_judged")
def test_learning_anew_counts_every_line_and_judges_the_newest(run, tiny_base):
    with run() as owner:
        owner.type(*LINES)
        owner.engine.forget_everything()
        owner.recounted.clear()
        owner.kept.learn_anew()
        assert owner.recounted == LINES[:-2]  # of five words each
        assert counted(owner.engine) == anew(owner.history, tiny_base)
        owner.kept.save()
        assert owner.files.read_memory().cursor == owner.history.cursor()


@given(st.lists(st.lists(st.text("ab ", max_size=9), max_size=4), max_size=5), st.integers(0, 12))
def test_the_newest_lines_are_held_back_and_none_is_lost_or_moved(batches, words):
    newest, handed = Newest(words), []
    for batch in batches:
        handed += newest.push(batch)
    held = [line for batch in newest.batches(2) for line in batch]
    assert handed + held == [line for batch in batches for line in batch]
    assert sum(len(line.split()) for line in held) <= words or len(held) == 1
    assert list(newest.batches()) == []

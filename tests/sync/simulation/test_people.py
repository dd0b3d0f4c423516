"""Who types: the same folder gives the same people, and nobody is measured on who trained."""

import json
import lzma

import pytest

from hushkey.sync.simulation.people import read_people
from hushkey.sync.simulation.refusals import SimulationRefused


@pytest.fixture
def folder(tmp_path):
    rows = [
        json.dumps({"user": f"u{user}", "t": at, "text": f"line {at} of somebody"})
        for user in range(9)
        for at in range(6)
    ]
    (tmp_path / "chat.jsonl").write_text("\n".join(rows[:24]) + "\n", encoding="utf-8")
    with lzma.open(tmp_path / "mail.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write("\n".join(rows[24:]) + "\n")
    return tmp_path


def read(folder, **changes):
    given = {"devices": 5, "held_out": 3, "words": 8, "test_words": 12, **changes}
    return read_people(folder, **given)


def test_the_newest_words_of_different_people(folder):
    people = read(folder)
    names = [person.name for person in (*people.devices, *people.held_out)]
    assert len(set(names)) == 8
    assert {name.split("/")[0] for name in names} <= {"chat", "mail"}
    assert all(person.words == 8 for person in people.devices)
    assert all(person.lines[-1] == "line 5 of somebody" for person in people.devices)
    assert all(person.words == 12 for person in people.held_out)


def test_the_same_folder_gives_the_same_people(folder):
    assert read(folder) == read(folder)
    assert read(folder).digest() == read(folder).digest()
    assert read(folder).digest() != read(folder, words=4).digest()


def test_more_devices_do_not_change_who_is_held_out(folder):
    assert read(folder).held_out == read(folder, devices=6).held_out


def test_too_few_writers_are_refused(folder):
    with pytest.raises(SimulationRefused, match="fewer devices"):
        read(folder, devices=100)


def test_a_file_of_something_else_is_refused_and_not_quoted(folder):
    (folder / "other.jsonl").write_text('["a secret"]\n', encoding="utf-8")
    with pytest.raises(SimulationRefused) as refused:
        read(folder)
    assert "secret" not in str(refused.value)


def test_further_people_are_the_last_and_nobody_else(folder):
    people = read(folder, devices=3, held_out=2, public=1, further=2)
    groups = (people.devices, people.held_out, people.public, people.further)
    names = [person.name for group in groups for person in group]
    assert len(names) == len(set(names)) == 8
    assert people.digest() == read(folder, devices=3, held_out=2).digest()
    more = read(folder, devices=3, held_out=2, public=1, further=9)
    assert len(more.further) == 3, "as many as are left"
    assert list(more.further)[-2:] == list(people.further)
    assert not read(folder, devices=3, held_out=2).further

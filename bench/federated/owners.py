"""Devices' owners with a test of their own: text that they typed after what their devices learned from."""

from collections.abc import Sequence
from dataclasses import dataclass

from hushkey.sync.simulation.people import People, Person


@dataclass(frozen=True, slots=True)
class Owners:
    """People whose devices learn from all but the end of what they typed, and those ends."""

    people: People
    tests: Sequence[Person]


def owners_of(people: People, test_words: int, count: int | None = None) -> Owners:
    """Cut whole lines of about `test_words` off the end of each device's history; never more than a half of it.

    Who typed one line alone is passed over. The first `count` of the others are taken.
    """
    histories, tests = [], []
    for person in people.devices:
        if len(person.lines) < 2:
            continue
        room = min(test_words, person.words // 2)
        cut = len(person.lines)
        words = 0
        while cut > 1 and words < room:
            cut -= 1
            words += len(person.lines[cut].split())
        histories.append(Person(person.name, person.lines[:cut]))
        tests.append(Person(person.name, person.lines[cut:]))
    return Owners(People(histories[:count], people.held_out, people.public), tests[:count])

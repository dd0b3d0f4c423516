"""Who types: public writers as devices, and other writers whom nothing is learned from. Reads files, draws nothing.

Writers stand in an order by a hash of their names, so that the same folder gives the same people: the first are held
out, the next are devices, those after them are the public ones that directions are found on, and the last of all are
further ones to be measured on, once, when all is learned. A device's history is its newest words, as a real device
takes them; a held-out writer's test is theirs.
"""

import hashlib
import json
import lzma
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hushkey.sync.device.training import newest
from hushkey.sync.simulation.refusals import SimulationRefused


@dataclass(frozen=True, slots=True)
class Person:
    """One writer: `name` is corpus/user; lines oldest first."""

    name: str
    lines: Sequence[str]

    @property
    def corpus(self) -> str:
        """Return the part of the name before the slash."""
        return self.name.split("/", maxsplit=1)[0]

    @property
    def words(self) -> int:
        """Count the words."""
        return sum(len(line.split()) for line in self.lines)

    def newest(self, words: int) -> "Person":
        """Return the person with their newest words alone, as a device trains on them."""
        return Person(self.name, newest(self.lines, words))


@dataclass(frozen=True, slots=True)
class People:
    """The devices' owners, those who are measured on and have no device, and others whose lines are public.

    `further`: whom only what is learned at the end is measured on, in tables that ask for more than those held out.
    """

    devices: Sequence[Person]
    held_out: Sequence[Person]
    public: Sequence[Person] = ()
    further: Sequence[Person] = ()

    def digest(self) -> str:
        """Name exactly the devices' and the held-out people and lines: what a run's result depends on."""
        told = hashlib.sha256()
        for person in (*self.devices, *self.held_out):
            told.update(json.dumps([person.name, list(person.lines)]).encode())
        return told.hexdigest()


def read_people(  # noqa: PLR0913
    folder: Path,
    *,
    devices: int,
    held_out: int,
    words: int,
    test_words: int,
    public: int = 0,
    further: int = 0,
) -> People:
    """Return people of a folder of .jsonl(.xz) files of {user, t, text}. Raises SimulationRefused for too few.

    Of the writers whose lines are public as many are taken as there are, up to `public`, and of the further ones up to
    `further` of what is left then.
    """
    people = writers_of(folder)
    wanted = held_out + devices
    if len(people) < wanted:
        raise SimulationRefused(
            f"{folder.name} holds {len(people)} writers and {wanted} are asked for; nothing was run: "
            "ask for fewer devices"
        )
    return People(
        [person.newest(words) for person in people[held_out:wanted]],
        [person.newest(test_words) for person in people[:held_out]],
        [person.newest(words) for person in people[wanted : wanted + public]],
        [person.newest(test_words) for person in last(people[wanted + public :], further)],
    )


def last(people: Sequence[Person], count: int) -> Sequence[Person]:
    """Return the last of them, or all where they are fewer."""
    return people[max(0, len(people) - count) :]


def writers_of(folder: Path) -> list[Person]:
    """Return everybody in a folder in the order that never changes. Raises SimulationRefused."""
    histories = _histories(folder)
    return [Person(name, histories[name]) for name in sorted(histories, key=_place)]


def _place(name: str) -> bytes:
    return hashlib.sha256(f"hushkey simulation/{name}".encode()).digest()


def _histories(folder: Path) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.xz")]):
        corpus = path.name.split(".", maxsplit=1)[0]
        opened = lzma.open if path.suffix == ".xz" else open
        try:
            with opened(path, "rt", encoding="utf-8") as rows:
                for row in rows:
                    held = json.loads(row)
                    if text := held["text"].strip():
                        found[f"{corpus}/{held['user']}"].append(text)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, lzma.LZMAError):
            raise SimulationRefused(
                f"{path.name} is not lines of {{user, t, text}}; nothing was run"
            ) from None
    return found

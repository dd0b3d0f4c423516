"""Merkle trees over the ids of accepted reports, as in Certificate Transparency (RFC 9162 §2.1). Pure.

A leaf is SHA-256(0x00 | id), a node SHA-256(0x01 | left | right). Leaves stand in ascending order of the ids. A level's
last node without a sibling rises as it is: the same tree as splitting at the largest power of two.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable

from hushkey.sync.errors import BatchRefused, ReceiptRefused
from hushkey.sync.messages import Path

ID_BYTES = 16


def leaf(report: bytes) -> bytes:
    """Hash of a leaf (32,)."""
    return hashlib.sha256(b"\x00" + report).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash of a node (32,)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree of one batch, all levels held: a root, a path for each id. Raises BatchRefused for an id given twice."""

    def __init__(self, reports: Iterable[bytes]) -> None:
        self.reports = tuple(sorted(reports))
        if any(len(report) != ID_BYTES for report in self.reports):
            raise BatchRefused(f"a report's id has {ID_BYTES} bytes; no tree was made")
        if len(set(self.reports)) < len(self.reports):
            raise BatchRefused("a report is listed twice; no tree was made")
        self._levels = [[leaf(report) for report in self.reports]]
        while len(self._levels[-1]) > 1:
            self._levels.append(_above(self._levels[-1]))

    @property
    def root(self) -> bytes:
        """The root (32,); of no reports, SHA-256 of nothing."""
        return self._levels[-1][0] if self.reports else hashlib.sha256(b"").digest()

    def path(self, report: bytes, *, sequence: int) -> Path:
        """Return an id's path to the root. Raises ReceiptRefused where it is not among them."""
        index = bisect_left(self.reports, report)
        if index == len(self.reports) or self.reports[index] != report:
            raise ReceiptRefused("the report is not among those that were accepted")
        siblings = [
            level[place ^ 1]
            for height, level in enumerate(self._levels[:-1])
            if (place := index >> height) ^ 1 < len(level)
        ]
        return Path(report, sequence, index, len(self.reports), tuple(siblings))


def root(reports: Iterable[bytes]) -> bytes:
    """Return the root over these ids, in whatever order they come. Raises BatchRefused for one given twice."""
    return Tree(reports).root


def verify_path(path: Path, expected: bytes) -> None:
    """Return if the path leads to this root (RFC 9162 §2.1.3.2). Raises ReceiptRefused."""
    place, last = path.index, path.leaves - 1
    reached = leaf(path.report)
    sound = place <= last
    for sibling in path.siblings:
        sound = sound and last > 0
        if place & 1 or place == last:
            reached = node(sibling, reached)
            while not place & 1 and place:  # levels that it rose through alone
                place, last = place >> 1, last >> 1
        else:
            reached = node(reached, sibling)
        place, last = place >> 1, last >> 1
    if not sound or last != 0 or reached != expected:
        raise ReceiptRefused(
            "the path does not lead to the recorded root; the receipt was not taken; fetch it anew, and ask the "
            "operators if it is refused again"
        )


def _above(level: list[bytes]) -> list[bytes]:
    """Return the next level: pairs joined, a last one without a sibling as it is."""
    pairs = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs + level[len(level) - len(level) % 2 :]

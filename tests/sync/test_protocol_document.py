"""docs/protocol.md names every field of a message that it tells of, in the order in which they travel."""

import re
from pathlib import Path

import pytest
from protocol_stand_ins import METADATA, SUITE, TASK_HASH

from hushkey.sync import messages
from hushkey.sync.messages import envelope_info

TEXT = (Path(__file__).resolve().parents[2] / "docs/protocol.md").read_text(encoding="utf-8")


def _table(after: str) -> list[list[str]]:
    """The rows of the first table behind a text."""
    lines = TEXT[TEXT.index(after) + len(after) :].splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("|---"))
    rows = []
    for line in lines[start + 1 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


TABLES = {
    "Task": "## Tasks",
    "Receiver": "## Receivers",
    "Metadata": "## Reports",
    "Invitation": "## Enrolment",
    "Record": "## Records, and when",
    "Path": "## Merkle tree",
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_has_the_messages_fields_in_order(kind):
    named = [name for row in _table(TABLES[kind]) for name in re.findall(r"`(\w+)`", row[0])]
    assert tuple(named) == getattr(messages, kind).__struct_fields__


@pytest.mark.parametrize(
    "kind", ["Offer", "Report", "Withdrawal", "Withdrawn", "Enrolment", "Operator"]
)
def test_a_list_has_the_messages_fields_in_order(kind):
    (listed,) = re.findall(rf"`{kind}` = \[([^\]]*)\]", TEXT)
    assert tuple(re.findall(r"`(\w+)`", listed)) == getattr(messages, kind).__struct_fields__


def test_the_parts_of_the_info_are_those_of_the_table():
    info = envelope_info("helper", TASK_HASH, METADATA)
    parts = []
    while info:
        size = int.from_bytes(info[:4], "big")
        parts.append(info[4 : 4 + size])
        info = info[4 + size :]
    rows = _table("`info`, byte for byte")
    assert len(parts) == len(rows)
    for part, row in zip(parts, rows, strict=True):
        assert row[1] in {str(len(part)), "as it is"}
    assert [row[2].strip("`") for row in rows[:3]] == [part.decode() for part in parts[:3]]
    assert SUITE in rows[2][2]

"""Which writers are audited, and what the section says of them."""

import numpy as np
import pytest

from bench.audit.report import section
from bench.audit.writers import GROUPS, Writer, chosen
from hushkey.keyboard.audit.attacking import ATTACKS
from hushkey.keyboard.audit.figures import (
    AuditReport,
    Finding,
    Forgotten,
    Redacted,
    Shared,
    Surface,
)
from hushkey.keyboard.audit.querying import OwnWords


def surface(bits: float, p: float, leak: str = "harmful") -> Surface:
    findings = tuple(
        Finding(kind, count, bits, bits + 0.5, 1.0, leak, ("beam, half",))
        for kind in ("name", "code", "phrase")
        for count in (1, 16)
    )
    return Surface(findings, 1024, p)


@pytest.fixture
def report() -> AuditReport:
    known, chance = surface(10.0, 0.0001), surface(1.4, 0.6, "none")
    return AuditReport(
        words=2_600,
        rounds=1,
        seconds=1.0,
        attacks=ATTACKS,
        ngrams=known,
        adapter=surface(5.0, 0.0001),
        shared=Shared(surface(3.0, 0.0001), chance, 600, 2.18, 8.0, 3),
        forgotten=Forgotten(chance, chance, same_memory=True, same_adapter=True),
        redacted=Redacted(6, 6),
        own=OwnWords(300, 21, 23, 8),
    )


def test_the_groups_are_disjoint_and_what_their_names_say():
    rng = np.random.default_rng(1)
    found = [
        Writer([f"writer {n}"], int(rng.integers(300, 9000)), float(rng.normal(12.0, 1.0)))
        for n in range(400)
    ]
    drawn = chosen(found, 5)
    assert list(drawn) == list(GROUPS)
    names = [writer.lines[0] for group in drawn.values() for writer in group]
    assert len(set(names)) == len(names) == 15
    smallest = np.quantile([writer.words for writer in found], 0.1)
    strangest = np.quantile([writer.strangeness for writer in found], 0.9)
    assert all(writer.words <= smallest for writer in drawn["smallest histories"])
    assert all(writer.strangeness >= strangest for writer in drawn["farthest from the base"])
    assert all(
        writer.words > smallest and writer.strangeness < strangest
        for writer in drawn["ordinary writers"]
    )
    assert chosen(found, 5) == drawn


def test_the_section_tells_every_surface_and_the_test_over_all(report):
    less = {"whole": surface(3.0, 0.0001)}
    shares = {"the app's slots": {1: 0.0, 16: 1.0}, "the bare ranking": {1: 0.5, 16: 1.0}}
    reports = {"sample histories": report, "smallest histories": report}
    told = section(reports, report, less, shares, "the command")
    for said in (
        "n-gram memory",
        "plain delta",
        "noised mean of 600",
        "adapter after forget",
        "smallest histories",
        "cut 6",
        "**cannot be told from chance**",
        "21 → 23 of 300",
        "`the command`",
    ):
        assert said in told
    assert "4 of 4" in told  # names and codes; the phrase points at nobody


def test_a_leak_in_what_would_be_shared_is_said_aloud(report):
    shared = Shared(surface(3.0, 0.0001), surface(2.0, 0.001), 600, 2.18, 8.0, 3)
    leaking = AuditReport(
        *(getattr(report, name) if name != "shared" else shared for name in AuditReport.__slots__)
    )
    told = section({"sample histories": leaking}, leaking, {}, {"slots": {1: 0.0}}, "x")
    assert "**CAN BE TOLD FROM CHANCE**" in told

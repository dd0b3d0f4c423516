"""What the command and the app's room share: an audit of the owner's lines, and what is kept of it."""

import json
from contextlib import contextmanager

import pytest

from hushkey.keyboard.audit import own
from hushkey.keyboard.audit.attacking import ATTACKS
from hushkey.keyboard.audit.auditing import AuditRefused
from hushkey.keyboard.audit.figures import (
    AuditReport,
    Finding,
    Forgotten,
    Redacted,
    Shared,
    Surface,
)
from hushkey.keyboard.audit.own import LAST_AUDIT, audit_own, keep, last_of
from hushkey.keyboard.audit.rounds import AuditCancelled, Effort
from hushkey.keyboard.audit.training import Trains
from hushkey.keyboard.audit.verdict import headline, headline_of
from hushkey.keyboard.notes import SavedSettings
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.store import Store

LINES = [
    f"{opening} {what} {when}"
    for opening in ("please bring", "we should order", "she forgot", "nobody wants", "he sold")
    for what in ("the blue kettle", "some seeded bread", "all the chairs")
    for when in ("tomorrow morning", "before lunch", "on the way home")
]


@pytest.fixture
def settings() -> SavedSettings:
    return SavedSettings(Store.memory())


def report(noised_p: float | None) -> AuditReport:
    """A report by hand; without a p of what is shared nothing was trained."""

    def surface(p: float) -> Surface:
        return Surface((Finding("name", 1, 9.0, 9.0, 1.0, "harmful", ()),), 1024, p)

    shared = None
    if noised_p is not None:
        shared = Shared(surface(0.2), surface(noised_p), 600, 2.18, 8.0, 1)
    left = Forgotten(surface(0.5), None, same_memory=True, same_adapter=None)
    adapter = None if shared is None else surface(0.001)
    return AuditReport(
        900, 1, 9.0, ATTACKS, surface(0.001), adapter, shared, left, Redacted(6, 6), None
    )


@pytest.mark.parametrize("noised_p", [None, 0.4, 0.001])
def test_what_is_kept_gives_the_verdict_that_was_given(settings, noised_p):
    made = report(noised_p)
    keep(settings, made)
    kept = last_of(settings)
    assert kept is not None
    assert kept.figures == json.loads(json.dumps(made.as_dict()))
    assert headline_of(kept.figures) == headline(made)


@pytest.mark.parametrize("held", [None, 3, {}, {"at": "?", "figures": {}}, {"at": 1.0}])
def test_where_none_was_kept_that_can_be_read_there_is_none(settings, held):
    if held is not None:
        settings.set(LAST_AUDIT, held)
    assert last_of(settings) is None


@pytest.fixture
def untrained(monkeypatch):
    """A small audit that trains nothing: the trainer's own tests are test_auditing's."""

    @contextmanager
    def nothing(*_, **__):
        yield Trains(lambda _: None)

    monkeypatch.setattr(own, "training", nothing)
    monkeypatch.setattr(own, "QUICK", Effort(counts={1: 1}, candidates=16, draws=1, own_places=2))


@pytest.fixture
def profile(shipped_base):
    made = Profile(Store.memory(), None, None, shipped_base)
    made.import_lines(LINES, "app")
    yield made
    made.close()


@pytest.mark.slow
def test_the_owners_history_is_audited_and_only_numbers_are_kept(profile, untrained):
    steps: list[str] = []
    made = audit_own(
        profile, on_progress=lambda doing, *_: steps.append(doing), cancelled=lambda: False
    )
    assert made.words == sum(len(line.split()) for line in LINES)
    assert steps
    kept = last_of(profile.history.settings)
    assert kept is not None
    assert kept.figures["ngrams"]["words"] == made.words
    assert "kettle" not in json.dumps(profile.history.settings.all())
    assert [entry.text for entry in profile.history.entries()] == LINES


def test_stopped_it_keeps_nothing(profile, untrained):
    with pytest.raises(AuditCancelled):
        audit_own(profile, on_progress=lambda *_: None, cancelled=lambda: True)
    assert last_of(profile.history.settings) is None


def test_too_short_a_history_is_refused_and_nothing_is_kept(shipped_base, untrained):
    with Profile(Store.memory(), None, None, shipped_base) as short:
        short.commit("the cat", "app")
        with pytest.raises(AuditRefused, match="200 words"):
            audit_own(short, on_progress=lambda *_: None, cancelled=lambda: False)
        assert last_of(short.history.settings) is None

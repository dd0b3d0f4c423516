"""The whole audit on the shipped base: what it finds, what it leaves alone, when it refuses."""

import json
import subprocess
import sys

import numpy as np
import pytest

from hushkey.keyboard.audit.attacking import ATTACKS
from hushkey.keyboard.audit.auditing import AuditRefused, audit, newest
from hushkey.keyboard.audit.picture import picture
from hushkey.keyboard.audit.rounds import AuditCancelled, Effort
from hushkey.keyboard.audit.training import Trains, training
from hushkey.keyboard.audit.verdict import LOWERS, headline, rows, sentences
from hushkey.model.audit.canaries import draw_canaries
from hushkey.model.audit.exposure import chance_bits

HISTORY = [
    f"{opening} {what} {when}"
    for opening in ("please bring", "we should order", "she forgot", "nobody wants", "he sold")
    for what in ("the blue kettle", "some seeded bread", "all the chairs", "my swimming kit")
    for when in ("tomorrow morning", "before lunch", "on the way home", "after the lesson")
]
SMALL = Effort(counts={1: 1, 16: 1}, candidates=32, draws=2, own_places=10)


NOTHING_TRAINED = Trains(lambda _: None)


@pytest.fixture(scope="module")
def untrained(shipped_base):
    history = list(HISTORY)
    report = audit(history, shipped_base, NOTHING_TRAINED, SMALL, noise_entropy=1)
    assert history == HISTORY  # it is only read
    return report


@pytest.fixture(scope="module")
def idle(shipped_base):
    """An audit of an adapter that learned nothing."""
    slight = slight_adapter(shipped_base)
    return audit(HISTORY, shipped_base, Trains(lambda _: slight), SMALL, noise_entropy=1)


def slight_adapter(base):
    """An adapter that changes a little and knows no history."""
    runtime = base.runtime()
    slight = np.full((16, runtime.shape.width), 1e-3, dtype=np.float32)
    return runtime.zero_adapter().replaced({"output": slight})


@pytest.fixture(scope="module")
def trained(shipped_base):
    """An audit as its owner runs it, with the real trainer."""
    effort = Effort(counts={1: 1, 16: 2}, candidates=128, draws=2, own_places=20)
    with training(shipped_base) as trains:
        return audit(HISTORY, shipped_base, trains, effort, noise_entropy=1)


def test_the_memory_knows_what_was_typed_once(untrained):
    assert untrained.ngrams.bits() == 5.0  # of 32 candidates
    assert not untrained.ngrams.is_chance
    assert untrained.ngrams.share("beam, prefix") == 1.0
    assert untrained.ngrams.leaks("harmful") == 6  # names, codes and addresses
    assert untrained.ngrams.leaks("benign") == 2  # phrases


def test_a_secret_typed_once_is_not_in_the_slots_and_one_typed_often_is(untrained):
    named = [each for each in untrained.ngrams.findings if each.kind in {"name", "code"}]
    for finding in named:
        assert ("slots, prefix" in finding.attacks) == (finding.count == 16)


def test_what_redaction_is_there_for_never_gets_into_the_copy(untrained):
    assert untrained.redacted.typed == untrained.redacted.cut == 6


def test_once_forgotten_the_memory_is_to_the_bit_that_of_who_never_typed_them(untrained):
    assert untrained.forgotten.same_memory
    assert untrained.forgotten.ngrams.is_chance
    assert untrained.forgotten.ngrams.extracted == 0.0
    assert untrained.forgotten.ngrams.leaks("harmful") == 0


def test_without_an_adapter_the_figures_are_still_all_there(untrained):
    told = untrained.as_dict()
    assert list(told) == ["ngrams", "adapter", "shared"]
    for kind in ("adapter", "shared"):
        assert told[kind]["count"] == 0
        assert told[kind]["exposure_bits"] == told[kind]["chance_bits"] == chance_bits(32)
    assert "no adapter was trained" in headline(untrained)


def test_an_adapter_that_learned_nothing_cannot_be_told_from_chance(idle):
    assert idle.adapter.is_chance
    assert idle.shared.delta.is_chance
    assert idle.shared.noised.is_chance
    assert idle.forgotten.same_adapter


def test_the_figures_are_the_agreed_ones_and_plain_json(idle):
    told = json.loads(json.dumps(idle.as_dict()))
    for kind in ("ngrams", "adapter", "shared"):
        assert {"count", "exposure_bits", "chance_bits", "extracted"} <= told[kind].keys()
        assert told[kind]["count"] == 8
        assert set(told[kind]["by_attack"]) == set(ATTACKS)
    assert told["shared"]["batch"] == 600
    assert told["shared"]["lifetime_epsilon"] == 8.0


def test_neither_figures_nor_verdict_nor_picture_tell_a_canary_or_a_line(idle, shipped_base):
    rng = np.random.default_rng([1, 0])
    canaries = draw_canaries(shipped_base.lexicon, rng, candidates=32, counts=SMALL.counts)
    table = [cell for row in rows(idle) for cell in row]
    told = json.dumps([idle.as_dict(), sentences(idle), headline(idle), table, picture(idle)])
    for canary in canaries:
        assert canary.format.before not in told
        assert not any(word in told.split() for word in canary.secret if not word.isdigit())
    assert "kettle" not in told


def test_the_same_seed_and_noise_give_the_same_figures(shipped_base):
    effort = Effort(counts={1: 1}, candidates=8, draws=1, own_places=0, retrains=False)
    slight = slight_adapter(shipped_base)
    one, again, other = (
        audit(HISTORY, shipped_base, Trains(lambda _: slight), effort, noise_entropy=entropy)
        for entropy in (1, 1, 2)
    )
    assert (one.ngrams, one.shared) == (again.ngrams, again.shared)
    assert one.shared.delta == other.shared.delta
    assert one.shared.noised != other.shared.noised


def test_what_would_be_shared_is_trained_by_itself_where_there_is_a_plan_for_it(shipped_base):
    effort = Effort(counts={1: 1}, candidates=8, draws=1, own_places=0, retrains=False)
    slight = slight_adapter(shipped_base)
    trains = Trains(lambda _: slight, lambda _: slight.scaled(50.0))
    apart = audit(HISTORY, shipped_base, trains, effort, noise_entropy=1)
    of_one = audit(HISTORY, shipped_base, Trains(lambda _: slight), effort, noise_entropy=1)
    assert apart.adapter == of_one.adapter
    assert apart.shared.delta != of_one.shared.delta


def test_too_short_a_history_is_refused_without_a_word_of_it(shipped_base):
    with pytest.raises(AuditRefused, match="needs a history of 200 words and this one has 4") as no:
        audit(["my word is zorbton"], shipped_base, NOTHING_TRAINED)
    assert "zorbton" not in str(no.value)


def test_it_stops_when_it_is_told_to(shipped_base):
    said = []

    def progress(what, done, total):
        said.append((what, done, total))

    with pytest.raises(AuditCancelled, match="nothing was changed"):
        audit(
            HISTORY,
            shipped_base,
            NOTHING_TRAINED,
            SMALL,
            on_progress=progress,
            cancelled=lambda: len(said) > 3,
        )
    assert len(said) == 4
    assert all(0 <= done <= total for _, done, total in said)


def test_of_a_long_history_the_newest_lines_are_copied():
    assert newest(["one two", "three four", "five"], 3) == ["three four", "five"]
    assert newest(["one two"], 3) == ["one two"]


@pytest.mark.slow
def test_what_a_real_adapter_learned_is_found_and_the_noise_of_a_batch_hides_it(trained):
    often = trained.adapter.over_base_bits(lambda each: each.count == 16)
    assert often > chance_bits(128) + 3.0
    assert not trained.adapter.is_chance
    assert not trained.shared.delta.is_chance
    assert trained.shared.noised.is_chance


@pytest.mark.slow
def test_a_real_adapter_trained_after_forgetting_is_to_the_byte_that_of_who_never_typed_them(
    trained,
):
    assert trained.forgotten.same_adapter
    assert trained.forgotten.adapter.is_chance


@pytest.mark.slow
def test_the_verdict_names_what_could_be_read_and_what_lowers_it(trained):
    told = " ".join(sentences(trained))
    for named in (
        "n-gram memory",
        "adapter",
        "plain delta",
        "batch of 600",
        "Redaction cut 6 of 6",
    ):
        assert named in told
    assert "cannot be told from chance" in headline(trained)
    assert len(rows(trained)) == 7
    assert any("forget" in remedy for remedy in LOWERS)


def test_the_picture_is_a_whole_svg_that_loads_nothing(idle):
    from xml.etree import ElementTree as ET  # noqa: PLC0415

    drawn = picture(idle)
    root = ET.fromstring(drawn)  # noqa: S314 - drawn here, a moment ago
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "href" not in drawn
    assert drawn.count("://") == 1
    for name in ("n-gram memory", "noised mean of 600", "typed 16 times", "chance"):
        assert name in drawn


def test_auditing_loads_no_torch_of_its_own():
    loading = (
        "import sys, hushkey.keyboard.audit.auditing, hushkey.keyboard.audit.training\n"
        "print('torch' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", loading], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"


def test_each_round_plants_canaries_of_its_own(shipped_base):
    effort = Effort(rounds=2, counts={1: 1}, candidates=8, own_places=0)
    report = audit(HISTORY, shipped_base, NOTHING_TRAINED, effort)
    assert report.rounds == 2
    assert report.ngrams.as_dict(ATTACKS)["count"] == 8
    assert report.redacted.typed == 12

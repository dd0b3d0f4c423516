"""The word-recovery attack reads a plain delta and reads nothing in a share; what the check makes of either."""

import hashlib
import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from protocol_stand_ins import NOW, drawn, receiver, task

from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.sync.codec import Codec, CodecTerms
from hushkey.sync.device.attack import Attacker, area, words_of
from hushkey.sync.device.attack import _ranks as ranks
from hushkey.sync.device.checks import Views, check
from hushkey.sync.device.reporting import Place, build
from hushkey.sync.device.training import train_delta
from hushkey.sync.messages import Group, encode, hash_of
from hushkey.sync.task_terms import codec_terms, flatten

SAMPLES = Path(__file__).resolve().parents[3] / "data_samples"
RANKS = {"output": 16}


def lines_of(name: str) -> list[str]:
    return (SAMPLES / name).read_text(encoding="utf-8").splitlines()


def repeating(label: str):
    """Entropy that is a stream of SHAKE-256: the same for the same label."""
    numbers = itertools.count()
    return lambda size: hashlib.shake_256(f"{label} {next(numbers)}".encode()).digest(size)


def naive_area(scores, owned) -> float:
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[owned] for b in scores[~owned]]
    return float(np.mean(pairs))


def test_the_area_is_that_of_counting_pairs():
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 20, 300).astype(np.float64)
    owned = rng.random(300) < 0.2
    assert area(ranks(scores), owned) == pytest.approx(naive_area(scores, owned))


@pytest.fixture(scope="module")
def start(shipped_base: Base) -> Adapter:
    zero = shipped_base.runtime().zero_adapter()
    return Adapter.zero(zero.shape, base=zero.base, seed=1, ranks=RANKS)


@pytest.fixture(scope="module")
def attacker(shipped_base: Base, start: Adapter) -> Attacker:
    made = Attacker(shipped_base, start)
    made.prepare()
    return made


@pytest.fixture(scope="module")
def delta(shipped_base: Base, start: Adapter) -> Adapter:
    """What a person's lines change: trained for real, seven steps."""
    return train_delta(shipped_base, start, lines_of("parent-history.txt"))


@pytest.fixture(scope="module")
def words() -> frozenset[str]:
    return words_of(lines_of("parent-history.txt"))


def weak_task(start: Adapter, **changes):
    """A task that would be taken, but for its noise, of this base's real size."""
    dimension = start.shape.parameters(RANKS)
    fields = {
        "base": start.base, "adapter_seed": 1, "groups": (Group("output", 16),), "kept": dimension,
        "batch_min": 100, "batch_max": 150, "rotation_seed": drawn("rotation"), "bits": 40, "sigma": 1,
        "clip_norm": 1.0, "scale": 1 << 16, "weight_units": 1 << 12, "age_weights": (1,), "variance_floor": 1e-12,
    }  # fmt: skip
    made = task(**(fields | changes))
    terms = codec_terms(made, start.shape).fitted(made.batch_max, made.weight_max, made.sigma)
    return task(**(fields | {"bits": terms.bits} | changes))


def strong_sigma(start: Adapter) -> int:
    """A noise of lifetime epsilon 8 over ten reports: about 2.6 clip norms in each coordinate."""
    terms: CodecTerms = codec_terms(weak_task(start), start.shape)
    return int(2.6 * terms.norm_bound)


@pytest.mark.slow
def test_words_are_read_out_of_a_plain_delta(attacker: Attacker, delta: Adapter, words):
    found = attacker.attack(delta, words)
    assert found.all_words.auc > 0.57
    assert found.all_words.low > 0.5
    assert found.all_words.beyond_chance
    assert found.all_words.hits > 2 * found.all_words.hits_by_chance
    assert found.rare_words.auc > 0.55


@pytest.mark.slow
def test_the_words_of_another_person_are_not_read_out_as_well(
    attacker: Attacker, delta: Adapter, words
):
    others = words_of(lines_of("sysadmin-notes.txt")) - words
    assert (
        attacker.attack(delta, others).all_words.auc < attacker.attack(delta, words).all_words.auc
    )


@pytest.mark.slow
def test_nothing_is_read_out_of_either_share(
    attacker: Attacker, start: Adapter, delta: Adapter, words
):
    made = weak_task(start)
    place = Place(
        made, hash_of(encode(made)), start.shape, 0, receiver("leader"), receiver("helper")
    )
    views = Views(made, place.codec, start)
    numbers = flatten(delta, RANKS)
    entropy = repeating("shares")
    chances = []
    for _ in range(4):
        built = build(place, numbers, zeros=False, now=NOW, entropy=entropy)
        both = (views.of_sum(share) for share in (built.shares.leader, built.shares.helper))
        chances += [attacker.attack(share, words).all_words.chance for share in both]
    assert min(chances) > 0.02, chances
    assert max(chances) > 0.4, chances
    whole = views.of_sum(built.shares.encoded)
    assert attacker.attack(whole, words).all_words.beyond_chance, (
        "both shares together are the delta"
    )


@pytest.mark.slow
def test_weak_noise_is_refused_and_strong_noise_is_not(attacker, start, delta, words):
    numbers = flatten(delta, RANKS)
    weak = weak_task(start)
    views = Views(weak, Codec(codec_terms(weak, start.shape)), start)
    # The rare words that this delta raised most: as if they had been all that its owner typed.
    likeliest = np.argsort(-attacker.scores(delta))
    raised = frozenset([attacker.words[n] for n in likeliest if attacker.rare[n]][:40])
    verdict = check(numbers, 1.0, raised, views, attacker, os.urandom)
    assert verdict.refusal == "rare words surfaced"
    strong = weak_task(start, sigma=strong_sigma(start))
    hidden = Views(strong, Codec(codec_terms(strong, start.shape)), start)
    refused = [
        check(numbers, 1.0, words, hidden, attacker, repeating(f"noise {n}")).send_zeros
        for n in range(5)
    ]
    assert not any(refused)


def test_a_delta_that_is_not_finite_is_refused_whoever_looks(attacker, start, words):
    numbers = np.zeros(start.shape.parameters(RANKS))
    numbers[7] = np.nan
    weak = weak_task(start)
    views = Views(weak, Codec(codec_terms(weak, start.shape)), start)
    assert check(numbers, 0.0, words, views, attacker, os.urandom).refusal == "not finite"
    assert check(numbers, 0.0, words, views, None, os.urandom, sample=True).refusal == "not finite"
    with pytest.raises(ValueError, match="looked for"):
        check(numbers, 0.0, words, views, None, os.urandom)


def test_zeros_look_like_any_report(start: Adapter):
    made = weak_task(start)
    place = Place(
        made, hash_of(encode(made)), start.shape, 0, receiver("leader"), receiver("helper")
    )
    numbers = np.random.default_rng(1).normal(0, 0.1, start.shape.parameters(RANKS))
    sent, zeros = (
        build(place, numbers, zeros=zeros, now=NOW, entropy=os.urandom) for zeros in (False, True)
    )
    assert len(sent.data) == len(zeros.data)
    bits = made.bits
    for built in (sent, zeros):
        high = (built.shares.leader >> np.uint64(bits - 1)).mean()
        assert 0.45 < high < 0.55, "uniform, whatever it hides"
    assert not np.any(place.codec.decode_sum(zeros.shares.encoded).vector)
    assert np.any(place.codec.decode_sum(sent.shares.encoded).vector)


def test_a_delta_of_zeros_tells_nothing(attacker: Attacker, start: Adapter, words):
    found = attacker.attack(start, words)
    assert (found.all_words.auc, found.all_words.chance) == (0.5, 1.0)

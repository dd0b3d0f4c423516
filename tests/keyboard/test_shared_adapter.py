"""What many devices learned lies beneath what one learned: added up exactly, kept, trained upon, never mixed in."""

import numpy as np
import pytest

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.keystore import open_keystore
from hushkey.keyboard.learner import Learned, LearnReport
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.keyboard.system_keyring import no_keyring
from hushkey.model.adapter import Adapter
from hushkey.model.errors import ModelMismatch
from hushkey.model.plans import Plan

PLAN = Plan("test", {"lstm_bias": 1, "output": 4})


@pytest.fixture(autouse=True)
def _without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own keyring is none of a test's business."""
    monkeypatch.setattr(
        "hushkey.keyboard.profile.open_keystore",
        lambda home, **options: open_keystore(home, keyring=no_keyring, **options),
    )


@pytest.fixture
def opened(tmp_path, tiny_base):
    def open_one() -> Profile:
        return open_profile(tmp_path, allow_bare_file=True, base=tiny_base)

    return open_one


def adapter_like(base, ranks, seed, size=0.5) -> Adapter:
    """An adapter of random numbers."""
    zero = base.runtime().zero_adapter()
    room = Adapter.zero(zero.shape, base=zero.base, seed=zero.seed, ranks=ranks)
    rng = np.random.default_rng(seed)
    return room.replaced(
        {
            name: (size * rng.standard_normal(held.shape)).astype(np.float32)
            for name, held in room.tensors.items()
        }
    )


def scores(engine: SuggestionEngine) -> list[tuple[str, float]]:
    return [(offered.text, offered.score) for offered in engine.suggest("are you ", k=3)]


def test_the_network_works_with_the_sum_of_both(tiny_base):
    shared = adapter_like(tiny_base, {"output": 2}, 1)
    own = adapter_like(tiny_base, {"output": 4, "lstm_bias": 1}, 2)
    both, summed = SuggestionEngine(tiny_base), SuggestionEngine(tiny_base)
    plain = scores(both)
    both.use_shared(shared)
    assert scores(both) != plain
    assert not both.adapted
    both.use_adapter(own)
    summed.use_adapter(shared.plus(own))
    assert scores(both) == scores(summed)
    both.use_adapter(None)
    summed.use_adapter(shared)
    assert scores(both) == scores(summed)
    both.use_shared(None)
    assert scores(both) == plain


def test_one_of_another_base_is_refused_and_all_stays(tiny_base):
    engine = SuggestionEngine(tiny_base)
    shared = adapter_like(tiny_base, {"output": 2}, 1)
    engine.use_shared(shared)
    before = scores(engine)
    other = Adapter("another", shared.seed, shared.shape, shared.tensors)
    with pytest.raises(ModelMismatch):
        engine.use_shared(other)
    assert engine.shared is shared
    assert scores(engine) == before


def test_it_is_there_again_at_the_next_start_also_after_forgetting_and_gone_after_a_wipe(
    opened, tiny_base
):
    shared = adapter_like(tiny_base, {"output": 2}, 1)
    with opened() as profile:
        profile.commit("are you there", "test")
        profile.use_shared(shared)
    with opened() as profile:
        held = profile.engine.shared
        assert held is not None
        assert held.to_bytes() == shared.to_bytes()
        profile.forget("there")
        assert profile.engine.shared is not None
        profile.use_shared(None)
    with opened() as profile:
        assert profile.engine.shared is None
        profile.use_shared(shared)
        where = profile.places.shared
        assert where.exists()
        profile.wipe()
    assert not where.exists()


class ScriptedTrainer:
    """Moves every number that it is given to train by one, and notes where it started."""

    started: Adapter

    def __init__(self, folder) -> None:
        pass

    def train(self, lines, start, *_, **__) -> Learned:
        ScriptedTrainer.started = start
        moved = {name: held + np.float32(1.0) for name, held in start.tensors.items()}
        return Learned(LearnReport(len(lines), 0.0, kept=True), start.replaced(moved))

    def close(self) -> None:
        pass


def test_learning_starts_from_it_and_keeps_the_persons_own_part(opened, tiny_base, monkeypatch):
    monkeypatch.setattr("hushkey.keyboard.adapting.Trainer", ScriptedTrainer)
    shared = adapter_like(tiny_base, {"output": 2}, 3)
    with opened() as profile:
        profile.commit("are you there", "test")
        profile.use_shared(shared)
        profile.learn(plan=PLAN)
        held, own = profile.engine.shared, profile._files.read_adapter(shared)
    started = ScriptedTrainer.started
    assert started.ranks == PLAN.ranks
    assert np.array_equal(started.tensors["output"][:2], shared.tensors["output"])
    assert not started.tensors["output"][2:].any()
    assert held is not None
    assert held.to_bytes() == shared.to_bytes()
    assert own is not None
    for tensor in own.tensors.values():
        assert np.allclose(tensor, 1.0, atol=1e-5)

"""A delta is of the task's groups alone, the same for the same lines, and of nobody's whole life."""

import numpy as np
import pytest
from operators import LINES, World

from hushkey.model.adapter import Adapter
from hushkey.model.groups import SHAREABLE
from hushkey.sync.device.training import newest, require_shareable, train_delta
from hushkey.sync.errors import TaskRefused


def test_the_newest_lines_are_taken_oldest_first():
    lines = ["one two three", "four five", "six"]
    assert newest(lines, 3) == ["four five", "six"]
    assert newest(lines, 100) == lines
    assert newest(lines, 0) == []
    assert newest(["a line of too many words", ""], 2) == [""]


def start_of(base, **ranks) -> Adapter:
    zero = base.runtime().zero_adapter()
    return Adapter.zero(zero.shape, base=zero.base, seed=1, ranks=ranks)


@pytest.mark.parametrize("ranks", [{"output_bias": 1}, {"output": 2, "output_bias": 1}, {}])
def test_what_says_outright_which_words_are_used_is_not_trained(tiny_base, ranks):
    with pytest.raises(TaskRefused):
        require_shareable(start_of(tiny_base, **ranks))


@pytest.mark.slow
def test_the_same_lines_give_the_same_delta_in_the_tasks_groups(tiny_base):
    start = start_of(tiny_base, lstm_bias=1, output=4)
    one, two = (train_delta(tiny_base, start, LINES) for _ in range(2))
    assert one.to_bytes() == two.to_bytes()
    assert set(one.tensors) == {"lstm_bias", "output"} <= set(SHAREABLE)
    assert one.norm() > 0.0


@pytest.mark.slow
def test_a_delta_is_what_changed_of_the_shared_adapter(tiny_base):
    start = start_of(tiny_base, lstm_bias=1, output=4)
    rng = np.random.default_rng(1)
    moved = start.replaced(
        {
            name: rng.normal(0, 0.1, held.shape).astype(np.float32)
            for name, held in start.tensors.items()
        }
    )
    assert train_delta(tiny_base, moved, LINES).norm() < 0.9 * moved.norm()
    assert train_delta(tiny_base, moved, []).norm() == 0.0


@pytest.mark.slow
def test_a_device_that_trains_for_real_reports_and_receives_the_next_version(world: World, home):
    with world.profile(home) as profile, world.joined(profile, train=train_delta) as sharing:
        status = sharing.now()
        assert status.live.stage == "acknowledged", status.notes
        before = sharing.status().version
        world.settle()
        status = sharing.now()
        assert (status.receipts, status.version) == (1, before + 1)
        assert profile.engine.suggest("the ")

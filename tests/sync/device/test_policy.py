"""What a device takes part in, and what it does not, whatever both operators signed."""

import pytest
from operators import world_on
from protocol_stand_ins import task

from hushkey.model.base import Base
from hushkey.sync.device.policy import Policy, tracking_forbidden
from hushkey.sync.errors import PolicyRefused, TaskRefused
from hushkey.sync.messages import Group
from hushkey.sync.task_terms import codec_terms, sensitivity_of


def sound(served: Base, **changes):
    """A task that a person's device takes: batches of thousands, much noise."""
    shape = served.runtime().shape
    groups = (Group("lstm_bias", 1), Group("output", 4))
    size = shape.parameters({group.name: group.rank for group in groups})
    fields = {
        "base": served.identity, "groups": groups, "kept": -(-size // 64) * 64, "batch_min": 600, "batch_max": 700,
        "age_weights": (1,), "bits": 40,
    }  # fmt: skip
    made = task(**(fields | changes))
    if "sigma" not in changes:
        fields["sigma"] = int(2.7 * sensitivity_of(made))
        made = task(**(fields | changes))
    bits = codec_terms(made, shape).fitted(made.batch_max, made.weight_max, made.sigma).bits
    return task(**(fields | {"bits": bits} | changes)), shape


def test_a_sound_task_is_taken(tiny_base):
    Policy().require(sound(tiny_base)[0], tiny_base, tiny_base.runtime().shape)


@pytest.mark.parametrize(
    ("policy", "changes", "told"),
    [
        (Policy(batch_min=601), {}, "batches of 600"),
        (Policy(epsilon_of_report_max=1.0), {}, "cost epsilon"),
        (Policy(), {"base": "another"}, "another base"),
        (Policy(sample=True), {}, "sample profiles"),
    ],
    ids=["a small batch", "little noise", "another base", "a sample profile"],
)
def test_what_is_below_the_owners_floor_is_refused(tiny_base, policy, changes, told):
    made, shape = sound(tiny_base, **changes)
    with pytest.raises(PolicyRefused, match=told):
        policy.require(made, tiny_base, shape)


def test_groups_that_say_outright_which_words_are_used_are_refused(tiny_base):
    shape = tiny_base.runtime().shape
    made = task(base=tiny_base.identity, groups=(Group("output_bias", 1),))
    with pytest.raises(TaskRefused):
        Policy().require(made, tiny_base, shape)


def test_a_demonstration_is_for_sample_profiles_on_loopback(tiny_base, tmp_path):
    with world_on(tmp_path, tiny_base) as world:
        shape = tiny_base.runtime().shape
        Policy(sample=True).require(world.task, tiny_base, shape)
        with pytest.raises(PolicyRefused):
            Policy().require(world.task, tiny_base, shape)


@pytest.mark.parametrize(
    ("value", "forbidden"),
    [
        ("1", True),
        ("true", True),
        ("yes please", True),
        ("", False),
        ("0", False),
        ("false", False),
    ],
)
def test_do_not_track(value, forbidden):
    assert tracking_forbidden({"DO_NOT_TRACK": value}) is forbidden
    assert tracking_forbidden({}) is False

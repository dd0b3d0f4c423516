"""Token buckets and the memory of nonces: bounded, fair, and silent about who asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.coordinator.authentication import Replays
from hushkey.sync.coordinator.limits import Addresses, Buckets, Rate
from hushkey.sync.errors import RateLimited


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def _admitted(buckets: Buckets, sender: bytes, times: int) -> int:
    count = 0
    for _ in range(times):
        try:
            buckets.admit(sender)
        except RateLimited:
            continue
        count += 1
    return count


def test_a_burst_is_taken_and_then_so_many_a_second():
    clock = Clock()
    buckets = Buckets(Rate(2.0, 5), clock)
    assert _admitted(buckets, b"one", 9) == 5
    clock.at += 1.5
    assert _admitted(buckets, b"one", 9) == 3


def test_one_sender_does_not_spend_the_tokens_of_another():
    buckets = Buckets(Rate(1.0, 3), Clock())
    assert _admitted(buckets, b"one", 9) == 3
    assert _admitted(buckets, b"two", 9) == 3


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0.0, 3.0)), max_size=60))
def test_no_sender_is_ever_ahead_of_burst_plus_rate(asked: list[tuple[int, float]]):
    clock = Clock()
    buckets = Buckets(Rate(2.0, 4), clock)
    taken = dict.fromkeys(range(5), 0)
    for sender, pause in asked:
        clock.at += pause
        taken[sender] += _admitted(buckets, bytes([sender]), 1)
        assert taken[sender] <= 4 + 2.0 * (clock.at - 100.0) + 1e-6


def test_memory_is_bounded_and_the_sender_that_was_idle_longest_makes_room():
    buckets = Buckets(Rate(1.0, 2), Clock(), senders_max=3)
    for sender in (b"a", b"b", b"c", b"d"):
        buckets.admit(sender)
    assert len(buckets) == 3
    assert _admitted(buckets, b"d", 5) == 1  # still held
    assert _admitted(buckets, b"a", 5) == 2  # begun anew


def test_an_address_is_held_as_a_keyed_hash_of_its_neighbourhood():
    addresses = Addresses()
    held = addresses.sender("192.0.2.7")
    assert held == addresses.sender("192.0.2.7")
    assert held != addresses.sender("192.0.2.8")
    assert held != Addresses().sender("192.0.2.7")
    assert b"192.0.2.7" not in held
    assert addresses.sender("2001:db8::1") == addresses.sender("2001:db8::ffff:1")
    assert addresses.sender("2001:db8::1") != addresses.sender("2001:db8:0:1::1")
    assert "192" not in repr(addresses)


def test_a_nonce_is_known_the_second_time_and_only_of_its_key():
    replays = Replays()
    assert not replays.seen(b"key", b"nonce", 10, forget_before=0)
    assert replays.seen(b"key", b"nonce", 10, forget_before=0)
    assert not replays.seen(b"other", b"nonce", 10, forget_before=0)


def test_a_nonce_is_forgotten_only_once_its_time_is_refused_anyhow():
    replays = Replays(nonces_max=2)
    replays.seen(b"key", b"old", 10, forget_before=0)
    replays.seen(b"key", b"new", 20, forget_before=0)
    with pytest.raises(RateLimited):
        replays.seen(b"key", b"third", 21, forget_before=5)
    assert replays.seen(b"key", b"old", 10, forget_before=10)  # what was refused took no room
    assert not replays.seen(b"key", b"third", 21, forget_before=11)


def test_keys_make_room_only_when_they_hold_nothing_that_counts():
    replays = Replays(keys_max=2)
    replays.seen(b"a", b"1", 10, forget_before=0)
    replays.seen(b"b", b"1", 30, forget_before=0)
    with pytest.raises(RateLimited):
        replays.seen(b"c", b"1", 30, forget_before=5)
    assert not replays.seen(b"c", b"1", 30, forget_before=20)
    assert replays.seen(b"b", b"1", 30, forget_before=20)

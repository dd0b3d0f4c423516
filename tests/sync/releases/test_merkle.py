"""The tree is that of RFC 9162, a path leads to its root and to no other, and every id has one."""

import hashlib
import itertools

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protocol_stand_ins import ids

from hushkey.sync.errors import BatchRefused, ReceiptRefused
from hushkey.sync.messages import Path
from hushkey.sync.releases.merkle import Tree, leaf, node, root, verify_path

sizes = st.integers(1, 1000)


def _naive(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, word for word."""
    if len(leaves) < 2:
        return (
            hashlib.sha256(b"\x00" + leaves[0]).digest() if leaves else hashlib.sha256(b"").digest()
        )
    split = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below n
    both = _naive(leaves[:split]) + _naive(leaves[split:])
    return hashlib.sha256(b"\x01" + both).digest()


def _naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162 §2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*_naive_path(index, leaves[:split]), _naive(leaves[split:])]
    return [*_naive_path(index - split, leaves[split:]), _naive(leaves[:split])]


@given(size=sizes, data=st.data())
def test_root_and_path_are_those_of_the_recursion(size, data):
    reports = ids(size)
    index = data.draw(st.integers(0, size - 1))
    tree = Tree(data.draw(st.permutations(reports)) if size < 20 else reversed(reports))
    path = tree.path(reports[index], sequence=4)
    assert tree.root == _naive(reports)
    assert path == Path(reports[index], 4, index, size, tuple(_naive_path(index, reports)))
    verify_path(path, tree.root)


def test_every_path_of_every_small_tree_holds():
    for size in range(1, 40):
        tree = Tree(ids(size))
        assert tree.root == _naive(ids(size))
        for report in tree.reports:
            verify_path(tree.path(report, sequence=1), tree.root)


@settings(max_examples=60)
@given(size=sizes, data=st.data())
def test_a_path_of_another_report_place_or_size_does_not_hold(size, data):
    tree = Tree(ids(size))
    index = data.draw(st.integers(0, size - 1))
    path = tree.path(tree.reports[index], sequence=1)
    others = [
        msgspec.structs.replace(path, report=bytes(16)),
        msgspec.structs.replace(path, siblings=(*path.siblings, bytes(32))),
        *(
            msgspec.structs.replace(path, index=other)
            for other in (index + 1, size + index, index ^ 1)
        ),
    ]
    if path.siblings:
        at = data.draw(st.integers(0, len(path.siblings) - 1))
        cut = path.siblings[:at] + path.siblings[at + 1 :]
        changed = (*path.siblings[:at], bytes(32), *path.siblings[at + 1 :])
        others += [msgspec.structs.replace(path, siblings=held) for held in (cut, changed)]
    for other in others:
        with pytest.raises(ReceiptRefused):
            verify_path(other, tree.root)
    with pytest.raises(ReceiptRefused):
        verify_path(path, bytes(32))


def test_a_path_in_a_tree_of_another_size_holds_only_where_its_shape_is_the_same():
    tree = Tree(ids(8))
    path = tree.path(tree.reports[2], sequence=1)
    for leaves in (0, 1, 2, 3, 4, 9, 16, 2**31 - 1):
        with pytest.raises(ReceiptRefused):
            verify_path(msgspec.structs.replace(path, leaves=leaves), tree.root)


@given(
    path=st.builds(
        Path,
        report=st.binary(min_size=16, max_size=16),
        sequence=st.integers(0, 3),
        index=st.integers(0, 2**31 - 1),
        leaves=st.integers(0, 2**31 - 1),
        siblings=st.lists(st.binary(min_size=32, max_size=32), max_size=32).map(tuple),
    )
)
def test_any_path_ends_and_is_refused(path):
    with pytest.raises(ReceiptRefused):
        verify_path(path, bytes(32))


def test_a_node_is_never_a_leaf():
    # Without the two prefixes, a tree of two would be one of a single leaf that is long enough.
    one, other = leaf(bytes(16)), leaf(b"\1" * 16)
    assert node(one, other) != leaf(one + other)
    assert len({node(a, b) for a, b in itertools.product((one, other), repeat=2)}) == 4


def test_a_report_twice_or_an_id_of_another_length_makes_no_tree():
    for reports in ([bytes(16), bytes(16)], [bytes(15)], [bytes(16), bytes(17)]):
        with pytest.raises(BatchRefused):
            root(reports)


@pytest.mark.parametrize("size", [0, 1, 7])
def test_a_report_that_is_not_in_the_tree_has_no_path(size):
    tree = Tree(ids(size))
    for other in (bytes(16), b"\xff" * 16, ids(1, "another")[0]):
        with pytest.raises(ReceiptRefused):
            tree.path(other, sequence=1)


def test_the_tree_of_nothing_has_the_root_of_nothing():
    assert root([]) == hashlib.sha256().digest()

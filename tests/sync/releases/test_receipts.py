"""A receipt proves offline that both operators listed a report, and nothing else passes for one."""

import msgspec
import pytest
from protocol_stand_ins import (
    BACK,
    DEVICE,
    FIRST,
    KEYS,
    PUBLIC,
    REJECTED,
    SAMPLES,
    TASK_SAMPLE,
    ids,
    sealed,
    task,
)

from hushkey.sync.errors import ReceiptRefused, RecordRefused
from hushkey.sync.messages import Signed, decode, encode
from hushkey.sync.releases.merkle import Tree
from hushkey.sync.releases.receipts import Receipt, Verified, verify_receipt

RECEIPT = SAMPLES[Receipt]
assert isinstance(RECEIPT, Receipt)
PATH = RECEIPT.path


def test_a_receipt_says_where_the_report_was_counted():
    assert verify_receipt(RECEIPT, TASK_SAMPLE, PUBLIC) == Verified(
        report=PATH.report,
        batch=FIRST.batch,
        sequence=1,
        version=1,
        outcome="released",
        accepted=180,
        epsilon=5.5,
        at=FIRST.at,
    )


def test_a_receipt_is_kept_and_read_again():
    again = decode(encode(RECEIPT), Receipt, limit_bytes=8192)
    assert verify_receipt(again, TASK_SAMPLE, PUBLIC).report == PATH.report


def test_every_report_of_a_batch_has_a_receipt_of_a_rejected_one_too():
    tree = Tree(ids(180, "batch 2"))
    for report in tree.reports:
        receipt = Receipt(sealed(REJECTED), tree.path(report, sequence=2))
        assert verify_receipt(receipt, TASK_SAMPLE, PUBLIC).outcome == "rejected"


BAD_PATHS = {
    "another report": {"report": bytes(16)},
    "another record": {"sequence": 2},
    "another place": {"index": PATH.index + 1},
    "another size": {"leaves": 121},
    "a sibling fewer": {"siblings": PATH.siblings[:-1]},
    "a sibling more": {"siblings": (*PATH.siblings, bytes(32))},
}


@pytest.mark.parametrize("bad", BAD_PATHS, ids=str)
def test_a_receipt_is_refused_with_the_path_of(bad):
    changed = Receipt(RECEIPT.record, msgspec.structs.replace(PATH, **BAD_PATHS[bad]))
    with pytest.raises(ReceiptRefused):
        verify_receipt(changed, TASK_SAMPLE, PUBLIC)


def test_a_receipt_of_a_record_without_a_batch_is_refused():
    path = msgspec.structs.replace(PATH, sequence=BACK.sequence, leaves=0, siblings=())
    with pytest.raises(ReceiptRefused):
        verify_receipt(Receipt(sealed(BACK), path), TASK_SAMPLE, PUBLIC)


def test_a_receipt_needs_both_signatures_of_the_pinned_keys_on_this_tasks_record():
    alone = Receipt(sealed(FIRST, {"leader": KEYS["leader"]}), PATH)
    changed = Receipt(Signed(encode(REJECTED), RECEIPT.record.signatures), PATH)
    for receipt, of, keys in (
        (alone, TASK_SAMPLE, PUBLIC),
        (changed, TASK_SAMPLE, PUBLIC),
        (RECEIPT, task(name="another"), PUBLIC),
        (RECEIPT, TASK_SAMPLE, {**PUBLIC, "helper": DEVICE.public}),
        (RECEIPT, TASK_SAMPLE, {"leader": PUBLIC["leader"]}),
    ):
        with pytest.raises(RecordRefused):
            verify_receipt(receipt, of, keys)

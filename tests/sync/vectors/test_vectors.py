"""The golden vectors hold: what is good is read as it says, every bad_* case is refused."""

import importlib.util
import json
from pathlib import Path

import pytest
from protocol_stand_ins import KINDS

from hushkey.sync.enrolment import read_code, to_code
from hushkey.sync.envelopes import open_helper, open_leader
from hushkey.sync.errors import (
    ClockRefused,
    CodeRefused,
    EnvelopeRefused,
    MessageRefused,
    ReceiptRefused,
    RecordRefused,
    SignatureRefused,
)
from hushkey.sync.keys import ReceiverKey
from hushkey.sync.messages import (
    BatchItem,
    Metadata,
    Report,
    Signed,
    Task,
    decode,
    encode,
    envelope_info,
    hash_of,
)
from hushkey.sync.messages import Path as MerklePath
from hushkey.sync.releases.chain import follow, follow_all
from hushkey.sync.releases.merkle import root, verify_path
from hushkey.sync.releases.receipts import Receipt, verify_receipt
from hushkey.sync.signing import check_request, read_request

HERE = Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("vectors_make", HERE / "make.py")
assert _spec is not None
assert _spec.loader is not None
make = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make)

LIMIT = 1 << 16


def _held(name: str) -> dict:
    return json.loads((HERE / f"{name}.json").read_text(encoding="ascii"))


MESSAGES, RECORDS, RECEIPTS, REQUESTS, ENROLMENT, ENVELOPES = map(
    _held, ("messages", "records", "receipts", "requests", "enrolment", "envelopes")
)
TASK = decode(bytes.fromhex(RECORDS["task"]), Task, limit_bytes=LIMIT)
KEYS = {role: bytes.fromhex(key) for role, key in RECORDS["keys"].items()}
CHAIN = [decode(bytes.fromhex(held), Signed, limit_bytes=LIMIT) for held in RECORDS["chain"]]


def each_bad(held: dict):
    return pytest.mark.parametrize("bad", held["bad"], ids=[case["name"] for case in held["bad"]])


@pytest.mark.parametrize("name", make.SAME_ON_EVERY_RUN)
def test_the_file_is_what_its_maker_makes(name):
    made = make.text_of(make.SAME_ON_EVERY_RUN[name]())
    assert (HERE / f"{name}.json").read_text(encoding="ascii") == made


def test_every_message_is_among_the_vectors():
    assert {case["kind"] for case in MESSAGES["good"]} == {kind.__name__ for kind in KINDS}


@pytest.mark.parametrize("case", MESSAGES["good"], ids=lambda case: case["kind"])
def test_a_message_says_what_it_says(case):
    kind = {kind.__name__: kind for kind in KINDS}[case["kind"]]
    read = decode(bytes.fromhex(case["bytes"]), kind, limit_bytes=LIMIT)
    assert make._plain(read) == case["says"]


@each_bad(MESSAGES)
def test_a_message_is_refused(bad):
    kind = {kind.__name__: kind for kind in KINDS}[bad["kind"]]
    with pytest.raises(MessageRefused):
        decode(bytes.fromhex(bad["bytes"]), kind, limit_bytes=LIMIT)


def test_a_task_is_among_the_vectors_with_every_number_and_with_directions():
    said = [case["says"]["subspace"] for case in MESSAGES["good"] if case["kind"] == "Task"]
    assert said == [None, make._plain(make.SUBSPACE)]


def test_the_chain_is_followed():
    assert hash_of(bytes.fromhex(RECORDS["task"])).hex() == RECORDS["task_hash"]
    assert [hash_of(held.body).hex() for held in CHAIN] == RECORDS["hashes"]
    head = follow_all(None, CHAIN, TASK, KEYS)
    assert head is not None
    assert head.sequence == len(CHAIN) - 1


@each_bad(RECORDS)
def test_a_record_is_refused(bad):
    head = follow_all(None, CHAIN[: RECORDS["after"]], TASK, KEYS)
    with pytest.raises(RecordRefused):
        follow(head, decode(bytes.fromhex(bad["signed"]), Signed, limit_bytes=LIMIT), TASK, KEYS)


@pytest.mark.parametrize("tree", RECEIPTS["trees"], ids=lambda tree: str(len(tree["paths"])))
def test_a_tree_has_its_root_and_paths(tree):
    assert root(bytes.fromhex(path["report"]) for path in tree["paths"]).hex() == tree["root"]
    for held in tree["paths"]:
        siblings = tuple(bytes.fromhex(sibling) for sibling in held["siblings"])
        path = MerklePath(
            bytes.fromhex(held["report"]), held["sequence"], held["index"], held["leaves"], siblings
        )
        verify_path(path, bytes.fromhex(tree["root"]))


def _receipt(text: str) -> Receipt:
    return decode(bytes.fromhex(text), Receipt, limit_bytes=LIMIT)


def test_the_receipt_holds():
    assert verify_receipt(_receipt(RECEIPTS["good"]), TASK, KEYS).accepted == 180


@each_bad(RECEIPTS)
def test_a_receipt_is_refused(bad):
    with pytest.raises((ReceiptRefused, RecordRefused)):
        verify_receipt(_receipt(bad["receipt"]), TASK, KEYS)


def _check(case: dict) -> bytes:
    return check_request(
        read_request(case["header"]),
        case["method"],
        case["target"],
        bytes.fromhex(case["body"]),
        now=case["now"],
        seen=lambda _nonce, _at: False,
    )


def test_the_request_holds():
    assert _check(REQUESTS["good"]).hex() == REQUESTS["key"]


@each_bad(REQUESTS)
def test_a_request_is_refused(bad):
    with pytest.raises((SignatureRefused, ClockRefused)):
        _check(bad)


def test_the_code_is_read():
    invitation = read_code(ENROLMENT["code"])
    assert make._plain(invitation) == ENROLMENT["says"]
    assert to_code(invitation) == ENROLMENT["code"]


@each_bad(ENROLMENT)
def test_a_code_is_refused(bad):
    with pytest.raises(CodeRefused):
        read_code(bad["code"])


def _opened(case: dict, role: str) -> str:
    key = ReceiverKey(bytes.fromhex(ENVELOPES["receiver_keys"][role]))
    metadata = decode(bytes.fromhex(case["metadata"]), Metadata, limit_bytes=LIMIT)
    leader, helper = (bytes.fromhex(case[f"{which}_envelope"]) for which in ("leader", "helper"))
    task = bytes.fromhex(case["task_hash"])
    if role == "leader":
        return open_leader(Report(metadata, leader, helper), task, key).hex()
    return open_helper(BatchItem(metadata, helper), task, key).reveal().hex()


def test_both_envelopes_open():
    assert _opened(ENVELOPES["good"], "leader") == ENVELOPES["leader_share"]
    assert _opened(ENVELOPES["good"], "helper") == ENVELOPES["seed"]


@pytest.mark.parametrize("role", ["leader", "helper"])
def test_the_info_is_as_written(role):
    metadata = decode(bytes.fromhex(ENVELOPES["good"]["metadata"]), Metadata, limit_bytes=LIMIT)
    assert encode(metadata).hex() == ENVELOPES["good"]["metadata"]
    info = envelope_info(role, bytes.fromhex(ENVELOPES["good"]["task_hash"]), metadata)
    assert info.hex() == ENVELOPES["infos"][role]


@pytest.mark.parametrize("role", ["leader", "helper"])
@each_bad(ENVELOPES)
def test_an_envelope_is_refused(bad, role):
    with pytest.raises(EnvelopeRefused):
        _opened(bad, role)

"""A signature is asked of each role once, in order, of nobody else; a request is signed whole and holds once."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_stand_ins import DEVICE, KEYS, NOW, PUBLIC, TASK_SAMPLE, drawn, receiver

from hushkey.sync.errors import ClockRefused, MessageRefused, SignatureRefused, SyncError, TooLarge
from hushkey.sync.messages import Receiver, Sig, Signed, Task, encode
from hushkey.sync.signing import (
    RECEIVER,
    RECORD,
    TASK,
    RequestSignature,
    check_request,
    open_signed,
    read_request,
    request_signature,
    sign_body,
    signed,
)

BODY = encode(TASK_SAMPLE)
BOTH = signed(BODY, TASK, KEYS)
LIMIT = 10_000


def _open(whole: Signed, keys=PUBLIC, purpose: bytes = TASK, kind=Task):
    return open_signed(whole, kind, purpose, keys, limit_bytes=LIMIT)


def test_what_both_signed_is_read():
    assert _open(BOTH) == TASK_SAMPLE
    assert [sig.role for sig in BOTH.signatures] == ["leader", "helper"]


def test_the_order_of_the_keys_does_not_matter_that_of_the_signatures_does():
    backwards = dict(reversed(KEYS.items()))
    assert signed(BODY, TASK, backwards) == BOTH
    assert _open(BOTH, dict(reversed(PUBLIC.items()))) == TASK_SAMPLE


def test_a_role_alone_signs_its_receiver():
    alone = signed(encode(receiver("helper")), RECEIVER, {"helper": KEYS["helper"]})
    only = {"helper": PUBLIC["helper"]}
    assert _open(alone, only, RECEIVER, Receiver) == receiver("helper")


LEADER, HELPER = BOTH.signatures
FOREIGN = sign_body(BODY, TASK, "helper", DEVICE)
BAD = {
    "nobody": (),
    "the leader alone": (LEADER,),
    "the helper alone": (HELPER,),
    "the other order": (HELPER, LEADER),
    "the leader twice": (LEADER, LEADER),
    "one too many": (LEADER, HELPER, HELPER),
    "roles swapped": (Sig("leader", HELPER.signature), Sig("helper", LEADER.signature)),
    "one key for both": (LEADER, sign_body(BODY, TASK, "helper", KEYS["leader"])),
    "a foreign key": (LEADER, FOREIGN),
    "another purpose": (LEADER, sign_body(BODY, RECORD, "helper", KEYS["helper"])),
    "another body": (LEADER, sign_body(BODY + b"\0", TASK, "helper", KEYS["helper"])),
    "zeros": (LEADER, Sig("helper", bytes(64))),
}


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_signatures_are_refused_of(bad):
    with pytest.raises(SignatureRefused):
        _open(Signed(BODY, BAD[bad]))


def test_a_signature_more_than_was_asked_for_is_refused():
    for role in ("leader", "helper"):
        with pytest.raises(SignatureRefused):
            _open(BOTH, {role: PUBLIC[role]})


def test_nothing_is_read_where_no_key_is_known():
    with pytest.raises(SignatureRefused):
        _open(Signed(BODY, ()), {})


def test_a_changed_body_is_refused_before_it_is_read():
    with pytest.raises(SignatureRefused):
        _open(Signed(b"no message", BOTH.signatures))


def test_a_body_that_is_signed_and_no_message_is_refused():
    with pytest.raises(MessageRefused):
        _open(signed(BODY + b"\0", TASK, KEYS))


def test_a_body_beyond_its_limit_is_refused():
    with pytest.raises(TooLarge):
        open_signed(BOTH, Task, TASK, PUBLIC, limit_bytes=len(BODY) - 1)


@given(place=st.integers(0, 8 * (len(BODY) + 128) - 1))
def test_no_bit_of_body_or_signatures_may_be_another(place):
    raw = bytearray(BODY + LEADER.signature + HELPER.signature)
    raw[place // 8] ^= 1 << place % 8
    size = len(BODY)
    first, second = bytes(raw[size : size + 64]), bytes(raw[size + 64 :])
    with pytest.raises(SignatureRefused):
        _open(Signed(bytes(raw[:size]), (Sig("leader", first), Sig("helper", second))))


# Requests ---------------------------------------------------------------------------------------

NONCE = drawn("a nonce", 16)
REQUEST = ("PUT", "/v1/tasks/00/reports/11?x=1", b"a report")
CLAIM = request_signature(DEVICE, *REQUEST, at=NOW, nonce=NONCE)


class Nonces:
    """What a store does: it notes a nonce and says whether it was there."""

    def __init__(self) -> None:
        self.noted: set[bytes] = set()

    def __call__(self, nonce: bytes, at: int) -> bool:
        known = nonce in self.noted
        self.noted.add(nonce)
        return known


def _check(claim: RequestSignature = CLAIM, request=REQUEST, *, now: int = NOW, seen=None) -> bytes:
    return check_request(claim, *request, now=now, seen=seen or Nonces(), margin_s=300)


def test_a_request_tells_who_signed_it():
    assert _check(read_request(CLAIM.header())) == DEVICE.public


def test_a_header_has_the_form_that_the_protocol_states():
    assert CLAIM.header().startswith("Hushkey key=")
    fields = [
        part.partition("=")[0] for part in CLAIM.header().removeprefix("Hushkey ").split(", ")
    ]
    assert fields == ["key", "at", "nonce", "signature"]


@pytest.mark.parametrize(
    "request_",
    [
        ("POST", REQUEST[1], REQUEST[2]),
        ("put", REQUEST[1], REQUEST[2]),
        ("PUT", "/v1/tasks/00/reports/11", REQUEST[2]),
        ("PUT/v1", REQUEST[1].removeprefix("/v1"), REQUEST[2]),
        ("PUT", REQUEST[1], b"another report"),
        ("PUT", REQUEST[1], b""),
    ],
    ids=str,
)
def test_a_signature_holds_for_no_other_request(request_):
    with pytest.raises(SignatureRefused):
        _check(request=request_)


@pytest.mark.parametrize(
    "other",
    [
        {"key": KEYS["leader"].public},
        {"at": NOW + 1},
        {"nonce": bytes(16)},
        {"signature": bytes(64)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_each_claim_of_the_header_is_signed(other):
    fields = {name: getattr(CLAIM, name) for name in ("key", "at", "nonce", "signature")}
    with pytest.raises(SignatureRefused):
        _check(RequestSignature(**{**fields, **other}))


@pytest.mark.parametrize("off", [-300, 300])
def test_a_clock_within_the_margin_is_accepted(off):
    assert _check(now=NOW + off) == DEVICE.public


@pytest.mark.parametrize("off", [-301, 301])
def test_a_clock_beyond_the_margin_is_refused_and_notes_nothing(off):
    nonces = Nonces()
    with pytest.raises(ClockRefused):
        _check(now=NOW + off, seen=nonces)
    assert nonces.noted == set()


def test_a_request_holds_once():
    nonces = Nonces()
    _check(seen=nonces)
    with pytest.raises(ClockRefused):
        _check(seen=nonces)


def test_a_request_that_is_not_signed_notes_no_nonce():
    nonces = Nonces()
    with pytest.raises(SignatureRefused):
        _check(request=("PUT", "/", b""), seen=nonces)
    _check(seen=nonces)


HEADER = CLAIM.header()
BAD_HEADERS = {
    "none": None,
    "empty": "",
    "another scheme": HEADER.replace("Hushkey", "Bearer"),
    "another case": HEADER.replace("Hushkey", "hushkey"),
    "a blank before": " " + HEADER,
    "a line behind": HEADER + "\n",
    "no blanks": HEADER.replace(", ", ","),
    "another order": "Hushkey " + ", ".join(reversed(HEADER.removeprefix("Hushkey ").split(", "))),
    "quotes": HEADER.replace("key=", 'key="').replace(", at", '", at'),
    "padding": HEADER.replace(", at", "=, at"),
    "leading zero": HEADER.replace("at=", "at=0"),
    "a sign": HEADER.replace("at=", "at=+"),
    "other digits": HEADER.replace("at=1", "at=\N{ARABIC-INDIC DIGIT ONE}"),
    "beyond 2^53": HEADER.replace(f"at={NOW}", f"at={2**53}"),
    "cut": HEADER[:-1],
    "spare bits": HEADER.replace(", nonce=", ", nonce=").replace(", signature=", ", signature=")[
        :-1
    ]
    + "B",
    "a field more": HEADER + ", more=1",
}


@pytest.mark.parametrize("bad", BAD_HEADERS, ids=str)
def test_a_header_is_refused(bad):
    with pytest.raises(SignatureRefused):
        read_request(BAD_HEADERS[bad])


@given(header=st.text(max_size=300))
def test_any_text_for_a_header_is_refused(header):
    with pytest.raises(SignatureRefused):
        read_request(header)


@given(place=st.integers(0, len(HEADER) - 1), instead=st.characters())
def test_a_header_with_another_character_is_refused(place, instead):
    changed = HEADER[:place] + instead + HEADER[place + 1 :]
    if changed != HEADER:
        with pytest.raises(SyncError):
            _check(read_request(changed))


def test_a_nonce_of_another_length_or_a_time_before_1970_is_not_signed():
    for at, nonce in ((NOW, bytes(15)), (-1, NONCE), (2**53, NONCE)):
        with pytest.raises(ValueError, match="nonce"):
            request_signature(DEVICE, *REQUEST, at=at, nonce=nonce)


def test_what_is_signed_as_a_body_is_no_request():
    # Whatever lies in a body, its purpose stands before it.
    claim = RequestSignature(PUBLIC["leader"], NOW, NONCE, LEADER.signature)
    with pytest.raises(SignatureRefused):
        _check(claim)
    assert msgspec.structs.asdict(LEADER)["role"] == "leader"

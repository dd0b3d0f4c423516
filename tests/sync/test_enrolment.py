"""A code is one text, whole or refused; what a device answers holds for its task, its secret and its key."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_stand_ins import (
    DEVICE,
    HELPER,
    LEADER,
    PUBLIC,
    SAMPLES,
    TASK_HASH,
    TASK_SAMPLE,
    drawn,
    task,
)

from hushkey.sync.base64url import to_text
from hushkey.sync.enrolment import (
    PREFIX,
    check_enrolment,
    enrol,
    invite,
    read_code,
    require_invited,
    to_code,
)
from hushkey.sync.errors import CodeRefused, SignatureRefused, TaskRefused
from hushkey.sync.keys import EnrolmentSecret
from hushkey.sync.messages import Enrolment, Invitation, encode, hash_of

SECRET = EnrolmentSecret(drawn("a code's secret"))
INVITATION = invite(TASK_HASH, LEADER, HELPER, SECRET)
CODE = to_code(INVITATION)


def _code_of(body: bytes) -> str:
    return PREFIX + to_text(body + hashlib.sha256(body).digest()[:4])


def test_an_invitation_comes_back_from_its_code():
    assert read_code(CODE) == INVITATION
    assert _code_of(encode(INVITATION)) == CODE
    assert CODE.startswith("hushkey1:")
    assert CODE.isascii()
    assert CODE.isprintable()


@given(task_hash=st.binary(min_size=32, max_size=32), secret=st.binary(min_size=32, max_size=32))
def test_every_invitation_comes_back_from_its_code(task_hash, secret):
    invitation = invite(task_hash, LEADER, HELPER, EnrolmentSecret(secret))
    assert read_code(to_code(invitation)) == invitation


@given(text=st.text(max_size=200) | st.text(max_size=200).map(PREFIX.__add__))
def test_any_other_text_is_refused(text):
    with pytest.raises(CodeRefused):
        read_code(text)


@given(body=st.binary(max_size=200))
def test_whatever_a_right_checksum_is_of_is_refused(body):
    with pytest.raises(CodeRefused):
        read_code(_code_of(body))


@given(place=st.integers(0, len(CODE) - 1), instead=st.characters())
def test_a_slip_of_one_character_is_found(place, instead):
    changed = CODE[:place] + instead + CODE[place + 1 :]
    if changed != CODE:
        with pytest.raises(CodeRefused):
            read_code(changed)


@given(size=st.integers(0, len(CODE) - 1), more=st.text(min_size=1, max_size=8))
def test_a_code_that_was_cut_or_grew_is_refused(size, more):
    for changed in (CODE[:size], CODE + more, more + CODE):
        with pytest.raises(CodeRefused):
            read_code(changed)


BAD_OPERATORS = {
    "one key for both": {"helper": msgspec.structs.replace(HELPER, key=LEADER.key)},
    "one address for both": {"helper": msgspec.structs.replace(HELPER, url=LEADER.url)},
    "plain HTTP": {"leader": msgspec.structs.replace(LEADER, url="http://leader.example")},
    "a name that moves the cursor": {
        "leader": msgspec.structs.replace(LEADER, name="N\x1b[2Jorth")
    },
    "a name that runs backwards": {"leader": msgspec.structs.replace(LEADER, name="N\u202eorth")},
}


@pytest.mark.parametrize("bad", BAD_OPERATORS, ids=str)
def test_a_code_is_refused_with(bad):
    changed = msgspec.structs.replace(INVITATION, **BAD_OPERATORS[bad])
    with pytest.raises(CodeRefused):
        read_code(_code_of(encode(changed)))
    with pytest.raises(TaskRefused):
        invite(TASK_HASH, changed.leader, changed.helper, SECRET)


def test_a_refusal_does_not_quote_the_code():
    for text in (CODE[:-1], CODE[1:], "a pasted secret", _code_of(b"a pasted secret")):
        with pytest.raises(CodeRefused) as refused:
            read_code(text)
        assert "secret" not in str(refused.value)
        assert CODE[20:40] not in str(refused.value)


# The pins ---------------------------------------------------------------------------------------


def test_the_task_is_the_one_that_the_code_pinned():
    require_invited(TASK_SAMPLE, INVITATION)
    with pytest.raises(TaskRefused):
        require_invited(task(batch_min=1), INVITATION)


@pytest.mark.parametrize("field", ["name", "url", "key"])
@pytest.mark.parametrize("role", ["leader", "helper"])
def test_a_task_of_other_operators_is_refused_even_under_its_own_hash(role, field):
    other = {"name": "Nobody", "url": "https://elsewhere.example", "key": DEVICE.public}[field]
    operator = msgspec.structs.replace(getattr(TASK_SAMPLE, role), **{field: other})
    swapped = task(**{role: operator})
    forged = msgspec.structs.replace(INVITATION, task=hash_of(encode(swapped)))
    with pytest.raises(TaskRefused):
        require_invited(swapped, forged)


# The answer -------------------------------------------------------------------------------------

ENROLMENT = enrol(INVITATION, DEVICE)


def test_an_enrolment_is_signed_by_the_device():
    check_enrolment(ENROLMENT, TASK_HASH)
    assert ENROLMENT.device == DEVICE.public
    assert ENROLMENT.secret == SECRET.reveal()
    assert isinstance(SAMPLES[Invitation], Invitation)


def test_an_enrolment_to_another_task_is_refused():
    with pytest.raises(CodeRefused):
        check_enrolment(ENROLMENT, hash_of(b"another"))


@pytest.mark.parametrize("field", [name for name in Enrolment.__struct_fields__ if name != "task"])
def test_each_field_of_an_enrolment_is_signed(field):
    other = {"secret": bytes(32), "device": PUBLIC["leader"], "signature": bytes(64)}[field]
    with pytest.raises(SignatureRefused):
        check_enrolment(msgspec.structs.replace(ENROLMENT, **{field: other}), TASK_HASH)


def test_the_task_of_an_enrolment_is_signed():
    moved = msgspec.structs.replace(ENROLMENT, task=hash_of(b"another"))
    with pytest.raises(SignatureRefused):
        check_enrolment(moved, hash_of(b"another"))

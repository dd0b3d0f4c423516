"""There is one encoding of a message, and no other bytes are taken: whatever bytes they are."""

import struct

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect
from protocol_stand_ins import KINDS, METADATA, SAMPLES, TASK_HASH

from hushkey.sync.errors import MessageRefused, TooLarge
from hushkey.sync.messages import (
    Message,
    Operator,
    Optimizer,
    Withdrawn,
    decode,
    encode,
    envelope_info,
    hash_of,
)

LIMIT = 1 << 20
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
few = settings(max_examples=40)


def _values(of: inspect.Type) -> st.SearchStrategy:  # noqa: C901, PLR0911  one of each type
    """Values of a field's type, by what the message itself says that they may be."""
    match of:
        case inspect.IntType(ge=low, lt=below, le=most):
            return st.integers(low, below - 1 if below is not None else most)
        case inspect.FloatType(ge=low, gt=above, lt=below):
            least = low if low is not None else above
            return st.floats(
                least,
                below,
                allow_nan=False,
                exclude_min=above is not None,
                exclude_max=below is not None,
            )
        case inspect.BytesType(min_length=low, max_length=most):
            return st.binary(min_size=low or 0, max_size=80 if most is None else most)
        case inspect.StrType(min_length=low, max_length=most):
            text = st.characters(exclude_categories=["Cs"])
            return st.text(text, min_size=low or 0, max_size=min(40, most or 40))
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case inspect.UnionType(types=types):
            return st.one_of(map(_values, types))
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.VarTupleType(item_type=item, min_length=low):
            return st.lists(_values(item), min_size=low or 0, max_size=2).map(tuple)
        case inspect.StructType(cls=kind):
            return _messages(kind)
    raise AssertionError(of)


def _messages(kind: type[Message]) -> st.SearchStrategy[Message]:
    fields = inspect.type_info(kind).fields
    return st.builds(kind, **{field.name: _values(field.type) for field in fields})


MESSAGES = {kind: _messages(kind) for kind in KINDS}


def _read_or_refuse(data: bytes, kind: type[Message]) -> Message | None:
    """What `decode` makes of the bytes; any exception but the one is the test's failure."""
    try:
        read = decode(data, kind, limit_bytes=LIMIT)
    except MessageRefused:
        return None
    assert encode(read) == data  # what is taken is the one encoding of what it says
    return read


def test_every_message_has_a_sample():
    assert set(SAMPLES) == set(KINDS)
    assert len(KINDS) >= 25


@each_kind
@few
@given(data=st.data())
def test_what_was_encoded_is_read_again(kind, data):
    message = data.draw(MESSAGES[kind])
    assert _read_or_refuse(encode(message), kind) == message


@each_kind
@few
@given(garbage=st.binary(max_size=400))
def test_arbitrary_bytes_are_refused_or_the_one_encoding(kind, garbage):
    _read_or_refuse(garbage, kind)


@each_kind
@few
@given(data=st.data())
def test_a_message_that_was_cut_is_refused(kind, data):
    whole = encode(SAMPLES[kind])
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert _read_or_refuse(whole[:cut], kind) is None


@each_kind
@few
@given(more=st.binary(min_size=1, max_size=40))
def test_a_message_with_more_behind_it_is_refused(kind, more):
    assert _read_or_refuse(encode(SAMPLES[kind]) + more, kind) is None


@each_kind
@settings(max_examples=150)
@given(data=st.data())
def test_a_message_with_a_flipped_bit_is_refused_or_another_message(kind, data):
    whole = bytearray(encode(SAMPLES[kind]))
    bit = data.draw(st.integers(0, 8 * len(whole) - 1))
    whole[bit // 8] ^= 1 << bit % 8
    read = _read_or_refuse(bytes(whole), kind)
    assert read is None or read != SAMPLES[kind]


@each_kind
@few
@given(data=st.data())
def test_spliced_messages_are_refused_or_the_one_encoding(kind, data):
    other = encode(SAMPLES[data.draw(st.sampled_from(KINDS))])
    whole = encode(SAMPLES[kind])
    start, end = (data.draw(st.integers(0, len(part))) for part in (whole, other))
    _read_or_refuse(whole[:start] + other[end:], kind)


@each_kind
@pytest.mark.parametrize("depth", [600, 100_000])
def test_deep_nesting_is_refused_like_anything_else(kind, depth):
    assert _read_or_refuse(b"\x91" * depth, kind) is None


@each_kind
@pytest.mark.parametrize(
    "claim", [b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff"]
)
def test_a_length_that_is_not_there_is_refused_before_room_is_made_for_it(kind, claim):
    # Each field in turn claims four thousand million of whatever it holds.
    head = encode(SAMPLES[kind])[:1]
    for place in range(len(kind.__struct_fields__)):
        fields = [_field(value) for value in msgspec.structs.astuple(SAMPLES[kind])]
        assert _read_or_refuse(head + b"".join(fields[:place]) + claim, kind) is None


def _field(value: object) -> bytes:
    return msgspec.msgpack.encode(value)


# One encoding -----------------------------------------------------------------------------------


def _operator(name: bytes = b"\xa1n", key: bytes = b"\xc4\x20" + bytes(32)) -> bytes:
    return b"\x93" + name + b"\xa1u" + key


OTHER_FORMS = {
    "array 16": b"\xdc\x00\x03" + _operator()[1:],
    "str 8": _operator(name=b"\xd9\x01n"),
    "str 32": _operator(name=b"\xdb\x00\x00\x00\x01n"),
    "bin 16": _operator(key=b"\xc5\x00\x20" + bytes(32)),
    "a key as text": _operator(key=b"\xd9\x20" + bytes(32)),
    "a name as bytes": _operator(name=b"\xc4\x01n"),
    "a map": b"\x83" + b"\xa4name\xa1n" + b"\xa3url\xa1u" + b"\xa3key\xc4\x20" + bytes(32),
    "a field more": b"\x94" + _operator()[1:] + b"\xc0",
    "a field fewer": b"\x92\xa1n\xa1u",
    "no text": _operator(name=b"\xa2\xc3\x28"),
    "an extension": _operator(name=b"\xd4\x01n"),
}


@pytest.mark.parametrize("form", OTHER_FORMS, ids=str)
def test_another_form_of_the_same_value_is_refused(form):
    assert decode(_operator(), Operator, limit_bytes=LIMIT) == Operator("n", "u", bytes(32))
    with pytest.raises(MessageRefused):
        decode(OTHER_FORMS[form], Operator, limit_bytes=LIMIT)


@pytest.mark.parametrize(
    "three", [b"\xcc\x03", b"\xcd\x00\x03", b"\xd0\x03", b"\xcb" + struct.pack(">d", 3.0), b"\xa13"]
)
def test_an_integer_has_its_shortest_form_alone(three):
    whole = encode(METADATA)
    assert whole.count(b"\x03\xce") == 1  # trained_version, then the expiry as 32 bits
    with pytest.raises(MessageRefused):
        decode(whole.replace(b"\x03\xce", three + b"\xce"), type(METADATA), limit_bytes=LIMIT)


@pytest.mark.parametrize(
    "one", [b"\x01", b"\xca" + struct.pack(">f", 1.0)], ids=["int", "float 32"]
)
def test_a_float_has_64_bits_alone(one):
    whole = encode(Optimizer("fedavg", 1.0))
    rate = b"\xcb" + struct.pack(">d", 1.0)
    with pytest.raises(MessageRefused):
        decode(whole.replace(rate, one), Optimizer, limit_bytes=LIMIT)


def test_what_is_no_number_is_refused():
    whole = encode(Optimizer("fedavg", 1.0)).replace(
        struct.pack(">d", 1.0), struct.pack(">d", float("nan"))
    )
    with pytest.raises(MessageRefused):
        decode(whole, Optimizer, limit_bytes=LIMIT)


def test_a_field_with_a_default_is_still_sent():
    short = b"\x92" + encode(Optimizer("fedavg", 1.0))[1:][: 7 + 9]
    assert msgspec.msgpack.decode(short, type=Optimizer) == Optimizer("fedavg", 1.0)
    with pytest.raises(MessageRefused):
        decode(short, Optimizer, limit_bytes=LIMIT)


def test_a_message_beyond_its_limit_is_not_looked_at():
    whole = encode(METADATA)
    assert decode(whole, type(METADATA), limit_bytes=len(whole)) == METADATA
    with pytest.raises(TooLarge, match=str(len(whole))):
        decode(whole, type(METADATA), limit_bytes=len(whole) - 1)


def test_a_refusal_quotes_nothing_of_what_was_received():
    for data in (b"secret words", b"\x92\xc4\x10" + b"s" * 16 + b"\xa6secret"):
        with pytest.raises(MessageRefused) as refused:
            decode(data, Withdrawn, limit_bytes=LIMIT)
        assert "secret" not in str(refused.value)
        assert refused.value.__suppress_context__


# What an envelope is bound to -------------------------------------------------------------------


def test_the_info_is_the_bytes_that_the_protocol_states():
    parts = [
        b"hushkey report share",
        b"hushkey-share/1",
        b"MLKEM768-X25519/HKDF-SHA256/AES-256-GCM",
        b"helper",
        b"\x01",
        TASK_HASH,
        encode(METADATA),
    ]
    stated = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert envelope_info("helper", TASK_HASH, METADATA) == stated


def test_the_info_differs_with_the_role_the_task_and_each_field_of_the_metadata():
    changed = [
        msgspec.structs.replace(METADATA, **{name: other})
        for name, other in {
            "report": bytes(16),
            "trained_version": 4,
            "expires_at": 0,
            "withdrawal": hash_of(b""),
            "leader_receiver": 9,
            "helper_receiver": 9,
        }.items()
    ]
    assert len(changed) == len(METADATA.__struct_fields__)
    infos = [
        envelope_info(role, of, metadata)
        for role in ("leader", "helper")
        for of in (TASK_HASH, hash_of(b""))
        for metadata in (METADATA, *changed)
    ]
    assert len(set(infos)) == len(infos)

"""hushkey-stdio/1: every line fits the schema, what cannot be answered is refused, no error quotes what was typed."""

import io
import json
import threading
from collections.abc import Callable

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.embed.stdio import Service, schema, serve
from hushkey.keyboard.embed.stdio_requests import LINE_BYTES, Refused, Request, read_request
from hushkey.keyboard.profile import open_profile

SECRET = "zorblaxian"
VALIDATOR = jsonschema_rs.validator_for(json.loads(schema()))
HELLO = {"id": 0, "do": "hello", "version": 1, "surface": "mail"}

Talk = Callable[..., list[dict]]


@pytest.fixture
def profile(shipped_base):
    with open_profile(in_memory=True, base=shipped_base) as held:
        yield held


@pytest.fixture
def talk(profile) -> Talk:
    """Say lines; every answer fits the schema."""

    def say(*requests: dict | bytes, check: bool = True) -> list[dict]:
        service, answers = Service(profile), []
        for request in requests:
            line = request if isinstance(request, bytes) else json.dumps(request).encode()
            if check and isinstance(request, dict):
                VALIDATOR.validate(request)
            try:
                answer = service.answer(read_request(line))
            except Refused as refused:
                answer = {"id": refused.id, "error": refused.error}
            VALIDATOR.validate(answer)
            answers.append(answer)
        return answers

    return say


def test_a_conversation_from_hello_to_why(talk, profile):
    answers = talk(
        HELLO,
        {"id": 1, "do": "suggest", "before": "See you tom"},
        {"id": "two", "do": "accept", "suggestion": 0},
        {"id": 3, "do": "commit", "text": "See you tomorrow, Zorblax"},
        {"id": 4, "do": "suggest", "before": "See you tom", "k": 1},
        {"id": 5, "do": "why", "suggestion": 0},
        {"id": 6, "do": "private", "on": True},
        {"id": 7, "do": "commit", "text": "Quuxley"},
        {"id": 8, "do": "forget", "word": "zorblax"},
    )
    assert [answer["id"] for answer in answers] == [0, 1, "two", 3, 4, 5, 6, 7, 8]
    said = [answer["ok"] for answer in answers]
    assert (said[0]["surface"], said[0]["learns"]) == ("mail", True)
    assert said[1]["suggestions"][0]["text"] == "tomorrow"
    assert said[2] == {"text": "tomorrow ", "replaces": 3}
    assert said[3] == {"kept": True}
    assert len(said[4]["suggestions"]) == 1
    assert (said[5]["uses"], said[5]["lines"]) == (1, {"mail": 1})
    assert said[6:] == [{"private": True}, {"kept": False}, {"lines": 1}]
    assert profile.history.count() == 1
    assert not profile.engine.knows("zorblax")


def test_a_surface_that_is_off_says_so_at_hello_and_keeps_nothing(talk, profile):
    profile.set(surfaces_off="mail", surfaces_silent="mail")
    hello, kept, offered = talk(
        HELLO,
        {"id": 1, "do": "commit", "text": "Zorblax"},
        {"id": 2, "do": "suggest", "before": "the"},
    )
    assert (hello["ok"]["learns"], hello["ok"]["suggests"]) == (False, False)
    assert kept["ok"] == {"kept": False}
    assert offered["ok"] == {"suggestions": []}


def test_nothing_is_answered_before_hello(talk):
    (answer,) = talk({"id": 1, "do": "suggest", "before": SECRET})
    assert answer["error"]["code"] == "hello_first"


def test_another_version_is_told_which_are_spoken(talk):
    (answer,) = talk({**HELLO, "version": 2})
    assert (answer["error"]["code"], answer["error"]["versions"]) == ("version", [1])


@pytest.mark.parametrize("do", ["accept", "why"])
def test_a_suggestion_that_was_not_offered_is_refused(talk, do):
    _, answer = talk(HELLO, {"id": 1, "do": do, "suggestion": 0})
    assert answer["error"]["code"] == "no_suggestion"


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "suggest", "before": SECRET},
        {"id": None, "do": "suggest", "before": SECRET},
        {"id": True, "do": "suggest", "before": SECRET},
        {"id": 1, "do": SECRET},
        {"id": 1, "do": "suggest"},
        {"id": 1, "do": "suggest", "before": 7},
        {"id": 1, "do": "suggest", "before": SECRET, "k": 0},
        {"id": 1, "do": "suggest", "before": SECRET, "k": 99},
        {"id": 1, "do": "suggest", "before": SECRET, SECRET: 1},
        {"id": 1, "do": "commit", "text": [SECRET]},
        {"id": 1, "do": "forget", "word": ""},
        {"id": 1, "do": "private", "on": SECRET},
        {"id": 1, "do": "accept", "suggestion": -1},
        {"id": 1, "do": "accept", "suggestion": True},
        {"id": 1, "do": "hello", "version": 1, "surface": SECRET.upper()},
        {"id": 1, "do": ["suggest"]},
        [SECRET],
    ],
)
def test_what_does_not_fit_the_schema_is_refused_and_not_quoted(talk, request_):
    assert not VALIDATOR.is_valid(request_)
    _, answer = talk(HELLO, json.dumps(request_).encode())
    assert answer["error"]["code"] == "not_understood"
    assert SECRET not in json.dumps(answer).lower()


@pytest.mark.parametrize("line", [b"", b"{", SECRET.encode(), b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_refused_and_not_quoted(talk, line):
    (answer,) = talk(line)
    assert (answer["id"], answer["error"]["code"]) == (None, "not_json")
    assert SECRET not in json.dumps(answer)


@given(st.binary(max_size=60))
def test_no_bytes_are_anything_but_a_request_or_a_refusal(line):
    try:
        assert isinstance(read_request(line), Request)
    except Refused as refused:
        VALIDATOR.validate({"id": refused.id, "error": refused.error})


def test_a_request_prints_nothing_that_was_typed():
    request = read_request(json.dumps({"id": 1, "do": "commit", "text": SECRET}).encode())
    assert SECRET not in repr(request)


def test_a_refusal_of_the_profile_and_a_fault_are_errors_that_quote_nothing(profile, monkeypatch):
    service = Service(profile)
    service.answer(read_request(json.dumps(HELLO).encode()))
    monkeypatch.setattr(profile, "catch_up", lambda: {}[SECRET])
    ask = read_request(json.dumps({"id": 1, "do": "suggest", "before": SECRET}).encode())
    answer = service.answer(ask)
    assert answer["error"]["code"] == "fault"
    monkeypatch.undo()
    profile.close()
    refused = service.answer(ask)
    assert refused["error"]["code"] == "refused"
    assert SECRET not in json.dumps([answer, refused])
    for told in (answer, refused):
        VALIDATOR.validate(told)


class Gated(io.BytesIO):
    """An output that holds the first answer back until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.gate = threading.Event(), threading.Event()

    def write(self, data) -> int:
        self.began.set()
        assert self.gate.wait(10)
        return super().write(data)


def test_a_question_behind_which_another_waits_is_answered_as_stale(profile):
    lines = [HELLO] + [{"id": n, "do": "suggest", "before": "See you tom"} for n in (1, 2, 3)]
    lines += [{"id": 4, "do": "commit", "text": "Zorblax"}]
    source = io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    out = Gated()
    serving = threading.Thread(target=serve, args=(profile, source, out))
    serving.start()
    assert out.began.wait(10)
    while source.tell() < len(source.getvalue()):
        pass  # until all of it was read ahead
    threading.Event().wait(0.05)
    out.gate.set()
    serving.join(10)
    hello, one, two, three, kept = map(json.loads, out.getvalue().splitlines())
    assert "ok" in hello
    assert [one, two] == [{"id": 1, "stale": True}, {"id": 2, "stale": True}]
    assert three["ok"]["suggestions"][0]["text"] == "tomorrow"
    assert kept == {"id": 4, "ok": {"kept": True}}
    for answer in (hello, one, two, three, kept):
        VALIDATOR.validate(answer)


def test_a_line_that_is_too_long_is_refused_and_the_next_one_answered(profile):
    long = b'{"id":1,"do":"commit","text":"' + b"x" * (3 * LINE_BYTES) + b'"}\n'
    out = io.BytesIO()
    serve(profile, io.BytesIO(long + json.dumps(HELLO).encode()), out)
    refused, hello = map(json.loads, out.getvalue().splitlines())
    assert refused["error"]["code"] == "too_long"
    assert hello["ok"]["version"] == 1
    assert profile.history.count() == 0

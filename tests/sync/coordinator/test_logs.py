"""Log lines: one object each, with fields that cannot name anybody; what libraries say is not repeated."""

import io
import json
import logging

import pytest

from hushkey.sync.coordinator.logs import FIELDS, LIBRARIES, Log


def test_a_line_is_one_object_with_time_role_and_event():
    stream = io.StringIO()
    Log("helper", stream, lambda: 12.3456)("request", route="GET /healthz", status=200, ms=None)
    told = json.loads(stream.getvalue())
    assert told == {
        "time": 12.346,
        "role": "helper",
        "event": "request",
        "route": "GET /healthz",
        "status": 200,
    }


@pytest.mark.parametrize("field", ["device", "address", "report", "task", "key", "body", "detail"])
def test_there_is_no_field_for_what_names_somebody(field: str):
    stream = io.StringIO()
    assert field not in FIELDS
    with pytest.raises(ValueError, match="has no field"):
        Log("leader", stream)("request", **{field: "x"})
    assert stream.getvalue() == ""


def test_of_a_library_the_log_keeps_who_spoke_and_the_class_of_the_error_alone():
    stream = io.StringIO()
    name = "hushkey-test-library"
    Log("leader", stream).adopt({name: logging.WARNING})
    error = RuntimeError("typed text")
    logging.getLogger(name).error("failed for 192.0.2.7", exc_info=error)
    logging.getLogger(name).info("below the level")
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert (told["event"], told["library"], told["error"]) == ("library", name, "RuntimeError")
    assert "typed" not in line
    assert "192" not in line


def test_the_access_log_of_the_server_is_off():
    assert LIBRARIES["uvicorn.access"] > logging.CRITICAL

"""The HTTP surface under whatever schemathesis makes of its OpenAPI document: refusals, and never a fault of ours."""

import json
from pathlib import Path
from typing import Any

import protocol_stand_ins as made
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from web_stand_ins import helper, leader

from hushkey.sync.coordinator.config import Limits
from hushkey.sync.coordinator.front import MEDIA_TYPE
from hushkey.sync.coordinator.openapi import OPERATIONS, document
from hushkey.sync.messages import encode

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"
OPEN = Limits(address_burst=10**9, device_burst=10**9, metrics_from=("127.0.0.0/8",))
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
few = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer(MEDIA_TYPE)
def as_it_is(_: Any, value: Any) -> bytes:
    """Messages are drawn as bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


WHOLE = [encode(sample) for sample in made.SAMPLES.values()]
schemathesis.openapi.media_type(
    MEDIA_TYPE, st.one_of(st.sampled_from(WHOLE), st.binary(max_size=200))
)


def _schema(role: Any) -> Any:
    return schemathesis.openapi.from_dict(document(role))


@pytest.fixture(scope="module")
def at_leader() -> Any:
    return leader(OPEN)


@pytest.fixture(scope="module")
def at_helper() -> Any:
    return helper(OPEN)


def _hold(place: Any, case: schemathesis.Case) -> None:
    """Send a case as it is; it must be refused or answered as the document says."""
    told = case.as_transport_kwargs(base_url="http://t")
    told = {name: value for name, value in told.items() if name not in {"cookies", "stream"}}
    if "data" in told:
        told["content"] = told.pop("data")
    answer = place.client.request(**told)
    case.validate_response(
        schemathesis.Response.from_any(answer), checks=list(CHECKS), headers=None
    )


@few
@_schema("leader").parametrize()
def test_whatever_is_sent_to_a_leader_is_answered_as_documented(
    case: schemathesis.Case, at_leader: Any
):
    _hold(at_leader, case)


@few
@_schema("helper").parametrize()
def test_whatever_is_sent_to_a_helper_is_answered_as_documented(
    case: schemathesis.Case, at_helper: Any
):
    _hold(at_helper, case)


def test_the_document_is_the_one_that_the_code_makes():
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == document()


@pytest.mark.parametrize("role", ["leader", "helper"])
def test_the_document_has_the_routes_of_each_application_and_no_other(role: Any):
    place = {"leader": leader, "helper": helper}[role]()
    app: Any = place.client.app
    found = {(method, route.path) for route in app.routes for method in route.app.handlers}
    said = {(each.method.upper(), each.path) for each in OPERATIONS if role in each.roles}
    assert found == said

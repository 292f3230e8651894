"""The ingest API does what its OpenAPI document says, tried with generated requests."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

from streams.gateway.openapi import ingest_document
from tests.fakes.gateway import FakeGateway
from tests.fakes.openapicases import hold, labels

load_all_checks()


@schemathesis.serializer("application/x-ndjson", "application/ndjson")
def lines(_: object, value: object) -> bytes:
    """NDJSON is text to the document: any text is tried."""
    return str(value).encode("utf-8", "surrogatepass")


DOCUMENT = ingest_document()


@pytest.fixture(scope="module")
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture(scope="module")
def schema(gateway: FakeGateway) -> Any:
    return schemathesis.openapi.from_asgi("/schema/openapi.json", gateway.app)


@pytest.mark.parametrize("operation", labels(DOCUMENT))
def test_every_answer_is_as_the_document_says(operation: str, schema: Any, gateway: FakeGateway) -> None:
    """Whatever is sent, well-formed or not, the status, type and body of the answer are in the document, and it is never a server error."""
    # What the document cannot say: kinds are a table of the city, and items are judged one by one, so that a body that
    # fits the schema may be refused, and one with a bad item beside a good one taken. Requests without a key are tried in
    # tests/unit/gateway; here the header is always sent, which the check takes for a door without a lock.
    excluded = [negative_data_rejection, positive_data_acceptance, ignored_auth]

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers={"authorization": f"Bearer {gateway.key}"}, excluded_checks=excluded)

    hold(schema, operation, check)


def test_the_document_is_what_the_gateway_serves() -> None:
    """The exported document and the one at ``/schema/openapi.json`` are the same."""

    async def served() -> Any:
        async with FakeGateway().client() as client:
            return (await client.get("/schema/openapi.json")).json()

    assert asyncio.run(served()) == DOCUMENT


def test_the_document_says_what_senders_need() -> None:
    """Bodies, answers, the key and the Idempotency-Key are all in the document."""
    operation = DOCUMENT["paths"]["/v1/observations"]["post"]
    assert set(operation["requestBody"]["content"]) >= {"application/json", "application/x-ndjson", "application/cloudevents+json"}
    assert set(operation["responses"]) == {"202", "400", "401", "403", "409", "413", "415", "422", "429", "503"}
    assert operation["parameters"][0]["name"] == "Idempotency-Key"
    assert DOCUMENT["components"]["securitySchemes"]["key"]["scheme"] == "bearer"

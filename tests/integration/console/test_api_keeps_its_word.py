"""The API held against its OpenAPI document by schemathesis: generated requests, good and bad, against a console that listens."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from console.openapi import document
from tests.fakes.openapicases import hold, labels
from tests.fakes.town import PARKING, SMOKE, alert
from tests.integration.console.conftest import Served, password_of, serving

DOCUMENT = document()
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, str]]]:
    with serving(tmp_path_factory.mktemp("evidence")) as served:
        for category in (PARKING, SMOKE):
            served.do(served.book.take_alert(alert(category)))
        login = {"user": "root", "password": password_of("root")}
        answer = httpx.post(f"{served.url}/v1/session", json=login, headers={"X-Requested-With": "cityloop"})
        yield served, {"Cookie": f"cityloop_session={answer.cookies['cityloop_session']}", "X-Requested-With": "cityloop"}


@pytest.fixture(scope="module")
def schema() -> Any:
    return schemathesis.openapi.from_dict(DOCUMENT)


@pytest.mark.parametrize("operation", labels(DOCUMENT, "/v1/stream", "/v1/session"))
def test_whatever_is_sent_the_answer_is_one_that_the_document_promises(
    operation: str, schema: Any, console: tuple[Served, dict[str, str]]
) -> None:
    """No request that can be generated gets a 500, an undocumented status, another content type or another shape."""
    served, headers = console

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(base_url=served.url, headers=headers, checks=CHECKS)

    hold(schema, operation, check)

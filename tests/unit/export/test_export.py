"""The documents that ``cityloop export`` prints."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from cityloop.export.asyncapi import asyncapi
from cityloop.export.metrics import metrics
from cityloop.export.openapi import SERVERS, merged, openapi
from cityloop.main import application
from streams.topics import TOPICS


def references(document: Any) -> Iterator[str]:
    """Every ``$ref`` within a document."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)
    elif isinstance(document, list):
        for part in document:
            yield from references(part)


def resolve(document: Any, reference: str) -> Any:
    """What a local reference points to; fails when there is nothing."""
    found = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


@pytest.mark.parametrize("document", ["openapi", "asyncapi", "schemas", "metrics"])
def test_each_document_is_json_on_stdout(document: str) -> None:
    """The command prints the document and nothing else."""
    result = CliRunner().invoke(application(), ["export", document])
    assert result.exit_code == 0
    assert json.loads(result.stdout)


def test_an_unknown_document_is_wrong_use() -> None:
    """A document that there is not ends with exit 2."""
    assert CliRunner().invoke(application(), ["export", "grpc"]).exit_code == 2


def test_openapi_has_both_apis_with_their_servers() -> None:
    """Observations go to the gateway, tickets to the console, and no reference leads nowhere."""
    document = openapi()
    assert document["paths"]["/v1/observations"]["servers"][0]["url"] == SERVERS["gateway"]
    assert document["paths"]["/v1/tickets"]["servers"][0]["url"] == SERVERS["console"]
    assert all(resolve(document, reference) is not None for reference in references(document))


def test_apis_that_contradict_each_other_are_not_merged() -> None:
    """Two different components of one name are told, not overwritten."""
    one: dict[str, Any] = {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {"schemas": {"Key": {"type": "string"}}}}
    other = one | {"components": {"schemas": {"Key": {"type": "integer"}}}}
    with pytest.raises(ValueError, match="'Key', and they differ"):
        merged({"console": one, "gateway": other})


def test_asyncapi_has_every_topic_of_the_table() -> None:
    """The document is rendered from the topics table, and its references lead somewhere."""
    document = asyncapi()
    assert {channel["address"] for channel in document["channels"].values()} == {topic.name for topic in TOPICS}
    assert all(resolve(document, reference) is not None for reference in references(document))
    assert set(document["operations"]) == {"receive_observations", "receive_urgent", "send_alerts", "send_tickets", "send_rejected"}


def test_metrics_are_named_as_the_house_says() -> None:
    """Every name has the product's prefix and is unique within its role; every metric has a meaning."""
    found = metrics()
    assert len({(row.role, row.name) for row in found}) == len(found)
    assert all(re.fullmatch(r"cityloop_[a-z_]+", row.name) and row.help.endswith(".") for row in found)
    assert {row.role for row in found} == {"gateway", "engine", "cameras", "dispatch", "console"}


def test_metrics_know_their_labels() -> None:
    """Labels are told before a single sample was taken."""
    labels = {row.name: row.labels for row in metrics()}
    assert labels["cityloop_gateway_observations"] == ("door", "result")
    assert labels["cityloop_rule_fired"] == ("rule",)

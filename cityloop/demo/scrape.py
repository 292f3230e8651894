"""Reads sums of counters from the roles' Prometheus pages."""

from collections.abc import Mapping

import httpx
from prometheus_client.parser import text_string_to_metric_families


def summed(page: str, sample: str, labels: Mapping[str, str]) -> int:
    """The sum of all samples of a name whose labels have the given values."""
    return round(
        sum(
            found.value
            for family in text_string_to_metric_families(page)
            for found in family.samples
            if found.name == sample and all(found.labels.get(name) == value for name, value in labels.items())
        )
    )


async def page_of(url: str) -> str:
    """A process's page of metrics; empty when it does not answer, since figures are no reason to fail."""
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            return answer.text
    except httpx.HTTPError:
        return ""

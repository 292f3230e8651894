"""Requests that schemathesis makes of an OpenAPI document, made when a test runs and not when it is collected.

``schema.parametrize()`` makes the boundary cases of all operations at collection, for seconds, in every process of pytest-xdist.
Its lazy form does not know this version of pytest. Here each operation is an item of its own, by its label, and makes its cases itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

import schemathesis
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test

Check = Callable[[schemathesis.Case[Any]], None]
_METHODS = ("get", "put", "post", "patch", "delete")


def labels(document: Mapping[str, Any], *but: str) -> list[str]:
    """The operations of a document, as ``POST /v1/things``, without those of some paths."""
    paths: Mapping[str, Mapping[str, Any]] = document["paths"]
    return [f"{method.upper()} {path}" for path, item in paths.items() if path not in but for method in _METHODS if method in item]


def hold(schema: Any, label: str, check: Check) -> None:
    """Try an operation with its examples, its boundary cases and drawn requests.

    Args:
        schema: of the API.
        label: of the operation.
        check: sends a request and judges the answer; may have Hypothesis settings.
    """
    method, _, path = label.partition(" ")
    build_operation_test(
        config=schema.config, operation=schema[path][method], test_func=check, given_kwargs={}, feedback=FeedbackSources()
    )()

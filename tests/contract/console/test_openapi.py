"""The OpenAPI document; the API is held against it in tests/integration/console."""

from pathlib import Path

import console
from console.openapi import document, text

KEPT = Path(console.__file__).parent / "web" / "openapi.json"


def test_the_kept_document_is_the_rendered_one() -> None:
    """The pages' types are made from the kept file, so it must follow the code: run ``python -m console.openapi``."""
    assert KEPT.read_text(encoding="utf-8") == text()


def test_every_operation_says_what_it_is_for_and_which_problems_it_gives() -> None:
    """Readers of the document find a summary, and every problem in the form of RFC 9457."""
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], f"{method} {path}"
            for status, answer in operation["responses"].items():
                if status.startswith("4"):
                    assert list(answer["content"]) == ["application/problem+json"], f"{method} {path} {status}"


def test_no_list_takes_one_thing_or_anything() -> None:
    """Of ``oneOf`` exactly one may fit: with a branch that everything fits, a value that should be taken fits two."""

    def loose(value: object, place: str) -> list[str]:
        if isinstance(value, dict):
            own = [place] if {} in value.get("oneOf", ()) else []
            return own + [found for name, inner in value.items() for found in loose(inner, f"{place}/{name}")]
        return [found for inner in value for found in loose(inner, place)] if isinstance(value, list) else []

    assert loose(document(), "") == []

"""The OpenAPI document of the console's API, rendered from the routes and their types."""

from pathlib import Path
from typing import Any, cast

import msgspec

from config.catalogue import Catalogue
from config.matters import Calendar
from console.app import create_app, gather
from console.schooling import Schooling
from detectors.evidence.store import EvidenceStore
from dispatch.ports import Accounts, CaseBook, NoiseBook


def document() -> dict[str, Any]:
    """Render the document. No store is asked: routes and types alone decide it."""
    nothing = Catalogue(
        name="", zone="UTC", kinds={}, categories={}, standards=(), calendar=Calendar(), cells={}, units={}, people={}, roster=(),
        responsibilities=(), cameras={}, devices={}, rule_files=(),
    )  # fmt: skip
    parts = gather(
        cast("CaseBook", None), cast("Accounts", None), EvidenceStore(Path("nowhere")), nothing,
        noise=cast("NoiseBook", None), schooling=cast("Schooling", None),
    )  # fmt: skip
    schema: dict[str, Any] = create_app(parts, dist=Path("nowhere")).openapi_schema.to_schema()
    return schema


def text() -> str:
    """The document as it is kept in ``console/web/openapi.json``, from which the pages' types are made."""
    return msgspec.json.format(msgspec.json.encode(document(), order="deterministic"), indent=1).decode() + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("web").joinpath("openapi.json").write_text(text(), encoding="utf-8")

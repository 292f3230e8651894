"""A model on disk and the card beside it, put in place in one step."""

import os
import tempfile
from pathlib import Path

import msgspec


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What lies beside a model, so that it can be checked and told.

    Attributes:
        sha256: of the ONNX file.
        package: where the numbers came from, ``name@version``.
        members: SHA-256 of each member used.
        revision: of the converter.
        licence: of the model.
    """

    sha256: str
    package: str
    members: dict[str, str]
    revision: int
    licence: str


def put(model: Path, content: bytes, card: Card) -> None:
    """Write model, then card: a model without its card counts as missing, so a kill in between harms nobody."""
    model.parent.mkdir(parents=True, exist_ok=True)
    for path, data in ((model, content), (model.with_name("card.json"), msgspec.json.encode(card))):
        handle, name = tempfile.mkstemp(dir=model.parent, prefix=".partial-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)

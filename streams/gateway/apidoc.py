"""What OpenAPI says of ``POST /v1/observations``: its bodies, its answers, its key."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, OpenAPIMediaType, Operation, Parameter, RequestBody, Schema, SecurityScheme
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from streams.gateway.body import FORMS, Form
from streams.gateway.details import MEDIA_TYPE, Details, Kind
from streams.gateway.intake import MAX_KEY
from streams.schemas import PublicObservation

_TAKEN = (
    Kind.MALFORMED,
    Kind.NO_KEY,
    Kind.OUT_OF_SCOPE,
    Kind.IN_PROGRESS,
    Kind.TOO_LARGE,
    Kind.WRONG_TYPE,
    Kind.ALL_REJECTED,
    Kind.BUSY,
    Kind.NO_LOG,
)

DESCRIPTION = """Takes one observation, an array of them, or one a line (NDJSON).

**202** is answered only after the log has acknowledged every accepted observation; each item has its own result, and
a rejected item is kept aside with its bytes and the reason. When **every** item is rejected the answer is **422** with
the same results. A body that cannot be split into items is **400**, with line and column. Repeating a request does no
harm: an observation without an `id` gets one that follows from source, kind, at and value, and the same id counts once.
`Idempotency-Key` makes a repeated request get the first answer again for ten minutes. An observation more than five
minutes ahead of the gateway's clock is accepted, and quarantined by the rules.
"""

RESPONSES = {
    kind.status: ResponseSpec(Details, description=f"{kind.title}.", media_type=MEDIA_TYPE, generate_examples=False) for kind in _TAKEN
}

HEARTBEAT = """For an integrator that has nothing to report for a while. Every request with a key is a sign of life of the feed
that the city has given the key; this one carries nothing else. While a feed is silent for longer than its heartbeat, rules
do not take its silence for absence.
"""
HEARTBEAT_RESPONSES = {kind.status: RESPONSES[kind.status] for kind in (Kind.NO_KEY, Kind.OUT_OF_SCOPE, Kind.NO_LOG)}

FRAMES = """Takes one JPEG of a camera whose source is `push:`, at most 10 MB and 40 megapixels.

Only the newest frame of a camera is kept, until the process that judges takes it; nothing of a frame reaches the log. The header
`Frame-At` (RFC 3339, with offset) says when it was taken; without it that is now. **202** has a receipt: `kept` is false for a
frame that is not newer than the one before. The key needs the scope `frames:write`.
"""
_FRAME_TAKEN = (
    Kind.BAD_TIME,
    Kind.NO_KEY,
    Kind.OUT_OF_SCOPE,
    Kind.NOT_FOUND,
    Kind.TOO_LARGE,
    Kind.WRONG_TYPE,
    Kind.NO_PICTURE,
    Kind.BUSY,
    Kind.NO_ROOM,
)
FRAMES_RESPONSES = {
    kind.status: ResponseSpec(Details, description=f"{kind.title}.", media_type=MEDIA_TYPE, generate_examples=False)
    for kind in _FRAME_TAKEN
}


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """A schema with every reference replaced by what it points to."""
    if isinstance(schema, list):
        return [_inlined(part, parts) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"].rpartition("/")[2]], parts)
    return {name: _inlined(part, parts) for name, part in schema.items()}


def _bodies() -> dict[str, Any]:
    (one,), parts = msgspec.json.schema_components((PublicObservation,))
    observation = _inlined(one, parts)
    event = {"type": "object", "description": "A CloudEvent 1.0 around an observation."}
    schemas: dict[Form, dict[str, Any]] = {
        Form.JSON: {"oneOf": [observation, {"type": "array", "items": observation}]},
        Form.LINES: {"type": "string", "description": "One observation a line."},
        Form.CLOUDEVENT: {"oneOf": [event, {"type": "array", "items": event}]},
    }
    return {media: {"schema": schemas[form]} for media, form in FORMS.items()}


@dataclass
class ObservationsOperation(Operation):
    """The operation with its body, which Litestar cannot see since the handler reads raw bytes."""

    def __post_init__(self) -> None:
        key = Parameter(
            name="Idempotency-Key",
            param_in="header",
            description="Chosen by the sender, one for each request.",
            required=False,
            schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=MAX_KEY),
        )
        self.parameters = [*(self.parameters or []), key]
        self.request_body = RequestBody(content=_bodies(), description="Observations.", required=True)


@dataclass
class FramesOperation(Operation):
    """The operation with its body and its header."""

    def __post_init__(self) -> None:
        text = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME)
        at = Parameter(name="Frame-At", param_in="header", description="When the frame was taken.", required=False, schema=text)
        self.parameters = [*(self.parameters or []), at]
        picture = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        self.request_body = RequestBody(content={"image/jpeg": OpenAPIMediaType(schema=picture)}, description="One JPEG.", required=True)


def openapi_config(version: str) -> OpenAPIConfig:
    """The document behind ``/schema/openapi.json``."""
    return OpenAPIConfig(
        title="cityloop ingest API",
        version=version,
        path="/schema",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        security=[{"key": []}],
        components=Components(
            security_schemes={"key": SecurityScheme(type="http", scheme="bearer", description="An API key: clk_<id>_<secret>.")}
        ),
    )

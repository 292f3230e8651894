"""The HTTP door: a Litestar application around :class:`streams.gateway.intake.Intake`."""

import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import msgspec
import structlog
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException, InternalServerException, MethodNotAllowedException, NotFoundException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import FromPath

from streams.gateway.apidoc import (
    DESCRIPTION,
    FRAMES,
    FRAMES_RESPONSES,
    HEARTBEAT,
    HEARTBEAT_RESPONSES,
    RESPONSES,
    FramesOperation,
    ObservationsOperation,
    openapi_config,
)
from streams.gateway.bearer import authenticate
from streams.gateway.details import MAX_BODY_BYTES, MEDIA_TYPE, Kind, RefusalError
from streams.gateway.frames import Frames, Receipt
from streams.gateway.hearing import Hearing
from streams.gateway.intake import Accepted, Intake
from streams.gateway.keys import KeyRing, Scope
from streams.gateway.metrics import Metrics
from streams.telemetry import Health

log = structlog.get_logger(__name__)
_REPLIES: Mapping[type[HTTPException], tuple[Kind, str]] = {
    RequestEntityTooLarge: (Kind.TOO_LARGE, f"Send at most {MAX_BODY_BYTES:,} bytes in one request; split the rest into more requests."),
    NotFoundException: (Kind.NOT_FOUND, "Observations go to POST /v1/observations."),
    MethodNotAllowedException: (Kind.WRONG_METHOD, "Observations go to POST /v1/observations."),
}


def create_app(intake: Intake, ring: KeyRing, metrics: Metrics, health: Health, hearing: Hearing, *, frames: Frames) -> Litestar:
    """Build the ingest API.

    Args:
        intake: handles bodies.
        ring: where keys are looked up.
        metrics: the gateway's metrics.
        health: what readiness depends on.
        hearing: is told of every sign of life of an integrator.
        frames: takes frames that are pushed.
    """

    @post(
        "/v1/observations",
        status_code=202,
        summary="Send observations",
        description=DESCRIPTION,
        operation_class=ObservationsOperation,
        responses=RESPONSES,
        response_description="The log has every accepted observation; each item has its result.",
    )
    async def send_observations(request: Request[Any, Any, Any]) -> Response[Accepted]:
        began = time.perf_counter()
        owner = await authenticate(request.headers.get("authorization"), ring, Scope.OBSERVATIONS_WRITE)
        body = await _read(request)
        key = request.headers.get("idempotency-key")
        with hearing.request(owner):
            answer = await intake.handle(owner.id, request.headers.get("content-type", ""), body, key)
        metrics.request_seconds.observe(time.perf_counter() - began)
        metrics.requests.labels(str(answer.status), "none").inc()
        # The answer is encoded already, since an Idempotency-Key may ask for the same bytes again.
        return Response(answer.body, status_code=answer.status, media_type=answer.media_type)  # type: ignore[arg-type]

    @post(
        "/v1/heartbeat",
        status_code=204,
        summary="Say that you are there",
        description=HEARTBEAT,
        responses=HEARTBEAT_RESPONSES,
        response_description="It is noted.",
    )
    async def send_heartbeat(request: Request[Any, Any, Any]) -> None:
        owner = await authenticate(request.headers.get("authorization"), ring, Scope.OBSERVATIONS_WRITE)
        with hearing.request(owner):
            metrics.requests.labels("204", "none").inc()

    @post(
        "/v1/frames/{camera:str}",
        status_code=202,
        summary="Push a frame of a camera",
        description=FRAMES,
        operation_class=FramesOperation,
        responses=FRAMES_RESPONSES,
        response_description="The frame lies where the cameras' process takes it, unless a newer one has come.",
    )
    async def send_frame(request: Request[Any, Any, Any], camera: FromPath[str]) -> Receipt:
        owner = await authenticate(request.headers.get("authorization"), ring, Scope.FRAMES_WRITE)
        with hearing.request(owner):
            known, at = frames.camera(camera), frames.time(request.headers.get("frame-at"))
            receipt = await frames.take(known, at, request.headers.get("content-type", ""), await _read(request))
        metrics.requests.labels("202", "none").inc()
        return receipt

    @get("/health/live", include_in_schema=False)
    async def live() -> dict[str, Any]:
        return {"ok": True, "reasons": {}}

    @get("/health/ready", include_in_schema=False)
    async def ready() -> Response[dict[str, Any]]:
        reasons = health.reasons()
        return Response({"ok": not reasons, "reasons": reasons}, status_code=503 if reasons else 200)

    def refused(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        refusal = error if isinstance(error, RefusalError) else _refusal_for(error)
        metrics.requests.labels(str(refusal.kind.status), refusal.kind.value[0]).inc()
        return problem_response(refusal, error.headers if isinstance(error, HTTPException) else None)

    return Litestar(
        route_handlers=[send_observations, send_heartbeat, send_frame, live, ready],
        openapi_config=openapi_config(version("cityloop")),
        exception_handlers={Exception: refused},
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )


def problem_response(refusal: RefusalError, more: Mapping[str, str] | None = None) -> Response[bytes]:
    """The RFC 9457 answer of a refusal, with more headers (``Allow`` of a 405)."""
    headers = dict(more or {})
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.kind.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="cityloop"'
    return Response(msgspec.json.encode(refusal.details), status_code=refusal.kind.status, media_type=MEDIA_TYPE, headers=headers)


async def _read(request: Request[Any, Any, Any]) -> bytes:
    """The body, bounded: a longer one is refused by its announced length, or as soon as it passes the bound."""
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise RefusalError(Kind.WRONG_TYPE, f"Content-Encoding {encoding} is not taken. Send the body as it is.")
    chunks: list[bytes] = []
    try:
        chunks.extend([chunk async for chunk in request.stream()])
    except InternalServerException:
        # Nobody is left to read this answer; it keeps a broken connection from being counted as our fault.
        raise RefusalError(Kind.MALFORMED, "The connection broke off before the body was whole. Send it again.") from None
    return b"".join(chunks)


def _refusal_for(error: Exception) -> RefusalError:
    """What senders are told of an exception that is no refusal yet; an unforeseen one is logged whole, and told in a word."""
    for kind, (problem, detail) in _REPLIES.items():
        if isinstance(error, kind):
            return RefusalError(problem, detail)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return RefusalError(Kind.MALFORMED, str(error.detail))
    log.error("request failed", exc_info=error)
    return RefusalError(Kind.FAULT, "The gateway's log has the reason. Sending the same request again does no harm.")

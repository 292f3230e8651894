"""Health and metrics on the console's own port."""

from litestar import Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from console.gate.asked import Given
from console.gate.middleware import OPEN


@get("/health/live", opt={OPEN: True}, include_in_schema=False)
async def live() -> dict[str, bool]:
    """The process answers."""
    return {"ok": True}


@get("/health/ready", opt={OPEN: True}, include_in_schema=False)
async def ready(parts: Given) -> Response[dict[str, object]]:
    """Whether the console can do its work; 503 with reasons when not."""
    reasons = parts.health.reasons()
    return Response({"ok": not reasons, "reasons": reasons}, status_code=503 if reasons else 200)


@get("/metrics", opt={OPEN: True}, include_in_schema=False, media_type="text/plain")
async def metrics(parts: Given) -> Response[bytes]:
    """Prometheus metrics."""
    return Response(generate_latest(parts.metrics.registry), media_type=CONTENT_TYPE_LATEST)

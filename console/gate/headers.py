"""Headers that protect a browser, on every answer, errors and pictures included."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; font-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
"""Scripts and styles come from our own files only, nobody may frame the pages, and a type is never guessed."""

FOREVER = "public, max-age=31536000, immutable"
"""For assets, whose names carry the hash of their content."""


async def secured(message: Message, scope: Scope) -> None:
    """Add what is missing; an answer is kept by nobody unless its route, or the name of an asset, says otherwise."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    asset = scope["path"].startswith("/assets/") and message["status"] in {200, 206, 304}
    headers.setdefault("Cache-Control", FOREVER if asset else "no-store")

"""The web pages: one document for every page's address, and hashed assets that may be kept for ever."""

from pathlib import Path

from litestar import Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import File
from litestar.static_files import create_static_files_router

from console.gate.middleware import OPEN

ADDRESSES = (
    "/",
    "/login",
    "/alerts",
    "/alerts/{page:path}",
    "/tickets",
    "/tickets/{page:path}",
    "/silences",
    "/silences/{page:path}",
    "/teaching",
    "/teaching/{page:path}",
    "/m",
    "/m/{page:path}",
)
"""Addresses of pages; the document's script shows the one that is asked for."""
_NOT_BUILT = (
    "<!doctype html><meta charset=utf-8><title>cityloop</title><p>The pages are not built. Run <code>make console</code> "
    "(or <code>npm ci && npm run build</code> in console/web) and load this page again. The API answers under /v1."
)


def page_routes(dist: Path) -> list[HTTPRouteHandler | Router]:
    """Routes for the built pages in a folder; without a build, a page that says how to make one."""

    @get(list(ADDRESSES), opt={OPEN: True}, include_in_schema=False, name="page")
    async def page() -> Response[bytes]:
        """The document; asked for anew each time, since it names the assets."""
        document = dist / "index.html"
        built = document.is_file()
        content = document.read_bytes() if built else _NOT_BUILT.encode()
        return Response(
            content, media_type="text/html; charset=utf-8", status_code=200 if built else 503, headers={"Cache-Control": "no-cache"}
        )

    @get("/icon.svg", opt={OPEN: True}, include_in_schema=False)
    async def icon() -> File:
        """The icon."""
        if not (dist / "icon.svg").is_file():
            raise NotFoundException(detail="The pages are not built.")
        return File(path=dist / "icon.svg", media_type="image/svg+xml", content_disposition_type="inline")

    routes: list[HTTPRouteHandler | Router] = [page, icon]
    if (dist / "assets").is_dir():
        routes.append(create_static_files_router(path="/assets", directories=[dist / "assets"], opt={OPEN: True}, include_in_schema=False))
    return routes

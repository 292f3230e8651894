"""Pictures: taken in when they are whole, given out to those who may see what they are evidence of."""

import asyncio
from typing import Annotated

from litestar import Response, get, post
from litestar.exceptions import ClientException
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import PathParameter
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE

from console.answers import ProblemKind, may_answer, problem, unknown
from console.auth.rights import Right
from console.gate.asked import Asked, Given
from console.gate.guards import needs
from console.pictures import LARGEST, BadPictureError, check_jpeg
from console.shapes.writes import EvidenceReceipt
from detectors.evidence.store import SCHEME

Digest = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$", description="SHA-256 of the picture: the end of its reference.")]

KEPT_BY_BROWSERS = {"Cache-Control": "private, max-age=31536000, immutable", "Vary": "Cookie, Authorization"}
"""For ever, since the content is the address; but only for the same caller: phones are handed on with the shift."""


class JpegOperation(Operation):
    """Says in the OpenAPI document that the body is a JPEG picture."""

    def __post_init__(self) -> None:
        """Set the body."""
        self.request_body = RequestBody(
            required=True,
            content={
                "image/jpeg": OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, max_length=LARGEST))
            },
        )


@post("/evidence", opt=needs(Right.UPLOAD), status_code=201, responses=may_answer(413, 422), summary="Keep a picture", tags=["evidence"],
      request_max_body_size=LARGEST, operation_class=JpegOperation)  # fmt: skip
async def upload(request: Asked, parts: Given) -> EvidenceReceipt:
    """Take in one JPEG picture as the body of the request.

    Raises:
        ProblemDetailsException: 413 too many bytes, 422 not a whole JPEG picture of a bearable size.
    """
    try:
        content = await request.body()
    except ClientException as error:
        parts.metrics.uploads.labels("refused").inc()
        if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
            raise problem(413, ProblemKind.TOO_LARGE, f"At most {LARGEST:,} bytes are taken. Send a smaller picture.") from error
        raise
    try:
        width, height = await asyncio.to_thread(check_jpeg, content)
    except BadPictureError as error:
        parts.metrics.uploads.labels("refused").inc()
        raise problem(422, ProblemKind.BAD_PICTURE, str(error)) from error
    reference = await asyncio.to_thread(parts.evidence.put, content)
    await parts.casebook.note_upload(request.user.actor, reference)
    parts.metrics.uploads.labels("kept").inc()
    return EvidenceReceipt(reference=reference, width=width, height=height, bytes=len(content))


@get(
    "/evidence/{digest:str}",
    opt=needs(Right.READ_EVIDENCE),
    responses=may_answer(404, 422),
    summary="A picture",
    tags=["evidence"],
    media_type="image/jpeg",
)
async def picture(request: Asked, parts: Given, digest: Digest) -> Response[bytes]:
    """Give out a picture to whoever uploaded it, and to whoever may see an alert or a ticket that names it.

    Raises:
        ProblemDetailsException: 404, the same for a picture that is not kept and for one that is out of scope.
    """
    reference = SCHEME + digest
    if not await parts.casebook.evidence_visible(request.user.actor, reference):
        raise unknown("picture", digest)
    try:
        content = await asyncio.to_thread(parts.evidence.get, reference)
    except FileNotFoundError as error:
        raise unknown("picture", digest) from error
    return Response(content, media_type="image/jpeg", headers=KEPT_BY_BROWSERS)

"""Originals of blurred evidence: for few, with a reason, and never without a trace."""

import asyncio
from typing import Annotated
from urllib.parse import unquote

from litestar import Response, get
from litestar.params import HeaderParameter

from console.answers import ProblemKind, may_answer, problem, unknown
from console.auth.rights import Right
from console.gate.asked import Asked, Given
from console.gate.guards import needs
from console.problem import Fault
from console.routes.evidence import Digest
from detectors.evidence.originals import OriginalLockedError
from detectors.evidence.store import SCHEME
from detectors.evidence.viewings import Viewing

SHORTEST, LONGEST = 10, 500
"""Characters of a reason: "test" is none."""
ReasonGiven = Annotated[
    str | None,
    HeaderParameter(name="X-Reason", description=f"Why it must be seen, {SHORTEST} to {LONGEST} characters, percent-encoded UTF-8."),
]


@get("/evidence/{digest:str}/original", opt=needs(Right.UNBLUR), responses=may_answer(404, 409, 422), summary="A picture before it was blurred",
     tags=["evidence"], media_type="image/png")  # fmt: skip
async def original(request: Asked, parts: Given, digest: Digest, reason: ReasonGiven = None) -> Response[bytes]:
    """Give out the frame as the camera sent it; who looked, when and why is written to the chain of viewings before.

    Raises:
        ProblemDetailsException: 404, the same for a picture that is not kept, one out of scope and one without an original; 409 the
            key does not open it; 422 no reason.
    """
    why = unquote(reason or "").strip()
    if not SHORTEST <= len(why) <= LONGEST or not why.isprintable():
        fault = Fault(
            "X-Reason", "is no reason.", f"Write why the original must be seen, in {SHORTEST} to {LONGEST} characters on one line."
        )
        raise problem(422, ProblemKind.INVALID, f"{fault.where}: {fault.what} {fault.fix}", errors=(fault,))
    reference, kept = SCHEME + digest, parts.originals
    if kept is None or not await parts.casebook.evidence_visible(request.user.actor, reference):
        raise unknown("original of a picture", digest)
    try:
        content = await asyncio.to_thread(kept.store.unseal, reference)
    except FileNotFoundError as error:
        raise unknown("original of a picture", digest) from error
    except OriginalLockedError as error:
        raise problem(409, ProblemKind.ILLEGAL, f"{error}. Ask whoever keeps the installation's keys.") from error
    # What cannot be written down is not shown: the failure is the answer.
    viewing = Viewing(reference=reference, by=request.user.actor.id, reason=why, at=parts.clock())
    await asyncio.to_thread(kept.viewings.append, viewing)
    return Response(content, media_type="image/png", headers={"Cache-Control": "private, no-store"})

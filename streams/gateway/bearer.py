"""Who sends a request: the ``Authorization`` header against the key ring."""

from streams.gateway.details import DENIALS, RETRY_SECONDS, Kind, RefusalError
from streams.gateway.keys import Denial, KeyRing, Owner, Scope


async def authenticate(authorization: str | None, ring: KeyRing, scope: Scope) -> Owner:
    """Find the owner of the request's key.

    Raises:
        RefusalError: nobody may pass; 401, 403, or 503 when the store of keys does not answer.
    """
    if not authorization:
        raise denied(Denial.MISSING, scope)
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise denied(Denial.MISSING, scope)
    try:
        answer = await ring.check(key.strip(), scope)
    except OSError as error:
        raise RefusalError(Kind.NO_KEYS, "Send the same request again after the pause.", retry_after=RETRY_SECONDS) from error
    if isinstance(answer, Denial):
        raise denied(answer, scope)
    return answer


def denied(denial: Denial, scope: Scope) -> RefusalError:
    """What the sender of a key that opens nothing is told."""
    kind, detail = DENIALS[denial]
    return RefusalError(kind, detail.format(scope=scope))

"""Errors of a whole request, as RFC 9457 problem details: one table."""

from enum import Enum

import msgspec

from config.problem import Problem
from streams.gateway.keys import Denial

MEDIA_TYPE = "application/problem+json"
MAX_BODY_BYTES = 10_000_000
"""The largest body of a request."""
RETRY_SECONDS = 2
"""What ``Retry-After`` says."""


class Kind(Enum):
    """Every error of a request: name in its ``type`` URN, status, title."""

    MALFORMED = ("malformed", 400, "The body is not JSON")
    BAD_TIME = ("bad-time", 400, "The time of the frame cannot be used")
    NO_KEY = ("no-key", 401, "An API key is needed")
    WRONG_KEY = ("wrong-key", 401, "The API key is not valid")
    OUT_OF_SCOPE = ("out-of-scope", 403, "The API key may not do this")
    NOT_FOUND = ("not-found", 404, "There is nothing here")
    WRONG_METHOD = ("wrong-method", 405, "This method is not for this address")
    IN_PROGRESS = ("in-progress", 409, "The same request is being handled")
    TOO_LARGE = ("too-large", 413, "The body is too large")
    WRONG_TYPE = ("wrong-type", 415, "The content type is not taken")
    ALL_REJECTED = ("all-rejected", 422, "No observation could be taken")
    NO_PICTURE = ("no-picture", 422, "The picture cannot be used")
    KEY_REUSED = ("key-reused", 422, "The Idempotency-Key was used for another body")
    BUSY = ("busy", 429, "Too much is waiting to be stored")
    FAULT = ("fault", 500, "The gateway failed")
    NO_LOG = ("no-log", 503, "The log does not answer")
    NO_ROOM = ("no-room", 503, "The frame could not be kept")
    NO_KEYS = ("no-keys", 503, "The store of API keys does not answer")

    @property
    def urn(self) -> str:
        """The ``type`` member."""
        return f"urn:cityloop:problem:{self.value[0]}"

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[1]

    @property
    def title(self) -> str:
        """A short text that is the same for every problem of the kind."""
        return self.value[2]


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one item of a request.

    Attributes:
        index: place in the request, from 0.
        status: ``accepted`` (the log has acknowledged it) or ``rejected`` (kept aside, with its problems).
        id: the observation's identity, when it was accepted.
        problems: everything that is wrong with it.
    """

    index: int
    status: str
    id: str | None = None
    problems: tuple[Problem, ...] = ()


class Details(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The body of an answer that says no (RFC 9457).

    Attributes:
        type: URN of the kind of problem.
        title: the same for every problem of the kind.
        status: the HTTP status.
        detail: what is wrong this time, and what to do.
        problems: places in the request's body.
        results: per item, when each was judged.
    """

    type: str
    title: str
    status: int
    detail: str
    problems: tuple[Problem, ...] = ()
    results: tuple[Result, ...] = ()


class RefusalError(Exception):
    """A request is refused; ``details`` is what its sender is told."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        problems: tuple[Problem, ...] = (),
        results: tuple[Result, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.retry_after = retry_after
        self.details = Details(type=kind.urn, title=kind.title, status=kind.status, detail=detail, problems=problems, results=results)


DENIALS: dict[Denial, tuple[Kind, str]] = {
    Denial.MISSING: (Kind.NO_KEY, "Send the header 'Authorization: Bearer clk_<id>_<secret>'. Keys never go into the address."),
    Denial.MALFORMED: (Kind.WRONG_KEY, "The key does not have the form clk_<id>_<secret>. Was it copied whole?"),
    Denial.UNKNOWN: (Kind.WRONG_KEY, "No such key. Ask for a new one: cityloop key."),
    Denial.EXPIRED: (Kind.WRONG_KEY, "The key has expired. Ask for a new one: cityloop key."),
    Denial.OUT_OF_SCOPE: (Kind.OUT_OF_SCOPE, "The key lacks the scope {scope}. Ask for one that has it: cityloop key."),
}
"""What the sender of a key that opens nothing is told."""

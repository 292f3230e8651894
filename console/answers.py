"""Problem documents for everything that goes wrong, the framework's own errors included."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any, NoReturn

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.plugins.problem_details import ProblemDetailsException

from console.directory import Directory
from console.problem import TYPE, Fault, ProblemBody, fault_of
from dispatch.refusal import Refusal, RefusalKind

log = structlog.get_logger(__name__)


class ProblemKind(StrEnum):
    """The last part of a problem's type URI."""

    INVALID = "invalid-request"
    NOT_LOGGED_IN = "not-logged-in"
    WRONG_LOGIN = "wrong-login"
    TOO_MANY = "too-many-attempts"
    NOT_ALLOWED = "not-allowed"
    FOREIGN_SITE = "foreign-site"
    UNKNOWN = "unknown"
    STALE = "stale-version"
    ILLEGAL = "illegal-move"
    INCOMPLETE = "incomplete-move"
    BAD_PICTURE = "bad-picture"
    TOO_LARGE = "too-large"
    FAILED = "failed"


_TITLES: Mapping[ProblemKind, str] = {
    ProblemKind.INVALID: "The request is not as the API wants it",
    ProblemKind.NOT_LOGGED_IN: "Not logged in",
    ProblemKind.WRONG_LOGIN: "User name or password is wrong",
    ProblemKind.TOO_MANY: "Too many failed attempts",
    ProblemKind.NOT_ALLOWED: "Not allowed",
    ProblemKind.FOREIGN_SITE: "The request may come from another site",
    ProblemKind.UNKNOWN: "Unknown, or not yours to see",
    ProblemKind.STALE: "The ticket has moved on",
    ProblemKind.ILLEGAL: "The move is not legal now",
    ProblemKind.INCOMPLETE: "The move lacks something",
    ProblemKind.BAD_PICTURE: "Not a picture that can be kept",
    ProblemKind.TOO_LARGE: "The body is too large",
    ProblemKind.FAILED: "The console failed",
}

_OF_STATUS: Mapping[int, ProblemKind] = {
    401: ProblemKind.NOT_LOGGED_IN,
    403: ProblemKind.NOT_ALLOWED,
    404: ProblemKind.UNKNOWN,
    413: ProblemKind.TOO_LARGE,
    429: ProblemKind.TOO_MANY,
}


def may_answer(*statuses: int) -> dict[int, ResponseSpec]:
    """The ``responses`` of a route in the OpenAPI document: the problems that it may answer with, beside 400, 401 and 403."""
    return {
        status: ResponseSpec(ProblemBody, generate_examples=False, description=HTTPStatus(status).phrase, media_type=TYPE)
        for status in sorted({400, 401, 403, *statuses})
    }


_OF_REFUSAL: Mapping[RefusalKind, tuple[int, ProblemKind]] = {
    RefusalKind.UNKNOWN: (404, ProblemKind.UNKNOWN),
    RefusalKind.STALE: (409, ProblemKind.STALE),
    RefusalKind.ILLEGAL: (409, ProblemKind.ILLEGAL),
    RefusalKind.FORBIDDEN: (403, ProblemKind.NOT_ALLOWED),
    RefusalKind.INCOMPLETE: (422, ProblemKind.INCOMPLETE),
    RefusalKind.INVALID: (422, ProblemKind.INVALID),
}


def problem(
    status: int, kind: ProblemKind, detail: str, headers: dict[str, str] | None = None, **members: object
) -> ProblemDetailsException:
    """An exception that becomes a problem document.

    Args:
        status: HTTP status.
        kind: which kind of problem.
        detail: a sentence that says what is wrong and what to do.
        headers: response headers (``Retry-After``).
        members: further members of the document.
    """
    body = ProblemBody(type=f"/problems/{kind.value}", title=_TITLES[kind], status=status, detail=detail, **members)  # type: ignore[arg-type]  # Checked by the struct's own fields.
    return ProblemDetailsException(detail=detail, status_code=status, headers=headers, extra={"body": body})


def refused(refusal: Refusal, directory: Directory) -> NoReturn:
    """Raise the problem that a refusal of the case book is; a stale move names who changed what.

    Raises:
        ProblemDetailsException: always.
    """
    status, kind = _OF_REFUSAL[refusal.kind]
    members: dict[str, object] = {}
    if refusal.changed:
        last = refusal.changed[-1]
        members = {"changed_by": directory.person(last.actor).name, "changed_fact": last.fact.value}
    if refusal.version is not None:
        members["current_version"] = refusal.version
    if refusal.missing:
        members["errors"] = tuple(Fault(need.value, "is needed.", f"Send {need.value} along.") for need in refusal.missing)
    if refusal.complaints:
        members["errors"] = tuple(Fault(one.where, one.what, one.fix) for one in refusal.complaints)
    raise problem(status, kind, f"{refusal.what} {refusal.fix}".strip(), None, **members)


def unknown(what: str, key: str) -> ProblemDetailsException:
    """The answer for what is not there, and equally for what the caller may not see."""
    return problem(404, ProblemKind.UNKNOWN, f"There is no {what} {key[:100]!r} among those that you may see.")


def _send(body: ProblemBody, headers: Mapping[str, str] | None) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=body.status, media_type=TYPE, headers=dict(headers or {}))


def on_problem(_request: Request[Any, Any, Any], error: ProblemDetailsException) -> Response[bytes]:
    """Answer with a problem that one of our routes raised."""
    extra: Any = error.extra
    return _send(extra["body"], error.headers)


def on_invalid(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """Answer for a request whose body or parameters do not fit their types: every fault, with a fix."""
    struct = _body_struct(request)
    fields = tuple(field.encode_name for field in msgspec.structs.fields(struct)) if struct else ()
    choices = _choices(struct)
    found: Any = error.extra if isinstance(error.extra, list) else []
    faults = tuple(fault_of(str(entry.get("message", "")), str(entry.get("key", "")), fields, choices) for entry in found)
    detail = " ".join(f"{fault.where}: {fault.what} {fault.fix}".strip() for fault in faults) or error.detail
    return on_problem(request, problem(422, ProblemKind.INVALID, detail, errors=faults))


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer for the framework's own errors: unknown path, wrong method, body too large, undecodable body."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return on_crash(request, error)
    kind = _OF_STATUS.get(error.status_code, ProblemKind.INVALID)
    detail = f"{HTTPStatus(error.status_code).phrase}: {request.method} {request.url.path}. {error.detail}"
    answer = problem(error.status_code, kind, detail, dict(error.headers) if error.headers else None)
    return on_problem(request, answer)


def on_crash(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer for what nobody foresaw: the log has the story, the caller a sentence."""
    log.error("request failed", method=request.method, route=str(request.scope.get("path_template")), exc_info=error)
    return on_problem(
        request, problem(500, ProblemKind.FAILED, "The console met an error that it did not foresee. Its log has the details; try again.")
    )


def _body_struct(request: Request[Any, Any, Any]) -> type[msgspec.Struct] | None:
    field = getattr(request.route_handler, "parsed_data_field", None)
    kind = getattr(field, "annotation", None)
    return kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None


def _choices(struct: type[msgspec.Struct] | None) -> tuple[str, ...]:
    if struct is None:
        return ()
    kinds = [field.type for field in msgspec.structs.fields(struct)]
    return tuple(member.value for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum) for member in kind)

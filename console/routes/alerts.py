"""Alerts: list, detail, acknowledgement."""

from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from console.answers import may_answer, refused, unknown
from console.auth.rights import Right
from console.gate.asked import Asked, Given
from console.gate.guards import needs
from console.shapes.alerts import AlertDetail, AlertList, AlertRow, alert_detail, alert_row
from dispatch.alertcase import AlertState
from dispatch.query import AlertQuery
from dispatch.refusal import Refusal

Limit = Annotated[int, QueryParameter(ge=1, le=500, description="At most so many.")]
After = Annotated[str | None, QueryParameter(max_length=200, description="The `next` of the page before.")]

# Litestar keeps the name ``state`` for itself.
StateOf = Annotated[AlertState | None, QueryParameter(name="state", description="Only these.")]


@get("/alerts", opt=needs(Right.READ_ALERTS), responses=may_answer(422), summary="Alerts, newest change first", tags=["alerts"])
async def alerts(
    request: Asked, parts: Given, *, in_state: StateOf = None, rule: FromQuery[str | None] = None,
    acknowledged: FromQuery[bool | None] = None, suppressed: FromQuery[bool | None] = None, limit: Limit = 100, after: After = None,
) -> AlertList:  # fmt: skip
    """A page of the alerts that the caller may see."""
    page = await parts.casebook.alerts(
        request.user.actor,
        AlertQuery(state=in_state, rule=rule, acknowledged=acknowledged, suppressed=suppressed, limit=limit, after=after),
    )
    return AlertList(items=tuple(alert_row(case, parts.directory) for case in page.items), next=page.next)


@get("/alerts/{alert_id:str}", opt=needs(Right.READ_ALERTS), responses=may_answer(404), summary="One alert", tags=["alerts"])
async def alert(request: Asked, parts: Given, alert_id: FromPath[str]) -> AlertDetail:
    """Everything about an alert, with why it fired.

    Raises:
        ProblemDetailsException: 404.
    """
    found = await parts.casebook.alert(request.user.actor, alert_id)
    if found is None:
        raise unknown("alert", alert_id)
    return alert_detail(found, parts.directory)


@post(
    "/alerts/{alert_id:str}/acknowledge",
    opt=needs(Right.ACKNOWLEDGE),
    status_code=200,
    responses=may_answer(404),
    summary="Acknowledge an alert",
    tags=["alerts"],
)
async def acknowledge(request: Asked, parts: Given, alert_id: FromPath[str]) -> AlertRow:
    """Say that one has seen it; the first one counts.

    Raises:
        ProblemDetailsException: as the case book refuses.
    """
    found = await parts.casebook.acknowledge_alert(request.user.actor, alert_id)
    if isinstance(found, Refusal):
        refused(found, parts.directory)
    return alert_row(found, parts.directory)

"""Tickets: list, detail, moves and facts."""

from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from console.answers import ProblemKind, may_answer, problem, refused, unknown
from console.auth.rights import Right
from console.gate.asked import Asked, Given
from console.gate.guards import needs
from console.problem import Fault, suggest
from console.routes.alerts import After, Limit
from console.shapes.tickets import TicketDetail, TicketList, TicketRow, ticket_detail, ticket_row
from console.shapes.writes import FactRequest, MoveRequest
from dispatch.command import FactCommand, MoveCommand
from dispatch.lifecycle import PEOPLES_STORY, State
from dispatch.query import TicketQuery
from dispatch.refusal import Refusal

StatesOf = Annotated[list[State] | None, QueryParameter(name="state", description="Only in these; may be given several times.")]


@get("/tickets", opt=needs(Right.READ_TICKETS), responses=may_answer(422), summary="Tickets, newest change first", tags=["tickets"])
async def tickets(
    request: Asked, parts: Given, *, in_states: StatesOf = None, mine: FromQuery[bool] = False,
    unit: FromQuery[str | None] = None, limit: Limit = 100, after: After = None,
) -> TicketList:  # fmt: skip
    """A page of the tickets that the caller may see; ``state`` may be given several times, ``mine`` keeps those in the caller's hands."""
    actor = request.user.actor
    query = TicketQuery(states=tuple(in_states or ()), assignee=actor.id if mine else None, unit=unit, limit=limit, after=after)
    page = await parts.casebook.tickets(actor, query)
    now = parts.clock()
    return TicketList(items=tuple(ticket_row(item, parts.case_clock(item, now), parts.directory) for item in page.items), next=page.next)


@get("/tickets/{ticket_id:str}", opt=needs(Right.READ_TICKETS), responses=may_answer(404), summary="One ticket", tags=["tickets"])
async def ticket(request: Asked, parts: Given, ticket_id: FromPath[str]) -> TicketDetail:
    """Everything about a ticket, with the moves that the caller may make now.

    Raises:
        ProblemDetailsException: 404.
    """
    found = await parts.casebook.ticket(request.user.actor, ticket_id)
    if found is None:
        raise unknown("ticket", ticket_id)
    return ticket_detail(found, parts.directory)


@post(
    "/tickets/{ticket_id:str}/moves",
    opt=needs(Right.MOVE),
    status_code=200,
    responses=may_answer(404, 409, 413, 422),
    summary="Make a move",
    tags=["tickets"],
)
async def move(request: Asked, parts: Given, ticket_id: FromPath[str], data: JSONBody[MoveRequest]) -> TicketRow:
    """Change the state of a ticket; the answer is its row, since a move may take it out of the caller's sight.

    Raises:
        ProblemDetailsException: 403, 404, 409 (stale: who changed what; or not legal now), 422 (something is missing).
    """
    photos = tuple(data.photos)
    await _visible(request, parts, photos)
    done = await parts.casebook.act(
        request.user.actor,
        MoveCommand(
            ticket=ticket_id, move=data.move, version=data.version, reason=data.reason, note=data.note, photos=photos,
            person=data.person, unit=data.unit, standard=data.standard,
        ),
    )  # fmt: skip
    if isinstance(done, Refusal):
        refused(done, parts.directory)
    return ticket_row(done, parts.case_clock(done, parts.clock()), parts.directory)


@post(
    "/tickets/{ticket_id:str}/facts",
    opt=needs(Right.ADD_FACTS),
    status_code=200,
    responses=may_answer(404, 409, 413, 422),
    summary="Add a fact",
    tags=["tickets"],
)
async def add_fact(request: Asked, parts: Given, ticket_id: FromPath[str], data: JSONBody[FactRequest]) -> TicketRow:
    """Add to a ticket's story without changing its state.

    Raises:
        ProblemDetailsException: 403, 404, 422.
    """
    if data.fact not in PEOPLES_STORY:
        words = [fact.value for fact in PEOPLES_STORY]
        fault = Fault("fact", f"{data.fact.value} is not a fact that people add.", suggest(data.fact.value, words))
        raise problem(422, ProblemKind.INVALID, f"{fault.what} {fault.fix}", errors=(fault,))
    photos = tuple(data.photos)
    await _visible(request, parts, photos)
    command = FactCommand(ticket=ticket_id, fact=data.fact, note=data.note, photos=photos)
    done = await parts.casebook.add_fact(request.user.actor, command)
    if isinstance(done, Refusal):
        refused(done, parts.directory)
    return ticket_row(done, parts.case_clock(done, parts.clock()), parts.directory)


async def _visible(request: Asked, parts: Given, photos: tuple[str, ...]) -> None:
    """A ticket's history is for ever, so it must not refer to pictures that were never kept.

    Nor to one that the caller may not see: attached to the caller's own ticket it would come into sight.
    """
    faults = tuple(
        [
            Fault(f"photos[{index}]", f"{photo} is not kept here.", "Send it to POST /v1/evidence first.")
            for index, photo in enumerate(photos)
            if photo not in parts.evidence or not await parts.casebook.evidence_visible(request.user.actor, photo)
        ]
    )
    if faults:
        raise problem(422, ProblemKind.INVALID, " ".join(f"{fault.what} {fault.fix}" for fault in faults), errors=faults)

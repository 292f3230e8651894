"""A case book in memory: the same decisions as the real one, kept in dictionaries.

It implements :class:`dispatch.ports.CaseBook` and :class:`dispatch.ports.Accounts`, and passes the same behaviour suite as
the SQL store (tests/contract/dispatch). Nothing survives the process, and only one task at a time may use it.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from config.moment import Micros
from dispatch.accounts import ApiKey, Session, User
from dispatch.actor import Actor, sees
from dispatch.alertcase import AlertCase, AlertState, acknowledge
from dispatch.change import Addresses, Change, of_acknowledgement, of_decision, of_intake
from dispatch.command import FactCommand, MoveCommand
from dispatch.decide import Decision, decide, decide_fact
from dispatch.delivery import Delivery, DeliveryState
from dispatch.desk import Desk, Situation
from dispatch.event import TicketEvent
from dispatch.intake import spot_of_event, take
from dispatch.lifecycle import ENDED, State
from dispatch.naming import Namer, Naming, namings
from dispatch.noise.inhibition import may_inhibit
from dispatch.noise.policy import NoisePolicy
from dispatch.paging import bounded, mark, read_mark
from dispatch.query import (
    AlertDetail,
    AlertPage,
    AlertQuery,
    FeedItem,
    Summary,
    TicketDetail,
    TicketPage,
    TicketQuery,
)
from dispatch.refusal import Refusal
from dispatch.silencing import Firing
from dispatch.ticket import Ticket
from dispatch.views import detail_of, hidden, unknown_alert, unknown_ticket
from streams.alert import AlertEvent
from streams.clock import Clock
from tests.fakes.quiet import Quiet

Item = TypeVar("Item", AlertCase, Ticket)


class MemoryCaseBook:
    """Alerts and tickets in memory.

    Args:
        desk: the city's tables.
        clock: the present.
        webhook: the city's default address of notices; empty: none.
        policy: what the city decided about noise.
    """

    def __init__(self, desk: Desk, clock: Clock, webhook: str = "", policy: NoisePolicy | None = None) -> None:
        self.desk = desk
        self.clock = clock
        self.webhook = webhook
        self.policy = policy or NoisePolicy()
        self.quiet = Quiet()
        self.cases: dict[str, AlertCase] = {}
        self._alert_events: dict[str, AlertEvent] = {}
        self._tickets: dict[str, Ticket] = {}
        self._events: dict[str, list[TicketEvent]] = {}
        self._spots: dict[str, str] = {}
        self._due: dict[str, Micros | None] = {}
        self.deliveries: dict[str, Delivery] = {}
        self._feed: list[FeedItem] = []
        self._evidence: set[Naming] = set()

    async def take_alert(self, event: AlertEvent) -> AlertCase:
        """Take in what the rules say, once."""
        if event.event_id in self._alert_events:
            return self.cases[event.id]
        known = self.cases.get(event.id)
        surroundings = self.quiet.surroundings(self.policy, self.desk, self.cases.values(), event, self.clock())
        intake = take(event, known, self.nearby(event, known), self.situation(), surroundings)
        self.write(of_intake(intake, event, self.addresses()))
        if (known is None or known.state is not intake.alert.state) and may_inhibit(
            self.policy.inhibitions, self.desk.subject(intake.alert)
        ):
            self.quiet.judge_soon([one.alert.id for one in self.firing() if one.alert.id != event.id], self.clock())
        return self.cases[event.id]

    def nearby(self, event: AlertEvent, known: AlertCase | None) -> list[Ticket]:
        """An alert's own ticket, and those at the same spot."""
        spot = spot_of_event(event, self.desk.place_of(event))
        own = known.ticket if known is not None else None
        return [ticket for ticket in self._tickets.values() if ticket.id == own or self._spots[ticket.id] == spot]

    def firing(self) -> list[Firing]:
        """Alerts that fire, the oldest first."""
        found = [case for case in self.cases.values() if case.state is AlertState.FIRING]
        found.sort(key=lambda case: (case.opened_at, case.id))
        return [Firing(case, self.desk.subject(case)) for case in found]

    async def alerts(self, actor: Actor, query: AlertQuery) -> AlertPage:
        """A page of alerts."""
        wanted = [
            alert for alert in self.cases.values()
            if sees(actor, alert.unit) and query.state in (None, alert.state) and query.rule in (None, alert.latest.rule)
            and (query.suppressed is None or query.suppressed == bool(alert.suppressed_by))
            and (query.acknowledged is None or query.acknowledged == (alert.acknowledged_by is not None))
        ]  # fmt: skip
        wanted.sort(key=_newest_first)
        page, following = _page(wanted, query.limit, query.after)
        return AlertPage(items=tuple(page), next=following)

    async def alert(self, actor: Actor, alert_id: str) -> AlertDetail | None:
        """One alert with its events."""
        alert = self.cases.get(alert_id)
        if alert is None or not sees(actor, alert.unit):
            return None
        return AlertDetail(alert=alert, events=tuple(event for event in self._alert_events.values() if event.id == alert_id))

    async def acknowledge_alert(self, actor: Actor, alert_id: str) -> AlertCase | Refusal:
        """Note that somebody has seen an alert."""
        alert = self.cases.get(alert_id)
        if alert is None or not sees(actor, alert.unit):
            return unknown_alert(alert_id)
        if alert.acknowledged_by is None:
            self.write(of_acknowledgement(acknowledge(alert, actor.id, self.clock())))
        return self.cases[alert_id]

    async def tickets(self, actor: Actor, query: TicketQuery) -> TicketPage:
        """A page of tickets."""
        below = self.desk.below(query.unit) if query.unit is not None else None
        wanted = [
            ticket for ticket in self._tickets.values()
            if sees(actor, ticket.unit) and (not query.states or ticket.state in query.states)
            and query.assignee in (None, ticket.assignee) and (below is None or ticket.unit in below)
        ]  # fmt: skip
        wanted.sort(key=_newest_first)
        page, following = _page(wanted, query.limit, query.after)
        return TicketPage(items=tuple(page), next=following)

    async def ticket(self, actor: Actor, ticket_id: str) -> TicketDetail | None:
        """Everything about one ticket."""
        ticket = self._tickets.get(ticket_id)
        if ticket is None or hidden(ticket, actor):
            return None
        alerts = [self.cases[alert] for alert in ticket.alerts]
        deliveries = [delivery for delivery in self.deliveries.values() if delivery.ticket == ticket_id]
        return detail_of(
            ticket=ticket, events=self._events[ticket_id], alerts=alerts, deliveries=deliveries, actor=actor, situation=self.situation()
        )

    async def act(self, actor: Actor, command: MoveCommand) -> Ticket | Refusal:
        """Make a move."""
        ticket = self._tickets.get(command.ticket)
        if ticket is None or hidden(ticket, actor):
            return unknown_ticket(command.ticket)
        return self._follow(ticket, decide(ticket, self._events[ticket.id], command, actor, self.situation()))

    async def add_fact(self, actor: Actor, command: FactCommand) -> Ticket | Refusal:
        """Add to a ticket's story."""
        ticket = self._tickets.get(command.ticket)
        if ticket is None or hidden(ticket, actor):
            return unknown_ticket(command.ticket)
        return self._follow(ticket, decide_fact(ticket, command, actor, self.clock()))

    async def note_upload(self, actor: Actor, reference: str) -> None:
        """Note who uploaded a picture."""
        self._evidence.add(Naming(reference=reference, namer=Namer.UPLOADER, id=actor.id))

    async def evidence_visible(self, actor: Actor, reference: str) -> bool:
        """Whether the actor may see a picture."""
        return any(self._names_for(actor, naming) for naming in self._evidence if naming.reference == reference)

    async def feed(self, actor: Actor, after: int, limit: int) -> tuple[FeedItem, ...]:
        """The changes above a sequence."""
        return tuple(item for item in self._feed if item.sequence > after and sees(actor, item.unit))[:limit]

    async def feed_head(self) -> int:
        """The highest sequence so far."""
        return len(self._feed)

    async def summary(self, actor: Actor) -> Summary:
        """Counts of what the actor may see."""
        alerts = [alert for alert in self.cases.values() if sees(actor, alert.unit)]
        firing = [alert for alert in alerts if alert.state is AlertState.FIRING]
        tickets = [ticket for ticket in self._tickets.values() if sees(actor, ticket.unit)]
        sent = [delivery for delivery in self.deliveries.values() if sees(actor, delivery.unit)]
        return Summary(
            alerts=_counts(AlertState, (alert.state for alert in alerts)),
            alerts_by_rule=dict(Counter(alert.latest.rule for alert in firing)),
            unacknowledged=sum(alert.acknowledged_by is None and not alert.suppressed_by for alert in firing),
            suppressed=sum(bool(alert.suppressed_by) for alert in firing),
            tickets=_counts(State, (ticket.state for ticket in tickets)),
            overdue=sum(self._overdue(ticket) for ticket in tickets),
            deliveries=_counts(DeliveryState, (delivery.state for delivery in sent)),
        )

    def _names_for(self, actor: Actor, naming: Naming) -> bool:
        if naming.namer is Namer.UPLOADER:
            return naming.id == actor.id
        if naming.namer is Namer.TICKET:
            return sees(actor, self._tickets[naming.id].unit)
        alert = self.cases[naming.id]
        return sees(actor, alert.unit) or (alert.ticket is not None and sees(actor, self._tickets[alert.ticket].unit))

    def _overdue(self, ticket: Ticket) -> bool:
        due_at, until = self._due[ticket.id], ticket.clock_stopped_at
        return ticket.state not in ENDED and due_at is not None and due_at < (self.clock() if until is None else until)

    def situation(self) -> Situation:
        """The present."""
        busy = (State.DISPATCHED, State.HANDLING)
        loads = Counter(ticket.assignee for ticket in self._tickets.values() if ticket.assignee and ticket.state in busy)
        return Situation(now=self.clock(), desk=self.desk, loads={str(person): count for person, count in loads.items()})

    def addresses(self) -> Addresses:
        """Where notices go."""
        return Addresses(self.desk, self.webhook)

    def _follow(self, ticket: Ticket, decision: Decision) -> Ticket | Refusal:
        if isinstance(decision, Refusal):
            return decision
        self.write(of_decision(ticket, decision, self.addresses()))
        return self._tickets[ticket.id]

    def write(self, change: Change) -> None:
        """Keep a change."""
        if change.alert is not None:
            self.cases[change.alert.id] = change.alert
            self.quiet.keep(change)
        if change.alert_event is not None:
            self._alert_events[change.alert_event.event_id] = change.alert_event
        if change.ticket is not None:
            ticket = change.ticket.ticket
            self._tickets[ticket.id] = ticket
            self._events.setdefault(ticket.id, []).extend(change.ticket.events)
            self._spots[ticket.id] = change.ticket.spot
            self._due[ticket.id] = change.ticket.due_at
            self.deliveries.update({delivery.id: delivery for delivery in change.ticket.deliveries})
        self._evidence |= namings(change)
        for item in change.feed:
            self._feed.append(msgspec.structs.replace(item, sequence=len(self._feed) + 1))


class MemoryAccounts:
    """Logins, sessions and keys in memory."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}
        self._sessions: dict[str, Session] = {}
        self._keys: dict[str, ApiKey] = {}

    async def user(self, user_id: str) -> User | None:
        """A login."""
        return self._users.get(user_id)

    async def users(self) -> tuple[User, ...]:
        """Every login."""
        return tuple(user for _, user in sorted(self._users.items()))

    async def put_user(self, user: User) -> None:
        """Add or replace a login."""
        self._users[user.id] = user

    async def remove_user(self, user_id: str) -> bool:
        """Remove a login with its sessions."""
        self._sessions = {token: session for token, session in self._sessions.items() if session.user != user_id}
        return self._users.pop(user_id, None) is not None

    async def open_session(self, session: Session) -> None:
        """Keep a session."""
        self._sessions[session.token_hash] = session

    async def session(self, token_hash: str, now: Micros) -> Session | None:
        """A session that is still valid."""
        found = self._sessions.get(token_hash)
        return found if found is not None and now < found.expires_at else None

    async def close_session(self, token_hash: str) -> None:
        """Forget a session."""
        self._sessions.pop(token_hash, None)

    async def put_key(self, key: ApiKey) -> None:
        """Add or replace a key."""
        self._keys[key.id] = key

    async def key(self, key_id: str) -> ApiKey | None:
        """A key."""
        return self._keys.get(key_id)

    async def keys(self) -> tuple[ApiKey, ...]:
        """Every key, by creation."""
        return tuple(sorted(self._keys.values(), key=lambda key: (key.created_at, key.id)))

    async def revoke_key(self, key_id: str, now: Micros) -> bool:
        """End a key."""
        if key_id not in self._keys:
            return False
        self._keys[key_id] = msgspec.structs.replace(self._keys[key_id], revoked_at=now)
        return True


def _newest_first(item: AlertCase | Ticket) -> tuple[Micros, str]:
    return -item.changed_at, item.id


def _counts(names: Iterable[str], found: Iterable[str]) -> dict[str, int]:
    counted = Counter(found)
    return {str(name): counted[name] for name in names}


def _page(items: list[Item], limit: int, after: str | None) -> tuple[list[Item], str | None]:
    start = read_mark(after)
    if start is not None:
        items = [item for item in items if _newest_first(item) > (-start[0], start[1])]
    page = items[: bounded(limit)]
    return page, mark(page[-1].changed_at, page[-1].id) if len(items) > len(page) else None

"""Values to rows and back."""

from typing import Any

import msgspec

from config.moment import Micros
from dispatch.accounts import ApiKey, Session, User
from dispatch.alertcase import AlertCase
from dispatch.change import TicketChange
from dispatch.delivery import Delivery
from dispatch.event import TicketEvent
from dispatch.naming import Naming
from dispatch.noise.group import Group
from dispatch.noise.history import SilenceEvent
from dispatch.noise.silence import Silence
from dispatch.noise.subject import series_of
from dispatch.query import FeedItem
from dispatch.ticket import Ticket
from streams.alert import AlertEvent

Row = dict[str, Any]

read_alert = msgspec.json.Decoder(AlertCase).decode
read_alert_event = msgspec.json.Decoder(AlertEvent).decode
read_ticket = msgspec.json.Decoder(Ticket).decode
read_ticket_event = msgspec.json.Decoder(TicketEvent).decode
read_silence = msgspec.json.Decoder(Silence).decode
read_silence_event = msgspec.json.Decoder(SilenceEvent).decode
read_group = msgspec.json.Decoder(Group).decode


def _fields(row: Any) -> Row:
    """A row's values by name, the names as plain strings: SQLAlchemy's own kind of string is none to msgspec."""
    return {f"{name}": value for name, value in row._mapping.items()}  # noqa: SLF001  # SQLAlchemy's public way to a row's names.


def text(value: msgspec.Struct) -> str:
    """The JSON of a value."""
    return msgspec.json.encode(value).decode()


def alert_row(alert: AlertCase) -> Row:
    """A row of ``alerts``."""
    return {
        "id": alert.id, "state": alert.state.value, "rule": alert.latest.rule, "severity": alert.latest.severity.value, "unit": alert.unit,
        "ticket": alert.ticket, "acknowledged_by": alert.acknowledged_by, "opened_at": alert.opened_at, "changed_at": alert.changed_at,
        "series": series_of(alert.latest.rule, alert.latest.group), "starts_at": alert.latest.starts_at,
        "suppressed": " ".join(sorted({found.kind.value for found in alert.suppressed_by})) or None,
        "flapping": None if alert.flapping is None else alert.flapping.until, "body": text(alert),
    }  # fmt: skip


def alert_event_row(event: AlertEvent, taken_at: Micros) -> Row:
    """A row of ``alert_events``."""
    return {
        "event_id": event.event_id, "alert": event.id, "event": event.event.value, "at": event.at, "taken_at": taken_at, "body": text(event)
    }  # fmt: skip


def ticket_row(change: TicketChange) -> Row:
    """A row of ``tickets``."""
    return ticket_columns(change.ticket) | {"spot": change.spot, "due_at": change.due_at}


def ticket_columns(ticket: Ticket) -> Row:
    """What of a row of ``tickets`` follows from the ticket alone."""
    return {
        "id": ticket.id, "version": ticket.version, "state": ticket.state.value, "category": ticket.opening.category,
        "severity": ticket.opening.severity.value, "unit": ticket.unit, "assignee": ticket.assignee,
        "clock_stopped_at": ticket.clock_stopped_at, "opened_at": ticket.opened_at,
        "changed_at": ticket.changed_at, "ended_at": ticket.ended_at, "body": text(ticket),
    }  # fmt: skip


def ticket_event_row(event: TicketEvent) -> Row:
    """A row of ``ticket_events``."""
    return {
        "ticket": event.ticket, "number": event.number, "fact": event.fact.value, "at": event.at, "actor": event.actor, "hash": event.hash,
        "body": text(event),
    }  # fmt: skip


def delivery_row(delivery: Delivery) -> Row:
    """A row of ``deliveries``."""
    return msgspec.structs.asdict(delivery) | {"purpose": delivery.purpose.value, "state": delivery.state.value}


def read_delivery(row: Any) -> Delivery:
    """A delivery from its row."""
    return msgspec.convert(_fields(row), Delivery)


def feed_row(item: FeedItem) -> Row:
    """A row of ``feed``, without its number, which the database gives."""
    row = msgspec.structs.asdict(item) | {"subject": item.subject.value}
    del row["sequence"]
    return row


def read_feed(row: Any) -> FeedItem:
    """A line of the feed from its row."""
    return msgspec.convert(_fields(row), FeedItem)


def naming_row(naming: Naming) -> Row:
    """A row of ``evidence``."""
    return msgspec.structs.asdict(naming) | {"namer": naming.namer.value}


def silence_row(silence: Silence) -> Row:
    """A row of ``silences``."""
    return {
        "id": silence.id, "unit": silence.unit, "kind": silence.kind.value, "author": silence.author, "starts_at": silence.starts_at,
        "over_at": silence.over_at, "changed_at": silence.expired_at or silence.created_at, "body": text(silence),
    }  # fmt: skip


def silence_event_row(event: SilenceEvent) -> Row:
    """A row of ``silence_events``."""
    return {
        "silence": event.silence, "number": event.number, "fact": event.fact.value, "at": event.at, "actor": event.actor,
        "hash": event.hash, "body": text(event),
    }  # fmt: skip


def group_row(group: Group) -> Row:
    """A row of ``notice_groups``."""
    return {"id": group.id, "next_at": group.next_at, "body": text(group)}


def user_row(user: User) -> Row:
    """A row of ``users``."""
    return msgspec.structs.asdict(user) | {"state": user.state.value}


def read_user(row: Any) -> User:
    """A login from its row."""
    return msgspec.convert(_fields(row), User)


def session_row(session: Session) -> Row:
    """A row of ``sessions``."""
    return msgspec.structs.asdict(session)


def read_session(row: Any) -> Session:
    """A session from its row."""
    return msgspec.convert(_fields(row), Session)


def key_row(key: ApiKey) -> Row:
    """A row of ``api_keys``."""
    return msgspec.structs.asdict(key) | {"scopes": " ".join(key.scopes)}


def read_key(row: Any) -> ApiKey:
    """A key from its row."""
    fields = _fields(row)
    return msgspec.convert(fields | {"scopes": tuple(fields["scopes"].split())}, ApiKey)

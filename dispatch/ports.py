"""What the console and the roles ask of whatever keeps the cases: three ports, each with one behaviour suite for all who implement it."""

from collections.abc import Sequence
from typing import Protocol

from config.moment import Micros
from dispatch.accounts import ApiKey, Session, User
from dispatch.actor import Actor
from dispatch.alertcase import AlertCase
from dispatch.command import FactCommand, MoveCommand
from dispatch.noise.draft import SilenceDraft
from dispatch.noise.matcher import Matcher
from dispatch.noise.silence import Silence
from dispatch.noisequery import Census, Preview, Settled, SilenceAdded, SilenceDetail, SilencePage, SilenceQuery, WindowView
from dispatch.query import AlertDetail, AlertPage, AlertQuery, FeedItem, Summary, TicketDetail, TicketPage, TicketQuery
from dispatch.refusal import Refusal
from dispatch.ticket import Ticket
from streams.alert import AlertEvent


class CaseBook(Protocol):
    """Alerts and tickets. Every read is limited to the rows that the actor may see; what is out of scope is as unknown."""

    async def take_alert(self, event: AlertEvent) -> AlertCase:
        """Take in what the rules say, once per ``event_id``: alert, ticket, notices and feed in one transaction."""

    async def alerts(self, actor: Actor, query: AlertQuery) -> AlertPage:
        """A page of alerts, newest change first."""

    async def alert(self, actor: Actor, alert_id: str) -> AlertDetail | None:
        """One alert with its events, or ``None``."""

    async def acknowledge_alert(self, actor: Actor, alert_id: str) -> AlertCase | Refusal:
        """Note that somebody has seen an alert; the first one counts, a second is no error."""

    async def tickets(self, actor: Actor, query: TicketQuery) -> TicketPage:
        """A page of tickets, newest change first."""

    async def ticket(self, actor: Actor, ticket_id: str) -> TicketDetail | None:
        """Everything about one ticket, or ``None``."""

    async def act(self, actor: Actor, command: MoveCommand) -> Ticket | Refusal:
        """Make a move. Of two that carry the same version one wins, the other is refused as stale."""

    async def add_fact(self, actor: Actor, command: FactCommand) -> Ticket | Refusal:
        """Add to a ticket's story."""

    async def note_upload(self, actor: Actor, reference: str) -> None:
        """Note that the actor has uploaded a picture; a second time is no error."""

    async def evidence_visible(self, actor: Actor, reference: str) -> bool:
        """Whether the actor may see a picture: an alert or a ticket in the actor's scope names it, or the actor uploaded it.

        Whoever uploaded a picture sees it before it is attached to anything, and ever after; nobody else does before that,
        whatever their role. A ticket names the pictures of its alerts as its own.
        """

    async def feed(self, actor: Actor, after: int, limit: int) -> tuple[FeedItem, ...]:
        """The changes with a sequence above ``after`` that the actor may see, in the order of commits."""

    async def feed_head(self) -> int:
        """The highest sequence so far; 0 before the first change. Cheap enough to ask several times a second."""

    async def summary(self, actor: Actor) -> Summary:
        """Counts of what the actor may see."""


class NoiseBook(Protocol):
    """Silences and maintenance, and what is due by time: alerts to be judged again, and groups of notices.

    Every read and write is limited to the silences that the actor may see: those of the own unit and below it. A silence of
    somebody who does not serve the whole city reaches alerts of that subtree only. No silence is ever changed but ended, or deleted.
    """

    async def silences(self, actor: Actor, query: SilenceQuery) -> SilencePage:
        """A page of silences, newest change first."""

    async def silence(self, actor: Actor, silence_id: str) -> SilenceDetail | None:
        """One silence with its history, or ``None``."""

    async def add_silence(self, actor: Actor, draft: SilenceDraft) -> SilenceAdded | Refusal:
        """Make a silence in the actor's name. One that would match life safety only is refused."""

    async def expire_silence(self, actor: Actor, silence_id: str) -> Silence | Refusal:
        """End a silence before its time."""

    async def preview(self, actor: Actor, matchers: Sequence[Matcher]) -> Preview | Refusal:
        """Which alerts that fire now matchers would keep quiet, and which of life safety pass through."""

    async def maintenance(self) -> tuple[WindowView, ...]:
        """The configured windows as they stand now."""

    async def wake(self) -> None:
        """Let every alert that fires be judged again: at a start, since the policy may be another one than before."""

    async def settle(self) -> Settled:
        """Do what is due, in portions: judge alerts again, let groups speak. Nothing due is done twice, whoever does it."""

    async def next_at(self) -> Micros | None:
        """When something is due next; ``None``: nothing is waiting."""

    async def census(self) -> Census:
        """Counts for the metrics, of everything."""


class Accounts(Protocol):
    """Logins, sessions and keys. Only hashes are kept."""

    async def user(self, user_id: str) -> User | None:
        """A login, or ``None``."""

    async def users(self) -> tuple[User, ...]:
        """Every login, by id."""

    async def put_user(self, user: User) -> None:
        """Add a login, or replace it."""

    async def remove_user(self, user_id: str) -> bool:
        """Remove a login with its sessions; ``False`` when there is none."""

    async def open_session(self, session: Session) -> None:
        """Keep a session."""

    async def session(self, token_hash: str, now: Micros) -> Session | None:
        """A session that is still valid at ``now``, or ``None``."""

    async def close_session(self, token_hash: str) -> None:
        """Forget a session; a second time is no error."""

    async def put_key(self, key: ApiKey) -> None:
        """Add a key, or replace it."""

    async def key(self, key_id: str) -> ApiKey | None:
        """A key, expired and revoked ones included, or ``None``."""

    async def keys(self) -> tuple[ApiKey, ...]:
        """Every key, by creation."""

    async def revoke_key(self, key_id: str, now: Micros) -> bool:
        """End a key; ``False`` when there is none."""

"""What the routes work with, in one frozen value; the role puts the real things in, tests put in fakes."""

from collections.abc import Callable
from dataclasses import dataclass

from config.catalogue import Catalogue
from config.moment import Micros
from console.auth.passwords import Passwords
from console.auth.throttle import Throttle
from console.directory import Directory
from console.feed.hub import Hub
from console.metrics import ConsoleMetrics
from console.schooling import Schooling
from detectors.evidence.originals import OriginalStore
from detectors.evidence.store import EvidenceStore
from detectors.evidence.viewings import ViewingLog
from dispatch.clocks.lights import ClockView
from dispatch.ports import Accounts, CaseBook, NoiseBook
from dispatch.ticket import Ticket
from streams.clock import Clock
from streams.telemetry import Health

CaseClock = Callable[[Ticket, Micros], ClockView | None]
"""The whole-case clock of a ticket at an instant; ``None`` before it has begun."""


@dataclass(frozen=True)
class Originals:
    """Pictures before they were blurred, and who has looked at them."""

    store: OriginalStore
    viewings: ViewingLog


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Ports, tables and policies of one console.

    Attributes:
        casebook: alerts and tickets.
        noise: silences and maintenance.
        accounts: logins, sessions and keys.
        evidence: pictures.
        catalogue: what the city decided.
        directory: names for ids.
        case_clock: the light of a ticket in a list.
        hub: the live feed.
        clock: the present.
        passwords: hashing.
        by_login: failed logins by name and address.
        by_address: failed logins by address.
        metrics: what is measured.
        health: whether the console is ready.
        schooling: zones that are taught.
        originals: of blurred evidence; ``None`` where none are kept.
    """

    casebook: CaseBook
    noise: NoiseBook
    accounts: Accounts
    evidence: EvidenceStore
    catalogue: Catalogue
    directory: Directory
    case_clock: CaseClock
    hub: Hub
    clock: Clock
    passwords: Passwords
    by_login: Throttle
    by_address: Throttle
    metrics: ConsoleMetrics
    health: Health
    schooling: Schooling
    originals: Originals | None = None

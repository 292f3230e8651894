"""The dispatch process put together: alerts in, tickets kept, ticket events and notices out."""

import asyncio
from collections.abc import Sequence

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from config.catalogue import Catalogue
from config.problem import Problem, ProblemsError
from config.settings import Settings
from dispatch.bell import Bell
from dispatch.desk import Desk
from dispatch.keeper import Keeper
from dispatch.meters import Meters
from dispatch.noise.policy import NoisePolicy, RuleFact
from dispatch.notify.notifier import Notifier
from dispatch.notify.signature import key_of
from dispatch.notify.webhook import Webhook, objection_to
from dispatch.relay import Relay
from dispatch.sender import Sender
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine
from dispatch.store.guard import Guard
from dispatch.store.noisebook import SqlNoiseBook
from dispatch.store.outbox import SqlDeliveries, SqlOutbox
from dispatch.taking import Taking
from streams.clock import Clock, system_clock
from streams.telemetry import Health

PASSING = (OperationalError, InterfaceError, PoolTimeoutError, OSError)
"""What a database says that is restarted, out of reach or locked: nothing is wrong with the alert."""


class Office:
    """Everything of the process but Faust. Made inside the running event loop.

    Args:
        settings: database, broker, webhook.
        catalogue: the city.
        meters: what is measured.
        clock: the present.
        policy: what the city decided about noise.
        rules: the configured rules.
    """

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        meters: Meters,
        clock: Clock = system_clock,
        *,
        policy: NoisePolicy | None = None,
        rules: Sequence[RuleFact] = (),
    ) -> None:
        self._engine = open_engine(settings.database_url)
        self._bell = Bell()
        self._guard = Guard(self._engine)
        self._sender = Sender(settings)
        self._webhook = Webhook(settings.webhook_secret)
        desk, ring = Desk(catalogue), self._bell.ring
        book = SqlCaseBook(self._engine, desk, clock, webhook=settings.webhook, policy=policy, committed=ring)
        quiet = SqlNoiseBook(self._engine, desk, clock, webhook=settings.webhook, policy=policy, rules=rules, committed=ring)
        self.keeper = Keeper(quiet, self._guard.held, clock, meters)
        self.taking = Taking(book=book, reject=self._sender.reject, passing=PASSING, clock=clock, meters=meters)
        self.relay = Relay(SqlOutbox(self._engine), self._sender, self._guard.held, settings.topic_suffix, meters)
        self.notifier = Notifier(
            deliveries=SqlDeliveries(self._engine), post=self._webhook.post, allowed=self._guard.held, clock=clock, meters=meters
        )

    async def send_on(self) -> None:
        """Publish and notify until cancelled, then end in good order."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.relay.run(self._bell.listen()), name="relay")
                group.create_task(self.notifier.run(self._bell.listen()), name="notifier")
                group.create_task(self.keeper.run(self._bell.listen()), name="keeper")
        finally:
            await self.close()

    async def close(self) -> None:
        """Give back what was opened."""
        await self._webhook.close()
        await self._sender.close()
        await self._guard.release()
        await self._engine.dispose()

    def tell(self, health: Health) -> None:
        """Let the process's health say what is in the way."""
        health.add("alerts", lambda: self.taking.trouble)
        health.add("relay", lambda: self.relay.trouble)
        health.add("notices", lambda: self.notifier.trouble)
        health.add("noise", lambda: self.keeper.trouble)


def check_notices(settings: Settings, catalogue: Catalogue) -> None:
    """See that notices can be signed and addressed before the process starts.

    Raises:
        ProblemsError: an address is not one, or there is no secret to sign with.
    """
    addresses = {"CITYLOOP_WEBHOOK": settings.webhook} | {f"unit {unit.id}": unit.webhook for unit in catalogue.units.values()}
    problems = [
        Problem(file=name, what=f"Notices cannot be sent: {wrong}.", fix="Write a URL like https://example.org/hook.")
        for name, address in addresses.items()
        if address and (wrong := objection_to(address)) is not None
    ]
    secret = "CITYLOOP_WEBHOOK_SECRET"  # noqa: S105  # The variable's name.
    if any(addresses.values()) and not settings.webhook_secret:
        problems.append(
            Problem(file=secret, what="There are addresses for notices, but nothing to sign them with.", fix="Set a long random text.")
        )
    try:
        key_of(settings.webhook_secret)
    except ValueError as error:
        problems.append(
            Problem(file=secret, what=f"The secret cannot be read: {error}.", fix="Write whsec_ and base64, or any other text.")
        )
    if problems:
        raise ProblemsError(problems)

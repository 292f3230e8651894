"""The demo from the first line to the report: stage, roles, street, crew, and the proof at the end."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator

import msgspec

from cityloop.bootstrap import Role, load_catalogue
from cityloop.demo.accounts import seed
from cityloop.demo.crew.phones import Crew
from cityloop.demo.scrape import page_of, summed
from cityloop.demo.stage import Options, Say, Stage, open_stage
from cityloop.demo.street.lives import lives
from cityloop.demo.street.publisher import Publisher
from cityloop.demo.tally.compose import Seen, compose
from cityloop.demo.tally.gather import Sources, settle
from cityloop.demo.tally.logbook import read_topic
from cityloop.demo.tally.report import DemoReport
from cityloop.demo.welcome import welcome
from cityloop.installation import Installation
from config.catalogue import Catalogue
from rules.parser import load_rules
from streams.clock import system_clock
from streams.journal import journal_file
from streams.topics import REJECTED

SEED = 7
CONSOLE_SECONDS, ROLES_SECONDS = 60.0, 90.0
"""How long the console, and all roles, may take until they are ready."""
PATIENCE_SECONDS = 25.0
"""How long what is on its way at the end may take to arrive."""


async def play(options: Options, say: Say) -> DemoReport:
    """Run the demo until it is told to stop, and report.

    Raises:
        ProblemsError: the city or its rules cannot be read.
        BrokerError: a broker could not be started.
        InstallationError: a role did not become ready.
    """
    began = time.monotonic()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with open_stage(options, say) as stage:
        city = load_catalogue(stage.settings)
        rules = load_rules(city.rule_files, city.kinds, reporters=city.reporters)
        await seed(stage.settings, city)
        publisher = Publisher(stage.settings.mqtt, lives(tuple(city.devices.values()), SEED))
        await publisher.leave_retained()
        async with _installation(stage, say) as installation:
            await installation.ready([Role.CONSOLE], CONSOLE_SECONDS, stop)
            ready = time.monotonic() - began
            _welcome(stage, city, ready, say)
            # The cameras take a head as soon as there is one, so the console's address does not wait for the lessons.
            await asyncio.gather(
                installation.ready(list(Role), ROLES_SECONDS, stop),
                asyncio.to_thread(_teach, stage, city),
            )
            say("all roles are ready: the street comes alive")
            await _act(stage, city, publisher, stop, None if options.exit_after is None else began + options.exit_after)
            say("the street is quiet: waiting for what is on its way")
            cameras = await page_of(installation.metrics_url(Role.CAMERAS))
            await installation.stop([Role.CAMERAS])
            sources = Sources(
                settings=stage.settings,
                rules=rules,
                feeds=city.feed_table,
                sent=frozenset(publisher.sent),
                journal=journal_file(stage.settings.journal, Role.CAMERAS.value),
            )
            proof, steps = await settle(sources, lambda: stage.receiver.calls, PATIENCE_SECONDS)
            seen = Seen(
                url=console_url(stage),
                ready_seconds=ready,
                broker=stage.broker,
                frames=summed(cameras, "cityloop_camera_frames_total", {"outcome": "judged"}),
                dead=await _dead_notices(installation),
                rejected=len(await read_topic(stage.settings, REJECTED)),
                restarts=sum(installation.restarts().values()),
            )
        return compose(proof, steps, msgspec.structs.replace(seen, seconds=time.monotonic() - began))


def console_url(stage: Stage) -> str:
    """Where the console is."""
    return f"http://{stage.settings.host}:{stage.settings.console_port}"


@contextlib.asynccontextmanager
async def _installation(stage: Stage, say: Say) -> AsyncIterator[Installation]:
    installation = Installation(stage.settings, stage.folder / "logs")
    installation.start()
    watching = asyncio.create_task(installation.watch(say))
    try:
        yield installation
    finally:
        watching.cancel()
        await installation.stop(list(Role))


async def _act(stage: Stage, city: Catalogue, publisher: Publisher, stop: asyncio.Event, until: float | None) -> None:
    """Let devices report and people work until told to stop, or until the time is over."""
    async with Crew(console_url(stage), tuple(city.people.values())) as crew, asyncio.TaskGroup() as group:
        group.create_task(publisher.run(stop))
        group.create_task(crew.run(stop))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), None if until is None else max(until - time.monotonic(), 0))
        stop.set()


def _teach(stage: Stage, city: Catalogue) -> None:
    """Teach the drawn cameras."""
    from cityloop.demo.scenery.lessons import teach_scenery  # noqa: PLC0415  # It brings the model's libraries, a second that the address need not wait for.

    teach_scenery(city.cameras, stage.settings.heads_folder)


async def _dead_notices(installation: Installation) -> int:
    """Notices that were given up, as dispatch counts them."""
    return summed(await page_of(installation.metrics_url(Role.DISPATCH)), "cityloop_dispatch_deliveries_total", {"outcome": "dead"})


def _welcome(stage: Stage, city: Catalogue, ready: float, say: Say) -> None:
    """The start page: where to look and who to be."""
    gateway = f"http://{stage.settings.host}:{stage.settings.gateway_port}"
    say(f"{city.name} is up after {ready:.1f} s")
    for line in welcome(city, system_clock(), console_url(stage), gateway, str(stage.folder)):
        say(line)
    say("  simulated: 200 devices, the crew, the notices' receiver. Real: every process between them, and the pictures;")
    say("  drawn over one of them: the bin, the laundry and the rubbish of three cameras.")
    say("  Ctrl-C ends the demo and prints its report.")

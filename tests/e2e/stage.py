"""A real console on a real store with the demo city, for a browser to look at: what it shows is put in by the test."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from argon2 import PasswordHasher

from bench.detectors.drawing.scenes import draw_bin
from config.catalogue import Catalogue
from config.kinds import Text
from config.loader import DEMO_CITY, load_city
from config.moment import SECOND, Micros, render
from console.app import dist_folder
from console.auth.passwords import Passwords
from detectors.evidence.originals import open_originals
from detectors.evidence.store import EvidenceStore
from detectors.heads.labels import UNLABELLED
from detectors.heads.store import HeadStore
from dispatch.accounts import User
from dispatch.actor import SYSTEM
from dispatch.alertcase import AlertCase
from dispatch.desk import Desk
from dispatch.store import migrate
from dispatch.store.accounts import SqlAccounts
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine
from dispatch.ticket import Ticket
from streams.alert import AlertEvent, Change, Severity, TicketPolicy
from streams.clock import system_clock
from streams.ids import alert_id, event_id
from streams.observation import Position

Result = TypeVar("Result")
CHROMIUM = Path("/usr/bin/chromium")
KEY = "k" * 43 + "="
"""32 bytes in base64: the stage's key of originals."""
BIN_CAMERA = """id: camera/bin-1
name: "1号垃圾桶 Bin 1, 书院里22号楼 Shuyuan House 22"
url: 'push:'
lon: 113.2074309
lat: 29.4016927
zones:
  - {id: bin, scene: bin_overflow, polygon: [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]}
  - {id: side, scene: bin_overflow, polygon: [[0.2, 0.1], [0.8, 0.1], [0.8, 0.9], [0.2, 0.9]]}
"""
PARKING, SMOKE, DOOR = "illegal-parking", "smoke-alarm", "door-left-open"


def missing() -> str | None:
    """Why a browser cannot look at the pages here; ``None`` when it can."""
    if not CHROMIUM.exists():
        return f"{CHROMIUM} is not installed (apt-get install chromium)"
    if not (dist_folder() / "index.html").is_file():
        return "the pages are not built (npm ci && npm run build in console/web)"
    return None


def password_of(person: str) -> str:
    """The password of everybody on the stage."""
    return f"stage-{person}"


def frame(note: str) -> bytes:
    """A street as a JPEG picture: drawn, since a test must not need footage."""
    rows = np.linspace(200, 120, 540, dtype=np.uint8)[:, None, None]
    picture = np.broadcast_to(rows, (540, 960, 3)).copy()
    cv2.rectangle(picture, (0, 330), (960, 540), (92, 90, 88), -1)
    for left in range(40, 960, 160):
        cv2.rectangle(picture, (left, 430), (left + 80, 440), (220, 220, 220), -1)
    cv2.rectangle(picture, (330, 300), (640, 420), (60, 60, 150), -1)
    cv2.rectangle(picture, (390, 240), (580, 305), (80, 80, 175), -1)
    for x in (400, 570):
        cv2.circle(picture, (x, 420), 34, (30, 30, 30), -1)
    cv2.rectangle(picture, (310, 225), (660, 465), (0, 190, 255), 3)
    cv2.putText(picture, note, (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 255), 2, cv2.LINE_AA)
    return bytes(cv2.imencode(".jpg", picture)[1].tobytes())


def bin_crop(number: int, *, there: bool) -> bytes:
    """A drawn bin before a drawn wall, overflowing or not, as a JPEG picture; every number another one."""
    draw = np.random.default_rng(number)
    wall = np.broadcast_to(np.linspace(185, 120, 200, dtype=np.uint8)[:, None, None], (200, 200, 3)).copy()
    for row in range(0, 130, 16):
        cv2.line(wall, (0, row), (200, row), (132, 140, 150), 1)
    wall[130:] = (112, 116, 118)
    grain = draw.normal(0, 4, wall.shape)
    picture = (draw_bin(wall, draw, 0, there=there) + grain).clip(0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", picture)[1].tobytes())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Stage:
    """The console's process, and the store behind it.

    Attributes:
        data: folder of the database and the evidence.
        port: that the console listens on, the same after a restart.
        city: the demo city, in which the first shift never ends: who is on duty must not depend on when a test runs.
    """

    data: Path
    port: int = field(default_factory=_free_port)
    process: subprocess.Popen[bytes] | None = None
    city: Catalogue = field(init=False)

    def __post_init__(self) -> None:
        """Make the city's folder, which the console reads as well."""
        shutil.copytree(DEMO_CITY, self.folder)
        header, *shifts = (DEMO_CITY / "roster.csv").read_text(encoding="utf-8").splitlines()
        round_the_clock = [",".join([*row.split(",")[:2], "00:00,00:00"]) for row in shifts if row.split(",")[0].endswith("-1")]
        (self.folder / "cameras" / "bin-1.yaml").write_text(BIN_CAMERA, encoding="utf-8")
        (self.folder / "roster.csv").write_text("\n".join([header, *round_the_clock, ""]), encoding="utf-8")
        self.city = load_city(self.folder)

    @property
    def folder(self) -> Path:
        """The city's folder."""
        return self.data / "city"

    @property
    def url(self) -> str:
        """Where the console is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> str:
        """The store, as the console opens it."""
        return f"sqlite+aiosqlite:///{self.data / 'cityloop.db'}"

    def start(self) -> None:
        """Start the console and wait until it is ready."""
        environment = os.environ | {
            "CITYLOOP_DATA": str(self.data), "CITYLOOP_CITY": str(self.folder), "CITYLOOP_CONSOLE_PORT": str(self.port), "CITYLOOP_LOG_LEVEL": "warning",
            "CITYLOOP_EVIDENCE_KEY": KEY,
        }  # fmt: skip
        program = "from config.settings import read_settings; from cityloop.bootstrap import Role, run_role; import os; run_role(Role.CONSOLE, read_settings(os.environ))"
        self.process = subprocess.Popen([sys.executable, "-c", program], env=environment)
        until = time.monotonic() + 30
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2) as answer:  # noqa: S310  # Our own address.
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        self.stop()
        msg = "the console did not become ready in 30 s"
        raise TimeoutError(msg)

    def stop(self) -> None:
        """Stop the console as a supervisor would."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=15)
            self.process = None

    def seed(self) -> None:
        """Give everybody of the city a login."""
        passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))

        async def write() -> None:
            engine = open_engine(self.database)
            try:
                await migrate.upgrade(engine)
                accounts, now = SqlAccounts(engine), system_clock()
                for person in self.city.people:
                    await accounts.put_user(
                        User(id=person, password_hash=passwords.hash(password_of(person)), created_at=now, changed_at=now)
                    )
            finally:
                await engine.dispose()

        _apart(write())

    def alert(self, rule: str, source: str, *, ago: float = 0, change: Change = Change.FIRING, evidence: bytes | None = None) -> AlertCase:
        """Let a rule say that something began (or ended) at a source, as another process than the console."""
        event = self._event(rule, source, system_clock() - round(ago * SECOND), change, evidence)

        async def take() -> AlertCase:
            engine = open_engine(self.database)
            try:
                return await SqlCaseBook(engine, Desk(self.city), system_clock).take_alert(event)
            finally:
                await engine.dispose()

        return _apart(take())

    def crops(self, count: int, waiting: int) -> None:
        """Keep drawn crops of the bin, so many of each label, and so many without one."""
        store = HeadStore(self.data / "heads")
        for number in range(count):
            for label, there in (("full", True), ("ok", False)):
                store.add("camera/bin-1", "bin", label, bin_crop(number, there=there))
        for number in range(waiting):
            store.add("camera/bin-1", "bin", UNLABELLED, bin_crop(100 + number, there=number % 2 == 0))

    def seal(self, blurred: bytes, original: bytes) -> None:
        """Keep the original of a picture, as a camera with the key does."""
        store = open_originals(self.data / "evidence", KEY)
        assert store is not None
        store.seal(EvidenceStore(self.data / "evidence").put(blurred), original)

    def ticket(self, ticket: str) -> Ticket:
        """A ticket as the store has it."""

        async def read() -> Ticket:
            engine = open_engine(self.database)
            try:
                detail = await SqlCaseBook(engine, Desk(self.city), system_clock).ticket(SYSTEM, ticket)
            finally:
                await engine.dispose()
            assert detail is not None, ticket
            return detail.ticket

        return _apart(read())

    def _event(self, rule: str, source: str, at: Micros, change: Change, evidence: bytes | None) -> AlertEvent:
        about = self.city.cameras.get(source) or self.city.devices[source]
        group = {"source": source}
        episode = alert_id(rule, group, at)
        references = (EvidenceStore(self.data / "evidence").put(evidence),) if evidence is not None else ()
        severity, category, en, zh, condition = _RULES[rule]
        position = Position(about.lon, about.lat) if about.lon is not None and about.lat is not None else None
        return AlertEvent(
            event_id=event_id(episode, change.value, at), event=change, at=at, id=episode, rule=rule, rule_version="5f0c1d2e9a", group=group,
            severity=severity, category=category, ticket=TicketPolicy.AUTO, life_safety=rule == SMOKE, starts_at=at, fired_at=at, last_seen=at,
            count=3, distinct_sources=1, source=source, zone="bay" if rule == PARKING else None, position=position, evidence=references,
            summary=Text(en=en, zh=zh), detected_at=at, ends_at=at if change is Change.RESOLVED else None,
            why={
                "form": "level", "where": condition,
                "observation": {"id": episode[:8], "source": source, "kind": rule, "at": render(at), "value": True},
            },
        )  # fmt: skip


_RULES = {
    PARKING: (
        Severity.MINOR, "09009", "Vehicle parked illegally at {place}", "{place}机动车违停",
        {"all": [{"condition": "value == true", "values": {"value": True}, "is": True},
                 {"condition": "confidence >= 0.5", "values": {"confidence": 0.83}, "is": True}], "is": True},
    ),
    SMOKE: (Severity.CRITICAL, "10999", "Smoke alarm at {place}", "{place}烟雾报警",
            {"condition": "value == true", "values": {"value": True}, "is": True}),
    DOOR: (Severity.WARNING, "10997", "Door left open at {place}", "{place}门长时间未关",
           {"condition": "value == true", "values": {"value": True}, "is": True}),
}  # fmt: skip


def _apart(work: Coroutine[Any, Any, Result]) -> Result:
    """Run in a thread of its own: Playwright's synchronous interface keeps a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@contextmanager
def started(folder: Path) -> Iterator[Stage]:
    """A stage that is ready, until it is left."""
    stage = Stage(folder)
    stage.seed()
    try:
        stage.start()
        yield stage
    finally:
        stage.stop()

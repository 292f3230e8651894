"""Frames that are pushed: one JPEG for one camera, checked, and left for the process that judges."""

import asyncio
from collections.abc import Collection

import msgspec

from config import moment
from config.moment import SECOND, Micros
from streams.clock import Clock
from streams.gateway.details import RETRY_SECONDS, Kind, RefusalError
from streams.gateway.jpeg import check_jpeg
from streams.spool import Spool

AHEAD: Micros = 300 * SECOND
"""How far a frame's time may lie ahead of the gateway's clock; later ones would keep all others out."""
AT_ONCE = 2
"""Pictures that are checked at the same time."""
MOST_WAITING = 64
"""Pictures that wait to be checked; beyond that the sender is to come back."""
TYPES = ("image/jpeg", "image/jpg")


class Receipt(msgspec.Struct, frozen=True):
    """What became of a frame.

    Attributes:
        camera: the camera's id.
        at: its event time.
        kept: whether it is the newest; an older one than was taken already is of no use.
    """

    camera: str
    at: str
    kept: bool


class Frames:
    """Takes frames.

    Args:
        cameras: ids of the cameras whose source is ``push:``.
        spool: where frames are left.
        clock: the present.
    """

    def __init__(self, cameras: Collection[str], spool: Spool, clock: Clock) -> None:
        self._cameras = {camera.partition("/")[2]: camera for camera in cameras}
        self._spool = spool
        self._clock = clock
        self._newest: dict[str, Micros] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._putting = asyncio.Lock()
        self._waiting = 0

    def camera(self, name: str) -> str:
        """The camera's id.

        Raises:
            RefusalError: the city has no such camera, or it does not wait for frames.
        """
        camera = self._cameras.get(name)
        if camera is None:
            raise RefusalError(Kind.NOT_FOUND, "No camera of that name waits for frames. Its file has url: 'push:'.")
        return camera

    def time(self, given: str | None) -> Micros:
        """The event time of a frame: its header's, or now.

        Raises:
            RefusalError: it cannot be read, or lies in the future.
        """
        now = self._clock()
        if given is None:
            return now
        try:
            at = moment.parse(given)
        except ValueError as error:
            raise RefusalError(Kind.BAD_TIME, f"Frame-At: {error}. Write an instant with its offset: 2026-03-02T08:00:00+08:00.") from None
        if at > now + AHEAD:
            raise RefusalError(
                Kind.BAD_TIME, f"Frame-At: {given} is more than five minutes ahead of {moment.render(now)}. Set the sender's clock."
            )
        return at

    async def take(self, camera: str, at: Micros, content_type: str, content: bytes) -> Receipt:
        """Check a frame and leave it.

        Raises:
            RefusalError: it is no picture that can be judged, too many wait, or it cannot be kept.
        """
        if content_type.partition(";")[0].strip().lower() not in TYPES:
            raise RefusalError(Kind.WRONG_TYPE, "Send the picture as it is, with Content-Type: image/jpeg.")
        if self._waiting >= MOST_WAITING:
            raise RefusalError(
                Kind.BUSY, "Too many frames wait to be checked. Send the newest one after the pause.", retry_after=RETRY_SECONDS
            )
        self._waiting += 1
        try:
            async with self._places:
                return await self._kept(camera, at, content)
        finally:
            self._waiting -= 1

    async def _kept(self, camera: str, at: Micros, content: bytes) -> Receipt:
        try:
            await asyncio.to_thread(check_jpeg, content)
        except ValueError as error:
            raise RefusalError(Kind.NO_PICTURE, str(error)) from None
        # One after the other, so that of two frames that were checked at once the older one does not come to lie on the newer.
        async with self._putting:
            newer = at > self._newest.get(camera, -1)
            if newer:
                await self._put(camera, at, content)
                self._newest[camera] = at
        return Receipt(camera, moment.render(at), newer)

    async def _put(self, camera: str, at: Micros, content: bytes) -> None:
        try:
            await asyncio.to_thread(self._spool.put, camera, at, content)
        except OSError as error:
            detail = f"The frame could not be kept ({error.strerror}). Send the next one."
            raise RefusalError(Kind.NO_ROOM, detail, retry_after=RETRY_SECONDS) from None

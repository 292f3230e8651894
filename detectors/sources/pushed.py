"""Frames that were pushed to the gateway, taken from the spool that both processes share."""

import threading

from detectors.sources.frame import Frame, SourceError
from detectors.sources.still import decode_still
from streams.spool import Spool

POLL = 0.2
"""Seconds between two looks into the spool at most; a look that finds nothing costs microseconds."""


class PushedReader:
    """Waits for the frames of one camera. There is no connection to lose: silence is the sender's, and is told by the feed.

    Args:
        camera: its id.
        spool: where the gateway leaves frames.
        period: seconds from one frame to the next, as they are judged.
        stopped: set when nobody wants frames any more.
    """

    def __init__(self, camera: str, spool: Spool, period: float, stopped: threading.Event) -> None:
        self._camera = camera
        self._spool = spool
        self._poll = min(POLL, period / 2)
        self._stopped = stopped

    def read(self) -> Frame:
        """Wait for the next frame; its time is that of its sender.

        Raises:
            SourceError: the spool cannot be read, what lies there is no picture, or nobody waits any more.
        """
        while not self._stopped.is_set():
            try:
                spooled = self._spool.take(self._camera)
            except OSError as error:
                msg = f"{self._camera}: the folder of pushed frames cannot be read ({error.strerror})"
                raise SourceError(msg) from error
            if spooled is not None:
                return Frame(decode_still(spooled.content, f"{self._camera}: pushed frame"), spooled.at)
            self._stopped.wait(self._poll)
        msg = f"{self._camera}: nobody waits for its frames any more"
        raise SourceError(msg)

    def close(self) -> None:
        """Nothing is held."""

"""The gateway's own messages through the MQTT broker and back: what has come back shows that everything before it has come.

A broker delivers what it took of QoS 1 in order, and so does the door. The echo returns behind every message that the
broker took before it, through the same queues: those of the broker, ours, and the wait for the log. A connection that is
alive shows none of that: after a night away it is alive at once, and the night's messages are still on their way.
"""

from config.moment import SECOND, Micros

EVERY: Micros = 2 * SECOND
"""From one echo to the next."""
DOUBT: Micros = 60 * SECOND
"""An echo that has never come back in this time is not let through by the broker."""


class Echo:
    """Echoes of one gateway, over all its connections.

    Args:
        client: the name at the broker.
    """

    def __init__(self, client: str) -> None:
        name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in client)
        self.topic = f"cityloop/echo/{name}"
        self._first: Micros | None = None
        self._last: Micros = 0
        self._returned = False

    def due(self, now: Micros) -> bytes | None:
        """The payload of an echo that should be sent now, if one is due."""
        if now - self._last < EVERY:
            return None
        self._first = now if self._first is None else self._first
        self._last = now
        return str(now).encode()

    def returned(self, payload: bytes, now: Micros) -> Micros | None:
        """When an echo that came back was sent; ``None`` when it is none of ours."""
        if not payload.isdigit() or len(payload) > 20 or int(payload) > now:
            return None
        self._returned = True
        return int(payload)

    def barred(self, now: Micros) -> bool:
        """Whether the broker does not let echoes through, so that its being alive must do."""
        return not self._returned and self._first is not None and now - self._first > DOUBT

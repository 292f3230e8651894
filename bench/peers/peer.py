"""Who is measured beside the engine, and what its process is told."""

from enum import StrEnum
from pathlib import Path

import msgspec

SAID = "bench.said"
"""The topic of a peer's alerts, before the peer's name and the run's suffix."""


SYMPTOMS = "bench.symptoms"
"""The topic on which the Faust agent keys observations anew, before the run's suffix."""


class Peer(StrEnum):
    """Who is measured beside the engine."""

    FAUST = "faust"
    QUIX = "quix"
    QUIX_GROUPED = "quix-grouped"
    BYTEWAX = "bytewax"


class PeerTask(msgspec.Struct, frozen=True, kw_only=True):
    """What one process is to do.

    Attributes:
        peer: who runs.
        broker: ``host:port``.
        suffix: of the topics.
        partitions: of the topics.
        folder: for what the peer keeps on disk.
        observations: after which the time is taken.
        idempotent: whether the broker knows producer ids; the embedded one does not.
    """

    peer: Peer
    broker: str
    suffix: str
    partitions: int
    folder: str
    observations: int
    idempotent: bool

    def said_topic(self) -> str:
        """Where this peer publishes."""
        return f"{SAID}.{self.peer}{self.suffix}"

    def place(self) -> Path:
        """A folder of this peer's own, which is there."""
        place = Path(self.folder) / self.peer
        place.mkdir(parents=True, exist_ok=True)
        return place

"""One peer in a process of its own: ``python -m bench.peers TASK`` prints what it measured as a line of JSON."""

import sys
from importlib import import_module

import msgspec

from bench.peers.peer import Peer, PeerTask
from bench.peers.stopwatch import Stopwatch

_MODULES = {
    Peer.FAUST: "bench.peers.faustagent",
    Peer.QUIX: "bench.peers.quix",
    Peer.QUIX_GROUPED: "bench.peers.quix",
    Peer.BYTEWAX: "bench.peers.bytewaxflow",
}
"""Each peer's packages are in its own environment only."""


def main() -> None:
    """Run the task that the command line gives as JSON."""
    task = msgspec.json.decode(sys.argv[1], type=PeerTask)
    watch = Stopwatch(task.observations)
    import_module(_MODULES[task.peer]).run(task, watch)
    watch.tell()


if __name__ == "__main__":
    main()

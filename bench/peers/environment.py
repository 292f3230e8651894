"""Where the peers' packages are: an environment of their own, since their pins and the product's exclude each other."""

import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from bench.peers.peer import Peer
from config.problem import Problem, ProblemsError

PLACE = Path(__file__).resolve().parents[2] / ".venv-peers" / "bin" / "python"
"""What ``make bench-peers`` makes."""
_PACKAGES = {Peer.QUIX: "quixstreams", Peer.QUIX_GROUPED: "quixstreams", Peer.BYTEWAX: "bytewax"}
_ASK = "from importlib.metadata import version; print(version('quixstreams'), version('bytewax'))"


def peers_python(place: Path = PLACE) -> Path:
    """The interpreter that has the extra ``[bench]``: this one, or that of an environment of their own.

    Raises:
        ProblemsError: there is none.
    """
    if all(find_spec(name) is not None for name in ("quixstreams", "bytewax")):
        return Path(sys.executable)
    if place.exists():
        return place
    what = "Quix Streams and Bytewax are not installed here, and there is no .venv-peers."
    raise ProblemsError([Problem(file="[bench]", what=what, fix="Run 'make bench-peers', which makes it (about 160 MB).")])


def peers_versions(python: Path) -> dict[Peer, str]:
    """The versions of all peers, Faust's of this environment."""
    asked = subprocess.run([python, "-c", _ASK], capture_output=True, text=True, check=True)  # noqa: S603  # Our own fixed command.
    quixstreams, bytewax = asked.stdout.split()
    found = {"quixstreams": quixstreams, "bytewax": bytewax}
    return {peer: found[_PACKAGES[peer]] if peer in _PACKAGES else version("faust-streaming") for peer in Peer}

"""Rules whose groups hold several sources: their observations are sent on, keyed by rule and group, and judged where they meet.

Upstream, the fold of a partition of observations sends whole observations to the partition of ``cityloop.matches`` that
their group lives in, and its clock to every partition that needs it. Downstream, they wait until the clock of every
upstream partition has passed them and are applied in the order of (at, id), by the very same engine.
"""

from rules.crossing.division import SHADOW, crosses, home_of, without_crossing
from rules.crossing.downstream import Downstream
from rules.crossing.routing import Routing
from rules.crossing.sender import Sender
from rules.crossing.side import Place
from rules.crossing.traffic import Traffic

__all__ = ["SHADOW", "Downstream", "Place", "Routing", "Sender", "Traffic", "crosses", "home_of", "without_crossing"]

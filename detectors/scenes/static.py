"""A scene without a model: something stands that did not stand there before, whatever it is.

Two backgrounds of the zone are kept, one that learns within seconds and one that learns within hours. What the fast one
has learned and the slow one has not stands still (Porikli, Ivanov and Haga, EURASIP JASP 2008). Nobody knows what it
is, and the observations say so.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.moment import SECOND, Micros
from config.sources import Zone
from detectors.boxes import Box
from detectors.scenes.port import Look, Need, Sight
from detectors.scenes.stay import Phase, Stay
from detectors.zones import around, contains

ROWS, COLUMNS = 24, 32
"""Cells that a zone's rectangle is divided into."""
LABEL = "unknown"
_NEVER = 2**62

Cells = NDArray[np.float32]
"""(ROWS, COLUMNS), mean level of grey of each cell."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as something.

    Attributes:
        dwell: how long it must stand.
        fast: the fast background goes half of the way within this time.
        slow: the slow one.
        step: levels of grey by which a cell must differ.
        least: cells that must belong together.
        repeat: how often a lasting one is told again.
        gap: so long nothing is there before it is gone.
    """

    dwell: Micros
    fast: Micros = 5 * SECOND
    slow: Micros = 7200 * SECOND
    step: float = 18.0
    least: int = 6
    repeat: Micros = 60 * SECOND
    gap: Micros = 12 * SECOND


class Static:
    """A :class:`detectors.scenes.port.Watcher` of things that stand still.

    Args:
        zone: with its dwell.
        policy: what counts; default is for the zone's dwell.
    """

    needs = Need.CROP
    sight = Sight.CLEAR

    def __init__(self, zone: Zone, policy: Policy | None = None) -> None:
        self._policy = policy or Policy(dwell=zone.dwell)
        self._frame = around(zone.polygon, 0.0)
        self._inside = _inside(zone, self._frame)
        self._fast: Cells | None = None
        self._slow: Cells | None = None
        self._began = np.full((ROWS, COLUMNS), _NEVER, np.int64)
        self._looked: Micros | None = None
        self._since: Micros | None = None
        self._seen: Micros = 0
        self._first: Box | None = None
        self._box: Box = self._frame
        self._told: Micros | None = None

    @property
    def standing(self) -> tuple[Stay, ...]:
        """The thing, while it stands."""
        return (self._stay(Phase.LASTING),) if self._told is not None else ()

    def look(self, look: Look) -> tuple[Stay, ...]:
        """Look once."""
        if look.crop is None:
            return ()
        now = _cells(look.crop)
        if self._fast is None or self._slow is None:
            self._fast, self._slow, self._looked = now, now.copy(), look.at
            return ()
        passed = 0 if self._looked is None else look.at - self._looked
        self._looked = look.at
        now = now + float(np.median((self._slow - now)[self._inside]))  # A light that changes for all cells is no thing.
        self._fast += _part(passed, self._policy.fast) * (now - self._fast)
        still = np.abs(now - self._fast) < self._policy.step / 2
        new = np.abs(self._fast - self._slow) > self._policy.step
        stands = still & new & self._inside
        # Whoever walks past leaves a trace that moves on: each cell counts for itself.
        self._began = np.where(stands, np.minimum(self._began, look.at), _NEVER)
        thing = _largest(stands & (look.at - self._began >= self._least_age()))
        # The slow background does not learn where something stands: else a long stay would end by itself.
        learned = ~(new & self._inside)
        self._slow[learned] += _part(passed, self._policy.slow) * (now - self._slow)[learned]
        return self._tell(thing if int(thing.sum()) >= self._policy.least else None, look.at)

    def blind(self) -> None:
        """The camera sees nothing."""
        self._looked = None

    def _least_age(self) -> Micros:
        """How long a cell must have stood still: the dwell at first, and no time at all once the thing has been told."""
        return max(0, self._policy.dwell - self._policy.fast) if self._told is None else 0

    def _tell(self, thing: NDArray[np.bool_] | None, at: Micros) -> tuple[Stay, ...]:
        if thing is None:
            if self._told is None or at - self._seen <= self._policy.gap:
                return ()
            ended = (self._stay(Phase.ENDED),)
            self._since = self._told = self._first = None
            return ended
        self._seen, self._box = at, _box(thing, self._frame)
        if self._told is None:
            # The fast background needed its own time to learn the thing.
            self._since, self._first, self._told = int(self._began[thing].min()) - self._policy.fast, self._box, at
            return (self._stay(Phase.CONFIRMED),)
        whole = (at - self._told) // self._policy.repeat
        self._told += whole * self._policy.repeat
        return (self._stay(Phase.LASTING),) if whole else ()

    def _stay(self, phase: Phase) -> Stay:
        return Stay(
            phase=phase, since=self._since or 0, seen=self._seen, first=self._first or self._box, box=self._box, label=LABEL, confidence=0.5,
        )  # fmt: skip


def _part(passed: Micros, half: Micros) -> float:
    """Which part of the way is gone in a time, when half of it is gone in another."""
    return float(1 - 0.5 ** (passed / half))


def _cells(crop: NDArray[np.uint8]) -> Cells:
    """Mean grey of each cell; a crop smaller than the grid has its pixels repeated."""
    grey = crop.astype(np.float32).mean(axis=2)
    rows = np.linspace(0, grey.shape[0], ROWS + 1).astype(int)
    columns = np.linspace(0, grey.shape[1], COLUMNS + 1).astype(int)
    if grey.shape[0] < ROWS or grey.shape[1] < COLUMNS:
        picked = grey[np.minimum(rows[:-1], grey.shape[0] - 1)][:, np.minimum(columns[:-1], grey.shape[1] - 1)]
        return np.asarray(picked, dtype=np.float32)
    summed = np.add.reduceat(np.add.reduceat(grey, rows[:-1], axis=0), columns[:-1], axis=1)
    return np.asarray(summed / np.outer(np.diff(rows), np.diff(columns)), dtype=np.float32)


def _inside(zone: Zone, frame: Box) -> NDArray[np.bool_]:
    """Which cells have their middle in the zone."""
    xs = [frame.left + (column + 0.5) / COLUMNS * (frame.right - frame.left) for column in range(COLUMNS)]
    ys = [frame.top + (row + 0.5) / ROWS * (frame.bottom - frame.top) for row in range(ROWS)]
    return np.array([[contains(zone.polygon, (x, y)) for x in xs] for y in ys])


def _largest(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest group of cells that touch by their sides; of equal ones that of the topmost, leftmost cell."""
    best = np.zeros_like(cells)
    left = {(int(row), int(column)) for row, column in np.argwhere(cells)}
    for start in sorted(left):
        if start not in left:
            continue
        group, edge = {start}, [start]
        left.remove(start)
        while edge:
            row, column = edge.pop()
            for beside in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if beside in left:
                    left.remove(beside)
                    group.add(beside)
                    edge.append(beside)
        if len(group) > int(best.sum()):
            best = np.zeros_like(cells)
            best[tuple(np.array(sorted(group)).T)] = True
    return best


def _box(thing: NDArray[np.bool_], frame: Box) -> Box:
    """The rectangle around some cells, in the whole picture."""
    rows, columns = np.flatnonzero(thing.any(axis=1)), np.flatnonzero(thing.any(axis=0))
    width, height = (frame.right - frame.left) / COLUMNS, (frame.bottom - frame.top) / ROWS
    return Box(
        round(frame.left + width * int(columns[0]), 5), round(frame.top + height * int(rows[0]), 5),
        round(frame.left + width * (int(columns[-1]) + 1), 5), round(frame.top + height * (int(rows[-1]) + 1), 5),
    )  # fmt: skip

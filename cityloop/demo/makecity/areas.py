"""The cells of the demo city: one street, 4 communities, 20 residential cells, 125 micro cells."""

from collections.abc import Iterator, Mapping

from cityloop.demo.makecity.grid import COLUMNS, ROWS, Corner, Point, Ring, block, close
from config.places import Cell, Layer

CITY, DISTRICT, STREET = "990100", "990101", "990101001"
"""Codes of a province that does not exist, so that nobody takes the demo for a real place."""

COMMUNITIES = (("梧桐", "Wutong"), ("书院", "Shuyuan"), ("荷塘", "Hetang"), ("渡口", "Dukou"))
"""From the west end of the south side to the east end of the north side."""

CELLS = 5
"""Cells of a community, side by side, two columns of three meshes each."""

SPLIT = frozenset({(0, 2), (1, 1), (2, 3), (3, 0), (3, 4)})
"""(community, cell) whose last mesh is cut in two: a yard and the house beside it. 20 x 6 + 5 = 125."""


def areas(net: Mapping[Corner, Point]) -> Iterator[Cell]:
    """Every cell, the widest first."""
    whole = block(net, 0, 0, COLUMNS, ROWS)
    yield _cell(CITY, Layer.CITY, None, "临川示范市 Linchuan Demo City", whole)
    yield _cell(DISTRICT, Layer.DISTRICT, CITY, "柳荫区 Liuyin District", whole)
    yield _cell(STREET, Layer.STREET, DISTRICT, "柳荫街道 Liuyin Street", whole)
    for community, (zh, en) in enumerate(COMMUNITIES):
        left, bottom = community % 2 * COLUMNS // 2, community // 2 * ROWS // 2
        code = f"{STREET}{community + 1:03}"
        ring = block(net, left, bottom, left + COLUMNS // 2, bottom + ROWS // 2)
        yield _cell(code, Layer.COMMUNITY, STREET, f"{zh}社区 {en}", ring)
        for cell in range(CELLS):
            yield from _residential(net, community, cell, code)


def _residential(net: Mapping[Corner, Point], community: int, cell: int, parent: str) -> Iterator[Cell]:
    """One residential cell and the micro cells that fill it."""
    zh, en = COMMUNITIES[community]
    left, bottom = community % 2 * COLUMNS // 2 + 2 * cell, community // 2 * ROWS // 2
    code = f"{parent}{cell + 1:03}"
    yield _cell(code, Layer.CELL, parent, f"{zh}第{cell + 1}网格 {en} {cell + 1}", block(net, left, bottom, left + 2, bottom + 3))
    rings = [block(net, left + mesh % 2, bottom + mesh // 2, left + mesh % 2 + 1, bottom + mesh // 2 + 1) for mesh in range(6)]
    if (community, cell) in SPLIT:
        rings[5:] = _halves(rings[5])
    for index, ring in enumerate(rings, start=1):
        house = cell * 7 + index
        yield _cell(f"{parent}{cell + 1}{index:02}", Layer.MICRO, code, f"{zh}里{house}号楼 {en} House {house}", ring)


def _halves(ring: Ring) -> list[Ring]:
    """Cut a mesh along its diagonal: no new corner, so the neighbours still fit."""
    one, two, three, four, _ = ring
    return [close([one, two, three]), close([one, three, four])]


def _cell(code: str, layer: Layer, parent: str | None, name: str, ring: Ring) -> Cell:
    return Cell(code=code, layer=layer, parent=parent, name=name, geometry={"type": "Polygon", "coordinates": [ring]})

"""Laws of looking closely: what is found in a crop comes back to where it is, and nothing is looked at more closely than it may be."""

from hypothesis import given, settings
from hypothesis import strategies as st

from config.sources import Point, Zoom
from detectors.boxes import Box, Detection, overlap
from detectors.inference.mosaic import CLOSEST, Region, Want, back, joined, pack, size_of, with_context
from detectors.inference.zooming import MOST_INPUTS, WORTH, Ground, regions_of, zoom_of
from detectors.zones import around

SIDE = 416


@st.composite
def polygons(draw: st.DrawFn) -> tuple[Point, ...]:
    """A rectangle or a triangle, from tiny to a fifth of the picture each way."""
    left, top = draw(st.floats(0, 0.8)), draw(st.floats(0, 0.8))
    right, bottom = left + draw(st.floats(0.005, 0.2)), top + draw(st.floats(0.005, 0.2))
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return corners[: draw(st.sampled_from([3, 4]))]


def ground(polygon: tuple[Point, ...], zoom: Zoom = Zoom.AUTO) -> Ground:
    """A zone as a judge makes it."""
    return Ground(polygon, around(polygon), zoom)


sizes = st.tuples(st.integers(160, 4000), st.integers(120, 3000))
grounds = st.builds(ground, polygons(), st.sampled_from(list(Zoom)))


@given(grounds, sizes, st.tuples(st.floats(0, 0.8), st.floats(0, 0.8), st.floats(0.05, 0.2), st.floats(0.05, 0.2)))
@settings(max_examples=80)
def test_coordinates_come_back_from_a_crop(zone: Ground, size: tuple[int, int], place: tuple[float, float, float, float]) -> None:
    """A box in the picture, put into the crop's tile and back again, is where it was to a hundredth of a thousandth."""
    (width, height), (x, y, wide, high) = size, place
    shown = with_context(zone.box)
    across, down = shown.right - shown.left, shown.bottom - shown.top
    thing = Box(
        shown.left + (0.05 + x * 0.9) * across,
        shown.top + (0.05 + y * 0.9) * down,
        shown.left + (0.05 + min(0.95, x + wide) * 0.9) * across,
        shown.top + (0.05 + min(0.95, y + high) * 0.9) * down,
    )
    want = Want(shown, width, height, zoom_of(zone, width, height, SIDE))
    ((tile,),) = pack([want], SIDE)
    if min(tile.width, tile.height) < 50:
        return  # Five hundredths of it are less than two pixels: at the tile's very side things are taken for cut.

    def shown_at(part: float, begin: float, length: float, first: int, pixels: int) -> float:
        return (first + (part - begin) / length * pixels) / SIDE

    there = Box(
        shown_at(thing.left, shown.left, across, tile.left, tile.width),
        shown_at(thing.top, shown.top, down, tile.top, tile.height),
        shown_at(thing.right, shown.left, across, tile.left, tile.width),
        shown_at(thing.bottom, shown.top, down, tile.top, tile.height),
    )
    ((found,),) = back([Detection("car", 0.9, there)], [tile], [want], SIDE).values()
    for one, other in zip(
        (found.box.left, found.box.top, found.box.right, found.box.bottom), (thing.left, thing.top, thing.right, thing.bottom), strict=True
    ):
        assert abs(one - other) <= 1e-5


@given(grounds, sizes)
@settings(max_examples=80)
def test_a_zoom_is_what_the_tile_shows(zone: Ground, size: tuple[int, int]) -> None:
    """Nothing is made smaller or enlarged beyond the bound, proportions are kept, and a zoom is reached to the pixel or not chosen."""
    zoom = zoom_of(zone, *size, SIDE)
    assert zoom == 1 or zoom >= WORTH
    assert zone.zoom is not Zoom.NEVER or zoom == 1
    scale, shown = zoom * SIDE / max(size), with_context(zone.box)
    assert zoom == 1 or scale <= CLOSEST + 1e-9
    if zoom > 1:
        wide, high = size_of(Want(shown, *size, zoom), SIDE)
        assert abs(wide - (shown.right - shown.left) * size[0] * scale) <= 1
        assert abs(high - (shown.bottom - shown.top) * size[1] * scale) <= 1


@given(st.lists(st.builds(ground, polygons()), max_size=12), sizes)
@settings(max_examples=40)
def test_small_zones_are_bounded_together_and_none_is_lost(zones: list[Ground], size: tuple[int, int]) -> None:
    """However many there are, those that are looked at closely take no more inputs than they may, and every zone has its region."""
    regions = regions_of(zones, *size, SIDE)
    assert [region.box for region in regions] == [zone.box for zone in zones]
    close = joined([Region(with_context(region.box), region.zoom) for region in regions if region.is_close])
    assert len(pack([Want(one.box, *size, one.zoom) for one in close], SIDE)) <= MOST_INPUTS
    for region in regions:
        shown = with_context(region.box)
        assert not region.is_close or any(abs(overlap(shown, one.box) - shown.area) < 1e-9 and one.zoom >= region.zoom for one in close)


@given(polygons(), sizes, st.integers(2, 4))
@settings(max_examples=40)
def test_a_sharper_camera_is_not_looked_at_less_closely(polygon: tuple[Point, ...], size: tuple[int, int], times: int) -> None:
    """The same view with more pixels has the same zoom or, where too few pixels bounded it, a larger one."""
    zone = ground(polygon)
    assert zoom_of(zone, size[0] * times, size[1] * times, SIDE) >= zoom_of(zone, *size, SIDE) - 1e-9

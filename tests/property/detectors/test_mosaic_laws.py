"""Laws of packing: no tile is lost, none touch, and things come back to where they were."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.boxes import Box, Detection, overlap
from detectors.inference.mosaic import CLOSEST, GAP, Region, Want, back, joined, pack, size_of, with_context

SIDE = 416


@st.composite
def regions(draw: st.DrawFn) -> Box:
    """A region of at least a twentieth of a picture each way."""
    left, top = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
    return Box(left, top, min(1.0, left + draw(st.floats(0.05, 1))), min(1.0, top + draw(st.floats(0.05, 1))))


wants = st.lists(
    st.builds(Want, regions(), st.integers(160, 4000), st.integers(120, 3000), st.sampled_from([1.0, 1.0, 1.5, 3.0, 9.0])), max_size=25
)


@given(wants)
@settings(max_examples=60)
def test_every_part_has_one_tile_and_no_two_touch(many: list[Want]) -> None:
    """Tiles lie inside the input, keep their gap, and there is exactly one for each part."""
    squares = pack(many, SIDE)
    assert sorted(tile.want for tiles in squares for tile in tiles) == list(range(len(many)))
    for tiles in squares:
        for tile in tiles:
            assert tile.left >= 0
            assert tile.top >= 0
            assert tile.left + tile.width <= SIDE
            assert tile.top + tile.height <= SIDE
            assert (tile.width, tile.height) == size_of(many[tile.want], SIDE)
        for one, other in combinations(tiles, 2):
            beside = one.left + one.width + GAP <= other.left or other.left + other.width + GAP <= one.left
            above = one.top + one.height + GAP <= other.top or other.top + other.height + GAP <= one.top
            assert beside or above


@given(wants)
@settings(max_examples=40)
def test_nothing_is_enlarged_beyond_what_the_camera_took(many: list[Want]) -> None:
    """A tile has at most as many pixels each way as its part of the picture; twice as many when it is looked at closely."""
    for want in many:
        width, height = size_of(want, SIDE)
        most = CLOSEST if want.zoom > 1 else 1
        assert width <= max(1, round((want.region.right - want.region.left) * want.width * most))
        assert height <= max(1, round((want.region.bottom - want.region.top) * want.height * most))


@given(wants)
@settings(max_examples=40)
def test_a_thing_comes_back_to_where_it_was(many: list[Want]) -> None:
    """A thing in the middle third of every part is found there, and in no other part."""
    for tiles in pack(many, SIDE):
        shown = {
            tile.want: Box(
                (tile.left + tile.width / 3) / SIDE,
                (tile.top + tile.height / 3) / SIDE,
                (tile.left + tile.width * 2 / 3) / SIDE,
                (tile.top + tile.height * 2 / 3) / SIDE,
            )
            for tile in tiles
            if min(tile.width, tile.height) > 12
        }
        found = back([Detection("car", 0.5, box) for box in shown.values()], tiles, many, SIDE)
        for want in shown:
            region = many[want].region
            (thing,) = found[want]
            third = (region.right - region.left) / 3
            assert abs(thing.box.left - (region.left + third)) < 0.001
            assert abs(thing.box.right - (region.right - third)) < 0.001


@given(st.lists(regions(), max_size=8))
def test_joined_regions_do_not_overlap_and_hold_all(many: list[Box]) -> None:
    """Each region lies in exactly one of the joined ones."""
    done = [one.box for one in joined([Region(box) for box in many])]
    assert all(overlap(one, other) == 0 for one, other in combinations(done, 2))
    for region in many:
        assert sum(abs(overlap(region, one) - region.area) < 1e-9 for one in done) == 1


@given(regions())
def test_context_holds_the_zone(region: Box) -> None:
    """What is shown for a zone holds the zone and stays inside the picture."""
    shown = with_context(region)
    assert abs(overlap(shown, region) - region.area) < 1e-9
    assert shown == shown.clipped()

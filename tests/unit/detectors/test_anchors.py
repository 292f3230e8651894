"""Anchors: identity by place."""

from detectors.anchors import MEMORY, drop, has_left, is_still, settle, was_dragged
from detectors.boxes import Box

HERE = Box(0.40, 0.40, 0.60, 0.60)


def moved(box: Box, by: float) -> Box:
    """The box, moved to the right."""
    return Box(box.left + by, box.top, box.right + by, box.bottom)


def test_shaking_boxes_are_still() -> None:
    """A box that trembles around its place stands still, and its anchor stays there."""
    anchor = drop(HERE)
    for by in (0.01, -0.012, 0.008, -0.01, 0.0, 0.011, -0.009):
        assert is_still(anchor, moved(HERE, by))
        anchor = settle(anchor, moved(HERE, by))
    assert abs(anchor.box.left - HERE.left) < 0.011


def test_one_wild_box_does_not_move_the_anchor() -> None:
    """The median of the last boxes ignores one wild box."""
    anchor = drop(HERE)
    for _ in range(4):
        anchor = settle(anchor, HERE)
    assert settle(anchor, moved(HERE, 0.09)).box == HERE


def test_a_box_beside_the_anchor_is_not_still() -> None:
    """A box moved by half its width stands beside its anchor."""
    assert not is_still(drop(HERE), moved(HERE, 0.1))


def test_memory_is_bounded() -> None:
    """An anchor remembers its last boxes only, however long something stands."""
    anchor = drop(HERE)
    for _ in range(3 * MEMORY):
        anchor = settle(anchor, HERE)
    assert len(anchor.recent) == MEMORY


def test_slow_driving_drags_the_anchor_and_is_noticed() -> None:
    """What creeps by small steps is still at every step, yet its anchor has left the first place in the end."""
    anchor, box = drop(HERE), HERE
    for _ in range(MEMORY):
        box = moved(box, 0.004)
        assert is_still(anchor, box)
        anchor = settle(anchor, box)
    assert not was_dragged(anchor)
    for _ in range(3 * MEMORY):
        box = moved(box, 0.004)
        anchor = settle(anchor, box)
    assert was_dragged(anchor)


def test_a_box_that_has_left_the_first_place() -> None:
    """Against the place where it began, a box shows at once that it has moved on, before its median does."""
    anchor = drop(HERE)
    assert not has_left(anchor, moved(HERE, 0.02))
    assert has_left(anchor, moved(HERE, 0.1))

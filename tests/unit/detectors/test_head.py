"""NanoDet's head, the letterbox, suppression and label maps: numbers in, boxes out."""

from pathlib import Path

import numpy as np
import pytest

from config.problem import ProblemsError
from detectors.boxes import Box, Detection
from detectors.inference.labels import VEHICLES, coco80, read_labels
from detectors.inference.letterbox import Fit, back, fit
from detectors.inference.nanodet import decode
from detectors.inference.suppression import suppress

STEPS = 11


def head(labels: int = 3, cells: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """An empty head: no class anywhere, all distances undecided."""
    return np.zeros((labels, cells, cells), np.float32), np.zeros((4 * STEPS, cells, cells), np.float32)


def test_a_sharp_distribution_is_its_step() -> None:
    """A distribution with all its weight on one step gives that many strides as distance to the side."""
    classes, distances = head()
    classes[2, 1, 3] = 0.9
    for side, steps in enumerate((1, 2, 3, 4)):
        distances[side * STEPS + steps, 1, 3] = 50.0
    boxes, scores, found = decode(classes, distances, 8, 0.5)
    middle_x, middle_y = 3.5 * 8, 1.5 * 8
    assert boxes.tolist() == [pytest.approx([middle_x - 8, middle_y - 16, middle_x + 24, middle_y + 32])]
    assert scores.tolist() == [pytest.approx(0.9)]
    assert found.tolist() == [2]


def test_an_undecided_distribution_is_its_mean() -> None:
    """A flat distribution over 0 to 10 means 5 strides, and very large logits do not overflow."""
    classes, distances = head()
    classes[0, 0, 0] = 1.0
    boxes, _, _ = decode(classes, distances + 1000.0, 16, 0.5)
    assert boxes.tolist() == [pytest.approx([8 - 80, 8 - 80, 8 + 80, 8 + 80])]


def test_cells_below_the_threshold_give_nothing() -> None:
    """Nothing found gives empty arrays, not an error."""
    boxes, scores, found = decode(*head(), 8, 0.1)
    assert boxes.shape == (0, 4)
    assert scores.size == found.size == 0


def test_the_surest_class_of_a_cell_wins() -> None:
    """A cell gives one box, with its best class."""
    classes, distances = head()
    classes[:, 2, 2] = (0.3, 0.6, 0.5)
    _, scores, found = decode(classes, distances, 8, 0.25)
    assert (scores.tolist(), found.tolist()) == ([pytest.approx(0.6)], [1])


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(416, 416, Fit(416, 416, 0, 0)), (832, 416, Fit(416, 208, 0, 104)), (100, 400, Fit(104, 416, 156, 0)), (4000, 1, Fit(416, 1, 0, 207))],
)
def test_pictures_of_any_shape_fit(width: int, height: int, expected: Fit) -> None:
    """Proportions are kept, bars are even, and a line one pixel high is still a picture."""
    assert fit(width, height, 416) == expected


def test_boxes_find_their_way_back() -> None:
    """The scaled picture's own corners are the whole picture, and what lies in the bars is cut off."""
    fitted = fit(832, 416, 416)
    boxes = np.array([[0, 104, 416, 312], [-10, 0, 208, 500]], np.float32)
    assert back(boxes, fitted).tolist() == [[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.5, 1.0]]


BIG = Box(0.2, 0.2, 0.6, 0.6)


def test_a_car_that_is_a_truck_too_is_one_vehicle() -> None:
    """Two vehicle labels on one place are one thing, under the surer name."""
    kept = suppress([Detection("truck", 0.5, BIG), Detection("car", 0.6, Box(0.21, 0.2, 0.61, 0.6))])
    assert [one.label for one in kept] == ["car"]


def test_a_person_before_a_car_is_kept() -> None:
    """Labels that name different things do not suppress each other."""
    assert len(suppress([Detection("person", 0.5, BIG), Detection("car", 0.6, BIG)])) == 2


def test_neighbours_are_kept() -> None:
    """Vehicles that overlap a little are two."""
    assert len(suppress([Detection("car", 0.5, BIG), Detection("car", 0.6, Box(0.5, 0.2, 0.9, 0.6))])) == 2


def test_a_box_around_most_of_another_is_the_same_thing() -> None:
    """A box inside another of comparable size is one thing; a small one inside a large one is two."""
    inner, small = Box(0.22, 0.22, 0.5, 0.5), Box(0.3, 0.4, 0.4, 0.5)
    assert len(suppress([Detection("bus", 0.6, BIG), Detection("car", 0.5, inner)])) == 1
    assert len(suppress([Detection("bus", 0.6, BIG), Detection("car", 0.5, small)])) == 2


def test_only_so_many_are_kept() -> None:
    """A flood of boxes is cut off at the surest ones."""
    flood = [Detection("car", 0.5 + index / 100, Box(index / 20, 0, index / 20 + 0.04, 0.1)) for index in range(20)]
    assert [one.score for one in suppress(flood, most=3)] == pytest.approx([0.69, 0.68, 0.67])


def test_cocos_labels() -> None:
    """The label map has COCO's 80 labels, the vehicles among them."""
    labels = coco80()
    assert (len(labels), len(set(labels)), labels[0], labels[79]) == (80, 80, "person", "toothbrush")
    assert set(labels) > VEHICLES


def test_a_users_label_map(tmp_path: Path) -> None:
    """One label a line, in the order of the model's classes."""
    path = tmp_path / "labels.txt"
    path.write_text("bin\nbag\n", encoding="utf-8")
    assert read_labels(path) == ("bin", "bag")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "{path}: the label map is empty. Write one label a line, in the order of the model's classes."),
        (b"bin\n\nbag\n", "{path}:2: an empty line stands for a class without a name. Write its label."),
        (b"bin\nbag\nbin\n", "{path}:3: the label 'bin' is there already. Give each class its own label."),
    ],
)
def test_bad_label_maps(tmp_path: Path, content: bytes, message: str) -> None:
    """A label map with a fault is refused with its line."""
    path = tmp_path / "labels.txt"
    path.write_bytes(content)
    with pytest.raises(ProblemsError) as refused:
        read_labels(path)
    assert str(refused.value) == message.format(path=path)


def test_a_label_map_that_is_no_text(tmp_path: Path) -> None:
    """A binary file, or none at all, is refused with its name."""
    path = tmp_path / "labels.txt"
    for content in (b"\xff\xfe\x00", None):
        path.write_bytes(content) if content else path.unlink()
        with pytest.raises(ProblemsError, match=r"labels.txt: the label map cannot be read"):
            read_labels(path)

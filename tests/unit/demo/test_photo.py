"""The crew's photographs."""

import cv2
import numpy as np

from cityloop.demo.crew.photo import HEIGHT, WIDTH, photo


def test_a_photograph_is_a_readable_jpeg() -> None:
    """It begins as a JPEG does, decodes to its size, and is small."""
    data = photo("0123456789", "2026-03-02T08:00:00Z")
    assert data[:3] == b"\xff\xd8\xff"
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert len(data) < 100_000


def test_two_tickets_have_two_photographs() -> None:
    """The ticket is written on it, so their hashes differ."""
    assert photo("aaaaaaaa", "t") != photo("bbbbbbbb", "t")

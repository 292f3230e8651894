"""A photograph that nobody took: a small JPEG that says so, with the ticket and the time on it."""

import cv2
import numpy as np

WIDTH, HEIGHT = 640, 480


def photo(ticket: str, stamp: str) -> bytes:
    """Draw the picture of a finished job.

    Args:
        ticket: id of the ticket.
        stamp: the time, as it is written on the picture.

    Returns:
        JPEG bytes.

    Raises:
        RuntimeError: the encoder failed.
    """
    ground = np.linspace(90, 190, HEIGHT, dtype=np.uint8)[:, None, None]
    picture = np.broadcast_to(ground, (HEIGHT, WIDTH, 3)).copy()
    for line, text in enumerate(("cityloop demo: simulated photo", f"ticket {ticket[:8]}", stamp)):
        cv2.putText(picture, text, (24, 60 + 44 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (20, 20, 20), 2, cv2.LINE_AA)
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    if not done:
        msg = "OpenCV could not encode a JPEG"
        raise RuntimeError(msg)
    return encoded.tobytes()

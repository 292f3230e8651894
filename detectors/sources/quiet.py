"""Keeps decoders from writing to stderr: FFmpeg's lines are no structured log and may repeat an address with its credentials."""

import os

import av.logging
import cv2


def quiet_decoders() -> None:
    """Silence OpenCV and FFmpeg; call it before the first capture is opened."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    av.logging.set_level(av.logging.PANIC)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

"""onnxruntime: one thread, no spinning, so that a process takes one core and leaves the rest alone."""

from collections.abc import Callable
from pathlib import Path

import onnxruntime

from config.problem import Problem, ProblemsError

STRIDES = (8, 16, 32)
THRESHOLD = 0.2
"""Lower than a scene asks for to believe in a new thing: a known thing is followed through weaker frames."""


def _whole(model: Path) -> bytes:
    return model.read_bytes()


def open_session(model: Path, part: Callable[[Path], bytes] = _whole) -> onnxruntime.InferenceSession:
    """A session on a model, or on a part of it: one thread, no spinning.

    Raises:
        ProblemsError: there is no such file, or it is no such model.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    if not model.is_file():
        raise ProblemsError(
            [Problem(file=str(model), what="there is no such model file.", fix="Run cityloop weights, or name another file.")]
        )
    try:
        return onnxruntime.InferenceSession(part(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's error classes have no common base of their own.
        reason = str(error).strip().splitlines()[0][:200]
        raise ProblemsError(
            [Problem(file=str(model), what=f"this is not an ONNX model: {reason}.", fix="Run cityloop weights, or name another file.")]
        ) from error

"""What an RTSP address answers when the decoder found no video in it."""

import pytest

from detectors.sources.refusal import meaning


@pytest.mark.parametrize(
    ("answer", "credentials", "message"),
    [
        (b"RTSP/1.0 401 Unauthorized\r\n", False, "the camera asks for a user: name options.credentials"),
        (b"RTSP/1.0 401 Unauthorized\r\n", True, "the camera refuses the user or the password"),
        (b"RTSP/1.0 403 Forbidden\r\n", True, "the camera refuses the user or the password"),
        (b"RTSP/1.0 404 Not Found\r\n", True, "the camera has no such stream (404)"),
        (b"RTSP/2.0 200 OK\r\n", False, "the camera answers, but nothing that can be decoded came in time"),
        (b"RTSP/1.0 503 bob:s3cret\r\n", True, "the camera answers 503"),
        (b"HTTP/1.1 401 Unauthorized\r\n", True, "what answers there does not speak RTSP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False, "what answers there does not speak RTSP"),
        (b"RTSP/1.0 4040\r\n", False, "what answers there does not speak RTSP"),
        (b"", False, "what answers there does not speak RTSP"),
    ],
)
def test_each_answer_has_its_sentence(answer: bytes, credentials: bool, message: str) -> None:  # A column of the table.
    """A status is told by its meaning or its number; nothing else of the answer is repeated."""
    assert meaning(answer, credentials=credentials) == message

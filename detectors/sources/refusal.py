"""Why a stream's address gives no video: the decoder only says that it failed, so the address is asked once more, in plain RTSP."""

import re
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

PORTS: Mapping[str, int] = {"rtsp": 554, "rtsps": 322, "rtmp": 1935, "rtmps": 443}
"""Where each is looked for when the address does not say it, as FFmpeg does."""
NOTHING: Mapping[str, str] = {
    "rtsps": "no video in it, or no TLS (address, credentials and stream path are to be checked)",
    "rtmp": "the server is there, but no stream of that name came in time (does the camera send? else check stream name and credentials)",
    "rtmps": "the server is there, but no stream of that name came in time, or no TLS (does the camera send? else check name and credentials)",
}
"""What is said of those that are only connected to."""
PATIENCE = 3.0
"""Seconds for the answer at most: whoever asks has waited for the decoder already."""
ENOUGH = 4096
"""Bytes of the answer that are looked at; its first line is all that is needed."""
_STATUS = re.compile(rb"RTSP/\d\.\d (\d{3})\b")


def why_refused(name: str, timeout: float, *, credentials: bool) -> str:
    """Ask for the stream without credentials, and say what the answer means.

    Args:
        name: the URL without credentials; all but ``rtsp:`` are only connected to.
        timeout: of the source, seconds.
        credentials: whether the decoder had any.
    """
    parts = urlsplit(name)
    question = f"DESCRIBE {name} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n"
    try:
        with socket.create_connection((parts.hostname or "", parts.port or PORTS[parts.scheme]), min(timeout, PATIENCE)) as line:
            if parts.scheme in NOTHING:
                return NOTHING[parts.scheme]
            line.sendall(question.encode())
            answer = line.recv(ENOUGH)
    except TimeoutError:
        return "no answer in time (is the camera overloaded, or does something else listen there?)"
    except (OSError, ValueError) as error:
        return f"no connection ({type(error).__name__})"
    return meaning(answer, credentials=credentials)


def meaning(answer: bytes, *, credentials: bool) -> str:
    """What the beginning of an answer to DESCRIBE without credentials says (RFC 2326, section 7.1.1).

    Args:
        answer: as it came, from anybody.
        credentials: whether the decoder, which failed, had any.
    """
    found = _STATUS.match(answer)
    if not found:
        return "what answers there does not speak RTSP"
    status = int(found[1])
    if status in {401, 403}:
        return "the camera refuses the user or the password" if credentials else "the camera asks for a user: name options.credentials"
    known = {200: "the camera answers, but nothing that can be decoded came in time", 404: "the camera has no such stream (404)"}
    return known.get(status, f"the camera answers {status}")

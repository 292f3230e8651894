"""Why a stream's address gives no video: the decoder only says that it failed, so the address is asked once more, in plain RTSP."""

import re
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from detectors.sources.trust import trust

PORTS: Mapping[str, int] = {"rtsp": 554, "rtsps": 322, "rtmp": 1935, "rtmps": 443}
"""Where each is looked for when the address does not say it, as FFmpeg does."""
ABSENT = "the server is there, but no stream of that name came in time (does the camera send? else check stream name and credentials)"
PATIENCE = 3.0
"""Seconds for the answer at most: whoever asks has waited for the decoder already."""
ENOUGH = 4096
"""Bytes of the answer that are looked at; its first line is all that is needed."""
_STATUS = re.compile(rb"RTSP/\d\.\d (\d{3})\b")


def why_refused(name: str, timeout: float, *, credentials: bool, certificate: str | None = None) -> str:
    """Ask for the stream without credentials, and say what the answer means; an RTMP server, which would not say, is only connected to.

    Args:
        name: the URL without credentials.
        timeout: of the source, seconds.
        credentials: whether the decoder had any.
        certificate: file by which the other's certificate is checked; ``None`` takes any.
    """
    parts = urlsplit(name)
    question = f"DESCRIBE {name} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n"
    try:
        with socket.create_connection((parts.hostname or "", parts.port or PORTS[parts.scheme]), min(timeout, PATIENCE)) as plain:
            secure = parts.scheme in {"rtsps", "rtmps"}
            line = trust(certificate).wrap_socket(plain, server_hostname=parts.hostname) if secure else plain
            if parts.scheme in {"rtmp", "rtmps"}:
                return ABSENT
            line.sendall(question.encode())
            answer = line.recv(ENOUGH)
    except TimeoutError:
        return "no answer in time (is the camera overloaded, or does something else listen there?)"
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted by options.certificate ({error.verify_message})"
    except ssl.SSLError:
        return "what answers there does not speak TLS"
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

"""Frames from a camera's snapshot address: one HTTP request each, at the rate at which they are judged."""

import threading
import time

import httpx

from detectors.inference.port import Picture
from detectors.sources.frame import SourceError
from detectors.sources.still import LARGEST_BYTES, decode_still
from detectors.sources.trust import check_certificate, trust


class SnapshotReader:
    """One HTTP client.

    Args:
        name: the URL without credentials, for messages.
        credentials: user and password, or ``None``; offered as Basic, or as Digest when the camera asks for that.
        timeout: seconds for one picture.
        period: seconds from one picture to the next.
        stopped: set when nobody wants pictures any more.
        certificate: file by which the camera's certificate is checked; ``None`` asks the authorities that the web knows.

    Raises:
        SourceError: the certificate cannot be read.
    """

    def __init__(
        self,
        name: str,
        credentials: tuple[str, str] | None,
        timeout: float,
        period: float,
        stopped: threading.Event,
        *,
        certificate: str | None = None,
    ) -> None:
        check_certificate(certificate)
        self._name = name
        self._credentials = credentials
        # A picture is compressed already; packed once more, a few bytes could stand for gigabytes.
        self._client = httpx.Client(
            verify=True if certificate is None else trust(certificate),
            timeout=timeout,
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
        )
        self._timeout = timeout
        self._auth: httpx.Auth | None = httpx.BasicAuth(*credentials) if credentials else None
        self._period = period
        self._stopped = stopped
        self._first = True

    def read(self) -> Picture:
        """Wait for the period, then ask for the next picture.

        Raises:
            SourceError: no answer, not a picture, or more than a picture may have.
        """
        if not self._first:
            self._stopped.wait(self._period)
        self._first = False
        return decode_still(self._body(), self._name)

    def _body(self) -> bytes:
        # The client's own time-out is for each part that comes, of which there may be many.
        deadline = time.monotonic() + self._timeout
        try:
            with self._client.stream("GET", self._name, auth=self._auth) as answer:
                if answer.status_code == httpx.codes.UNAUTHORIZED and self._wants_digest(answer):
                    return self._body()
                if answer.status_code != httpx.codes.OK:
                    msg = f"{self._name}: the camera answered {answer.status_code} {answer.reason_phrase}"
                    raise SourceError(msg)
                content = bytearray()
                for part in answer.iter_raw():
                    content += part
                    if len(content) > LARGEST_BYTES:
                        msg = f"{self._name}: the answer is longer than a picture may be ({LARGEST_BYTES} bytes)"
                        raise SourceError(msg)
                    if time.monotonic() > deadline:
                        msg = f"{self._name}: the picture was not there after {self._timeout:g} s"
                        raise SourceError(msg)
                return bytes(content)
        except httpx.HTTPError as error:
            msg = f"{self._name}: no picture ({type(error).__name__})"
            raise SourceError(msg) from error

    def _wants_digest(self, answer: httpx.Response) -> bool:
        """Change over to Digest once, when the camera asks for it."""
        asked = answer.headers.get("www-authenticate", "").lower().startswith("digest")
        if not asked or self._credentials is None or isinstance(self._auth, httpx.DigestAuth):
            return False
        self._auth = httpx.DigestAuth(*self._credentials)
        return True

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

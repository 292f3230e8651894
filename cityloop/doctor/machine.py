"""Python, disk, ports and programs of this machine."""

import errno
import os
import shutil
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from cityloop.doctor.finding import Finding, bad, good, optional

OLDEST_PYTHON = (3, 11)
LEAST_FREE = 2 * 1024**3
"""Bytes that a day of evidence and a broker's log want at least."""

PROGRAMS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "mosquitto": (
        ("mosquitto",),
        "Only the demo and the tests want an MQTT broker here; without it they take amqtt. Debian: apt install mosquitto",
    ),
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "Only the browser tests want it. Debian: apt install chromium"),
    "java": (("java",), "Only Apache Kafka on this machine (make kafka) wants it. Debian: apt install default-jre-headless"),
}
"""Programs that some uses want: where they are looked for, and what misses them."""

SBIN = ("/usr/sbin", "/usr/local/sbin", "/sbin")
"""Debian puts servers where only root's path leads."""


def examine_python(version: tuple[int, int, int]) -> Finding:
    """Judge the interpreter's version."""
    told = ".".join(map(str, version))
    if version[:2] < OLDEST_PYTHON:
        return bad("python", f"This is Python {told}.", "Install Python 3.11 or newer and make a new environment with it.")
    return good("python", f"Python {told}.")


def examine_disk(folder: Path, free: Callable[[Path], int] | None = None, writable: Callable[[Path], bool] | None = None) -> Finding:
    """Judge the space where data is kept; a folder that is not there yet is judged by the nearest one above it."""
    place = folder.absolute()
    while not _is_there(place):
        place = place.parent
    if not (writable or _writable)(place):
        return bad(
            "disk", f"{place} may not be written by this user.", "Change its permissions, or name another folder with CITYLOOP_DATA."
        )
    bytes_free = (free or _free)(place)
    told = f"{bytes_free / 1024**3:.1f} GiB free at {place}"
    if bytes_free < LEAST_FREE:
        return bad("disk", f"Only {told}.", "Free some space, or name another folder with CITYLOOP_DATA.")
    return good("disk", f"{told}.")


def _is_there(place: Path) -> bool:
    """Whether it is; what lies in a folder that may not be looked into is not."""
    try:
        return place.exists()
    except OSError:
        return False


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def examine_port(name: str, host: str, port: int) -> Finding:
    """Judge whether a server may listen on an address; 0 takes any free port."""
    if port == 0:
        return good(name, "Any free port will be taken.")
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return optional(
                name,
                f"{host}:{port} is in use: cityloop runs already, or another server.",
                f"If it is another server, set another {name.upper()}.",
            )
        return bad(name, f"{host}:{port} cannot be listened on: {error.strerror}.", "Check the address, and that the port is above 1023.")
    return good(name, f"{host}:{port} is free.")


def examine_programs(find: Callable[[str], str | None] = shutil.which) -> list[Finding]:
    """Look for programs that some uses want."""
    return [_program(name, names, why, find) for name, (names, why) in PROGRAMS.items()]


def _program(name: str, names: tuple[str, ...], why: str, find: Callable[[str], str | None]) -> Finding:
    candidates = [*names, *(f"{folder}/{each}" for folder in SBIN for each in names)]
    found = next((place for candidate in candidates if (place := find(candidate))), None)
    return good(name, f"{found}.") if found else optional(name, "Not found.", why)

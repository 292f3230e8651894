"""Notices when the files of a city's folder change, or when somebody says that they have."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

_WATCHED = ("*.yaml", "*.csv")


def fingerprint(folder: Path) -> str:
    """A hash of what rules and feeds are made of in a city's folder: every YAML and CSV file, by name and content."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(found for pattern in _WATCHED for found in folder.rglob(pattern) if found.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + _content(path))
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    """A hash of a file; of one that cannot be read, or is being replaced at this very moment, that it could not."""
    try:
        return hashlib.blake2b(path.read_bytes()).digest()
    except OSError as error:
        return type(error).__name__.encode()


async def changes(folder: Path, seen: str, seconds: float, asked: asyncio.Event) -> AsyncIterator[None]:
    """Yields whenever it is asked for, and when files are others than they were; it never ends.

    Args:
        folder: of the city.
        seen: its fingerprint when it was last read.
        seconds: how often to look; 0: only when it is asked for.
        asked: is set by whoever asks.
    """
    while True:
        try:
            async with asyncio.timeout(seconds or None):
                await asked.wait()
        except TimeoutError:
            if (found := await asyncio.to_thread(fingerprint, folder)) == seen:
                continue
        else:
            asked.clear()
            found = await asyncio.to_thread(fingerprint, folder)
        seen = found
        yield

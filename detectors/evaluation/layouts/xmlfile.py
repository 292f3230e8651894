"""Reads XML of data sets: names without their namespace and in lower case, since editions differ in both."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET  # Files are bounded below, and expat itself refuses entity bombs since 2.4.

MOST_BYTES = 256 * 1024 * 1024
"""Longer files are refused: the largest index of a published set has a hundredth of it."""


def read_xml(path: Path) -> ET.Element:
    """The root of a file.

    Raises:
        ValueError: it is no XML, or too long.
        OSError: it cannot be read.
    """
    if path.stat().st_size > MOST_BYTES:
        msg = f"{path}: longer than {MOST_BYTES >> 20} MiB"
        raise ValueError(msg)
    try:
        return ET.parse(path).getroot()  # noqa: S314  # See the import.
    except ET.ParseError as error:
        msg = f"{path}: this is not XML: {error}"
        raise ValueError(msg) from None


def name_of(element: ET.Element) -> str:
    """Its name."""
    return element.tag.rpartition("}")[2].lower()


def every(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """Every element of a name below another one, however deep."""
    return (found for found in element.iter() if name_of(found) == name)


def text_of(element: ET.Element, *names: str) -> str | None:
    """The text of the first element of one of the names below another one."""
    for found in element.iter():
        if name_of(found) in names and found.text and found.text.strip():
            return found.text.strip()
    return None

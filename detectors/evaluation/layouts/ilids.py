"""i-LIDS (UK Home Office, "Imagery Library for Intelligent Detection Systems"): an XML index of clips, each with its alarms.

An alarm of the parked-vehicle scenario has its start within the clip and its length; the scenario asks for an alarm
once a vehicle has stood for 60 seconds, within 10 more. The clips have no date: each begins at 1970-01-01T00:00:00Z,
as ``started_at`` of its camera file should.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config import moment
from config.moment import SECOND, Micros
from detectors.evaluation.layouts.xmlfile import every, read_xml, text_of


def ilids(path: Path) -> Iterator[dict[str, Any]]:
    """Labels of an index file.

    The alarm's start is the end of its minute of standing, so the stay began 60 s before.

    Raises:
        ValueError: it is no index, or a time in it cannot be read.
        OSError: it cannot be read.
    """
    clips = list(every(read_xml(path), "clip"))
    if not clips:
        msg = f"{path}: there is no clip in it"
        raise ValueError(msg)
    for clip in clips:
        file = text_of(clip, "filename", "name")
        if file is None:
            msg = f"{path}: a clip has no file name"
            raise ValueError(msg)
        source = f"camera/{Path(file).stem.lower()}"
        if (length := text_of(clip, "duration", "length", "cliplength")) is not None:
            yield {"watch": source, "from": moment.render(0), "to": moment.render(_clock(length))}
        for alarm in every(clip, "alarm"):
            start, lasts = text_of(alarm, "starttime"), text_of(alarm, "alarmduration", "duration")
            if start is None:
                msg = f"{path}: an alarm of {file} has no start time"
                raise ValueError(msg)
            began = max(0, _clock(start) - 60 * SECOND)
            until = _clock(start) + (_clock(lasts) if lasts is not None else 10 * SECOND)
            yield {
                "source": source, "kind": "illegal_parking", "since": moment.render(began), "until": moment.render(until),
                "dwell": f"{(_clock(start) - began) // SECOND}s",
            }  # fmt: skip


def _clock(text: str) -> Micros:
    """``HH:MM:SS`` of a clip, with or without a fraction.

    Raises:
        ValueError: it is none.
    """
    try:
        hours, minutes, seconds = text.split(":")
        return (int(hours) * 3600 + int(minutes) * 60) * SECOND + round(float(seconds) * SECOND)
    except ValueError:
        msg = f"{text!r} is not a time of a clip: HH:MM:SS"
        raise ValueError(msg) from None

"""Reads a text file of the city, with a sentence for whatever keeps it from being read."""

from pathlib import Path

from config.report import Place, Report


def read_text(path: Path, report: Report, missing: str | None = None) -> str | None:
    """Read UTF-8 (a byte order mark, as spreadsheets write it, is dropped); ``None`` when a problem was noted.

    Args:
        path: the file.
        report: takes the problem.
        missing: what to do where the file is not there; left out, it is one of a city's folder.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        report.add(Place(str(path)), "the file does not exist.", missing or f"Add {path.name} to the city's folder.")
    except UnicodeDecodeError as error:
        before = path.read_bytes()[: error.start]
        column = len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
        report.add(Place(str(path), before.count(b"\n") + 1, column), "the text is not UTF-8.", "Save the file with the encoding UTF-8.")
    except OSError as error:
        report.add(Place(str(path)), f"the file cannot be read: {error.strerror}.", "Check its name and its permissions.")
    return None

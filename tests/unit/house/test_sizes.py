"""Files stay small: one idea each."""

import statistics

from tests.house.tree import SOURCES, lines_of, tracked

LIMIT = 400
MEDIAN = 100


def test_no_source_file_is_over_the_limit() -> None:
    """A source file over 400 lines holds more than one idea and fails the build."""
    long = {str(path): lines for path in tracked(*SOURCES) if (lines := lines_of(path)) > LIMIT}
    assert not long, f"over {LIMIT} lines, split by idea: {long}"


def test_the_median_source_file_is_short() -> None:
    """Half of the source files have at most 100 lines."""
    median = statistics.median(lines_of(path) for path in tracked(*SOURCES))
    assert median <= MEDIAN, f"the median file has {median} lines"

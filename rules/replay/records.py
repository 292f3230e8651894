"""Records of a topic as lines of a recording: observations and ticks, each with the stream that it lies in."""

from collections.abc import Iterable, Iterator, Mapping

from config.kinds import Kind
from config.problem import ProblemsError
from rules.replay.lines import Line
from streams.codec import decode_record
from streams.fold import Record


def lines_of(records: Iterable[Record], kinds: Mapping[str, Kind] | None, streams: Mapping[tuple[str, int], int]) -> Iterator[Line]:
    """The lines of records in their order.

    Switch records are passed over: a replay goes by the rules that it was given.

    Args:
        records: of topics of observations.
        kinds: the kinds table, for observations that came without a gateway; ``None`` takes every kind.
        streams: the number of each topic's partition.
    """
    number = 0
    for record in records:
        stream = streams[record.topic, record.partition]
        try:
            envelope = decode_record(record.value, record.headers, kinds=kinds, timestamp=record.timestamp)
        except ProblemsError as error:
            number += 1
            where = f"{record.topic}/{record.partition}/{record.offset}"
            reason = " ".join(f"{problem.what} {problem.fix}".rstrip() for problem in error.problems)
            yield Line(number, None, f"{where}: {reason}", stream=stream)
            continue
        for observation in envelope.observations:
            number += 1
            yield Line(number, observation, stream=stream)
        if envelope.tick is not None:
            yield Line(number, None, stream=stream, tick=envelope.tick)

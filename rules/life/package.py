"""A rule set as bytes: what a switch record and a checkpoint carry, so that nobody who reads the log needs a file."""

from collections.abc import Mapping

import msgspec
import zstandard

from config.kinds import Kind
from config.problem import Problem, ProblemsError
from rules.life.fate import Policy
from rules.model import Given, RuleSet, Source
from rules.parser import parse_sources

SCHEMA = 1
"""Of the package; another one is not read."""
MAX_BYTES = 900_000
"""The longest package of a switch record: below what a broker takes by default, with room for the record around it."""
MAX_TEXT_BYTES = 268_435_456
"""The most that a package may hold when it is unpacked: a table of a million rows fits."""
FILE = "<rules in the log>"

_LEVEL = 19  # It is written seldom and kept in every checkpoint.
_LONG, _LEVEL_OF_LONG = 1_000_000, 3  # A long table would take seconds.


class Package(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What a package holds (msgpack, compressed).

    Attributes:
        schema: :data:`SCHEMA`.
        version: of the rule set, as its writer computed it.
        sources: the rule files.
        kinds: the kinds table that they were checked against.
        given: tables and sources that they refer to, and the city's feeds. A field that an older version did not write has its default.
        policies: by rule, what becomes of its state when it was changed; a rule that is not named keeps what it can.
    """

    schema: int
    version: str
    sources: tuple[Source, ...]
    kinds: tuple[Kind, ...]
    given: Given
    policies: dict[str, Policy] = {}


_decode = msgspec.msgpack.Decoder(Package).decode
_encode = msgspec.msgpack.Encoder().encode


def pack(ruleset: RuleSet, policies: Mapping[str, Policy] | None = None) -> bytes:
    """The bytes of a rule set; equal sets give equal bytes."""
    package = Package(
        schema=SCHEMA,
        version=ruleset.version,
        sources=ruleset.sources,
        kinds=tuple(ruleset.kinds[name] for name in sorted(ruleset.kinds)),
        given=ruleset.given,
        policies=dict(sorted((policies or {}).items())),
    )
    raw = _encode(package)
    level = _LEVEL if len(raw) < _LONG else _LEVEL_OF_LONG
    return zstandard.ZstdCompressor(level=level, write_checksum=True).compress(raw)


def check_size(packed: bytes) -> None:
    """Pass when a record can carry a package.

    Raises:
        ProblemsError: it cannot.
    """
    if len(packed) > MAX_BYTES:
        what = f"the rules, their tables and the names of devices have {len(packed)} bytes when they are compressed, and a record can carry {MAX_BYTES}."
        fix = "Leave out rows of tables whose dates are long past; name many devices by a pattern: a feed of theirs in feeds.yaml."
        raise ProblemsError([Problem(file="<rules>", what=what, fix=fix)])


def unpack(packed: bytes) -> tuple[RuleSet, Mapping[str, Policy]]:
    """The rule set and the policies of a package. Its version is the one that its writer computed.

    Raises:
        ProblemsError: the bytes are damaged, of another schema, or this version of the product refuses the rules.
    """
    package = _read(packed)
    if package.schema != SCHEMA:
        what = f"the rule set is packed by schema {package.schema}, and this version of cityloop reads schema {SCHEMA}."
        raise ProblemsError(
            [Problem(file=FILE, what=what, fix="Run the version that wrote it, or switch to the rules again with this one.")]
        )
    found = parse_sources(package.sources, {kind.name: kind for kind in package.kinds}, package.given)
    return msgspec.structs.replace(found, version=package.version), package.policies


def _read(packed: bytes) -> Package:
    try:
        # One byte more than is allowed, so that a longer text is noticed and never made.
        raw = zstandard.ZstdDecompressor().stream_reader(packed).read(MAX_TEXT_BYTES + 1)
        if len(raw) > MAX_TEXT_BYTES:
            raise ValueError(f"it holds more than {MAX_TEXT_BYTES} bytes")  # noqa: TRY301  # One refusal for all that is wrong with the bytes.
        return _decode(raw)
    except (zstandard.ZstdError, msgspec.MsgspecError, ValueError) as error:
        problem = Problem(file=FILE, what=f"the rule set is damaged: {error}.", fix="Switch to the rules again: cityloop rules apply.")
        raise ProblemsError([problem]) from None

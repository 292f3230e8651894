"""The exported JSON Schemas agree with what the reader takes and refuses."""

from pathlib import Path

import jsonschema_rs
import msgspec
import pytest

from streams.publicform import write_observation
from streams.schemas import schemas
from tests.fakes.observations import observation

BAD = Path("tests/data/bad/observations")
VALIDATOR = jsonschema_rs.Draft202012Validator(schemas()["observation"], validate_formats=True)
BEYOND_A_SCHEMA = {
    "unknown-kind": "the kinds table is the city's",
    "number-for-bool": "the type belongs to the kind",
    "text-for-number": "the type belongs to the kind",
    "number-for-text": "the type belongs to the kind",
    "no-such-day": "a pattern knows no calendar",
    "before-1970": "a pattern knows no calendar",
    "infinite-value": "JSON numbers have no bound",
    "nul-in-zone": "a bound of the database",
    "nul-in-attributes": "a bound of the database",
    "attribute-given-twice": "a relation between two fields",
    "number-beyond-64-bits": "a bound of the wire",
}


def test_schemas_are_schemas() -> None:
    """Every exported schema is valid in the dialect that it names."""
    for schema in schemas().values():
        jsonschema_rs.meta.validate(schema)


def test_written_observations_are_valid() -> None:
    """What the product writes satisfies the schema that it exports."""
    public = write_observation(observation(zone="z", confidence=0.5, attributes={"battery": 5}))
    VALIDATOR.validate(public)


@pytest.mark.parametrize("mistake", sorted({path.stem for path in BAD.iterdir()} - BEYOND_A_SCHEMA.keys()))
def test_schema_refuses_what_the_reader_refuses(mistake: str) -> None:
    """A mistake that a schema can express is found with the schema alone, before anything is sent."""
    with pytest.raises(jsonschema_rs.ValidationError):
        VALIDATOR.validate(msgspec.json.decode((BAD / f"{mistake}.json").read_bytes()))

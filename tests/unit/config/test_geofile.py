"""Cells from GeoJSON with the line of each feature."""

import pytest

from config.geofile import parse_cells
from config.places import Layer
from config.report import Report

SQUARE = '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}'
FEATURE = '{"type": "Feature", "properties": {"code": "%s", "layer": "city", "name": "C"}, "geometry": ' + SQUARE + "}"


def collection(*features: str) -> bytes:
    """A feature collection with one feature a line."""
    return ('{"type": "FeatureCollection", "features": [\n' + ",\n".join(features) + "\n]}").encode()


def test_a_feature_becomes_a_cell_with_its_line() -> None:
    """Equal features are told apart by their order in the text."""
    report = Report()
    rows = parse_cells(collection(FEATURE % "1", FEATURE % "1", FEATURE % "2"), "cells.geojson", report)
    assert [(row.value.code, row.value.layer, row.place.line) for row in rows] == [
        ("1", Layer.CITY, 2),
        ("1", Layer.CITY, 3),
        ("2", Layer.CITY, 4),
    ]
    assert report.problems == ()


def test_several_polygons_make_one_cell() -> None:
    """A cell in two parts is a MultiPolygon."""
    feature = (FEATURE % "1").replace(SQUARE, '{"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]}')
    report = Report()
    assert parse_cells(collection(feature), "cells.geojson", report)[0].value.geometry["type"] == "MultiPolygon"
    assert report.problems == ()


def test_a_feature_that_is_no_object_is_told() -> None:
    """A number among the features is a problem with its line."""
    report = Report()
    assert parse_cells(collection(FEATURE % "1", "7"), "cells.geojson", report)[0].value.code == "1"
    assert str(report.problems[0]).startswith("cells.geojson:3:1: feature 1 has no properties or no geometry.")


def test_unknown_properties_are_refused() -> None:
    """A mistyped property does not pass in silence."""
    report = Report()
    parse_cells(collection((FEATURE % "1").replace('"name"', '"nmae"')), "cells.geojson", report)
    assert {problem.what for problem in report.problems} == {"unknown field 'nmae'.", "the field 'name' is missing."}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"type":\n "FeatureCollection", x}', "cells.geojson:2:23: "),
        ('{"type":\n"Feature', "cells.geojson:2:9: "),
        ('{"type": "FeatureCollection",\n"features": 5}', "cells.geojson:1:1: "),
        ("", "cells.geojson:1:1: "),
    ],
)
def test_a_text_that_is_no_collection_is_told_at_its_place(text: str, place: str) -> None:
    """At the byte that is wrong, at the end of what was cut off, or at the beginning where the whole is something else."""
    report = Report()
    assert parse_cells(text.encode(), "cells.geojson", report) == []
    (problem,) = report.problems
    assert str(problem).startswith(f"{place}this is not a GeoJSON feature collection: ")

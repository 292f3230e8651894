"""Reads rule files: everything that is wrong, with file, line, column and what to write instead."""

from rules.parser.loader import UnknownKinds, load_rules, parse_rules, parse_sources

__all__ = ["UnknownKinds", "load_rules", "parse_rules", "parse_sources"]

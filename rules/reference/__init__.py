"""What rules refer to beside observations: tables with dates, and the sources that a city expects to hear. All pure."""

from rules.reference.shares import Registers, Shares
from rules.reference.table import Table, parse_table

__all__ = ["Registers", "Shares", "Table", "parse_table"]

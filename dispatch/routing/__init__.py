"""From a position to a cell, from the cell to a unit, and within the unit to the person on duty; each step with its reason."""

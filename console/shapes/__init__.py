"""What the API takes and gives: structs whose times are RFC 3339, and pure functions that make them from the cases."""

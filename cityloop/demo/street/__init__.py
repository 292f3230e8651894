"""The simulated devices of the street: what happens to them is a pure function of the time."""

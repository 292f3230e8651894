"""What it means: rules turn observations into alerts, in event time."""

"""What the demo proves at its end: sets of ids compared, not counters."""

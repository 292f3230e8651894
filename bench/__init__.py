"""Speed, measured: every figure is a ratio against a named peer or ceiling of the same run."""

"""``cityloop doctor``: whether this machine and this installation are fit to run."""

"""The roles that a process can play, one module each with ``run(settings, catalogue)``."""

"""Many cameras in one process: one thread judges, each camera in its turn."""

"""The door: the command line and the only place that knows concrete classes."""

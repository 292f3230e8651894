"""How good the detectors are: events that happened against events that were told, one to one."""

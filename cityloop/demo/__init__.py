"""The demo: a whole city on one machine, with simulated devices and a crew that works the tickets."""

"""What the city decided: settings and the catalogue of cells, units, people, cameras, devices and rules."""

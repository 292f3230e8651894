"""How good the detectors are on vehicles put into real footage and on drawn scenes: measured by the product's own judge."""

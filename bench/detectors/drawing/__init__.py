"""Draws bins, laundry and rubbish over crops of real pictures, in several lights. The same generator draws the same thing."""

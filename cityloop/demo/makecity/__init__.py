"""Draws and staffs the demo city: ``python -m cityloop.demo.makecity config/city.demo`` writes its files, always the same."""

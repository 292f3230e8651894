"""Time limits: counted in calendars, paused, and shown as lights."""

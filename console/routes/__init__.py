"""The routes: each decodes, asks the case book, and shapes the answer."""

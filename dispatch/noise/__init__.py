"""Noise control: what keeps an alert quiet, what merges and what groups. Pure: the present is handed in, and life safety passes through."""

"""Who is calling, and what they may do: passwords, sessions, keys and rights."""

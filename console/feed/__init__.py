"""The live feed: one reader of the case book for everybody who watches."""

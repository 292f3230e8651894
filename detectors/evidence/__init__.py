"""Pictures that prove what was seen: how they are made, blurred, stamped and kept."""

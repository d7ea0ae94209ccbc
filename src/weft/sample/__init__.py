"""A shop of our own making, with the flaws that real ones have and the truth beside it."""

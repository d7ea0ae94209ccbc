"""Weft, the open AI layer for commerce."""

__version__ = "0.1.0"

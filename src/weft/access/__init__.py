"""Businesses and keys: who may act on what."""

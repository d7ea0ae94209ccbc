"""Finding records by words, by meaning, by filters."""

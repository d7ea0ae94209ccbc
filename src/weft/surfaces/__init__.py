"""How the world reaches Weft: the command line, REST, the console. Surfaces contain no feature."""

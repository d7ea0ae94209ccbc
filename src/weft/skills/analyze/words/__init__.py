"""Questions in words: English, German and Chinese read by a grammar into the typed query of weft.numbers, and said back."""

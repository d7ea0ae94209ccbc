"""How texts become terms in whatever language a catalog is in."""

import pytest

from weft.claims.languages import small_words
from weft.index.words import Analysis

LANGUAGES = sorted(
    {language for where in small_words().values() for language in where} | {"pl", "zh", "ja", "ko", "xx"}
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_in_any_language_has_terms(language: str) -> None:
    analysis = Analysis([language])
    assert analysis.terms(analysis.words("Lampa 12 cm")) != []

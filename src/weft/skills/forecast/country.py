"""Whose holidays count: the country of the business's first market, else that of most of its orders."""

from typing import Final

from babel import Locale

from weft.business import Business

_NAMES: Final = {str(name).casefold(): code for code, name in Locale("en").territories.items() if len(code) == 2}
_ALSO: Final = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "usa": "US",
    "eire": "IE",
    "rsa": "ZA",
    "holland": "NL",
}


def code_of(country: str) -> str | None:
    """The two letters of a country that is said by these or by its English name; None for what is neither."""
    said = country.strip()
    name = said.casefold()
    if name in _ALSO:
        return _ALSO[name]
    return said.upper() if len(said) == 2 and said.isalpha() else _NAMES.get(name)


def country_of(business: Business) -> str | None:
    """The country whose holidays count; None where nothing says so."""
    for market in business.preferences.markets():
        if market.country:
            return market.country
    most = business.orders.commonest_country()
    return code_of(most) if most else None

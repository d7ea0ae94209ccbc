"""Money is an integer of minor units and a currency (ISO 4217)."""

from decimal import Decimal
from typing import Final

_NONE: Final = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THREE: Final = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def exponent(currency: str) -> int:
    """How many decimals a currency's amounts have: 2, 0 or 3."""
    return 0 if currency in _NONE else 3 if currency in _THREE else 2


def decimal(amount: int, currency: str) -> str:
    """An amount of minor units as a plain decimal, `1999` EUR as `19.99`."""
    places = exponent(currency)
    return str(Decimal(amount).scaleb(-places)) if places else str(amount)

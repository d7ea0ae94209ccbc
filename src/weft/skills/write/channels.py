"""Where texts go, as data: how long each may be, of which characters, which words are forbidden there, in which field it is kept.

Limits of Google are those of its product data specification, meta texts are cut by search engines at about 60 and 155
characters, the marketplace's are the strictest of what the large ones ask.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from weft.skills.write import Channel, Part

PARTS: Final[tuple[Part, ...]] = ("title", "description", "bullets", "seo_title", "seo_description", "alt")


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a text may be, in characters; `most` and `least` are how many texts of it there may be, of a list."""

    characters: int
    most: int = 1
    least: int = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """What a channel takes: a limit for each part it has, whether descriptions are HTML, and what no text may hold."""

    limits: Mapping[Part, Limit]
    html: bool
    forbidden: tuple[re.Pattern[str], ...] = ()
    characters: re.Pattern[str] | None = None


_PROMOTION: Final = re.compile(
    r"\b(?:free shipping|free delivery|on sale|sale price|discount(?:ed)?|\d+ ?% off|save \d+|buy now|order now|shop now|"
    r"limited (?:time|offer)|best price|lowest price|cheapest|clearance|deal of the day|money back|in stock|new arrival|"
    r"click here|gratis ?versand|versandkostenfrei|kostenloser? versand|rabatt|im angebot|sonderangebot|jetzt kaufen|"
    r"jetzt bestellen|nur heute|bestpreis|günstigste[rns]?|sofort lieferbar|sale|livraison gratuite|soldes?|promotion|"
    r"env[ií]o gratis|oferta|rebajas)\b",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"https?://|www\.|\b[\w.+-]+@[\w-]+\.\w{2,}", re.IGNORECASE)
_SHOUTED: Final = re.compile(r"[!¡]|\b(?:[A-ZÄÖÜ]{4,}[ -]+){2,}[A-ZÄÖÜ]{4,}\b")
_RATED: Final = re.compile(
    r"\b(?:best ?sellers?|top ?rated|hot item|#1|number one|award.winning|bestseller|testsieger)\b", re.IGNORECASE
)
_UNUSUAL: Final = re.compile(r"[<>{}|~^¡¿†‡¢™®©\U0001F000-\U0001FAFF☀-➿]")

CHANNELS: Final[Mapping[Channel, Rules]] = {
    "shop": Rules(
        {
            "title": Limit(150),
            "description": Limit(20_000),
            "bullets": Limit(200, most=8, least=2),
            "seo_title": Limit(60),
            "seo_description": Limit(155),
            "alt": Limit(125),
        },
        html=True,
    ),
    "google": Rules(
        {
            "title": Limit(150),
            "description": Limit(5_000),
            "bullets": Limit(150, most=10, least=2),
        },
        html=False,
        forbidden=(_PROMOTION, _ADDRESS, _SHOUTED),
        characters=_UNUSUAL,
    ),
    "marketplace": Rules(
        {
            "title": Limit(200),
            "description": Limit(2_000),
            "bullets": Limit(250, most=5, least=2),
        },
        html=False,
        forbidden=(_PROMOTION, _ADDRESS, _SHOUTED, _RATED),
        characters=_UNUSUAL,
    ),
    "social": Rules({"title": Limit(100), "description": Limit(280)}, html=False, forbidden=(_ADDRESS,)),
}


def field_of(part: Part, channel: Channel, language: str, main: str, place: int | None = None) -> str:
    """The field in which a part's text is kept; `place` is the picture's, counted from one.

    The own shop's texts in the main language are the product's own; those of another language are its translations, those of
    another channel attributes of the channel's name.
    """
    other = base(language) != base(main)
    if other:
        name = f"image_{place}_alt" if part == "alt" else part
        return f"translations.{language}.{name if channel == 'shop' else f'{channel}_{name}'}"
    if part == "alt" and channel == "shop":
        return f"images.{place}.alt"
    if channel != "shop":
        return f"attributes.{channel}_{part if place is None else f'{part}_{place}'}"
    return "attributes.bullets" if part == "bullets" else part


def part_name(part: Part) -> str:
    """A part as a sentence calls it."""
    return {"seo_title": "meta title", "seo_description": "meta description", "alt": "alt texts"}.get(part, part)


@lru_cache(maxsize=1_000)
def base(language: str) -> str:
    """A language without its country: `de` of `de-AT`."""
    return re.split("[-_]", language, maxsplit=1)[0].lower()


def no_fact(attribute: str) -> bool:
    """Whether an attribute holds a text that was written and is no fact of the product."""
    name = attribute.lower()
    return name == "bullets" or any(
        name.startswith(f"{channel}_") and name.removeprefix(f"{channel}_").startswith(PARTS) for channel in CHANNELS
    )

"""A product's record read into a brief: its fields, its attributes, and its own text sentence by sentence."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from weft import claims, mojibake
from weft.money import decimal
from weft.skills.write import Need
from weft.skills.write.brief import Brief, Known, Picture
from weft.skills.write.channels import base, no_fact
from weft.skills.write.composition import Share, composition, named, overfull
from weft.skills.write.countries import known as known_place
from weft.skills.write.countries import place
from weft.skills.write.lexicon import Kind, audience, colors, folded, is_a, kinds, labels, materials, needs
from weft.skills.write.sentences import (
    Block,
    addressed,
    blocks,
    concrete,
    language_of,
    latin,
    praise,
    script_of,
    sentences,
    shop_talk,
    sound,
    standing,
    tidy,
    whole,
)
from weft.skills.write.sizes import shown

_OVERFULL: Final = "and the shares of “{}” add up to more than there is"
_MOST_SENTENCES: Final = 12
_MOST_DETAILS: Final = 14
_MOST_VALUES: Final = 60
_MOST_UNLABELED: Final = 5
_FEWEST_LABELED: Final = 2
_OF_MAKERS: Final = "(?:is|are|was|has|offers?|presents?|brings?|creates?|makes?|ist|steht)"
_ONE_SIZE: Final = frozenset(["one size", "o/s", "os", "einheitsgröße", "one size fits all", "one size fits most"])
_WORN: Final = frozenset(["clothing", "accessories", "shoes", "bags", "jewelry", "beauty", "sport", "toys", "generic"])
_MOST_KEPT: Final = 60
_COMPOSED: Final = 2
_TAG: Final = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+){0,2}")
_LONGEST_VALUE: Final = 160
# What a platform keeps beside the facts, or what says for whom a thing is, which is read by itself.
_NO_FACTS: Final = re.compile(
    r"(?:condition|mpn|sku|gtin|ean|barcode|brand|vendor|google.*|custom[_ ]label.*|ads?[_ ].*|gender|target|target gender|age[_ ]group|"
    r"geschlecht|zielgruppe|id|.*_id|url|link|handle|template|seo.*|meta.*|title_suffix|color_family|item_group.*|product_type|"
    r"shipping.*|tax.*|category|identifier.*|is_.*|availability|price.*|rating.*|review.*|published.*)",
    re.IGNORECASE,
)
_SIZE: Final = re.compile(
    r"\d{1,3}(?:[.,/-]\d{1,3})*(?: ?(?:cm|mm|in|\"|c))?|x*[sml]|\d?x+[sl]|(?:x+|extra)[- ]?(?:small|large)|small|medium|large|"
    r"one size|onesize|os|o/s|regular|long|short|eu ?\d+.*|us ?\d+.*|uk ?\d+.*|einheitsgröße|\d+-\d+",
    re.IGNORECASE,
)
_DEFAULT: Final = frozenset(["default title", "default", "title", "n/a", "na", "none", "-", "."])
_COLOR_SAID: Final = re.compile(r"^(?:colou?r|farbe)\s*:?\s+(#?\w[^.;:,]{1,40})$", re.IGNORECASE)
_MADE_IN: Final = re.compile(
    r"^(?:(?:hand)?made|manufactured|produced|crafted|designed and made|hergestellt|gefertigt|fabriqué|hecho)\s+(?:in|en)\s+"
    r"(?:the\s+|den\s+|der\s+)?([^\d;:!?]{2,40})$",
    re.IGNORECASE,
)
_MADE_OF: Final = re.compile(
    r"^(?:(?:it is |hand)?made|woven|knitted|sewn|thrown|gefertigt|gewebt|gestrickt) (?:of|from|aus)\s+([^,.;:()\d]{3,40}?)"
    r"(?=\s+(?:with|in|at|and then|that|mit|im)\b|[,.;:(]|$)",
    re.IGNORECASE,
)
_CARE_WORDS: Final = re.compile(
    r"\b(?:machine wash\w*|hand[- ]?wash\w*|wash (?:at|by|inside|cold|in|dark|separately|with)|tumble|dry[- ]clean\w*|line dry|dry flat|"
    r"do not (?:bleach|iron|wring)|iron\b|wipe|rinse|dishwasher|sponge clean|hang up to dry|waschen|handwäsche|maschinenwäsche|"
    r"bügeln|bleichen|trockner|chemisch\w* reinig\w*|abwischen|spülmaschine\w*|waschbar)\b",
    re.IGNORECASE,
)
_PROMOTED: Final = re.compile(
    r"[\[(*]*\b(?:new(?: arrival)?!?|neu!?|sale!?|hot!?|\d+ ?% off|free shipping|best ?seller|limited edition!+|wow|last chance|copy of)\b[\])*!]*",
    re.IGNORECASE,
)
_VIEWS: Final = ("front", "back", "side", "detail", "top", "inside", "sole", "interior", "rear", "bottom")
_PLACES: Final = ("apparel", "clothing", "outerwear")
_GENERAL_SHELVES: Final = frozenset(["sport", "electronics", "tools", "home", "beauty"])
# What stands on the shelf of a thing and is none: a strap among bags, laces among shoes.
_BESIDE: Final = re.compile(
    r"\b(?:tags?|charms?|straps?|laces?|shoelaces|insoles?|shoe trees?|polish|sprays?|cleaners?|brush(?:es)?|inserts?|organi[sz]ers?|"
    r"umbrellas?|gift cards?|gutscheine?|schnürsenkel|einlegesohlen?|schuhspanner|schultergurte?|imprägnier\w*|schuhcreme)"
    r"(?=\s*(?:$|[-–—,|(/]|(?:in|for|with|für|mit)\b))",
    re.IGNORECASE,
)
_FAMILIES: Final[Sequence[tuple[str, str]]] = (
    ("jewelry", r"jewel\w*|schmuck|bijoux"),
    ("shoes", r"shoes?|footwear|schuhe?|chaussures"),
    ("bags", r"handbags?|bags?|luggage|backpacks?|wallets|taschen|rucksäcke"),
    ("lighting", r"lighting|lamps?|lights?|leuchten|lampen|flashlights?|lanterns?"),
    ("kitchen", r"kitchen\w*|dining|cookware|tableware|drinkware|küche\w*"),
    ("furniture", r"furniture|möbel|chairs|tables"),
    ("accessories", r"clothing accessories|accessories|accessoires|hats|scarves|gloves|belts"),
    (
        "clothing",
        r"clothing|apparel|outerwear|bekleidung|mode|tops|dresses|shirts|pants|knitwear|lingerie|outfits|denim|mens|womens",
    ),
    ("pets", r"pets?|animals|tierbedarf|hund\w*|katze\w*"),
    ("sport", r"sport\w*|outdoor\w*|camping|cycling|bicycle\w*|fitness|fahrrad\w*|bike\w*"),
    ("electronics", r"electronics|elektronik|computers?|phones?|audio|cameras?"),
    ("beauty", r"beauty|health|cosmetics|toiletries|kosmetik|pflege"),
    ("food", r"food|beverages?|lebensmittel|getränke|grocery"),
    ("toys", r"toys?|games?|spielwaren|spielzeug"),
    ("tools", r"tools?|hardware|werkzeug\w*|garden\w*"),
    ("stationery", r"office\w*|stationery|books?|büro\w*"),
    ("home", r"home\w*|decor|linens?|bedding|wohnen|textilien|bath"),
)
_OF_FAMILY: Final = tuple(
    (family, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for family, words in _FAMILIES
)
_STATED: Final[Mapping[str, frozenset[str]]] = {
    "dimensions": frozenset(
        [
            "dimensions",
            "length",
            "width",
            "height",
            "depth",
            "diameter",
            "size",
            "blade_length",
            "packed_length",
            "back_length",
        ]
    ),
    "material": frozenset(["material", "composition", "filling", "upper"]),
    "capacity": frozenset(["capacity", "weight", "size", "pack_size"]),
    "power": frozenset(["power", "battery", "voltage", "run_time"]),
    "bulb": frozenset(["bulb", "brightness", "power"]),
    "weight": frozenset(["weight", "shipping_weight"]),
    "age": frozenset(["age"]),
}
_STATED_IN: Final[Mapping[str, re.Pattern[str]]] = {
    "dimensions": re.compile(r"\d\s*(?:cm|mm|m|in|inch(?:es)?|ft|[\"”″])(?!\w)", re.IGNORECASE),
    "care": _CARE_WORDS,
    "fit": re.compile(
        r"\b(?:fit|fitted|slim|cut for|regular cut|oversized|relaxed|loose|true to size|runs|passform|schnitt|tailored)\b",
        re.IGNORECASE,
    ),
    "capacity": re.compile(r"\d\s*(?:ml|cl|l|fl oz|oz|liters?|litres?)(?!\w)", re.IGNORECASE),
    "power": re.compile(r"\b(?:usb|batter\w+|akku|\d+ ?w|\d+ ?v|rechargeable|mains)\b", re.IGNORECASE),
    "bulb": re.compile(r"\b(?:bulb|E27|E14|GU10|led|lm|leuchtmittel)\b", re.IGNORECASE),
    "compatible_with": re.compile(r"\b(?:fits|compatible|works with|passend|kompatibel)\b", re.IGNORECASE),
    "weight": re.compile(r"\d\s*(?:g|kg|oz|lbs?)(?!\w)", re.IGNORECASE),
    "age": re.compile(r"\b(?:years?|months?|jahre|monate)\b", re.IGNORECASE),
}


@dataclass(slots=True)
class _Reading:
    """What was read so far of one product."""

    spoken: str | None
    language: str
    known: list[Known] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    sentences: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    names: tuple[str, ...] = ()
    doubts: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: Any, text: str, where: str, label: str = "") -> None:
        key = (name if name != "spec" else f"spec {folded(label)}", folded(text))
        if key not in self.seen:
            self.seen.add(key)
            self.known.append(Known(name, value, text, where, label))

    def has(self, name: str) -> bool:
        return any(one.name == name for one in self.known)


def read(
    product: Mapping[str, Any],
    language: str | None,
    main: str | None,
    common: Collection[int] = frozenset(),
    originals: Mapping[str, Any] | None = None,
) -> Brief:
    """What is known of a product. `common` are the fingerprints of the shop's standing sentences, `originals` what this skill's
    applied texts replaced, by field.
    """
    source = _legible({**product, **(originals or {})})
    title, brand = _title(source), tidy(str(source.get("vendor") or ""))[:100]
    found = blocks(str(source.get("description") or ""))
    kind = _kind(source, title)
    titled = script_of(title) or kinds().tongue(title)
    spoken = _spoken(title, found) or titled
    target = language or main or spoken or "en"
    spoken = spoken or (base(main) if main else None)
    reading = _Reading(spoken, base(target), names=tuple(one for one in (title, brand) if one))
    _options(source, reading)
    _attributes(source, reading)
    _text(found, (title, brand, *_shelves(source)), common, reading)
    _weights(source, reading)
    title = _capitals(title, brand)
    name = _name(title, reading)
    clean = _cleaned(source, title, reading)
    family = kind.family if kind else _family(source)
    return Brief(
        product=str(product["id"]),
        language=target,
        main=main or spoken or target,
        spoken=spoken,
        titled=titled or spoken,
        title=title,
        name=name,
        brand=_brand(brand),
        family=family,
        kind=kind.name if kind else None,
        audience=_audience(source, reading) if family in _WORN and (kind is None or kind.worn) else None,
        known=tuple(reading.known),
        sentences=_once(reading.sentences, _MOST_SENTENCES),
        details=_once(reading.details, _MOST_DETAILS),
        foreign=_once(reading.foreign, _MOST_SENTENCES + _MOST_DETAILS),
        pictures=tuple(_pictures(source, reading)),
        names=tuple(dict.fromkeys(one for one in (name, title, brand) if one)),
        grounds=claims.prepared(list(_grounds(clean, source, reading))),
        needs=tuple(_needs(family, kind, reading)),
        written=frozenset(originals or ()),
        record=clean,
    )


def _legible(source: dict[str, Any]) -> dict[str, Any]:
    """A record whose letters that were read in the wrong encoding are mended where that is certain."""
    for name in ("title", "vendor", "type", "description"):
        if isinstance(text := source.get(name), str):
            source[name] = mojibake.mended(text)
    for name in ("attributes", "variants"):
        if source.get(name):
            source[name] = _mended(source[name])
    return source


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return mojibake.mended(value)
    if isinstance(value, Mapping):
        return {key: _mended(one) for key, one in value.items()}
    return [_mended(one) for one in value] if isinstance(value, list) else value


def _title(source: Mapping[str, Any]) -> str:
    """The title without markup, promotion and what is addressed to a machine."""
    text = " ".join(
        block.text if not block.label else f"{block.label}: {block.text}"
        for block in blocks(str(source.get("title") or ""))[:2]
    )
    if addressed(text):
        return ""
    return re.sub(r"\s+", " ", _PROMOTED.sub(" ", text)).strip(" -–—|,;:!*.")[:300]


def _capitals(title: str, brand: str) -> str:
    """A title that shouts in ordinary letters; names, sizes and codes stay."""
    letters = [letter for letter in title if letter.isalpha()]
    if len(letters) < 6 or sum(map(str.isupper, letters)) * 10 < len(letters) * 8:
        return title
    kept = {word for word in brand.split() if word.isupper()}
    return " ".join(
        word if word in kept or any(sign.isdigit() for sign in word) or len(word.strip("()")) <= 2 else _capital(word)
        for word in title.split()
    )


def _capital(word: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda found: found[0].capitalize(), word.lower())


def _brand(brand: str) -> str:
    """A brand as it writes itself; one that stands in capitals only because a list does is left as it is."""
    return brand


def _spoken(title: str, found: Sequence[Block]) -> str | None:
    """The language of a product's own text: that of most of its sentences, else what its letters look like."""
    counted: Counter[str] = Counter()
    for block in found[:40]:
        for sentence in sentences(block.text)[:20]:
            language = None if addressed(sentence) or shop_talk(sentence) else language_of(sentence)
            if language:
                counted[language] += len(sentence)
    if counted:
        return counted.most_common(1)[0][0]
    text = " ".join([title, *(block.text for block in found if not addressed(block.text))])[:1000]
    if (written := script_of(text)) is not None:
        return written
    letters = sum(letter.isalpha() for letter in text)
    return claims.language_of(text) if letters >= 40 else None


def _kind(source: Mapping[str, Any], title: str) -> Kind | None:
    """What a product is: its title's noun, else its type's or its category's where these name one kind of thing."""
    kind = kinds().in_title(title) if title else None
    leaf = str(source.get("category") or "").rpartition(">")[2]
    for shelf in (str(source.get("type") or ""), leaf):
        named_there = kinds().in_shelf(shelf)
        if kind is not None:
            if len(named_there) == 1 and is_a(named_there[0], kind):
                return named_there[0]
            continue
        general = len(named_there) == 1 and named_there[0].family not in _GENERAL_SHELVES
        if general and not _BESIDE.search(title):
            return named_there[0]
    return kind


def _family(source: Mapping[str, Any]) -> str:
    for text in (str(source.get("type") or ""), *reversed(str(source.get("category") or "").split(">"))):
        shelf = kinds().in_shelf(text)
        if shelf:
            return shelf[0].family
        for family, pattern in _OF_FAMILY:
            if pattern.search(text):
                return family
    return "generic"


def _audience(source: Mapping[str, Any], reading: _Reading) -> str | None:
    attributes = source.get("attributes") or {}
    for name in ("gender", "target gender", "target", "geschlecht"):
        value = _value(attributes.get(name))[0]
        if isinstance(value, str) and (found := audience(value)):
            return found
    said = next((audience(one.text) for one in reading.known if one.name == "audience"), None)
    return said or audience(str(source.get("type") or "")) or audience(str(source.get("title") or ""))


def _value(given: Any) -> tuple[Any, str | None]:
    if isinstance(given, Mapping):
        return given.get("value"), given.get("unit") or None
    return given, None


def _options(source: Mapping[str, Any], reading: _Reading) -> None:
    """What can be chosen: colors, sizes and what else an option says, each value once."""
    chosen: dict[str, list[str]] = {}
    for variant in source.get("variants") or ():
        for option, given in (variant.get("options") or {}).items():
            value = tidy(str(given or "")).strip("'")
            if value and folded(value) not in _DEFAULT and len(value) <= 80 and not addressed(value):
                values = chosen.setdefault(tidy(str(option)), [])
                if folded(value) not in map(folded, values) and len(values) < _MOST_VALUES:
                    values.append(value)
    for option, values in chosen.items():
        label = labels().get(folded(option))
        name = label.name if label else "spec"
        if name == "color" and all(_SIZE.fullmatch(value) for value in values):
            name = "size"
        elif name == "size" and all(folded(value) in colors() for value in values):
            name = "color"
        if folded(option) == "title":
            name = "spec"
        for value in values:
            shown = _capital(value) if name == "color" and len(value) > 3 and value.isupper() else value
            if name == "material" and (shares := named(value)):
                reading.add("material", tuple(shares), shown, f"options.{option}")
            else:
                reading.add(name, shown, shown, f"options.{option}", "" if label else _label(option))


def _label(name: str) -> str:
    plain = re.sub(r"[_-]+", " ", tidy(name)).strip()
    return "" if folded(plain) == "title" else plain[:1].upper() + plain[1:]


def _attributes(source: Mapping[str, Any], reading: _Reading) -> None:
    for name, given in (source.get("attributes") or {}).items():
        if no_fact(name) or _NO_FACTS.fullmatch(name):
            continue
        value, unit = _value(given)
        for one in value if isinstance(value, list) else [value]:
            text = _said(one, unit)
            if text:
                _specified(_label(name), text, f"attributes.{name}", reading, one is True)


def _said(value: Any, unit: str | None) -> str:
    """An attribute's value as text; nothing for what no buyer could read."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, (int, float)):
        return f"{value:g} {unit or ''}".strip()
    if not isinstance(value, str):
        return ""
    text = tidy(" ".join(block.text for block in blocks(value)) if "<" in value else value)
    if not text or len(text) > _LONGEST_VALUE or folded(text) in _DEFAULT or addressed(text) or shop_talk(text):
        return ""
    if re.search(r"://|[{}\[\]]|^gid:|^\d{4}-\d\d-\d\d", text):
        return ""
    return f"{text} {unit}" if unit and re.fullmatch(r"[\d.,]+", text) else text


def _specified(name: str, text: str, where: str, reading: _Reading, flag: bool = False) -> None:
    """A value under a label, as the fact that the label names."""
    label = labels().get(folded(name))
    if flag:
        reading.add("feature", name, name, where)
        return
    if label is None:
        reading.add("spec", text, text, where, name)
    elif label.name == "material":
        _material(text, where, reading)
    elif label.name == "color":
        if not any(one.name == "color" and one.field.startswith("options") for one in reading.known):
            for value in re.split(r"\s*[;,]\s*", text):
                reading.add("color", value, value, where)
    elif label.name == "size" and any(one.name == "size" and one.field.startswith("options") for one in reading.known):
        return
    elif label.name == "care":
        reading.add("care", text.rstrip("."), text, where)
    elif label.name == "origin":
        reading.add("origin", text.rstrip("."), text, where)
    elif label.name == "weight" and re.search(r"/\s?m[²2]|gsm", text):
        reading.add("fabric_weight", text.rstrip("."), text, where, "Fabric weight")
    elif not any(one.name == label.name and one.field.startswith("attributes") for one in reading.known):
        reading.add(label.name, text.rstrip("."), text, where, label.word.en)


def _material(text: str, where: str, reading: _Reading) -> None:
    if any(
        one.name in ("material", "composition") and one.field.startswith("attributes") for one in reading.known
    ) and not (where.startswith("attributes")):
        return
    if components := composition(text):
        reading.add("composition", tuple(components), text.rstrip("."), where)
    elif shares := overfull(text):
        _doubt(text, shares, where, reading)
    else:
        shares = named(text)
        reading.add("material", tuple(shares) if shares else text, text.rstrip("."), where)


def _doubt(text: str, shares: Sequence[Share], where: str, reading: _Reading) -> None:
    """Take the materials of a composition that cannot be, and ask for their right shares."""
    reading.doubts["material"] = _OVERFULL.format(text[:80].strip(" ."))
    if not reading.has("material") and not reading.has("composition"):
        reading.add("material", tuple(shares), text.rstrip("."), where)


def _shelves(source: Mapping[str, Any]) -> tuple[str, str]:
    """The names of a product's type and of its category: a listing often has nothing else for a description."""
    return str(source.get("type") or ""), str(source.get("category") or "").rpartition(">")[2].strip()


def _text(found: Sequence[Block], said: Sequence[str], common: Collection[int], reading: _Reading) -> None:
    """The product's own text without what is `said` beside it: facts out of it, then the sentences that may be kept."""
    names = {folded(one) for one in said if one}
    for block in found:
        if block.kind == "head":
            continue
        if block.kind == "row":
            if addressed(f"{block.label}: {block.text}"):
                continue
            if not shop_talk(block.text) and _row(block, common, reading):
                reading.kept.append(f"{block.label}: {block.text}")
            continue
        for sentence in sentences(block.text):
            if addressed(sentence):
                # What follows an order to a machine in the same block goes on with it.
                break
            if shop_talk(sentence) or folded(sentence).strip(" .") in names:
                continue
            _sentence(sentence.strip(), block.kind == "item", common, reading)


def _row(block: Block, common: Collection[int], reading: _Reading) -> bool:
    if len(block.text) > _LONGEST_VALUE or (standing(block.text, common) and not labels().get(folded(block.label))):
        return False
    if audience(block.text) and _NO_FACTS.fullmatch(block.label):
        reading.add("audience", block.text, block.text, "description")
        return True
    if _NO_FACTS.fullmatch(block.label):
        return False
    _specified(_label(block.label), block.text, "description", reading)
    return True


def _sentence(text: str, item: bool, common: Collection[int], reading: _Reading) -> None:
    plain = text.strip(" .")
    if folded(plain) in _ONE_SIZE or any(folded(one.text).strip(" .") == folded(plain) for one in reading.known):
        return
    if any(_of_maker(name).match(plain) for name in reading.names[1:]):
        # It is about who makes the thing.
        return
    if any(rule(plain, reading) for rule in _FACTS):
        reading.kept.append(text)
        return
    if _labeled_list(plain, reading):
        reading.kept.append(text)
        return
    spoken = language_of(text) or reading.spoken or reading.language
    if standing(text, common) or not latin(text) or praise(text, spoken) or not sound(text):
        return
    if not concrete(_without(text, reading.names), spoken):
        return
    if len(reading.kept) >= _MOST_KEPT:
        return
    reading.kept.append(text)
    _made_of(plain, reading)
    if spoken != reading.language:
        reading.foreign.append(text)
    elif whole(text, spoken) and not item and text.count("%") < _COMPOSED:
        reading.sentences.append(text if text.endswith((".", "…")) else f"{text}.")
    else:
        reading.details.append(text.rstrip(".…"))


def _made_of(text: str, reading: _Reading) -> None:
    """Take the material out of a sentence that begins with it: `Made of enamelled steel with a rolled rim`."""
    found = _MADE_OF.match(text)
    if found is not None and not reading.has("material") and not reading.has("composition"):
        shares = named(found[1])
        if shares:
            reading.add("material", tuple(shares), found[1], "description")


def _once(texts: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))[:most]


def _without(text: str, names: Sequence[str]) -> str:
    """A sentence without the product's own name: a Cuffed Trouser that is named in it is no cuff that is told of."""
    for name in names:
        text = _called(name).sub(" ", text)
    return text


@lru_cache(maxsize=1_000)
def _called(name: str) -> re.Pattern[str]:
    return re.compile(re.escape(name), re.IGNORECASE)


@lru_cache(maxsize=1_000)
def _of_maker(name: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(name)}(?:'s|’s)? {_OF_MAKERS}\b", re.IGNORECASE)


def _composed(text: str, reading: _Reading) -> bool:
    components = composition(text)
    if not components:
        shares = overfull(text)
        if shares:
            _doubt(text, shares, "description", reading)
        return bool(shares)
    known = next(
        (one for one in reading.known if one.name == "material" and one.field.startswith(("attributes", "options"))),
        None,
    )
    if known is not None and isinstance(known.value, tuple):
        told = {share.material.en for component in components for share in component.shares}
        if not all(any(share.material.en in one or one in share.material.en for one in told) for share in known.value):
            # The fields say another thing than the text does: the fields hold.
            return True
    reading.add("composition", tuple(components), text, "description")
    return True


def _colored(text: str, reading: _Reading) -> bool:
    found = _COLOR_SAID.match(text)
    if found is None:
        return False
    if not reading.has("color"):
        reading.add("color", found[1].strip(), found[1].strip(), "description")
    return True


def _made(text: str, reading: _Reading) -> bool:
    found = _MADE_IN.match(text)
    if found is None:
        return False
    where = found[1].strip()
    if not known_place(where) and (not where[:1].isupper() or len(where.split()) > 3):
        return False
    if not reading.has("origin"):
        reading.add("origin", where, text, "description")
    return True


def _cared(text: str, reading: _Reading) -> bool:
    if not _CARE_WORDS.search(text) or len(text) > _LONGEST_VALUE or praise(text, reading.spoken or "en"):
        return False
    clauses = [clause for clause in re.split(r"\s*[,;.]\s*", text) if clause]
    if not any(_CARE_WORDS.search(clause) for clause in clauses[:1]) and len(clauses) < 2:
        return False
    if any(one.name == "care" for one in reading.known):
        return any(folded(one.text).strip(" .") == folded(text) for one in reading.known if one.name == "care")
    reading.add("care", text, text, "description")
    return True


def _worn_by(text: str, reading: _Reading) -> bool:
    found = re.fullmatch(r"(?:cut|made|designed|geschnitten) (?:for|für) (\w+)", text, re.IGNORECASE)
    if found is None or audience(found[1]) is None:
        return False
    reading.add("audience", found[1], text, "description")
    return True


_FACTS: Final[Sequence[Callable[[str, _Reading], bool]]] = (_composed, _colored, _made, _worn_by, _cared)


def _labeled_list(text: str, reading: _Reading) -> bool:
    """A line such as `Material oak; width 40 cm; cable 1.5 m`, most parts of which begin with a label that is known."""
    parts = [part.split() for part in text.split(";") if part.strip()]
    places = [_label_of(words) for words in parts]
    known = sum(map(bool, places))
    if known < _FEWEST_LABELED or known * 2 < len(parts):
        return False
    if any(not width and not 2 <= len(words) <= _MOST_UNLABELED for width, words in zip(places, parts, strict=True)):
        return False
    for width, words in zip(places, parts, strict=True):
        name, value = " ".join(words[: width or 1]), " ".join(words[width or 1 :])
        if not _NO_FACTS.fullmatch(name):
            _specified(_label(name), value, "description", reading)
        elif audience(value):
            reading.add("audience", value, value, "description")
    return True


def _label_of(words: Sequence[str]) -> int:
    """With how many words a part begins that are a label, and are not all of it."""
    return next((n for n in (3, 2, 1) if len(words) > n and folded(" ".join(words[:n])) in labels()), 0)


def _weights(source: Mapping[str, Any], reading: _Reading) -> None:
    grams = {variant.get("grams") for variant in source.get("variants") or ()}
    if len(grams) == 1 and isinstance((one := grams.pop()), (int, float)) and one > 0 and not reading.has("weight"):
        reading.add("shipping_weight", float(one), f"{one:g} g", "variants.grams")


def _name(title: str, reading: _Reading) -> str:
    """A title without the color and the size that an option says as well."""
    said = {folded(one.text) for one in reading.known if one.name in ("color", "size")}
    found = re.fullmatch(r"(.+?)\s+(?:in|[-–—|/]|,)\s*([^,|–—]+)", title)
    while found is not None and found[1].strip() and (folded(found[2]) in said or folded(found[2]) in colors()):
        title = found[1].strip(" ,-–—|/")
        found = re.fullmatch(r"(.+?)\s+(?:in|[-–—|/]|,)\s*([^,|–—]+)", title)
    return title


def _pictures(source: Mapping[str, Any], reading: _Reading) -> Iterator[Picture]:
    """The pictures with what is known of each: a variant's picture shows its color, a file's name or an old text may say the rest."""
    shown = [one.text for one in reading.known if one.name == "color"]
    of_variants = _of_variants(source)
    for number, image in enumerate(source.get("images") or (), 1):
        if not isinstance(image, Mapping):
            continue
        src, alt = str(image.get("src") or ""), tidy(str(image.get("alt") or ""))
        file = _words(re.sub(r"\?.*", "", src).rpartition("/")[2].rpartition(".")[0])
        color = shown[0] if len(shown) == 1 else _color_of(shown, alt, file, of_variants.get(src, set()))
        said = _words(alt) if len(alt) < 80 else set()
        view = next((one for one in _VIEWS if one in said), None) or next((one for one in _VIEWS if one in file), None)
        yield Picture(number, alt, color, view)


def _of_variants(source: Mapping[str, Any]) -> dict[str, set[str]]:
    """The colors of the variants that have a picture, by its address."""
    found: dict[str, set[str]] = {}
    for variant in source.get("variants") or ():
        color = next((str(value) for name, value in (variant.get("options") or {}).items() if _is_color(name)), "")
        if variant.get("image") and color:
            found.setdefault(str(variant["image"]), set()).add(folded(color))
    return found


def _color_of(shown: Sequence[str], alt: str, file: set[str], of_variant: set[str]) -> str | None:
    """Which of several colors a picture shows: its variant's, that which its old text is, that which its file's name has."""
    sure = [one for one in shown if folded(one) in of_variant] if len(of_variant) == 1 else []
    sure += [one for one in shown if folded(one) == folded(alt)]
    if sure:
        return sure[0]
    inside = [one for one in shown if _words(one) and _words(one) <= file]
    return max(inside, key=len) if inside else None


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", folded(text)))


def _is_color(option: str) -> bool:
    label = labels().get(folded(option))
    return label is not None and label.name == "color"


def _cleaned(source: Mapping[str, Any], title: str, reading: _Reading) -> dict[str, Any]:
    """The record without what is no fact: of its text what was kept, of its attributes those that say something of the thing."""
    clean = {key: value for key, value in source.items() if key in ("vendor", "type")}
    clean["title"] = title
    clean["description"] = "\n".join(reading.kept)
    clean["attributes"] = {
        name: given
        for name, given in (source.get("attributes") or {}).items()
        if not no_fact(name) and not _NO_FACTS.fullmatch(name) and not addressed(f"{name}: {_value(given)[0]}")
    }
    tags = map(str, source.get("tags") or ())
    clean["tags"] = ", ".join(tag for tag in tags if _TAG.fullmatch(tag) and not addressed(tag))
    return clean


def _grounds(clean: Mapping[str, Any], source: Mapping[str, Any], reading: _Reading) -> Iterator[claims.Fact]:
    """The facts that texts are checked against, each once: what all variants say is one fact, not one for each of them."""
    yield from claims.facts_of(clean)
    for name, values in _choices(source).items():
        yield claims.Fact(f"options.{name}", "; ".join(values), "; ".join(values))
        if len(values) > 1:
            yield claims.Fact(f"options.{name}", len(values), f"{len(values)} {name}")
    said: set[str] = set()
    for variant in source.get("variants") or ():
        currency = str(variant.get("currency") or "EUR")
        told = {
            f"{decimal(variant[name], currency)} {currency}": name
            for name in ("price", "compare_at")
            if _amount(variant, name)
        }
        if isinstance(variant.get("grams"), (int, float)) and variant["grams"]:
            told[f"{variant['grams']:g} g"] = "grams"
        for text, name in told.items():
            if text not in said:
                said.add(text)
                yield claims.Fact(f"variants.{name}", text, text)
    yield from _said_plainly(reading)


def _amount(variant: Mapping[str, Any], name: str) -> bool:
    value = variant.get(name)
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _choices(source: Mapping[str, Any]) -> dict[str, list[str]]:
    """The values of each option, in order."""
    found: dict[str, list[str]] = {}
    for variant in source.get("variants") or ():
        for name, value in (variant.get("options") or {}).items():
            values = found.setdefault(str(name), [])
            if value and str(value) not in values and folded(str(value)) not in _DEFAULT and not addressed(str(value)):
                values.append(str(value))
    return {name: values for name, values in found.items() if values}


def _said_plainly(reading: _Reading) -> Iterator[claims.Fact]:
    """Facts whose field holds them in another form than texts do: `TR` is made in Turkey, 57/58 are two numbers."""
    chosen = [one.text for one in reading.known if one.name == "size"]
    alike = shown(chosen)
    if alike != chosen:
        yield claims.Fact("options.size", "; ".join(alike), "; ".join(alike))
    sizes = "; ".join(chosen)
    numbers = [*re.findall(r"\d+/\d+", sizes), *re.findall(r"\d+(?:[.,]\d+)?", sizes)]
    if numbers:
        yield claims.Fact("choices", "; ".join(numbers), "; ".join(numbers))
    for one in reading.known:
        if one.name == "origin" and one.field.startswith("attributes") and known_place(one.text):
            said = f"Made in {place(one.text, 'en')}"
            yield claims.Fact(one.field, said, said)


def _needs(family: str, kind: Kind | None, reading: _Reading) -> Iterator[Need]:
    names = {one.name for one in reading.known}
    text = " ".join([*reading.kept, *(one.text for one in reading.known)])
    wanted = needs().get(kind.name) or needs().get(kind.name.split()[-1]) if kind else None
    for fact, why in wanted or needs().get(family, needs()["generic"]):
        stated = names & _STATED.get(fact, frozenset([fact]))
        pattern = _STATED_IN.get(fact)
        said = stated or (pattern is not None and pattern.search(text)) or (fact == "material" and _materials_in(text))
        if fact in reading.doubts or not said:
            missing = reading.doubts.get(fact, "and nothing here says it")
            yield Need(fact=fact, why=f"Buyers ask {why}, {missing}.", field=f"attributes.{fact}")


def _materials_in(text: str) -> bool:
    """Whether a text names a material, in one word or in up to three."""
    words = re.findall(r"[^\W\d_]+", folded(text))
    phrases = (" ".join(words[at : at + width]) for width in (1, 2, 3) for at in range(len(words) - width + 1))
    return any(phrase in materials() and phrase not in colors() for phrase in phrases)

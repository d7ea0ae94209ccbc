"""A product's texts in all its languages, side by side: as they are now, and as open changes would make them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import nh3

from weft.store.fields import words

_OWN: Final = ("title", "description", "attributes.bullets", "seo_title", "seo_description", "type")
_ALT: Final = re.compile(r"images\.(\d+)\.alt")
_TAGS: Final = {"p", "br", "ul", "ol", "li", "h2", "h3", "h4", "strong", "em", "b", "i", "dl", "dt", "dd"} | {
    *("table", "thead", "tbody", "tr", "th", "td", "span", "div"),
}
_ORDER: Final = ("title", "description", "bullets", "seo_title", "seo_description", "type")
_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Cell:
    """One text in one language: what the field holds, and the open change of it if there is one."""

    field: str
    now: str
    change: Mapping[str, Any] | None

    @property
    def then(self) -> str:
        """What the field would hold after the open change."""
        return words(self.change["after"]) if self.change is not None else self.now


@dataclass(frozen=True, slots=True)
class Row:
    """One text of the product: `cells` has one for each column, in their order."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """The columns, "" for the product's own language, and the texts."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def as_read(text: str) -> str:
    """A text as safe HTML without pictures, links and styles, as a shopper would read it."""
    if not _MARKUP.search(text):
        return "<br>".join(nh3.clean_text(line) for line in text.splitlines())
    return nh3.clean(text, tags=_TAGS, attributes={}, link_rel=None)


def side_by_side(product: Mapping[str, Any], open_changes: Iterable[Mapping[str, Any]]) -> Sides | None:
    """A product's texts by language; None where there is but one language and nothing is proposed for its texts."""
    changes = {change["field"]: change for change in open_changes}
    own = _own(product)
    translated = dict[str, dict[str, str]]()
    for language, texts in (product.get("translations") or {}).items():
        translated[language] = {name: words(text) for name, text in texts.items()}
    for field in changes:
        family, _, rest = field.partition(".")
        if family == "translations":
            translated.setdefault(rest.partition(".")[0], {})
    if not translated and not any(field in changes for field in own):
        return None
    columns = ("", *sorted(translated))
    names = [_name(field) for field in own] + [name for texts in translated.values() for name in texts]
    names += [field.split(".", 2)[2] for field in changes if field.startswith("translations.")]
    rows = [Row(name, _cells(name, columns, product, own, translated, changes)) for name in _ordered(names)]
    return Sides(columns, tuple(row for row in rows if any(cell.now or cell.change for cell in row.cells)))


def _own(product: Mapping[str, Any]) -> dict[str, str]:
    """The product's own texts that `write` and `translate` are about, by field."""
    attributes = product.get("attributes") or {}
    own = {name: words(product.get(name)) for name in _OWN if not name.startswith("attributes.")}
    own["attributes.bullets"] = _lines(_value(attributes.get("bullets")))
    for place, image in enumerate(product.get("images") or (), 1):
        own[f"images.{place}.alt"] = words(image.get("alt"))
    return own


def _cells(
    name: str,
    columns: Sequence[str],
    product: Mapping[str, Any],
    own: Mapping[str, str],
    translated: Mapping[str, Mapping[str, str]],
    changes: Mapping[str, Mapping[str, Any]],
) -> tuple[Cell, ...]:
    cells = []
    for language in columns:
        field = f"translations.{language}.{name}" if language else _field(name)
        now = translated[language].get(name, "") if language else own.get(field) or _said(product, name)
        cells.append(Cell(field, now, changes.get(field)))
    return tuple(cells)


def _name(field: str) -> str:
    """How a translation of the field is called."""
    alt = _ALT.fullmatch(field)
    return (
        f"image_{alt[1]}_alt" if alt else field.removeprefix("attributes.") if field == "attributes.bullets" else field
    )


def _field(name: str) -> str:
    """The product's own field of which a translation is so called."""
    alt = re.fullmatch(r"image_(\d+)_alt", name)
    return f"images.{alt[1]}.alt" if alt else "attributes.bullets" if name == "bullets" else name


def _said(product: Mapping[str, Any], name: str) -> str:
    """What the product itself says where a translation is of an attribute, an option or one of its values."""
    family, _, rest = name.partition(".")
    if family == "attributes":
        return words(_value((product.get("attributes") or {}).get(rest)))
    if family == "options":
        return rest
    return rest.partition(".")[2] if family == "values" else ""


def _value(fact: Any) -> Any:
    return fact["value"] if isinstance(fact, Mapping) and "value" in fact else fact


def _lines(value: Any) -> str:
    return "\n".join(words(one) for one in value) if isinstance(value, list) else words(value)


def _ordered(names: Iterable[str]) -> list[str]:
    """Each name once: the great texts first, then the others as they came."""
    once = list(dict.fromkeys(names))
    return sorted(once, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))

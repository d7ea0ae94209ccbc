"""What is read of a product to place it: its texts as words and as pieces of words."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SILENT: Final = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
# Without "<" inside, a text of many open brackets is still read in one go.
_TAG: Final = re.compile(r"<[^<>]*>")
_DIGIT: Final = re.compile(r"\d")
_WORD: Final = re.compile(r"[^\W_]+")
_HTML_READ: Final = 20_000
_TEXT_READ: Final = 2_000
_TITLE_READ: Final = 500
_TAGS_READ: Final = 50
_WORD_LENGTH: Final = 40
# From here on lie the scripts that write words without blanks: kana, Han, Hangul.
DENSE: Final = "\u2e80"


@dataclass(frozen=True, slots=True)
class Listing:
    """A product's texts; the description may be HTML."""

    title: str
    description: str = ""
    vendor: str = ""
    type: str = ""
    tags: tuple[str, ...] = ()


def words(text: str) -> list[str]:
    """The words of a text in small letters, compatibility forms folded."""
    return [word[:_WORD_LENGTH] for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower())]


def seen(description: str) -> str:
    """The beginning of a description as its reader sees it, at most 2,000 characters."""
    text = description[:_HTML_READ]
    if "<" in text:
        text = _TAG.sub(" ", _SILENT.sub(" ", text))
    return html.unescape(text)[:_TEXT_READ] if "&" in text else text[:_TEXT_READ]


def title_words(listing: Listing) -> list[str]:
    """The words of the title."""
    return words(listing.title[:_TITLE_READ])


def type_words(listing: Listing) -> list[str]:
    """The words of the business's own type."""
    return words(listing.type[:_TITLE_READ])


def marks(listing: Listing) -> Iterator[str]:
    """The type, the tags and the vendor, each as one term that no word is equal to."""
    if listing.type.strip():
        yield "type:" + " ".join(type_words(listing))
    if listing.vendor.strip():
        yield "vendor:" + " ".join(words(listing.vendor[:_TITLE_READ]))
    for tag in listing.tags[:_TAGS_READ]:
        if tag.strip():
            yield "tag:" + " ".join(words(tag[:_TITLE_READ]))


def pieces(word: str) -> Iterator[str]:
    """The runs of three to five characters of a word between blanks; one to three where words are written densely.

    A model's number speaks by its form too: `kfl42vf30` also as `kfl00vf00`, in which its series are alike.
    """
    if word > DENSE:
        yield from _runs(word, 1, 3)
        return
    yield from _runs(f" {word} ", 3, 5)
    form = _DIGIT.sub("0", word)
    if form != word and not word.isdigit():
        yield from _runs(f" {form} ", 3, 5)


def _runs(text: str, shortest: int, longest: int) -> Iterator[str]:
    for length in range(shortest, longest + 1):
        for start in range(max(1, len(text) - length + 1)):
            yield text[start : start + length]

"""A grammar small enough to be read: messages with places for figures, names and other phrases, in the words of a language.

`{revenue}` is the place of a figure, a name or a phrase; `{orders|order|orders}` a count with its noun in the right number, the
forms in the order in which the language's plural rules name them (one, other). A phrase keeps the ids of the figures in it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from babel import Locale
from babel.lists import format_list

from weft.skills.analyze import Figure, Language, Sentence
from weft.skills.analyze.report import chinese, english, german
from weft.skills.analyze.report.figures import Book

Slot = Figure | Sentence | str
_MESSAGES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": english.MESSAGES,
    "de": german.MESSAGES,
    "zh": chinese.MESSAGES,
}
_PLACE: Final = re.compile(r"\{(\w+)(?:\|([^}]*))?\}")
_FORMS: Final = ("zero", "one", "two", "few", "many", "other")


class Words:
    """Says what a report has to say in the language of its figures."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._messages = _MESSAGES[book.language]

    def say(self, key: str, **slots: Slot) -> Sentence:
        """A message with its places filled; raises KeyError for a message or a place that there is not."""
        used: list[str] = []

        def filled(place: re.Match[str]) -> str:
            name, forms = place[1], place[2]
            slot = slots[name]
            if isinstance(slot, Sentence):
                used.extend(slot.figures)
                return slot.text
            if isinstance(slot, Figure):
                used.append(slot.id)
                return slot.says if forms is None else self._counted(slot, forms.split("|"))
            return slot

        text = _PLACE.sub(filled, self._messages[key])
        return Sentence(text=text, figures=list(dict.fromkeys(used)))

    def has(self, key: str) -> bool:
        """Whether there is a message of that name."""
        return key in self._messages

    def word(self, key: str) -> str:
        """A message without places."""
        return self._messages[key]

    def listed(self, phrases: Sequence[Sentence]) -> Sentence:
        """Phrases as a list: a, b and c."""
        figures = [one for phrase in phrases for one in phrase.figures]
        text = format_list([phrase.text for phrase in phrases], locale=self.book.locale)
        return Sentence(text=str(text), figures=list(dict.fromkeys(figures)))

    def quoted(self, name: str) -> str:
        """A name between the language's marks."""
        return self._messages["quoted"].replace("{name}", " ".join(name.split()))

    def named(self, dimension: str, name: str) -> str:
        """A member as people say it: of a path of categories the last."""
        return (name.split(" > ")[-1].strip() or name) if dimension == "category" else name

    def country(self, code: str) -> str:
        """A country's name by its code; what is no code stays as it is."""
        return str(self.book.locale.territories.get(code.upper(), code)) if len(code) == 2 else code

    def where(self, dimension: str, name: str, lies: bool = False) -> Sentence:
        """A place, as a sentence says it: in Germany, in the category “Kitchen”; `lies`, as what lies there and is not of it."""
        if not name:
            return self.say("where.none", dimension=self.dimension(dimension))
        told = self.country(name) if dimension == "country" else self.quoted(self.named(dimension, name))
        key = f"lies.{dimension}" if lies and self.has(f"lies.{dimension}") else f"where.{dimension}"
        if not self.has(key):
            return self.say("where.other", dimension=self.dimension(dimension), name=told)
        return self.say(key, name=told)

    def dimension(self, name: str) -> str:
        """A dimension's name."""
        key = f"dimension.{name}"
        return self._messages[key] if key in self._messages else name.replace("_", " ")

    def _counted(self, figure: Figure, forms: Sequence[str]) -> str:
        value = figure.value if isinstance(figure.value, int | float) else 0
        rule = _rule(self.book.locale, value)
        noun = forms[0] if rule == "one" and len(forms) > 1 else forms[-1]
        return f"{figure.says}{noun}" if self.book.language == "zh" else f"{figure.says}\u00a0{noun}"


def _rule(locale: Locale, value: float) -> str:
    return str(locale.plural_form(abs(value)))

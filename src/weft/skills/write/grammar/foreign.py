"""What is put into another language word by word, because a list has it in both: features, care, labels, values. The rest is left out."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from weft.skills.write.brief import Known
from weft.skills.write.grammar.figures import figure
from weft.skills.write.grammar.measures import System, in_system
from weft.skills.write.grammar.telling import Telling
from weft.skills.write.lexicon import care, colors, features, folded, label_of, materials, number_in, values
from weft.skills.write.sentences import clauses, negated

_MEASURE: Final = re.compile(
    r"[-+]?\d+(?:[.,]\d+)?(?:\s?[x×-]\s?\d+(?:[.,]\d+)?)*\s?(?:[^\W\d_]{1,4}|\"|″|%|°\s?[CF]|g/m²|fl oz|IP\d+|E\d\d)?|IP\d\d|E\d\d"
)
_MOST: Final = 10
_CLAUSE: Final = re.compile(r"\s*[,;:.()]\s*|\s+(?:with|and|mit|und)\s+(?!zip fly|hem\b|saum|gerippte|knopf|ösen|eye)")
_WHERE: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "at",
        "in",
        "on",
        "front",
        "back",
        "side",
        "sides",
        "exterior",
        "outer",
        "vorne",
        "vorn",
        "hinten",
        "der",
        "die",
        "das",
        "im",
        "am",
        "ein",
        "eine",
    ]
)


def features_in(sentences: Iterable[str], spoken: str | None, language: str) -> list[str]:
    """The features that sentences in another language name and that a list has in this one; denied ones are left out."""
    found: list[str] = []
    source = "de" if spoken == "de" else "en"
    for sentence in sentences:
        if negated(sentence):
            continue
        for clause in _CLAUSE.split(sentence):
            said = _feature(clause, source, language)
            if said and said not in found:
                found.append(said)
    return found[:_MOST]


def _feature(clause: str, source: str, language: str) -> str:
    """The feature that a clause names, if that is all it says: `waterproof underneath` is not waterproof."""
    words = [word for word in re.findall(r"[\w'-]+", clause.casefold()) if word not in _WHERE]
    best, width = "", 0
    for phrase in features():
        pattern = phrase.patterns.get(source)
        match = pattern.search(clause) if pattern else None
        if match is None or len(match[0]) <= width:
            continue
        covered = [word for word in re.findall(r"[\w'-]+", match[0].casefold()) if word not in _WHERE]
        if len(covered) * 4 >= len(words) * 3:
            number = next((group for group in match.groups() if group), None)
            best = phrase.word.of(language).replace("#", number_in(number, source, language) if number else "")
            width = len(match[0])
    return best[:1].upper() + best[1:]


def care_in(texts: Sequence[str], language: str) -> list[str]:
    """Care instructions in another language; a text of which one instruction is not known is left out as a whole."""
    found = []
    for text in texts:
        said = []
        for clause in clauses(text):
            matches = ((phrase, pattern.fullmatch(clause)) for phrase in care() for pattern in phrase.patterns.values())
            phrase, match = next(((phrase, match) for phrase, match in matches if match), (None, None))
            if phrase is None or match is None:
                break
            number = next((group for group in match.groups() if group), "")
            said.append(phrase.word.of(language).replace("#", number))
        else:
            joined = ", ".join(said)
            found.append(joined[:1].upper() + joined[1:])
    return found


def label_in(known: Known, language: str, own: bool) -> str:
    """A specification's label in a language; empty where it has none there."""
    label = label_of(known.name)
    if label is not None:
        return label.word.of(language)
    return known.label if own else ""


def value_in(text: str, language: str, own: bool, system: System = "") -> str:
    """A specification's value in a language: as it is in its own, else if it is a measure or a word that a list has.

    A measure is put into the units of the market's system.
    """
    if own:
        return text[:1].upper() + text[1:] if text[:1].islower() and " " not in text[:2] and len(text) > 3 else text
    parts = [part.strip() for part in re.split(r"\s*,\s+", text)]
    said = []
    for part in parts:
        if _MEASURE.fullmatch(part):
            said.append(figure(in_system(part, system), language))
            continue
        word = values().get(folded(part)) or materials().get(folded(part)) or colors().get(folded(part))
        if word is None:
            return ""
        said.append(word.of(language))
    shown = ", ".join(said)
    return shown[:1].upper() + shown[1:]


_ELSEWHERE: Final = frozenset(["color", "size", "material", "composition", "care", "origin", "feature", "audience"])


def specified(told: Telling, language: str) -> list[tuple[str, str, str]]:
    """The further specifications in a language: name, label, value; what that language has no words for is left out."""
    found = []
    for one in told.brief.known:
        if one.name in _ELSEWHERE or one.name == "shipping_weight":
            continue
        label = label_in(one, language, told.own)
        value = value_in(one.text, language, told.own, told.units)
        if label and value:
            found.append((one.name, label, value))
    for one in told.brief.known:
        if one.name == "shipping_weight":
            weight = "Shipping weight" if language == "en" else "Versandgewicht"
            found.append((one.name, weight, figure(one.text, language, grams=True)))
    return found

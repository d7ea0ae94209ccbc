"""What is put into another language word by word, because a list has it in both: features, care, labels, values. The rest is left out."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from weft.skills.write.brief import Known
from weft.skills.write.grammar.figures import figure
from weft.skills.write.lexicon import care, colors, features, folded, label_of, materials, number_in, values
from weft.skills.write.reading import clauses, negated

_MEASURE: Final = re.compile(
    r"[-+]?\d+(?:[.,]\d+)?(?:\s?[x×-]\s?\d+(?:[.,]\d+)?)*\s?(?:[^\W\d_]{1,4}|\"|″|%|°\s?[CF]|g/m²|fl oz|IP\d+|E\d\d)?|IP\d\d|E\d\d"
)
_MOST: Final = 10


def features_in(sentences: Iterable[str], spoken: str | None, language: str) -> list[str]:
    """The features that sentences in another language name and that a list has in this one; denied ones are left out."""
    found: list[str] = []
    taken: list[str] = []
    source = "de" if spoken == "de" else "en"
    for sentence in sentences:
        if negated(sentence):
            continue
        rest = sentence
        for phrase in features():
            pattern = phrase.patterns.get(source)
            match = pattern and re.search(rf"(?<![\w-])(?:{pattern.pattern})(?![\w-])", rest, re.IGNORECASE)
            if not match:
                continue
            number = next((group for group in match.groups() if group), None)
            said = phrase.word.of(language).replace("#", number_in(number, source, language) if number else "")
            rest = rest[: match.start()] + " ; " + rest[match.end() :]
            if said not in taken:
                taken.append(said)
                found.append(said[:1].upper() + said[1:])
    return found[:_MOST]


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


def value_in(text: str, language: str, own: bool) -> str:
    """A specification's value in a language: as it is in its own, else if it is a measure or a word that a list has."""
    if own:
        return text[:1].upper() + text[1:] if text[:1].islower() and " " not in text[:2] and len(text) > 3 else text
    parts = [part.strip() for part in re.split(r"\s*,\s+", text)]
    said = []
    for part in parts:
        if _MEASURE.fullmatch(part):
            said.append(figure(part, language))
            continue
        word = values().get(folded(part)) or materials().get(folded(part)) or colors().get(folded(part))
        if word is None:
            return ""
        said.append(word.of(language))
    shown = ", ".join(said)
    return shown[:1].upper() + shown[1:]

"""What Qwen-MT is asked: one message of the user that is the text, no system message, and all else as `translation_options`.

Its models translate and follow no instructions: terms, pairs to go by, and the domain are options of the request beside the
OpenAI protocol (Alibaba Cloud Model Studio, "Qwen-MT API reference"). Languages are said by their English names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Pair = tuple[str, str]
_MOST_TERMS: Final = 50
_MOST_PAIRS: Final = 10
_MOST_DOMAIN: Final = 1_000


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to translate, the terms that bind in it, and the pairs that come near it: source and target each."""

    text: str
    terms: Sequence[Pair] = ()
    pairs: Sequence[Pair] = ()


@dataclass(frozen=True, slots=True)
class Translation:
    """What a question asks a model that only translates, in place of its messages.

    `passages` answers those still to be translated, by name; `answer` makes the answer that the question wants of their
    translations. Languages are English names ("German"), `domain` is a sentence in English on what the texts are.
    """

    source: str
    target: str
    passages: Callable[[], Mapping[str, Passage]]
    answer: Callable[[Mapping[str, str]], Mapping[str, Any]]
    domain: str = ""


def body(asked: Translation, passage: Passage) -> dict[str, Any]:
    """The request for one passage, without its model."""
    options: dict[str, Any] = {"source_lang": asked.source or "auto", "target_lang": asked.target}
    if passage.terms:
        options["terms"] = _pairs(passage.terms[:_MOST_TERMS])
    if passage.pairs:
        options["tm_list"] = _pairs(passage.pairs[:_MOST_PAIRS])
    if asked.domain:
        options["domains"] = asked.domain[:_MOST_DOMAIN]
    return {"messages": [{"role": "user", "content": passage.text}], "translation_options": options}


def _pairs(pairs: Sequence[Pair]) -> list[dict[str, str]]:
    return [{"source": source, "target": target} for source, target in pairs]

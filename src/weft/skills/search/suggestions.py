"""The skill `suggest`: what is being typed finished from the catalog's own words, categories and products."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from weft.business import Business
from weft.index import keeping
from weft.index.card import amount
from weft.index.finding import Shelf
from weft.index.sought import Sought, Weights
from weft.index.words import folded
from weft.skills.search import Named, Section, Suggest, Suggestions, rules
from weft.skills.search.synonyms import Synonyms
from weft.skills.search.understanding import cleaned, understood

_WORD: Final = re.compile(r"[^\W_]+")
_WEIGHTS: Final = replace(Weights(), meaning=0.0, whole=0.0, candidates=50)


def suggested(asked: Suggest, business: Business) -> Suggestions:
    """What was typed may become this; nothing for nothing. Raises NotReady where there is no index yet."""
    shelf = keeping.shelf(business.database, business.uid, business.id, business.catalog).shelf
    policy = rules.policy(business, shelf)
    text = cleaned(asked.query)
    if not text:
        return Suggestions()
    told = understood(text, shelf, typing=True, synonyms=policy.synonyms)
    ruled = rules.applied(policy, [told.query], {}, shelf, browsing=False)
    conditions = (shelf.on_show(), *(one.condition for one in told.constraints), *ruled.hidden)
    query = shelf.matching(Sought(tuple(told.parts), conditions), _WEIGHTS)
    found = shelf.ranked(
        query, Sought(tuple(told.parts)), _WEIGHTS, {}, asked.limit, lift=ruled if ruled.lifts else None
    )
    found = found[: asked.limit]
    products = []
    for one in found:
        tale = {**shelf.told(one), **(query.fitting.told(one.place) if query.fitting is not None else {})}
        price = amount(tale.get("low"), tale.get("currency"))
        products.append(Named(id=tale["id"], title=tale["title"], image=tale.get("image"), price=price))
    return Suggestions(
        queries=_queries(text, shelf, policy.synonyms, [one.title for one in products], asked.limit),
        categories=_categories(text, shelf, asked.limit),
        products=products,
    )


def _queries(text: str, shelf: Shelf, synonyms: Synonyms, titles: Sequence[str], limit: int) -> list[str]:
    """What was typed with its last word finished, and with the word that often follows.

    Where words seldom stand together, the last one is finished as in the `titles` that were found.
    """
    typed = folded(text)
    before, _, last = typed.rpartition(" ")
    start = f"{before.rpartition(' ')[0]} ".lstrip() if before else ""
    pair = f"{before.rpartition(' ')[2]} {last}".strip()
    found = [f"{start}{phrase}" for phrase in shelf.spelling.phrases_beginning(pair, limit)]
    if not before:
        words = [word for word in shelf.spelling.beginning(last, limit) if not word.isdigit()]
        found = [*words[: max(limit // 2, 1)], *found, *words]
    else:
        counted = Counter(word for title in titles for word in {*_WORD.findall(folded(title))})
        begun = [word for word, _ in counted.most_common() if word.startswith(last) and len(word) > len(last)]
        found += [f"{before} {word}" for word in begun]
    known = synonyms.suggested(typed, datetime.now(UTC), max(limit // 3, 1))
    found = [*found[: limit - len(known)], *known, *found]
    return [one for one in dict.fromkeys(found) if one][:limit]


def _categories(text: str, shelf: Shelf, limit: int) -> list[Section]:
    typed = folded(text)
    found: dict[str, Section] = {}
    for name in ("category", "type"):
        for value, count in shelf.commonest.get(name, {}).items():
            if any(word.startswith(typed) for word in _beginnings(folded(value))):
                there = found.get(value)
                if there is None or there.count < count:
                    found[value] = Section(name=name, value=value, count=count)
    return sorted(found.values(), key=lambda one: (-one.count, one.value))[:limit]


def _beginnings(text: str) -> list[str]:
    """A text from each of its words on."""
    words = text.replace(">", " ").split()
    return [" ".join(words[place:]) for place in range(len(words))]

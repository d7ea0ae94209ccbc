"""The skill `search`: a query understood, products found, ranked and counted, and each hit told."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from weft.business import Business
from weft.errors import InputError, NotFound
from weft.index import card, filters, finding, keeping
from weft.index.entry import code
from weft.index.finding import Found, Part, Shelf, Sought, Weights
from weft.index.keeping import Kept
from weft.index.words import folded
from weft.skills.search import (
    Demand,
    Explanation,
    Hit,
    Moved,
    Read,
    Results,
    Ruling,
    Search,
    Understanding,
    Value,
    rules,
)
from weft.skills.search.constraints import Constraint
from weft.skills.search.reranking import Reranking
from weft.skills.search.rules import Applied, Policy
from weft.skills.search.understanding import Understood, understood
from weft.store.merchandising import Rule

_FACETS_SHOWN: Final = 12
_VALUES_SHOWN: Final = 50
_COVERED: Final = 0.05
_BODY_SHOWN: Final = 240
_FEW: Final = 3
_VERBS: Final = {"number": "is", "details": "say"}
_SORTED: Final[Mapping[str, tuple[str, bool]]] = {
    "price": ("low", True), "-price": ("high", False), "title": ("name", True), "-title": ("name", False),
    "stock": ("stock", True), "-stock": ("stock", False),
}  # fmt: skip


def searched(asked: Search, business: Business) -> Results:
    """The answer to a search; raises NotReady where there is no index yet, InputError for a filter of nothing's."""
    kept = keeping.shelf(business.database, business.uid, business.id, business.catalog, business.models)
    return found_by(asked, kept, rules.policy(business, kept.shelf))


def found_by(asked: Search, kept: Kept, policy: Policy) -> Results:
    """The answer to a search in an index under some rules and dials."""
    shelf, weights = kept.shelf, finding.weights()
    told = understood(asked.query, shelf, asked.without, typing=asked.typing, synonyms=policy.synonyms)
    spelt = [told.query, *([told.corrected] if told.corrected else [])]
    ruled = rules.applied(policy, spelt, asked.filters, shelf, browsing=not told.parts and asked.like is None)
    if asked.stock == "any":
        weights = replace(weights, out=1.0)
    conditions = [
        shelf.on_show(),
        *(one.condition for one in told.constraints),
        *filters.conditions(asked.filters, asked.exclude, shelf),
        *([shelf.available()] if asked.stock == "hide" else []),
        *ruled.hidden,
    ]
    vector = kept.meaning(told.described) if told.described and told.parts else None
    sought = Sought(tuple(told.parts), tuple(conditions), vector)
    if asked.like is not None:
        sought = _alike(asked.like, sought, shelf)
    near = shelf.near(sought, weights)
    sought, query, total = _relaxed(sought, shelf, weights, list(near))
    if ruled.pins and asked.sort == "relevance" and asked.like is None:
        sought = replace(sought, pinned=ruled.pinned(conditions))
        query = shelf.matching(sought, weights, list(near))
        total = shelf.count(query)
    ranking = Reranking(kept, told.described if told.parts else "", weights)
    found, query, total = _page(asked, query, sought, shelf, weights, near, total, ruled, ranking)
    tales = [shelf.told(one) for one in found]
    facets = _facets(asked, query, shelf, total)
    hits = [_hit(one, tale, told, asked, shelf, weights, ruled) for one, tale in zip(found, tales, strict=True)]
    ranking.told(found, hits)
    understanding = _understanding(told, sought, tales, shelf, vector is not None)
    understanding.reranked = ranking.model
    return Results(
        hits=hits,
        total=total,
        facets=facets,
        price_range=_price_range(query, shelf) if asked.facets is None or "price" in asked.facets else None,
        understood=understanding,
        did_you_mean=told.corrected,
        redirect=ruled.redirect,
        rules=[_ruling(rule) for rule in [*ruled.rules, *told.rules]] if asked.explain else [],
    )


def _ruling(rule: Rule) -> Ruling:
    return Ruling(id=rule.id, kind=rule.kind, name=rule.name, says=rule.says, searches=rule.for_)


def _alike(product: str, sought: Sought, shelf: Shelf) -> Sought:
    """What is looked for when others like a product are."""
    found = shelf.by_id(product)
    if found is None:
        raise NotFound(f"There is no product {product!r} in the index.")
    like = shelf.like(found)
    other = shelf.unless(shelf.named([product]))
    return replace(
        sought,
        parts=sought.parts or like.parts,
        conditions=(*sought.conditions, other),
        meaning=sought.meaning if sought.parts else like.meaning,
    )


def _relaxed(sought: Sought, shelf: Shelf, weights: Weights, near: Sequence[int]) -> tuple[Sought, Any, int]:
    """What is looked for with as few words missing as finds something, its query and how many products match."""
    needed = sum(part.needed for part in sought.parts)
    missing = needed // 3
    while True:
        sought = replace(sought, most_missing=missing)
        query = shelf.matching(sought, weights, near)
        total = shelf.count(query)
        if total >= _FEW or missing >= needed - 1:
            return sought, query, total
        missing += 1


def _page(
    asked: Search,
    query: Any,
    sought: Sought,
    shelf: Shelf,
    weights: Weights,
    near: Mapping[int, float],
    total: int,
    ruled: Applied,
    ranking: Reranking,
) -> tuple[list[Found], Any, int]:
    """The hits of the page that is asked for, the query that finds them, and how many it finds.

    By relevance, products that say less of the words are ranked too, and fill the pages that those with enough of them do not.
    """
    last = asked.offset + asked.limit
    if not asked.limit:
        return [], query, total
    if asked.sort != "relevance":
        by, rising = _SORTED[asked.sort]
        return shelf.ordered(query, by, rising=rising, most=last)[asked.offset : last], query, total
    wider = shelf.matching(replace(sought, most_missing=len(sought.parts)), weights, list(near))
    words = shelf.matching(replace(sought, pinned=()), weights)
    lift = ruled if ruled.lifts else None
    most = max(last + len(sought.pinned), ranking.most)
    ranked = shelf.ranked(wider, sought, weights, near, most, words, lift)
    found = ruled.arranged(ranking.ordered(ranked))[asked.offset : last]
    return (found, query, total) if total >= last else (found, wider, shelf.count(wider))


def _facets(asked: Search, query: Any, shelf: Shelf, total: int) -> dict[str, list[Value]]:
    if asked.facets == [] or not total:
        return {}
    wanted = asked.facets
    counted = shelf.counted(query)
    if wanted is None:
        least = max(total * _COVERED, 1)
        covered = {name: sum(counts.values()) for name, counts in counted.items()}
        told = [name for name in covered if covered[name] >= least and len(counted[name]) < max(total, 3)]
        wanted = sorted(told, key=lambda name: (name not in filters.OWN, -covered[name], name))[:_FACETS_SHOWN]
    else:
        wanted = [real for name in wanted if name != "price" for real in _real(name, shelf)]
    return {
        name: [Value(value=value, count=count) for value, count in list(counted.get(name, {}).items())[:_VALUES_SHOWN]]
        for name in wanted
    }


def _real(name: str, shelf: Shelf) -> list[str]:
    found = filters.facets(name, shelf)
    if found is None:
        raise InputError(
            f"facets: nothing in this catalog has {name!r}; there are {', '.join(sorted(shelf.state.facets)[:40])}."
        )
    return found


def _price_range(query: Any, shelf: Shelf) -> dict[str, Any] | None:
    currency = next(iter(shelf.state.currencies), None)
    found = shelf.prices(query) if currency else None
    return None if found is None else {"min": found[0], "max": found[1], "currency": currency}


def _understanding(
    told: Understood, sought: Sought, tales: Sequence[Mapping[str, Any]], shelf: Shelf, meant: bool
) -> Understanding:
    categories = [tale["category"] for tale in tales[:10] if tale.get("category")]
    commonest = max(categories, key=categories.count) if categories else None
    return Understanding(
        query=told.query,
        language=told.language,
        corrected=told.corrected,
        words=[part.text for part in told.parts if part.needed],
        constraints=[_demand(one, shelf) for one in told.constraints],
        removed=[_demand(one, shelf) for one in told.removed],
        read=[Read(word=one.word, read=one.read, why=one.why) for one in told.mended],
        category=commonest if told.parts and categories.count(commonest) * 2 > len(categories) else None,
        missing=sought.most_missing if sought.parts else 0,
        meaning=meant,
    )


def _demand(one: Constraint, shelf: Shelf) -> Demand:
    currency = next(iter(shelf.state.currencies), None) if one.kind == "price" else None
    bounds = {"min": one.least, "max": one.most}
    return Demand(kind=one.kind, text=one.text, says=one.says, values=list(one.values), currency=currency, **bounds)


def _hit(
    found: Found,
    tale: Mapping[str, Any],
    told: Understood,
    asked: Search,
    shelf: Shelf,
    weights: Weights,
    ruled: Applied,
) -> Hit:
    terms = {term for part in told.parts for term, _ in part.terms}
    terms |= {term for part in told.parts for some, _ in part.together for term in some}
    return Hit(
        **card.shown(tale, found.score),
        variants=_variants(tale, told, asked),
        highlights=_highlights(tale, terms, shelf),
        why=_reason(found, tale, told, shelf, weights, ruled) if asked.explain else None,
    )


def _variants(tale: Mapping[str, Any], told: Understood, asked: Search) -> list[dict[str, Any]]:
    """A product's variants, those first that are what the query and the filters ask for and that can be bought."""
    wanted = {folded(value) for one in told.constraints if one.kind in ("size", "color") for value in one.values}
    for value in asked.filters.values():
        if isinstance(value, (str, list)):
            wanted |= {folded(str(one)) for one in (value if isinstance(value, list) else [value])}

    def rank(variant: Mapping[str, Any]) -> tuple[int, bool]:
        meant = sum(folded(str(one)) in wanted for one in (variant.get("options") or {}).values())
        return -meant, variant.get("stock") == 0

    return sorted(tale["variants"], key=rank)


def _highlights(tale: Mapping[str, Any], terms: set[str], shelf: Shelf) -> dict[str, str]:
    found = {}
    for name, text in (("title", tale["title"]), ("description", tale["body"])):
        marked = _marked(text, terms, shelf)
        if marked is not None:
            found[name] = marked
    return found


def _marked(text: str, terms: set[str], shelf: Shelf) -> str | None:
    """A text, around its first word that was found where it is long, with such words marked; None where none is in it."""
    spans = [
        (word.start, word.end)
        for word in shelf.analysis.words(text)
        if terms.intersection(shelf.analysis.stems(word.form)) or word.quantity in terms
    ]
    if not spans:
        return None
    start = 0 if len(text) <= _BODY_SHOWN else max(text.rfind(" ", 0, max(spans[0][0] - 60, 0)), 0)
    end = min(len(text), start + _BODY_SHOWN)
    parts, place = ["…" if start else ""], start
    for one, other in spans:
        if one >= place and other <= end:
            parts += [
                html.escape(text[place:one], quote=False),
                "<mark>",
                html.escape(text[one:other], quote=False),
                "</mark>",
            ]
            place = other
    parts += [html.escape(text[place:end], quote=False), "…" if end < len(text) else ""]
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _reason(
    found: Found, tale: Mapping[str, Any], told: Understood, shelf: Shelf, weights: Weights, ruled: Applied
) -> Explanation:
    texts = {
        "title": tale["title"], "vendor": tale.get("vendor") or "", "category": tale.get("category") or "",
        "details": " ".join(value for _, value in tale["values"]), "description": tale["body"],
    }  # fmt: skip
    said = {name: set(shelf.analysis.written(text)[1]) for name, text in texts.items()}
    matched: dict[str, list[str]] = {}
    missing = []
    codes = {code(one) for one in (tale["id"], *tale["codes"])}
    # What is a number of the product is told first: then it does not matter what else it says.
    for part in sorted(told.parts, key=lambda each: not each.codes):
        numbers = [one for one in part.codes if one in codes]
        if numbers:
            matched["number"] = numbers
        where = [name for name, terms in said.items() if _says(part, terms)]
        for name in where:
            matched.setdefault(name, []).append(part.text)
        if part.terms and not where and "number" not in matched:
            missing.append(part.text)
    left = 1.0 if tale["stock"] > 0 else weights.out
    moved = ruled.reasons(found, tale["id"])
    return Explanation(
        words=round(found.words, 4),
        meaning=round(found.cosine, 4),
        whole=weights.whole if found.whole else 0.0,
        stock=left,
        times=round(found.times, 4),
        moved=moved,
        matched=matched,
        missing=missing,
        says=_sentence(found, matched, missing, left, weights, [one.says for one in told.constraints], moved),
    )


def _says(part: Part, terms: set[str]) -> bool:
    """Whether a text with these terms says a part of the query."""
    return any(term in terms for term, _ in part.terms) or any(terms.issuperset(some) for some, _ in part.together)


def _sentence(
    found: Found,
    matched: Mapping[str, Sequence[str]],
    missing: Sequence[str],
    left: float,
    weights: Weights,
    demands: Sequence[str],
    moved: Sequence[Moved],
) -> str:
    parts = [f"its {name} {_VERBS.get(name, 'says')} {_quoted(words)}" for name, words in matched.items()]
    parts += [f"it does not say {_quoted(missing)}"] if missing else []
    parts += demands
    words = f"words {found.words:.2f}"
    meaning = f" + {weights.meaning:g} × meaning {found.cosine:.2f}" if found.cosine else ""
    enough = (
        f" + {weights.whole:g} for saying {'enough of them' if matched else 'all that was asked'}"
        if found.whole
        else ""
    )
    sold_out = f", × {left:g} because it is sold out" if left != 1.0 else ""
    by = f", × {found.times:.2f} by rules and dials" if found.times != 1.0 else ""
    pinned = [one.says for one in moved if one.kind == "pin"]
    told = "; ".join([*pinned, *parts]) or ("it is near in meaning" if found.cosine else "nothing was asked of it")
    return f"{told[:1].upper()}{told[1:]}. {found.score:.2f} = {words}{enough}{meaning}{sold_out}{by}."


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in dict.fromkeys(words))

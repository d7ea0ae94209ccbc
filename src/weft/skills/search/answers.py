"""The skill `search`: a query understood, products found, ranked and counted, and each hit told."""

import html
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from weft.business import Business
from weft.errors import InputError, NotFound
from weft.index import card, filters, keeping
from weft.index.entry import OWN, code
from weft.index.finding import Shelf
from weft.index.keeping import Kept
from weft.index.sought import Found, Matches, Part, Sought, Weights
from weft.index.tally import Tally
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
from weft.skills.search.understanding import UNHEARD, Understood, understood
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
    shelf, weights = kept.shelf, Weights.now()
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
    matches = _relaxed(sought, shelf.matching(sought, weights, list(near)))
    if ruled.pins and asked.sort == "relevance" and asked.like is None:
        sought = replace(sought, pinned=ruled.pinned(conditions, matches))
        matches = matches.and_those(shelf.named(sought.pinned))
    if _doubtful(told, matches):
        told.corrected = None
    missing = max(sum(part.needed for part in sought.parts) - matches.least, 0)
    ranking = Reranking(kept, told.described if told.parts else "", weights)
    found, matches, total = _page(asked, matches, sought, shelf, weights, near, ruled, ranking)
    codes = {one for part in told.parts for one in part.codes}
    words = {folded(part.text) for part in told.parts} & shelf.values.keys()
    tales = [_meant(shelf.fitted(shelf.told(one), one, matches.fitting), codes, words) for one in found]
    facets = _facets(asked, matches, shelf, total)
    marked = _highlights(found, tales, _terms(told), shelf)
    hits = [
        _hit(one, tale, told, texts, asked, shelf, weights, ruled)
        for one, tale, texts in zip(found, tales, marked, strict=True)
    ]
    ranking.told(found, hits)
    understanding = _understanding(told, missing, tales, shelf, vector is not None)
    understanding.reranked = ranking.model
    return Results(
        hits=hits,
        total=total,
        facets=facets,
        price_range=_price_range(matches, shelf) if asked.facets is None or "price" in asked.facets else None,
        understood=understanding,
        did_you_mean=told.corrected,
        redirect=ruled.redirect,
        rules=[_ruling(rule) for rule in [*ruled.rules, *told.rules]] if asked.explain else [],
    )


def _doubtful(told: Understood, matches: Matches) -> bool:
    """Whether a query of which several words were mended is one of another language, or of what is not sold: no product says all of it."""
    return sum(one.why == UNHEARD for one in told.mended) > 1 and not matches.lacking(0).count


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


def _relaxed(sought: Sought, matches: Matches) -> Matches:
    """What matches with as few words missing as finds something."""
    needed = sum(part.needed for part in sought.parts)
    missing = needed // 3
    while True:
        matches = matches.lacking(missing)
        if matches.count >= _FEW or missing >= needed - 1:
            return matches
        missing += 1


def _page(
    asked: Search,
    matches: Matches,
    sought: Sought,
    shelf: Shelf,
    weights: Weights,
    near: Mapping[int, float],
    ruled: Applied,
    ranking: Reranking,
) -> tuple[list[Found], Matches, int]:
    """The hits of the page that is asked for, what matches, and how many there are.

    By relevance, products that say less of the words are ranked too, and fill the pages that those with enough of them do not.
    """
    last, total = asked.offset + asked.limit, matches.count
    if not asked.limit:
        return [], matches, total
    if asked.sort != "relevance":
        by, rising = _SORTED[asked.sort]
        sold_out_last = asked.stock == "last" and by != "stock"
        found = shelf.ordered(matches, by, rising=rising, most=last, sold_out_last=sold_out_last)
        return found[asked.offset :], matches, total
    wider = matches.lacking(len(sought.parts))
    lift = ruled if ruled.lifts else None
    most = max(last + len(sought.pinned), ranking.most)
    ranked = shelf.ranked(wider, sought, weights, near, most, matches, lift)
    found = ruled.arranged(ranking.ordered(ranked))[asked.offset : last]
    return (found, matches, total) if total >= last else (found, wider, wider.count)


def _facets(asked: Search, matches: Matches, shelf: Shelf, total: int) -> dict[str, list[Value]]:
    if asked.facets == [] or not total:
        return {}
    told = shelf.tally(matches)
    if asked.facets is None:
        wanted = list(itertools.islice(_telling(told, total, shelf), _FACETS_SHOWN))
    else:
        wanted = [_real(name, shelf) for name in asked.facets if name != "price"]
    return {names[0]: _counted(names, told, matches, shelf) for names in wanted}


def _telling(told: Tally, total: int, shelf: Shelf) -> Iterator[Sequence[str]]:
    """The facets that tell hits apart, each with all its names, those first that most of the hits have."""
    least = max(total * _COVERED, 1)
    covered: dict[tuple[str, ...], int] = {}
    for name, count in told.covered.items():
        names = shelf.namesakes.get(name, (name,))
        covered[names] = covered.get(names, 0) + count
    for _, _, names in sorted(
        (names[0] not in OWN, -count, names) for names, count in covered.items() if count >= least
    ):
        if sum(map(told.distinct, names)) < max(total, 3):
            yield names


def _counted(names: Sequence[str], told: Tally, matches: Matches, shelf: Shelf) -> list[Value]:
    """The values of a facet with how many products a filter by each would leave, the commonest first."""
    counts: dict[str, int] = {}
    alike: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name in names:
        for value, count in told.values(name, _VALUES_SHOWN).items():
            same = shelf.spelt_alike.get((name, value))
            if same:
                alike[same[0]] = same
            else:
                counts[value] = counts.get(value, 0) + count
    counts |= {value: shelf.having(same, matches) for (_, value), same in alike.items()}
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Value(value=value, count=count) for value, count in ranked[:_VALUES_SHOWN]]


def _real(name: str, shelf: Shelf) -> list[str]:
    found = filters.facets(name, shelf)
    if found is None:
        raise InputError(
            f"facets: nothing in this catalog has {name!r}; there are {', '.join(sorted(shelf.state.facets)[:40])}."
        )
    return found


def _price_range(matches: Matches, shelf: Shelf) -> dict[str, Any] | None:
    currency = next(iter(shelf.state.currencies), None)
    found = shelf.prices(matches) if currency else None
    return None if found is None else {"min": found[0], "max": found[1], "currency": currency}


def _understanding(
    told: Understood, missing: int, tales: Sequence[Mapping[str, Any]], shelf: Shelf, meant: bool
) -> Understanding:
    categories = [tale["category"] for tale in tales[:10] if tale.get("category")]
    commonest = max(categories, key=categories.count) if categories else _category_named(told, shelf)
    return Understanding(
        query=told.query,
        language=told.language,
        corrected=told.corrected,
        words=[part.text for part in told.parts if part.needed],
        constraints=[_demand(one, shelf) for one in told.constraints],
        removed=[_demand(one, shelf) for one in told.removed],
        read=[Read(word=one.word, read=one.read, why=one.why) for one in told.mended],
        category=commonest
        if told.parts and (categories.count(commonest) * 2 > len(categories) or not categories)
        else None,
        missing=missing,
        meaning=meant,
    )


def _category_named(told: Understood, shelf: Shelf) -> str | None:
    """The category that the query names by all words of its own name, the one of most words and products."""
    said = _terms(told)
    found: list[tuple[int, int, str]] = []
    for value, count in shelf.commonest.get("category", shelf.commonest.get("type", {})).items():
        own = re.split(r"\s*[>/]\s*", value)[-1]
        forms = [form for form in shelf.analysis.forms(own) if form not in shelf.analysis.small]
        if forms and all(not said.isdisjoint(shelf.analysis.stems(form)) for form in forms):
            found.append((len(forms), count, value))
    return max(found)[2] if found else None


def _demand(one: Constraint, shelf: Shelf) -> Demand:
    currency = next(iter(shelf.state.currencies), None) if one.kind == "price" else None
    bounds = {"min": one.least, "max": one.most}
    return Demand(kind=one.kind, text=one.text, says=one.says, values=list(one.values), currency=currency, **bounds)


def _terms(told: Understood) -> frozenset[str]:
    """All terms by which a query finds products."""
    ways = [[(term,) for term, _ in part.terms] + [some for some, _ in part.together] for part in told.parts]
    return frozenset(term for each in ways for some in each for term in some)


def _hit(
    found: Found,
    tale: Mapping[str, Any],
    told: Understood,
    highlights: dict[str, str],
    asked: Search,
    shelf: Shelf,
    weights: Weights,
    ruled: Applied,
) -> Hit:
    return Hit(
        **card.shown(tale, found.score),
        variants=[{**one, "available": one.get("stock", 1) > 0} for one in tale.get("variants", ())],
        highlights=highlights,
        why=_reason(found, tale, told, shelf, weights, ruled) if asked.explain else None,
    )


def _meant(tale: Mapping[str, Any], codes: Collection[str], words: Collection[str]) -> Mapping[str, Any]:
    """What is told of a product with its variants in the order in which a query with these numbers and words means them.

    One that is named by its number is the one meant, if it fits; else those come first whose options are words of the query.
    """
    variants = tale.get("variants")
    if not variants:
        return tale
    fits = len(variants) if tale["fits"] is None else tale["fits"]
    fitting, others = variants[:fits], variants[fits:]
    named = [one for one in fitting if one.get("sku") and code(one["sku"]) in codes] if codes else []
    if named:
        others = [*(one for one in fitting if one is not named[0]), *others]
        price, stock = named[0].get("price"), named[0].get("stock", card.NO_LIMIT)
        return {**tale, "variants": [named[0], *others], "fits": 1, "low": price, "high": price, "stock": stock}
    if words:
        fitting = sorted(fitting, key=lambda one: -sum(folded(str(value)) in words for value in _options(one)))
    return {**tale, "variants": [*fitting, *others]}


def _options(variant: Mapping[str, Any]) -> Iterable[object]:
    return (variant.get("options") or {}).values()


def _highlights(
    found: Sequence[Found], tales: Sequence[Mapping[str, Any]], terms: frozenset[str], shelf: Shelf
) -> list[dict[str, str]]:
    """The texts of hits with what was found marked, by name; those in which nothing was are left out."""
    made: list[dict[str, str]] = [{} for _ in found]
    marks = shelf.marks(found, terms)
    for name, kept in (("title", "title"), ("description", "body")):
        for texts, tale, spans in zip(made, tales, marks[kept], strict=True):
            if spans and (marked := _marked(tale[kept], spans)) is not None:
                texts[name] = marked
    return made


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> str | None:
    """A text, around its first word that was found where it is long, with such words marked; None where none is in it."""
    # By such a text it was told where words stand.
    text = " ".join(text.split())
    start = 0 if len(text) <= _BODY_SHOWN else max(text.rfind(" ", 0, max(spans[0][0] - 60, 0)), 0)
    end = min(len(text), start + _BODY_SHOWN)
    # Most texts have none of the signs that HTML keeps for itself.
    safe = _escaped if "&" in text or "<" in text or ">" in text else str
    parts, place = ["…" if start else ""], start
    for one, other in spans:
        if one >= place and other <= end:
            parts += (safe(text[place:one]), "<mark>", safe(text[one:other]), "</mark>")
            place = other
    if place == start:
        return None
    parts += (safe(text[place:end]), "…" if end < len(text) else "")
    return "".join(parts).strip()


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _reason(
    found: Found, tale: Mapping[str, Any], told: Understood, shelf: Shelf, weights: Weights, ruled: Applied
) -> Explanation:
    texts = {
        "title": tale["title"], "vendor": tale.get("vendor") or "", "category": tale.get("category") or "",
        "details": " ".join(value for _, value in tale["values"]), "description": tale["body"],
    }  # fmt: skip
    said = {name: _spoken(text, shelf) for name, text in texts.items()}
    matched: dict[str, list[str]] = {}
    quoted: dict[str, list[str]] = {}
    missing = []
    codes = {code(one) for one in (tale["id"], *tale["codes"])}
    # What is a number of the product is told first: then it does not matter what else it says.
    for part in sorted(told.parts, key=lambda each: not each.codes):
        numbers = [one for one in part.codes if one in codes]
        if numbers:
            matched["number"] = numbers
            quoted["number"] = [_quote(one) for one in numbers]
        where = [name for name, terms in said.items() if _says(part, terms)]
        for name in where:
            matched.setdefault(name, []).append(part.text)
            quoted.setdefault(name, []).append(_as_written(part, said[name], shelf))
        if part.terms and part.needed and not where and "number" not in matched:
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
        says=_sentence(found, quoted, missing, left, weights, [one.says for one in told.constraints], moved),
    )


def _spoken(text: str, shelf: Shelf) -> dict[str, str]:
    """The terms of a text, each with the first of its words that is found by it."""
    text = " ".join(text.split())
    spoken: dict[str, str] = {}
    at = 0
    for run in shelf.analysis.runs(text):
        for word, terms in zip(run.words, run.terms, strict=True):
            for term in terms:
                spoken.setdefault(term, text[at + word.start : at + word.end])
        at += run.length + 1
    return spoken


def _says(part: Part, spoken: Mapping[str, str]) -> bool:
    """Whether a text with these terms says a part of the query."""
    return any(term in spoken for term, _ in part.terms) or any(spoken.keys() >= set(some) for some, _ in part.together)


def _as_written(part: Part, spoken: Mapping[str, str], shelf: Shelf) -> str:
    """What was typed in quotes; behind the text's own words, where it says the same with others."""
    if not spoken.keys().isdisjoint(shelf.analysis.written(part.text)[1]):
        return _quote(part.text)
    ways = [((term,), weight) for term, weight in part.terms] + list(part.together)
    best = max((way for way in ways if spoken.keys() >= set(way[0])), key=lambda way: way[1])
    return f"{_quote(' '.join(spoken[term] for term in best[0]))} for {_quote(part.text)}"


def _sentence(
    found: Found,
    quoted: Mapping[str, Sequence[str]],
    missing: Sequence[str],
    left: float,
    weights: Weights,
    demands: Sequence[str],
    moved: Sequence[Moved],
) -> str:
    parts = [f"its {name} {_VERBS.get(name, 'says')} {_listed(words)}" for name, words in quoted.items()]
    parts += [f"it does not say {_listed([_quote(word) for word in missing])}"] if missing else []
    parts += demands
    words = f"words {found.words:.2f}"
    meaning = f" + {weights.meaning:g} × meaning {found.cosine:.2f}" if found.cosine else ""
    enough = (
        f" + {weights.whole:g} for saying {'enough of them' if quoted else 'all that was asked'}" if found.whole else ""
    )
    sold_out = f", × {left:g} because it is sold out" if left != 1.0 else ""
    by = f", × {found.times:.2f} by rules and dials" if found.times != 1.0 else ""
    pinned = [one.says for one in moved if one.kind == "pin"]
    told = "; ".join([*pinned, *parts]) or ("it is near in meaning" if found.cosine else "nothing was asked of it")
    return f"{told[:1].upper()}{told[1:]}. {found.score:.2f} = {words}{enough}{meaning}{sold_out}{by}."


def _quote(word: str) -> str:
    return f"“{word}”"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(words))

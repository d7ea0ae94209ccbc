"""An index, opened: products found by words and by meaning, counted by facets, and each told why it was found.

A score is a weighted sum: of the words' score (BM25 of the best field of each word, as a share of the best product's) and of the
cosine between the query's meaning and the product's. A query is read once, into one score for each place; whatever is asked of its
matches is then told from columns.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from weft.index import building, columns
from weft.index.card import NO_PRICE
from weft.index.entry import OWN, SEPARATOR, TEXTS, TRAITS
from weft.index.folder import Folder, State
from weft.index.opened import Opened
from weft.index.segment import MARKED, SATURATION, SORTED_BY, STEPS, Segment
from weft.index.sought import Found, Lift, Matches, Part, Sought, Weights
from weft.index.spelling import Spelling
from weft.index.tally import Tally, highest
from weft.index.variants import Condition, Demand, Fitting, Mask, Stocked, Variants
from weft.index.words import Analysis, folded

_MOST_BYTES: Final = 256_000_000
_LEAST_OPEN: Final = 4
# What an open index takes beside its files, and each of its words once there is a table of them.
_BYTES_EACH: Final = 150_000
_BYTES_A_WORD: Final = 200
_TERMS_KEPT: Final = 2048
_PLACES_KEPT: Final = 10_000
_VALUES_READ: Final = 2000
_LIKE_WORDS: Final = 6
_CODE_SCORE: Final = 100.0


class Shelf:
    """One business's index as it was at a moment; safe to share between threads."""

    def __init__(self, home: Path, business: UUID, state: State, before: "Shelf | None" = None) -> None:
        """Open what a state names, taking over what another one has open of it; raises OSError or ValueError where it has been
        replaced meanwhile.
        """
        where = Folder(home, business).generation(state.generation)
        self.home, self.business, self.state = home, business, state
        known = {one.path: one for one in before.segments if one.there} if before is not None else {}
        self.segments: list[Segment] = [known.get(where / name) or Segment(where / name) for name in state.segments]
        counts = [one.count for one in self.segments]
        self._firsts = [sum(counts[:place]) for place in range(len(counts))]
        self.places = sum(counts)
        there = np.ones(self.places, np.bool_)
        there[building.gone(where, state)] = False
        self._there = there
        self.products = int(there.sum())
        self.analysis = Analysis.of(state.languages)
        # A field that no product fills costs a look-up for each word of each query.
        self._texts = [name for name in TEXTS if name in state.texts]
        self.meanings = building.meanings(where, state, self.segments)
        self._met: dict[str, list[tuple[str, NDArray[Any], NDArray[Any], np.float32]]] = {}
        self._placed: dict[str, int] = {}
        self.bytes = _BYTES_EACH + sum(one.bytes + _BYTES_A_WORD * one.said for one in self.segments) + 2 * self.places

    @cached_property
    def spelling(self) -> Spelling:
        """The words of the catalog."""
        words: dict[str, int] = {}
        phrases: dict[str, int] = {}
        for one in self.segments:
            for whole, some in zip((words, phrases), one.vocabulary(), strict=True):
                if not whole:
                    whole.update(some)
                else:
                    for text, count in some.items():
                        whole[text] = whole.get(text, 0) + count
        return Spelling(words, phrases)

    def column(self, name: str) -> NDArray[Any]:
        """A column of all places."""
        found = self._columns.get(name)
        if found is None:
            held = [one.columns[name] for one in self.segments]
            found = self._columns[name] = held[0] if len(held) == 1 else np.concatenate(held)
        return found

    @cached_property
    def variants(self) -> Variants | None:
        """The variants of products that have several; None where no product has."""
        found = Variants([one.columns for one in self.segments], self._firsts, self.places)
        return found if found.count else None

    def number(self, name: str, fitting: Fitting | None) -> NDArray[Any]:
        """A column of numbers of all places, of what fits alone."""
        return self.column(name) if fitting is None else fitting.number(name, self.column(name))

    @cached_property
    def _columns(self) -> dict[str, NDArray[Any]]:
        return {}

    def is_code(self, one: str) -> bool:
        """Whether some product has this number."""
        hashed = columns.hashed(one)
        return any(len(each.rows("code", hashed)) for each in self.segments)

    @cached_property
    def commonest(self) -> dict[str, dict[str, int]]:
        """How many products on show have each of the commonest values, by facet."""
        found = self.counted(self._on_show)
        ranked = sorted(
            ((count, name, value) for name, counts in found.items() for value, count in counts.items()), reverse=True
        )
        kept: dict[str, dict[str, int]] = {}
        for count, name, value in ranked[:_VALUES_READ]:
            kept.setdefault(name, {})[value] = count
        return kept

    @cached_property
    def values(self) -> dict[str, list[tuple[str, str]]]:
        """The commonest values of facets by their folded forms, each with the name of its facet."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name, counts in self.commonest.items():
            for value in counts:
                found.setdefault(folded(value), []).append((name, value))
        return found

    @cached_property
    def namesakes(self) -> dict[str, tuple[str, ...]]:
        """All names of the facet that each name means, the commonest first: they differ in case and accents alone."""
        together: dict[tuple[bool, str], list[str]] = {}
        for name in sorted(self.state.facets, key=lambda one: (-self.state.facets[one], one)):
            together.setdefault((name in OWN, folded(name)), []).append(name)
        return {name: tuple(names) for names in together.values() for name in names}

    @cached_property
    def spelt_alike(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """The commonest values that a filter takes for one: each with all that differ from it in case and accents alone.

        Pairs of the facet's name and the value, the commonest first; what is written in one way only is not here.
        """
        together: dict[tuple[tuple[str, ...], str], list[tuple[int, str, str]]] = {}
        for name, counts in self.commonest.items():
            for value, count in counts.items():
                same = self.namesakes.get(name, (name,)), folded(value)
                together.setdefault(same, []).append((-count, name, value))
        written = [[(name, value) for _, name, value in sorted(some)] for some in together.values() if len(some) > 1]
        return {pair: pairs for pairs in written for pair in pairs}

    def both(self, conditions: Sequence[Demand]) -> Condition:
        """The condition that several hold, and of a product with variants that they hold of one of them together."""
        places, rows, telling = self._there, None, 0
        counted = [one for one in conditions if isinstance(one, Stocked) and not one.any_in_stock]
        for one in conditions:
            if isinstance(one, Stocked):
                if not one.any_in_stock:
                    continue
                one = self._available
            places = places & one.places
            if one.rows is not None:
                rows = one.rows if rows is None else rows & one.rows
                telling += 1
        if rows is not None and self.variants is not None and telling > 1:
            places = self.variants.narrowed(places, rows)
        made = Condition(places, rows)
        return self._counted(made, counted) if counted else made

    def _counted(self, held: Condition, demands: Sequence[Stocked]) -> Condition:
        stock = self.number("stock", self.fitting(held))
        return Condition(np.logical_and.reduce([held.places, *(one.holds(stock) for one in demands)]), held.rows)

    def fitting(self, held: Condition) -> Fitting | None:
        """The variants of which a condition holds; None where it does not tell them apart."""
        return None if held.rows is None or self.variants is None else Fitting(self.variants, held.rows)

    def either(self, conditions: Sequence[Condition]) -> Condition:
        """The condition that one of several holds."""
        if not conditions:
            return Condition(np.zeros(self.places, np.bool_))
        if self.variants is not None:
            return self.variants.either(conditions)
        return Condition(np.logical_or.reduce([one.places for one in conditions]))

    def unless(self, condition: Demand) -> Demand:
        """The condition that another does not hold."""
        if isinstance(condition, Stocked):
            return replace(condition, negated=not condition.negated)
        return Condition(~condition.places) if self.variants is None else self.variants.unless(condition)

    def at(self, places: Sequence[int]) -> Mask:
        """The products that stand in some places."""
        return self._within([np.asarray(places, np.int64)])

    @staticmethod
    def holding(condition: Condition | Matches, places: Sequence[int]) -> set[int]:
        """Of which of some places a condition holds, or which a query matches."""
        mask = condition.mask if isinstance(condition, Matches) else condition.places
        at = np.asarray(places, np.int64)
        return set(at[mask[at]].tolist())

    def _within(self, places: Iterable[NDArray[Any]]) -> Mask:
        made = np.zeros(self.places, np.bool_)
        for some in places:
            made[some] = True
        return made

    def has(self, values: Sequence[tuple[str, str]]) -> Condition:
        """The condition that a product has one of some values of facets, or one of its variants has."""
        hashed = [columns.hashed(f"{name}{SEPARATOR}{value}") for name, value in values]
        pairs = [[int(row) for each in hashed for row in one.rows("pair", each)] for one in self.segments]
        made = self._within(
            one.having(row) + first
            for first, one, rows in zip(self._firsts, self.segments, pairs, strict=True)
            for row in rows
        )
        return Condition(made) if self.variants is None else self.variants.chosen(made, self.variants.with_pairs(pairs))

    def priced(self, least: int | None, most: int | None) -> Condition:
        """The condition that a product, or one of its variants, costs so much, in minor units, both included."""
        low, high = self.column("low"), self.column("high")
        inside = np.asarray(high >= (NO_PRICE + 1 if least is None else least), np.bool_)
        if most is not None:
            inside &= (low <= most) & (low != NO_PRICE)
        if self.variants is None:
            return Condition(inside)
        rows = self.variants.priced(least, most)
        return Condition(self.variants.narrowed(inside, rows), rows)

    def on_show(self) -> Condition:
        """The condition that a product is published and no draft."""
        return self._on_show

    @cached_property
    def _on_show(self) -> Condition:
        return Condition(np.asarray(self._there & self.column("shown"), np.bool_))

    @staticmethod
    def available() -> Stocked:
        """The condition that what fits can be bought now."""
        return Stocked(least=1)

    @cached_property
    def _available(self) -> Condition:
        there = np.asarray(self.column("stock") > 0, np.bool_)
        return Condition(there) if self.variants is None else Condition(there, self.variants.stock > 0)

    def says(self, terms: Sequence[str]) -> Condition:
        """The condition that a product has one of some terms in any of its texts; where variants say it, that one of those is meant."""
        made = self._within(places for term in terms for _, places, _, _ in self._postings(term))
        if self.variants is None:
            return Condition(made)
        return self.variants.chosen(made, self.variants.saying([columns.hashed(term) for term in terms]))

    def lacks(self, terms: Sequence[str]) -> Demand:
        """The condition that a product has none of some terms in its texts, or a variant that is without what only others are."""
        elsewhere = self._within(
            places for term in terms for name, places, _, _ in self._postings(term) if name != TRAITS
        )
        return self.unless(self.either([Condition(elsewhere), self.says(terms)]))

    def named(self, ids: Sequence[str]) -> Condition:
        """The condition that a product has one of some ids."""
        return Condition(self._within(self._rows("id", one) for one in ids))

    def _rows(self, what: str, text: str) -> NDArray[np.int64]:
        hashed = columns.hashed(text)
        found = [
            one.rows(what, hashed).astype(np.int64) + first
            for first, one in zip(self._firsts, self.segments, strict=True)
        ]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def _postings(self, term: str) -> list[tuple[str, NDArray[Any], NDArray[Any], np.float32]]:
        """The places of a term in each field that has it, in order, its impact in each, and what of BM25 an impact is a multiple of."""
        found = self._met.get(term)
        if found is None:
            if len(self._met) > _TERMS_KEPT:
                self._met = {}
            found = self._met[term] = list(self._read_postings(term))
        return found

    def _read_postings(self, term: str) -> Iterator[tuple[str, NDArray[Any], NDArray[Any], np.float32]]:
        hashed = columns.hashed(term)
        rows = [one.term(hashed) for one in self.segments]
        for name in self._texts:
            parts = [
                (first, *one.postings(name, row))
                for first, one, row in zip(self._firsts, self.segments, rows, strict=True)
                if row is not None
            ]
            often = sum(len(places) for _, places, _ in parts)
            if not often:
                continue
            rarity = math.log(1 + (self.places - often + 0.5) / (often + 0.5))
            step = np.float32(rarity * (1 + SATURATION) / STEPS)
            if len(parts) == 1:
                first, places, impacts = parts[0]
                yield name, places + np.int64(first) if first else places, impacts, step
            else:
                places = np.concatenate([places + np.int64(first) for first, places, _ in parts])
                yield name, places, np.concatenate([impacts for _, _, impacts in parts]), step

    def _lexical(self, part: Part, weights: Weights) -> tuple[NDArray[Any], NDArray[np.float32]]:
        """The places that a part matches, and its score in each: the best of its terms in the best of the fields."""
        ways = [
            (places, impacts * np.float32(step * weight * weights.fields[name]))
            for term, weight in part.terms
            for name, places, impacts, step in self._postings(term)
            if weights.fields[name]
        ]
        ways += [self._together(terms, weight, weights) for terms, weight in part.together]
        if len(ways) <= 1:
            return ways[0] if ways else (np.zeros(0, np.int64), np.zeros(0, np.float32))
        best, whole = np.zeros(self.places, np.float32), np.zeros(self.places, np.float32)
        for places, scores in ways:
            best[places] = np.maximum(best[places], scores)
            whole[places] += scores
        touched = np.flatnonzero(best)
        top = best[touched]
        return touched, top + np.float32(weights.tie) * (whole[touched] - top)

    def _together(
        self, terms: Sequence[str], weight: float, weights: Weights
    ) -> tuple[NDArray[Any], NDArray[np.float32]]:
        """The places that say all of several terms, and the score there; their mean counts as one."""
        said, scores = np.zeros(self.places, np.uint8), np.zeros(self.places, np.float32)
        for term in terms:
            places, gained = self._lexical(Part(term, ((term, weight / len(terms)),)), weights)
            said[places] += 1
            scores[places] += gained
        found = np.flatnonzero(said == len(terms))
        return found, scores[found]

    def matching(self, sought: Sought, weights: Weights, near: Sequence[int] = ()) -> Matches:
        """What is found: enough of the parts or near in meaning, and all conditions."""
        scores, said = np.zeros(self.places, np.float32), np.zeros(self.places, np.uint8)
        needed = [part for part in sought.parts if part.needed]
        for part in sought.parts:
            if part.terms or part.together:
                places, gained = self._lexical(part, weights)
                scores[places] += gained
                if part.needed:
                    said[places] += 1
        codes = [one for part in sought.parts for one in part.codes]
        named = self._within(self._rows("code", one) for one in codes) if codes else None
        if needed:
            scores *= said > 0
        # A thing that is named by its number is found whatever else is said of it, and stands before all others.
        if named is not None:
            scores[named] += _CODE_SCORE
        all_ = not needed and (any(part.terms for part in sought.parts) or not (codes or len(near)))
        held = self.both(sought.conditions)
        beside = self.at(near) if len(near) else None
        least = max(len(needed) - sought.most_missing, 1)
        fitting = self.fitting(held)
        found = Matches(scores, None if all_ else said, named, beside, held.places, len(needed), least, fitting)
        return found.and_those(self.named(sought.pinned)) if sought.pinned else found

    def near(self, sought: Sought, weights: Weights) -> dict[int, float]:
        """The places near in meaning, with their cosines."""
        if sought.meaning is None or self.meanings is None or sought.meaning.shape[0] != self.meanings.width:
            return {}
        places, cosines = self.meanings.near(sought.meaning, weights.near)
        near = cosines >= weights.least_cosine
        return dict(zip(places[near].tolist(), cosines[near].tolist(), strict=True))

    def ranked(
        self,
        matches: Matches,
        sought: Sought,
        weights: Weights,
        near: Mapping[int, float],
        most: int,
        whole: Matches | None = None,
        lift: Lift | None = None,
    ) -> list[Found]:
        """The best matches, best first, by words and by meaning; those first, others being equal, that match `whole`.

        `lift` moves them further.
        """
        places = self._candidates(matches, weights, near, most, lift)
        if not len(places):
            return []
        words = matches.scores[places]
        words = words / (float(words.max()) or 1.0)
        cosines = self._cosines(sought, places)
        enough = whole.said_enough[places] if whole is not None else np.ones(len(places), np.bool_)
        times = np.ones(len(places)) if lift is None else np.asarray(lift.times(places.tolist()), np.float64)
        totals = words + weights.meaning * cosines + weights.whole * enough
        stock = self.number("stock", matches.fitting)[places]
        totals = totals * np.where(stock > 0, times, times * weights.out)
        order = np.lexsort((places, -totals))[:most]
        columns_ = (places, totals, words, cosines, enough, times)
        return [Found(*told) for told in zip(*(one[order].tolist() for one in columns_), strict=True)]

    def _candidates(
        self, matches: Matches, weights: Weights, near: Mapping[int, float], most: int, lift: Lift | None
    ) -> NDArray[np.int64]:
        """The matches with the best words, those near in meaning and those that are lifted; of equal ones those that came first."""
        places = np.flatnonzero(matches.mask)
        count = max(weights.candidates, most)
        if len(places) <= count:
            return places
        found = [highest(places, matches.scores[places], count)]
        if near:
            beside = np.fromiter(near, np.int64, len(near))
            found.append(beside[matches.mask[beside]])
        for one in lift.beside(matches, count) if lift is not None else ():
            lifted = np.flatnonzero(matches.mask & one)
            found.append(highest(lifted, matches.scores[lifted], count) if len(lifted) > count else lifted)
        return np.unique(np.concatenate(found)) if len(found) > 1 else found[0]

    def _cosines(self, sought: Sought, places: NDArray[np.int64]) -> NDArray[np.float32]:
        if sought.meaning is None or self.meanings is None or sought.meaning.shape[0] != self.meanings.width:
            return np.zeros(len(places), np.float32)
        return self.meanings.cosines(sought.meaning, places.astype(np.uint64))

    def ordered(
        self, matches: Matches | Condition, by: str, *, rising: bool, most: int, sold_out_last: bool = False
    ) -> list[Found]:
        """The matches in the order of a column, of their titles (`name`) or in which they came (`place`)."""
        mask, fitting = self._held(matches)
        places = np.flatnonzero(mask)
        keys = self._order(by, fitting)[places]
        if rising and by in ("low", "high"):
            # What has no price comes last, whichever way it is sorted.
            keys = np.where(keys == NO_PRICE, np.int64(2**62), keys)
        sold_out = self.number("stock", fitting)[places] == 0 if sold_out_last else np.zeros(len(places), bool)
        best = places[np.lexsort((places, keys if rising else -keys, sold_out))][:most]
        return [Found(place, 0.0, 0.0, 0.0) for place in best.tolist()]

    def _held(self, matches: Matches | Condition) -> tuple[Mask, Fitting | None]:
        if isinstance(matches, Matches):
            return matches.mask, matches.fitting
        return matches.places & self._there, self.fitting(matches)

    def _order(self, by: str, fitting: Fitting | None) -> NDArray[np.int64]:
        if by == "place":
            return np.arange(self.places)
        if by != "name":
            return self.number(by, fitting)
        if len(self.segments) == 1:
            return self.column("name.ranks").astype(np.int64)
        return self._name_ranks

    @cached_property
    def _name_ranks(self) -> NDArray[np.int64]:
        """The ranks of all titles: those of each segment are put among those of the segments before it."""
        order = np.zeros(0, np.int64)
        for first, one in zip(self._firsts, self.segments, strict=True):
            later = first + np.argsort(one.columns["name.ranks"])
            order = np.insert(order, self._spots(order, later), later) if len(order) else later
        ranks = np.empty(self.places, np.int64)
        ranks[order] = np.arange(self.places)
        return ranks

    def _spots(self, order: NDArray[np.int64], later: NDArray[np.int64]) -> list[int]:
        """Where among some places, which stand in the order of their titles, others belong."""
        # To look for each of a few reads fewer titles than all have.
        if len(later) * len(order).bit_length() < len(order):
            return [bisect_right(order, self._name(place), key=self._name) for place in later]
        names = list(map(self._name, order))
        return [bisect_right(names, self._name(place)) for place in later]

    def _name(self, place: int) -> str:
        return str(self.told(int(place))["title"])[:SORTED_BY].casefold()

    def told(self, found: Found | int) -> dict[str, Any]:
        """What is shown of a product that was found, or of the one in a place; of its variants, what they come to together."""
        place = found if isinstance(found, int) else found.place
        for first, one in zip(self._firsts, self.segments, strict=True):
            if place < first + one.count:
                return one.shown(place - first)
        raise IndexError(place)

    def marks(self, found: Sequence[Found], terms: Iterable[str]) -> dict[str, list[list[tuple[int, int]]]]:
        """Where in the texts of products that were found, their blanks single, some terms stand: from which sign to which, in order.

        The texts are the title and the body, of which only as much is marked as is shown.
        """
        hashed = [columns.hashed(term) for term in terms]
        marked: dict[str, list[list[tuple[int, int]]]] = {name: [[] for _ in found] for name in MARKED}
        for first, one in zip(self._firsts, self.segments, strict=True):
            inside = [row for row, each in enumerate(found) if first <= each.place < first + one.count]
            rows = [row for each in hashed if (row := one.term(each)) is not None] if inside else []
            places = [found[row].place - first for row in inside]
            for name, texts in marked.items() if rows else ():
                for row, some in zip(inside, one.marks(name, places, rows), strict=True):
                    texts[row] = some
        return marked

    def fitted(self, tale: Mapping[str, Any], found: Found, fitting: Fitting | None) -> Mapping[str, Any]:
        """What is told of a product with its `variants`, those that fit first, `fits` of them (None where nothing tells them apart),
        and with the price and the stock of those alone.
        """
        return tale if self.variants is None else self.variants.fitted(tale, found.place, fitting)

    def by_id(self, product: str) -> Found | None:
        """The product with an id that is on show: of a draft nobody is told anything."""
        place = self._place(product)
        return Found(place, 1.0, 1.0, 1.0) if place >= 0 and self._on_show.places[place] else None

    def those(self, ids: Sequence[str], conditions: Sequence[Demand]) -> dict[str, Found]:
        """Those of some products of which all conditions hold, in the order in which they are named."""
        held = self.both(conditions).places
        places = [self._place(one) for one in ids]
        there = held[places] if self.places else np.zeros(len(ids), np.bool_)
        return {
            one: Found(place, 1.0, 0.0, 0.0)
            for one, place, holds in zip(ids, places, there.tolist(), strict=True)
            if holds and place >= 0
        }

    def _place(self, product: str) -> int:
        """The place of the product with an id; -1 where there is none."""
        found = self._placed.get(product)
        if found is None:
            if len(self._placed) > _PLACES_KEPT:
                self._placed = {}
            places = self._rows("id", product)
            there = places[self._there[places]]
            found = self._placed[product] = int(there[-1]) if len(there) else -1
        return found

    def like(self, found: Found) -> Sought:
        """What to look for to find others like a product: what it means, and the words of its title that few others have."""
        told = self.told(found)
        forms = dict.fromkeys(form for form in self.analysis.forms(told["title"]) if form not in self.analysis.small)
        rarest = sorted(forms, key=lambda form: self.spelling.words.get(form, 0))[:_LIKE_WORDS]
        parts = tuple(
            Part(form, tuple((term, 1.0) for term in self.analysis.stems(form)), needed=False) for form in forms
        )
        kind = tuple(Part(form, tuple((term, 1.0) for term in self.analysis.stems(form))) for form in rarest)
        vector = self.meanings.vectors(np.array([found.place], np.uint64))[0] if self.meanings is not None else None
        return Sought((*parts, *kind), (), vector if vector is not None and vector.any() else None, len(kind))

    def tally(self, matches: Matches | Condition) -> "Tally":
        """How many of the matches have each value of each facet, of what fits alone."""
        mask, fitting = self._held(matches)
        parts = []
        for number, (first, one) in enumerate(zip(self._firsts, self.segments, strict=True)):
            inside = mask[first : first + one.count]
            counting = fitting.counting(number, inside) if fitting is not None else None
            parts.append((one, one.tallied(inside, counting)))
        return Tally(parts)

    def counted(self, matches: Matches | Condition) -> dict[str, dict[str, int]]:
        """How many matches have each value, by facet, the commonest first."""
        told = self.tally(matches)
        return {name: told.values(name) for name in told.covered}

    def having(self, values: Sequence[tuple[str, str]], matches: Matches) -> int:
        """How many matches have one of some values of facets, of what fits alone."""
        found = self.has(values)
        if matches.fitting is not None:
            found = self.both([found, Condition(matches.mask, matches.fitting.rows)])
        return int(np.count_nonzero(found.places & matches.mask))

    def span(self) -> tuple[int, int] | None:
        """The lowest and the highest price of all that is on show, in minor units."""
        priced = self._on_show.places & (self.column("low") != NO_PRICE)
        return (int(self.column("low")[priced].min()), int(self.column("high")[priced].max())) if priced.any() else None

    def prices(self, matches: Matches) -> tuple[int, int] | None:
        """The lowest and the highest price of the matches, in minor units."""
        low, high = self.number("low", matches.fitting), self.number("high", matches.fitting)
        priced = matches.mask & (low != NO_PRICE)
        return (int(low[priced].min()), int(high[priced].max())) if priced.any() else None

    def frequency(self, term: str) -> int:
        """In how many products a term stands in the field where it stands most."""
        return max((len(places) for _, places, _, _ in self._postings(term)), default=0)


def _read(place: Folder, before: Shelf | None) -> Shelf | None:
    state = place.state()
    return None if state is None else Shelf(place.home, place.business, state, before)


_OPEN: Final = Opened(Folder, _read, size=lambda shelf: shelf.bytes, room=_MOST_BYTES, least=_LEAST_OPEN)


def opened(home: Path, business: UUID) -> Shelf | None:
    """The index of a business as it is in force; None where there is none that can be read.

    Those used last stay open as long as they take no more than some memory together, the others are closed.
    """
    return _OPEN.get(home, business)


def last(home: Path, business: UUID) -> Shelf | None:
    """The index of a business that was open last, whatever has become of its files; None where none is open."""
    return _OPEN.last(home, business)

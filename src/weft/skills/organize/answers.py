"""The local engine of `organize`: what was learned, the rules and the shelf, brought to bear on products."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from weft.business import Business
from weft.errors import WeftError
from weft.skill import Edit, products_of
from weft.skills.organize import Found, Organize, Organized, Place, Placed, Quality, Reason
from weft.skills.organize.attributes import Finding, found
from weft.skills.organize.categories import Placement
from weft.skills.organize.learning import listing
from weft.skills.organize.lessons import Lessons, current
from weft.skills.organize.quality import scored

# Below these nothing is proposed: a person who has to reject every second change stops looking at them.
_PROPOSED_FROM: Final = 0.5


def organized(asked: Organize, business: Business) -> Organized:
    """One product organized; raises NotFound."""
    (answer,) = organized_many([asked], business)
    if isinstance(answer, WeftError):
        raise answer
    return answer


def organized_many(asked: Sequence[Organize], business: Business) -> list[Organized | WeftError]:
    """Many products organized, each by an answer or by the error why there is none."""
    products = products_of([one.product for one in asked], business)
    sound = [product for product in products if isinstance(product, dict)]
    learned = current(business)
    refused = refused_of(business, [product["id"] for product in sound])
    wanted = [
        product
        for one, product in zip(asked, products, strict=True)
        if isinstance(product, dict) and "category" in one.parts
    ]
    places = iter(_placed(wanted, learned))
    result: list[Organized | WeftError] = []
    for one, product in zip(asked, products, strict=True):
        if isinstance(product, WeftError):
            result.append(product)
            continue
        place = next(places) if "category" in one.parts else None
        states = read(product, learned) if "attributes" in one.parts else []
        result.append(composed(one, product, place, states, learned, refused))
    return result


def looked_at(asked: Organize, product: Mapping[str, Any], learned: Lessons) -> tuple[Placed | None, list[Found]]:
    """Where one product belongs and what its text states, as far as it is asked."""
    place = _placed([product], learned)[0] if "category" in asked.parts else None
    return place, read(product, learned) if "attributes" in asked.parts else []


def refused_of(business: Business, records: Sequence[str]) -> set[tuple[str, str, str]]:
    """What people have refused of these products: record, field, value."""
    decided = business.changes.decided("organize", records)
    wrong = {(d["record"], d["field"], str(d["after"])) for d in decided if d["state"] in ("rejected", "undone")}
    return wrong | {(d["record"], d["field"], str(d["suggested"])) for d in decided if d["suggested"] is not None}


def _placed(products: Sequence[Mapping[str, Any]], learned: Lessons) -> list[Placed]:
    """Where products belong: where they are, else where the learned model or the taxonomy puts them."""
    open_ = [product for product in products if not _category(product)]
    given = iter(_by_model(open_, learned))
    places = []
    for product in products:
        place = (
            Placed(category=_category(product), confidence=1.0, sure=True, how="given")
            if _category(product)
            else next(given)
        )
        places.append(on_taxonomy(place, learned))
    return places


def _category(product: Mapping[str, Any]) -> str:
    return str(product.get("category") or "").strip()


def _by_model(products: Sequence[Mapping[str, Any]], learned: Lessons) -> list[Placed]:
    listings = [listing(product) for product in products]
    if learned.start is not None:
        return [_shown(placement, None, "taxonomy") for placement in learned.start.placed(listings)]
    return [_shown(placement, learned.threshold, "learned") for placement in learned.categories.placed(listings)]


def _shown(placement: Placement, threshold: float | None, how: Literal["learned", "taxonomy"]) -> Placed:
    return Placed(
        category=placement.category,
        confidence=round(placement.confidence, 4),
        sure=threshold is not None and placement.category is not None and placement.confidence >= threshold,
        runners_up=[Place(category=name, confidence=round(sure, 4)) for name, sure in placement.runners_up],
        words=list(placement.words),
        how=how,
    )


def on_taxonomy(place: Placed, learned: Lessons) -> Placed:
    if learned.taxonomy is None or not place.category:
        return place
    mapped = learned.taxonomy.mapped(place.category)
    return place.model_copy(update={"node": mapped[0].id, "path": mapped[0].path}) if mapped else place


def read(product: Mapping[str, Any], learned: Lessons) -> list[Found]:
    """What a product's own text states."""
    return [stated(one) for one in found(product, learned.knowledge)]


def stated(one: Finding, model: str | None = None) -> Found:
    """A finding as it is answered, with the model that made it."""
    return Found(
        name=one.name,
        value=one.value,
        unit=one.unit,
        confidence=round(one.confidence, 4),
        field=one.field,
        start=one.start,
        end=one.end,
        text=one.text,
        how=one.how,
        model=model,
    )


def composed(
    asked: Organize,
    product: Mapping[str, Any],
    place: Placed | None,
    states: list[Found],
    learned: Lessons,
    refused: set[tuple[str, str, str]],
) -> Organized:
    """The answer that a place and what is stated make, with its edits; what people have refused is left out."""
    edits = [*_placing(product, place), *_filling(product, states)]
    quality = scored(product, learned.shelf) if "quality" in asked.parts else None
    return Organized(
        category=place,
        attributes=states,
        quality=Quality(
            score=quality.score,
            reasons=[
                Reason(code=why.code, field=why.field, points=why.points, words=why.words, fix=why.fix)
                for why in quality.reasons
            ],
        )
        if quality
        else None,
        changes=[edit for edit in edits if (edit.record, edit.field, str(edit.after)) not in refused],
    )


def _placing(product: Mapping[str, Any], place: Placed | None) -> list[Edit]:
    if place is None or place.how == "given" or place.category is None or place.confidence < _PROPOSED_FROM:
        return []
    facts = [_why(product, place)]
    if place.runners_up:
        others = ", ".join(f"{other.category} ({other.confidence:.2f})" for other in place.runners_up)
        facts.append({"field": "category", "why": f"it could also be: {others}"})
    checks = [
        {
            "name": "99 of 100",
            "ok": place.sure,
            "message": "as sure as those of which 99 in 100 are right"
            if place.sure
            else "less sure than those of which 99 in 100 are right",
        }
    ]
    return [
        Edit(
            record=product["id"],
            field="category",
            after=place.category,
            before=product.get("category") or None,
            confidence=place.confidence,
            facts=facts,
            checks=checks,
        )
    ]


def _why(product: Mapping[str, Any], place: Placed) -> dict[str, Any]:
    """What a placement rests on."""
    if place.model is not None:
        quoted = f" for the words “{place.words[0]}”" if place.words else ""
        return {
            "field": "title",
            "value": product.get("title"),
            "why": f"{place.model} puts it there{quoted}",
            "model": place.model,
        }
    why = (
        f"products that you have placed there speak of {', '.join(place.words)}"
        if place.words
        else "like those that you have placed"
    )
    return {"field": "title", "value": product.get("title"), "why": why}


def _filling(product: Mapping[str, Any], states: Sequence[Found]) -> list[Edit]:
    """Edits that fill in what is blank; that the brand is the vendor needs no saying a second time."""
    held = {name for name, value in (product.get("attributes") or {}).items() if value not in (None, "", [], {})}
    edits = []
    for one in states:
        if one.name in held or one.confidence < _PROPOSED_FROM or one.field == "vendor":
            continue
        after = {"value": one.value, "unit": one.unit} if one.unit else one.value
        fact: dict[str, Any] = {"field": one.field, "value": one.text, "start": one.start, "end": one.end}
        if one.model is None:
            facts = [{**fact, "why": f"{one.field} says “{one.text}”"}]
        else:
            why = f"{one.field} says “{one.text}”, to which {one.model} has pointed"
            facts = [{**fact, "why": why, "model": one.model}]
        edits.append(
            Edit(
                record=product["id"],
                field=f"attributes.{one.name}",
                after=after,
                confidence=one.confidence,
                facts=facts,
            )
        )
    return edits

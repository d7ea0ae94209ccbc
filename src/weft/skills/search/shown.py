"""What everybody may see of a search: not how much of a thing there is, what moved it, nor the columns of the file it came from."""

from weft.business import Business
from weft.index import card
from weft.skills.search import Hit, Results


def shown(answer: Results, business: Business) -> Results:
    """An answer without what is the merchant's own: counts of stock become whether there is any, and scores, of which margins are
    a part where their dial is turned, are none."""
    del business
    return answer.model_copy(update={"hits": [_hit(one) for one in answer.hits]})


def _hit(hit: Hit) -> Hit:
    variants = [
        {**{name: value for name, value in one.items() if name != "stock"}, "available": one.get("stock", 1) > 0}
        for one in hit.variants
    ]
    # The text around what was found in a description may be that of a column which no page shows.
    titles = {name: text for name, text in hit.highlights.items() if name == "title"}
    return hit.model_copy(update={**card.to_all(hit), "variants": variants, "highlights": titles, "why": None})

"""What everybody may see of recommendations: cards without what is the merchant's own, and no reasons, which tell what others bought."""

from weft.business import Business
from weft.index import card
from weft.skills.recommend import Recommendations


def shown(answer: Recommendations, business: Business) -> Recommendations:
    """An answer for a shop's pages."""
    del business
    return answer.model_copy(
        update={"items": [one.model_copy(update={**card.to_all(one), "why": None}) for one in answer.items]}
    )

"""Questions in words and as queries."""

from weft.business import Business
from weft.errors import InputError
from weft.skills.analyze import Analysis, Analyze


def answered(asked: Analyze, business: Business) -> Analysis:
    """The answer to a question; raises InputError, for none can be answered yet."""
    raise InputError(f"{business.id}: a question such as {asked.ask or asked.query!r} cannot be answered yet.")


def understood(asked: Analyze, business: Business) -> Analysis:
    """The same, its query filled in by a model."""
    return answered(asked, business)

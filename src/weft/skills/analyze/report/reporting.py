"""A report from a business's numbers."""

from weft.business import Business
from weft.errors import InputError
from weft.skills.analyze import Analysis, Analyze


def reported(asked: Analyze, business: Business) -> Analysis:
    """The report of a period; raises InputError where nothing was sold."""
    raise InputError(
        f"{business.id} has no sales that a report of a {asked.report} could tell of: import orders first."
    )


def worded(asked: Analyze, business: Business) -> Analysis:
    """The same, said by a model where it says no other number."""
    return reported(asked, business)

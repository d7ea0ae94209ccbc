"""What `analyze` is asked, given to what answers it: a report, or a question."""

from weft.business import Business
from weft.skills.analyze import Analysis, Analyze, asking
from weft.skills.analyze.report import reporting


def analyzed(asked: Analyze, business: Business) -> Analysis:
    """The report or the answer, without a model; raises InputError where there is nothing to tell it from."""
    if asked.report is not None:
        return reporting.reported(asked, business)
    return asking.answered(asked, business)


def worded(asked: Analyze, business: Business) -> Analysis:
    """The same with a model: it says a report in its own words, or fills a question's query in."""
    if asked.report is not None:
        return reporting.worded(asked, business)
    return asking.understood(asked, business)

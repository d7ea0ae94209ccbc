"""What is said of a claim: a verdict, the fact that decides it, and why."""

from typing import Literal

from weft.claims.fact import Fact

Verdict = Literal["supported", "contradicted", "unknown"]
Ruling = tuple[Verdict, Fact | None, str]


def quoted(fact: Fact) -> str:
    """A fact by its name and words."""
    text = fact.text if len(fact.text) <= 60 else fact.text[:57].rstrip() + "…"
    return f"{fact.name} (“{text}”)"


def says_so(fact: Fact) -> Ruling:
    """The verdict of a fact that says what the text says."""
    return "supported", fact, f"{quoted(fact)} says so."


def says_otherwise(fact: Fact) -> Ruling:
    """The verdict of a fact that says otherwise."""
    return "contradicted", fact, f"{quoted(fact)} says otherwise."

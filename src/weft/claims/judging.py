"""Whether facts support what a text asserts, and why."""

from dataclasses import dataclass

from weft.claims import agreement, counting, naming, wording
from weft.claims.assertions import Assertions, Claim
from weft.claims.fact import Fact, Facts
from weft.claims.finding import Finding
from weft.claims.verdict import Ruling, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with the verdict on it, the fact that decides it, and a sentence that says why."""

    claim: Claim
    verdict: Verdict
    fact: Fact | None
    why: str

    @property
    def ok(self) -> bool:
        """Whether the claim may be made."""
        return self.verdict == "supported"


def judged(text: Assertions, facts: Facts) -> list[Judged]:
    """Each claim of a text with its verdict, in the order of the text."""
    found, taken = list[Judged](), set[int]()
    for finding in text.findings:
        ruling = rule(finding, text, facts)
        if ruling is not None:
            found.append(Judged(text.claim(finding), *ruling))
        if ruling is not None or not finding.silent:
            taken.update(range(finding.first, finding.after))
    return found + [Judged(text.claim(finding), *ruling) for finding, ruling in wording.denials(text, facts, taken)]


def rule(finding: Finding, text: Assertions, facts: Facts) -> Ruling | None:
    """The verdict on one finding; None where it is no claim."""
    match finding.kind:
        case "measure" | "price" | "discount":
            return _counted_too(agreement.measure(finding, facts, text), finding, text, facts)
        case "dimensions":
            return _taken_apart(agreement.dimensions(finding, facts), finding, text, facts)
        case "percentage":
            return agreement.percentage(finding, facts, text)
        case "number":
            return counting.number(finding, text, facts)
        case "size":
            return naming.size(finding, facts)
        case "certification":
            return naming.certification(finding, facts)
        case "origin":
            return naming.origin(finding, facts)
        case "compatibility":
            return naming.compatibility(finding, facts)
    return wording.concept(finding, text, facts)


def _counted_too(ruling: Ruling | None, finding: Finding, text: Assertions, facts: Facts) -> Ruling | None:
    """The verdict on a quantity whose unit is also a thing that is counted: 4 pieds."""
    if ruling is None or ruling[0] == "supported" or not finding.thing:
        return ruling
    other = counting.number(finding, text, facts)
    return other if other is not None and other[0] == "supported" else ruling


def _taken_apart(ruling: Ruling, finding: Finding, text: Assertions, facts: Facts) -> Ruling:
    """The verdict on «2 x 30 cm», which may be two pieces of 30 cm."""
    if ruling[0] == "supported" or not finding.instead:
        return ruling
    rulings = [one for other in finding.instead if (one := rule(other, text, facts)) is not None]
    return rulings[0] if rulings and all(one[0] == "supported" for one in rulings) else ruling

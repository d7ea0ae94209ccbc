"""What is known, in its types: a fact, and all facts of a record made ready to judge texts by."""

from dataclasses import dataclass, field
from typing import Any

from weft.claims.units import Unit


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known: its name («title», «attributes.material», «variants.SKU.price»), its value, and that as a text."""

    name: str
    value: Any
    text: str


@dataclass(slots=True)
class Known:
    """A concept that facts name, or deny; `weak` where the word may mean something else, `limited` where not all of it is meant."""

    concept: str
    negated: bool
    fact: Fact
    part: str | None = None
    weak: bool = False
    limited: bool = False


@dataclass(slots=True)
class Quantity:
    """A number that facts hold: its value and half of its last place in its unit (None where they give none), and what it is of."""

    value: float
    half: float
    unit: Unit | None
    fact: Fact
    role: str | None = None
    thing: str | None = None
    about: str | None = None
    near: frozenset[str] = frozenset()
    language: str | None = None

    @property
    def base(self) -> float:
        """The value in the first unit of its dimension."""
        return self.unit.base(self.value) if self.unit else self.value


@dataclass(slots=True)
class Sides:
    """Sizes that stand together, in mm where they have a unit."""

    values: list[float]
    halves: list[float]
    roles: list[str]
    fact: Fact
    unit: Unit | None


@dataclass(slots=True)
class Facts:
    """Facts made ready: what they say by kind. Made once by `prepared`, it judges any number of texts."""

    facts: list[Fact] = field(default_factory=list)
    named: dict[str, list[Known]] = field(default_factory=dict)
    kinds: dict[str, list[Known]] = field(default_factory=dict)
    measures: dict[str, list[Quantity]] = field(default_factory=dict)
    numbers: list[Quantity] = field(default_factory=list)
    shares: list[tuple[str, Quantity]] = field(default_factory=list)
    sides: list[Sides] = field(default_factory=list)
    sizes: dict[str, Fact] = field(default_factory=dict)
    marks: dict[str, list[tuple[str, Fact]]] = field(default_factory=dict)
    origins: dict[str, Fact] = field(default_factory=dict)
    named_lands: dict[str, Fact] = field(default_factory=dict)
    codes: dict[str, Fact] = field(default_factory=dict)
    words: dict[str, Fact] = field(default_factory=dict)
    short: dict[str, Fact] = field(default_factory=dict)
    text: str = " "
    affirmed: dict[str, Fact] = field(default_factory=dict)
    denied: dict[str, Fact] = field(default_factory=dict)
    denied_together: list[tuple[frozenset[str], Fact]] = field(default_factory=list)
    stems: set[str] = field(default_factory=set)
    names: frozenset[str] = frozenset()
    fits: bool = False

    def find(self, phrase: str) -> Fact | None:
        """The fact that holds a phrase of folded tokens, as a whole."""
        at = self.text.find(f" {phrase} ")
        if at < 0:
            return None
        first = phrase.partition(" ")[0]
        return self.words.get(first) or (self.facts[0] if self.facts else None)

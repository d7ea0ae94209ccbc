"""What the checks of a translation are given and what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a slug for programs, a sentence for people, and the words that it is about."""

    code: str
    words: str
    where: str = ""

    def __str__(self) -> str:
        return self.words


class Term(Protocol):
    """A glossary's term as far as a check needs it; without a target it is not to be translated."""

    @property
    def source(self) -> str:
        """The term in the source language."""

    @property
    def target(self) -> str | None:
        """The term in the target language."""

    @property
    def case_sensitive(self) -> bool:
        """Whether only this writing of the source is the term."""

    @property
    def forbidden(self) -> Sequence[str]:
        """What must not stand for it."""


class Market(Protocol):
    """A market as far as a check needs it."""

    @property
    def units(self) -> str:
        """metric, imperial or both."""

    @property
    def sizes(self) -> str:
        """The system of sizes, or nothing."""


def short(text: str, longest: int = 60) -> str:
    """A text for a sentence about it."""
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"

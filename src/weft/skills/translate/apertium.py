"""Apertium, where it is installed: a rule-based translator of related languages, good for the gist and no more.

It is a command of its own (`apt install apertium apertium-eng-spa`), found on PATH. What it does not know it marks with `*`.
"""

import functools
import html
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_COMMAND: Final = "apertium"
_SECONDS: Final = 60.0
_MOST_AT_ONCE: Final = 400
_UNKNOWN: Final = re.compile(r"(?<!\w)\*(?=\w)")
_MARK: Final = re.compile(r"(</?\d{1,6}/?>)")
_PARAGRAPH: Final = re.compile(r'<p id="w(\d+)">(.*?)</p>', re.DOTALL)
# What its modes call languages: by three letters mostly, by two in older pairs.
_CALLED: Final = {
    "en": ("eng", "en"), "es": ("spa", "es"), "fr": ("fra", "fr"), "de": ("deu", "de"), "it": ("ita", "it"),
    "pt": ("por", "pt"), "ca": ("cat", "ca"), "gl": ("glg", "gl"), "eu": ("eus", "eu"), "ro": ("ron", "ro"),
    "nl": ("nld", "nl"), "af": ("afr", "af"), "sv": ("swe", "sv"), "da": ("dan", "da"), "nb": ("nob", "nb", "nor"),
    "nn": ("nno", "nn"), "is": ("isl", "is"), "pl": ("pol", "pl"), "cs": ("ces", "cs"), "ru": ("rus", "ru"),
    "uk": ("ukr", "uk"), "be": ("bel", "be"), "bg": ("bul", "bg"), "mk": ("mkd", "mk"), "hr": ("hrv", "hbs_HR", "hbs"),
    "sr": ("srp", "hbs_SR", "hbs"), "sl": ("slv", "sl"), "oc": ("oci", "oc"), "eo": ("epo", "eo"), "cy": ("cym", "cy"),
    "br": ("bre", "br"), "ar": ("ara", "ar"), "mt": ("mlt", "mt"), "hi": ("hin", "hi"), "ur": ("urd", "ur"),
    "kk": ("kaz", "kk"), "tt": ("tat", "tt"), "tr": ("tur", "tr"), "id": ("ind", "id"), "ms": ("zlm", "ms"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gist:
    """A text as Apertium says it, and how many of its words Apertium did not know."""

    text: str
    unknown: int


def mode(source: str, target: str) -> str | None:
    """The installed mode from one language into another; None where there is none, or no Apertium."""
    there = _modes(shutil.which(_COMMAND), os.environ.get("APERTIUM_DATADIR"))
    first, second = (_called(language) for language in (source, target))
    return next((pair for one in first for other in second if (pair := f"{one}-{other}") in there), None)


def _called(language: str) -> tuple[str, ...]:
    base, _, region = language.partition("-")
    names = _CALLED.get(base.lower(), (base.lower(),))
    return (*(f"{name}_{region}" for name in names), *names) if region else names


@functools.lru_cache(maxsize=4)
def _modes(command: str | None, folder: str | None) -> frozenset[str]:  # noqa: ARG001 - another folder has other modes
    if command is None:
        return frozenset()
    try:
        done = subprocess.run([command, "-l"], capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(done.stdout.split())


def gists(texts: Sequence[str], source: str, target: str) -> list[Gist | None]:
    """The texts as Apertium says them, with marks such as `<1>` kept; None for what it did not give back."""
    pair = mode(source, target)
    found: list[Gist | None] = []
    for at in range(0, len(texts), _MOST_AT_ONCE):
        some = texts[at : at + _MOST_AT_ONCE]
        found += [None] * len(some) if pair is None else _some(some, pair)
    return found


def _some(texts: Sequence[str], pair: str) -> list[Gist | None]:
    asked = "\n".join(f'<p id="w{place}">{_escaped(text)}</p>' for place, text in enumerate(texts))
    command = [shutil.which(_COMMAND) or _COMMAND, "-f", "html-noent", pair]
    try:
        done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired):
        return [None] * len(texts)
    said = {int(place): text for place, text in _PARAGRAPH.findall(done.stdout)} if done.returncode == 0 else {}
    return [_gist(said[place], text) if place in said else None for place, text in enumerate(texts)]


def _escaped(text: str) -> str:
    return "".join(part if _MARK.fullmatch(part) else html.escape(part, quote=False) for part in _MARK.split(text))


def _gist(said: str, text: str) -> Gist | None:
    plain, unknown = _UNKNOWN.subn("", said)
    plain = re.sub(r"[ \t]+(?=[.,;:!?)])", "", html.unescape(plain))
    plain = " ".join(plain.split()) if "\n" not in text else plain.strip()
    return Gist(plain, unknown) if plain else None

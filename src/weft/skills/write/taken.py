"""How `write` learns from what people took of its changes: what its prompts rest on, and which requests would write it again."""

import functools
import hashlib
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final

from weft import examples
from weft.business import Business
from weft.skills.write import Write
from weft.skills.write.channels import CHANNELS, PARTS

SKILL: Final = "write"
_ALT: Final = re.compile(r"(?:images\.\d+\.alt|image_\d+_alt|alt_\d+)")


def rests_on(_: Write, business: Business) -> str:
    """What a model's texts rest on beside the facts: the prompt, and the examples in it."""
    return f"prompt={_prompt()} examples={examples.digest(business, SKILL)}"


@functools.cache
def _prompt() -> str:
    text = files("weft.skills.write").joinpath("prompt/write.toml").read_bytes()
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def requests(fields: Sequence[str]) -> list[dict[str, Any]]:
    """The requests, without the product, whose answers are edits of these fields: one for each channel and language."""
    wanted: dict[tuple[str, str | None], list[str]] = {}
    for name in fields:
        place = placed(name)
        if place is not None:
            part, channel, language = place
            parts = wanted.setdefault((channel, language), [])
            parts += [part] if part not in parts else []
    return [
        {"parts": parts, "channel": channel, **({"language": language} if language else {})}
        for (channel, language), parts in wanted.items()
    ]


def placed(field: str) -> tuple[str, str, str | None] | None:
    """A field's part, channel and (of a translation) language; None where no text of this skill is kept in it."""
    language = None
    name = field
    if field.startswith("translations."):
        _, language, name = field.split(".", 2)
    elif field.startswith("attributes."):
        name = field.removeprefix("attributes.")
        if name != "bullets" and not name.startswith(tuple(f"{channel}_" for channel in CHANNELS)):
            return None
    elif field == "bullets":
        return None
    channel = next((one for one in CHANNELS if name.startswith(f"{one}_")), "shop")
    name = name.removeprefix(f"{channel}_")
    part = "alt" if _ALT.fullmatch(name) else name
    return (part, channel, language) if part in PARTS else None

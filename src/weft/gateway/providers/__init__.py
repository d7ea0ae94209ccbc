"""Providers: vendors as data (`presets.toml`), and a file for each wire protocol that they speak."""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from weft.errors import InputError


@functools.cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """The vendors that are known by name: address, region, what their models can do and cost."""
    text = (resources.files(__name__) / "presets.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text))


def completed(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A provider with what its preset says put under what it says itself; raises InputError for a preset that is not there.

    Where it names models of its own, these alone are its models, each with what the preset knows of it.
    """
    name = kept.get("preset")
    if name is None:
        return dict(kept)
    preset = presets().get(str(name))
    if preset is None:
        raise InputError(f"There is no preset {name!r}; `weft models presets` shows them: {', '.join(presets())}.")
    known = preset.get("models", {})
    models = kept.get("models")
    chosen = known if not models else {one: {**known.get(one, {}), **said} for one, said in models.items()}
    base = {
        key: preset[key]
        for key in ("base_url", "protocol", "region", "headers", "concurrency", "paths")
        if key in preset
    }
    return {**base, **kept, "models": chosen}

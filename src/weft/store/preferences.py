"""How a business speaks and to whom: its voice, its languages, its markets, what it may and may not claim."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from weft.errors import InputError, WeftError
from weft.postgres.database import Database
from weft.store import journal, languages
from weft.store.merchandising import Dials


def _language(text: str) -> str:
    try:
        return languages.tag(text) if text.strip() else ""
    except WeftError as problem:
        raise ValueError(problem.message) from None


def _there(text: str) -> str:
    if not text:
        raise ValueError("say which language")
    return text


def _trimmed(text: str) -> str:
    return " ".join(text.split())


def _phrases(given: list[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(_trimmed, given))))


def _code(text: str) -> str:
    said = text.strip().upper()
    if said and not re.fullmatch("[A-Z]{2}", said):
        raise ValueError("is not a country such as DE or US")
    return said


def _currency(text: str) -> str:
    said = text.strip().upper()
    if said and not re.fullmatch("[A-Z]{3}", said):
        raise ValueError("is not a currency such as EUR")
    return said


_Language = Annotated[str, AfterValidator(_language)]
_Named = Annotated[str, AfterValidator(_language), AfterValidator(_there)]
_Phrase = Annotated[str, Field(max_length=200)]
_Phrases = Annotated[list[_Phrase], Field(max_length=1_000), AfterValidator(_phrases)]
_Text = Annotated[str, Field(max_length=20_000)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Voice(_Section):
    """How texts sound."""

    tone: Literal["plain", "warm", "expert", "playful"] = "plain"
    person: Literal["neutral", "you", "we"] = Field(
        "neutral", description="Whether texts speak to the buyer or as the shop."
    )
    formality: Literal["informal", "formal"] = Field("informal", description="du or Sie, tu or vous.")
    spelling: _Language = Field(
        "", description="A variety of spelling: en-US, en-GB, de-DE, de-CH; empty for the usual."
    )
    use: _Phrases = Field(default_factory=list, description="Words to use where they fit.")
    avoid: _Phrases = Field(default_factory=list, description="Words that no text may have.")
    examples: list[_Text] = Field(default_factory=list, max_length=50, description="Texts that sound right.")
    brand: str = Field("", max_length=200, description="The brand's name, as it is written.")


class Languages(_Section):
    """Which languages the shop speaks."""

    main: _Language = Field("", description="The catalog's own language; empty: told from the catalog.")
    others: list[_Named] = Field(
        default_factory=list, max_length=100, description="The languages that it is translated into."
    )


class Market(_Section):
    """A place where the shop sells, with its language, units, sizes and currency."""

    name: str = Field(min_length=1, max_length=100)
    country: Annotated[str, AfterValidator(_code)] = Field("", description="As in ISO 3166: DE, US.")
    language: _Language = ""
    units: Literal["metric", "imperial", "both"] = "metric"
    sizes: Literal["", "EU", "US", "UK", "IT", "FR", "JP"] = Field("", description="The system of sizes.")
    currency: Annotated[str, AfterValidator(_currency)] = Field("", description="As in ISO 4217: EUR, USD.")


class Markets(_Section):
    """The markets, each under a name of its own."""

    markets: list[Market] = Field(default_factory=list, max_length=250)


class Claims(_Section):
    """What the shop's texts may claim beyond the facts, and what they may never say."""

    forbidden: _Phrases = Field(default_factory=list, description="Phrases that no text may have.")
    allowed: _Phrases = Field(
        default_factory=list, description="Claims that the shop stands for, whatever a product's facts."
    )
    certifications: _Phrases = Field(
        default_factory=list, description="Certificates whose names are to be known as such."
    )


class Retention(_Section):
    """How long is kept what people did."""

    days: int = Field(
        default=0, ge=0, le=36_500, description="After how many days behaviors are deleted; 0: they are kept."
    )


def _columns(given: list[str]) -> list[str]:
    return sorted(set(_phrases(given)))


class Searched(_Section):
    """What is found by words beside titles, descriptions, makers, categories, options, attributes and translations."""

    columns: Annotated[list[_Phrase], Field(max_length=200), AfterValidator(_columns)] = Field(
        default_factory=list,
        description="Columns of imported files whose words shoppers may search; `*` for all. None if none is named: such a column "
        "may be a note of the shop's own.",
    )


SECTIONS: Final[Mapping[str, type[_Section | Dials]]] = {
    "voice": Voice,
    "languages": Languages,
    "markets": Markets,
    "claims": Claims,
    "search": Dials,
    "behaviors": Retention,
    "index": Searched,
}


def checked(section: str, value: Any) -> _Section | Dials:
    """A section's value as its model; raises InputError with a sentence for each thing that is wrong in it."""
    model = SECTIONS.get(section)
    if model is None:
        raise InputError(f"There is no section {section[:60]!r}; there are {', '.join(SECTIONS)}.")
    if isinstance(value, Markets):
        _refuse_twins(value)
    if isinstance(value, model):
        return value
    if section == "markets" and isinstance(value, list):
        value = {"markets": value}
    if not isinstance(value, Mapping):
        raise InputError(f"The section {section} is an object of {', '.join(model.model_fields)}.")
    try:
        held = model.model_validate(value)
    except ValidationError as problem:
        raise InputError(" ".join(_said(section, model, value, problem))) from None
    if isinstance(held, Markets):
        _refuse_twins(held)
    return held


def _said(section: str, model: type[_Section | Dials], value: Any, problem: ValidationError) -> Iterator[str]:
    """A sentence for each error, with the place in the words of the section."""
    for error in problem.errors()[:5]:
        place = _place(value, error["loc"])
        if error["type"] == "extra_forbidden":
            fields = Market.model_fields if section == "markets" and len(error["loc"]) > 1 else model.model_fields
            yield f"{section} has no field {place!r}; it has {', '.join(fields)}."
        else:
            reason = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            shown = orjson.dumps(error.get("input"), default=str).decode()[:60]
            sentence = f"{section}.{place} is {shown}, and should be {reason}" if reason != error["msg"] else ""
            sentence = (
                sentence if not error["msg"].startswith("Value error") else f"{section}.{place} ({shown}): {reason}"
            )
            yield (sentence or f"{section}.{place}: {error['msg']}").rstrip(".") + "."


def _place(value: Any, path: Sequence[int | str]) -> str:
    """Where in a section an error is; a market is called by its name."""
    if len(path) > 1 and path[0] == "markets" and isinstance(path[1], int):
        try:
            name = value["markets"][path[1]]["name"]
        except (LookupError, TypeError):
            name = None
        path = (str(name) if name else f"{path[1] + 1}", *path[2:])
    return ".".join(str(part) for part in path)


def _refuse_twins(held: Markets) -> None:
    names = [market.name.casefold() for market in held.markets]
    if twins := [market.name for market in held.markets if names.count(market.name.casefold()) > 1]:
        raise InputError(f"There are two markets called {twins[0]!r}; each has a name of its own.")


class Preferences:
    """One business's preferences; a section that was never set has its defaults."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def _held(self) -> dict[str, dict[str, Any]]:
        with self._database.tenant(self._business) as connection:
            return dict(connection.execute("select section, body from preference").fetchall())

    def _section(self, name: str) -> Any:
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select body from preference where section = %s", (name,)).fetchone()
        return _read(name, row[0] if row else {})

    def voice(self) -> Voice:
        """How texts sound."""
        held: Voice = self._section("voice")
        return held

    def languages(self) -> Languages:
        """The main language and the others."""
        held: Languages = self._section("languages")
        return held

    def markets(self) -> list[Market]:
        """The markets in their order."""
        held: Markets = self._section("markets")
        return list(held.markets)

    def claims(self) -> Claims:
        """What may be claimed, and what may not."""
        held: Claims = self._section("claims")
        return held

    def search(self) -> Dials:
        """The dials of search and recommendations."""
        held: Dials = self._section("search")
        return held

    def behaviors(self) -> Retention:
        """How long behaviors are kept."""
        held: Retention = self._section("behaviors")
        return held

    def index(self) -> Searched:
        """What is found by words beside the fields of a product."""
        held: Searched = self._section("index")
        return held

    def get(self, section: str) -> dict[str, Any]:
        """One section as an object; raises InputError where there is none of that name."""
        checked(section, {})
        return dict(self._section(section).model_dump())

    def shown(self) -> dict[str, Any]:
        """All sections as objects, by name."""
        held = self._held()
        return {name: _read(name, held.get(name, {})).model_dump() for name in SECTIONS}

    def put(self, section: str, value: Any, who: str) -> bool:
        """Set a section as a whole, and tell whether that changed anything; raises InputError, and then nothing is set."""
        return self.put_all({section: value}, who)

    def put_all(self, sections: Mapping[str, Any], who: str) -> bool:
        """Set several sections, all or none; tells whether that changed anything. Raises InputError."""
        given = {name: checked(name, value).model_dump() for name, value in sections.items()}
        changed = False
        with self._database.tenant(self._business) as connection:
            for name, body in given.items():
                connection.execute(
                    "insert into preference (section, body, by) values (%s, '{}', %s) on conflict do nothing",
                    (name, who),
                )
                row = connection.execute(
                    "select body from preference where section = %s for update", (name,)
                ).fetchone()
                before = _read(name, row[0] if row else {}).model_dump()
                if before == body:
                    continue
                changed = True
                connection.execute(
                    "update preference set body = %s::jsonb, by = %s, at = now() where section = %s",
                    (orjson.dumps(body).decode(), who, name),
                )
                fields = [field for field in body if body[field] != before[field]]
                detail = {
                    "section": name,
                    "before": {field: before[field] for field in fields},
                    "after": {field: body[field] for field in fields},
                }
                journal.record(connection, self._business, who, "settings.set", detail)
        return changed

    def reset(self, section: str, who: str) -> bool:
        """Put a section back to its defaults, and tell whether that changed anything; raises InputError."""
        return self.put(section, {}, who)

    def digest(self, *sections: str) -> str:
        """A digest of these sections, or of all: what an answer that used them rests on (hexadecimal)."""
        shown = self.shown()
        chosen = {name: shown[name] for name in sections or SECTIONS}
        text = orjson.dumps(chosen, option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(text, digest_size=16).hexdigest()


def _read(name: str, body: Any) -> _Section | Dials:
    """A section as it is kept; what a later Weft knew of it and this one does not is passed over."""
    model = SECTIONS[name]
    return model.model_validate({field: value for field, value in body.items() if field in model.model_fields})

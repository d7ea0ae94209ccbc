"""The local engine of `write`: texts from facts by a grammar, and of these only what every check lets pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from weft.business import Business
from weft.errors import WeftError
from weft.skill import products_of
from weft.skills.write import Part, Unwritten, Write, Written
from weft.skills.write.answers import NOTHING_KNOWN, Text, answered, twins_of
from weft.skills.write.brief import Brief
from weft.skills.write.channels import base, part_name
from weft.skills.write.checks import Standard, formal_problems, judged, word_problems
from weft.skills.write.grammar import GRAMMARS, Grammar, Telling
from weft.skills.write.grammar.telling import Draft, fitted, telling
from weft.skills.write.setting import Setting, setting

_SPOKEN: Final = frozenset(GRAMMARS)
_LANGUAGES: Final = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "zh": "Chinese",
}  # fmt: skip
ADD_A_MODEL: Final = "a model can: add one with `weft models add`, and a route called write"


def written(asked: Write, business: Business) -> Written:
    """The texts of one product; raises NotFound."""
    (answer,) = written_many([asked], business)
    if isinstance(answer, WeftError):
        raise answer
    return answer


def written_many(asked: Sequence[Write], business: Business) -> list[Written | WeftError]:
    """The texts of many products, each an answer or the error why there is none."""
    here = setting(business)
    products = products_of([one.product for one in asked], business)
    pairs = [(one, product) for one, product in zip(asked, products, strict=True) if isinstance(product, dict)]
    briefs = here.briefs(pairs)
    twins = twins_of(briefs, here)
    made = iter(
        answered(one, brief, texts(one, brief, here), here, twins.get(place, []))
        for place, ((one, _), brief) in enumerate(zip(pairs, briefs, strict=True))
    )
    return [product if isinstance(product, WeftError) else next(made) for product in products]


@dataclass(frozen=True, slots=True)
class _Page:
    """A draft whose every claim is supported, and what it is written with."""

    told: Telling
    grammar: Grammar
    draft: Draft
    short: list[str]
    claims: Mapping[str, int]


def texts(asked: Write, brief: Brief, here: Setting) -> tuple[list[Text], list[Unwritten]]:
    """The texts of the parts that are asked for, and those parts that cannot be written, with the reason."""
    language = base(brief.language)
    if (why := _unspoken(brief, language)) is not None:
        return [], [Unwritten(part=part, why=why) for part in asked.parts]
    grammar = GRAMMARS[language]
    told = telling(brief, language, here.voice_in(brief.language), here.units(brief.language))
    measured = here.standard(asked.channel, brief.language)
    page = _page(told, grammar, brief, measured, asked.parts)
    found: list[Text] = []
    left: list[Unwritten] = []
    for part in dict.fromkeys(asked.parts):
        limit = measured.limit(part)
        if limit is None:
            left.append(Unwritten(part=part, why=f"The channel {asked.channel} has no {part_name(part)}."))
            continue
        pieces = _WRITERS[part](page, measured)
        pieces = [replace(one, text=_swiss(one.text, told.voice.spelling)) for one in pieces]
        sound = [one for one in pieces if not any(formal_problems(part, one.text, brief, measured).values())]
        found += sound
        if not sound and part in ("title", "seo_title") and told.unknown:
            left.append(Unwritten(part=part, why=_half_said(told), unknown=list(told.unknown)))
        elif not sound:
            left.append(Unwritten(part=part, why=_why(part, pieces, brief, measured)))
    return found, left


def _swiss(text: str | list[str], spelling: str) -> str | list[str]:
    """A text as Switzerland spells it, which writes no ß, where that is the spelling."""
    if not spelling.upper().endswith(("-CH", "-LI")):
        return text
    return text.replace("ß", "ss") if isinstance(text, str) else [one.replace("ß", "ss") for one in text]


def _unspoken(brief: Brief, language: str) -> str | None:
    """Why nothing can be written of a product in a language without a model, if so."""
    if language not in _SPOKEN:
        return f"Without a model only English and German can be written, not {_LANGUAGES.get(language, language)}; {ADD_A_MODEL}."
    spoken = brief.spoken
    if spoken is not None and base(spoken) not in _SPOKEN:
        named = _LANGUAGES.get(base(spoken), spoken)
        return f"Its own text is in {named}, which cannot be put into {_LANGUAGES[language]} without a model; {ADD_A_MODEL}."
    if not (brief.name or brief.brand or brief.kind):
        return NOTHING_KNOWN
    return None


def _half_said(told: Telling) -> str:
    words = ", ".join(f"“{one}”" for one in told.unknown)
    return f"Its title says {words}, which nothing here can say in {_LANGUAGES[told.language]}; {ADD_A_MODEL}."


def _why(part: Part, pieces: Sequence[Text], brief: Brief, measured: Standard) -> str:
    if part == "alt":
        return "Every picture has a text that says what it shows." if brief.pictures else "The product has no pictures."
    if not pieces:
        return "Too little is known of the product" + (
            f"; its {brief.needs[0].fact} would help." if brief.needs else "."
        )
    problems = formal_problems(part, pieces[0].text, brief, measured)
    return next((found[0] for found in problems.values() if found), "Too little is known of the product.")


def _page(told: Telling, grammar: Grammar, brief: Brief, measured: Standard, asked: Sequence[Part]) -> _Page:
    """The draft and the short sentences without what is not supported, all judged at once."""
    draft = grammar.draft(told) if set(asked) & {"description", "bullets"} else Draft()
    short = grammar.short(told) if "seo_description" in asked or measured.channel == "social" else []
    titles = [_titled(told, grammar, measured)] if set(asked) & {"title", "seo_title"} else []
    parts = list(dict.fromkeys([*draft.texts(), *short, *titles]))
    whole, starts = "", []
    for part in parts:
        starts.append(len(whole))
        whole += part + "\n"
    counts = dict.fromkeys(parts, 0)
    wrong: set[str] = set()
    wrong.update(one for one in [*draft.body, *draft.items] if word_problems(one, brief, measured))
    ends = [start + len(part) for start, part in zip(starts, parts, strict=True)]
    for one in judged(whole, brief, measured):
        place = next((n for n, end in enumerate(ends) if one.claim.start < end), len(parts) - 1)
        counts[parts[place]] += 1
        if not one.ok:
            wrong.add(parts[place])
    if draft.lead and draft.lead[0] in wrong:
        # What follows the first sentence says `it` of what that one named.
        if told.shares or told.components or told.material:
            return _page(replace(told, shares=(), components=(), material=""), grammar, brief, measured, asked)
        draft.lead.clear()
    return _Page(told, grammar, draft.without(wrong), [one for one in short if one not in wrong], {
        part: count for part, count in counts.items() if part not in wrong
    })  # fmt: skip


def _titled(told: Telling, grammar: Grammar, measured: Standard) -> str:
    """A product's title: short for its own shop, one that stands alone for others."""
    return grammar.title(told) if measured.channel in ("shop", "social") else grammar.feed_title(told)


def _title(page: _Page, measured: Standard) -> list[Text]:
    title = _titled(page.told, page.grammar, measured)
    if page.told.unknown:
        return []
    if title not in page.claims:
        if not page.told.kept:
            return []
        title = page.told.proper
    limit = measured.rules.limits["title"].characters
    return [
        Text(
            "title",
            _cut(title, limit),
            None,
            page.claims.get(title, 0),
            ("title", "vendor", "color", "material", "composition"),
        )
    ]


def _description(page: _Page, measured: Standard) -> list[Text]:
    if not (page.draft.body or page.draft.items or page.draft.lines):
        return []
    claims = sum(page.claims.get(one, 0) for one in page.draft.texts())
    limit = measured.rules.limits["description"].characters
    if measured.channel == "social":
        text = fitted(
            list(dict.fromkeys([*page.short, *(f"{one}." for one in page.draft.items if len(one) < 80)])), limit
        )
    elif measured.rules.html:
        text = page.grammar.html(page.draft)
    else:
        text = page.grammar.text(page.draft, limit)
    return [Text("description", text, None, claims, ())]


def _bullets(page: _Page, measured: Standard) -> list[Text]:
    limit = measured.rules.limits["bullets"]
    bullets = page.grammar.bullets(page.draft, limit.most, limit.characters)
    return (
        [Text("bullets", bullets, None, sum(page.claims.get(one, 0) for one in bullets), ())]
        if len(bullets) >= limit.least
        else []
    )


def _seo_title(page: _Page, measured: Standard) -> list[Text]:
    limit = measured.rules.limits["seo_title"].characters
    if page.told.unknown:
        return []
    title, name = page.grammar.title(page.told), page.told.proper
    if not page.told.kept and title not in page.claims:
        return []
    forms = [_signed(title, page), title, _signed(name, page), name]
    chosen = next((form for form in forms if form.strip(" |") and len(form) <= limit), _cut(title, limit))
    return [Text("seo_title", chosen, None, page.claims.get(title, 0), ("title", "vendor", "color"))]


def _signed(title: str, page: _Page) -> str:
    """A title that ends with the shop's brand, or the maker's where the shop has none; one that names either stays."""
    maker, shop = page.told.brief.brand, page.told.voice.brand.strip()
    named = any(one and one.casefold() in title.casefold() for one in (maker, shop))
    return title if named or not (shop or maker) else f"{title} | {shop or maker}"


def _seo_description(page: _Page, measured: Standard) -> list[Text]:
    text = fitted(page.short, measured.rules.limits["seo_description"].characters)
    return (
        [Text("seo_description", text, None, sum(page.claims.get(one, 0) for one in page.short if one in text), ())]
        if text
        else []
    )


def _alt(page: _Page, measured: Standard) -> list[Text]:
    """A text for each picture that has none that would do."""
    pictures = page.told.brief.pictures
    seen: dict[str, int] = {}
    for picture in pictures:
        seen[picture.alt.casefold()] = seen.get(picture.alt.casefold(), 0) + 1
    limit = measured.rules.limits["alt"].characters
    found: list[Text] = []
    taken: set[str] = set()
    for picture in pictures:
        if page.told.own and len(picture.alt.split()) >= 3 and seen[picture.alt.casefold()] == 1:
            continue
        text = page.grammar.alt(page.told, picture)
        if text in taken and (which := page.grammar.ordinal(picture.place)):
            text = f"{text}, {which}"
        text = _short_alt(text, limit)
        if text not in taken:
            taken.add(text)
            found.append(Text("alt", text, picture.place, 0, ("title", "color")))
    return found


def _short_alt(text: str, characters: int) -> str:
    """An alt text within its limit: what tells it from the others stands last and stays."""
    if len(text) <= characters:
        return text
    start, comma, end = text.rpartition(", ")
    return f"{_cut(start, characters - len(end) - 2)}{comma}{end}" if comma else _cut(text, characters)


def _cut(text: str, characters: int) -> str:
    """A text within its limit, cut between words."""
    if len(text) <= characters:
        return text
    return text[: characters + 1].rpartition(" ")[0].rstrip(" ,;:–-") or text[:characters]


_WRITERS: Final = {
    "title": _title,
    "description": _description,
    "bullets": _bullets,
    "seo_title": _seo_title,
    "seo_description": _seo_description,
    "alt": _alt,
}

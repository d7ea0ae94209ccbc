"""Claims that name something: certificates, places of origin, what a thing is compatible with."""

import re
from collections.abc import Iterator
from typing import Final

from weft.claims.finding import STOPS, Finding, Scan
from weft.claims.languages import small_words
from weft.claims.lexicon import Entry, longest

_WEAK: Final = frozenset(
    ["standard", "norm", "approved", "label", "listed", "award", "verified", "compliant", "tested", "accredited", "endorsed", "geprüft",
     "zugelassen", "konform", "anerkannt", "标准", "检测", "标志", "认可", "检验", "标签", "seal", "siegel"]
)  # fmt: skip
_NAMED: Final = 5
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_FILLER: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "by",
        "to",
        "of",
        "and",
        "for",
        "with",
        "is",
        "are",
        "our",
        "dem",
        "der",
        "die",
        "das",
        "den",
        "nach",
        "von",
        "durch",
        "vom",
        "mit",
        "und",
        "für",
        "aus",
        "dem",
        "im",
        "in",
        "par",
        "la",
        "le",
        "les",
        "de",
        "du",
        "des",
        "et",
        "selon",
        "l",
        "d",
        "por",
        "el",
        "los",
        "las",
        "del",
        "y",
        "según",
        "con",
        "para",
        "como",
        "as",
        "from",
        "als",
        "ist",
        "est",
    ]
)


def certificates(scan: Scan) -> Iterator[Finding]:
    """Marks that the lexicon knows, and names that stand beside a word such as «certified»."""
    taken: set[int] = set()
    for span in scan.spans:
        marks = [one for one in span.entries if one.kind == "certification"]
        if not marks:
            continue
        near = _certified_near(scan, span.first, span.after)
        if all(one.ambiguous for one in marks) and not near and not _numbered(scan, span.after):
            continue
        after = _with_number(scan, span.after)
        taken.update(range(span.first, after))
        name = " ".join(scan.words[span.after : after])
        if marks[0].concept == "IP":
            if not name:
                continue
            name = "ip" + name.replace(" ", "")
        yield Finding("certification", span.first, after, marks, name=name, negated=span.negated, denied=span.denied)
    for n, (after, entries) in scan.steering.items():
        for entry in entries:
            if entry.kind == "certified":
                yield from _open(scan, n, after, entry.concept, taken)
                break


def _certified_near(scan: Scan, first: int, after: int) -> bool:
    near = range(max(0, first - 4), min(after + 3, len(scan.words)))
    return any(scan.steers(n, "certified") for n in near if not first <= n < after)


def _numbered(scan: Scan, n: int) -> bool:
    return n < len(scan.words) and scan.words[n][0].isdigit()


def _with_number(scan: Scan, n: int) -> int:
    """The end of a mark with the number that belongs to it: ISO 9001, EN 71-3, energy class A++."""
    words, end = scan.words, n
    if (
        end < len(words)
        and words[end] in ("-", ":")
        and end + 1 < len(words)
        and (words[end + 1][0].isdigit() or words[end] == ":")
    ):
        end += 1
    if end < len(words) and (words[end][0].isdigit() or (len(words[end]) == 1 and scan.raws_upper(end))):
        end += 1
        while end < len(words) and words[end] in ("+", "-", ":") and scan.reading.glued(end):
            end += 2 if words[end] != "+" and end + 1 < len(words) and words[end + 1][0].isdigit() else 1
            if words[min(end, len(words)) - 1] in ("-", ":"):
                return end - 1
        return min(end, len(words))
    return n


def _open(scan: Scan, n: int, after: int, side: str, taken: set[int]) -> Iterator[Finding]:
    """A certificate by its name, where the lexicon does not know it; the bare word where it is strong."""
    if any(at in taken for at in range(max(0, n - 3), min(after + 4, len(scan.words)))):
        return
    first, last = n, after
    if side in (">", ""):
        last = _name_behind(scan, after)
    if side in ("<", "") and last == after:
        first = _name_before(scan, n)
    weak = scan.words[n] in _WEAK
    if first == n and last == after:
        if not weak and side != ">" and not _CJK.match(scan.words[n]):
            yield Finding("certification", n, after, negated=_denied(scan, n), name="")
        return
    start, end = (first, n) if first < n else (after, last)
    name = " ".join(
        word for word in scan.words[start:end] if word not in STOPS and word not in _FILLER and word not in "-\",'"
    )
    if weak and not any(_is_sign(scan.reading.raws[at]) for at in range(start, end)):
        return
    yield Finding("certification", min(first, n), max(last, after), negated=_denied(scan, n), name=name)


def _is_sign(raw: str) -> bool:
    """Whether a word is a short form or a code: ABC, EcoStar, 9001."""
    return raw[0].isdigit() or any(char.isupper() for char in raw[1:])


def _denied(scan: Scan, n: int) -> bool:
    """Whether a denial reaches a token, and nothing that it denies stands between: «ohne Tierversuche hergestellt in …»."""
    for at in range(n - 1, max(-1, n - 4), -1):
        if scan.words[at] in STOPS or scan.words[at] == ",":
            return False
        if scan.steers(at, "not before"):
            return True
        if (span := scan.span(at)) is not None and span.negated:
            return False
    return False


def _proper(scan: Scan, n: int) -> bool:
    """Whether a token can be part of a name."""
    raw = scan.reading.raws[n]
    if raw[0].isdigit():
        return True
    return raw[:1].isupper() and scan.words[n] not in _FILLER


def _name_behind(scan: Scan, n: int) -> int:
    words, at, end = scan.words, n, n
    while at < len(words) and at - n < _NAMED + 4:
        if words[at] in STOPS and words[at] != ":":
            break
        if _proper(scan, at):
            end = at + 1
        elif (
            words[at] == ","
            or (end > n and words[at] not in ("-", "/", "of", "de", "für", "for", "&", "der", "the", '"'))
            or (
                words[at] not in _FILLER
                and words[at] not in ("-", ":", '"', "/", "&", "'")
                and not _CJK.match(words[at])
            )
        ):
            break
        at += 1
    return end


def _name_before(scan: Scan, n: int) -> int:
    words, at, first = scan.words, n - 1, n
    while at >= 0 and n - at <= _NAMED + 1:
        word = words[at]
        if _CJK.match(word):
            break
        if _proper(scan, at):
            if scan.steering.get(at) and at < n - 1 and word in small_words():
                break
            first = at
        elif word not in ("-", '"', "/", "&"):
            break
        at -= 1
    if (
        first < n
        and scan.language != "de"
        and first == _sentence_start(scan, n)
        and n - first == 1
        and words[first] in small_words()
    ):
        return n
    return first


def _sentence_start(scan: Scan, n: int) -> int:
    while n > 0 and scan.words[n - 1] not in STOPS:
        n -= 1
    return n


def origins(scan: Scan) -> Iterator[Finding]:
    """Where the text says that the thing was made."""
    for n, (after, entries) in scan.steering.items():
        kinds = {entry.kind for entry in entries}
        if "origin before" in kinds:
            yield from _made_in(scan, n, after)
        elif "origin after" in kinds:
            yield from _made_after(scan, n, after)


_BARE: Final = frozenset(["from", "aus", "vient de", "from the", "en", "产", "制"])


_DESIGNED: Final = frozenset(["designed", "entworfen", "conçu", "conçue", "diseñado", "diseñada", "设"])


# German nouns that say how and not where: «produziert in Kleinserie».
_MANNER: Final = re.compile(
    r"(?:arbeit|serien?|regie|formen?|weise|betrieb|werkstatt|werkstätten|auflagen?|stückzahl(?:en)?|tradition|verfahren|technik|qualität|"
    r"produktion|handwerk|farben?|größen?|schritten?|minuten|stunden|tagen|kesseln?|fässern?|öfen|gläsern?|flaschen|dosen|teilen|reihe|folge)$"
)


def _made_in(scan: Scan, n: int, after: int) -> Iterator[Finding]:
    words, at = scan.words, after
    while (
        at < len(words)
        and at - after < 3
        and (words[at] in (":", "the", "der", "den", "dem", "la", "el", "les", "l", "'", "le") or words[at] == "-")
    ):
        at += 1
    bare = after - n == 1 and words[n] in _BARE
    country = _country(scan, at)
    if country:
        role = "design" if words[n] in _DESIGNED else None
        yield Finding("origin", n, country[0], country[1], role=role, negated=_denied(scan, n))
        while (
            country
            and country[0] < len(words)
            and words[country[0]] in (",", "and", "und", "et", "y", "/", "&", "和", "or", "oder", "ou", "o", "e")
        ):
            at = country[0] + 1
            country = _country(scan, at)
            if country:
                yield Finding("origin", at, country[0], country[1], negated=_denied(scan, n))
        return
    if at < len(words) and _CJK.match(words[at]):
        yield from _chinese_place(scan, n, at)
        return
    if bare or at >= len(words) or words[n] in _DESIGNED:
        return
    end = at
    while end < len(words) and end - at < 3 and scan.reading.raws[end][:1].isupper() and not scan.steering.get(end):
        end += 1
    strong = " ".join(words[n:after]).endswith(
        (" in", " en", " im", " au", " à", "origin", "herkunft", "origine", "origen")
    )
    if end > at and strong and scan.span(at) is None and not (scan.language == "de" and _MANNER.search(words[at])):
        yield Finding("origin", n, end, name=" ".join(words[at:end]), negated=_denied(scan, n))


def _chinese_place(scan: Scan, n: int, at: int) -> Iterator[Finding]:
    end = at
    while end < len(scan.words) and end - at < _LONGEST and _CJK.match(scan.words[end]) and scan.words[end] != "的":
        end += 1
    if end - at >= _FEW and (end >= len(scan.words) or scan.words[end] == "的" or not _CJK.match(scan.words[end])):
        yield Finding("origin", n, end, name=" ".join(scan.words[at:end]), negated=_denied(scan, n))


_SOURCES: Final = frozenset(["from", "aus", "de", "du", "des", "d", "d'", "von", "(", "'", "来", "自", "the"])


_SOLD: Final = re.compile(
    r"deliver|ship|sold|stock|available|versand|liefer|erhältlich|verkauf|livr|expédi|vend|envío|entrega|disponib|design|entworfen|conçu"
    r"|diseñ|配送|发货|销售|设计"
)


def _sold(scan: Scan, n: int) -> bool:
    """Whether a country is one that is delivered to, or designed in."""
    return bool(_SOLD.search(" ".join(scan.words[max(0, n - 6) : n])))


def mentions(scan: Scan, taken: set[int]) -> Iterator[Finding]:
    """Countries that are named anywhere else: a claim where facts say where a thing is from."""
    countries, after = scan.lexicon.countries, 0
    for n, word in enumerate(scan.words):
        if n < after or word not in countries or n in taken or scan.at[n] >= 0 or scan.trapped[n]:
            continue
        hit = _country(scan, n)
        lands = [one for one in hit[1] if one.value == "land"] if hit else []
        if hit and lands:
            yield Finding("origin", n, hit[0], lands, silent=True, labelled=_is_source(scan, n) and not _sold(scan, n))
        elif hit and (_of_makers(scan, n, hit[0]) or _of_goods(scan, n, hit[0])) and not _sold(scan, n):
            yield Finding("origin", n, hit[0], hit[1], silent=True, labelled=True)
        after = hit[0] if hit else after


def _is_source(scan: Scan, n: int) -> bool:
    """Whether the words before a country say that something comes from there: «from Peru», «land: Peru», «near Cusco, Peru»."""
    words = scan.words
    before = words[n - 1] if n else ""
    if before in _SOURCES or before in _INSIDE:
        return True
    if before == ":" and n > 1:
        return bool(_LABEL.search(words[n - 2]))
    named = before == "," and n > 1 and scan.reading.raws[n - 2][:1].isupper()
    return named and (
        _making_near(scan, n - 2) or any(scan.steers(at, "origin before") for at in range(max(0, n - 5), n))
    )


_LABEL: Final = re.compile(r"land$|country|pays|país|pais|origin|orig[ei]n|herkunft|provenance|国|地")
_MAKERS: Final = re.compile(
    r"craft\w*|workshops?|studio|mill|makers?|manufactur\w*|artisans?|hand(?:werk|arbeit|gefertigt|made)\w*|(?:her|fertig)(?:stell)?ung|herkunft|"
    r"ursprung|produ[ck]t(?:ion|ion\w+)|manufakturen?|werkstatt|(?:familien)?betrieb|savoir|fabrication|production|origine|ateliers?|"
    r"artesan\w*|fabricaci[oó]n|producci[oó]n|taller(?:es)?|origen|manufactura|proudly|sewn|genäht|cousue?s?|cosid[oa]s?|tejid[oa]s?|facture|"
    r"[匠坊造制]"
)


_GOODS: Final = re.compile(
    r"coffee|beans?|honey|oil|wine|tea|rice|olives?|wool|cotton|linen|marble|oak|leather|kaffee|bohnen|honig|öl|olivenöl|wein|tee|reis|wolle|"
    r"baumwolle|leinen|marmor|eiche|leder|café|miel|huile|vin|thé|riz|laine|coton|lin|marbre|chêne|cuir|aceite|vino|té|arroz|lana|algodón|lino|"
    r"mármol|roble|piel|cuero|cacao|schokolade|chocolate|chocolat"
)


def _of_goods(scan: Scan, first: int, after: int) -> bool:
    """Whether a word such as «Kenyan» is said of what grows or is quarried somewhere: Kenyan coffee, aceite italiano."""
    beside = scan.words[max(0, first - 1) : first] + scan.words[after : after + 2]
    return any(_GOODS.fullmatch(word) for word in beside)


def _of_makers(scan: Scan, first: int, after: int) -> bool:
    """Whether a word such as «Italian» is said of how or by whom a thing is made: «Italian craftsmanship», «de fabrication italienne»."""
    words = scan.words
    for step, start in ((-1, first - 1), (1, after)):
        at = start
        while 0 <= at < len(words) and abs(at - start) < _NEARBY and words[at] not in STOPS and words[at] != ",":
            if _MAKERS.fullmatch(words[at]):
                return True
            at += step
    return False


_NEARBY: Final = 3
_INSIDE: Final = frozenset(["in", "im", "en", "au", "aux", "der", "den", "dem", "the", "la", "el", "los"])
_MAKING: Final = re.compile(
    r"(?:her|fertig)?gestell(?:t|ung)|(?:ge|ver|an|hand|vor)?(?:fertigt|arbeitet|näht|webt|strickt|baut|schmiedet|gossen|brannt|braut|füllt|röstet|"
    r"backen|erntet|druckt|schnitzt|schneidert|knüpft|filzt|gerbt|presst|dreht|drechselt)|produzier(?:t|en)|"
    r"(?:fabriqu|confectionn|produi|cous|tiss|tricot|cultiv|assembl|forg|moul|souffl|brass|torréfi|embouteill|distill|récolt|imprim|brod|"
    r"fabricad|elaborad|confeccionad|producid|cosid|tejid|cultivad)\w*|"
    r"made|manufactured|produced|crafted|sewn|woven|knitted|built|grown|handmade|bottled|roasted|brewed"
)


def _making_near(scan: Scan, n: int) -> bool:
    """Whether the clause of a place says that something is made there: «gefertigt wird in Vietnam», «wird in Norwegen gestrickt»."""
    for step in (-1, 1):
        at = n + step
        while (
            0 <= at < len(scan.words)
            and abs(at - n) <= _CLAUSE
            and scan.words[at] not in STOPS
            and scan.words[at] != ","
        ):
            if _MAKING.fullmatch(scan.words[at]):
                return True
            at += step
    return False


_CLAUSE: Final = 6


def _country(scan: Scan, n: int) -> tuple[int, list[Entry]] | None:
    if n >= len(scan.words) or scan.words[n] not in scan.lexicon.countries:
        return None
    hit = longest(scan.lexicon.countries, scan.words, scan.reading.glued, n)
    if hit is None or (
        not scan.reading.raws[n][:1].isupper() and not _CJK.match(scan.words[n]) and len(scan.words[n]) < 4
    ):
        return None
    return hit


def _made_after(scan: Scan, n: int, after: int) -> Iterator[Finding]:
    """«Italian-made», «意大利制造»."""
    for back in range(max(0, n - 7), n):
        hit = _country(scan, back)
        if hit and (hit[0] == n or (hit[0] == n - 1 and scan.words[n - 1] == "-")):
            yield Finding("origin", back, after, hit[1])
            return
    first = n
    while first > 0 and n - first < _PLACE and _CJK.match(scan.words[first - 1]) and first - 1 not in scan.steering:
        first -= 1
    name = "".join(scan.words[first:n])
    if (
        len(name) > 1
        and (first == 0 or not _CJK.match(scan.words[first - 1]))
        and _CJK.match(scan.words[n])
        and not _NO_PLACE.search(name)
        and not any(scan.at[at] >= 0 or scan.trapped[at] for at in range(first, n))
    ):
        yield Finding("origin", first, after, name=" ".join(scan.words[first:n]), silent=True)


_PLACE: Final = 3
_LONGEST: Final = 7
_FEW: Final = 2
_NO_PLACE: Final = re.compile(
    "手工|人工|精心|匠心|自主|工厂|批量|规模|机器|大师|品牌|良心|严格|全程|我们|本厂|原厂|专业|智能|国内|进口|当地|本地|海外|自家|安全|绿色|统一|公司|正规"
    "|专门|独立|匠人|厂家|环保|创新|联合|设计|研发|认真|用心|原装|限量|定制|全新|传统|古法|现代|高端|精密|精工"
)


def compatibles(scan: Scan) -> Iterator[Finding]:
    """What the text says that the thing fits: names with a capital or a number."""
    for n, (after, entries) in scan.steering.items():
        if any(entry.kind == "compatible" for entry in entries):
            yield from _fits(scan, n, after)


_EXPLICIT: Final = re.compile(r"compat|kompat|兼容|适配|replacement|repuesto|ersatz|fits|passt auf|remplace|专用")


def _fits(scan: Scan, n: int, after: int) -> Iterator[Finding]:
    words, at, listed = scan.words, after, False
    explicit = bool(
        _EXPLICIT.search(
            " ".join(words[n:after]).replace(" ", "") if _CJK.match(words[n]) else " ".join(words[n:after])
        )
    )
    while at < len(words) and at - after < 24:
        while at < len(words) and words[at] in (
            *_FILLER,
            ",",
            "/",
            "all",
            "alle",
            "most",
            "allen",
            "o",
            "or",
            "oder",
            "ou",
            "和",
            "及",
            "&",
            ":",
        ):
            at += 1
        at = _behind_things(scan, at)
        start = at
        while at < len(words) and at - start < 6 and _part_of_name(scan, at, start):
            at += 1
        if at == start:
            return
        name = [word for word in words[start:at] if word not in "-\"'"]
        if scan.language == "de" and "von" in words[start + 1 : at - 1]:
            start = words.index("von", start + 1) + 1
            name, explicit = words[start:at], True
        telling = any(word[0].isdigit() for word in name) or _brand(scan, start, at)
        if telling and (
            explicit
            or listed
            or any(any(char.isdigit() for char in word) for word in name)
            or scan.language not in ("de", None)
        ):
            listed = listed or any(word[0].isdigit() for word in name)
            yield Finding("compatibility", start, at, name=" ".join(name), labelled=explicit or listed)
        if at < len(words) and words[at] not in (
            ",",
            "/",
            "and",
            "und",
            "et",
            "y",
            "or",
            "oder",
            "o",
            "ou",
            "和",
            "及",
            "&",
        ):
            return


def _behind_things(scan: Scan, n: int) -> int:
    """The token behind at most two common words, where a name follows them: «las baterías Makita», «Schienen von Lego»."""
    at = n
    while at < len(scan.words) and at - n < 3 and scan.words[at].isalpha() and not _part_of_name(scan, at, at):
        if scan.words[at] in STOPS or _CJK.match(scan.words[at]):
            return n
        at += 1
    return at if n < at < len(scan.words) and _part_of_name(scan, at, at) and scan.reading.raws[at][0].isupper() else n


def _part_of_name(scan: Scan, n: int, start: int) -> bool:
    raw = scan.reading.raws[n]
    if scan.steering.get(n) and n > start and scan.words[n] in small_words():
        return False
    if raw[0].isdigit():
        return True
    if raw == "-" and n > start:
        return n + 1 < len(scan.words) and scan.reading.glued(n + 1)
    if scan.reading.glued(n) and n > start and raw.isalnum() and not _CJK.match(raw):
        return True
    if scan.words[n] in ("von", "de", "of", "der", "des") and n > start:
        following = scan.reading.raws[n + 1] if n + 1 < len(scan.words) else ""
        return following[:1].isupper()
    return not _CJK.match(raw) and any(char.isupper() for char in raw)


def _brand(scan: Scan, start: int, end: int) -> bool:
    span = scan.span(start)
    if span is not None and any(one.kind in ("thing", "material", "color", "property") for one in span.entries):
        return False
    return any(raw[:1].isupper() or raw[1:2].isupper() for raw in scan.reading.raws[start:end])

"""A description taken apart: its blocks, its sentences, and which of them say something of the product to a buyer.

HTML is read tag by tag in one pass, so that nothing nested can make it slow. What is no fact of the product is told by what it
looks like: shop talk, who wears it in the picture, praise, and sentences that are addressed to a machine.
"""

import hashlib
import html
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Final, Literal, TypeVar, TypeVarTuple

from weft.skills.write.lexicon import folded, labels

Language = TypeVarTuple("Language")
Said = TypeVar("Said")
LONGEST: Final = 200_000
_MOST_BLOCKS: Final = 400
_LONGEST_SENTENCE: Final = 400
# What is read of a sentence: one longer by far is kept by nobody, and patterns take the square of its length.
_LONGEST_READ: Final = 2_000
_MOST_SENTENCES: Final = 300
_THINGS: Final = 3
_MILD: Final = re.compile(
    r"looks?|fun|cool|great|ideal|versatil\w+|addition|statement|sleek|trend\w*|stylish\w*", re.IGNORECASE
)
_LONGEST_LABEL: Final = 40
_SILENT: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|iframe|object|svg|template|noscript|form|select|head)\b[^<>]*>.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>|<[!?][^<>]*>")
_BREAKING: Final = frozenset(
    [
        "p",
        "div",
        "br",
        "hr",
        "ul",
        "ol",
        "table",
        "tbody",
        "thead",
        "section",
        "article",
        "header",
        "footer",
        "blockquote",
        "pre",
        "dl",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "li",
        "dt",
    ]
)
_HEADS: Final = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffc\x00-\x08\x0b\x0c\x0e-\x1f]")
_SIGNS: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\ufe0f]")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:approx|incl|excl|max|min|no|nr|vs|e\.g|i\.e|ca|bzw|inkl|exkl|z\. ?b|d\. ?h|u\. ?a|etc|st|dr|mr|mrs|in|ft|oz|lb|lbs|co|art)"
    r"|\b[A-Z](?:\.[A-Z])*)\.$",
    re.IGNORECASE,
)
_END: Final = re.compile(r"(?<=[.!?…。！？])[\"”’')]*\s+(?=[\"“„'(]*[A-ZÀ-ÖØ-ÞĀ-Ž0-9\u0370-\uffff])|(?<=[。！？])")
_LABELED: Final = re.compile(r"^([^\W\d_][^\t:;.!?]{1,39}?)\s*(?:\t|:\s)\s*(\S.*)$")


def _remembered(told: Callable[[str, *Language], Said]) -> Callable[[str, *Language], Said]:
    """What is told of a sentence, remembered for the next who asks: each is asked about several times while a text is made."""
    kept = lru_cache(maxsize=4_000)(told)

    def asked(sentence: str, *language: *Language) -> Said:
        return (kept if len(sentence) <= _LONGEST_SENTENCE else told)(sentence, *language)

    return wraps(told)(asked)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list's item, a heading, or a specification with its `label`."""

    kind: Literal["text", "item", "head", "row"]
    text: str
    label: str = ""


def blocks(markup: str) -> list[Block]:
    """The blocks of a description in HTML or plain text, in order."""
    found: list[Block] = []
    for kind, text in _pieces(_SILENT.sub("\n", markup[:LONGEST])):
        for line in _SIGNS.sub("\n", text).split("\n"):
            clean = tidy(line)
            if any(letter.isalnum() for letter in clean):
                found += _of_line(kind, clean)
            if len(found) >= _MOST_BLOCKS:
                return found
    return found


def _of_line(kind: Literal["text", "item", "head"], line: str) -> Iterator[Block]:
    """The blocks of a line: specifications, one by one, and what stands between them."""
    if kind == "head" or "\t" in line:
        labeled = _LABELED.match(line) if kind != "head" else None
        if labeled:
            yield Block("row", labeled[2].replace("\t", " ").strip(), labeled[1].strip())
        else:
            yield Block(kind, line.replace("\t", " ").strip())
        return
    between: list[str] = []
    for sentence in sentences(line.lstrip("•*–—-· ")):
        labeled = _LABELED.match(sentence)
        if labeled and _is_label(labeled[1], labeled[2]):
            if between:
                yield Block(kind, " ".join(between))
                between = []
            yield Block("row", labeled[2].strip(), labeled[1].strip())
        else:
            between.append(sentence)
    if between:
        yield Block(kind, " ".join(between))


def _is_label(name: str, value: str) -> bool:
    """Whether what stands before a colon is a specification's label: a known one, or short with a short value."""
    if folded(name) in labels():
        return True
    return len(name.split()) <= 3 and len(value) <= 60 and not any(whole(value, language) for language in _VERBS)


def _pieces(markup: str) -> Iterator[tuple[Literal["text", "item", "head"], str]]:
    if "<" not in markup:
        yield "text", html.unescape(markup) if "&" in markup else markup
        return
    parts: list[str] = []
    kind: Literal["text", "item", "head"] = "text"
    last = 0
    for tag in _TAG.finditer(markup):
        parts.append(markup[last : tag.start()].replace("\n", " "))
        last = tag.end()
        name = (tag[2] or "").lower()
        if name in ("td", "th", "dd"):
            parts.append("\t" if any(part.strip() for part in parts) else "")
        elif name in _BREAKING:
            yield kind, html.unescape("".join(parts))
            parts = []
            opens = not tag[1]
            if name == "br":
                continue
            kind = "head" if name in _HEADS and opens else "item" if name == "li" and opens else "text"
    parts.append(markup[last:].replace("\n", " "))
    yield kind, html.unescape("".join(parts))


def tidy(text: str) -> str:
    """A text without what is not seen, pictographs and needless spaces."""
    plain = unicodedata.normalize("NFC", text)
    plain = _SIGNS.sub(" ", _UNSEEN.sub("", plain))
    return re.sub(r"[^\S\t]+", " ", plain).strip(" \t")


def sentences(text: str) -> list[str]:
    """The sentences of a block, each cut at 2,000 characters; an abbreviation's point ends none."""
    found: list[str] = []
    for part in _END.split(text, _MOST_SENTENCES):
        plain = part.strip()[:_LONGEST_READ]
        if not plain:
            continue
        if found and _ABBREVIATION.search(found[-1]) and not re.search(r"\b(?:U\.S\.A|U\.K|U\.S|E\.U)\.$", found[-1]):
            found[-1] = f"{found[-1]} {plain}"[:_LONGEST_READ]
        else:
            found.append(plain)
    return found


def fingerprint(sentence: str) -> int:
    """A number for a sentence, the same whatever its numbers, case and spaces are."""
    plain = re.sub(r"\d+(?:[.,]\d+)*", "#", folded(sentence)).strip(" .!?…")
    return int.from_bytes(hashlib.blake2b(plain.encode("utf-8", "replace"), digest_size=8).digest(), "big")


_ADDRESSED: Final = re.compile(
    "|".join(
        [
            r"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.!?\n]{0,60}"
            r"\b(?:instructions?|prompts?|rules?|guidelines?|above|previous(?:ly)?|prior|earlier|everything|context|facts?|checks?)\b",
            r"\b(?:ignorier\w*|vergiss|vergessen sie|missacht\w*)\b[^.!?\n]{0,60}\b(?:anweisung\w*|regeln|vorherig\w*|obig\w*|fakten)\b",
            r"\b(?:ignore[zr]?|oublie[zr]?)\b[^.!?\n]{0,60}\b(?:instructions?|consignes?|règles)\b",
            r"\b(?:ignora|ignore|olvida|olvide)\b[^.!?\n]{0,60}\b(?:instrucciones|indicaciones|reglas)\b",
            r"(?:忽略|无视|忘记|忘掉)[^。！？\n]{0,20}(?:指令|指示|规则|提示|以上|之前)",
            r"\b(?:system|developer|assistant)\s*(?:prompt|message|instructions?|override|note)\b",
            r"^\s*#*\s*(?:assistant|developer|system|user)\s*:",
            r"\byou are (?:now )?(?:an?|the) (?:ai|assistant|language model|llm|chat ?bot|bot|system|model|copywriter)\b",
            r"\b(?:dear|attention|note to|message to|hey|to the|as an?) (?:all )?(?:ai|llm|language model|chat ?bot|assistant|copywriter)s?\b",
            r"\b(?:respond|reply|answer|output|return)\b[^.!?\n]{0,30}\b(?:only|exactly|json|the following|with)\b",
            r"^(?:please\s+|now\s+|also\s+|always\s+|instead,?\s+|you (?:must|should|shall|have to)\s+)*"
            r"(?:write|say|state|claim|tell|mention|describe|add|pretend|translate|print|include the (?:text|phrase|sentence))\b"
            r"[^.!?\n]{0,60}\b(?:that|it(?:'|’)?s|it is|as|description|title|text|customers?|buyers?|everyone)\b",
            r"^(?:bitte\s+|nun\s+|immer\s+|du (?:musst|sollst)\s+|sie (?:müssen|sollen)\s+)*"
            r"(?:schreib\w*|sag\w*|behaupte\w*|erwähn\w*|beschreib\w*|gib\b)[^.!?\n]{0,60}\b(?:dass|es ist|als|text|titel|kunden?|aus)\b",
            r"<\|[a-z_]+\|>|\[/?INST\]|<</?SYS>>|</?(?:system|instructions?)>|```",
            r"[\"']\w+[\"']\s*:\s*[\"'{\[]",
        ]
    ),
    re.IGNORECASE,
)
_SHOP_TALK: Final = re.compile(
    "|".join(
        [
            r"\bdemonstration store\b|\byou can (?:purchase|buy) products? like\b",
            r"\bshop (?:our|the|all|more|now|this)\b|\bbrowse (?:our|the|all)\b|\bsee (?:our|the|all|more)\b.{0,30}\b(?:collection|guide|chart)\b",
            r"\balso available\b|\bavailable (?:here|in other)\b|\bmore from\b|\bcheck out\b|\bclick (?:here|below|on)\b|\blearn more\b|\bread more\b",
            r"\bsize (?:chart|guide)\b|\bfollow us\b|\bsubscribe\b|\bnewsletter\b|\bcontact us\b|\bcustomer service\b|\badd to (?:cart|bag)\b",
            r"\b(?:free|fast|express|same[- ]day) (?:shipping|delivery|returns?|exchanges?)\b|\bships? (?:free|within|in \d)\b|\bmoney[- ]back\b",
            r"\b(?:we exchange|exchange it|returns? (?:are|within)|refund)\b|\bwhile (?:supplies|stocks?) last\b|\blimited time\b|\bpre-?order\b",
            r"\b(?:sale|discount|coupon|voucher|promo(?:tion)?)\b|\b\d+ ?% off\b|\border (?:now|today|yours)\b|\bbuy (?:now|one|yours|it)\b",
            r"\b(?:kostenlose[rn]?|gratis|schneller) (?:versand|lieferung|rückgabe|umtausch)\b|\bversandkosten\w*\b|\bjetzt (?:kaufen|bestellen|entdecken|zugreifen)\b",
            r"\bauch (?:erhältlich|verfügbar) in\b|\bentdecke\w* (?:unsere|die|auch)\b|\bzur größentabelle\b|\brückgabe\w*\b|\bumtausch\w*\b|\brabatt\w*\b",
            r"\bdemo ?shop\b|\blorem ipsum\b|\bdolor sit\b",
        ]
    ),
    re.IGNORECASE,
)
_WEARER: Final = re.compile(
    r"\b(?:is|are|und|and)(?: also)? (?:wearing|pictured in|shown in)\b|\bmodel (?:is|wears|trägt|ist)\b|\bträgt (?:eine )?größe\b|"
    r"^\W*[A-Z][a-zé]+(?:'s| is)?(?: also)? (?:is )?\d\s?['’′]\s?\d|\b(?:inseam|chest|waist|hips|bust)\s+\d\d(?:\.\d)?\W{0,3}\W",
    re.IGNORECASE,
)
_NEGATED: Final = re.compile(r"\b(?:no|not|non|never|without|except|nicht|kein\w*|ohne|nie)\b", re.IGNORECASE)
_LATIN: Final = re.compile(r"[^\W\d_]")
_ADDRESS: Final = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.\w{2,}")
_PRAISE: Final[Mapping[str, re.Pattern[str]]] = {
    "en": re.compile(
        r"\b(?:sophisticat\w+|stunning|gorgeous\w*|chic\w*|timeless\w*|elegan\w+|perfect\w*|effortless\w*|luxur\w+|ultimate\w*|"
        r"must[- ]have|sexy|glamou?r\w*|breath-?taking|exquisite\w*|unbeatable|statement|staples?|beautiful\w*|lovel\w+|"
        r"amazing\w*|incredibl\w+|awesome|best|finest|softest|nicest|toughest|coolest|greatest|unparalleled|iconic|versatil\w+|"
        r"essentials?|addition|vibes?|fun|edgy|on[- ]trend|trend\w+|flattering|impress\w*|refined|signature|quintessential|"
        r"charm\w*|magic\w*|dream\w*|envy|heaven\w*|divine|fabulous|fantastic|wonderful\w*|brilliant\w*|superb\w*|superior|"
        r"exceptional\w*|extraordinary|unique|premium|world[- ]class|revolution\w+|innovat\w+|state[- ]of[- ]the[- ]art|"
        r"cutting[- ]edge|top[- ]quality|high[- ]end|high[- ]quality|classy|stylish\w*|fashion\w*|handsome\w*|impeccabl\w+|"
        r"faultless\w*|masterful\w*|acclaimed|famous|renowned|wow|sleek|ass|unicorns?|favou?rites?|love\w*|adore\w*|feel good|"
        r"confident\w*|attitude|whimsical|playful\w*|cool|hip|look no further|never looked|ease of|everyone|sure to|"
        r"vintage look|modern needs|traveler's|ideal\w*|great|delicate\w*|intrigu\w+|allur\w+|masculine|feminine|eye-catching|designers?|collections?|menswear|womenswear|looks?|trimmings|nostalgi\w*|luxe|genius|honest\w*)\b",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"\b(?:perfekt\w*|traumhaft\w*|wunderschön\w*|wunderbar\w*|elegan\w+|stilvoll\w*|luxuriös\w*|zeitlos\w*|einzigartig\w*|"
        r"atemberaubend\w*|unverzichtbar\w*|must-?have|hingucker|highlight\w*|liebling\w*|beste[rnsm]?|schönste\w*|ultimativ\w*|"
        r"revolutionär\w*|innovativ\w*|hochwertig\w*|premium|exklusiv\w*|erstklassig\w*|unvergleichlich\w*|begeister\w*|verzauber\w*|"
        r"toll\w*|super|klasse|ideal\w*|charmant\w*|raffiniert\w*|trendig\w*|angesagt\w*|kult\w*)\b",
        re.IGNORECASE,
    ),
}
_PITCH: Final[Mapping[str, re.Pattern[str]]] = {
    "en": re.compile(
        r"[!?]|:\)|\b(?:you|your|yours|you're|you'll|you'd|we|we're|we've|our|us|i|i'd|my|let's)\b", re.IGNORECASE
    ),
    "de": re.compile(r"[!?]|\b(?:du|dein\w*|dir|dich|ihr|euch|euer\w*|Sie|Ihnen|Ihre?[nmrs]?|wir|uns|unser\w*|ich)\b"),
}
_VERBS: Final[Mapping[str, re.Pattern[str]]] = {
    "en": re.compile(
        r"\b(?:is|are|was|were|has|have|had|can|will|may|must|does|do|comes?|makes?|keeps?|features?|offers?|presents?|gives?|adds?|"
        r"allows?|provides?|brings?|includes?|fits?|holds?|works?|uses?|sits?|stays?|lets?|takes?|runs?|turns?|opens?|closes?|"
        r"folds?|packs?|carries|measures?|weighs?|fastens?|ties|lies|dries|adjusts?|protects?|prevents?|creates?|embraces?|"
        r"varies|vary|reaches|follows?|pours?|strains?|locks?|tilts?|charges?|dims?|burns?|becomes?|needs?|gets?|goes|stands?|"
        r"stretches|differ|shows?|means|helps?|ensures?|combines?|reveals?|falls?|drapes?|hits?|hangs?|closes|grips?|cushions?|"
        r"supports?|boasts?|showcases?|displays?|remains?|reinvents?|draws?|requires?|contains?|attaches|removes|slides?|rolls?)\b",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"\b(?:ist|sind|war|hat|haben|kann|können|wird|werden|bietet|sorgt|hält|lässt|macht|passt|kommt|gibt|enthält|besteht|verfügt|"
        r"schützt|eignet|dient|misst|wiegt|fasst|besitzt|trägt|liegt|sitzt|bleibt|steht|geht|läuft|lädt|schließt|öffnet|trocknet)\b",
        re.IGNORECASE,
    ),
}
_CONCRETE: Final[Mapping[str, re.Pattern[str]]] = {
    "en": re.compile(
        r"\b(?:pockets?|closures?|buttons?|zip\w*|hems?|sleeves?|sleeveless|collars?|neck\w*|waist\w*|cuffs?|cuffed|lin(?:ed|ing)|unlined|"
        r"seams?|straps?|heels?|soles?|toes?|insoles?|buckles?|hoods?|lapels?|pleat\w*|slits?|vents?|drawstring|elastic\w*|knit\w*|"
        r"woven|weave|stitch\w*|quilt\w*|panels?|handles?|lids?|base|frames?|batter\w+|charg\w+|walls?|layer\w*|filled|filling|"
        r"padd\w+|blades?|compartments?|cables?|switch|dishwasher|microwave|cartridge|fits?|includ\w+|adjust\w*|removable|detachable|"
        r"reversible|waterproof|water[- ]re\w+|fold\w*|coat(?:ed|ing)|enamel\w*|glaz\w+|print\w*|stripe\w*|embroider\w*|applique|"
        r"fring\w*|ribb\w*|trims?|trimmed|placket|snaps?|hooks?|clasp|chain|pendant|stone|stones|thread\w*|yoke|darts?|gather\w*|tie|ties|"
        r"belt\w*|loops?|yarn|jersey|twill|gauze|mesh|lace|fabric|dyed|washed|distressed|garment|length|width|height|diameter|"
        r"cut|fit|fitted|silhouette|shoulder\w*|chest|back|front|sides?|interior|exterior|inside|outside|tread|welt|laces?|lace-up|"
        r"slip-on|suede|grain\w*|leather|canvas|wick|jar|scent|notes|shade|shades|glass|steel|wood|brackets?|bolts?|screws?|"
        r"mount\w*|bearings?|spokes?|rims?|hubs?|teeth|axle|brakes?|levers?|pads?|spout|stopper|cap|foot|feet|legs?|seat|grips?|"
        r"crown|brim|visor|band|tips?|sections?|valve|burner|pole|poles|door|doors|fly|floor|awning|bulb|usb|led|lumens?|dial|"
        r"sizes?|runs (?:large|small|true)|true to size|made of|made from|made with|handmade|comes with|set of|pack of|pair of)\b",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"(?:\b|\w)(?:taschen?|verschluss|knöpfe?|knopf\w*|reißverschluss\w*|saum|ärmel\w*|kragen|ausschnitt|bund|bündchen|futter|gefüttert|"
        r"nähte?|naht|träger|riemen|absatz|sohle\w*|kapuze|schnalle\w*|gurt\w*|griff\w*|deckel|boden|rahmen|akku|batterie\w*|laden|"
        r"schicht\w*|füllung|gefüllt|polster\w*|klinge\w*|fach|fächer|kabel|schalter|spülmaschine\w*|mikrowelle\w*|kartusche|"
        r"verstellbar\w*|abnehmbar\w*|wasserdicht\w*|wasserabweisend\w*|faltbar\w*|beschicht\w*|emaill\w*|glas\w*|bedruckt|streifen|"
        r"gestickt|gestrickt|gewebt|stoff\w*|garn|länge|breite|höhe|durchmesser|schnitt|passform|schulter\w*|vorne?|hinten|seitlich\w*|"
        r"innen\w*|außen\w*|leder\w*|docht|duft|schirm|stahl|holz|schrauben?|montage|lager|bremse\w*|ventil|brenner|stange\w*|tür\w*|"
        r"lieferumfang|enthalten|inklusive|gefertigt aus|besteht aus|set)\b",
        re.IGNORECASE,
    ),
}
_COMMON: Final[Mapping[str, frozenset[str]]] = {
    "en": frozenset(
        [
            "the",
            "and",
            "with",
            "of",
            "for",
            "is",
            "in",
            "at",
            "to",
            "a",
            "an",
            "by",
            "on",
            "it",
            "its",
            "from",
            "that",
            "this",
            "are",
            "your",
            "no",
            "one",
            "as",
            "has",
            "or",
            "be",
            "made",
            "not",
        ]
    ),
    "de": frozenset(
        [
            "der",
            "die",
            "das",
            "und",
            "mit",
            "aus",
            "für",
            "ist",
            "ein",
            "eine",
            "im",
            "in",
            "den",
            "dem",
            "des",
            "auf",
            "zu",
            "von",
            "bei",
            "nicht",
            "auch",
            "sich",
            "als",
            "am",
            "zum",
            "sind",
            "einem",
            "einer",
        ]
    ),
    "fr": frozenset(
        [
            "le",
            "la",
            "les",
            "et",
            "avec",
            "de",
            "des",
            "du",
            "pour",
            "est",
            "un",
            "une",
            "en",
            "dans",
            "au",
            "aux",
            "sur",
            "qui",
            "ce",
            "cette",
            "sans",
            "par",
            "son",
        ]
    ),
    "es": frozenset(
        [
            "el",
            "la",
            "los",
            "las",
            "y",
            "con",
            "de",
            "del",
            "para",
            "es",
            "un",
            "una",
            "en",
            "por",
            "que",
            "su",
            "al",
            "sin",
            "se",
            "más",
            "este",
            "esta",
            "como",
        ]
    ),
}


@_remembered
def language_of(text: str) -> str | None:
    """The language of a sentence among the four whose commonest words are known; None where these do not tell."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    scores = {language: sum(word in common for word in words) for language, common in _COMMON.items()}
    best = max(scores, key=lambda language: scores[language])
    others = [score for language, score in scores.items() if language != best]
    return best if scores[best] > max(others) else None


_SCRIPTS: Final = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)


def script_of(text: str) -> str | None:
    """The language that a text's letters belong to, where they are not Latin."""
    if latin(text):
        return None
    return next((language for language, pattern in _SCRIPTS if pattern.search(text)), None)


def latin(text: str) -> bool:
    """Whether most letters of a text are those of languages written like English."""
    letters: list[str] = _LATIN.findall(text)
    return sum(letter < "\u0250" for letter in letters) * 10 >= len(letters) * 7


@_remembered
def addressed(sentence: str) -> bool:
    """Whether a sentence is addressed to a machine, not to a buyer."""
    return _ADDRESSED.search(sentence) is not None


@_remembered
def shop_talk(sentence: str) -> bool:
    """Whether a sentence is about the shop, its offers or who wears the thing in a picture, and not about the thing."""
    return bool(_SHOP_TALK.search(sentence) or _WEARER.search(sentence) or _ADDRESS.search(sentence))


def whole(sentence: str, language: str) -> bool:
    """Whether it is a sentence, not a fragment."""
    pattern = _VERBS.get(language)
    return bool(pattern and pattern.search(sentence)) or sentence.count(" ") >= 14


@_remembered
def praise(sentence: str, language: str) -> bool:
    """Whether a sentence praises or pitches: nothing in it can be checked, or it speaks to the reader and gives no figure."""
    praised, pitched = _PRAISE.get(language), _PITCH.get(language)
    if praised is not None and (found := praised.findall(sentence)):
        # A mild word in a sentence full of things does not spoil it.
        things = _CONCRETE.get(language)
        mild = all(_MILD.fullmatch(word) for word in found)
        if not mild or things is None or len(things.findall(sentence)) < _THINGS * len(found):
            return True
    if pitched is None or not pitched.search(sentence):
        return False
    return not re.search(r"\d", sentence) or re.search("[!?]", sentence) is not None


@_remembered
def concrete(sentence: str, language: str) -> bool:
    """Whether a sentence names something that can be seen or measured."""
    pattern = _CONCRETE.get(language)
    return bool(re.search(r"\d", sentence) or (pattern is not None and pattern.search(sentence)))


def sound(sentence: str) -> bool:
    """Whether a sentence can stand in a text as it is: not too long, not shouting, no codes, no leftover markup."""
    if not 5 <= len(sentence) <= _LONGEST_SENTENCE or re.search('[<>{}\\\\|\ufffd]|\\]\\]|&\\w+;|="', sentence):
        return False
    letters = sum(map(str.isalpha, sentence))
    return letters > 0 and letters * 3 >= len(sentence) and sum(map(str.isupper, sentence)) * 2 < letters + 6


def standing(sentence: str, common: Collection[int]) -> bool:
    """Whether a sentence stands in many of the business's products."""
    return fingerprint(sentence) in common


def clauses(text: str) -> list[str]:
    """The instructions of a care text."""
    return [one.strip() for one in re.split(r"\s*[,;.]\s*", text) if one.strip()]


def negated(text: str) -> bool:
    """Whether a sentence denies something."""
    return _NEGATED.search(text) is not None

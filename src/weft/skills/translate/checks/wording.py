"""Whether the words of a translation are in its language, whole, and the business's own terms."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from weft.skills.translate import language
from weft.skills.translate.checks.problem import Problem, Term, short
from weft.skills.translate.checks.readable import OBJECT, Pair
from weft.skills.translate.structure.placeholders import LETTERS

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LOOP: Final = re.compile(r"(.{3,60}?)\1{3,}", re.DOTALL)
_DENSE: Final = {"CJK": 3.0, "HIRAGANA": 1.7, "KATAKANA": 1.7, "HANGUL": 2.2}
_SIMPLIFIED: Final = frozenset(
    "们这个为时对说还没么吗请让护质贵东门车买卖发货电话产专业价经网络间问题过给从员组织无种类样应该标"
)
_RUN: Final = 5
_ENOUGH: Final = 6
_MOST: Final = 12
_COMPOUNDING: Final = frozenset(["de", "nl", "sv", "da", "no", "nb", "nn", "fi", "hu", "et", "is"])
_UNSPACED: Final = frozenset(["zh", "ja", "ko", "th", "lo", "km", "my"])
# What a model says about its work, or was told about it; none of it is a translation of a shop's text.
_LEAKS: Final = re.compile(
    r"\bhere(?:'s| is) (?:the|your|a) (?:\w+ )?translat|\b(?:as an ai|as a language model|i(?:'m| am) sorry,? but|i can(?:no|')t (?:translate|assist|help))|"
    r"^[ \t]*(?:translation|translated text|output|übersetzung|traduction|traducción|traduzione|tradução|翻译|译文|翻訳|訳文)\s*(?:\([^)]{0,30}\))?\s*[:：]|"
    r"\bhier ist die übersetzung|\bvoici (?:la|une) traduction|\baquí (?:está|tienes) la traducción|以下是(?:翻译|译文)|翻訳は以下|"
    r"</?think>|<\|[a-z_]+\|>|\[/?INST\]|```|\b(?:system|user|assistant) ?prompt\b|\bplease note that (?:this|the) translation|"
    r"\b(?:keep|preserve) (?:all )?(?:the )?(?:marks|placeholders|tags)\b|\btranslate the following\b|\bnote: (?:the|i) (?:\w+ )?(?:translat|kept|preserved)",
    re.IGNORECASE | re.MULTILINE,
)
_BROKEN: Final = re.compile(r"[\ufffd\x00-\x08\x0b\x0c\x0e-\x1f]|Ã[\x80-\xbf¤¶¼©¨]|â€[™œ\x9d“”]")
_OPENING: Final = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
_CLOSING: Final = {"\u202c": "\u202a\u202b\u202d\u202e", "\u2069": "\u2066\u2067\u2068"}


def wrong(pair: Pair, terms: Sequence[Term], keep: Sequence[str]) -> Iterator[Problem]:
    """Terms, language, what was left as it was, loops, length, and what no translation says."""
    yield from _kept(pair, keep)
    yield from _terms(pair, terms)
    names = [*keep, *(term.target for term in terms if term.target)]
    language_problems = list(_language(pair, names))
    yield from language_problems or _remains(pair, names)
    yield from _loops(pair)
    yield from _length(pair)
    yield from _signs(pair)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("’", "'").casefold()


def _bare(text: str) -> str:
    """Letters without their marks: a plural may change a vowel."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


def _kept(pair: Pair, keep: Sequence[str]) -> Iterator[Problem]:
    source, target = (unicodedata.normalize("NFC", side.words).replace("’", "'") for side in (pair.source, pair.target))
    for name in dict.fromkeys(keep):
        plain = unicodedata.normalize("NFC", name).replace("’", "'")
        if (
            plain.strip()
            and re.search(rf"(?<![{LETTERS}_]){re.escape(plain)}(?![{LETTERS}_])", source)
            and plain not in target
        ):
            yield Problem(
                "terms", f"{short(name)} is not to be translated, and the translation does not have it.", name
            )


@lru_cache(maxsize=4096)
def _of_source(words: str, sensitive: bool) -> re.Pattern[str]:
    parts = [re.escape(part) for part in words.replace("’", "'").split()]
    wide = any(ord(sign) > 0x2E7F for sign in words)
    pattern = r"[\s-]+".join(parts)
    whole = pattern if wide else rf"(?<![{LETTERS}_]){pattern}(?:'?s|es|n|en|e|er|x)?(?![{LETTERS}_])"
    return re.compile(whole, 0 if sensitive else re.IGNORECASE)


@lru_cache(maxsize=4096)
def _of_target(words: str, target_language: str) -> re.Pattern[str]:
    """A term in any of its forms: each word by its stem, alone or inside a compound."""
    base = language.base(target_language)
    if base in _UNSPACED or any(ord(sign) > 0x2E7F for sign in words):
        return re.compile(re.escape(_bare(words)))
    stems = []
    for word in _bare(words).replace("-", " ").split():
        cut = 0 if len(word) <= 3 else 1 if len(word) <= 5 else 2
        stems.append(re.escape(word[: len(word) - cut]) + (r"\w{0,6}" if cut else ""))
    before = "" if base in _COMPOUNDING else r"(?<!\w)"
    return re.compile(before + r"[\s\-'’]{0,2}(?:\w{1,3}[\s'’])?".join(stems))


def _terms(pair: Pair, terms: Sequence[Term]) -> Iterator[Problem]:
    source = unicodedata.normalize("NFC", pair.source.words).replace("’", "'")
    target = _bare(pair.target.words.replace("’", "'"))
    taken: list[tuple[int, int]] = []
    for term in sorted(terms, key=lambda term: -len(term.source)):
        if not term.source.strip():
            continue
        places = [found.span() for found in _of_source(term.source, term.case_sensitive).finditer(source)]
        free = [place for place in places if not any(start < place[1] and place[0] < end for start, end in taken)]
        taken += free
        if not free or term.target is None:
            continue
        if not _of_target(term.target, pair.target.language).search(target):
            yield Problem(
                "terms",
                f"{short(term.source)} is {short(term.target)} in the glossary, which is not in the translation.",
                term.source,
            )
        for word in term.forbidden:
            if word.strip() and _is_used(word, term.target, target, source):
                yield Problem(
                    "terms",
                    f"The translation says {short(word)} for {short(term.source)}, which the glossary forbids.",
                    word,
                )


def _is_used(word: str, term: str, target: str, source: str) -> bool:
    """Whether a forbidden word stands in the text, other than as a part of the term itself or as a name of the source."""
    bare, own = _bare(word), _bare(term)
    if bare in _bare(source):
        return False
    text = target.replace(own, OBJECT) if bare in own else target
    wide = any(ord(sign) > 0x2E7F for sign in word)
    return re.search(re.escape(bare) if wide else rf"(?<![{LETTERS}_]){re.escape(bare)}", text) is not None


def _without(text: str, names: Sequence[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        if name.strip():
            text = re.sub(re.escape(name), OBJECT, text, flags=re.IGNORECASE)
    return text


def _natural(text: str) -> str:
    """The words of a text that tell its language: none that holds digits, is all capitals, or stands for something."""
    # With no blank between them, other scripts' words stand as they are.
    return " ".join(
        word
        for word in re.sub(rf"[{OBJECT}<>|/]", " ", text).split()
        if not re.search(r"[0-9@#_]", word) or not word.isascii()
    )


def _language(pair: Pair, names: Sequence[str]) -> Iterator[Problem]:
    wanted, given = language.base(pair.target.language), language.base(pair.source.language)
    text = _natural(_without(pair.target.words, names))
    if wanted == given or sum(sign.isalpha() for sign in text) < 4:
        return
    counted = language.scripts(text)
    letters = sum(counted.values())
    own = language.SCRIPTS.get(wanted, ("LATIN",))
    share = sum(counted[script] for script in own) / letters if letters else 1.0
    if own != ("LATIN",):
        yield from _other_script(text, share, counted, wanted)
    elif share < 0.5:
        yield Problem("language", f"The translation is not in {wanted}: it is written in another script.", short(text))
    elif language.SCRIPTS.get(given) is None or share < 0.95:
        yield from _other_language(text, wanted, given)


def _other_script(text: str, share: float, counted: Counter[str], wanted: str) -> Iterator[Problem]:
    # Brands and models stay in Latin letters; a text that is all of them has nothing to translate.
    names = re.findall(r"(?<![\w])[a-z]{3,}(?!\w)", text)
    foreign = sum(counted.values()) - counted["LATIN"] - sum(counted[script] for script in language.SCRIPTS[wanted])
    if foreign > 0.3 * sum(counted.values()):
        yield Problem("language", f"The translation is not in {wanted}: it is written in another script.", short(text))
    elif (share < 0.1 and len(names) >= 2) or (share == 0 and len(names) >= 1 and len(text.split()) > 1):
        yield Problem("language", f"The translation is not in {wanted}.", short(text))
    elif wanted == "zh" and counted["HIRAGANA"] > 3 and counted["HIRAGANA"] > counted["CJK"] * 0.1:
        yield Problem("language", "The translation is in Japanese, not in Chinese.", short(text))
    elif wanted == "ja" and counted["HIRAGANA"] + counted["KATAKANA"] == 0 and _is_chinese(text, counted["CJK"]):
        yield Problem("language", "The translation has no Japanese letters: it looks Chinese.", short(text))
    elif "CYRILLIC" in language.SCRIPTS[wanted] and counted["CYRILLIC"] > 20:
        likely = language.likely(text, ("uk", "ru", "bg", wanted))
        other = max(likely, key=lambda code: likely[code], default=wanted)
        if other != wanted and likely[other] > 0.9:
            yield Problem("language", f"The translation is in {other}, not in {wanted}.", short(text))


def _is_chinese(text: str, signs: int) -> bool:
    """Whether a text of these signs alone is Chinese: long, or with signs that Japanese writes otherwise."""
    return signs > 14 or sum(sign in _SIMPLIFIED for sign in text) > 1


def _other_language(text: str, wanted: str, given: str) -> Iterator[Problem]:
    words = _WORD.findall(text)
    lower = [word for word in words if word.islower()]
    if len(words) < 3 or len(lower) < 2:
        return
    likely = language.likely(text, (wanted, given))
    if len(likely) == 2 and likely[given] > (0.9 if len(words) > 6 else 0.97):
        yield Problem("language", f"The translation is in {given}, not in {wanted}.", short(text))
        return
    # The models of so many languages take seconds to load.
    if len(words) < 8 or language.sure(text) == wanted:
        return
    likely = language.likely(text, {*language.COMMON, wanted})
    other = max(likely, key=lambda code: likely[code], default=wanted)
    if other != wanted and likely[other] > 0.9 and likely.get(wanted, 1.0) < 0.05:
        yield Problem("language", f"The translation is in {other}, not in {wanted}.", short(text))


def _remains(pair: Pair, names: Sequence[str]) -> Iterator[Problem]:
    """Runs of the source's words that the translation has as they were, but for names."""
    wanted, given = language.base(pair.target.language), language.base(pair.source.language)
    if wanted == given:
        return
    texts = [_without(side.words, names) for side in (pair.source, pair.target)]
    if texts[0].strip() == texts[1].strip():
        yield from _unchanged(texts[0], wanted, given)
        return
    words = [_WORD.findall(_folded(text)) for text in texts]
    runs = {tuple(words[0][at : at + _RUN]) for at in range(len(words[0]) - _RUN + 1)}
    lower = {word for word in _WORD.findall(texts[0]) if word.islower()}
    for at in range(len(words[1]) - _RUN + 1):
        run = tuple(words[1][at : at + _RUN])
        small = sum(word in lower for word in run)
        if run not in runs or small < 2 or len("".join(run)) < 15:
            continue
        likely = language.likely(" ".join(run), (wanted, given))
        if likely.get(given, 0.0) > (max(0.5, likely.get(wanted, 0.0)) if small > 2 else 0.9):
            yield Problem(
                "untranslated",
                f"A part of the source stands in the translation as it was: {' '.join(run)}",
                " ".join(run),
            )
            return


def _unchanged(text: str, wanted: str, given: str) -> Iterator[Problem]:
    natural = _natural(text)
    words = _WORD.findall(natural)
    if len(words) < 2 or sum(map(len, words)) < 8:
        return
    likely = language.likely(natural, (wanted, given))
    lower = sum(word.islower() for word in words)
    # Small words are no names: the more of them stayed, the less a name explains it.
    sure = 0.5 if lower >= 3 else 0.8 if lower == 2 else 0.9 if len(words) >= 3 else 0.97
    if likely.get(given, 0.0) > sure:
        yield Problem("untranslated", f"The text stands in the translation as it was: {short(text)}", text)


def _loops(pair: Pair) -> Iterator[Problem]:
    for found in _LOOP.finditer(pair.target.words):
        unit = found.group(1)
        if (
            sum(sign.isalpha() for sign in unit) >= 2
            and len(set(unit.casefold())) > 1
            and unit * 3 not in pair.source.words
        ):
            if _LOOP.search(pair.source.words) is not None:
                continue
            yield Problem("repetition", f"The translation repeats itself: {short(unit * 2)}", unit)
            return
    before, after = (_grams(side.words) for side in (pair.source, pair.target))
    gram, often = max(after.items(), key=lambda item: item[1], default=("", 0))
    if often >= 3 and often > max(before.values(), default=1) + 1:
        yield Problem("repetition", f"The translation says the same {often} times: {short(gram)}", gram)
    elif sum(after.values()) >= _ENOUGH and _novel(after) < 0.6 and _novel(before) > 0.8:
        yield Problem("repetition", f"The translation says the same twice: {short(gram)}", gram)


def _novel(grams: Counter[str]) -> float:
    """The share of a text's runs of words that stand there once."""
    return len(grams) / max(1, sum(grams.values()))


def _grams(text: str) -> Counter[str]:
    """How often each run of words stands in a text; of signs, where a script has no blanks."""
    counted = language.scripts(text)
    unspaced = sum(counted[script] for script in _DENSE if script != "HANGUL") > 0.5 * sum(counted.values())
    parts = [sign for sign in text if sign.isalpha()] if unspaced else _WORD.findall(text.casefold())
    size, joint = (10, "") if unspaced else (5, " ")
    return Counter(joint.join(parts[at : at + size]) for at in range(len(parts) - size + 1))


def weight(text: str) -> float:
    """The length of a text in letters of an alphabet: a Chinese sign says as much as some of them."""
    counted = language.scripts(text)
    return sum(often * _DENSE.get(script, 1.0) for script, often in counted.items())


def _length(pair: Pair) -> Iterator[Problem]:
    before, after = weight(pair.source.words), weight(pair.target.words)
    if before < 12:
        if after > 60 + 4 * before:
            yield Problem("length", "The translation is far longer than the source.")
        return
    # A word may take a phrase; over some sentences that evens out.
    slack, most = (15, 5.0) if before < 30 else (15, 3.0) if before < 80 else (0, 2.5)
    if after + slack < 0.4 * before:
        yield Problem("length", f"The translation is far shorter than the source: {_percent(after, before)} of it.")
    elif after > most * before + slack:
        yield Problem("length", f"The translation is far longer than the source: {_percent(after, before)} of it.")


def _percent(after: float, before: float) -> str:
    return f"{after / before:.0%}"


def _signs(pair: Pair) -> Iterator[Problem]:
    """What a text of a shop never has, and signs of direction that nothing closes."""
    source, target = pair.source.text, pair.target.text
    for found in list(_LEAKS.finditer(target))[:_MOST]:
        if found.group().strip().casefold() not in source.casefold() and not _LEAKS.search(source):
            yield Problem(
                "added", f"The translation says something about itself: {short(found.group())}", found.group()
            )
            break
    broken = _BROKEN.search(target)
    if broken is not None and not _BROKEN.search(source):
        yield Problem("signs", "The translation has signs that are broken or cannot be seen.", broken.group())
    if not _closed(target) and _closed(source):
        yield Problem("direction", "The translation turns the direction of writing and does not turn it back.")


def _closed(text: str) -> bool:
    open_now: list[str] = []
    for sign in text:
        if sign in _OPENING:
            open_now.append(sign)
        elif sign in _CLOSING:
            if not open_now or open_now.pop() not in _CLOSING[sign]:
                return False
        elif sign == "\n" and open_now:
            return False
    return not open_now

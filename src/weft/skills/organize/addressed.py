"""Sentences in a product's text that are addressed to a machine and not to a buyer.

They are no part of what a product is. A model that is shown them may do what they say, so it is not shown them, nor what follows
them in the same text; what is quoted from there holds for nothing. Such sentences cannot all be known: this is the first of
several walls, and that nothing is taken which the text does not hold is the next.
"""

import re
from typing import Final

_SPEAKS: Final = re.compile(
    "|".join(
        [
            r"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.!?\n]{0,60}"
            r"\b(?:instructions?|prompts?|rules?|guidelines?|above|previous(?:ly)?|prior|earlier|everything|context)\b",
            r"\b(?:ignorier\w*|vergiss|vergessen sie|missacht\w*)\b[^.!?\n]{0,60}\b(?:anweisung\w*|regeln|vorherig\w*|obig\w*)\b",
            r"\b(?:ignore[zr]?|oublie[zr]?)\b[^.!?\n]{0,60}\b(?:instructions?|consignes?|règles)\b",
            r"\b(?:ignora|ignore|olvida|olvide)\b[^.!?\n]{0,60}\b(?:instrucciones|indicaciones|reglas)\b",
            r"(?:忽略|无视|忘记|忘掉)[^。！？\n]{0,20}(?:指令|指示|规则|提示|以上|之前)",
            r"\b(?:system|developer|assistant)\s*(?:prompt|message|instructions?|override|note)\b",
            r"(?:^|(?<=[\n.!?]))\s*#*\s*(?:(?:assistant|developer)\s*:|system\s*:\s*(?:you|the|ignore|set|do|please)\b)",
            r"\byou are (?:now )?(?:an?|the) (?:ai|assistant|language model|llm|chat ?bot|bot|system|model)\b",
            r"\b(?:dear|attention|note to|message to|hey|to the|as an?) (?:all )?(?:ai|llm|language model|chat ?bot|assistant|model)s?\b",
            r"\b(?:respond|reply|answer|output)\b[^.!?\n]{0,30}\b(?:only|exactly|json|the following|category|attributes?)\b",
            r"\b(?:set|change|assign|classify|categori[sz]e|mark|label|put)\b[^.!?\n]{0,40}"
            r"\b(?:category|categories|attributes?|confidence)\b",
            r"<\|[a-z_]+\|>|\[/?INST\]|<</?SYS>>|</?data\b|</?(?:system|instructions?)>|```",
            r"[\"']\w+[\"']\s*:\s*[\"'{\[]",
        ]
    ),
    re.IGNORECASE,
)
_START: Final = re.compile(r"[.!?。！？\n]\s*(?=[^.!?。！？\n]*\Z)")


def before(text: str) -> str:
    """A text up to the first sentence that is addressed to a machine."""
    found = _SPEAKS.search(text)
    if found is None:
        return text
    ahead = text[: found.start()]
    start = _START.search(ahead)
    return ahead[: start.end()] if start else ""

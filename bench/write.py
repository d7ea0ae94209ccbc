"""`write` without a model over the sample shop and a real fashion shop: its rate, claims without a fact, texts that two products share.

With `--pairs N` it prints N products before and after as Markdown instead, chosen by `--seed`, of the fashion shop or with
`--sample` of the sample shop.
"""

import argparse
import contextlib
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from bench import place
from bench.figures import Figure
from weft import claims
from weft.business import Business
from weft.connectors.importing import import_file
from weft.sample.shop import generate
from weft.skills import write as declared
from weft.skills.write import Write, Written
from weft.skills.write.checks import plain
from weft.skills.write.local import written_many

FASHION: Final = "fashion"
SAMPLE: Final = "sample"
LANGUAGES: Final = ("en", "de")
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Given:
    """The shops that are there, and whether pairs are to be printed."""

    shops: dict[str, Business]
    pairs: int
    seed: int
    sample: bool


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """The sample shop, and the fashion shop where its file is."""
    with place.place() as made:
        sample = generate(made.scratch / "sample")
        shops = {SAMPLE: made.business(SAMPLE)}
        import_file(shops[SAMPLE], "products", sample.products, who="bench")
        for path in sorted((Path(options.data) / "shops").glob("fashion*"))[:1]:
            shops[FASHION] = made.business(FASHION)
            import_file(shops[FASHION], "products", path, who="bench")
        yield Given(shops, options.pairs, options.seed, options.sample)


def run(given: Given) -> dict[str, Any]:
    """The figures of each shop in each language; or pairs, printed."""
    if given.pairs:
        shop = given.shops[SAMPLE if given.sample or FASHION not in given.shops else FASHION]
        print(pairs(shop, given.pairs, given.seed))
        return {}
    return {
        f"{name}, {language}": _measured(shop, language) for name, shop in given.shops.items() for language in LANGUAGES
    }


def pairs(shop: Business, count: int, seed: int) -> str:
    """Products before and after, as Markdown."""
    products = sorted(shop.catalog.streamed(declared.skill.reads), key=lambda product: product["id"])
    chosen = Random(seed).sample(products, min(count, len(products)))
    answers = written_many([Write(product=product["id"]) for product in chosen], shop)
    return "\n".join(
        _pair(dict(one), answer) for one, answer in zip(chosen, answers, strict=True) if isinstance(answer, Written)
    )


def _pair(product: dict[str, Any], answer: Written) -> str:
    said = {piece.part: piece.text for piece in answer.pieces}
    before = re.sub(r"\s+", " ", plain(str(product.get("description") or ""))).strip()
    lines = [
        f"### {said.get('title', product.get('title'))}",
        "",
        f"Before: **{product.get('title')}** · {product.get('vendor') or ''}",
        "",
        *[f"> {before}", ""],
        "After:",
        "",
        _quoted(str(said.get("description", "(left as it is)"))),
        "",
        f"Meta description: {said.get('seo_description', '')}",
        "",
    ]
    return "\n".join(lines)


def _quoted(markup: str) -> str:
    """A description as Markdown's quotation."""
    text = re.sub(r"</?(?:p|ul)>", "\n", markup)
    text = re.sub(r"<h3>(.*?)</h3>", r"\n**\1**\n", text)
    text = re.sub(r"<li>(.*?)</li>", r"- \1\n", re.sub(r"</?strong>", "", text))
    text = re.sub(r"\n{3,}", "\n\n", text.replace("&amp;", "&").strip())
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _measured(shop: Business, language: str) -> dict[str, Any]:
    products = [dict(product) for product in shop.catalog.streamed(declared.skill.reads)]
    asked = [Write(product=product, language=language) for product in products]
    written_many(asked[:20], shop)
    started, used = time.perf_counter(), time.process_time()
    answers = written_many(asked, shop)
    seconds, used = time.perf_counter() - started, time.process_time() - used
    texts: defaultdict[str, list[str]] = defaultdict(list)
    unsupported, judged, described = [], 0, 0
    for product, answer in zip(products, answers, strict=True):
        assert isinstance(answer, Written)
        facts = claims.prepared(product)
        for piece in answer.pieces:
            if piece.part == "description":
                described += 1
                texts[str(piece.text)].append(product["id"])
            verdicts = claims.supported(plain(piece.text), facts, language=language)
            judged += len(verdicts)
            unsupported += [f"{product['id']}: {one.claim.text}" for one in verdicts if not one.ok]
    return {
        "products": len(products),
        "rate": len(products) / seconds,
        "rate of a processor": len(products) / used,
        "described": described,
        "claims": judged,
        "unsupported": unsupported,
        "shared": sum(len(names) for names in texts.values() if len(names) > 1),
        "twins": sum(bool(answer.duplicates) for answer in answers if isinstance(answer, Written)),
        "short of facts": sum(bool(answer.needs) for answer in answers if isinstance(answer, Written)),
    }


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """Figures by shop and language; on a machine that does other things, the rate of a processor says more."""
    figures = []
    for where, found in measured.items():
        several = ", ".join(found["unsupported"][:_SHOWN])
        figures += [
            Figure(f"{where}: all parts written", found["rate"], "products/s", 200, most=False),
            Figure(f"{where}: the same by processor time", found["rate of a processor"], "products/s"),
            Figure(f"{where}: described", found["described"], f"of {found['products']} products"),
            Figure(
                f"{where}: claims that no fact supports",
                len(found["unsupported"]),
                f"of {found['claims']}",
                0,
                note=several,
            ),
            Figure(f"{where}: products that share a description", found["shared"], "products", 0),
            Figure(f"{where}: suspected to be there twice", found["twins"], "products"),
            Figure(f"{where}: a fact would help", found["short of facts"], "products"),
        ]
    return figures

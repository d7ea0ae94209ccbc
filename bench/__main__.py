"""`python -m bench NAME… [--data FOLDER] [--large] [--json] [--pairs N]`: run benches; the names are the modules of this folder."""

import argparse
import importlib
import sys
from pathlib import Path

from bench.figures import show

NAMES = (
    "ledger",
    "products",
    "changes",
    "reading",
    "startup",
    "runs",
    "organize",
    "categories",
    "attributes",
    "claims",
    "write",
    "agents",
    "gateway",
    "attack",
    "memory",
    "translate",
    "write_model",
    "search",
    "recommend",
    "behaviors",
    "indexes",
    "questions",
    "replenish",
    "metrics",
    "analyze",
    "forecast",
)
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def main() -> int:
    """Run the benches named, or all of them; answers 1 when a figure misses what was asked."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real data")
    parser.add_argument("--large", action="store_true", help="with what takes many minutes")
    parser.add_argument("--products", type=int, help="over how many products, where a bench asks")
    parser.add_argument("--route", help="a route of your own business to measure, where a bench asks models")
    parser.add_argument("--url", help="the address of a model to measure, such as http://127.0.0.1:8000/v1")
    parser.add_argument("--model", help="what the model at --url is called")
    parser.add_argument("--pairs", type=int, default=0, metavar="N", help="write: print N products before and after")
    parser.add_argument("--seed", type=int, default=7, help="write: which products those are")
    parser.add_argument("--sample", action="store_true", help="write: pairs of the sample shop")
    parser.add_argument(
        "--cache", type=Path, help="search, questions: a folder in which imports and vectors are kept for the next time"
    )
    parser.add_argument(
        "--choose", action="store_true", help="search: choose weights by cross-validation, and measure no more"
    )
    parser.add_argument("--queries", type=int, help="search: how many queries of a set at most; all if not said")
    parser.add_argument("--series", metavar="NAME", help="forecast: judge NAME_train.csv.gz and NAME_test.csv.gz alone")
    parser.add_argument("--json", action="store_true", help="one line for each figure")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    missed = False
    for name in options.names or NAMES:
        bench = importlib.import_module(f"bench.{name}")
        with bench.load(options) as given:
            figures = bench.score(bench.run(given))
        if figures:
            show(name, figures, options.json)
        missed |= any(one.holds is False for one in figures)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.zoo [FAMILY or NAME part ...]`: the sweep, then its table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from tests.zoo.helper import ROOT, Helper
from tests.zoo.names import all_names
from tests.zoo.records import Fact, read_facts
from tests.zoo.sweep import sweep
from tests.zoo.table import show, write_csv
from tests.zoo.verdicts import verdict_of

FACTS = ROOT / "build" / "zoo" / "facts.jsonl"


def main() -> int:
    """0 when every network opened and agrees or is explained."""
    options = _options()
    console = Console(width=150)
    names = [n for n in all_names() if not options.only or any(p in n for p in options.only)]
    facts = read_facts(options.facts)
    helper = Helper(options.seconds, options.gib)

    def progress(number: int, of: int, fact: Fact) -> None:
        console.print(f"{number}/{of} {fact.name} {fact.seconds} s {fact.error}", markup=False)

    try:
        if not options.known:
            sweep(names, facts, options.facts, helper, progress, not options.no_count)
    finally:
        helper.close()
    verdicts = [v for v in (verdict_of(name, facts) for name in names) if v is not None]
    write_csv(verdicts, options.facts.with_name("zoo.csv"))
    return 0 if show(verdicts, console) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.zoo")
    parser.add_argument("only", nargs="*", help="parts of names; all networks without")
    parser.add_argument("--facts", type=Path, default=FACTS, help="what is known is kept here")
    parser.add_argument("--seconds", type=float, default=300.0, help="most for one network")
    parser.add_argument("--gib", type=float, default=6.0, help="most memory for one network")
    parser.add_argument("--known", action="store_true", help="only the table of what is known")
    parser.add_argument("--no-count", action="store_true", help="only open, let nobody else count")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

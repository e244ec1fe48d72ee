from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retention.verifying import Broken, Ledger, check_ledger, check_since, read_ledger


class Command(BaseCommand):
    help = "Verify downloaded ledgers (/proof/ledger.json) from their text alone."
    # Needs no database: whoever doubts us has none of ours.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for stdin")
        parser.add_argument(
            "--since",
            metavar="OLD_FILE",
            help="an earlier download: prove that its days are still what they were",
        )

    def handle(self, *args: Any, files: list[str], since: str | None, **options: Any) -> None:
        old = _checked(since) if since else None
        for name in files:
            ledger = _checked(name)
            self.stdout.write(f"{name}: {_in_words(ledger)}")
            if old:
                _compare(name, old, ledger)
                self.stdout.write(f"{name}: all {len(old.days)} days of {since} are unchanged.")


def _checked(name: str) -> Ledger:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
        ledger = read_ledger(text)
        check_ledger(ledger)
    except (Broken, OSError, UnicodeDecodeError) as problem:
        raise CommandError(f"{name}: {problem}") from None
    return ledger


def _compare(name: str, old: Ledger, new: Ledger) -> None:
    try:
        check_since(old, new)
    except Broken as problem:
        raise CommandError(f"{name}: {problem}") from None


def _in_words(ledger: Ledger) -> str:
    if not ledger.days:
        return f"{ledger.tenant}, no day sealed yet."
    first, last = ledger.days[0], ledger.days[-1]
    counts = sum(len(day.counts) for day in ledger.days)
    return (
        f"{ledger.tenant}, {len(ledger.days)} days from {first.on} to {last.on}, none missing, each"
        f" bound to the one before. {counts} counts are what was sealed. Latest hash"
        f" {last.digest.hex()}"
    )

"""Many files, on several processors, and a bar on the terminal while it lasts.

Each process is a fork of this one, so that nothing is loaded twice; it sends back reports without what would be worked
out only when asked for. Where processes cannot fork, one does all the work.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from shapecheck.diagnostic import Diagnostic
from shapecheck.report import Report
from shapecheck_cli.linting import Linter, Outcome

_SHARE = 8  # parts of the work for each process, so that none is long alone with the last
_LEAST = 16  # files below which other processes are not worth their start
_PATIENCE = 0.7  # seconds until the bar appears

_linter: Linter
_wanted = False


def processes(asked: int, files: int) -> int:
    """How many processes lint; 0 asks for one a processor."""
    number = asked or os.cpu_count() or 1
    return min(number, files) if files >= _LEAST and hasattr(os, "fork") else 1


def run(linter: Linter, found: Sequence[str | Report], number: int, with_layers: bool) -> Iterator[Outcome]:
    """The outcomes in order. `with_layers`: the layers of the reports are wanted as well."""
    if number < 2:
        yield from map(linter.lint, found)
        return
    global _linter, _wanted  # what the forks find
    _linter, _wanted = linter, with_layers
    import multiprocessing

    size = max(1, len(found) // (number * _SHARE))
    first, *parts = [found[at : at + size] for at in range(0, len(found), size)]
    yield from map(linter.lint, first)  # which loads what the others need as well
    sys.stdout.flush()
    sys.stderr.flush()
    with multiprocessing.get_context("fork").Pool(number) as pool:
        for outcomes, declared, undeclared in pool.imap(_part, parts):
            linter.loader.declared |= declared
            linter.loader.undeclared.update(undeclared)
            yield from outcomes


def _part(found: Sequence[str | Report]) -> tuple[list[Outcome], set[str], dict[str, Diagnostic]]:
    outcomes = [_linter.lint(one) for one in found]
    for outcome in outcomes:
        if _wanted:
            assert outcome.report.layers is not None
        if not outcome.report.diagnostics:
            outcome.report.source = None  # nothing of it is shown
    return outcomes, _linter.loader.declared, _linter.loader.undeclared


def with_bar(outcomes: Iterator[Outcome], total: int, shown: bool) -> Iterator[Outcome]:
    """The outcomes; when they take long, with a bar on standard error, if that is a terminal."""
    if not shown or not sys.stderr.isatty():
        yield from outcomes
        return
    start, bar = time.monotonic(), None
    for number, outcome in enumerate(outcomes, 1):
        if bar is None and time.monotonic() - start > _PATIENCE:
            bar = _bar(total)
        if bar is not None:
            bar.update(number - bar.pos)
        yield outcome
    if bar is not None:
        bar.render_finish()
        sys.stderr.write("\x1b[1A\x1b[2K" if os.environ.get("TERM") != "dumb" else "")


def _bar(total: int) -> Any:
    import click

    return click.progressbar(length=total, label="checking", file=sys.stderr, show_pos=True)

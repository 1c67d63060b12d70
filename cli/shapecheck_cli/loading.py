"""From the paths of a command line to reports: files, folders, standard input, and what cannot be read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

import shapecheck
from shapecheck import codes
from shapecheck.diagnostic import Diagnostic, ShapecheckError
from shapecheck.report import Report
from shapecheck.source import Source
from shapecheck_cli import console

STDIN = "<stdin>"
_READ = 10_000_001  # bytes; what is longer is refused by the check


class Undeclared(click.BadParameter):
    """`--at` names a size that the definition does not have."""

    def __init__(self, found: Diagnostic) -> None:
        super().__init__("; ".join([found.message, *found.help]), param_hint="--at")
        self.name = str(found.facts.get("name"))


def load_all(paths: Sequence[str], at: Mapping[str, int], **choices: Any) -> list[Report]:
    """A report for each file. Folders are searched for definitions; what cannot be read has a report that says so.

    A size in `at` has to be declared by one of the definitions, and is passed over in the others.
    """
    reports: list[Report] = []
    undeclared: dict[str, Undeclared] = {}
    declared: set[str] = set()
    for path in _files(paths):
        if isinstance(path, Report):
            reports.append(path)
            continue
        sizes = dict(at)
        while True:
            try:
                reports.append(load(path, at=sizes, **choices))
                declared.update(sizes)
                break
            except Undeclared as error:
                undeclared[error.name] = error
                if sizes.pop(error.name, None) is None:
                    raise
    for name, missing in undeclared.items():
        if name not in declared:
            raise missing
    return reports


def _files(paths: Sequence[str]) -> Iterator[str | Report]:
    """The files that the paths stand for, each once, and a report for each folder that holds none."""
    seen: set[str] = set()
    for path in paths:
        found: Iterable[str] = [path]
        if path != "-" and os.path.isdir(path):
            from shapecheck_cli.folders import definitions

            found = list(definitions(path))
            if not found:
                yield unusable(path, "no model definition in this folder")
        yield from (name for name in found if name not in seen)
        seen.update(found)


def load(path: str, text: bytes | None = None, **choices: Any) -> Report:
    """The report of one file, or of standard input for `-`, which may have been read before.

    Raises nothing but click's error for sizes that the definition does not have.
    """
    given = {name: value for name, value in choices.items() if value}
    try:
        if path == "-":
            return shapecheck.check(text=read_stdin() if text is None else text, path=STDIN, **given)
        if os.path.isdir(path):
            return unusable(path, "it is a folder")
        return shapecheck.check(path, **given)
    except ShapecheckError as error:
        if error.code == "SC205":
            raise Undeclared(error.diagnostic) from None
        return _failed(path, error.diagnostic)
    except Exception as error:
        return failed_by_us(path, error)


def read_stdin() -> bytes:
    """Standard input, up to what the check accepts."""
    return sys.stdin.buffer.read(_READ)


def failed_by_us(path: str, error: Exception) -> Report:
    """The report of a definition on which we failed."""
    console.trace(error)
    message = codes.message("SC902", {"problem": f"{type(error).__name__}: {error}"})
    return _failed(path, Diagnostic("SC902", message, help=[console.BUG_HELP]))


def unusable(path: str, problem: str) -> Report:
    """The report of a path that holds nothing to check."""
    return _failed(path, Diagnostic("SC106", codes.message("SC106", {"path": path, "problem": problem})))


def _failed(path: str, found: Diagnostic) -> Report:
    shown = STDIN if path == "-" else path
    report = Report(shown, Source(shown, ""))
    report.diagnostics = [found]
    return report


def is_unusable(report: Report) -> bool:
    """Whether there was nothing to check: the complaint about it is no finding in a definition."""
    return any(found.code == "SC106" for found in report.diagnostics)

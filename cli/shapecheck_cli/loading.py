"""From the paths of a command line to reports: files, folders, standard input, and what cannot be read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click

import shapecheck
from shapecheck import codes
from shapecheck.diagnostic import Diagnostic, ShapecheckError
from shapecheck.lint.configuration import Finder
from shapecheck.report import Report
from shapecheck.source import Source
from shapecheck_cli import console

T = TypeVar("T")
STDIN = "<stdin>"
_READ = 10_000_001  # bytes; what is longer is refused by the check


class Undeclared(click.BadParameter):
    """`--at` names a size that the definition does not have."""

    def __init__(self, found: Diagnostic) -> None:
        super().__init__("; ".join([found.message, *found.help]), param_hint="--at")
        self.found = found
        self.name = str(found.facts.get("name"))


class Loader:
    """Checks files with the choices of a command line, and with those of each file's configuration where it has some.

    A size in `at` has to be declared by one of the definitions, and is passed over in the others; sizes that only a
    configuration has are passed over wherever they do not fit.
    """

    def __init__(self, at: Mapping[str, int], finder: Finder, stdin_name: str = "", **choices: Any) -> None:
        self._at = at
        self._choices = choices
        self._finder = finder
        self._stdin_name = stdin_name
        self.declared: set[str] = set()
        self.undeclared: dict[str, Diagnostic] = {}

    def load(self, path: str, text: str | bytes | None = None) -> Report:
        """The report of one file, or of a text instead of it. Raises BadConfiguration."""
        named = self._stdin_name if path == "-" else path
        configured = self._finder.of_file(named)
        choices = self._choices
        sizes = dict(self._at)
        if configured:
            sizes = {**configured.get("at", {}), **sizes}
            others = {"keras": configured.get("keras", None), "data_format": configured.get("data-format", None),
                      "options": configured.get("limits", None)}  # fmt: skip
            choices = {**choices, **{name: value for name, value in others.items() if not choices.get(name)}}
        while True:
            try:
                report = load(path, text, named, at=sizes, **choices)
                self.declared.update(sizes)
                return report
            except Undeclared as error:
                if sizes.pop(error.name, None) is None:
                    raise
                if error.name in self._at:
                    self.undeclared[error.name] = error.found

    def finish(self) -> None:
        """Raise click's error for a size that no definition has."""
        for name, missing in self.undeclared.items():
            if name not in self.declared:
                raise Undeclared(missing)


def load_all(paths: Sequence[str], at: Mapping[str, int], **choices: Any) -> list[Report]:
    """A report for each file. Folders are searched for definitions; what cannot be read has a report that says so."""
    finder = Finder()
    loader = Loader(at, finder, **choices)
    reports = [found if isinstance(found, Report) else loader.load(found) for found in files(paths, finder)]
    loader.finish()
    return [without_lints(report) for report in reports]


def without_lints(report: Report) -> Report:
    """The report without what only `check` is asked for: bugs of a model that is well formed."""
    report.diagnostics = [found for found in report.diagnostics if not found.code.startswith("SC7")]
    return report


def files(paths: Sequence[str], finder: Finder, *, force_exclude: bool = False) -> Iterable[str | Report]:
    """The files that the paths stand for, each once, and a report for each path that stands for none."""
    if len(paths) == 1 and not force_exclude and os.path.isfile(paths[0]):
        return tuple(paths)  # without a search being loaded
    from shapecheck.lint.discovery import Nothing, Search
    from shapecheck.readers.looks import looks_like_definition

    found = Search(finder, looks_like_definition, force_exclude=force_exclude).files(paths)
    return (unusable(item.path, item.problem) if isinstance(item, Nothing) else item for item in found)


def load(path: str, text: str | bytes | None = None, shown: str = "", **choices: Any) -> Report:
    """The report of one file, or of standard input for `-`; of `text` where that was read before.

    Raises nothing but click's error for sizes that the definition does not have.
    """
    return attempt(path, shapecheck.check, text, shown, **choices)


def attempt(
    path: str, work: Callable[..., T], text: str | bytes | None = None, shown: str = "", **choices: Any
) -> T | Report:
    """What `work`, called as `check` is, makes of a file; the report that says so where it refuses or fails.

    The file is told as for `load`, and the same is raised.
    """
    given = {name: value for name, value in choices.items() if value}
    try:
        if path == "-" or text is not None:
            shown = shown or (STDIN if path == "-" else path)
            return work(text=read_stdin() if text is None else text, path=shown, **given)
        if os.path.isdir(path):
            return folder(path)
        return work(path, **given)
    except ShapecheckError as error:
        raise_undeclared(error)
        return _failed(path, error.diagnostic)
    except Exception as error:
        return failed_by_us(path, error)


def raise_undeclared(error: ShapecheckError) -> None:
    """Raise click's error where a size of the command line is refused, which has no place in the definition."""
    if error.code == "SC205" and error.diagnostic.span is None:
        raise Undeclared(error.diagnostic) from None


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


def folder(path: str) -> Report:
    """The report of a folder where a file was expected."""
    from shapecheck.readers import unreadable

    return unusable(path, unreadable.folder(path))


def _failed(path: str, found: Diagnostic) -> Report:
    shown = STDIN if path == "-" else path
    report = Report(shown, found.span.source if found.span else Source(shown, ""))
    report.diagnostics = [found]
    return report


def is_unusable(report: Report) -> bool:
    """Whether there was nothing to check: the complaint about it is no finding in a definition."""
    return any(found.code == "SC106" for found in report.diagnostics)

"""A plugin of pytest: `pytest --shapecheck` collects model definitions as tests, each a file.

A definition passes where `shapecheck check` would: the same configuration, suppressions, baseline and fail level
hold. pytest imports this file at every start, so whatever it needs is imported when a definition is met.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from shapecheck_cli.linting import Linter

_SUFFIXES = (".yaml", ".yml", ".json", ".keras", ".h5", ".hdf5")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("shapecheck", "model definitions")
    group.addoption("--shapecheck", action="store_true", help="collect model definitions as tests")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """The test of a definition that was named, or that is told from other files by its look."""
    if file_path.suffix not in _SUFFIXES or not parent.config.getoption("--shapecheck"):
        return None
    if not parent.session.isinitpath(file_path) and not _is_meant(str(file_path)):
        return None
    made: pytest.File = Definition.from_parent(parent, path=file_path)
    return made


def _is_meant(path: str) -> bool:
    """Whether a search would find the file."""
    from shapecheck_cli import lint_options, loading

    finder, _ = lint_options.finder(None, False, {})
    return any(loading.files([path], finder, force_exclude=True))


_LINTER = pytest.StashKey[Any]()


def _linter(config: pytest.Config) -> Linter:
    """What checks the files of a run, made for the first of them."""
    if _LINTER not in config.stash:
        from shapecheck_cli import baselines, lint_options, linting, loading

        finder, run = lint_options.finder(None, False, {})
        known = baselines.Known(run.get("baseline", None), False)
        config.stash[_LINTER] = linting.Linter(loading.Loader({}, finder), finder, known)
    linter: Linter = config.stash[_LINTER]
    return linter


class Refused(Exception):
    """A definition in which something was found that counts as failed; `text` says what, for people."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Definition(pytest.File):
    """A file with a definition."""

    def collect(self) -> Iterator[pytest.Item]:
        yield Check.from_parent(self, name="shapecheck")


class Check(pytest.Item):
    """The check of one definition."""

    line: int | None = None

    def runtest(self) -> None:
        from shapecheck.writers import text

        path = os.path.relpath(self.path, self.config.invocation_params.dir)
        outcome = _linter(self.config).lint(path)
        shown = text.write(outcome.report, quiet=True)
        if outcome.code:
            first = next((found.span.line for found in outcome.report.diagnostics if found.span), None)
            self.line = first - 1 if first else None
            raise Refused(shown)
        if shown:
            self.add_report_section("call", "shapecheck", shown)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong, as the command says it; for anything else what pytest says."""
        return excinfo.value.text if isinstance(excinfo.value, Refused) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, self.line, "shapecheck"

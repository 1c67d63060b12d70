"""`--baseline` and `--write-baseline`: the file of known findings, read, used and written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from shapecheck import lint
from shapecheck.report import Report
from shapecheck_cli import console, outputs

if TYPE_CHECKING:
    from shapecheck.lint.configuration import Configuration


class Known:
    """What is known; nothing without a path. Raises SpecError for a file that cannot be used."""

    def __init__(self, path: str | None, writing: bool) -> None:
        self._writing = writing
        self._baseline = None
        if writing and path is None:
            raise click.UsageError("--write-baseline needs --baseline FILE, the file to write")
        if path is not None:
            from shapecheck.lint import baseline

            self._baseline = baseline.Baseline(path, {}) if writing else baseline.read(path)

    def hide(self, report: Report, configuration: Configuration) -> None:
        """Take what is known out of a report."""
        if self._baseline is not None and not self._writing:
            self._baseline.hide(report, lint.wants(report.path, configuration))

    def shrink(self) -> None:
        """Take what is gone out of the file."""
        if self._baseline is not None and self._baseline.shrink():
            outputs.write(self._baseline.path, self._baseline.text().rstrip("\n"))

    def write(self, reports: Sequence[Report]) -> None:
        """Let the file hold what the reports hold."""
        if self._baseline is not None:
            from shapecheck.writers import phrases

            number = self._baseline.take(reports)
            outputs.write(self._baseline.path, self._baseline.text().rstrip("\n"))
            console.say(f"{phrases.count(number, 'finding')} written to {self._baseline.path}")

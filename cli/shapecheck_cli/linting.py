"""One file of a lint run: checked, judged by its configuration, held against what was known before, and mended."""

from __future__ import annotations

from typing import NamedTuple

from shapecheck import lint
from shapecheck.lint.configuration import Finder
from shapecheck.report import Report
from shapecheck_cli import exits
from shapecheck_cli.baselines import Known
from shapecheck_cli.loading import Loader, is_unusable


class Outcome(NamedTuple):
    """The report of a file, its exit code, and how many findings can be, were, or would be mended."""

    report: Report
    code: int
    fixable: int = 0
    fixed: int = 0


class Linter:
    """Lints one file after the other. `mending` is `fix`, `diff`, or nothing."""

    def __init__(self, loader: Loader, finder: Finder, known: Known, mending: str = "") -> None:
        self.loader = loader
        self._finder = finder
        self._known = known
        self.mending = mending

    def lint(self, found: str | Report) -> Outcome:
        """The outcome for a file, or for a path that stands for none. Raises BadConfiguration."""
        if isinstance(found, Report):
            return Outcome(found, exits.of([found]))
        stdin = None
        if found == "-" and self.mending:
            from shapecheck_cli.loading import read_stdin

            stdin = read_stdin()
        report = self.loader.load(found, stdin)
        before = report.diagnostics
        configuration = self._finder.of_file(report.path)
        level = configuration.get("fail-level", "error")

        def judge(report: Report) -> None:
            lint.judge(report, configuration)
            self._known.hide(report, configuration)

        judge(report)
        fixable = fixed = 0
        if self.mending and not is_unusable(report):
            from shapecheck_cli import mending

            mender = mending.Mender(self.loader.load, judge, show=self.mending == "diff", stdin=stdin)
            report, fixed = mender.mend(found, report, before)
        elif any(finding.fix is not None for finding in report.diagnostics):
            from shapecheck.lint import fixing

            fixable = fixing.verified(report, before, lambda text: self.loader.load(found, text), judge)
        return Outcome(report, exits.of([report], level), fixable, fixed)

"""The lint step, after the check: which findings count, which a file hides, which were known before, and mending.

Functions on reports and texts, for any front end: the command line, a plug-in of a test runner, an editor. Nothing of
it is loaded for a definition without comments of ours and without a configuration.
"""

from __future__ import annotations

from collections.abc import Callable

from shapecheck.lint.configuration import NOTHING, Configuration
from shapecheck.report import Report


def wants(path: str, configuration: Configuration = NOTHING) -> Callable[[str], bool]:
    """Which codes are reported in a file."""
    selection = configuration.selection()
    return selection.test(path) if selection is not None else everything


def everything(code: str) -> bool:
    """Every code is reported."""
    return True


def judge(report: Report, configuration: Configuration = NOTHING) -> None:
    """Leave in a report what counts: comments in the definition hide findings, and so does the configuration.

    What a comment would hide and does not is added. Severities are set as the configuration says. Where a name is wrong
    and another was probably meant, that is offered as a fix.
    """
    selection = configuration.selection()
    if report.source is not None and "shapecheck:" in report.source.text:
        from shapecheck.lint import suppressions

        report.diagnostics = suppressions.apply(report, wants(report.path, configuration))[0]
    if selection is not None:
        report.diagnostics = selection.apply(report.path, report.diagnostics)
    if any(found.facts.get("near") for found in report.diagnostics):
        from shapecheck.lint import fixing

        fixing.offer(report)

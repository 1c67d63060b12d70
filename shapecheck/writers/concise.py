"""One line for each finding, as problem matchers read them: `path:line:col: error[SC301] message`."""

from __future__ import annotations

from shapecheck.diagnostic import Diagnostic
from shapecheck.report import Report
from shapecheck.writers.escape import escape


def write(report: Report) -> str:
    """The findings of a report, a line each; empty where there is none."""
    return "\n".join(line(report, found) for found in report.diagnostics)


def line(report: Report, found: Diagnostic) -> str:
    """One finding; without a place in the text, under the path of the report."""
    span = found.span
    place = f"{_path(span.source.path)}:{span.line}:{span.column}" if span else _path(report.path)
    return f"{place}: {found.severity}[{found.code}] {escape(found.message)}"


def _path(path: str) -> str:
    """A path with which a line may begin: build logs take one that begins with `::` for a command."""
    shown = escape(path)
    return f"./{shown}" if shown.lstrip().startswith("::") else shown

"""Workflow commands, which GitHub shows as annotations beside the lines of a pull request.

GitHub shows ten annotations of each kind for a step. The worst are said first, what is beyond the limit stands in the
log as plain lines, and a notice says how many those are.
"""

from __future__ import annotations

from collections.abc import Sequence

from shapecheck.diagnostic import Diagnostic
from shapecheck.report import Report
from shapecheck.writers import concise, machine
from shapecheck.writers.escape import escape
from shapecheck.writers.machine import DEFAULT, Options
from shapecheck.writers.phrases import count

LIMIT = 10
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def write(reports: Sequence[Report], options: Options = DEFAULT) -> str:
    """Commands for the findings of all reports; empty where there is none."""
    rows: list[str] = []
    beyond: list[str] = []
    for severity, command in _COMMANDS.items():
        found = [(report, one) for report in reports for one in report.diagnostics if one.severity == severity]
        limit = LIMIT - (severity == "note")  # one notice says how many more there are
        rows += [_command(command, report, one, options) for report, one in found[:limit]]
        beyond += [concise.line(report, one) for report, one in found[limit:]]
    if beyond:
        rows.append(f"::notice title=shapecheck::{count(len(beyond), 'more finding')} in the log")
    return "\n".join(rows + beyond)


def _command(command: str, report: Report, found: Diagnostic, options: Options) -> str:
    span = found.span
    path = options.path_of(report, found)
    properties = [] if path.startswith("<") else [("file", path)]
    if span:
        properties += [("line", str(span.line)), ("endLine", str(span.end_line))]
        if span.line == span.end_line:
            properties += [("col", str(span.column)), ("endColumn", str(span.end_column))]
    properties.append(("title", f"{found.code} {machine.title(found.code)}"))
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties)
    return f"::{command} {listed}::{'%0A'.join(map(_data, machine.said(found)))}"


def _data(text: str) -> str:
    """A message in which nothing can end the command, and `%` stands for itself."""
    return escape(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

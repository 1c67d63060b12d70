"""The diagnostic format of reviewdog (rdjson), which comments on the lines of a change. Columns count UTF-8 bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapecheck import about
from shapecheck.diagnostic import Diagnostic
from shapecheck.report import Report
from shapecheck.source import Source, Span
from shapecheck.writers import machine
from shapecheck.writers.escape import escape
from shapecheck.writers.machine import DEFAULT, Options

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def write(reports: Sequence[Report], options: Options = DEFAULT) -> str:
    """All findings, in ASCII."""
    worst = next((s for s in machine.SEVERITIES for _, f in machine.each(reports) if f.severity == s), None)
    data: dict[str, Any] = {"source": {"name": about.NAME, "url": about.URL}}
    if worst:
        data["severity"] = _SEVERITIES[worst]
    data["diagnostics"] = [_finding(report, found, options) for report, found in machine.each(reports)]
    return machine.dumps(data, indent=1)


def _finding(report: Report, found: Diagnostic, options: Options) -> dict[str, Any]:
    data: dict[str, Any] = {
        "message": "\n".join(machine.said(found)),
        "location": _location(found.span, report.path, options),
        "severity": _SEVERITIES[found.severity],
        "code": {"value": found.code, "url": about.page_url(found.code)},
    }
    if found.labels:
        data["related_locations"] = [
            {"message": escape(label.text), "location": _location(label.span, "", options)} for label in found.labels
        ]
    fix = machine.fix_of(found)
    if fix and len(fix.edits) == 1:  # each suggestion can be accepted alone
        ((span, text),) = fix.edits
        data["suggestions"] = [{"range": _range(span), "text": text}]
    return data


def _location(span: Span | None, path: str, options: Options) -> dict[str, Any]:
    if span is None:
        return {"path": options.path(path)}
    return {"path": options.path(span.source.path), "range": _range(span)}


def _range(span: Span) -> dict[str, dict[str, int]]:
    start = _position(span.source, span.line, span.column)
    return {"start": start, "end": _position(span.source, span.end_line, span.end_column)}


def _position(source: Source, line: int, column: int) -> dict[str, int]:
    before = source.line(line)[: column - 1]
    return {"line": line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}

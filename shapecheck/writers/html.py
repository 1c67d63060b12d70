"""The report in a notebook: a line of judgement, the findings, and the table of layers. Everything is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape as escaped_html

from shapecheck.report import Report
from shapecheck.writers import phrases, text
from shapecheck.writers.escape import escape

_ROWS = 200
_FINDINGS = 50
_CELL = ' style="text-align:left;padding:1px 8px"'
_NUMBER = ' style="text-align:right;padding:1px 8px"'


def write(report: Report) -> str:
    """A fragment of HTML without scripts or outside references."""
    parts = [f"<p>{_safe(_judgement(report))}</p>"]
    for found in report.diagnostics[:_FINDINGS]:
        parts.append(f"<pre>{_html(text.finding(report, found))}</pre>")
    if len(report.diagnostics) > _FINDINGS:
        parts.append(f"<p>and {phrases.count(len(report.diagnostics) - _FINDINGS, 'more finding')}</p>")
    if report.layers:
        parts.append(_table(report))
    return f"<div>{''.join(parts)}</div>"


def _judgement(report: Report) -> str:
    return f"ok {phrases.ok_line(report)}" if report.ok else f"{report.path}: {phrases.tally([report])}"


def _table(report: Report) -> str:
    names = ("layer", "type", "output", "params", "connected to")
    rows = [f"<tr>{''.join(f'<th{_CELL}>{name}</th>' for name in names)}</tr>"]
    calls = list(phrases.calls_of(report))
    for earlier, call in calls[:_ROWS]:
        params = "shared" if earlier else phrases.amount(call.params)
        shapes = phrases.shapes_text(call.output_shapes)
        rows.append(_row((call.name, call.kind, shapes, params, ", ".join(call.inputs))))
    if len(calls) > _ROWS:
        rows.append(f"<tr><td colspan=5{_CELL}>and {phrases.count(len(calls) - _ROWS, 'more layer')}</td></tr>")
    return f"<table>{''.join(rows)}</table>"


def _row(cells: Iterable[str]) -> str:
    made = (f"<td{_NUMBER if index == 3 else _CELL}>{_safe(cell)}</td>" for index, cell in enumerate(cells))
    return f"<tr>{''.join(made)}</tr>"


def _safe(text: str) -> str:
    return _html(escape(text))


def _html(text: str) -> str:
    """HTML that shows this text; also `$` and backticks, which notebooks would read as formulas and code."""
    return escaped_html(text).replace("$", "&#36;").replace("`", "&#96;")

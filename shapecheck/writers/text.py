"""The report for people: each finding with the lines it is about, and one line where all is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from shapecheck.diagnostic import Diagnostic
from shapecheck.report import Report
from shapecheck.source import Source, Span
from shapecheck.writers import phrases
from shapecheck.writers.escape import escape

if TYPE_CHECKING:
    from shapecheck.writers.snippet import Paint

KINDS = ("error", "warning", "note", "help", "bold", "gutter", "secondary", "ok")
"""What `paint` is asked for. The main underline is painted as the severity of its finding."""

_WORDS = 4000  # no message, note or help is longer


def plain(kind: str, text: str) -> str:
    """No colour."""
    return text


def write(report: Report, paint: Paint = plain, *, quiet: bool = False) -> str:
    """The findings, a blank line between them, and the line that says all is well unless `quiet`.

    Ends without a newline; empty where there is nothing to say.
    """
    blocks = [finding(report, found, paint) for found in report.diagnostics]
    if report.truncated:
        many = phrases.count(report.truncated, "more finding")
        blocks.append(f"{paint('note', 'note')}: {many} without hints, because there are so many")
    if report.ok and not quiet:
        blocks.append(f"{paint('ok', 'ok')} {phrases.ok_line(report)}")
    return "\n\n".join(blocks)


def together(reports: Sequence[Report], paint: Paint = plain, *, quiet: bool = False, closing: str = "") -> str:
    """Several reports: blank lines set findings apart, and lines that say all is well stand together."""
    parts: list[str] = []
    for block in (*(write(report, paint, quiet=quiet) for report in reports), closing):
        if block:
            if parts:
                parts.append("\n" if "\n" not in parts[-1] and "\n" not in block else "\n\n")
            parts.append(block)
    return "".join(parts)


def finding(report: Report, found: Diagnostic, paint: Paint = plain) -> str:
    """One finding: what, where, why, and what to do."""
    return "\n".join(_rows(report, found, paint))


def _rows(report: Report, found: Diagnostic, paint: Paint) -> Iterator[str]:
    from shapecheck.writers.snippet import draw, marks_by_line

    def in_place(kind: str, text: str) -> str:
        return paint(found.severity if kind == "primary" else kind, text)

    head = paint(found.severity, f"{found.severity}[{found.code}]")
    yield head + paint("bold", f": {escape(found.message, _WORDS)}")
    labels = [(found.span, found.label, True)] if found.span else []
    labels += [(label.span, label.text, False) for label in found.labels]
    gutter = len(str(max((span.line for span, _, _ in labels), default=1)))
    margin = " " * gutter
    yield f"{paint('gutter', margin + '-->')} {_place(report, found.span)}"
    for number, (source, own) in enumerate(_by_source(labels)):
        if number or not found.span:
            yield f"{paint('gutter', margin + ':::')} {_place(report, own[0][0])}"
        yield from draw(source, marks_by_line(source, own), gutter, in_place)
    for kind, lines in (("note", found.notes), ("help", found.help)):
        for line in lines:
            yield f"{paint('gutter', margin + ' =')} {paint(kind, kind)}: {escape(line, _WORDS)}"


def _place(report: Report, span: Span | None) -> str:
    return f"{escape(span.source.path)}:{span.line}:{span.column}" if span else escape(report.path)


def _by_source(labels: list[tuple[Span, str, bool]]) -> list[tuple[Source, list[tuple[Span, str, bool]]]]:
    """The labels of each source; the source of the finding itself comes first."""
    groups: dict[int, tuple[Source, list[tuple[Span, str, bool]]]] = {}
    for label in labels:
        source = label[0].source
        groups.setdefault(id(source), (source, []))[1].append(label)
    return list(groups.values())

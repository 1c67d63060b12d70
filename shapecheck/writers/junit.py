"""JUnit XML, which build servers show as tests: a suite for each file, a test for each finding.

A finding below the fail level is a test that passes and says something; a file in which nothing was found is a test
that passes, so that it is seen to have been looked at. What cannot be checked at all is an error of the test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shapecheck import about, codes
from shapecheck.diagnostic import Diagnostic
from shapecheck.report import Report
from shapecheck.writers import machine, text
from shapecheck.writers.escape import escape
from shapecheck.writers.machine import DEFAULT, Options

_UNTESTED = (*codes.UNREADABLE, "SC902")


def write(reports: Sequence[Report], options: Options = DEFAULT) -> str:
    """All reports as one document; times are not measured, so that equal runs write equal bytes."""
    bodies: list[str] = []
    totals = [0, 0, 0]
    for report in reports:
        cases = list(_cases(report, options))
        counts = [len(cases), sum("<failure" in case for case in cases), sum("<error" in case for case in cases)]
        totals = [total + own for total, own in zip(totals, counts, strict=True)]
        name = _quoted(options.path(report.path))
        bodies.append(f'  <testsuite name="{name}" {_counted(counts)} skipped="0">\n{"".join(cases)}  </testsuite>\n')
    head = f'<testsuites name="{about.NAME}" {_counted(totals)}>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{"".join(bodies)}</testsuites>'


def _counted(counts: Sequence[int]) -> str:
    return 'tests="{}" failures="{}" errors="{}" time="0"'.format(*counts)


def _cases(report: Report, options: Options) -> Iterator[str]:
    owner = _quoted(options.path(report.path))
    if not report.diagnostics:
        yield f'    <testcase name="{owner}" classname="{owner}" time="0"/>\n'
    seen: dict[str, int] = {}
    for found in report.diagnostics:
        name = _name(found)
        seen[name] = seen.get(name, 0) + 1
        shown = _quoted(f"{name} ({seen[name]})" if seen[name] > 1 else name)
        case = f'    <testcase name="{shown}" classname="{owner}" time="0">\n'
        yield f"{case}{_outcome(report, found, options)}    </testcase>\n"


def _name(found: Diagnostic) -> str:
    """`SC301 unequal sizes, 5:27, skip`."""
    parts = [f"{found.code} {machine.title(found.code)}"]
    parts += [f"{found.span.line}:{found.span.column}"] if found.span else []
    return ", ".join([*parts, *([escape(found.layer)] if found.layer else [])])


def _outcome(report: Report, found: Diagnostic, options: Options) -> str:
    body = _data(text.finding(report, found))
    if not options.fails(found):
        return f"      <system-out>{body}</system-out>\n"
    kind = "error" if found.code in _UNTESTED else "failure"
    message = _quoted(escape(found.message))
    return f'      <{kind} type="{found.code}" message="{message}">{body}</{kind}>\n'


def _data(words: str) -> str:
    """Words as the text of an element; they hold no control characters but line feeds."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(words: str) -> str:
    """Words as an attribute."""
    return _data(escape(words)).replace('"', "&quot;")

"""GitLab's code quality report: a list of findings, which a merge request shows where they are new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapecheck import about
from shapecheck.diagnostic import Diagnostic
from shapecheck.report import Report
from shapecheck.writers import machine
from shapecheck.writers.machine import DEFAULT, Options

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def write(reports: Sequence[Report], options: Options = DEFAULT) -> str:
    """All findings, in ASCII; `[]` where there is none, as GitLab wants a report of every run."""
    found = machine.fingerprints(reports, options)
    return machine.dumps([_finding(report, one, name, options) for report, one, name in found], indent=1)


def _finding(report: Report, found: Diagnostic, fingerprint: str, options: Options) -> dict[str, Any]:
    first, last = (found.span.line, found.span.end_line) if found.span else (1, 1)
    return {
        "description": "\n".join([f"{found.code}: {machine.said(found)[0]}", *machine.said(found)[1:]]),
        "check_name": f"{about.NAME}/{found.code}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[found.severity],
        "location": {"path": options.path_of(report, found), "lines": {"begin": first, "end": last}},
    }

"""What the exit code says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapecheck.report import Report

OK = 0
FINDINGS = 1
UNUSABLE = 2
BUG = 3
INTERRUPTED = 130

_OURS = ("SC901", "SC902")
_FAILING = {"error": ("error",), "warning": ("error", "warning"), "note": ("error", "warning", "note"), "never": ()}


def of(reports: Iterable[Report], fail_level: str = "error") -> int:
    """The worst of all findings; with a fail level of `warning`, a warning is a finding too, with `never` nothing is.

    What could not be read and what we did wrong is no finding, and counts in any case.
    """
    from shapecheck.codes import UNREADABLE

    failing = _FAILING[fail_level]
    worst = OK
    for report in reports:
        for found in report.diagnostics:
            if found.severity == "error" and found.code in (*UNREADABLE, *_OURS):
                worst = max(worst, BUG if found.code in _OURS else UNUSABLE)
            elif found.severity in failing:
                worst = max(worst, FINDINGS)
    return worst

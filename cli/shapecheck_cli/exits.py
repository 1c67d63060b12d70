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

_UNREADABLE = ("SC105", "SC106")
_OURS = ("SC901", "SC902")


def of(reports: Iterable[Report], fail_level: str = "error") -> int:
    """The worst of all findings; with a fail level of `warning`, a warning is a finding too."""
    failing = ("error", "warning") if fail_level == "warning" else ("error",)
    worst = OK
    for report in reports:
        for found in report.diagnostics:
            if found.severity in failing:
                bad = BUG if found.code in _OURS else UNUSABLE if found.code in _UNREADABLE else FINDINGS
                worst = max(worst, bad)
    return worst

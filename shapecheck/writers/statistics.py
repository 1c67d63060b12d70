"""How often each code was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shapecheck import codes
from shapecheck.report import Report


def write(reports: Sequence[Report]) -> str:
    """`12 SC204 warning  unreachable layer` for each code and severity, the most frequent first; empty for none."""
    counts = Counter((found.code, found.severity) for report in reports for found in report.diagnostics)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    width = max((len(f"{number:,}") for _, number in rows), default=0)
    return "\n".join(
        f"{number:>{width},} {code} {severity:<7} {codes.CODES[code].title}" for (code, severity), number in rows
    )

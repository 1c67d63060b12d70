"""A report as text: one file for each form, imported when it is used.

Writers are pure: a report goes in, a text comes out, nothing is printed. What came from a user is escaped.
"""

from __future__ import annotations

from typing import Any


def write(form: str, report: Any) -> str:
    """A report in one of the forms that need nothing else: `text`, `summary`, `html`."""
    module = __import__(f"shapecheck.writers.{form}", fromlist=("write",))
    return str(module.write(report))

"""The forms in which `check` shows what it found, by name; the writer of a form is imported when it is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shapecheck.report import Report

if TYPE_CHECKING:
    from shapecheck.writers.snippet import Paint

FOR_PEOPLE = ("full", "concise")
"""The forms that are read by people. The others are read by machines, and are told of files that cannot be read too."""

_FOR_MACHINES = {
    "json": "json_report",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "rdjson": "rdjson",
    "markdown": "markdown",
}

NAMES = (*FOR_PEOPLE, *_FOR_MACHINES)


def write(
    form: str,
    reports: Sequence[Report],
    *,
    paint: Paint | None = None,
    quiet: bool = False,
    closing: str | None = None,
    **options: Any,
) -> str:
    """All reports in one of the forms of `NAMES`; without a newline at the end, empty where there is nothing to say.

    `paint`, `quiet` and `closing` are for the forms that people read: how a text is shown, nothing but findings, and
    the last line where it is not the tally. The further options, those of `machine.Options`, are for
    the forms that machines read.
    """
    if form in _FOR_MACHINES:
        from shapecheck.writers.machine import Options

        module = __import__(f"shapecheck.writers.{_FOR_MACHINES[form]}", fromlist=("write",))
        return str(module.write(reports, Options(**options)))
    from shapecheck.writers import phrases

    closing = "" if quiet else phrases.tally(reports) if closing is None else closing
    if form == "concise":
        from shapecheck.writers import concise

        return "\n".join(filter(None, [*map(concise.write, reports), closing]))
    if form == "full":
        from shapecheck.writers import text

        return text.together(reports, paint or text.plain, quiet=quiet, closing=closing)
    raise KeyError(form)

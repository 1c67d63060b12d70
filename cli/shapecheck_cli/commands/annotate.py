"""`shapecheck annotate`: the definition with the shapes in it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from shapecheck.report import Report
from shapecheck.words import os_problem
from shapecheck_cli import console, exits, files, loading, options

_MARK = "\ufeff"
_WITHOUT_COMMENTS = (".json", ".keras", ".h5", ".hdf5")


@options.command("annotate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--write", is_flag=True, help="Change the files, instead of printing them.")
@options.checking
def command(paths: Sequence[str], write: bool, **choices: Any) -> int:
    """Put a comment such as `# -> (B, 26, 26, 6)` at the end of each layer's entry.

    Comments of an earlier run are replaced; nothing else is touched. Only YAML holds comments.
    """
    reports = [_annotate(path, write, choices) for path in paths]
    return exits.of(reports)


def _annotate(path: str, in_place: bool, choices: dict[str, Any]) -> Report:
    from shapecheck.writers import annotate, text

    report = loading.without_lints(loading.load(path, **choices))
    console.complain_at_length(text.write(report, console.paint(sys.stderr), quiet=True))
    if report.source is None or loading.is_unusable(report):
        return report
    if path.lower().endswith(_WITHOUT_COMMENTS):
        console.complain(f"error: `{path}` can hold no comments; `shapecheck convert {path}` writes it as YAML")
        return loading.unusable(path, "it can hold no comments")
    if not in_place or path == "-":
        console.say_exactly(annotate.write(report))
        return report
    problem = _replace(path, report, annotate.write(report))
    if problem:
        lost = loading.unusable(path, problem)
        console.complain_at_length(text.write(lost, console.paint(sys.stderr)))
        return lost
    return report


def _replace(path: str, report: Report, made: str) -> str:
    """Write the file anew if that changes it, with the byte order mark that it had; what went wrong, in words."""
    try:
        with open(path, "rb") as file:
            before = file.read().decode()
        if report.source is None or before.removeprefix(_MARK) != report.source.text:
            return "it has changed in the meantime"
        if made != report.source.text:
            files.replace(path, (_MARK * before.startswith(_MARK) + made).encode())
    except UnicodeDecodeError:
        return "only files in UTF-8 can be written"
    except OSError as error:
        return os_problem(error)
    return ""

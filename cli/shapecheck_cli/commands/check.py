"""`shapecheck check`: the reports of files and folders, in a form for people or for machines."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from shapecheck.report import Report
from shapecheck.writers import formats
from shapecheck_cli import console, exits, loading, options, repository


@options.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--output-format",
    type=click.Choice(formats.NAMES),
    default="full",
    show_default=True,
    help="How findings are shown.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print findings, and nothing else.")
@click.option(
    "--fail-level",
    type=click.Choice(["error", "warning"]),
    default="error",
    show_default=True,
    help="The least severity for which the exit code is 1.",
)
@options.checking
def command(paths: Sequence[str], output_format: str, quiet: bool, fail_level: str, **choices: Any) -> int:
    """Check definitions: every shape, every mistake with its place.

    PATH is a file, a folder that is searched for definitions, or - for standard input.
    """
    reports = loading.load_all(paths, **choices)
    complain(reports)
    console.say(_written(output_format, reports, quiet, fail_level))
    return exits.of(reports, fail_level)


def _written(form: str, reports: Sequence[Report], quiet: bool, fail_level: str) -> str:
    if form in formats.FOR_PEOPLE:
        read = [report for report in reports if not loading.is_unusable(report)]
        return formats.write(form, read, paint=console.paint(sys.stdout), quiet=quiet)
    here = os.getcwd()
    return formats.write(form, reports, here=here, root=repository.top(here), fail_level=fail_level)


def complain(reports: Sequence[Report]) -> None:
    """Say on standard error what could not be read."""
    lost = [report for report in reports if loading.is_unusable(report)]
    if lost:
        from shapecheck.writers import text

        paint = console.paint(sys.stderr)
        console.complain_at_length("\n\n".join(text.write(report, paint) for report in lost))


def full(reports: Sequence[Report], quiet: bool) -> str:
    """The reports for people, painted for standard output."""
    from shapecheck.writers import text

    return text.together(reports, console.paint(sys.stdout), quiet=quiet)

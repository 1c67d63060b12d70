"""`shapecheck check`: the reports of files and folders, in a form for people or for machines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from shapecheck.report import Report
from shapecheck_cli import console, exits, loading, options


@options.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--output-format",
    type=click.Choice(["full", "concise", "json", "github"]),
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
    console.say(_written(reports, output_format, quiet))
    return exits.of(reports, fail_level)


def complain(reports: Sequence[Report]) -> None:
    """Say on standard error what could not be read."""
    lost = [report for report in reports if loading.is_unusable(report)]
    if lost:
        from shapecheck.writers import text

        paint = console.paint(sys.stderr)
        console.complain_at_length("\n\n".join(text.write(report, paint) for report in lost))


def _written(reports: Sequence[Report], output_format: str, quiet: bool) -> str:
    if output_format == "json":
        from shapecheck.writers import json_report

        return json_report.write(reports)
    if output_format == "github":
        from shapecheck.writers import github

        return github.write(reports)
    from shapecheck.writers import phrases

    read = [report for report in reports if not loading.is_unusable(report)]
    closing = "" if quiet else phrases.tally(read)
    if output_format == "concise":
        from shapecheck.writers import concise

        return "\n".join(filter(None, [*map(concise.write, read), closing]))
    return full(read, quiet, closing)


def full(reports: Sequence[Report], quiet: bool, closing: str = "") -> str:
    """The reports for people; blank lines set findings apart, and lines that say all is well stand together."""
    from shapecheck.writers import text

    paint = console.paint(sys.stdout)
    parts: list[str] = []
    for block in (*(text.write(report, paint, quiet=quiet) for report in reports), closing):
        if block:
            if parts:
                parts.append("\n" if "\n" not in parts[-1] and "\n" not in block else "\n\n")
            parts.append(block)
    return "".join(parts)

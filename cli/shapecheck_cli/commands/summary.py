"""`shapecheck summary`: the table of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from shapecheck_cli import console, exits, loading, options
from shapecheck_cli.commands.check import complain, full


@options.command("summary")
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="PATH...")
@options.checking
def command(paths: Sequence[str], at: Mapping[str, int], **choices: Any) -> int:
    """Show every layer with its output shape, parameters, multiply-accumulates, and what it reads.

    Shapes and costs are formulas in the sizes that are names; --at gives numbers.
    """
    from shapecheck.writers import summary

    reports = loading.load_all(paths, at=at, **choices)
    complain(reports)
    read = [report for report in reports if not loading.is_unusable(report)]
    tables = [summary.write(report, at) for report in read if report.layers]
    console.say("\n\n".join(filter(None, [full(read, quiet=True), *tables])))
    return exits.of(reports)

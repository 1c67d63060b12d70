"""`shapecheck diff`: what is different between two definitions."""

from __future__ import annotations

import sys
from typing import Any

import click

from shapecheck import checker
from shapecheck.inference import Inference
from shapecheck.report import Report
from shapecheck_cli import console, exits, loading, options


@options.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@options.checking
def command(before: str, after: str, output_format: str, **choices: Any) -> int:
    """Compare two definitions, in whatever forms: layers, parameters, shapes, weights, and valid sizes.

    Exit code 0 where they are the same model, 1 where they differ, 2 where one cannot be read.
    """
    from shapecheck.comparison.difference import Difference
    from shapecheck.writers import differences, text

    sides = [_inferred(path, choices) for path in (before, after)]
    lost = [report for report, found in sides if found is None]
    if lost:
        paint = console.paint(sys.stderr)
        console.complain_at_length("\n\n".join(text.write(report, paint) for report in lost))
        return max(exits.UNUSABLE, exits.of(lost))
    found = Difference(sides[0], sides[1])
    console.say(differences.write_json(found) if output_format == "json" else differences.write(found))
    return exits.OK if found.equal else exits.FINDINGS


def _inferred(path: str, choices: dict[str, Any]) -> tuple[Report, Inference | None]:
    """The report of one file and what was inferred of it; None where it could not be read."""
    found = loading.attempt(path, checker.inferred, **choices)
    return (found, None) if isinstance(found, Report) else found

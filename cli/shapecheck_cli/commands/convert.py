"""`shapecheck convert`: the same model in another form."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import click

from shapecheck import conversion
from shapecheck.report import Report
from shapecheck.words import os_problem
from shapecheck_cli import console, exits, files, loading, options


@options.command("convert")
@click.argument("path", type=click.Path(), metavar="FILE")
@click.option("-o", "--output", metavar="FILE", help="Where to write it, instead of to standard output.")
@click.option("--to", "form", type=click.Choice(conversion.FORMS), default="yaml", show_default=True,
              help="The spec language, or JSON for keras.models.model_from_json.")  # fmt: skip
@options.checking
def command(path: str, output: str | None, form: str, **choices: Any) -> int:
    """Write a definition as readable YAML, or as JSON that Keras 3 loads.

    Names, order, weights and shapes are kept; blocks, repetitions and parameters are written out. A definition with
    errors is not converted: they are reported.
    """
    from shapecheck.writers import text

    report, made = _converted(path, form, choices)
    loading.without_lints(report)
    console.complain_at_length(text.write(report, console.paint(sys.stderr), quiet=True))
    if not report.ok:
        return exits.of([report])
    for line in made.lost:
        console.complain(f"note: {line}")
    if output is None or output == "-":
        console.say_exactly(made.text)
        return exits.OK
    problem = _write(output, made.text)
    if problem:
        lost = loading.unusable(output, problem)
        lost.diagnostics[0].message = f"cannot write `{output}`: {problem}"
        console.complain_at_length(text.write(lost, console.paint(sys.stderr)))
        return exits.UNUSABLE
    return exits.OK


def _converted(path: str, form: str, choices: dict[str, Any]) -> tuple[Report, conversion.Converted]:
    """The report, with what cannot be converted in it, and the text."""
    found = loading.attempt(path, partial(conversion.converted, to=form), **choices)
    return (found, conversion.Converted("")) if isinstance(found, Report) else found


def _write(path: str, text: str) -> str:
    """Write a file; what went wrong, in words."""
    try:
        files.replace(path, text.encode())
    except OSError as error:
        return os_problem(error)
    return ""

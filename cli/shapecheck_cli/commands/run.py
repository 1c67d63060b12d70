"""`shapecheck run`: a forward pass with numbers, every array held against the inferred shape."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from shapecheck import checker
from shapecheck.diagnostic import ShapecheckError
from shapecheck.report import Report
from shapecheck_cli import arrays, console, exits, loading, options


@options.command("run")
@click.argument("path", type=click.Path(), metavar="PATH")
@click.option("--input", "inputs", multiple=True, metavar="NAME=FILE.npy", help="The array of an input. Repeatable.")
@options.at_option
@click.option("--train", is_flag=True, help="Run as in training: dropout drops.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="For weights, inputs and dropout.")
@click.option("--save", metavar="OUT.npz", help="Save the output of every layer.")
@options.keras_option
@options.import_option
def command(
    path: str, inputs: Sequence[str], at: Mapping[str, int], train: bool, seed: int, save: str | None, **choices: Any
) -> int:
    """Run the model with NumPy, and compare every array with the inferred shape.

    Weights are initialised from the seed. Inputs that are not given are drawn; sizes that are not set take the smallest
    valid value of at least 2.
    """
    text = loading.read_stdin() if path == "-" else None
    report = loading.load(path, text, **choices)
    _complain(report)
    if not report.ok:
        return exits.of([report])
    given = dict(map(arrays.read, inputs))
    choices = {name: value for name, value in choices.items() if value}
    try:
        done = checker.run_report(
            path if text is None else None, given, text=text, at=at, training=train, seed=seed, **choices
        )[1]
    except ShapecheckError as error:
        report.diagnostics = [error.diagnostic]
        _complain(report)
        return exits.of([report])
    if save:
        arrays.save(save, done.arrays)
    from shapecheck.writers import run_table

    console.say(run_table.write(report, done, at=at, given=given, training=train, seed=seed))
    return exits.OK


def _complain(report: Report) -> None:
    from shapecheck.writers import text

    console.complain_at_length(text.write(report, console.paint(sys.stderr), quiet=True))

"""`shapecheck run`: a forward pass with numbers, every array held against the inferred shape."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from shapecheck import running
from shapecheck.diagnostic import ShapecheckError
from shapecheck.report import Report
from shapecheck_cli import arrays, console, exits, loading, options


@options.command("run")
@click.argument("path", type=click.Path(), metavar="FILE")
@click.option("--input", "inputs", multiple=True, metavar="[NAME=]FILE.npy",
              help="The array of an input; an only one needs no name. Repeatable.")  # fmt: skip
@options.at_option
@click.option("--train", is_flag=True, help="Run as in training: dropout drops.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="For weights, inputs and dropout.")
@click.option("--weights", metavar="FILE", help="The weights, from `.weights.h5`, `.h5`, `.keras` or `.npz`.")
@click.option("--save", metavar="OUT.npz", help="Save the output of every layer.")
@click.option("--save-weights", metavar="OUT.weights.h5", help="Save the weights, for `Model.load_weights` of Keras 3.")
@options.keras_option
@options.format_option
@options.import_option
def command(
    path: str, inputs: Sequence[str], at: Mapping[str, int], train: bool, save: str | None, seed: int, **choices: Any
) -> int:
    """Run the model with NumPy, and compare every array with the inferred shape.

    Weights are those that the file brings with it, and otherwise initialised from the seed. Inputs that are not given
    are drawn; sizes that are not set take the smallest valid value of at least 2.
    """
    text = loading.read_stdin() if path == "-" else None
    files = {name: choices.pop(name) for name in ("weights", "save_weights")}
    report = loading.load(path, text, **choices)
    checked = len(report.diagnostics)
    _complain(loading.without_lints(report))
    if not report.ok:
        return exits.of([report])
    given = dict(arrays.read(pair, [tensor.name for tensor in report.inputs]) for pair in inputs)
    choices = {name: value for name, value in choices.items() if value}
    try:
        again, done = running.run_report(
            path if text is None else None, given, text=text, at=at, training=train, seed=seed, **files, **choices
        )
    except ShapecheckError as error:
        loading.raise_undeclared(error)
        report.diagnostics = [error.diagnostic, *error.others]
        _complain(report)
        return exits.of([report])
    report.diagnostics = again.diagnostics[checked:]  # what there is to say of the weights
    _complain(report)
    if save:
        arrays.save(save, done.arrays)
    from shapecheck.writers import run_table

    console.say(run_table.write(report, done, at=at, given=given, training=train, seed=seed))
    return exits.OK


def _complain(report: Report) -> None:
    from shapecheck.writers import text

    console.complain_at_length(text.write(report, console.paint(sys.stderr), quiet=True))

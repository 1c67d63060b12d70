"""`shapecheck graph`: the model as boxes and arrows."""

from __future__ import annotations

import sys
from typing import Any

import click

from shapecheck_cli import console, exits, loading, options


@options.command("graph")
@click.argument("path", type=click.Path(), metavar="FILE")
@click.option("--output-format", "--format", "form", type=click.Choice(["dot", "mermaid"]), default="dot",
              show_default=True, help="The language.")  # fmt: skip
@options.checking
def command(path: str, form: str, **choices: Any) -> int:
    """Draw the model as a graph with the shapes on its edges.

    For Graphviz: shapecheck graph model.yaml | dot -Tsvg -o model.svg
    """
    from shapecheck.writers import text

    report = loading.without_lints(loading.load(path, **choices))
    console.complain_at_length(text.write(report, console.paint(sys.stderr), quiet=True))
    if report.layers:
        if form == "dot":
            from shapecheck.writers.graph_dot import write
        else:
            from shapecheck.writers.graph_mermaid import write
        console.say(write(report))
    return exits.of([report])

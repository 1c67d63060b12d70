"""`shapecheck layers`: what a layer is."""

from __future__ import annotations

from collections.abc import Sequence

import click

from shapecheck import layers
from shapecheck.words import near
from shapecheck.writers import layer_help
from shapecheck_cli import completing, console, exits, options


@options.command("layers")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completing.layers)
def command(names: Sequence[str]) -> int:
    """Explain a layer: its formula, parameters, weights, mask and examples; without a name, list all layers."""
    if not names:
        layers.plug_ins()
        kinds = {kind.kind: kind for kind in map(layers.found, layers.names())}
        console.say(layer_help.listing(kinds.values()))
        console.say(f"\n{layer_help.operations(layers.operations())}")
        return exits.OK
    pages = []
    for name in names:
        kind = layers.seek(name)
        if kind is None:
            console.complain(_unknown(name))
        else:
            pages.append(layer_help.write(kind))
    console.say("\n\n".join(pages))
    return exits.OK if len(pages) == len(names) else exits.UNUSABLE


def _unknown(name: str) -> str:
    """What is said of a name that no layer has: the name that was meant, or why nothing is known of an operation."""
    if because := layers.why_opaque(name):
        return f"error: nothing is known of what `{name}` gives{because}"
    meant = near(name, layers.operations() if name.startswith("ops.") else layers.names())
    return f"error: no layer `{name}`" + (f"; did you mean `{meant}`?" if meant else "")

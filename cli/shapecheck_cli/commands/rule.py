"""`shapecheck rule`: what a code means."""

from __future__ import annotations

from collections.abc import Sequence

import click

from shapecheck.codes import CODES, explain
from shapecheck.words import near
from shapecheck.writers import rule
from shapecheck_cli import console, exits, options


@options.command("rule")
@click.argument("codes", nargs=-1, metavar="[CODE]...")
def command(codes: Sequence[str]) -> int:
    """Explain a code such as SC301; without one, list them all."""
    if not codes:
        console.say(rule.listing())
        return exits.OK
    pages = []
    for name in codes:
        code = CODES.get(name.upper())
        if code is None:
            meant = near(name.upper(), CODES)
            console.complain(f"error: no code `{name}`" + (f"; did you mean `{meant}`?" if meant else ""))
        else:
            pages.append(rule.write(code, explain(code.code)))
    console.say("\n\n".join(pages))
    return exits.OK if len(pages) == len(codes) else exits.UNUSABLE

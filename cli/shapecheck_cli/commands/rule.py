"""`shapecheck rule`: what a code means."""

from __future__ import annotations

from collections.abc import Sequence

import click

from shapecheck.codes import CODES, Code, explain
from shapecheck.words import near
from shapecheck.writers import rule
from shapecheck_cli import completing, console, exits, options


@options.command("rule")
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=completing.codes)
@click.option("--all", "every", is_flag=True, help="Explain every code.")
@click.option("--output-format", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def command(codes: Sequence[str], every: bool, output_format: str) -> int:
    """Explain a code such as SC301, or with --all every code; without either, list them all."""
    found, unknown = list(CODES.values()) if every else [], []
    for name in codes:
        code = CODES.get(name.upper())
        if code is None:
            unknown.append(name)
        elif code not in found:
            found.append(code)
    for name in unknown:
        meant = near(name.upper(), CODES)
        console.complain(f"error: no code `{name}`" + (f"; did you mean `{meant}`?" if meant else ""))
    if output_format == "text" and not codes and not every:
        console.say(rule.listing())
    else:
        console.say(_written(found if codes or every else list(CODES.values()), output_format))
    return exits.UNUSABLE if unknown else exits.OK


def _written(codes: Sequence[Code], output_format: str) -> str:
    pages = [(code, explain(code.code)) for code in codes]
    if output_format == "json":
        import json

        return json.dumps([rule.as_data(code, page) for code, page in pages], indent=1)
    if output_format == "markdown":
        return "\n".join(rule.markdown(code, page) for code, page in pages).rstrip("\n")
    return "\n\n".join(rule.write(code, page) for code, page in pages)

"""`shapecheck sizes`: the input sizes for which a model is valid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from shapecheck_cli import console, exits, loading, options
from shapecheck_cli.commands.check import complain, full

LONGEST = 1_000_000


def _ranges(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """`H=1..512` as a range by name."""
    ranges = {}
    for text in value:
        name, _, numbers = (part.strip() for part in text.partition("="))
        low, _, high = (part.strip() for part in numbers.partition(".."))
        if not (name.isidentifier() and low.isdigit() and high.isdigit() and 1 <= int(low) <= int(high)):
            raise click.BadParameter(f"`{text}` is not of the form H=1..512", context, parameter)
        if int(high) - int(low) > LONGEST:
            raise click.BadParameter(f"`{text}` is longer than {LONGEST:,} sizes", context, parameter)
        ranges[name] = int(low), int(high)
    return ranges


@options.command("sizes")
@click.argument("path", type=click.Path(), metavar="FILE")
@click.option("--assert", "asserts", multiple=True, metavar="EXPR", help="Also ask for `output == image`. Repeatable.")
@click.option("--range", "ranges", multiple=True, metavar="H=1..512", callback=_ranges, help="List the valid sizes.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@options.checking
def command(
    path: str,
    asserts: Sequence[str],
    ranges: Mapping[str, tuple[int, int]],
    output_format: str,
    at: Mapping[str, int],
    **choices: Any,
) -> int:
    """Derive the input sizes for which a model is valid: every condition, and the layers behind it.

    With --at, say whether these sizes are valid, and the nearest that are; exit 1 when they are not.
    """
    from shapecheck.writers import sizes

    report = loading.without_lints(loading.load(path, asserts=asserts, **choices))
    complain([report])
    if loading.is_unusable(report):
        return exits.of([report])
    known = report.requirements.symbols if report.ok else ()
    for name in [*at, *ranges]:
        if report.ok and name not in known:
            raise click.BadParameter(f"the definition has no size `{name}`", param_hint="--at or --range")
    if output_format == "json":
        console.say(sizes.write_json(report, at, ranges))
    else:
        found = full([report], quiet=True)
        console.say("\n\n".join(filter(None, [found, sizes.write(report, at, ranges)])))
    wrong = report.ok and at and report.requirements.holds(**at) is False
    return 1 if wrong else exits.of([report])

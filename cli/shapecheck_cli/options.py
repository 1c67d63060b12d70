"""Options and arguments that several commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from shapecheck_cli import console

F = TypeVar("F", bound=Callable[..., Any])

_MAX_DIGITS = 18


def _remember_color(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta[console.COLOR] = value


color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    expose_value=False,
    is_eager=True,
    callback=_remember_color,
    help="When to use colour. [default: auto; NO_COLOR and FORCE_COLOR are followed]",
)


def _show_help(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        console.say(context.get_help())
        context.exit()


# Not click's own, which looks for a translation of one sentence in every run.
help_option = click.option(
    "-h",
    "--help",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_help,
    help="Show this message and exit.",
)


def command(name: str, cls: type[click.Command] = click.Command) -> Callable[[F], click.Command]:
    """A command with the options of all commands."""

    def made(function: F) -> click.Command:
        command = click.command(name, cls=cls, add_help_option=False)(color_option(help_option(function)))
        command.params = [*command.params[2:], *command.params[:2]]  # those of all commands stand last in its help
        return command

    return made


def _sizes(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> dict[str, int]:
    """`H=96,W=96` as sizes by name."""
    sizes: dict[str, int] = {}
    for pair in (pair.strip() for text in value for pair in text.split(",")):
        if not pair:
            continue
        name, _, number = (part.strip() for part in pair.partition("="))
        if not (name.isidentifier() and number.isascii() and number.isdigit() and len(number) <= _MAX_DIGITS):
            raise click.BadParameter(f"`{pair}` is not of the form H=96", context, parameter)
        size = int(number)
        if size < 1:
            raise click.BadParameter(f"`{name}` must be at least 1, not {size}", context, parameter)
        if sizes.get(name, size) != size:
            raise click.BadParameter(f"`{name}` is given twice, as {sizes[name]} and {size}", context, parameter)
        sizes[name] = size
    return sizes


def _generation(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    return int(value) if value else None


at_option = click.option(
    "--at",
    multiple=True,
    metavar="H=96,W=96",
    callback=_sizes,
    help="Numbers for the sizes that are names. Repeatable.",
)
keras_option = click.option(
    "--keras",
    type=click.Choice(["2", "3"]),
    callback=_generation,
    help="Accept and refuse as this generation of Keras does, where the definition names none. [default: strict]",
)
format_option = click.option(
    "--data-format",
    type=click.Choice(["channels_last", "channels_first"]),
    help="The default of the layers that take one, where the definition names none.",
)
import_option = click.option(
    "--allow-import",
    multiple=True,
    metavar="MODULE",
    help="Let the definition name functions of this module, which is then imported and run. Repeatable.",
)


def checking(command: F) -> F:
    """The options that go to the check."""
    for option in (import_option, format_option, keras_option, at_option):
        command = option(command)
    return command

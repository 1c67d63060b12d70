"""What every command has in common: the options of all, the version, and the exit code.

0 nothing found, 1 findings, 2 usage or unreadable input, 3 a bug of ours. click would exit with 1 on an uncaught
exception, which a build would read as findings.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from shapecheck_cli import console, exits
from shapecheck_cli.lazy import LazyGroup
from shapecheck_cli.options import color_option, help_option


def _version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from shapecheck import __version__

        console.say(f"shapecheck {__version__}")
        context.exit()


@click.group(cls=LazyGroup, add_help_option=False)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version and exit."
)
@color_option
@help_option
def cli() -> None:
    """Type-check a neural network before building it: every shape, every mistake with its place.

    Exit codes: 0 nothing found, 1 findings, 2 usage or unreadable input, 3 a bug in shapecheck.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code. `arguments` without the name of the program."""
    console.prepare()
    try:
        code = cli.main(arguments, prog_name="shapecheck", standalone_mode=False)
        return code if isinstance(code, int) else exits.OK
    except click.UsageError as error:
        return console.usage_error(error)
    except click.ClickException as error:
        console.complain(f"error: {error.format_message()}")
        return exits.UNUSABLE
    except (KeyboardInterrupt, click.Abort):
        return exits.INTERRUPTED
    except BrokenPipeError:  # from click's own printing
        return exits.OK
    except Exception as error:
        return console.failure(error)

"""`shapecheck completions`: the script that lets a shell complete commands, options, codes and layers."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from shapecheck_cli import console, exits, options

_VARIABLE = "_SHAPECHECK_COMPLETE"


@options.command("completions")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the completion script of a shell: eval "$(shapecheck completions bash)"."""
    made = get_completion_class(shell)
    assert made is not None
    script = made(context.find_root().command, {}, "shapecheck", _VARIABLE)
    console.say(ShellComplete.source(script).strip("\n"))  # not bash's own, which starts bash to ask for its version
    return exits.OK

"""A group of commands in which a command's file is imported only when the command is run or asked for help."""

from __future__ import annotations

import os

import click

COMMANDS = {
    "check": "Check definitions: every shape, every mistake.",
    "summary": "Show the layers with shapes, parameters and cost.",
    "sizes": "Derive the input sizes for which a model is valid.",
    "run": "Run a model on numbers and compare every shape.",
    "graph": "Draw the model as a DOT or Mermaid graph.",
    "annotate": "Write the shapes into the definition as comments.",
    "convert": "Write a definition as readable YAML, or for Keras 3.",
    "diff": "Compare two definitions, in whatever forms.",
    "rule": "Explain a code such as SC301.",
    "layers": "Explain a layer, or list all layers.",
    "example": "Print an example definition, or list them.",
    "new": "Begin a new layer: a file to start from.",
    "schema": "Print the JSON Schema of definitions, for editors.",
    "completions": "Print what lets a shell complete commands.",
}


class LazyGroup(click.Group):
    """The commands of `COMMANDS`; the file of a command holds it under the name `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = __import__(f"shapecheck_cli.commands.{cmd_name}", fromlist=("command",))
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None and not ctx.resilient_parsing:
            ctx.fail(f"no command `{name}`{_meant(name)}")
        return name, command, args[1:]


def _meant(name: str) -> str:
    from shapecheck.words import near

    found = near(name, COMMANDS)
    if found:
        return f"; did you mean `{found}`?"
    return f"; did you mean `shapecheck check {name}`?" if os.path.exists(name) else ""

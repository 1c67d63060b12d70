"""Where the report goes: `--output-format sarif -o out.sarif --output-format github`.

A file takes the format that was named last before it, and one format without a file is printed. Where there is one of
each, their order does not matter.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import click

from shapecheck.words import os_problem

ORDER = "shapecheck.order"
"""Where the order of the options stands in the context."""

_FORM, _FILE = "output_format", "output"


class Output(NamedTuple):
    """A format, and the file it goes to; None for standard output."""

    form: str
    file: str | None


class Ordered(click.Command):
    """A command that remembers in which order its options were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(arg.startswith(("-o", "--output")) for arg in args):
            _, _, order = self.make_parser(ctx).parse_args(args=list(args))
            ctx.meta[ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


def paired(forms: Sequence[str], files: Sequence[str], default: str) -> list[Output]:
    """The outputs that a command line asks for. Raises click's error where two formats would be printed."""
    context = click.get_current_context(silent=True)
    order: Sequence[Any] = context.meta.get(ORDER, ()) if context else ()
    if len(forms) == len(files) == 1:
        return [Output(forms[0], _file(files[0]))]
    found: list[Output] = []
    form, waiting = default, False
    rest = {_FORM: iter(forms), _FILE: iter(files)}
    for name in order:
        if name == _FORM:
            if waiting:
                found.append(Output(form, None))
            form, waiting = next(rest[_FORM]), True
        elif name == _FILE:
            found.append(Output(form, _file(next(rest[_FILE]))))
            waiting = False
    if waiting or not found:
        found.append(Output(form, None))
    printed = [output.form for output in found if output.file is None]
    if len(printed) > 1:
        said = ", ".join(printed)
        raise click.UsageError(f"only one format can be printed, and not {said}: let `-o FILE` follow the others")
    return found


def _file(path: str) -> str | None:
    return None if path == "-" else path


def spare(targets: Sequence[Output], checked: Iterable[str]) -> None:
    """Raises click's error where a report would be written over a file that was checked."""
    written = {os.path.realpath(target.file): target.file for target in targets if target.file is not None}
    for path in checked if written else ():
        named = written.get(os.path.realpath(path))
        if named is not None:
            raise click.UsageError(f"`{named}` is checked, and would be lost under the report")


def write(path: str, text: str) -> None:
    """Write a file as a whole, or not at all. Raises click's error where that cannot be done."""
    from shapecheck_cli import files

    try:
        files.replace(path, (text + "\n" * (text != "")).encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise click.ClickException(f"cannot write `{os.fspath(path)}`: {os_problem(error)}") from None

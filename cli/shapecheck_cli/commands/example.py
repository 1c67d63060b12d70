"""`shapecheck example`: definitions to learn from."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

import shapecheck
from shapecheck.words import near
from shapecheck_cli import console, exits, options

_END = ".yaml"


@options.command("example")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=lambda *typed: _matching(typed[-1]))
def command(names: Sequence[str]) -> int:
    """Print an example definition; without a name, list them.

    To start from one: shapecheck example mlp > model.yaml
    """
    folder, known = _folder(), _matching("")
    if not names:
        console.say(_listing(folder, known))
        return exits.OK
    lost = False
    for name in names:
        if name.removesuffix(_END) in known:
            console.say_exactly(_text(folder, name.removesuffix(_END)))
            continue
        lost = True
        meant = near(name, known)
        console.complain(f"error: no example `{name}`" + (f"; did you mean `{meant}`?" if meant else ""))
    return exits.UNUSABLE if lost else exits.OK


def _matching(start: str) -> list[str]:
    """The examples whose names begin like this, in order."""
    folder = _folder()
    found = sorted(name.removesuffix(_END) for name in os.listdir(folder) if name.endswith(_END)) if folder else []
    return [name for name in found if name.startswith(start)]


def _folder() -> str:
    """Where the examples are: in the package, or beside it in a checkout."""
    package = os.path.dirname(os.path.abspath(shapecheck.__file__))
    for folder in (os.path.join(package, "examples"), os.path.join(os.path.dirname(package), "specs", "examples")):
        if os.path.isdir(folder):
            return folder
    return ""


def _text(folder: str, name: str) -> str:
    with open(os.path.join(folder, name + _END), encoding="utf-8", newline="") as file:
        return file.read()


def _listing(folder: str, names: Sequence[str]) -> str:
    """Each example with the first line of its comment."""
    from shapecheck.writers.table import columns

    rows = []
    for name in names:
        first = _text(folder, name).partition("\n")[0]
        rows.append((name, first.lstrip("# ") if first.startswith("#") else ""))
    return "\n".join(columns(rows))

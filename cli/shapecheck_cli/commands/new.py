"""`shapecheck new`: the beginning of something that is added to the project."""

from __future__ import annotations

import os
from keyword import iskeyword

import click

from shapecheck import layers
from shapecheck.naming import snake
from shapecheck.words import os_problem
from shapecheck.writers import skeleton
from shapecheck_cli import console, exits, options

_HOME = os.path.join("shapecheck", "layers")
_STEPS = """\
wrote {path}
next
  change its parameters, formulas and examples into those of {name}
{index}  try it: shapecheck layers {name}, pytest tests/layers/test_examples.py
{readme}"""
_INDEX = "  make it known: python tests/make_index.py\n"
_README = "  list it in the README: python tests/make_readme.py"
_OFFER = '  offer it as an entry point in the group `shapecheck.layers`: {name} = "your_package.{module}:{name}"'


@options.command("new")
@click.argument("what", type=click.Choice(["layer"]), metavar="layer")
@click.argument("name")
@click.option("--folder", metavar="FOLDER", help="Where to write the file. [default: shapecheck/layers of a checkout]")
def command(what: str, name: str, folder: str | None) -> int:
    """Begin a new layer: a file with one class that works, and what to do next.

    NAME is the name of the class, such as PixelShuffle.
    """
    problem = _problem(name)
    at_home = folder is None
    if folder is None and not os.path.isfile(os.path.join(_HOME, "index.py")):
        problem = problem or f"there is no `{_HOME}` here; name a folder by --folder"
    path = os.path.join(folder or _HOME, f"{snake(name)}.py")
    if not problem:
        problem = _written(path, skeleton.write(name))
    if problem:
        console.complain(f"error: {problem}")
        return exits.UNUSABLE
    steps = {"index": _INDEX, "readme": _README} if at_home else {"index": "", "readme": _OFFER}
    text = _STEPS.format(path=path, name=name, **steps)
    console.say(text.format(name=name, module=snake(name)))
    return exits.OK


def _problem(name: str) -> str:
    """Why a layer cannot have this name."""
    if not (name.isidentifier() and name.isascii() and name[0].isupper()) or iskeyword(name):
        return f"`{name}` is no name of a class, such as `PixelShuffle`"
    return f"there is a layer `{name}` already" if layers.seek(name) is not None else ""


def _written(path: str, text: str) -> str:
    """Write a file that is not there yet; why that failed."""
    try:
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return f"`{path}` is there already"
    except OSError as error:
        return f"cannot write `{path}`: {os_problem(error)}"
    return ""

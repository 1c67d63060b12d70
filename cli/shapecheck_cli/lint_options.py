"""The options of `check` that a configuration has as well, and how both come together."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from shapecheck.lint.configuration import NOTHING, Configuration, Finder, named

F = TypeVar("F", bound=Callable[..., Any])

FAIL_LEVELS = ("error", "warning", "note", "never")


def _codes(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...] | None:
    """`SC7,SC204` as codes; None where the option was not given."""
    if not value:
        return None
    from shapecheck.lint import selection

    codes = [text.strip().upper() for part in value for text in part.split(",") if text.strip()]
    for code in codes:
        if not selection.is_prefix(code):
            meant = selection.meant(code)
            help = f"; did you mean `{meant}`?" if meant else ""
            raise click.BadParameter(f"no code begins with `{code}`{help}", context, parameter)
    return tuple(codes)


def selecting(command: F) -> F:
    """What is reported, and what the exit code makes of it."""
    for option in (
        click.option("--isolated", is_flag=True, help="Look for no configuration."),
        click.option(
            "--config", type=click.Path(), metavar="FILE", help="Take this configuration, for all files. [default: "
            "`shapecheck.toml`, or `[tool.shapecheck]` in `pyproject.toml`, the nearest to each file]",
        ),
        click.option(
            "--exit-zero", is_flag=True, default=None, help="Exit with 0 although there are findings.",
        ),
        click.option(
            "--fail-level", type=click.Choice(FAIL_LEVELS),
            help="The least severity for which the exit code is 1. [default: error]",
        ),
        click.option(
            "--extend-select", multiple=True, metavar="CODES", callback=_codes, help="Report these codes as well.",
        ),
        click.option(
            "--ignore", multiple=True, metavar="CODES", callback=_codes,
            help="Do not report these; of --select and --ignore, the longer prefix wins.",
        ),
        click.option(
            "--select", multiple=True, metavar="CODES", callback=_codes,
            help="Report these codes, or beginnings of codes, such as SC7,SC204. [default: ALL]",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def mending(command: F) -> F:
    """Whether findings are mended."""
    for option in (
        click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing."),
        click.option(
            "--fix", is_flag=True, default=None, help="Mend what can be mended; each fix is checked before."
        ),
    ):
        command = option(command)
    return command


def counting(command: F) -> F:
    """What is known of findings in other ways than one by one."""
    for option in (
        click.option("--statistics", is_flag=True, default=None, help="Say only how often each code was found."),
        click.option("--write-baseline", is_flag=True, help="Write what is found now into the file of --baseline."),
        click.option(
            "--baseline", metavar="FILE", help="Report only what is not in this file; what is gone is removed from it."
        ),
    ):
        command = option(command)
    return command


def searching(command: F) -> F:
    """Which files are checked, and by how many processes."""
    for option in (
        click.option(
            "--jobs", type=click.IntRange(0, 1024), metavar="N",
            help="Check in so many processes; 0 for one a processor. [default: 1]",
        ),
        click.option("--stdin-filename", metavar="NAME", help="The name of the file that comes by standard input."),
        click.option(
            "--force-exclude", is_flag=True,
            help="Pass over excluded files, and those without a definition, also where they are named.",
        ),
        click.option(
            "--no-respect-gitignore", "respect_gitignore", flag_value=False, default=None,
            help="Search also what `.gitignore` names.",
        ),
        click.option(
            "--exclude", multiple=True, metavar="PATTERN",
            help="Pass over these files and folders in a search, as `.gitignore` has them. Repeatable.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def finder(config: str | None, isolated: bool, given: dict[str, Any]) -> tuple[Finder, Configuration]:
    """The configurations of files and that of the run, where what was `given` on the command line wins.

    Raises BadConfiguration, and click's error.
    """
    if config is not None and isolated:
        raise click.UsageError("--config and --isolated contradict each other")
    said = {name.replace("_", "-"): value for name, value in given.items() if value not in (None, ())}
    fixed = named(config) if config is not None else NOTHING if isolated else None
    found = Finder(fixed, said)
    return found, found.of_folder(os.getcwd())

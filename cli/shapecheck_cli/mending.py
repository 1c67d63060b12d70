"""`--fix` and `--diff`: what is mended goes into the file, or is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import click

from shapecheck.diagnostic import Diagnostic
from shapecheck.report import Report
from shapecheck.words import os_problem
from shapecheck_cli import console, files

_MARK = "\ufeff"


class Outcome(NamedTuple):
    """The report of what is left in a file, and how many findings were mended, or would be."""

    report: Report
    fixed: int


class Mender:
    """Mends one file after the other. `load` checks a text as if the file held it; `judge` leaves what counts.

    With `show`, files stay as they are, and their difference is printed. `stdin` is what came by standard input.
    """

    def __init__(
        self, load: Callable[[str, str], Report], judge: Callable[[Report], None], *, show: bool, stdin: bytes | None
    ) -> None:
        self._load = load
        self._judge = judge
        self._show = show
        self._stdin = stdin

    def mend(self, path: str, report: Report, before: Sequence[Diagnostic]) -> Outcome:
        """Mend what can be mended in a file, of which `before` is what the check found."""
        from shapecheck.lint import fixing

        done = fixing.mend(report, before, lambda text: self._load(path, text), self._judge)
        text = report.source.text if report.source else ""
        data = self._stdin if self._stdin is not None else _content(path)
        fresh = _rewritten(data, text, done.text) if done.fixed else None
        if self._stdin is not None and not self._show:
            console.say_exactly_bytes(fresh if fresh is not None else self._stdin)
        if fresh is None:
            return Outcome(report, 0)
        if self._show:
            console.say_exactly(_difference(report.path, text, done.text))
            return Outcome(report, len(done.fixed))
        if self._stdin is None:
            _write(path, fresh)
        return Outcome(done.report, len(done.fixed))


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _rewritten(data: bytes, before: str, after: str) -> bytes | None:
    """The new content of a file, with the byte order mark that it had; None if it is not what was checked."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if text.removeprefix(_MARK) != before or before == after:
        return None
    return (_MARK * text.startswith(_MARK) + after).encode()


def _write(path: str, data: bytes) -> None:
    try:
        files.replace(path, data)
    except OSError as error:
        raise click.ClickException(f"cannot write `{path}`: {os_problem(error)}") from None


def _difference(path: str, before: str, after: str) -> str:
    from difflib import unified_diff

    shown = unified_diff(_lines(before), _lines(after), path, path)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in shown)


def _lines(text: str) -> list[str]:
    """The lines of a text with their ends; only a line feed ends one, as for `patch`."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + [last] * (last != "")

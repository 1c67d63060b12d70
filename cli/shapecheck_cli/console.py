"""Standard output and standard error: colour, escapes, closed pipes, and words for what went wrong.

A reader who closes the pipe early is no error: the rest is dropped in silence, and the exit code stays what it is.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

from shapecheck_cli import exits

if TYPE_CHECKING:
    from shapecheck.writers.snippet import Paint

COLOR = "shapecheck.color"
"""Where the choice of `--color` stands in the context."""

_STYLES = {
    "error": "1;31", "warning": "1;33", "note": "1;36", "help": "1;32", "bold": "1", "gutter": "34", "secondary": "36",
    "ok": "1;32",
}  # fmt: skip


def prepare() -> None:
    """Let what an encoding lacks be spelled out instead of failing, and what is closed be nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the process ends
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print to standard output, unless there is nothing to say."""
    if text:
        _write(sys.stdout, text + "\n")


def say_exactly(text: str) -> None:
    """Print to standard output, line ends and all, as UTF-8."""
    say_exactly_bytes(text.encode("utf-8", "surrogateescape"))


def say_exactly_bytes(data: bytes) -> None:
    """Print bytes to standard output."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        _write(sys.stdout, data.decode("utf-8", "replace"))
        return
    try:
        buffer.write(data)
        buffer.flush()
    except BrokenPipeError:
        silence(sys.stdout)


def complain(text: str) -> None:
    """Print to standard error, escaped, in one line."""
    from shapecheck.writers.escape import escape

    _write(sys.stderr, escape(text) + "\n")


def complain_at_length(text: str) -> None:
    """Print to standard error what a writer made, which is escaped already."""
    if text:
        _write(sys.stderr, text + "\n")


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except BrokenPipeError:
        silence(stream)
    except OSError as error:
        silence(stream)
        raise click.ClickException(_lost(error)) from None


def silence(stream: TextIO) -> None:
    """Send what is still to come nowhere: the reader has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())


def flush() -> bool:
    """Write out what is buffered; whether it arrived. A reader who has gone is no failure, a full disk is one."""
    arrived = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            silence(stream)
        except OSError as error:
            silence(stream)
            arrived = False
            complain(f"error: {_lost(error)}")
    return arrived


def _lost(error: OSError) -> str:
    return f"cannot write: {(error.strerror or str(error)).lower()}"


# Colour -----------------------------------------------------------------------------------------------------------


def colored(choice: str, stream: TextIO) -> bool:
    """`--color always|never`, else FORCE_COLOR, else NO_COLOR, else whether a person is looking.

    An empty variable says nothing; FORCE_COLOR=0 is a no.
    """
    if choice != "auto":
        return choice == "always"
    force = os.environ.get("FORCE_COLOR", "")
    if force:
        return force != "0"
    if os.environ.get("NO_COLOR"):
        return False
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def paint(stream: TextIO) -> Paint:
    """How texts are painted on a stream, for the writers."""
    from shapecheck.writers.text import plain

    context = click.get_current_context(silent=True)
    choice = context.meta.get(COLOR, "auto") if context else "auto"
    return _painted if colored(choice, stream) else plain


def _painted(kind: str, text: str) -> str:
    style = _STYLES.get(kind)
    return f"\x1b[{style}m{text}\x1b[0m" if style and text else text


# What went wrong --------------------------------------------------------------------------------------------------


def usage_error(error: click.UsageError) -> int:
    """Say how a command was misused."""
    if error.ctx is not None:
        path = error.ctx.command_path
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            complain_at_length(error.ctx.get_help())
            return exits.UNUSABLE
        complain_at_length(error.ctx.get_usage())
        complain(f"error: {_worded(error.format_message())}")
        complain(f"help: `{path} --help` says more")
    else:
        complain(f"error: {_worded(error.format_message())}")
    return exits.UNUSABLE


def _worded(text: str) -> str:
    """A message of click as ours are: begun in lower case, names in backticks, no full stop."""
    text = text if text.endswith("..") else text.removesuffix(".")
    head, colon, rest = text.partition(": ")
    return (head[:1].lower() + head[1:]).replace("'", "`") + colon + (rest if "`" in rest else rest.replace("'", "`"))


def failure(error: Exception) -> int:
    """Say what stopped a command: a file beside the definitions that cannot be used, or a mistake of ours.

    Returns the exit code.
    """
    from shapecheck.diagnostic import SpecError
    from shapecheck.report import Report
    from shapecheck.writers import text

    if not isinstance(error, SpecError):
        bug(error)
        return exits.BUG
    found = error.diagnostic
    source = getattr(error, "source", None)
    report = Report(source.path if source else str(found.facts.get("path", "")), source)
    report.diagnostics = getattr(error, "findings", [found])
    complain_at_length(text.write(report, paint(sys.stderr)))
    return exits.UNUSABLE


def bug(error: Exception) -> None:
    """Own up to a failure of ours; where it happened only for who asks, as a model may hold what is private."""
    from shapecheck import codes

    problem = f"{type(error).__name__}: {error}"
    complain(f"error[SC902]: {codes.message('SC902', {'problem': problem})}")
    complain(f"help: {BUG_HELP}")
    trace(error)


BUG_HELP = "set SHAPECHECK_BACKTRACE=1 to see where it happened, and report it with the definition"


def trace(error: Exception) -> None:
    """Print where an exception came from, if SHAPECHECK_BACKTRACE asks for it."""
    if os.environ.get("SHAPECHECK_BACKTRACE", "0") not in ("", "0"):
        import traceback

        _write(sys.stderr, "".join(traceback.format_exception(error)))

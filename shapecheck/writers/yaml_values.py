"""Plain values as YAML in flow style, so that parsers of YAML 1.1 and of YAML 1.2 read the same value.

A text stands bare only where it is a plain word in both: `no`, `on`, `1e3`, `012`, `~` and whatever has a mark in it
are quoted. A float has a dot and a signed exponent, which 1.1 asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shapecheck.writers.escape import width

WIDTH = 110

# A word, possibly with arithmetic over names as in `H//2`, `2*T` or `(H + 1)//2`; nothing that starts like a number
# alone, and no mark that means something in YAML where it stands.
_BARE = re.compile(r"(?:\d+\*)?[A-Za-z_][A-Za-z0-9_]*(?:(?:[./*+-]|//| [+*-] )[A-Za-z0-9_]+)*")
_VALUES = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n", "null", "none", "inf", "nan"))
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def scalar(value: Any) -> str:
    """None, a truth value, a number or a text."""
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _number(value)
    return text(value)


def _number(value: float) -> str:
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    said = repr(float(value))
    mantissa, exponent, power = said.partition("e")
    return said if "." in mantissa else f"{mantissa}.0{exponent}{power}"


def text(value: str) -> str:
    """A text, quoted unless every parser reads it as this text without quotes."""
    if _BARE.fullmatch(value) and value.lower() not in _VALUES and len(value) < 100:
        return value
    return f'"{"".join(map(_escaped, value))}"'


def _escaped(char: str) -> str:
    known = _ESCAPES.get(char)
    if known is not None:
        return known
    point = ord(char)
    if 0xD800 <= point < 0xE000:  # half a character, which no encoding has
        return "\ufffd"
    if char.isprintable() and point != 0xFEFF:
        return char
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def flow(value: Any, start: int, indent: int, end: int = WIDTH) -> str:
    """A value in flow style; its first line begins at column `start`, and those after it are indented by `indent`."""
    lines: list[str] = []
    line, column = "", start
    for piece in _pieces(value):
        wide = width(piece.rstrip())
        if line.endswith(" ") and column + wide > end:
            lines.append(line.rstrip())
            line, column = " " * indent, indent
        line += piece
        column += width(piece)
    lines.append(line)
    return "\n".join(lines)


def inline(value: Any) -> str:
    """A value in flow style, on one line."""
    return "".join(_tokens(value))


def _pieces(value: Any) -> Iterator[str]:
    """The parts of a value between which a line may be broken: each but the last ends in a space."""
    pending = ""
    for token in _tokens(value):
        pending += token
        if token == ", ":
            yield pending
            pending = ""
    yield pending


def _tokens(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield "{"
        for number, (key, item) in enumerate(value.items()):
            if number:
                yield ", "
            yield f"{scalar(key)}: "
            yield from _tokens(item)
        yield "}"
    elif isinstance(value, (list, tuple)):
        yield "["
        for number, item in enumerate(value):
            if number:
                yield ", "
            yield from _tokens(item)
        yield "]"
    else:
        yield scalar(value)

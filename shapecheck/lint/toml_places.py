"""Where each key and value of a TOML text stands. The text was read by `tomllib` before, so it is known to be right."""

from __future__ import annotations

import re

from shapecheck.source import Key

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"{3,5}|' r"'''[\s\S]*?'{3,5}|" r'"(?:\\.|[^"\\\n])*"|' r"'[^'\n]*'",
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\r\n]*")

Path = tuple[Key, ...]
Marks = tuple[int, int, int, int]
"""Offsets: of the key, then of its value; of a table, the value is its header."""


def places(text: str) -> dict[Path, Marks]:
    """The offsets of every key with its value, and of every item of an array, by path."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[Path, Marks] = {}
        self._tables: dict[Path, int] = {}  # how many tables an array of tables has so far

    def scan(self) -> dict[Path, Marks]:
        at, prefix = 0, Path()
        while True:
            at = self._skip(_BLANK, at)
            if at >= len(self._text):
                return self._found
            if self._text[at] == "[":
                at, prefix = self._header(at)
            else:
                at = self._pair(at, prefix)

    def _skip(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self._text, at)
        return match.end() if match else at

    def _header(self, at: int) -> tuple[int, Path]:
        """`[a.b]`, or `[[a.b]]` for the next table of an array."""
        several = self._text.startswith("[[", at)
        parts, end = self._key(at + 1 + several)
        path = Path()
        for number, (part, start, stop) in enumerate(parts):
            path = (*path, part)
            last = number == len(parts) - 1
            self._found.setdefault(path, (start, stop, start, stop))
            if last and several:
                self._tables[path] = self._tables.get(path, -1) + 1
            if path in self._tables:
                path = (*path, self._tables[path])
                self._found.setdefault(path, (start, stop, start, stop))
        return self._text.index("]", end) + 1 + several, path

    def _key(self, at: int) -> tuple[list[tuple[str, int, int]], int]:
        """The parts of a dotted key, each with its offsets, and where the key ends."""
        parts = []
        while True:
            at = self._skip(_SPACE, at)
            quoted = self._text[at] in "\"'"
            end = self._skip(_STRING if quoted else _BARE_KEY, at)
            parts.append((_unquoted(self._text[at:end]) if quoted else self._text[at:end], at, end))
            at = self._skip(_SPACE, end)
            if at >= len(self._text) or self._text[at] != "." or end == at == len(self._text):
                return parts, end
            at += 1

    def _pair(self, at: int, prefix: Path) -> int:
        """`a.b = value`; where it ends."""
        parts, end = self._key(at)
        path = (*prefix, *(part for part, _, _ in parts))
        start = self._skip(_SPACE, self._text.index("=", end) + 1)
        stop = self._value(start, path)
        for number, (_, first, last) in enumerate(parts):
            self._found.setdefault(path[: len(prefix) + number + 1], (first, last, start, stop))
        return stop

    def _value(self, at: int, path: Path) -> int:
        """Note what is inside a value; where it ends."""
        first = self._text[at]
        if first in "\"'":
            return self._skip(_STRING, at)
        if first == "[":
            return self._array(at + 1, path)
        if first == "{":
            return self._inline_table(at + 1, path)
        end = self._skip(_BARE_VALUE, at)
        return at + len(self._text[at:end].rstrip())

    def _array(self, at: int, path: Path) -> int:
        number = 0
        while True:
            at = self._skip(_BLANK, at)
            if self._text[at] == "]":
                return at + 1
            end = self._value(at, (*path, number))
            self._found[(*path, number)] = (at, end, at, end)
            number += 1
            at = self._skip(_BLANK, end)
            at += self._text[at] == ","

    def _inline_table(self, at: int, path: Path) -> int:
        while True:
            at = self._skip(_BLANK, at)
            if self._text[at] == "}":
                return at + 1
            at = self._skip(_BLANK, self._pair(at, path))
            at += self._text[at] == ","


def _unquoted(text: str) -> str:
    if text[0] == "'":
        return text[1:-1]
    import tomllib

    return str(tomllib.loads(f"k = {text}")["k"])

"""The text of a document by offsets, and values as they are written in YAML and in JSON."""

from __future__ import annotations

import re
from typing import Any

from shapecheck import dims
from shapecheck.readers.yaml_words import Lines
from shapecheck.source import Document, Key, Span

Path = tuple[Key, ...]

_PLAIN = re.compile(r"[^\W\d][\w./*-]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"})


class Doubt(Exception):
    """An edit that cannot be written down for certain."""


class Text:
    """The text of a document by offsets."""

    __slots__ = ("_document", "_lines", "text")

    def __init__(self, document: Document) -> None:
        self._document = document
        self._lines = Lines(document.source.text)
        self.text = document.source.text

    def range(self, path: Path, key: bool = False) -> tuple[int, int]:
        """Where the value at a path stands, or its key. Raises Doubt."""
        span = self._document.span(path, key)
        if span is None:
            raise Doubt
        return self._lines.offset(span.line, span.column), self._lines.offset(span.end_line, span.end_column)

    def value(self, path: Path) -> Any:
        """What stands at a path. Raises Doubt."""
        value: Any = self._document.root
        for step in path:
            try:
                value = value[step]
            except (TypeError, LookupError):
                raise Doubt from None
        return value

    def words(self, start: int, end: int) -> Span:
        """The span of a range."""
        first, last = self._lines.number(start), self._lines.number(end)
        begins, ends = self._lines.start(first), self._lines.start(last)
        return Span(self._document.source, first + 1, start - begins + 1, last + 1, end - ends + 1)


def key_of(name: str, quoted: bool) -> str:
    return f'"{name}"' if quoted else name


def pair_of(name: str, value: Any, quoted: bool) -> str:
    return f"{key_of(name, quoted)}: {text_of(value, quoted)}"


def text_of(value: Any, quoted: bool = False) -> str:
    """A value as YAML in one line; with `quoted`, texts stand in double quotes, as in JSON. Raises Doubt."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(text_of(item, quoted) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(pair_of(key, item, quoted) for key, item in value.items())}}}"
    if isinstance(value, dims.Expr):
        value = dims.text(value)
    if not isinstance(value, str):
        raise Doubt
    if not quoted and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    import json

    return json.dumps(value, ensure_ascii=False)

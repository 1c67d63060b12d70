"""The content of a file as text, and where an offset in it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic
from shapecheck.source import Source, Span

BYTES = 10 << 20

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BEGINNING = 1024  # bytes among which a zero tells what is no text
_NO_TEXT = "it holds no text at all: a definition is YAML, JSON, or a file that Keras saved"
_BREAK = r"\r\n|\r|\n"


class Offsets:
    """Turns offsets into spans. A byte order mark that was left in the source is not counted as a column."""

    __slots__ = ("_starts", "source", "text")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text.removeprefix("\ufeff")
        self._starts: list[int] | None = None

    def offset(self, line: int, column: int) -> int:
        return self._line_starts()[line - 1] + column - 1

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(match.end() for match in re.finditer(_BREAK, self.text))]
        return self._starts

    def span(self, start: int, end: int) -> Span:
        starts = self._line_starts()
        first, last = bisect_right(starts, start), bisect_right(starts, end)
        return Span(self.source, first, start - starts[first - 1] + 1, last, end - starts[last - 1] + 1)


def decoded(data: bytes | str, path: str) -> tuple[Source, list[Diagnostic]]:
    """The content of a file as a source, and why it cannot be used, if it cannot. Never raises.

    Bytes are UTF-8, or UTF-16 or UTF-32 with a byte order mark. The size may be `BYTES` at most.
    """
    size = len(data) if isinstance(data, bytes) or data.isascii() else len(data.encode("utf-8", "replace"))
    if size > BYTES:
        return _refused(Source(path, ""), "SC801", size=f"over {BYTES:,}", limit=f"{BYTES:,}")
    if isinstance(data, str):
        return _checked(data, path)
    name = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return _checked(data.decode(name), path)
    except UnicodeDecodeError as error:
        source = Source(path, data.decode(name, "replace").removeprefix("\ufeff"))
        offset = len(data[: error.start].decode(name, "ignore").removeprefix("\ufeff"))
        problem = f"byte 0x{data[error.start]:02x} at position {error.start:,}"
        help = _NO_TEXT if b"\0" in data[:_BEGINNING] else "save the file as UTF-8"
        return _refused(source, "SC105", offset, help=(help,), problem=problem)


def _checked(text: str, path: str) -> tuple[Source, list[Diagnostic]]:
    if text.isascii():
        return Source(path, text), []
    text = text.removeprefix("\ufeff")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        source = Source(path, text.encode("utf-8", "replace").decode())
        return _refused(source, "SC105", error.start, problem=f"half a character, U+{ord(text[error.start]):04X}")
    return Source(path, text), []


def conflict(text: str) -> tuple[int, int] | None:
    """Where git left the first mark of a merge in a text, if it did."""
    match = re.search(r"(?m)^<{7} .*$", text)
    return match.span() if match else None


CONFLICT = "git left the marks of a merge in it"
RESOLVE = "keep one of the two sides, and remove the marks"


def _refused(
    source: Source, code: str, offset: int = 0, help: tuple[str, ...] = (), **facts: Any
) -> tuple[Source, list[Diagnostic]]:
    span = Offsets(source).span(offset, min(offset + 1, len(source.text)))
    return source, [Diagnostic(code, codes.message(code, facts), span=span, help=help, facts=facts)]

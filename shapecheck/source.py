"""Which words in which text: sources, spans, and places that find their span only when asked."""

from __future__ import annotations

from typing import NamedTuple


class Source:
    """A text and the name it is shown under."""

    __slots__ = ("_lines", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._lines: list[str] | None = None

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end; empty beyond the last."""
        if self._lines is None:
            self._lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def __repr__(self) -> str:
        return f"Source({self.path!r})"


class Span(NamedTuple):
    """Words of a source. Lines and columns count code points from 1; the end is exclusive."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int


Key = str | int


class Document:
    """A text that was read into plain values, and that can say where each of them stands."""

    __slots__ = ("root", "source")
    has_bare_words = False
    """Whether texts may stand in it without quotes, and be taken for something else."""

    def __init__(self, source: Source, root: object) -> None:
        self.source = source
        self.root = root

    def span(self, path: tuple[Key, ...], key: bool = False) -> Span | None:
        """Where the value at `path` stands, or the last key of the path; None where nothing is known."""
        raise NotImplementedError

    def path_of(self, span: Span) -> tuple[Key, ...] | None:
        """The path of the value or key that begins with a span; None where paths say less than the words do."""
        return None


class Place(NamedTuple):
    """A path of keys and indices into a document; its span is looked up only for a diagnostic."""

    document: Document
    path: tuple[Key, ...]

    def at(self, *keys: Key) -> Place:
        return Place(self.document, self.path + keys)

    def span(self, key: bool = False) -> Span | None:
        """The span of the value here, or of its key; the nearest enclosing one where the path leads nowhere."""
        path = self.path
        while True:
            found = self.document.span(path, key)
            if found is not None or not path:
                return found
            path = path[:-1]

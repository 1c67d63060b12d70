"""Plain values with positions beside them: where each key and value of a YAML text stands.

Positions are offsets in code points, kept as pairs of ints in one flat list per collection, because a check that finds
nothing never looks at them. Lines and columns are worked out only for a span that somebody asks for.
"""

from __future__ import annotations

import re

from shapecheck.readers.text import Offsets
from shapecheck.source import Document, Key, Span

# compiled when they are first needed, because most texts need none of them
_PROPERTIES = r"(?:[&!][^\s]*(?:\s|\#.*)*)+"  # anchors and tags, with what may stand between them
_SMALL = 16


class Table(dict[Key, object]):
    """A mapping. `marks` holds four offsets per key, in the order of the keys: of the key, then of its value."""

    __slots__ = ("marks",)
    marks: list[int]


class Items(list[object]):
    """A sequence. `marks` holds two offsets per item."""

    __slots__ = ("marks",)
    marks: list[int]


class YamlOffsets(Offsets):
    """The same, with what belongs to a value of YAML and what does not."""

    __slots__ = ()

    def trim(self, start: int, end: int) -> tuple[int, int]:
        """The words from `start` to `end` without anchors, tags and the blank lines after a block."""
        text = self.text
        while end > start and text[end - 1].isspace():
            end -= 1
        if text.startswith(("&", "!"), start) and (match := re.compile(_PROPERTIES).match(text, start)):
            start = min(match.end(), end)
        return start, end


Doubled = tuple[Table, Key, object, list[int]]
"""A key that stands twice: its table, itself, and the second value with the marks of both."""


class YamlDocument(Document):
    """A YAML text as plain values: `Table` (a dict), `Items` (a list), str, int, float, bool and None."""

    __slots__ = ("_marks", "_offsets", "_order", "_quoted", "doubled", "objects")
    has_bare_words = True

    def __init__(
        self,
        offsets: YamlOffsets,
        root: object,
        marks: list[int],
        quoted: set[int],
        objects: dict[int, object],
        doubled: list[Doubled],
    ) -> None:
        super().__init__(offsets.source, root)
        self._offsets = offsets
        self._marks = marks
        self._quoted = quoted
        self.doubled = doubled
        self.objects = objects  # the collections that stand under a tag such as `!!python/object/apply:...`, by id
        self._order: dict[int, dict[Key, int]] = {}

    def span(self, path: tuple[Key, ...], key: bool = False) -> Span | None:
        """Where the value at `path` stands, or the last key of the path; None where the path leads nowhere.

        Anchors and tags do not belong to a value. A value written as an alias stands where the alias stands, and what
        is inside it, like a merged key, where it was defined. A value that was left out has an empty span.
        """
        found = self._find(path, key)
        return None if found is None else self._offsets.span(*self._offsets.trim(*found[:2]))

    def was_quoted(self, path: tuple[Key, ...], key: bool = False) -> bool:
        """True where a string stands in quotes or in a block (`|`, `>`), or is an alias of such a one."""
        found = self._find(path, key)
        if found is None or not isinstance(found[2], str):
            return False
        start, end = self._offsets.trim(*found[:2])
        return start in self._quoted or (start < end and self._offsets.text[start] in "'\"|>")

    def _find(self, path: tuple[Key, ...], key: bool) -> tuple[int, int, object] | None:
        value, (start, end) = self.root, self._marks
        key_found: tuple[int, int, object] | None = None
        for step in path:
            if isinstance(value, Table) and step in value:
                at = 4 * self._number(value, step)
                key_start, key_end, start, end = value.marks[at : at + 4]
                if start == end and not self._offsets.text.endswith(":", 0, start):
                    # the parser may put a value that was left out at the next token
                    start = end = key_end + self._offsets.text.startswith(":", key_end)
                key_found = key_start, key_end, step
                value = value[step]
            elif isinstance(value, Items) and type(step) is int and 0 <= step < len(value):
                start, end = value.marks[2 * step : 2 * step + 2]
                key_found = None
                value = value[step]
            else:
                return None
        return key_found if key else (start, end, value)

    def _number(self, table: Table, key: Key) -> int:
        """Which key of the table it is; remembered for large tables, so that asking for each of them stays linear."""
        if len(table) <= _SMALL:
            return list(table).index(key)
        order = self._order.get(id(table))
        if order is None:
            order = self._order[id(table)] = {name: index for index, name in enumerate(table)}
        return order[key]


def clip(text: str, length: int = 40) -> str:
    """A text short enough for a message."""
    return text if len(text) <= length else text[: length - 3] + "..."

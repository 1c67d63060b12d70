"""What a parser says of a YAML text besides its values: where its words stand, its comments, and the entries of layers.

A `#` inside a scalar is no comment, so the scalars of the parser are asked, and not the look of a line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

BREAK = re.compile(r"\r\n|\r|\n")
_HASH = re.compile(r"(?:^|(?<=[ \t\r\n]))#")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*")
_LAYERS = "layers"


class Words:
    """Offsets into a text. `opaque` holds the ranges in which there can be no comment.

    `entries` holds the first and the last offset of each item of a list of layers: of the list under any key `layers`,
    and of a list that is the whole text.
    """

    __slots__ = ("ends", "entries", "opaque", "starts")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.opaque: list[tuple[int, int]] = []
        self.entries: list[tuple[int, int]] = []


class Lines:
    """A text by lines, counted from 0; offsets count from 0, lines and columns of spans from 1."""

    def __init__(self, text: str) -> None:
        breaks = [match.span() for match in BREAK.finditer(text)]
        self._text = text
        self._starts = [0, *(end for _, end in breaks)]
        self._ends = [*(start for start, _ in breaks), len(text)]

    def __len__(self) -> int:
        return len(self._starts)

    def offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column - 1

    def number(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def start(self, number: int) -> int:
        return self._starts[number]

    def end(self, number: int) -> int:
        """Where a line ends, its line break not counted."""
        return self._ends[number]

    def line(self, number: int) -> str:
        return self._text[self._starts[number] : self._ends[number]]

    def text(self, changed: dict[int, str]) -> str:
        """The text with some of its lines replaced."""
        parts, at = [], 0
        for number in sorted(changed):
            parts += [self._text[at : self._starts[number]], changed[number]]
            at = self._ends[number]
        return "".join([*parts, self._text[at:]])


def events(text: str) -> Any:
    """The events of the parser, libyaml's where it was built in."""
    import yaml

    return yaml.parse(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def words(text: str) -> Words:
    """The words of a text. Raises YAMLError where it is not YAML."""
    import yaml

    found = Words()
    open_lists = _OpenLists(found.entries)
    event: Any
    for event in events(text):
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.ScalarEvent):
            start = _after_properties(text, start, end) if event.anchor or event.tag else start
            if event.style in ("|", ">"):
                header = _BLOCK_HEADER.match(text, start)
                found.opaque.append((_end_of_line(text, start), end))
                last = end
                end = header.end() if header else start + 1
            else:
                found.opaque.append((start, end))
                last = end
            open_lists.value(start, last, event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_lists.begin(start, isinstance(event, yaml.SequenceStartEvent))
            continue
        elif isinstance(event, yaml.CollectionEndEvent):
            start = end - 1 if start < end else end  # the end of a block stands, empty, at whatever comes next
            open_lists.end(found.ends[-1] if start == end and found.ends else end)
        elif isinstance(event, yaml.AliasEvent):
            open_lists.value(start, end, None)
        else:
            continue
        if start < end:
            found.starts.append(start)
            found.ends.append(end)
    return found


class _OpenLists:
    """The collections that are open at a place of the text, and which of them are lists of layers."""

    def __init__(self, entries: list[tuple[int, int]]) -> None:
        self._entries = entries
        self._open: list[list[Any]] = []  # [is a list, is one of layers, key that waits for its value, start]
        self._waiting = False

    def _key(self) -> str | None:
        return self._open[-1][2] if self._open and not self._open[-1][0] else None

    def begin(self, start: int, is_list: bool) -> None:
        layers = is_list and (not self._open or self._key() == _LAYERS)
        self._open.append([is_list, layers, None, start])

    def end(self, end: int) -> None:
        start = self._open.pop()[3]
        self.value(start, end, "")

    def value(self, start: int, end: int, value: str | None) -> None:
        """A finished value: an item of a list, or a key or a value of a mapping."""
        if not self._open:
            return
        top = self._open[-1]
        if top[0]:
            if top[1]:
                self._entries.append((start, end))
        else:
            top[2] = (value or "") if top[2] is None else None


def comments(text: str, opaque: list[tuple[int, int]]) -> list[int]:
    """Where the comments of a text start; a `#` within a comment starts no other."""
    found: list[int] = []
    starts = [start for start, _ in opaque]
    line_end = -1
    for match in _HASH.finditer(text):
        offset = match.start()
        if offset < line_end:
            continue
        inside = bisect_right(starts, offset) - 1
        if inside < 0 or opaque[inside][1] <= offset:
            found.append(offset)
            line_end = _end_of_line(text, offset)
    return found


def _after_properties(text: str, start: int, end: int) -> int:
    """Behind the anchor and the tag of a scalar."""
    match = re.compile(r"(?:[&!]\S*\s*)*").match(text, start, end)
    return match.end() if match else start


def _end_of_line(text: str, offset: int) -> int:
    match = BREAK.search(text, offset)
    return match.start() if match else len(text)

"""JSON text to plain values, by the parser in C, with budgets, and with places that are looked for only when asked.

A file of Keras that is all right needs no place at all. Where one is asked for, the text is read again along the path
to it: each collection on the way remembers how far it was read, so that asking for many places stays linear.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic, Label
from shapecheck.readers.text import CONFLICT, RESOLVE, Offsets, conflict
from shapecheck.source import Document, Key, Source, Span

DEPTH = 250
"""Fifty models inside one another need four levels each."""
VALUES = 3_000_000

_DOUBLED = 20  # keys that stand twice and are named
_SPACE = re.compile(r"[ \t\n\r]*")
_TOKEN = r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+'
_LONG_NUMBER = r"(?<![\w.])-?\d{4301,}"


class Members:
    """How far a collection was read: for each key or index the offsets of its key and the start of its value.

    `order` holds the keys as they stand, and `starts` where each member begins.
    """

    __slots__ = ("done", "found", "left", "order", "start", "starts")

    def __init__(self, start: int) -> None:
        self.start = start
        self.found: dict[Key, tuple[int, int, int]] = {}
        self.order: list[Key] = []
        self.starts: list[int] = []
        self.left: int | None = None  # where a value begins behind which nothing was read yet
        self.done = False


class JsonDocument(Document):
    """A JSON text as plain values: dict, list, str, int, float, bool and None."""

    __slots__ = ("_members", "_offsets", "_scan", "doubled")

    def __init__(self, source: Source, root: object, doubled: bool) -> None:
        super().__init__(source, root)
        self.doubled = doubled
        self._offsets = Offsets(source)
        self._scan: Any = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
        self._members: dict[int, Members] = {}

    def span(self, path: tuple[Key, ...], key: bool = False) -> Span | None:
        """Where the value at `path` stands, or the last key of the path; None where the path leads nowhere."""
        text = self._offsets.text
        start = self._past_space(0)
        named: tuple[int, int] | None = None
        for step in path:
            if text[start : start + 1] not in ("{", "[") or (text[start] == "[") != (type(step) is int):
                return None
            found = self._member(start, step)
            if found is None:
                return None
            key_start, key_end, start = found
            named = (key_start, key_end) if key_end else None
        if key:
            return self._offsets.span(*named) if named else None
        return self._offsets.span(start, self._scan(text, start)[1])

    def was_quoted(self, path: tuple[Key, ...], key: bool = False) -> bool:
        """True for every text: JSON has no other."""
        value: Any = self.root
        for step in path[:-1] if key else path:
            value = value[step]
        return key or isinstance(value, str)

    def _past_space(self, at: int) -> int:
        return _SPACE.match(self._offsets.text, at).end()  # type: ignore[union-attr]

    def path_of(self, span: Span) -> tuple[Key, ...]:
        offset, at, path = self._offsets.offset(span.line, span.column), self._past_space(0), []
        while at < offset and self._offsets.text[at] in "{[":
            members = self._members_of(at)
            while not members.done and (not members.starts or members.starts[-1] <= offset):
                self._read_on(members)
            number = bisect_right(members.starts, offset) - 1
            if number < 0:
                break
            path.append(members.order[number])
            at = members.found[members.order[number]][2]
        return tuple(path)

    def _members_of(self, start: int) -> Members:
        if start not in self._members:
            self._members[start] = Members(start)
        return self._members[start]

    def _member(self, start: int, step: Key) -> tuple[int, int, int] | None:
        members = self._members_of(start)
        while not members.done and (self.doubled or step not in members.found):
            self._read_on(members)
        return members.found.get(step)

    def _read_on(self, members: Members) -> None:
        """Read one more member of a collection; of the value only where it starts."""
        text = self._offsets.text
        at = members.start + 1 if members.left is None else self._scan(text, members.left)[1]
        at = self._past_space(at)
        if members.left is not None and text[at] == ",":
            at = self._past_space(at + 1)
        if text[at] in "]}":
            members.done = True
            return
        if text[members.start] == "[":
            members.left = at
            name, end = len(members.order), 0
        else:
            name, end = self._scan(text, at)
            members.left = self._past_space(self._past_space(end) + 1)
        members.found[name] = at, end, members.left
        members.order.append(name)
        members.starts.append(at)


def compose(source: Source) -> tuple[JsonDocument | None, list[Diagnostic]]:
    """The values of a JSON text, and what is wrong with the text. Never raises.

    As Python's parser, and so Keras, it takes NaN and Infinity. Of a key that stands twice, the last value is kept.
    """
    doubled = False

    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        made = dict(pairs)
        doubled = doubled or len(made) != len(pairs)
        return made

    try:
        root = json.JSONDecoder(object_pairs_hook=table).decode(source.text)
    except json.JSONDecodeError as error:
        return None, [_syntax(source, error)]
    except RecursionError:
        return None, [_refused(source, "SC802", limit=DEPTH)]
    except ValueError:  # Python converts no more than 4,300 digits
        number = re.search(_LONG_NUMBER, source.text)
        at = (number.start(), number.end()) if number else (0, 0)
        given = f"a number of {at[1] - at[0]:,} digits"
        return None, [_refused(source, "SC807", *at, given=given, limit="2^63")]
    count, depth = _extent(root)
    if depth > DEPTH:
        return None, [_refused(source, "SC802", limit=DEPTH)]
    if count > VALUES:
        return None, [_refused(source, "SC803", limit=f"{VALUES:,} values")]
    return JsonDocument(source, root, doubled), list(_doubled_keys(source)) if doubled else []


def as_saved(root: Any) -> Any:
    """A value of Python as it would come out of a file: tuples as lists, NumPy's numbers as Python's."""
    try:
        return json.loads(json.dumps(root, default=_plainly))
    except (TypeError, ValueError, RecursionError):  # a value without end, or keys that are no texts
        return root


def _plainly(value: Any) -> Any:
    convert = getattr(value, "tolist", None)
    return convert() if callable(convert) else str(value)


def _extent(root: Any) -> tuple[int, int]:
    """How many values there are, and how deep they go; it stops when they are too many or too deep."""
    count, depth, level = 0, 0, [root]
    while level and depth <= DEPTH and count <= VALUES:
        below: list[Any] = []
        for item in level:
            if type(item) is dict:
                below.extend(item.values())
            elif type(item) is list:
                below.extend(item)
        count, depth, level = count + len(level), depth + 1, below
    return count, depth


def _refused(source: Source, code: str, start: int = 0, end: int = 0, **facts: Any) -> Diagnostic:
    return Diagnostic(code, codes.message(code, facts), span=Offsets(source).span(start, end), facts=facts)


# What the parser says -> what we say, and what to do.
_PROBLEMS = {
    "Expecting value": ("a value is missing here", ""),
    "Expecting property name enclosed in double quotes": ("a key in double quotes is missing here", ""),
    "Illegal trailing comma before end of object": ("a comma stands before the end", "remove the comma"),
    "Illegal trailing comma before end of array": ("a comma stands before the end", "remove the comma"),
    "Expecting ':' delimiter": ("a `:` is missing here", ""),
    "Expecting ',' delimiter": ("a `,` or a closing bracket is missing here", ""),
    "Unterminated string starting at": ("the text that begins here never ends", "is the file cut off?"),
    "Invalid control character at": ("a control character stands in a text", "write it as an escape such as `\\n`"),
    "Invalid \\escape": ("a `\\` begins no known escape", "write `\\\\` for a backslash"),
    "Invalid \\uXXXX escape": ("a `\\u` needs four digits", ""),
    "Extra data": ("something follows the end of the value", "keep one value in a file"),
}


def _syntax(source: Source, error: json.JSONDecodeError) -> Diagnostic:
    problem, help = _PROBLEMS.get(error.msg, (error.msg.lower(), ""))
    at, text = error.pos, source.text
    if at >= len(text.rstrip()):
        problem, help = "the text ends too early", "is the file cut off?"
        at = max(len(text.rstrip()) - 1, 0)
    elif text[at] in "'/#":
        help = "JSON has no comments" if text[at] in "/#" else "write texts in double quotes"
    elif text[at] in "]}" and not help:
        help = "remove the comma before it" if text[:at].rstrip()[-1:] == "," else ""
    end = min(at + 1, len(text))
    if marked := conflict(text):
        problem, help, (at, end) = CONFLICT, RESOLVE, marked
    facts = {"problem": problem}
    return Diagnostic("SC140", codes.message("SC140", facts), span=Offsets(source).span(at, end),
                      help=(help,) if help else (), facts=facts)  # fmt: skip


def _doubled_keys(source: Source) -> Iterator[Diagnostic]:
    """The first keys that stand twice in one mapping, each with the place of the first."""
    offsets, said = Offsets(source), 0
    open_: list[dict[str, tuple[int, int]] | None] = []
    word: tuple[str, int, int] | None = None
    for token in re.finditer(_TOKEN, source.text):
        first = token[0][0]
        if first == "{":
            open_.append({})
        elif first == "[":
            open_.append(None)
        elif first in "]}":
            open_.pop()
        elif first == ":" and word is not None and open_ and (known := open_[-1]) is not None:
            key, start, end = word
            if key in known:
                facts = {"key": json.loads(key)}
                yield Diagnostic("SC102", codes.message("SC102", facts), span=offsets.span(start, end), facts=facts,
                                 labels=[Label(offsets.span(*known[key]), "the first one")])  # fmt: skip
                said += 1
                if said == _DOUBLED:
                    return
            known[key] = start, end
        word = (token[0], token.start(), token.end()) if first == '"' else None

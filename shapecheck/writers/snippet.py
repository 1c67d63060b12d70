"""Lines of a source with carets under the words that matter, in the manner of rustc.

A label stands beside its underline where nothing is to the right of it; the others hang below on a stem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from shapecheck.source import Source, Span
from shapecheck.writers.escape import char_width, escape, spelled, width

Paint = Callable[[str, str], str]
"""How a text of some kind is shown: `(kind, text) -> text`. See `text.KINDS`."""

LIMIT = 160
"""Longer lines are cut around the marks. In columns."""

_CONTEXT = 40  # columns kept to the left of the mark in a line that is cut
_TAB = "    "
_NEAR = 3  # marked lines further apart than this get dots between them
_WORDS = 2000  # no label is longer


class Mark(NamedTuple):
    """Code points to underline in one line, counted from 0, the end exclusive."""

    start: int
    end: int
    text: str
    primary: bool


class Stroke(NamedTuple):
    """A mark in columns of the shown line."""

    start: int
    end: int
    text: str
    kind: str


def marks_by_line(source: Source, labels: Iterable[tuple[Span, str, bool]]) -> dict[int, list[Mark]]:
    """The marks of each line, by line number. A span over several lines is marked on its first."""
    marks: dict[int, list[Mark]] = {}
    for span, text, primary in labels:
        line = source.line(span.line)
        start = min(max(span.column - 1, 0), len(line))
        end = len(line.rstrip()) if span.end_line > span.line else min(span.end_column - 1, len(line))
        marks.setdefault(span.line, []).append(Mark(start, max(end, start), text, primary))
    return marks


def draw(source: Source, marks: dict[int, list[Mark]], gutter: int, paint: Paint) -> Iterator[str]:
    """The rows of a snippet; `gutter` is the width of the widest line number of the whole finding."""
    blank = paint("gutter", " " * gutter + " |")
    before = None
    yield blank
    for number in sorted(marks):
        if before is not None and number - before > _NEAR:
            yield paint("gutter", "...")
        before = number
        text, strokes = _shown(source.line(number), marks[number])
        yield f"{paint('gutter', f'{number:>{gutter}} |')} {text}".rstrip()
        for row in _below(strokes, paint):
            yield f"{blank} {row}"


# One line ---------------------------------------------------------------------------------------------------------


def _shown(line: str, marks: list[Mark]) -> tuple[str, list[Stroke]]:
    """A line as it is printed, and its marks in columns."""
    low, high = _window(line, marks)
    head, tail = "..." if low else "", "..." if high < len(line) else ""
    words, offsets = _laid_out(line[low:high])
    columns = [len(head) + offset for offset in offsets]
    strokes = []
    for mark in marks:
        start = columns[min(max(mark.start, low), high) - low]
        end = columns[min(max(mark.end, low), high) - low]
        if mark.start < low and mark.end <= low:
            start, end = 0, len(head)
        strokes.append(Stroke(start, max(end, start + 1), escape(mark.text, _WORDS), "-^"[mark.primary]))
    return head + words + tail, strokes


def _laid_out(words: str) -> tuple[str, Sequence[int]]:
    """Words of a source as they are printed, and the column at which each of their characters starts."""
    if _is_plain(words):
        return words, range(len(words) + 1)
    pieces = [_piece(char) for char in words]
    command = words.find("##[")
    while command >= 0:  # see `escape`
        pieces[command + 1] = spelled("#")
        command = words.find("##[", command + 3)
    offsets = [0]
    for piece in pieces:
        offsets.append(offsets[-1] + width(piece))
    return "".join(pieces), offsets


def _is_plain(words: str) -> bool:
    """Whether words are printed as they are, a column for each character."""
    return words.isascii() and words.isprintable() and "##[" not in words


def _piece(char: str) -> str:
    """A character of a source as it is printed."""
    if char == "\t":
        return _TAB
    return char if char.isprintable() else spelled(char)


def _columns(char: str) -> int:
    return char_width(char) if char.isprintable() else len(_piece(char))


def _window(line: str, marks: list[Mark]) -> tuple[int, int]:
    """The part of a line that is shown: all of it, or what fits around its marks.

    Looks at no more characters than fit, however long the line.
    """
    if len(line) <= LIMIT and (_is_plain(line) or sum(map(_columns, line)) <= LIMIT):
        return 0, len(line)
    first = min(mark.start for mark in marks)
    if max(mark.end for mark in marks) - first > LIMIT - _CONTEXT:
        first = next((mark for mark in marks if mark.primary), marks[0]).start
    low = max(0, min(first - _CONTEXT, len(line) - LIMIT))
    if _is_plain(line[low : low + LIMIT]):
        return low, min(low + LIMIT, len(line))
    low = high = first
    low, left = _reach(line, low, -1, _CONTEXT)
    high, used = _reach(line, high, 1, LIMIT - left)
    low, _ = _reach(line, low, -1, LIMIT - left - used)
    return low, high


def _reach(line: str, index: int, step: int, room: int) -> tuple[int, int]:
    """How far from `index` one gets in `room` columns, and the columns used."""
    used = 0
    while 0 <= index + min(step, 0) < len(line):
        columns = _columns(line[index + min(step, 0)])
        if used + columns > room:
            break
        used += columns
        index += step
    return index, used


# What stands below it ---------------------------------------------------------------------------------------------


def _below(strokes: list[Stroke], paint: Paint) -> Iterator[str]:
    """The underlines, the label beside them, and the labels that hang below."""
    right = max(stroke.end for stroke in strokes)
    labelled = sorted(
        (stroke for stroke in strokes if stroke.text),
        key=lambda stroke: (stroke.end == right, stroke.kind, stroke.start),
    )
    beside = labelled.pop() if labelled and labelled[-1].end == right else None
    row: dict[int, str] = {}
    for stroke in sorted(strokes, key=lambda stroke: (stroke.start - stroke.end, stroke.kind)):
        row.update(dict.fromkeys(range(stroke.start, stroke.end), stroke.kind))
    said = f" {_painted(beside.kind, beside.text, paint)}" if beside else ""
    yield _row(row, paint) + said
    hanging = sorted(labelled, key=lambda stroke: stroke.start)
    if hanging:
        yield _row({stroke.start: stroke.kind + "|" for stroke in hanging}, paint)
    while hanging:
        stroke = hanging.pop()
        stems = {other.start: other.kind + "|" for other in hanging if other.start < stroke.start}
        yield _row({**stems, stroke.start: stroke.kind + stroke.text}, paint)


def _row(cells: dict[int, str], paint: Paint) -> str:
    """Cells at their columns. A cell is a kind, and the text to print where that is not the kind itself."""
    parts: list[str] = []
    run, run_kind, at = "", "", 0
    for column in sorted(cells):
        kind, text = cells[column][0], cells[column][1:] or cells[column]
        if column > at or kind != run_kind:
            parts.append(_painted(run_kind, run, paint) + " " * (column - at))
            run, run_kind = "", kind
        run += text
        at = column + width(text)
    return "".join(parts) + _painted(run_kind, run, paint)


def _painted(kind: str, text: str, paint: Paint) -> str:
    return paint("primary" if kind == "^" else "secondary", text) if text else ""

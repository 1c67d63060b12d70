"""The definition itself, with `# -> (B, 26, 26, 6)` at the end of each layer's entry and nothing else changed.

The comment stands on the line on which the entry ends, behind a comment of the user. An entry that is used several
times, in a block or a repetition, shows its first shape and `...` where they differ. Entries that end on the same line
get no comment, nor does one whose shape is not known. What an earlier run wrote into an entry is replaced.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from shapecheck.readers import yaml_words
from shapecheck.report import Report
from shapecheck.source import Document, Key, Span
from shapecheck.writers import phrases

_STALE = re.compile(r"(?:^|[ \t]+)#[ \t]*->.*")
_MAKE_AN_INPUT = (("input_shape",), ("batch_input_shape",), ("input_dim",))
"""Where an Input stands that the first layer makes, which has an entry of its own."""


def write(report: Report) -> str:
    """The annotated text; the text as it is where there is nothing to say of it. Writing it again changes nothing."""
    text = report.source.text if report.source else ""
    entries = _entries(report)
    if not entries:
        return text
    words = yaml_words.words(text)
    lines = yaml_words.Lines(text)
    touched: set[int] = set()
    said: dict[int, list[str]] = {}
    for span, uses in entries.items():
        first = lines.offset(span.line, span.column)
        token = bisect_right(words.starts, lines.offset(span.end_line, span.end_column) - 1) - 1
        if token >= 0 and words.starts[token] >= first:
            last = lines.number(words.ends[token])
            touched.update(range(lines.number(first), last + 1))
            said.setdefault(last, []).append(_said(uses))
    comments = _comments(text, words.opaque, lines)
    made = lines.text(
        {number: _line(lines.line(number), comments.get(number), said.get(number, ())) for number in touched}
    )
    return made if _values(made) == _values(text) else text


def _entries(report: Report) -> dict[Span, list[str]]:
    """The span of each entry, and what its uses put out; empty where that is not known."""
    found: dict[tuple[Key, ...], list[str]] = {}
    document: Document | None = None
    for _, call in phrases.calls_of(report):
        place = call.place
        if place is not None and place.document.source is report.source and place.path[-1:] not in _MAKE_AN_INPUT:
            document = place.document
            known = bool(call.output_shapes) and None not in call.output_shapes
            shapes = phrases.shapes_text(call.output_shapes) if known else ""
            found.setdefault(_entry_path(place.path), []).append(shapes)
    spans = ((document.span(path), uses) for path, uses in found.items() if path) if document else ()
    return {span: uses for span, uses in spans if span is not None}


def _entry_path(path: tuple[Key, ...]) -> tuple[Key, ...]:
    """The path of the item of `layers:` in which something stands."""
    last = max((index for index, step in enumerate(path) if type(step) is int), default=-1)
    return path[: last + 1]


def _said(uses: list[str]) -> str:
    return uses[0] if not uses[0] or all(use == uses[0] for use in uses) else f"{uses[0]} ..."


def _line(line: str, comment: int | None, said: list[str] | tuple[()]) -> str:
    """A line with its stale comment replaced. `comment` is where its comment starts."""
    new = f"  # -> {said[0]}" if len(said) == 1 and said[0] else ""
    if comment is None:
        return line.rstrip() + new if new else line
    kept = _STALE.sub("", line[comment:])
    if not line[:comment].strip() or (kept == line[comment:] and not new):
        return line
    return (line[:comment] + kept).rstrip() + new


def _comments(text: str, opaque: list[tuple[int, int]], lines: yaml_words.Lines) -> dict[int, int]:
    """Line -> the column at which its comment starts."""
    found: dict[int, int] = {}
    for offset in yaml_words.comments(text, opaque):
        number = lines.number(offset)
        found.setdefault(number, offset - lines.start(number))
    return found


def _values(text: str) -> list[tuple[object, ...]]:
    """All that a parser sees in a text except where it stands."""
    import yaml

    try:
        return [
            (type(event), *(getattr(event, name, None) for name in ("value", "anchor", "tag", "implicit", "style")))
            for event in yaml_words.events(text)
        ]
    except yaml.YAMLError as error:
        return [(type(error),)]

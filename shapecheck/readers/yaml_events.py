"""From events to plain values with marks: one loop, no recursion.

This is all that a normal text runs through, so it is written for speed. What a collection holds is gathered flat and
packed when the collection ends, and offsets are kept instead of events, which would take ten times the memory.
"""

from __future__ import annotations

from itertools import repeat
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from shapecheck.readers.yaml_composer import DEPTH, NODES, Composer
from shapecheck.readers.yaml_places import Items, Table, YamlDocument


def compose_events(parser: Any, composer: Composer) -> YamlDocument | None:
    """The first document of a stream of events; None where it is empty. Raises Stop, or what the parser raises."""
    text = composer.text
    event: Any = None
    special = "&" in text or "!" in text  # only then can there be anchors and tags
    known = composer.known
    get_event = parser.get_event
    update = dict.update
    values: list[Any] = []
    marks: list[int] = []
    add, mark = values.append, marks.append
    stack: list[Any] = []
    push, pop = stack.append, stack.pop
    for _ in repeat(None, 2 * NODES):  # a collection has two events, a scalar one
        event = get_event()
        kind = type(event)
        if kind is ScalarEvent:
            start = event.start_mark.index
            mark(start)
            mark(event.end_mark.index)
            if special and text.startswith(("&", "!"), start):
                add(composer.scalar(event))
            elif event.style:
                add(event.value)
            else:
                word = event.value
                try:
                    add(known[word])
                except KeyError:
                    add(composer.resolve(word, start, marks[-1]))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            mark(event.start_mark.index)
            push((values, marks, add, mark, composer.begin(event, len(stack) + 1) if special else None))
            if len(stack) > DEPTH:
                composer.too_deep(event.start_mark.index, event.end_mark.index)
            values = [] if kind is MappingStartEvent else Items()
            marks = []
            add, mark = values.append, marks.append
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            if kind is SequenceEndEvent:
                value: Any = values
                value.marks = marks
            else:
                value = Table()
                pairs = iter(values)
                try:
                    update(value, zip(pairs, pairs, strict=True))
                except TypeError:  # a mapping or a list as a key
                    value = composer.table(values, marks)
                else:
                    if 2 * len(value) == len(values) and "<<" not in value:
                        value.marks = marks
                    else:
                        value = composer.table(values, marks)
            composer.nodes += len(values)
            end = event.end_mark.index
            if end == event.start_mark.index:  # without a bracket it ends where its last value does
                end = marks[-1]
            values, marks, add, mark, note = pop()
            mark(end)
            add(value)
            if note is not None:
                composer.close(note, value, len(stack) + 1)
        elif kind is AliasEvent:
            mark(event.start_mark.index)
            mark(event.end_mark.index)
            add(composer.alias(event, len(stack)))
        elif kind is DocumentStartEvent and values:
            if not composer.next_document(parser, event, values, marks):
                return composer.document(values, marks)
        elif event is None:
            return composer.document(values, marks)
    return composer.too_many(event.start_mark.index, event.end_mark.index, NODES)

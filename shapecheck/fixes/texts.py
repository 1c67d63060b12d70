"""Edits of a graph as edits of the YAML text behind it, in the style of the text; none where there is any doubt.

A parameter is set where it stands, or added at the end of its layer's map, in braces or in lines of its own. A layer is
put in front of the one that needs it as an entry of its own, with the indentation and the line ends around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shapecheck.diagnostic import Edit
from shapecheck.fixes.editing import Edit as GraphEdit
from shapecheck.fixes.editing import Insert, Rewire, Set
from shapecheck.fixes.notation import Doubt, Path, Text, key_of, pair_of, text_of
from shapecheck.graph import Node
from shapecheck.inference import Inference, edges_of
from shapecheck.naming import Names
from shapecheck.source import Place
from shapecheck.spec import Ref
from shapecheck.wiring import refs_of

_DASH = re.compile(r"[ \t]*-[ \t]+")


def edits(found: Inference, changes: Iterable[GraphEdit]) -> tuple[Edit, ...]:
    """The changes of a graph as edits of its text; empty where one of them cannot be written."""
    try:
        made = [edit for change in changes for edit in _edits(found, change)]
    except Doubt:
        return ()
    return tuple(made)


def _edits(found: Inference, change: GraphEdit) -> list[Edit]:
    node = found.graph.nodes[change.node]
    if isinstance(change, Set):
        return _set(found, node, change.values)
    if isinstance(change, Rewire):
        other = found.graph.nodes[change.new.node]
        return _read_instead(found, node, change.old.node, _reference(found, other, change.new.output))
    return _insert(found, node, change)


def _document(place: Place | None) -> tuple[Text, Path]:
    if place is None or not place.document.source.text:
        raise Doubt
    return Text(place.document), place.path


# Parameters ----------------------------------------------------------------------------------------------------------


def _set(found: Inference, node: Node, values: Mapping[str, Any]) -> list[Edit]:
    spec = found.graph.nodes[node.owner].spec
    document, path = _document(spec.place)
    layer = found.layers[node.index]
    first = next(iter(type(layer).parameters), None) if layer is not None else None
    made = []
    for name, value in values.items():
        written = spec.written.get(name, name)
        made.append(_set_one(document, path, spec.kind_place is None, written, value, first))
    return made


def _set_one(document: Text, path: Path, bare: bool, name: str, value: Any, first: str | None) -> Edit:
    old = document.value(path)
    start, end = document.range(path)
    if isinstance(old, dict):
        if name in old:
            at = (*path, name)
            inner_start, inner_end = document.range(at)
            if not start <= inner_start <= inner_end <= end or _is_filled(old[name]):
                raise Doubt  # merged from elsewhere, or made of parameters
            return Edit(document.words(inner_start, inner_end), _replacing(document, at, value))
        return _add(document, path, name, value)
    if bare and isinstance(old, str):
        quoted = document.text[start] == '"'
        entry = f"{document.text[start:end]}: {{{pair_of(name, value, quoted)}}}"
        return Edit(document.words(start, end), f"{{{entry}}}" if _in_flow(document, path[:-1]) else entry)
    quoted = _is_quoted_key(document, path)
    if old is None and start == end:
        return Edit(document.words(start, end), f" {{{pair_of(name, value, quoted)}}}")
    if old is None:
        return Edit(document.words(start, end), f"{{{pair_of(name, value, quoted)}}}")
    if first is None or _is_filled(old):
        raise Doubt
    if first == name:
        return Edit(document.words(start, end), _replacing(document, path, value))
    written = document.text[start:end]
    if "\n" in written or "#" in written or (isinstance(old, list) and not written.startswith("[")):
        raise Doubt
    return Edit(document.words(start, end), f"{{{key_of(first, quoted)}: {written}, {pair_of(name, value, quoted)}}}")


def _is_filled(value: object) -> bool:
    """Whether a value is, or holds, what the definition puts in from its parameters."""
    if isinstance(value, str):
        return "$" in value
    if isinstance(value, (dict, list)):
        return any(map(_is_filled, value.values() if isinstance(value, dict) else value))
    return False


def _replacing(document: Text, path: Path, value: Any) -> str:
    """A value instead of another, which is written in a block only if it stays a scalar."""
    start, end = document.range(path)
    old = document.text[start:end]
    if ("\n" in old and old[:1] not in "[{") or "#" in old:
        raise Doubt
    return (" " if start == end else "") + text_of(value, old[:1] == '"' or _is_quoted_key(document, path))


def _add(document: Text, path: Path, name: str, value: Any) -> Edit:
    """Another key at the end of a map."""
    old = document.value(path)
    assert isinstance(old, dict)
    start, _ = document.range(path)
    text = document.text
    last = [*old][-1] if old else None
    quoted = last is not None and text[document.range((*path, last), True)[0]] == '"'
    if text[start] == "{":
        if last is None:
            raise Doubt
        end = _end(document, (*path, last))
        return Edit(document.words(end, end), f", {pair_of(name, value, quoted)}")
    if last is None:
        raise Doubt
    key_start, _ = document.range((*path, last), True)
    end = _end(document, (*path, last))
    line_start = text.rfind("\n", 0, key_start) + 1
    if text[end:].startswith((",", "]", "}")) or _is_block_scalar(document, (*path, last)):
        raise Doubt
    before = text[line_start:key_start]
    if before.strip(" -"):
        raise Doubt
    stop = _line_end(text, end)
    indent = " " * len(before)
    return Edit(document.words(stop, stop), f"{_line_break(text)}{indent}{pair_of(name, value, quoted)}")


def _is_block_scalar(document: Text, path: Path) -> bool:
    start, end = document.range(path)
    return start < end and document.text[start] in "|>"


def _end(document: Text, path: Path) -> int:
    """Where a value ends: of a block, the last thing in it, as its own range goes on to the next word."""
    while True:
        value = document.value(path)
        start, end = document.range(path)
        if not isinstance(value, (dict, list)) or not value or document.text[start] in "[{":
            return end
        path = (*path, [*value][-1] if isinstance(value, dict) else len(value) - 1)
        if document.range(path)[1] < start:
            raise Doubt  # an alias


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    return end - 1 if end > offset and text[end - 1] == "\r" else end


def _line_break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _in_flow(document: Text, path: Path) -> bool:
    start, _ = document.range(path)
    return document.text[start] in "[{"


def _is_quoted_key(document: Text, path: Path) -> bool:
    """Whether the nearest key on the way to a value is in double quotes, as all are in JSON."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    return bool(path) and document.text[document.range(path, True)[0]] == '"'


# Wiring --------------------------------------------------------------------------------------------------------------


def _reference(found: Inference, node: Node, output: int | None) -> str:
    applied = found.applied[node.index]
    single = output is None or applied is None or applied.single
    return node.name if single else f"{node.name}[{output}]"


def _ref(found: Inference, node: Node, producer: int) -> Ref:
    """The only words by which a node reads a producer."""
    name = found.graph.nodes[producer].name
    fitting = [ref for ref in refs_of(node.spec.inputs) if ref.name == name]
    if len(fitting) != 1 or node.spec.trail or sum(edge.node == producer for edge in edges_of(node)) != 1:
        raise Doubt
    return fitting[0]


def _read_instead(found: Inference, node: Node, producer: int, name: str) -> list[Edit]:
    """Let a node read something else."""
    if node.spec.inputs is None:
        document, path = _document(node.spec.place)
        if node.spec.trail or not isinstance(document.value(path), dict):
            raise Doubt
        return [_add(document, path, "inputs", name)]
    document, path = _document(_ref(found, node, producer).place)
    start, end = document.range(path)
    written = document.text[start:end]
    if written.strip("'\"") != _reference_written(found, node, producer):
        raise Doubt
    return [Edit(document.words(start, end), text_of(name, written[0] == '"'))]


def _reference_written(found: Inference, node: Node, producer: int) -> str:
    ref = _ref(found, node, producer)
    return ref.name if ref.output is None else f"{ref.name}[{ref.output}]"


def _is_quoted(document: Text, path: Path, value: dict[Any, Any]) -> bool:
    return bool(value) and document.text[document.range((*path, next(iter(value))), True)[0]] == '"'


def _insert(found: Inference, node: Node, change: Insert) -> list[Edit]:
    """Another entry in front of that of a node, which reads it."""
    document, path = _document(node.spec.place)
    while path and not isinstance(path[-1], int):
        path = path[:-1]
    if not path or node.spec.trail:
        raise Doubt
    start, _ = document.range(path)
    text = document.text
    entry_value = document.value(path)
    quoted = isinstance(entry_value, dict) and text[start] == "{" and _is_quoted(document, path, entry_value)
    if quoted and len(entry_value) > 1:
        raise Doubt  # a file of Keras, which has other entries
    config = dict(change.config)
    made: list[Edit] = []
    if node.spec.inputs is not None:
        producer = found.graph.nodes[change.edge.node]
        names = Names(other.name for other in found.graph.nodes)
        said = "cropped" if "cropping" in config else "padded"
        fresh = names.fresh(f"{producer.name}_{said}")
        config |= {"inputs": _reference(found, producer, change.edge.output), "name": fresh}
        made = _read_instead(found, node, change.edge.node, fresh)
    elif change.edge.node != node.index - 1:
        raise Doubt
    entry = f"{key_of(change.kind, quoted)}: {text_of(config, quoted)}"
    if _in_flow(document, path[:-1]):
        return [Edit(document.words(start, start), f"{{{entry}}}, "), *made]
    line = text.rfind("\n", 0, start) + 1
    if not _DASH.fullmatch(text, line, start):
        raise Doubt
    at = _above_comments(text, line)
    return [Edit(document.words(at, at), f"{text[line:start]}{entry}{_line_break(text)}"), *made]


def _above_comments(text: str, line: int) -> int:
    """The start of the comment that stands right above a line, or of the line."""
    while line:
        above = text.rfind("\n", 0, line - 1) + 1
        if not text[above:line].lstrip(" \t").startswith("#"):
            break
        line = above
    return line

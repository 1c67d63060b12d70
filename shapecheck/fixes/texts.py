"""Edits of a graph as edits of the YAML text behind it, in the style of the text; none where there is any doubt.

A parameter is set where it stands, or added at the end of its layer's map, in braces or in lines of its own. A layer is
put in front of the one that needs it as an entry of its own, with the indentation and the line ends around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shapecheck import dims
from shapecheck.diagnostic import Edit
from shapecheck.fixes.editing import Edit as GraphEdit
from shapecheck.fixes.editing import Insert, Rewire, Set
from shapecheck.graph import Node
from shapecheck.inference import Inference, edges_of
from shapecheck.naming import Names
from shapecheck.readers.yaml_places import Items, Table, YamlDocument
from shapecheck.source import Key, Place
from shapecheck.spec import Ref
from shapecheck.wiring import refs_of

Path = tuple[Key, ...]

_PLAIN = re.compile(r"[^\W\d][\w./*-]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"})
_DASH = re.compile(r"[ \t]*-[ \t]+")


class Doubt(Exception):
    """An edit that cannot be written down for certain."""


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


def _document(place: Place | None) -> tuple[YamlDocument, Path]:
    if place is None or not isinstance(place.document, YamlDocument):
        raise Doubt
    return place.document, place.path


def _range(document: YamlDocument, path: Path, key: bool = False) -> tuple[int, int]:
    found = document.range(path, key)
    if found is None:
        raise Doubt
    return found


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


def _set_one(document: YamlDocument, path: Path, bare: bool, name: str, value: Any, first: str | None) -> Edit:
    old = document.value(path)
    start, end = _range(document, path)
    if isinstance(old, Table):
        if name in old:
            at = (*path, name)
            inner_start, inner_end = _range(document, at)
            if not start <= inner_start <= inner_end <= end or _is_filled(old[name]):
                raise Doubt  # merged from elsewhere, or made of parameters
            return Edit(document.words(inner_start, inner_end), _replacing(document, at, value))
        return _add(document, path, name, value)
    if bare and isinstance(old, str):
        quoted = document.text[start] == '"'
        entry = f"{document.text[start:end]}: {{{_pair(name, value, quoted)}}}"
        return Edit(document.words(start, end), f"{{{entry}}}" if _in_flow(document, path[:-1]) else entry)
    quoted = _is_quoted_key(document, path)
    if old is None and start == end:
        return Edit(document.words(start, end), f" {{{_pair(name, value, quoted)}}}")
    if old is None:
        return Edit(document.words(start, end), f"{{{_pair(name, value, quoted)}}}")
    if first is None or _is_filled(old):
        raise Doubt
    if first == name:
        return Edit(document.words(start, end), _replacing(document, path, value))
    written = document.text[start:end]
    if "\n" in written or "#" in written or (isinstance(old, Items) and not written.startswith("[")):
        raise Doubt
    return Edit(document.words(start, end), f"{{{_key(first, quoted)}: {written}, {_pair(name, value, quoted)}}}")


def _is_filled(value: object) -> bool:
    """Whether a value is, or holds, what the definition puts in from its parameters."""
    if isinstance(value, str):
        return "$" in value
    if isinstance(value, (Table, Items)):
        return any(map(_is_filled, value.values() if isinstance(value, Table) else value))
    return False


def _replacing(document: YamlDocument, path: Path, value: Any) -> str:
    """A value instead of another, which is written in a block only if it stays a scalar."""
    start, end = _range(document, path)
    old = document.text[start:end]
    if ("\n" in old and old[:1] not in "[{") or "#" in old:
        raise Doubt
    return (" " if start == end else "") + text_of(value, old[:1] == '"' or _is_quoted_key(document, path))


def _add(document: YamlDocument, path: Path, name: str, value: Any) -> Edit:
    """Another key at the end of a map."""
    old = document.value(path)
    assert isinstance(old, Table)
    start, _ = _range(document, path)
    text = document.text
    last = [*old][-1] if old else None
    quoted = last is not None and text[_range(document, (*path, last), True)[0]] == '"'
    if text[start] == "{":
        if last is None:
            raise Doubt
        end = _end(document, (*path, last))
        return Edit(document.words(end, end), f", {_pair(name, value, quoted)}")
    if last is None:
        raise Doubt
    key_start, _ = _range(document, (*path, last), True)
    end = _end(document, (*path, last))
    line_start = text.rfind("\n", 0, key_start) + 1
    if text[end:].startswith((",", "]", "}")) or _is_block_scalar(document, (*path, last)):
        raise Doubt
    before = text[line_start:key_start]
    if before.strip(" -"):
        raise Doubt
    stop = _line_end(text, end)
    indent = " " * len(before)
    return Edit(document.words(stop, stop), f"{_line_break(text)}{indent}{_pair(name, value, quoted)}")


def _is_block_scalar(document: YamlDocument, path: Path) -> bool:
    start, end = _range(document, path)
    return start < end and document.text[start] in "|>"


def _end(document: YamlDocument, path: Path) -> int:
    """Where a value ends: of a block, the last thing in it, as its own range goes on to the next word."""
    while True:
        value = document.value(path)
        start, end = _range(document, path)
        if not isinstance(value, (Table, Items)) or not value or document.text[start] in "[{":
            return end
        path = (*path, [*value][-1] if isinstance(value, Table) else len(value) - 1)
        if _range(document, path)[1] < start:
            raise Doubt  # an alias


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    return end - 1 if end > offset and text[end - 1] == "\r" else end


def _line_break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _in_flow(document: YamlDocument, path: Path) -> bool:
    start, _ = _range(document, path)
    return document.text[start] in "[{"


def _is_quoted_key(document: YamlDocument, path: Path) -> bool:
    """Whether the nearest key on the way to a value is in double quotes, as all are in JSON."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    return bool(path) and document.text[_range(document, path, True)[0]] == '"'


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
        if node.spec.trail or not isinstance(document.value(path), Table):
            raise Doubt
        return [_add(document, path, "inputs", name)]
    document, path = _document(_ref(found, node, producer).place)
    start, end = _range(document, path)
    return [Edit(document.words(start, end), text_of(name, document.text[start] == '"'))]


def _insert(found: Inference, node: Node, change: Insert) -> list[Edit]:
    """Another entry in front of that of a node, which reads it."""
    document, path = _document(node.spec.place)
    while path and not isinstance(path[-1], int):
        path = path[:-1]
    if not path or node.spec.trail:
        raise Doubt
    start, _ = _range(document, path)
    text = document.text
    quoted = isinstance(document.value(path), Table) and text[start : start + 2] == '{"'
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
    entry = f"{_key(change.kind, quoted)}: {text_of(config, quoted)}"
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


# Values as text ------------------------------------------------------------------------------------------------------


def _key(name: str, quoted: bool) -> str:
    return f'"{name}"' if quoted else name


def _pair(name: str, value: Any, quoted: bool) -> str:
    return f"{_key(name, quoted)}: {text_of(value, quoted)}"


def text_of(value: Any, quoted: bool = False) -> str:
    """A value as YAML in one line; with `quoted`, texts stand in double quotes, as in JSON. Raises Doubt."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(text_of(item, quoted) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(_pair(key, item, quoted) for key, item in value.items())}}}"
    if isinstance(value, dims.Expr):
        value = dims.text(value)
    if not isinstance(value, str):
        raise Doubt
    if not quoted and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    import json

    return json.dumps(value, ensure_ascii=False)

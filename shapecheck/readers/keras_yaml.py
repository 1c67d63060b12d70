"""A model that Keras 1 or 2 saved by `to_yaml`, with the tags of PyYAML in it: read, and nothing is constructed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from shapecheck.diagnostic import Diagnostic
from shapecheck.readers import keras_model
from shapecheck.readers.yaml_places import Items, Table, YamlDocument
from shapecheck.source import Source
from shapecheck.spec import ModelSpec

_HELD = ("listitems", "dictitems", "args")  # where an object that is dumped keeps what it is made of


def read(source: Source, document: YamlDocument, findings: list[Diagnostic]) -> ModelSpec:
    """The model in a document of which `findings` were already said."""
    for table, key, value, marks in document.doubled:
        at = 4 * list(table).index(key)
        table[key], table.marks[at : at + 4] = value, marks
    root = _plain(document.root, document.objects) if document.objects else document.root
    spec = keras_model.read_model(root, source, document)
    whole = {key for table, key, _, _ in document.doubled if table is document.root}
    spec.findings[:0] = _softened(findings, whole)
    return spec


def _softened(findings: list[Diagnostic], whole: Collection[object]) -> Iterator[Diagnostic]:
    """What is wrong with the text, as Keras sees it: a tag is no matter, and of two values it takes the last.

    A program that appends to its file leaves one model behind the other in it, and all keys in `whole` stand twice,
    which is said once.
    """
    said = False
    for finding in findings:
        if finding.code == "SC102":
            once = finding.facts.get("key") in whole
            if once and said:
                continue
            said = said or once
            finding.severity = "warning"
            finding.notes = ("Keras reads the last of them, and so does this check",)
        if finding.code != "SC119" or not str(finding.facts.get("tag")).startswith("!!python/object"):
            yield finding


def _plain(root: Any, objects: dict[int, object]) -> Any:
    """The same values, each list or map that was wrapped in an object of Python in place of that object."""
    known: dict[int, Any] = {}
    stack = [(root, False)]
    while stack:
        value, ready = stack.pop()
        if id(value) in known or not isinstance(value, (Table, Items)):
            continue
        inner = list(value.values()) if isinstance(value, Table) else list(value)
        if not ready:
            stack.append((value, True))
            stack.extend((item, False) for item in inner)
            continue
        made: Any = [known.get(id(item), item) for item in inner]
        if isinstance(value, Table):
            made = dict(zip(value, made, strict=True))
        known[id(value)] = _held(made) if id(value) in objects else made
    return known.get(id(root), root)


def _held(value: Any) -> Any:
    """What an object is made of: a list with one argument stands for that, a map for its items."""
    if isinstance(value, dict):
        value = next((value[name] for name in _HELD if name in value), value)
    return value[0] if isinstance(value, list) and len(value) == 1 else value

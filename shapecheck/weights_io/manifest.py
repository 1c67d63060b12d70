"""Weights of which a definition tells the shapes, such as those of TensorFlow.js, held against the model."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from shapecheck.diagnostic import Diagnostic
from shapecheck.inference import Inference
from shapecheck.spec import StoredWeight
from shapecheck.weights_io.judging import Loaded
from shapecheck.weights_io.layout import Held, held


def judge(found: Inference, stored: Sequence[StoredWeight]) -> list[Diagnostic]:
    """What does not fit, each finding where the shape is told; nothing where the names are others altogether."""
    loaded = Loaded(found, os.path.basename(found.graph.spec.source.path))
    layers = held(found)
    owners = _owners(layers, stored)
    if not any(owners.values()):
        return []
    used: set[int] = set()
    for layer in layers:
        own = owners[layer.name]
        missing = []
        for path, item in _paired(layer, own):
            if item is None:
                missing.append(path)
                continue
            used.add(id(item))
            before = len(loaded.findings)
            loaded.take(layer, path, item.shape, lambda: None, item.name)
            for finding in loaded.findings[before:]:
                finding.span = item.place.span()
        if missing:
            loaded.missing(layer, missing)
    unknown = _unknown(found)
    for item in stored:
        if id(item) not in used and unknown.isdisjoint(item.name.split("/")[:-1]):
            loaded.left_over(item.name, item.shape)
            loaded.findings[-1].span = item.place.span()
    return loaded.findings


def _unknown(found: Inference) -> set[str]:
    """The names of the layers of which it is not known what weights they have."""
    names = set()
    for node in found.graph.nodes:
        applied = found.applied[node.owner]
        if applied is None or applied.opaque:
            names.add(node.name.rpartition("/")[2])
    return names


def _paired(layer: Held, own: Sequence[StoredWeight]) -> Iterator[tuple[str, StoredWeight | None]]:
    """Each weight with the stored one of the same name; those of other names, as older Keras had them, in order."""
    rest = list(own)
    found: dict[str, StoredWeight] = {}
    for path in layer.weights:
        item = next((item for item in rest if _word(item) == path.rpartition("/")[2]), None)
        if item is not None:
            found[path] = item
            rest.remove(item)
    strangers = iter(rest)
    for path in layer.weights:
        yield path, found[path] if path in found else next(strangers, None)


def _owners(layers: Sequence[Held], stored: Sequence[StoredWeight]) -> dict[str, list[StoredWeight]]:
    """The weights of each layer, by the last part of their names that is the name of a layer."""
    by_name: dict[str, list[Held]] = {}
    for layer in layers:
        by_name.setdefault(layer.name.rpartition("/")[2], []).append(layer)
    owners: dict[str, list[StoredWeight]] = {layer.name: [] for layer in layers}
    for item in stored:
        parts = item.name.split("/")[:-1]
        chosen = next((by_name[part] for part in reversed(parts) if part in by_name), [])
        above = set(parts)
        best = max(chosen, key=lambda layer: len(above & set(layer.name.split("/"))), default=None)
        if best is not None:
            owners[best.name].append(item)
    return owners


def _word(item: StoredWeight) -> str:
    return item.name.rpartition("/")[2].partition(":")[0]

"""Whether plain values are a model as Keras saves it, and which generation of Keras did."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

PACKAGES = ("keras", "tf_keras", "tensorflow", "tensorflow_core")
MODELS = frozenset(("Sequential", "Functional", "Model"))
_ENTRY = frozenset((
    "class_name", "config", "name", "inbound_nodes", "module", "registered_name", "build_config", "compile_config",
    "shared_object_id", "trainable",
))  # fmt: skip
_BARE = frozenset((
    "name", "trainable", "dtype", "layers", "build_input_shape", "input_layers", "output_layers", "registered_name",
))  # fmt: skip
_LAYERS_OF_LAYERS = ("Merge", "Pipeline")
"""Layers that hold a list of layers, and are no models."""

_LOOKED_AT = 200  # layers that are looked at for signs of their time


class Dialect(NamedTuple):
    """How a file was written: the generation whose semantics it gets, and whether Keras 3 wrote it."""

    generation: int
    keras3: bool


def is_model(root: object) -> bool:
    """Whether it is a model as Keras saves it: a whole file, the bare configuration, or a list of layers."""
    if isinstance(root, (list, tuple)):
        return bool(root) and all(map(_is_entry, root))
    if not isinstance(root, dict):
        return False
    config = root.get("config")
    if isinstance(root.get("class_name"), str) and "config" in root:
        return root["class_name"] in MODELS or _has_layers(config) or "keras_version" in root
    return _has_layers(root) and ("input_layers" in root or root.keys() <= _BARE)


def is_marked(root: Any) -> bool:
    """Whether a model says that Keras wrote it: the spec language may have its layers as `{class_name, config}` too."""
    if isinstance(root, dict) and ("class_name" in root or "input_layers" in root or "keras_version" in root):
        return True
    return any(
        not entry.keys() <= {"class_name", "config"}
        or (isinstance(config := entry.get("config"), dict) and not config.keys().isdisjoint(_MARKS))
        for entry in _entries(root)
    )


_MARKS = ("batch_input_shape", "batch_shape", "trainable")


def is_nested_model(entry: Mapping[str, Any]) -> bool:
    """Whether an entry, or a wrapped layer, is a model."""
    kind = entry.get("class_name")
    return kind in MODELS or (kind not in _LAYERS_OF_LAYERS and _has_layers(entry.get("config")))


def _has_layers(config: object) -> bool:
    if isinstance(config, dict):
        config = config.get("layers")
    return isinstance(config, (list, tuple)) and bool(config) and all(map(_is_entry, config))


def _is_entry(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("class_name"), str) and item.keys() <= _ENTRY


def of(root: object, version: str | None = None) -> Dialect:
    """The dialect of a model; `version` is what its container says of the Keras that saved it."""
    if isinstance(root, dict):
        version = version or root.get("keras_version")
    found = re.match(r"(\d{1,4})(?:\.(\d{1,4}))?", version) if isinstance(version, str) else None
    if found is not None and isinstance(version, str):
        major, minor = int(found[1]), int(found[2] or 0)
        recent = (major, minor) >= (2, 3) or "tf" in version
        return Dialect(3 if recent else 2, major >= 3)
    return _by_style(root)


def _by_style(root: object) -> Dialect:
    """What the way of writing tells, where no version is written."""
    if isinstance(root, dict) and ("module" in root or "registered_name" in root):
        return Dialect(3, True)
    recent = isinstance(root, dict) and root.get("class_name") == "Functional"
    dtypes = layers = 0
    for entry in _entries(root):
        config = entry.get("config")
        nodes = entry.get("inbound_nodes")
        if isinstance(nodes, list) and nodes and isinstance(nodes[0], dict):
            return Dialect(3, True)
        if not isinstance(config, dict):
            continue
        if "batch_shape" in config or (isinstance(config.get("dtype"), dict) and "registered_name" in config["dtype"]):
            return Dialect(3, "batch_shape" in config or config["dtype"].get("module") == "keras")
        recent = recent or "module" in entry or "registered_name" in entry or "ragged" in config
        layers += 1
        dtypes += "dtype" in config
    return Dialect(3 if recent or (dtypes == layers > 1) else 2, False)


def _entries(root: object) -> Iterator[Mapping[str, Any]]:
    """The first layers of a model."""
    config = root.get("config", root) if isinstance(root, dict) else root
    layers = config.get("layers") if isinstance(config, dict) else config
    for entry in layers[:_LOOKED_AT] if isinstance(layers, (list, tuple)) else ():
        if isinstance(entry, dict):
            yield entry

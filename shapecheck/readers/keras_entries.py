"""One layer of a Keras file: what it is, and what the file tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapecheck.legacy import MERGES
from shapecheck.readers import keras_names
from shapecheck.readers.keras_dialect import PACKAGES, is_nested_model
from shapecheck.source import Place
from shapecheck.spec import LayerSpec

OPERATIONS = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")


class Entry:
    """An entry of the layers of a file. `nodes` are its calls, None in a Sequential.

    `gives` and `read` are the shapes of its outputs and inputs when the file was saved, as far as they are needed.
    """

    __slots__ = (
        "at", "built", "calls", "config", "gives", "is_custom", "is_model", "is_operation", "item", "kind",
        "kind_place", "name", "nodes", "place", "raw", "read",
    )  # fmt: skip

    def __init__(self, raw: Mapping[str, Any], at: Place) -> None:
        self.raw = raw
        self.at = at
        self.place = at.at("config")
        self.kind_place = at.at("class_name")
        config, name = raw.get("config"), raw.get("name")
        self.config: Mapping[str, Any] = config if isinstance(config, dict) else {}
        name = self.config.get("name") if name is None else name
        self.name: str | None = name if isinstance(name, str) and name else None
        self.kind: str = raw["class_name"]
        self.nodes: Any = raw.get("inbound_nodes")
        self.calls = 1 if self.kind == "InputLayer" else len(self.nodes) if isinstance(self.nodes, list) else 0
        self.is_model = is_nested_model(raw)
        self.is_operation = _is_operation(raw)
        self.is_custom = not self.is_model and not self.is_operation and _is_custom(raw)
        build = raw.get("build_config")
        self.built: Any = build.get("input_shape") if isinstance(build, dict) else None
        self.item: LayerSpec | None = None
        self.gives: dict[int, Any] = {}
        self.read: list[Any] | None = None

    @property
    def is_opaque(self) -> bool:
        return self.is_custom or (self.kind == "Lambda" and not self.is_operation) or self._merges_by_function

    @property
    def _merges_by_function(self) -> bool:
        """Whether it is a Merge of Keras 1 that does not say by name how it merges."""
        mode = self.config.get("mode", "sum") if self.kind == "Merge" else "sum"
        return not isinstance(mode, str) or mode not in MERGES


def _is_operation(raw: Mapping[str, Any]) -> bool:
    """Whether it is an operation of `keras.ops`, some of which have the name of a layer, or one of TensorFlow."""
    module = raw.get("module")
    if raw["class_name"] in OPERATIONS:
        return True
    return isinstance(module, str) and module.startswith(("keras.src.ops.", "keras.ops"))


def _is_custom(raw: Mapping[str, Any]) -> bool:
    """Whether the class of a layer is somebody's own."""
    module, registered = raw.get("module"), raw.get("registered_name")
    if ">" in raw["class_name"]:
        return True
    if isinstance(module, str):
        return module.partition(".")[0] not in PACKAGES
    return isinstance(registered, str)


def is_shape(value: Any) -> bool:
    """Whether it is a shape as a file tells it: a list of sizes, None where one is not known."""
    return isinstance(value, list) and all(size is None or (type(size) is int and size >= 0) for size in value)


_INPUT = {"batch_input_shape": "batch_shape", "batch_shape": "batch_shape", "input_shape": "shape", "shape": "shape",
          "batch_size": "batch_size", "dtype": "dtype"}  # fmt: skip


def input_layer(config: Mapping[str, Any], name: str | None, place: Place, kind_place: Place) -> LayerSpec:
    """The Input that a configuration describes, whatever else it says."""
    made: dict[str, Any] = {}
    written: dict[str, str] = {}
    for old, new in _INPUT.items():
        if config.get(old) is not None:
            made[new], written[new] = keras_names.plain(config[old]), old
    item = LayerSpec("InputLayer", made, name=name, place=place, kind_place=kind_place)
    item.written = {new: old for new, old in written.items() if new != old}
    return item

"""One layer of a Keras file: what it is, its configuration in the names of today, and what it is called on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck import layers
from shapecheck.contract import input_names
from shapecheck.findings import finding
from shapecheck.layers.index import MODULES
from shapecheck.readers.keras_calls import Arguments
from shapecheck.readers.keras_dialect import Dialect, is_nested_model
from shapecheck.readers.values import described
from shapecheck.source import Place
from shapecheck.spec import CustomRule, LayerSpec, ModelSpec, Ref

OPERATIONS = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")
_KERAS = ("keras", "tf_keras", "tensorflow", "tensorflow_core")
_INNER = ("layer", "forward_layer", "backward_layer", "cell", "cells", "layers")
_ALSO = {
    "BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization",
    "UnifiedLSTM": "LSTM", "LSTMV2": "LSTM", "UnifiedGRU": "GRU", "GRUV2": "GRU",
}  # fmt: skip
"""Names that TensorFlow's Keras wrote for a while."""


class Entry:
    """An entry of the layers of a file. `nodes` are its calls, None in a Sequential.

    `gives` and `read` are the shapes of its outputs and inputs when the file was saved, as far as they are needed.
    """

    __slots__ = (
        "at", "built", "calls", "config", "gives", "is_custom", "is_model", "item", "kind", "kind_place", "name",
        "nodes", "place", "raw", "read",
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
        self.is_custom = not self.is_model and _is_custom(raw)
        build = raw.get("build_config")
        self.built: Any = build.get("input_shape") if isinstance(build, dict) else None
        self.item: LayerSpec | None = None
        self.gives: dict[int, Any] = {}
        self.read: list[Any] | None = None

    @property
    def is_opaque(self) -> bool:
        return self.is_custom or self.kind == "Lambda"


def _is_custom(raw: Mapping[str, Any]) -> bool:
    """Whether the class of a layer is somebody's own."""
    module, registered = raw.get("module"), raw.get("registered_name")
    if ">" in raw["class_name"]:
        return True
    if isinstance(module, str):
        return module.partition(".")[0] not in _KERAS
    return isinstance(registered, str)


def is_shape(value: Any) -> bool:
    """Whether it is a shape as a file tells it: a list of sizes, None where one is not known."""
    return isinstance(value, list) and all(size is None or (type(size) is int and size >= 0) for size in value)


class KerasFile:
    """What the models of one file share. `models` are those that are still to be read."""

    def __init__(self, root: ModelSpec, dialect: Dialect) -> None:
        self.root = root
        self.dialect = dialect
        self.models: list[tuple[ModelSpec, str, Any, Place, Mapping[str, Any]]] = []

    def say(self, code: str, place: Place | None, **more: Any) -> None:
        self.root.findings.append(finding(code, place, **more))

    def malformed(self, place: Place, what: str, expected: str, given: object) -> None:
        self.say("SC115", place, what=what, expected=expected, given=described(given))

    def entry(self, raw: Any, at: Place) -> Entry | None:
        """An entry; None, with a finding, where there is none."""
        if not isinstance(raw, dict):
            self.malformed(at, "a layer", "a map with `class_name` and `config`", raw)
        elif not isinstance(raw.get("class_name"), str) or not raw["class_name"]:
            self.malformed(at.at("class_name"), "`class_name`", "the name of a layer", raw.get("class_name"))
        else:
            entry = Entry(raw, at)
            if not isinstance(raw.get("config"), dict) and not entry.is_model:
                self.malformed(entry.place, "`config`", "a map of parameters", raw.get("config"))
            return entry
        return None

    def layer_spec(self, entry: Entry) -> LayerSpec:
        """The layer of an entry, still without what it reads."""
        kind, config, model = entry.kind, entry.config, None
        if entry.is_model:
            kind, config, model = entry.kind, {}, self._model(entry)
        elif kind == "InputLayer":
            config = {name: plain(entry.config[name]) for name in _INPUT if name in entry.config}
        elif entry.is_opaque and not self._offered(entry):
            kind, config = self._saved(entry), {}
        else:
            kind, config = self.renewed(kind, entry.config)
        entry.item = item = LayerSpec(
            kind, config, name=entry.name, model=model, place=entry.place, kind_place=entry.kind_place
        )
        return item

    def renewed(self, kind: str, config: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """A layer in the names of today, without what a file says beside the parameters."""
        kind = _ALSO.get(kind, kind)
        dropped = _BESIDE if kind == "Embedding" else _BESIDE_PARAMETERS
        made = {name: value for name, value in config.items() if name not in dropped}
        if not self.dialect.keras3:
            made = {name: plain(value) if isinstance(value, dict) else value for name, value in made.items()}
            dtype = made.get("dtype")
            if isinstance(dtype, dict) and str((dtype.get("config") or {}).get("name")).lstrip("_").startswith("infer"):
                del made["dtype"]
        return kind, made

    def _model(self, entry: Entry) -> str:
        """Put a model that is called among those to be read; the name under which it is known."""
        key = name = entry.name or entry.kind.lower()
        number = 1
        while key in self.root.models:
            number += 1
            key = f"{name}#{number}"
        spec = ModelSpec(self.root.source, [], name=key, place=entry.at)
        self.root.models[key] = spec
        self.models.append((spec, entry.kind, entry.raw.get("config"), entry.place, entry.raw))
        return key

    # Code that is not at hand -------------------------------------------------------------------------------------

    def _offered(self, entry: Entry) -> bool:
        """Whether an installed package describes this custom layer."""
        name = entry.kind.rpartition(">")[2]
        return entry.is_custom and name not in MODULES and layers.seek(name) is not None

    def _saved(self, entry: Entry) -> str:
        """The kind of a layer of which only the file itself can tell something."""
        registered = entry.raw.get("registered_name")
        name = registered if entry.is_custom and isinstance(registered, str) else entry.kind
        key = f"saved>{name}"
        if key not in self.root.custom:
            from shapecheck.layers._saved import saved

            self.root.custom[key] = CustomRule((), "", None, saved(name, entry.is_custom))
        return key

    def settle(self, entry: Entry) -> None:
        """Say of a layer of unknown code that it is one, and hold on to what the file tells of it."""
        item = entry.item
        if item is None or not item.kind.startswith("saved>"):
            return
        gives = {number: shape for number, shape in entry.gives.items() if is_shape(shape)}
        written = entry.config.get("output_shape")
        read = entry.read
        if not entry.is_custom and is_shape(written):
            gives, read, note = {0: [None, *(written or ())]}, None, "what it gives is taken from its `output_shape`"
        elif gives:
            note = "what it gives is taken from the shapes that the file was saved with"
        else:
            note = "what it gives is not known, and neither is what follows from it"
        if gives:
            known = read is not None and all(shape is None or is_shape(shape) for shape in read)
            item.config = {"gives": gives, "read": read if known else None}
        code = "SC144" if entry.is_custom else "SC141"
        self.say(code, entry.kind_place, layer=entry.name, kind=item.kind.removeprefix("saved>"), notes=[note])


_INPUT = ("shape", "input_shape", "batch_shape", "batch_input_shape", "batch_size", "dtype")
_BESIDE = frozenset(("name", "batch_input_shape"))
_BESIDE_PARAMETERS = _BESIDE | {"input_dim", "input_length"}


def plain(value: Any) -> Any:
    """A value without what TensorFlow and NumPy wrap around it."""
    if isinstance(value, dict):
        if value.get("class_name") in ("__tuple__", "TensorShape") and isinstance(value.get("items"), list):
            return value["items"]
        if value.get("type") == "ndarray" and "value" in value:
            return value["value"]
    return value


# Calls ---------------------------------------------------------------------------------------------------------------


def bound(file: KerasFile, entry: Entry, item: LayerSpec, given: Arguments, place: Place) -> None:
    """Set what a layer reads, from the arguments of its call."""
    cls = None if entry.is_model or entry.is_custom else layers.find(item.kind)
    positional, tensors, others = _sorted(given)
    if entry.is_model:
        item.inputs = _of_a_model(positional)
    elif cls is None or not (tensors or len(positional) > 1):
        refs = [*positional, *tensors.values()]
        item.inputs = refs[0] if len(refs) == 1 and isinstance(refs[0], Ref) else flat(refs)
    else:
        names, _, star = input_names(cls)
        names = (*names, star) if star else names
        item.inputs = {**dict(zip(names, positional, strict=False)), **tensors}
    if not entry.is_model:
        item.call = {name: value for name, value in others.items() if value is not None}
    if item.inputs is None or item.inputs == []:
        file.malformed(place, "a call", "one with a tensor", given.args)
        item.inputs = Ref("")


def _sorted(given: Arguments) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
    """The tensors by position, those by name, and the other arguments by name."""
    positional = [item for item in given.args if _holds_tensors(item)]
    tensors = {name: item for name, item in given.kwargs.items() if _holds_tensors(item)}
    others = {name: item for name, item in given.kwargs.items() if name not in tensors}
    return positional, tensors, others


def _holds_tensors(value: Any) -> bool:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Ref):
            return True
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            stack.extend(item.values())
    return False


def _of_a_model(positional: Sequence[Any]) -> Any:
    """What a model is called on: one tensor, or all in the order of its inputs."""
    if len(positional) == 1 and isinstance(positional[0], Ref):
        return positional[0]
    return flat(positional)


def flat(values: Any) -> list[Ref]:
    """All tensors in lists and maps inside one another; those of a map in the order of its sorted names."""
    found: list[Ref] = []
    stack = [values]
    while stack:
        item = stack.pop()
        if isinstance(item, Ref):
            found.append(item)
        elif isinstance(item, (list, tuple)):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            stack.extend(item[name] for name in sorted(item, reverse=True))
    return found

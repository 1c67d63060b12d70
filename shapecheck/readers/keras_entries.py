"""One layer of a Keras file: what it is, its configuration in the names of today, and what it is called on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shapecheck import layers
from shapecheck.findings import finding
from shapecheck.layers.index import MODULES
from shapecheck.legacy import MERGES
from shapecheck.readers import keras_names
from shapecheck.readers.keras_dialect import PACKAGES, Dialect, is_nested_model
from shapecheck.readers.values import described
from shapecheck.source import Place
from shapecheck.spec import CustomRule, LayerSpec, ModelSpec

OPERATIONS = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")
_INNER = ("layer", "forward_layer", "backward_layer", "cell", "cells", "layers")


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


_STANDS_IN = {
    "activation": "it is taken to keep the shape, and has no numbers",
    "initializer": "`glorot_uniform` stands in for it",
    "regularizer": "it is left out, and with it its penalty",
    "constraint": "it is left out",
}


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


class Unread(NamedTuple):
    """A model that is still to be read: a map with `class_name` and `config`."""

    spec: ModelSpec
    home: ModelSpec
    entry: Mapping[str, Any]
    place: Place


class KerasFile:
    """What the models of one file share.

    `models` are those that are still to be read, and `home` is the one whose `models` those of the current one go to:
    the root, or a model that stands inside a layer and is a definition of its own.
    """

    def __init__(self, root: ModelSpec, dialect: Dialect) -> None:
        self.root = self.home = root
        self.dialect = dialect
        self.models: list[Unread] = []

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
        written: Mapping[str, str] = {}
        if entry.is_model:
            kind, config, model = entry.kind, {}, self._model(entry)
        elif kind == "InputLayer":
            entry.item = input_layer(entry.config, entry.name, entry.place, entry.kind_place)
            return entry.item
        elif entry.is_operation:
            own = {} if kind in OPERATIONS else config  # those of TensorFlow have theirs in the call
            kind, config = f"ops.{kind}", {name: value for name, value in own.items() if name != "name"}
        elif entry.is_opaque and not self._offered(entry):
            kind, config = self._saved(entry), {}
        else:
            kind, config, written = self.renewed(kind, entry.config, entry.place, entry.name)
        entry.item = item = LayerSpec(
            kind, config, name=entry.name, model=model, place=entry.place, kind_place=entry.kind_place
        )
        item.written, item.built = written, entry.built
        return item

    def renewed(
        self, kind: str, config: Mapping[str, Any], place: Place, name: str | None
    ) -> tuple[str, Mapping[str, Any], Mapping[str, str]]:
        """A layer in the names of today, with stand-ins for what is not in the file; and the names as written."""
        kind, made, written = keras_names.today(self.dialect, kind, config)
        cls = layers.find(kind)
        for param in keras_names.unread(self.dialect, cls, made) if cls is not None else ():
            self.say("SC146", place.at(written.get(param, param)), at_key=True, layer=name, kind=kind, param=param)
        if (mode := keras_names.quantized(made)) is not None:
            self.say("SC149", place.at("dtype"), layer=name or kind, mode=mode)
        for param, sort, called in keras_names.settled(self.dialect, made):
            self.say("SC145", place.at(written.get(param, param)), layer=name, param=param, name=called,
                     notes=[_STANDS_IN[sort]])  # fmt: skip
        for param in _INNER:
            if isinstance(made.get(param), (dict, list)):
                made[param] = self._inside(made[param], place.at(param))
        return kind, made, written

    def _inside(self, value: Any, place: Place) -> Any:
        """A layer inside a layer, or a list of them; a model there is a definition of its own."""
        if isinstance(value, list):
            return [self._inside(item, place.at(index)) for index, item in enumerate(value)]
        if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
            return value
        entry = Entry(value, place)
        if entry.is_model:
            spec = ModelSpec(self.root.source, [], name=entry.name, place=place)
            spec.custom, spec.generation, spec.data_format = self.root.custom, self.root.generation, None
            self.home.holds_models = True
            self.models.append(Unread(spec, spec, value, place))
            return spec
        if entry.is_opaque and not self._offered(entry):
            entry.item = LayerSpec(self._saved(entry), {})
            self.settle(entry)
            return {"class_name": entry.item.kind, "config": entry.item.config}
        kind, config, _ = self.renewed(entry.kind, entry.config, entry.place, entry.name)
        return {"class_name": kind, "config": config} if isinstance(value.get("config"), dict) else value

    def _model(self, entry: Entry) -> str:
        """Put a model that is called among those to be read; the name under which it is known."""
        key = name = entry.name or entry.kind.lower()
        number = 1
        while key in self.home.models:
            number += 1
            key = f"{name}#{number}"
        spec = ModelSpec(self.root.source, [], name=key, place=entry.at)
        self.home.models[key] = spec
        self.models.append(Unread(spec, self.home, entry.raw, entry.at))
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
        if entry.is_custom and name in MODULES:
            name = f"custom {name}"  # which is not Keras's own
        key = f"saved>{name}"
        if key not in self.root.custom:
            from shapecheck.layers._saved import saved

            self.root.custom[key] = CustomRule((), "", None, saved(name, entry.is_custom))
        return key

    def unknown_input(self, entry: Entry) -> LayerSpec:
        """An input of which nothing is known, for a model that was saved before it was built."""
        from shapecheck.layers._saved import NOT_BUILT, saved

        self.root.custom.setdefault(NOT_BUILT, CustomRule((), "", None, saved("Input", custom=False)))
        self.say("SC148", entry.kind_place, layer=entry.name or entry.kind)
        name = f"{entry.name or entry.kind.lower()}_input"
        return LayerSpec(NOT_BUILT, {}, name=name, inputs=[], place=entry.place, kind_place=entry.kind_place)

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

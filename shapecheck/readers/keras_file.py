"""The entries of a Keras file -> layers, with their configuration in the names of today, wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shapecheck import layers
from shapecheck.findings import finding
from shapecheck.readers import keras_names
from shapecheck.readers.keras_code import SavedCode
from shapecheck.readers.keras_dialect import Dialect
from shapecheck.readers.keras_entries import OPERATIONS, Entry, input_layer
from shapecheck.readers.values import described
from shapecheck.source import Place
from shapecheck.spec import LayerSpec, ModelSpec

_INNER = ("layer", "forward_layer", "backward_layer", "cell", "cells", "layers")
_STANDS_IN = {
    "activation": "it is taken to keep the shape, and has no numbers",
    "initializer": "`glorot_uniform` stands in for it",
    "regularizer": "it is left out, and with it its penalty",
    "constraint": "it is left out",
}


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
        self.code = SavedCode(root)

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
        elif entry.is_opaque and not self.code.offered(entry):
            kind, config = self.code.kind(entry), {}
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
        if entry.is_opaque and not self.code.offered(entry):
            entry.item = LayerSpec(self.code.kind(entry), {})
            self.code.settle(entry)
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

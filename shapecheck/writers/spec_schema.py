"""A JSON Schema (draft-07) for definitions in YAML, by which editors complete and underline while one is typing.

It is made from the layers themselves: each reader of a parameter is asked about sample values, so the schema refuses
only what the reader refuses. What a schema cannot know it accepts: the check itself says the rest. A definition with
blocks, models, custom layers or parameters of its own has words that only it knows, so there just the names of
parameters are held; one for Keras 2 takes other names, so there nothing of a layer is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shapecheck import activations, layers
from shapecheck.contract import Layer
from shapecheck.diagnostic import Refusal, Refusals
from shapecheck.making import COMMON, FIRST
from shapecheck.modes import STRICT
from shapecheck.params import Reader

Schema = dict[str, Any]

_OWN_WORDS = ("params", "blocks", "models", "custom")

_INTS = (-1, 0, 1, 2, 3, 7)
_REALS = (-0.5, 0.5, 1.5)
_TEXTS = (
    "zzz", "no such word", "float32", "lambda x: x", "relu", "zeros", "l2", "max_norm", "ab,bc->ac", "2*T", "hann",
    "Flatten", "",
)  # fmt: skip
_LISTS: tuple[list[Any], ...] = (
    [], [1], [2, 2], [1, 1], [1, 2], [3, 5], [1, 1, 1], [1, 2, 3], [1, 1, 1, 1], [1, 1, 1, 1, 1], [None, 3], [[1, 1]],
    [[1, 1], [1, 1]], [[1, 1], [1, 1], [1, 1]], [0.5], [0.1, 0.5], ["a"], ["a", "b"], [True], [{"Dense": 4}],
    ["Flatten", {"Dense": 4}], [{"LSTMCell": 4}, {"GRUCell": 4}],
)  # fmt: skip
_MAPS: tuple[dict[str, Any], ...] = (
    {}, {"a": 1}, {"rmax": 2}, {"class_name": "Zeros", "config": {}}, {"class_name": "L2", "config": {"l2": 0.1}},
    {"class_name": "MaxNorm", "config": {}}, {"class_name": "relu", "config": {}}, {"Dense": 4}, {"LSTM": 4},
    {"LSTMCell": 4}, {"Conv2D": {"filters": 2, "kernel_size": 3}},
)  # fmt: skip
_FILLED = {"type": "string", "pattern": r"\$\{"}


def as_data() -> Schema:
    """The schema as plain values."""
    layers.plug_ins()
    kinds = {name: layers.found(name) for name in [*layers.names(), *layers.operations()]}
    values = _Values()
    definitions: Schema = {}
    for name in sorted({kind.kind for kind in kinds.values()}):
        definitions[f"layer.{name}"] = _parameters(kinds[name], values)
    for name in list(definitions):
        definitions[name.replace("layer.", "names.", 1)] = _names(definitions[name])
    definitions |= {f"value.{number}": schema for number, schema in enumerate(values.schemas)}
    definitions |= _language(kinds, values)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Model definition of shapecheck",
        "if": {"type": "array"},
        "then": _ref("layers"),
        "else": _ref("definition"),
        "definitions": definitions,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


# Values -----------------------------------------------------------------------------------------------------------


class _Values:
    """The schemas of the readers, each kept once."""

    def __init__(self) -> None:
        self.schemas: list[Schema] = []
        self._known: dict[int, tuple[Reader, int]] = {}

    def of(self, reader: Reader) -> Schema:
        """A reference to the schema of what a reader accepts."""
        if id(reader) not in self._known:
            schema = accepted(reader)
            if schema not in self.schemas:
                self.schemas.append(schema)
            self._known[id(reader)] = reader, self.schemas.index(schema)
        return _ref(f"value.{self._known[id(reader)][1]}")


def accepted(reader: Reader) -> Schema:
    """What a reader accepts, found by asking it about samples of each type; anything where it accepts no sample."""

    def takes(value: Any) -> bool:
        try:
            reader.read(value, "value", STRICT)
        except (Refusal, Refusals):
            return False
        return True

    kinds: list[Schema] = []
    ints = [value for value in _INTS if takes(value)]
    reals = [value for value in _REALS if takes(value)]
    if ints or reals:
        kinds.append(_numbers(ints, reals))
    if takes(True) or takes(False):
        kinds.append({"type": "boolean"})
    if takes(None):
        kinds.append({"type": "null"})
    texts = [text for text in _TEXTS if takes(text)]
    said = re.findall(r"`([^`]+)`", reader.expected)
    words = [word for word in dict.fromkeys([*said, *activations.NAMES]) if takes(word)]
    if texts and set(texts) - set(words):
        kinds.append({"type": "string"})
    elif words:
        folded = all(takes(word.upper()) for word in words)
        kinds.append({"type": "string", "pattern": _any_case(words)} if folded else {"enum": words})
    lists = [value for value in _LISTS if takes(value)]
    if lists:
        kinds.append(_list(lists))
    if any(map(takes, _MAPS)):
        kinds.append({"type": "object"})
    if not kinds:
        return {"description": reader.expected}
    return {"description": reader.expected, "anyOf": [*kinds, _FILLED]}


def _numbers(ints: list[int], reals: list[float]) -> Schema:
    schema: Schema = {"type": "number" if reals else "integer"}
    if -1 not in ints and -0.5 not in reals:
        schema["minimum"] = 0 if 0 in ints else 0 if reals else min(ints)
    if reals and 1.5 not in reals and 2 not in ints:
        schema["maximum"] = 1
    return schema


def _list(lists: list[list[Any]]) -> Schema:
    """A list, of one length where all that was accepted has it, among them a list of numbers."""
    length = len(lists[0])
    fixed = [1] * length in lists and all(len(value) == length for value in lists)
    return {"type": "array"} | ({"minItems": length, "maxItems": length} if fixed else {})


def _any_case(words: list[str]) -> str:
    several = ("".join(f"[{c}{c.upper()}]" if c.islower() else re.escape(c) for c in word) for word in words)
    return f"^({'|'.join(several)})$"


# Layers -----------------------------------------------------------------------------------------------------------


def _parameters(kind: type[Layer], values: _Values) -> Schema:
    """The map of a layer: its parameters, what all layers take, and what stands among them."""
    operation = kind.kind.startswith("ops.")
    properties: Schema = {p.name: values.of(p.reader) for p in kind.parameters.values()}
    others = {} if operation else {name: values.of(reader) for name, (reader, _) in COMMON.items()}
    others |= {} if operation else {name: {} for name in FIRST}
    others |= {other: properties[name] for other, name in kind.also.items() if name in properties}
    others |= {"name": _ref("name"), "inputs": _ref("inputs"), "call": {"type": "object"}}
    renamed = set(kind.also.values())
    required = sorted(p.name for p in kind.parameters.values() if p.required and p.name not in renamed)
    schema: Schema = {
        "description": (kind.__doc__ or kind.kind).strip().splitlines()[0],
        "type": "object",
        "properties": {**others, **properties},
        "additionalProperties": False,
    }
    return {**schema, "required": required} if required else schema


def _names(layer: Schema) -> Schema:
    """The same with the names of the parameters alone."""
    kept = {key: value for key, value in layer.items() if key != "properties" and key != "additionalProperties"}
    return {**kept, "propertyNames": {"enum": list(layer["properties"])}}


def _body(kind: type[Layer], values: _Values, strict: bool) -> Schema:
    """What stands behind the name of a layer: a map, nothing, or its first parameter."""
    first = next(iter(kind.parameters.values()), None)
    needs = any(p.required for p in kind.parameters.values())
    others: list[Any] = [] if needs else [{"type": "null"}]
    if first is not None:
        others.append(values.of(first.reader) if strict else {"not": {"type": ["object", "null"]}})
    body = _ref(f"{'layer' if strict else 'names'}.{kind.kind}")
    return {"if": {"type": "object"}, "then": body, "else": {"anyOf": others} if others else False}


# The language -----------------------------------------------------------------------------------------------------


def _language(kinds: Mapping[str, type[Layer]], values: _Values) -> Schema:
    """The definition around the layers."""
    text: Schema = {"type": "string"}
    size: Schema = {"type": "integer", "minimum": 1}
    names: Schema = {"anyOf": [text, {"type": "array", "items": text}]}
    entries = _list_of("own-entry")
    template = {"type": "object", "required": ["layers"], "additionalProperties": False}
    sizes = {"type": "array", "items": size, "minItems": 1}
    contract = {"min": size, "max": size, "multiple_of": size, "values": sizes}
    custom = {"params": {}, "rule": text, "weights": {"type": "object"}}
    properties = {
        "name": {**text, "description": "The name of the model."},
        "params": {"type": "object", "description": "Values used as a bare name or inside ${...}."},
        "dims": {
            "description": "What is promised of the named sizes.",
            "type": "object",
            "additionalProperties": {
                "anyOf": [
                    size, _FILLED,
                    {"type": "object", "minProperties": 1, "properties": contract, "additionalProperties": False},
                ]
            },
        },
        "blocks": _named("Templates, expanded where they are used.", entries, {
            **template, "properties": {"params": {}, "inputs": names, "layers": entries, "outputs": names},
        }),
        "models": _named("Models, called where they are used, with one set of weights.", entries, {
            **template, "properties": {"name": text, "inputs": names, "layers": entries, "outputs": _ref("inputs")},
        }),
        "custom": _named("Layers described by a rule on their shapes.", text, {
            "type": "object", "required": ["rule"], "properties": custom, "additionalProperties": False,
        }),
        "inputs": {**names, "description": "The names of the Input layers, in order."},
        "layers": True,
        "outputs": {**_ref("inputs"), "description": "What the model gives; the last layer where nothing is named."},
        "assert": {**names, "description": "Equalities of shapes and sizes, such as `output == image`."},
        "keras": {"enum": [2, 3], "description": "The generation of Keras; strict where nothing is said."},
        "data_format": {"enum": ["channels_last", "channels_first"]},
    }  # fmt: skip
    own_words = {"anyOf": [{"required": [key]} for key in _OWN_WORDS]}
    older = {"required": ["keras"], "properties": {"keras": {"const": 2}}}
    return {
        "definition": {
            "type": "object",
            "required": ["layers"],
            "properties": properties,
            "patternProperties": {"^x-": True},
            "additionalProperties": False,
            "if": older,
            "then": {"properties": {"layers": {"type": "array", "minItems": 1}}},
            "else": {
                "if": own_words,
                "then": {"properties": {"layers": entries}},
                "else": {"properties": {"layers": _ref("layers")}},
            },
        },
        "name": {"description": "The name of the layer.", "type": "string", "minLength": 1, "maxLength": 200},
        "inputs": {
            "description": "What it reads: `x`, `x[1]` for its second output, a list, or a map by call argument.",
            "type": ["string", "array", "object"],
        },
        "layers": _list_of("entry"),
        "entry": _entry(kinds, values, True),
        "own-entry": _entry(kinds, values, False),
    }  # fmt: skip


def _list_of(name: str) -> Schema:
    return {"type": "array", "minItems": 1, "items": _ref(name)}


def _named(description: str, short: Schema, long: Schema) -> Schema:
    """A map of names to one of two forms."""
    body = {"if": {"type": "object"}, "then": long, "else": short}
    return {"description": description, "type": "object", "additionalProperties": body}


def _entry(kinds: Mapping[str, type[Layer]], values: _Values, strict: bool) -> Schema:
    """One layer: a bare word, a map of one key, or the two forms of Keras."""
    repeat = {
        "type": "object",
        "required": ["layers"],
        "properties": {"times": {}, "vars": {"type": "object"}, "layers": _list_of("own-entry")},
        "additionalProperties": False,
    }
    again = {"layer": {"type": "string"}, "inputs": _ref("inputs"), "name": _ref("name"), "call": {"type": "object"}}
    bodies = {name: _body(kind, values, strict) for name, kind in kinds.items()}
    bodies |= {
        "repeat": repeat,
        "call": {
            "if": {"type": "object"},
            "then": {"type": "object", "required": ["layer"], "properties": again, "additionalProperties": False},
            "else": {"type": "string"},
        },
    }
    alone = [name for name, kind in kinds.items() if not any(p.required for p in kind.parameters.values())]
    return {
        "if": {"type": "object"},
        "then": {
            "if": {"anyOf": [{"required": ["class_name"]}, {"required": ["type"]}]},
            "then": {"properties": {"class_name": {"type": "string"}, "type": {"type": "string"}}},
            "else": {
                "minProperties": 1,
                "maxProperties": 1,
                "properties": bodies,
                **({"additionalProperties": False} if strict else {}),
            },
        },
        "else": {"enum": alone} if strict else {"type": "string", "minLength": 1},
    }

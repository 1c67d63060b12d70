"""A definition as plain values again: what was read, written as briefly as the spec language allows.

Blocks, repetitions and parameters are written out; names and order are kept. What has its default is left out, and a
value is replaced by a shorter one only where both are read as the same thing, so that reading it gives the same model.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from shapecheck import dims, dtypes, layers, legacy, params
from shapecheck.contract import Layer, Parameter
from shapecheck.diagnostic import Refusal
from shapecheck.making import COMMON
from shapecheck.modes import STRICT, Semantics
from shapecheck.named import Named
from shapecheck.naming import snake
from shapecheck.words import shown


class ModelName(Layer):
    """A model that stands for a layer inside another, by its name under `models:`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.kind = "model"  # type: ignore[misc]
        self.given = {}


def settings(
    kind: str, config: Mapping[str, Any], keras: Semantics, data_format: str | None = None
) -> dict[str, Any]:
    """The configuration of a layer without what is taken for granted, under the names of today.

    Values are those of YAML and JSON: texts, numbers, truth values, None, lists and maps. `data_format` is the default
    of the whole definition. Refuses (SC160) a value that no file can hold, such as a function of Python.
    """
    cls = layers.seek(kind)
    if cls is None:
        return {name: value_of(item, name) for name, item in config.items() if name != "name"}
    if cls.kind == "InputLayer":
        config = _input(cls, config)
    if keras.legacy_names:
        config = legacy.arguments(cls.kind, config)[0]
    given = {cls.also.get(name, name): value for name, value in config.items()}
    made: dict[str, Any] = {}
    for name in (*cls.parameters, *(name for name in given if name not in cls.parameters)):
        if name in given and cls.kind == "Lambda" and (reference := _reference(given[name])):
            made[name] = reference
        elif name in given and name != "name":
            _settle(cls, name, given[name], keras, made)
    if data_format is not None and given.get("data_format") is not None:
        made["data_format"] = value_of(given["data_format"], "data_format")
    return made


def _reference(value: Any) -> str:
    """A function as `module:function`, where that module holds it under this name; else an empty text."""
    module, name = getattr(value, "__module__", None), getattr(value, "__name__", None)
    known = sys.modules.get(module) if isinstance(module, str) and module != "__main__" else None
    found = callable(value) and known is not None and getattr(known, str(name), None) is value
    return f"{module}:{name}" if found else ""


def _input(cls: type[Layer], config: Mapping[str, Any]) -> dict[str, Any]:
    """An Input by its `shape` where nothing is said of the batch."""
    known = {cls.also.get(name, name): value for name, value in config.items()}
    whole = known.get("batch_shape")
    if isinstance(whole, (list, tuple)) and whole and whole[0] is None and known.get("shape") is None:
        del known["batch_shape"]
        known = {"shape": list(whole[1:]), **known}
    return known


def _settle(cls: type[Layer], name: str, value: Any, keras: Semantics, made: dict[str, Any]) -> None:
    """Put a parameter into `made`, unless it has its default or says nothing."""
    parameter = cls.parameters.get(name)
    if parameter is None:
        if name == "dtype":
            policy = dtypes.policy(value)
            if policy.name != "float32":
                made[name] = policy.name
        elif name in COMMON:
            read = COMMON[name][0].read(value, name, keras)
            if not same(read, COMMON[name][1]):
                made[name] = _short(value, read, COMMON[name][0], name, keras)
        elif name != "weights":
            made[name] = value_of(value, name)
        return
    reader = parameter.reader
    read = reader.read(value, name, keras)
    if not parameter.required:
        older = cls.older if keras.generation == 2 else {}
        default = older.get(name, parameter.default)
        if value is None and default is None:
            return
        plain = default is None and not name.endswith("activation")
        if name == "data_format":
            default = None  # the setting of the machine, which is nothing to rely on unless it is the usual one
            plain = False
        if same(read, None if plain else reader.read(default, name, keras)) and read != "channels_first":
            return
    made[name] = _short(value, read, reader, name, keras)


def default_of(parameter: Parameter) -> Any:
    """The default of a parameter, as it would be written; None for one that has to be given."""
    if parameter.required or parameter.default is None:
        return None
    read = parameter.reader.read(parameter.default, parameter.name, STRICT)
    return _short(parameter.default, read, parameter.reader, parameter.name, STRICT)


def same(a: Any, b: Any) -> bool:
    """Whether two values that were read are the same thing, and of the same type all through."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(item, b[key]) for key, item in a.items())
    try:
        return bool(a == b)
    except Exception:  # what cannot be compared, such as an array, is not known to be the same
        return False


# Values ------------------------------------------------------------------------------------------------------------


def _short(value: Any, read: Any, reader: params.Reader, name: str, keras: Semantics) -> Any:
    """The shortest way to write a value so that `reader` gives `read`."""
    if isinstance(read, Layer) or (isinstance(read, tuple) and any(isinstance(item, Layer) for item in read)):
        return _inner(read, keras)
    plain = value_of(read.value if isinstance(read, Named) and not isinstance(value, str) else value, name)
    for shorter in () if isinstance(plain, str) and plain is value else _candidates(plain, read):
        try:
            if same(reader.read(shorter, name, keras), read):
                return shorter
        except Exception:  # a shorter form that this parameter does not take
            continue
    return plain


def _candidates(plain: Any, read: Any) -> Iterable[Any]:
    """Shorter forms of a value, the shortest first; whether they mean the same is for the caller to try."""
    if isinstance(read, Named) and read.form is not None:
        defaults = {key: setting.default for key, setting in read.form.settings.items()}
        own = {key: item for key, item in read.config.items() if not same(item, defaults[key])}
        names = (snake(read.name), read.name)
        if not own:
            return names
        body = next(iter(own.values())) if [*own] == [next(iter(defaults))] else own
        return ({read.name: value_of(body, "")},)
    if isinstance(plain, dict) and type(read) in (int, float, bool, str):
        return (read,)  # a saved seed or a saved tensor
    found = []
    while isinstance(plain, list) and plain and all(same(item, plain[0]) for item in plain):
        plain = plain[0]
        found.append(plain)
    return [*reversed(found)]


def _inner(read: Any, keras: Semantics) -> Any:
    """A layer inside a layer, or several of them, as an entry."""
    if isinstance(read, tuple):
        return [_inner(item, keras) for item in read]
    if isinstance(read, ModelName):
        return read.name
    config = settings(read.kind, read.given, keras)
    if read.name is not None:
        config["name"] = read.name
    return entry(read.kind, config)


def entry(kind: str, config: Mapping[str, Any]) -> Any:
    """A layer as an entry: a bare word, `{Dense: 10}` where the first parameter is all there is, or with a map."""
    if not config:
        return kind
    cls = layers.seek(kind)
    first = next(iter(cls.parameters), None) if cls is not None else None
    if first is not None and [*config] == [first] and kind not in ("InputLayer", "Input"):
        value = config[first]
        if value is not None and not isinstance(value, dict):
            return {kind: value}
    return {kind: dict(config)}


def value_of(value: Any, name: str) -> Any:
    """A value as YAML and JSON have it. Refuses (SC160) what they have not."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, dims.Expr):
        return dims.text(value)
    if isinstance(value, (list, tuple)):
        return [value_of(item, name) for item in value]
    if isinstance(value, Mapping):
        return {str(key): value_of(item, name) for key, item in value.items()}
    if isinstance(value, Named):
        return value_of(value.value, name)
    inner = getattr(value, "_layer", value)
    if isinstance(inner, Layer):
        return entry(inner.kind, {key: value_of(item, key) for key, item in inner.given.items()})
    if hasattr(value, "free_symbols"):
        return dims.text(dims.as_dim(value))
    if hasattr(value, "tolist") and not isinstance(value, type):
        return value_of(value.tolist(), name)
    dtype = dtypes.named(value)
    if dtype is not None:
        return dtype
    raise Refusal("SC160", name, given=shown(value))

"""Values, layers and the arguments of calls as Keras 3 saves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from shapecheck import dims, layers
from shapecheck.contract import Layer, input_names, takes_list
from shapecheck.conversion import keras3_ops
from shapecheck.conversion import plain as plain_values
from shapecheck.diagnostic import Refusal
from shapecheck.inference import Inference
from shapecheck.making import make
from shapecheck.model_layer import ModelLayer
from shapecheck.named import Named
from shapecheck.spec import LayerSpec


class Into(Protocol):
    """Whoever writes the model: what was inferred of it, and where to tell what is lost."""

    found: Inference
    functions: dict[str, str]

    def lose(self, what: str, name: str) -> None: ...

    def inside(self, made: ModelLayer) -> dict[str, Any]: ...


GONE = ("LocallyConnected1D", "LocallyConnected2D", "CuDNNGRU", "CuDNNLSTM", "Highway", "MaxoutDense",
        "ParametricSoftplus", "SReLU")  # fmt: skip
"""Layers of older Kerases that Keras 3 does not have."""

_NOT_TAKEN = {
    "TextVectorization": ("num_oov_indices", "mask_token", "oov_token", "invert", "oov_method", "salt"),
}
"""Parameters that Keras does not take, as it has one value for them."""

_LISTED = ("Attention", "AdditiveAttention")
"""Layers whose inputs Keras takes as one list, though each of them has a name here."""

_MODULES = {"activation": "keras.layers", "regularizer": "keras.regularizers", "constraint": "keras.constraints",
            "initializer": "keras.initializers"}  # fmt: skip
_PENALTIES = {"l1": ("L1", {"l": "l1"}), "l2": ("L2", {"l": "l2"}), "l1_l2": ("L1L2", {})}
"""The regularizers of Keras 2 -> their classes in Keras 3, and the names of their factors."""


def saved(module: str, kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """One of Keras's own objects, as Keras 3 saves it."""
    return {"module": module, "class_name": kind, "config": dict(config), "registered_name": None}


def policy(name: str) -> dict[str, Any]:
    return saved("keras", "DTypePolicy", {"name": name})


def shape(sizes: Any) -> list[int | None] | None:
    """A shape with a null for every size that is no number."""
    return None if sizes is None else [size if type(size) is int else None for size in sizes]


class Tensor:
    """An output of a call: of which layer, of which of its calls, and what is known of it."""

    __slots__ = ("call", "dtype", "layer", "output", "shape")

    def __init__(self, layer: str, call: int, output: int, shape: Any, dtype: str) -> None:
        self.layer = layer
        self.call = call
        self.output = output
        self.shape = shape
        self.dtype = dtype

    @property
    def history(self) -> list[Any]:
        return [self.layer, self.call, self.output]

    def as_json(self) -> dict[str, Any]:
        known = shape(self.shape) or []  # Keras works it out again, and takes no null for it
        config = {"shape": known, "dtype": self.dtype, "keras_history": self.history}
        return {"class_name": "__keras_tensor__", "config": config}


def plain(value: Any) -> Any:
    return plain_values.value_of(value, "call")


# Layers --------------------------------------------------------------------------------------------------------------


def layer(item: LayerSpec, made: Layer | None, name: str, gives: Any, into: Into) -> dict[str, Any]:
    """A layer as Keras saves it; `gives` is the shape of its only output. Refuses (SC160, SC161) what it cannot save.
    """
    kind, config = item.kind, item.config
    if kind == "Lambda" and gives:
        config, made = {**config, "output_shape": shape(gives[1:])}, None
    if kind.startswith(keras3_ops.PREFIX):
        return keras3_ops.operation(kind, config, name, into.found.semantics)
    cls = layers.seek(kind)
    if cls is None or kind in into.found.graph.spec.kinds or cls.kind in GONE:
        return _saved(item, name, into) or _custom(kind, config, name, into)
    if made is None:
        made, refused = make(cls, config, into.found.semantics, into.found.graph.spec.data_format)
        if refused and made.kind == "InputLayer":  # of a model that is called, where the call says what comes in
            return saved("keras.layers", "InputLayer", {"batch_shape": shape(gives), "name": name})
    return _layer(made, name, into)


def _layer(made: Layer, name: str | None, into: Into) -> dict[str, Any]:
    """A layer from what was read of its configuration."""
    if made.kind == "InputLayer":
        return saved("keras.layers", "InputLayer", _input(made, name, into))
    keras = into.found.semantics
    kind = type(made)
    given = dict(made.given)
    if keras.generation == 2:
        given = {**kind.older, **given}
    config: dict[str, Any] = {} if name is None else {"name": name}
    for parameter in kind.parameters.values():
        if parameter.name in _NOT_TAKEN.get(made.kind, ()):
            continue
        value, written = made.__dict__.get(parameter.attribute), given.get(parameter.name, parameter.default)
        if written is None and parameter.name != "data_format":
            config[parameter.name] = None
        else:
            config[parameter.name] = _value(value, written, parameter.name, made, name, into)
    if not made.trainable:
        config["trainable"] = False
    if made.policy.name != "float32":
        config["dtype"] = policy(made.policy.name)
    if not made.autocast:
        config["autocast"] = False
    if made.activity_regularizer is not None:
        param = "activity_regularizer"
        config[param] = _value(made.activity_regularizer, None, param, made, name, into)
    if made.kind == "ThresholdedReLU":
        threshold = config.pop("theta")
        return saved("keras.layers", "ReLU", {**config, "threshold": threshold})
    return saved("keras.layers", made.kind, config)


def _input(made: Any, name: str | None, into: Into) -> dict[str, Any]:
    symbols = into.found.symbols
    sizes = [dims.substitute(size, symbols) if isinstance(size, dims.Expr) else size for size in made.shape()]
    return {"batch_shape": shape(sizes), "dtype": made.policy.compute, "sparse": made.sparse, "ragged": made.ragged,
            "name": name}  # fmt: skip


def _saved(item: LayerSpec, name: str, into: Into) -> dict[str, Any] | None:
    """A layer of unknown code as the file has it; None where it comes from no file."""
    entry: Any = None if item.place is None else item.place.document.root
    for step in item.place.path[:-1] if item.place is not None else ():
        entry = entry[step]
    if not (isinstance(entry, dict) and isinstance(entry.get("config"), dict) and "class_name" in entry):
        return None
    if ">" not in item.kind and "module" not in entry:
        return None
    config, kept = {**entry["config"], "name": name}, ("module", "class_name", "registered_name")
    if entry["class_name"] != "Lambda":
        into.lose("layers that are not Keras's have to be given as `custom_objects`: {}", f"`{name}`")
    elif isinstance(config.get("function"), dict):
        into.lose("layers with code in them are loaded with `safe_mode=False` only: {}", f"`{name}`")
    else:  # code of an older Python, which Keras 3 cannot read
        word = f"{name}_function"
        into.lose("functions that are code of an older Keras have to be given as `custom_objects`: {}", f"`{word}`")
        function = {"module": None, "class_name": "function", "config": word, "registered_name": word}
        gives = item.config.get("gives", {}).get(0)
        config = {"name": name, "function": function, "output_shape": None if gives is None else list(gives[1:])}
        return saved("keras.layers", "Lambda", config)
    build = {"build_config": entry["build_config"]} if "build_config" in entry else {}  # it has to be built by its own
    return {**{key: entry.get(key) for key in kept}, "config": config, **build}


def _custom(kind: str, config: Mapping[str, Any], name: str, into: Into) -> dict[str, Any]:
    """A layer that is not Keras's: its class has to be given to Keras when the model is loaded."""
    word = kind.rpartition(">")[2]
    into.lose("layers that are not Keras's have to be given as `custom_objects`: {}", f"`{word}`")
    made = {key: plain_values.value_of(value, key) for key, value in config.items() if key != "name"}
    return {"module": None, "class_name": word, "config": {"name": name, **made}, "registered_name": word}


def _value(value: Any, written: Any, name: str, made: Layer, called: str | None, into: Into) -> Any:
    """A parameter as Keras saves it, from what was read of it and from what was `written`."""
    if isinstance(value, Named):
        return _named(value, name, into)
    if isinstance(value, ModelLayer):
        return into.inside(value)
    if isinstance(value, Layer):
        return _layer(value, value.name, into)
    if isinstance(value, dims.Expr):
        size = dims.substitute(value, into.found.symbols)
        if type(size) is int:
            return size
        raise Refusal("SC161", name, given=dims.text(value))
    if made.kind == "Reshape" and name == "target_shape":
        return _target(value, into)
    if isinstance(value, tuple) and any(isinstance(item, (Layer, dims.Expr)) for item in value):
        return [_value(item, item, name, made, called, into) for item in value]
    if hasattr(value, "parameters") and hasattr(value, "text"):
        return _function(value, name, called or made.kind, into)
    scalar = value is None or isinstance(value, (bool, int, float, str))
    if isinstance(value, tuple) and isinstance(written, (list, tuple)) and any(isinstance(n, float) for n in written):
        written = value  # sizes that an older Keras took as 2.0
    return plain_values.value_of(value if scalar or written is None else written, name)


def _target(sizes: Any, into: Into) -> list[int]:
    """A target shape, in which one size that is no number is -1."""
    known = [dims.substitute(size, into.found.symbols) if isinstance(size, dims.Expr) else size for size in sizes]
    open_ = [size for size in known if type(size) is not int]
    if len(open_) > 1 or (open_ and -1 in known):
        raise Refusal("SC161", "target_shape", given=", ".join("None" if s is None else dims.text(s) for s in open_))
    return [size if type(size) is int else -1 for size in known]


def _function(value: Any, name: str, called: str, into: Into) -> dict[str, Any]:
    """A restricted expression: Keras would save code, so it is named, and has to be given when the model is loaded."""
    word = f"{called}_{name}"
    into.functions[word] = value.text
    return {"module": None, "class_name": "function", "config": word, "registered_name": word}


def _named(value: Named, name: str, into: Into) -> Any:
    """An activation, an initializer, a regularizer or a constraint."""
    if value.form is None:
        raise Refusal("SC160", name, given="a function")
    sort = next((sort for sort in _MODULES if name.endswith(sort)), "activation")
    if sort == "activation":
        if into.found.semantics.generation == 2 and value.name == "hard_sigmoid":
            into.lose("Keras 3 has another formula for the activation {}", "`hard_sigmoid`")
        return value.name if isinstance(value.value, str) else saved("keras.layers", value.name, value.config)
    if into.found.semantics.generation == 2 and value.name in _PENALTIES:
        kind, renamed = _PENALTIES[value.name]
        return saved(_MODULES[sort], kind, {renamed.get(key, key): item for key, item in value.config.items()})
    if isinstance(value.value, str):
        return value.name
    return saved(_MODULES[sort], value.name, value.config)


# Calls ---------------------------------------------------------------------------------------------------------------


def arguments(cls: type[Layer] | None, given: Sequence[Any], listed: bool) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a call on tensors in a row: one list for a layer that takes one, else each by its place."""
    if cls is None or takes_list(cls) or cls.takes_one_or_list or cls.kind in _LISTED:
        whole = listed or len(given) > 1
        return ([list(given)] if whole else [*given]), {}
    names, _, star = input_names(cls)
    rest = list(given[len(names) :])
    return list(given[: len(names)]), {star: rest} if star and rest else {}


def arguments_by_role(
    cls: type[Layer] | None, roles: Mapping[str, list[Any]], inputs: Sequence[str]
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a call on tensors by the names of its arguments, or of the inputs of a model."""
    if cls is None:
        several = [tensor for name in inputs for tensor in roles.get(name, ())]
        return ([several] if len(inputs) > 1 else several), {}
    names, _, star = input_names(cls)
    if cls.kind in _LISTED:
        order = [name for name in ("query", "value", "key") if name in roles]
        return [[tensor for name in order for tensor in roles[name]]], {}
    args: list[Any] = []
    rest = dict(roles)
    for name in names:
        if name not in rest:
            break
        args.extend(rest.pop(name))
    given = {name: item for name, item in rest.items() if item}
    return args, {name: list(item) if name == star or len(item) > 1 else item[0] for name, item in given.items()}

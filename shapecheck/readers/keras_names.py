"""The configuration of a layer as some Keras wrote it, in the names of today, and without what says nothing any more.

Whether a file may carry a key is up to the Keras that wrote it. Keys that versions wrote and today's layers do not
have are passed over where they say nothing; a key of an older file that no table knows is a warning, as that Keras
read it; in a file of Keras 3 it is an error, as it is for Keras 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shapecheck.contract import Layer
from shapecheck.diagnostic import Refusal
from shapecheck.making import COMMON
from shapecheck.readers.keras_dialect import PACKAGES, Dialect

ALSO = {
    "BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization",
    "UnifiedLSTM": "LSTM", "LSTMV2": "LSTM", "UnifiedGRU": "GRU", "GRUV2": "GRU", "LSTMV1": "LSTM", "GRUV1": "GRU",
    "GroupedQueryAttention": "GroupQueryAttention",
}  # fmt: skip
"""Names that TensorFlow's Keras wrote for a while, and one that Keras 3 writes into HDF5."""

_KERNEL = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
_ONCE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "RNN", "StackedRNNCells"), ("time_major", "input_spec")),
    **dict.fromkeys(("SimpleRNN", "SimpleRNNCell", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), ("implementation",)),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), ("groups", *_KERNEL)),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), ("groups", *_KERNEL)),
    **{f"Conv{rank}DTranspose": ("groups",) for rank in (1, 2, 3)},
    **{f"SpatialDropout{rank}D": ("noise_shape",) for rank in (1, 2, 3)},
    "BatchNormalization": ("fused", "virtual_batch_size", "adjustment", "renorm_clipping", "renorm_momentum"),
    "RandomRotation": ("value_range",), "RandomZoom": ("value_range",), "RandomTranslation": ("value_range",),
    "RandomFlip": ("value_range", "data_format"), "RandomHeight": ("value_range",),
    "MultiHeadAttention": ("query_shape", "key_shape", "value_shape", "softmax_robust_masking"),
    "Embedding": ("dropout", "sparse"), "Softmax": ("name",), "Masking": ("name",), "Attention": ("causal",),
    "AdditiveAttention": ("causal",), "TextVectorization": ("has_input_vocabulary",),
}  # fmt: skip
"""Keys that some version wrote, and that say nothing about shapes, weights or numbers in inference."""

_NO_CHANGE: tuple[Any, ...] = (None, False, 0, "", {}, [])


def today(dialect: Dialect, kind: str, config: Mapping[str, Any]) -> tuple[str, dict[str, Any], Mapping[str, str]]:
    """The kind, the configuration, and under which name each argument was written that has another one today."""
    dropped = _BESIDE if kind == "Embedding" else _BESIDE_PARAMETERS
    made = {name: value for name, value in config.items() if name not in dropped}
    kind = ALSO.get(kind, kind)
    if dialect.keras3:
        return kind, made, {}
    from shapecheck import legacy

    kind, renewed, written = legacy.today(kind, made)
    made = {name: plain(value) if isinstance(value, dict) else value for name, value in renewed.items()}
    for name, value in made.items():
        if isinstance(value, dict) and name.rpartition("_")[2] in _SORTS:
            made[name] = _without_nulls(value)
    dtype = made.get("dtype")
    if isinstance(dtype, dict) and str((dtype.get("config") or {}).get("name")).lstrip("_").startswith("infer"):
        del made["dtype"]
    if kind == "BatchNormalization" and isinstance(made.get("axis"), list) and len(made["axis"]) == 1:
        made["axis"] = made["axis"][0]
    if kind in ("GRU", "GRUCell") and "recurrent_activation" in made:  # a Keras that had the argument wrote it always
        made.setdefault("reset_after", False)
    return kind, made, written


_BESIDE = frozenset(("name", "batch_input_shape", "input_dtype"))
_BESIDE_PARAMETERS = _BESIDE | {"input_dim", "input_length", "input_shape"}


def _without_nulls(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """An initializer, or the like, without the settings that are null, and so have their defaults."""
    config = value.get("config")
    if not isinstance(config, dict) or None not in config.values():
        return value
    return {**value, "config": {name: setting for name, setting in config.items() if setting is not None}}


def quantized(config: dict[str, Any]) -> str | None:
    """The mode of a layer that was quantized; its policy then is the one that it had before."""
    dtype = config.get("dtype")
    policy = dtype.get("config") if isinstance(dtype, dict) else None
    if not isinstance(policy, dict) or not isinstance(policy.get("mode"), str):
        return None
    config["dtype"] = policy.get("source_name")
    config.pop("quantization_mode", None)
    return str(policy["mode"])


def plain(value: Any) -> Any:
    """A value without what TensorFlow and NumPy wrap around it."""
    if isinstance(value, dict):
        if value.get("class_name") in ("__tuple__", "TensorShape") and isinstance(value.get("items"), list):
            return value["items"]
        if value.get("type") == "ndarray" and "value" in value:
            return value["value"]
    return value


_known: set[tuple[str, ...]] = set()
"""Kinds with the names of a configuration, all of which the layer has."""


def unread(dialect: Dialect, cls: type[Layer], config: dict[str, Any]) -> list[str]:
    """Drop the keys that no layer of today reads; those of which that cannot be said to change nothing."""
    names = (cls.kind, *config)
    if names in _known:
        return []
    strange = [name for name in config if name not in cls.parameters and name not in COMMON and name not in cls.also]
    if not strange:
        _known.add(names)
        return []
    once = _ONCE.get(cls.kind, ())
    left = []
    for name in strange:
        if name in once:
            del config[name]
        elif not dialect.keras3 and config.pop(name) not in _NO_CHANGE:
            left.append(name)
    return left


# Functions and classes that a file names -----------------------------------------------------------------------------

_SORTS = ("activation", "initializer", "regularizer", "constraint")


class Absent:
    """An activation that a file names and does not hold: it is taken to keep the shape, and has no numbers."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, x: Any) -> Any:
        from shapecheck.tracing import TracedArray, Untraceable

        if isinstance(x, TracedArray):
            return x
        raise Untraceable(f"the file names the activation `{self.__name__}`, and does not hold it")


def settled(dialect: Dialect, config: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Put what stands for them in the place of functions and classes that are somebody's own.

    Gives (parameter, its sort, the name of the function or class) for each.
    """
    for param, value in config.items():
        if value is None or not (isinstance(value, dict) or (isinstance(value, str) and not dialect.keras3)):
            continue
        sort = param.rpartition("_")[2]
        if sort not in _SORTS or (isinstance(value, dict) and _is_keras(value)):
            continue
        known = _get(sort, value, dialect.generation)
        if known is None and (not dialect.keras3 or isinstance(value, dict)):
            known = _get(sort, value, 3)
            if known is not None:
                config[param] = known
                continue
            name = _name(value)
            config[param] = Absent(name) if sort == "activation" else _DEFAULT.get(sort)
            yield param, sort, name


_DEFAULT = {"initializer": "glorot_uniform"}
_BUILTIN = frozenset(f"keras.{sort}s" for sort in _SORTS)


def _is_keras(value: Mapping[str, Any]) -> bool:
    """Whether a map names a class by a module of Keras; whether that has it is judged by whoever reads the value."""
    module = value.get("module")
    if not isinstance(module, str):
        return False
    return module in _BUILTIN or (value.get("class_name") != "function" and module.partition(".")[0] in PACKAGES)


def _get(sort: str, value: Any, generation: int) -> Any:
    """What Keras knows by a name or a map; None where it knows nothing."""
    from shapecheck import activations, constraints, initializers, regularizers

    get: Any = {"activation": activations, "initializer": initializers, "regularizer": regularizers,
                "constraint": constraints}[sort].get  # fmt: skip
    try:
        return get(value, generation)
    except Refusal as refusal:
        return None if refusal.code in ("SC121", "SC122", "SC123", "SC124") else value


def _name(value: Any) -> str:
    if isinstance(value, dict):
        config = value.get("config")
        if value.get("class_name") == "function" and isinstance(config, str):
            return config
        value = value.get("registered_name") or value.get("class_name")
    return str(value)[:80]

"""What Keras 1 and 2 wrote otherwise: the one table of their names, and a layer of theirs as today's Keras writes it.

Source: Keras 2.2.4, which reads the arguments of Keras 1 with a warning; what it no longer reads (`Merge`,
`TimeDistributedDense`) is what Keras 1.2.2 documents. `keras: 2` reads all of it; whoever reads a file of these
generations, or converts it, asks `today`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

# Names --------------------------------------------------------------------------------------------------------------

_FORMAT = {"dim_ordering": "data_format"}
_WINDOW = {**_FORMAT, "border_mode": "padding"}
_BIAS = {"bias": "use_bias", "b_regularizer": "bias_regularizer", "b_constraint": "bias_constraint"}
_MATRIX = {
    **_BIAS, "init": "kernel_initializer", "W_regularizer": "kernel_regularizer", "W_constraint": "kernel_constraint",
}  # fmt: skip
_KERNEL = {**_WINDOW, "nb_filter": "filters", "subsample": "strides"}
_CONV = {
    **_MATRIX, **_KERNEL, "filter_length": "kernel_size", "subsample_length": "strides",
}  # fmt: skip
_STEPS = {
    **_MATRIX, "inner_init": "recurrent_initializer",
    "U_regularizer": "recurrent_regularizer", "dropout_W": "dropout", "dropout_U": "recurrent_dropout",
}  # fmt: skip
_GATES = {**_STEPS, "inner_activation": "recurrent_activation"}
_RECURRENT = {**_GATES, "output_dim": "units", "consume_less": "implementation"}
_POOL = {**_WINDOW, "pool_length": "pool_size", "stride": "strides"}
_RATE = {"p": "rate"}

RENAMED: Mapping[str, Mapping[str, str]] = {
    "Dense": {**_MATRIX, "output_dim": "units"},
    "Embedding": {
        "init": "embeddings_initializer", "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    },
    **{f"Conv{rank}D": {**_CONV, "atrous_rate": "dilation_rate"} for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _CONV for rank in (1, 2, 3)},
    **{f"LocallyConnected{rank}D": _CONV for rank in (1, 2)},
    **{f"SeparableConv{rank}D": {
        **_KERNEL, **_BIAS, "init": "depthwise_initializer", "filter_length": "kernel_size",
        "subsample_length": "strides",
    } for rank in (1, 2)},
    "ConvLSTM2D": {**_GATES, **_KERNEL},
    "SimpleRNN": {**_STEPS, "output_dim": "units"},
    "LSTM": _RECURRENT,
    "GRU": _RECURRENT,
    **{f"{what}Pooling{rank}D": _POOL for what in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"Global{what}Pooling{rank}D": _FORMAT for what in ("Max", "Average") for rank in (2, 3)},
    **{f"{what}{rank}D": _FORMAT for what in ("ZeroPadding", "Cropping", "UpSampling", "SpatialDropout")
       for rank in (2, 3)},
    "UpSampling1D": {"length": "size"},
    "BatchNormalization": {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"},
    "PReLU": {"init": "alpha_initializer"},
    "Dropout": _RATE,
    "SpatialDropout1D": _RATE,
    "AlphaDropout": _RATE,
    "GaussianDropout": _RATE,
    "GaussianNoise": {"sigma": "stddev"},
    "Reshape": {"dims": "target_shape"},
}  # fmt: skip
for _rank in (2, 3):
    RENAMED[f"SpatialDropout{_rank}D"] = {**_FORMAT, **_RATE}  # type: ignore[index]

_LENGTHS = ("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3")
"""Arguments of which several are one `kernel_size` today."""

FORGOTTEN: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("LSTM", "GRU"), ("time_major",)),
    "SimpleRNN": ("time_major", "implementation", "consume_less"),
    "ConvLSTM2D": ("implementation", "consume_less"),
    "Conv2DTranspose": ("output_shape",),
    "Embedding": ("dropout",),
    **dict.fromkeys(("StringLookup", "IntegerLookup"), ("has_input_vocabulary",)),
}
"""Arguments that say nothing about shapes or numbers any more."""

_SEQUENCES = frozenset((
    "SimpleRNN", "LSTM", "GRU", "Conv1D", "LocallyConnected1D", "Dense", "ConvLSTM2D",
))  # fmt: skip
"""Kinds that Keras 1 gave `input_length` beside `input_dim`."""

# Kinds --------------------------------------------------------------------------------------------------------------

KINDS: Mapping[str, str] = {
    "AtrousConv1D": "Conv1D", "AtrousConvolution1D": "Conv1D",
    "AtrousConv2D": "Conv2D", "AtrousConvolution2D": "Conv2D",
    "Deconv2D": "Conv2DTranspose", "Deconvolution2D": "Conv2DTranspose",
    "Deconv3D": "Conv3DTranspose", "Deconvolution3D": "Conv3DTranspose",
    "TimeDistributedDense": "Dense",
    **{f"Convolution{rank}D": f"Conv{rank}D" for rank in (1, 2, 3)},
    **{f"SeparableConvolution{rank}D": f"SeparableConv{rank}D" for rank in (1, 2)},
}  # fmt: skip
"""Kinds that are another kind today, under the arguments of which they are read."""

MERGES: Mapping[str, str] = {
    "sum": "Add", "mul": "Multiply", "ave": "Average", "max": "Maximum", "concat": "Concatenate", "dot": "Dot",
    "cos": "Dot",
}  # fmt: skip
"""The `mode` of a Merge of Keras 1 -> the layer that does it today."""


class Today(NamedTuple):
    """A layer as today's Keras writes it; `written` tells of an argument under which name it was written."""

    kind: str
    config: Mapping[str, Any]
    written: Mapping[str, str]


_AS_IT_IS: Mapping[str, str] = {}


def today(kind: str, config: Mapping[str, Any]) -> Today:
    """A layer of Keras 1 or 2 in the names of today; one that has none of theirs comes back as it is."""
    if kind == "Merge" and isinstance(mode := config.get("mode", "sum"), str):
        return _merge(mode, config)
    made = KINDS.get(kind, kind)
    sequence = made in _SEQUENCES and "input_length" in config
    renewed, written = arguments(made, _sequence(config) if sequence else config)
    return Today(made, renewed, {**written, "input_shape": "input_dim"} if sequence else written)


def _merge(mode: str, config: Mapping[str, Any]) -> Today:
    kept = {name: config[name] for name in ("name", "trainable", "dtype", "inputs") if name in config}
    if mode not in MERGES:  # a function of the list of inputs, and the shape that it gives
        given = {name: config[name] for name in ("output_shape", "arguments") if name in config}
        return Today("Lambda", {"function": mode, **given, **kept}, {"function": "mode"})
    written = dict.fromkeys(config, "mode")
    if mode == "concat":
        return Today(MERGES[mode], {"axis": config.get("concat_axis", -1), **kept}, {"axis": "concat_axis"})
    if mode in ("dot", "cos"):
        axes = {"axes": config.get("dot_axes", -1), "normalize": mode == "cos"}
        return Today(MERGES[mode], {**axes, **kept}, {"axes": "dot_axes", "normalize": "mode"})
    return Today(MERGES[mode], kept, written)


def _sequence(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """`input_dim` and `input_length` of a first layer as its `input_shape`."""
    kept = {name: value for name, value in config.items() if name not in ("input_length", "input_dim")}
    known = any(config.get(name) is not None for name in ("input_shape", "batch_input_shape"))
    if not known and config.get("input_dim") is not None:
        kept["input_shape"] = [config["input_length"], config["input_dim"]]
    return kept


# Arguments ----------------------------------------------------------------------------------------------------------


def arguments(kind: str, config: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """The configuration of a layer in the arguments of today, and under which name each was written."""
    renamed, forgotten = RENAMED.get(kind, _AS_IT_IS), FORGOTTEN.get(kind, ())
    forgotten = (*forgotten, "input_length") if kind in _SEQUENCES else forgotten
    several = next((names for names in _LENGTHS if all(name in config for name in names)), ())
    if not (several or any(name in renamed or name in forgotten or name in _VALUES for name in config)):
        return config, _AS_IT_IS
    made: dict[str, Any] = {}
    written: dict[str, str] = {}
    for old, value in config.items():
        if old in several:
            new, value = "kernel_size", [config[name] for name in several]
        elif old in renamed and renamed[old] not in config:
            new = renamed[old]
        elif old in forgotten:
            continue
        else:
            new = old
        if new != old:
            written.setdefault(new, old)
        made[new] = _VALUES[old](value) if old in _VALUES else value
    if kind == "BatchNormalization" and made.get("mode") == 0:
        del made["mode"]
    if "forget_bias_init" in made:
        first = made.pop("forget_bias_init")
        if "LSTM" in kind:
            made.setdefault("unit_forget_bias", first in ("one", "ones", 1))
    return made, written


def _penalty(value: Any) -> Any:
    """`{"name": "WeightRegularizer", "l2": 0.1}` and `{"name": "MaxNorm", "m": 2}` of Keras 1, as maps of today."""
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str) or "class_name" in value:
        return value
    settings = {_SETTINGS.get(name, name): item for name, item in value.items() if name != "name"}
    return {"class_name": _CLASSES.get(value["name"], value["name"]), "config": settings}


_CLASSES = {"WeightRegularizer": "L1L2", "L1L2Regularizer": "L1L2", "ActivityRegularizer": "L1L2"}
_SETTINGS = {"m": "max_value", "low": "min_value", "high": "max_value"}


def _sides(value: Any) -> Any:
    """Four numbers (top, bottom, left, right), or a map of them, as pairs; two of one axis as a pair."""
    if isinstance(value, Mapping):
        of = value.get
        if {*value} <= {"left_pad", "right_pad"}:
            return [of("left_pad", 0), of("right_pad", 0)]
        if {*value} <= {"top_pad", "bottom_pad", "left_pad", "right_pad"}:
            return [[of("top_pad", 0), of("bottom_pad", 0)], [of("left_pad", 0), of("right_pad", 0)]]
    elif isinstance(value, (list, tuple)) and len(value) == 4:
        return [[*value[:2]], [*value[2:]]]
    return value


_VALUES: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        ("W_regularizer", "U_regularizer", "b_regularizer", "activity_regularizer", "beta_regularizer",
         "gamma_regularizer", "W_constraint", "b_constraint"), _penalty,
    ),
    "consume_less": lambda value: {"cpu": 1, "mem": 1, "gpu": 2}.get(value, value) if isinstance(value, str) else value,
    "padding": _sides,
    "forget_bias_init": lambda value: value,
}  # fmt: skip
"""Arguments whose values were written otherwise, by the name under which they are written."""

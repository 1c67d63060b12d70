"""One layer, run on NumPy arrays: its weights started or given, its masks and its penalties."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from shapecheck import arguments, dims
from shapecheck.contract import (
    DROP,
    END,
    NO_ARGUMENTS,
    PASS,
    Layer,
    Weight,
    call,
    call_arguments,
    governing,
    in_order,
    input_names,
    takes_list,
    wants,
)
from shapecheck.diagnostic import Refusal
from shapecheck.modes import Semantics
from shapecheck.words import failure, shape_text, shown


class Loss(float):
    """A penalty, and what it is for, such as `dense/kernel` or `dense`."""

    label: str

    def __new__(cls, value: Any, label: str) -> Loss:
        made = super().__new__(cls, value)
        made.label = label
        return made

    def __repr__(self) -> str:
        return f"{self.label}: {float(self):g}"


class LayerRun(NamedTuple):
    """What a layer gave: output arrays, a mask or None for each, and labelled penalties."""

    outputs: list[Any]
    masks: list[Any]
    losses: list[Loss]


def numpy_dtype(name: str) -> str:
    """NumPy has no bfloat16; its numbers are computed in float32."""
    return "float32" if name in ("bfloat16", "float8_e4m3fn", "float8_e5m2") else name


def generator(*seed: int) -> Any:
    """A generator of random numbers from several seeds of any sign."""
    import numpy as np

    return np.random.default_rng([word for part in seed for word in ((part,) if part >= 0 else (-part, 1))])


def place(name: str) -> int:
    """A seed for what has this name, so that what is drawn does not hang on the order of the layers."""
    from zlib import crc32

    return crc32(name.encode("utf-8", "surrogatepass"))


def frozen(layer: Layer, weights: Mapping[str, Weight]) -> Collection[str]:
    """The weights that training does not change."""
    return [path for path, weight in weights.items() if not (layer.trainable and weight.trainable)]


def start_weights(layer: Layer, weights: Mapping[str, Weight], seed: Sequence[int]) -> dict[str, Any]:
    """Initialised arrays for the weights of a layer; the same seed gives the same arrays."""
    import numpy as np

    from shapecheck import initializers

    dtype = numpy_dtype(layer.policy.variable)
    made = {}
    for path, weight in weights.items():
        shape = tuple(_fixed(size) for size in weight.shape)
        init = (
            initializers.get(weight.init or "glorot_uniform")
            if weight.init is None or isinstance(weight.init, str)
            else weight.init
        )
        try:
            made[path] = np.asarray(init(np, generator(*seed, place(path)), shape, dtype), dtype=dtype)
        except Refusal:
            raise
        except MemoryError:
            raise Refusal("SC504", problem=f"there is not enough memory for its `{path}`") from None
        except Exception as error:  # a function of the user
            raise Refusal("SC312", f"{path}_initializer", problem=failure(error)) from None
    return made


def _fixed(size: dims.Dim) -> int:
    if size is dims.UNKNOWN:
        raise Refusal("SC504", problem="its weights are not known")
    if not isinstance(size, int):
        raise Refusal("SC504", problem=f"a weight has the size {dims.text(size)}, which is not set")
    return size


def given_weights(layer: Layer, weights: Mapping[str, Weight], arrays: Any) -> dict[str, Any]:
    """The arrays that were given for the weights, by path or in Keras's order, each of the right shape."""
    import numpy as np

    shapes = [tuple(weight.shape) for weight in weights.values()]
    paths = list(weights)
    if isinstance(arrays, Mapping):
        stray = next((path for path in arrays if path not in weights), None)
        arrays = [arrays[path] for path in paths if path in arrays] if stray is None else f"a {shown(stray)}"
    if not isinstance(arrays, (list, tuple)):
        raise Refusal("SC502", expected=_shapes(shapes), given=arrays if isinstance(arrays, str) else shown(arrays))
    made = [_array(array, shapes) for array in arrays]
    if len(made) != len(shapes) or any(
        a.ndim != len(s) or any(dims.same(x, y) is False for x, y in zip(a.shape, s, strict=True))
        for a, s in zip(made, shapes, strict=True)
    ):
        raise Refusal("SC502", expected=_shapes(shapes), given=_shapes([array.shape for array in made]))
    dtype = numpy_dtype(layer.policy.variable)
    with np.errstate(over="ignore"):  # a number that is too large for the dtype is an infinity
        return {path: np.asarray(array, dtype=dtype) for path, array in zip(paths, made, strict=True)}


def _array(value: Any, shapes: Sequence[Any]) -> Any:
    try:
        return arguments.array(value)
    except Refusal as refusal:
        raise Refusal("SC502", expected=_shapes(shapes), given=f"one {refusal.facts['given']}") from None


def _shapes(shapes: Sequence[Any]) -> str:
    return ", ".join(shape_text(shape) for shape in shapes) or "none"


def run_layer(
    layer: Layer,
    arrays: Sequence[Any] | Mapping[str, Any],
    weights: Mapping[str, Any],
    *,
    masks: Sequence[Any],
    listed: bool,
    training: bool,
    seed: Sequence[int],
    keras: Semantics,
    turn: int = 0,
    frozen: Collection[str] = (),
    name: str = "",
    call_with: Mapping[str, Any] = NO_ARGUMENTS,
) -> LayerRun:
    """Run a layer. `masks` has an entry for each input; `frozen` names the weights that training does not change.

    `seed` starts its generator, unless the layer has a seed of its own; `turn` counts the calls of the layer;
    `call_with` are the arguments of this call that are no tensors.
    """
    import numpy as np

    _refuse_unset(layer)
    if isinstance(arrays, Mapping):
        of_role = dict(zip(arrays, masks, strict=True))
        arrays = in_order(type(layer), dict(arrays))
        masks = [of_role[role] for role in arrays] if isinstance(arrays, dict) else masks
    compute = np.dtype(numpy_dtype(layer.policy.compute))

    def cast(x: Any) -> Any:
        return x if x.dtype is compute or x.dtype.kind != "f" or not layer.autocast else x.astype(compute, copy=False)

    inputs: Any = {k: cast(x) for k, x in arrays.items()} if isinstance(arrays, Mapping) else [cast(x) for x in arrays]
    values = list(inputs.values()) if isinstance(inputs, dict) else inputs
    if not layer.reads_texts and any(x.dtype.kind == "U" for x in values):
        raise Refusal("SC501", name="x", expected="an array of real numbers", given="one of texts")
    own_seed = getattr(layer, "seed", None)
    offers = {
        "np": np,
        "w": {path: cast(array) for path, array in weights.items()},
        "mask": list(masks) if listed and takes_list(type(layer)) else next(iter(masks), None),
        "training": training,
        "rng": _rng(layer, (*seed, turn) if own_seed is None else (own_seed, turn)),
        "keras": keras,
        "listed": listed,
        "losses": [],
        "call": call_arguments(type(layer), call_with, keras),
        "masks": dict(zip(inputs if isinstance(inputs, dict) else input_names(type(layer))[0], masks, strict=False)),
    }
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of nothing is nan, as in Keras
        if type(layer).each_of_a_list and listed:
            alone = {**offers, "listed": False}
            answer: Any = [_guarded(layer.run, [x], alone) for x in values]
            made: Any = list(masks) if layer.mask_rule is PASS else [None] * len(values)
        else:
            answer = _guarded(layer.run, inputs, offers)
        outputs = [_output(y) for y in (answer if isinstance(answer, (list, tuple)) else [answer])]
        offers["y"] = outputs[0] if len(outputs) == 1 else outputs
        if not (type(layer).each_of_a_list and listed):
            made = _masks(layer, values, outputs, masks, offers)
        losses = _losses(layer, outputs, {p: a for p, a in weights.items() if _penalized(p, frozen, keras)}, offers,
                         name or layer.name or layer.kind)  # fmt: skip
    return LayerRun(outputs, made, losses)


def _refuse_unset(layer: Layer) -> None:
    """Refuse to compute with texts, and with sizes that are names."""
    if layer.policy.compute == "string":
        raise Refusal("SC504", problem="it computes with texts")
    for name in layer.given:
        parameter = layer.parameters.get(name)
        value = getattr(layer, parameter.attribute, None) if parameter else None
        for item in value if type(value) is tuple else (value,):
            if isinstance(item, dims.Expr):
                raise Refusal("SC504", name, problem=f"its `{name}` holds {dims.text(item)}, which is not set")


def _rng(layer: Layer, seed: Sequence[int]) -> Any:
    """A generator for a layer that asks for one; starting one takes as long as a small layer."""
    asked = wants(type(layer).run)
    return generator(*seed) if "rng" in asked.asks or "rng" in asked.order else None


def _guarded(method: Any, inputs: Any, offers: Mapping[str, Any]) -> Any:
    """Call a method of a layer; an exception that is no refusal is a bug of ours, and says so."""
    try:
        return call(method, inputs, offers)
    except Refusal:
        raise
    except MemoryError:
        raise Refusal("SC504", problem="there is not enough memory for it") from None
    except Exception as error:
        raise Refusal("SC902", problem=failure(error)) from error


def _output(value: Any) -> Any:
    """What a layer gave, as an array; refuses (SC312) what a function of the user gave instead."""
    try:
        return arguments.array(value, real=False)
    except Refusal:
        raise Refusal("SC312", problem=f"it returned {shown(value)}, which is no array") from None


def _masks(layer: Layer, inputs: Sequence[Any], outputs: list[Any], masks: Sequence[Any], offers: Any) -> list[Any]:
    rule = layer.mask_rule
    if rule in (DROP, END):
        return [None] * len(outputs)
    if rule is PASS:
        return [next(iter(masks), None), *[None] * (len(outputs) - 1)]
    if not layer.emits_mask and all(mask is None for mask in masks):
        return [None] * len(outputs)
    made = _guarded(layer.mask, inputs, offers)
    several = list(made) if isinstance(made, (list, tuple)) else [made]
    return [*several, *[None] * len(outputs)][: len(outputs)]  # a single mask is that of the first output


def _penalized(path: str, frozen: Collection[str], keras: Semantics) -> bool:
    return keras.frozen_weights_are_penalized or path not in frozen


def _losses(layer: Layer, outputs: list[Any], weights: Mapping[str, Any], offers: Any, name: str) -> list[Loss]:
    """Penalties of weights, by the regularizer named after them, and of outputs, divided by the batch in Keras 3."""
    np, keras = offers["np"], offers["keras"]
    losses = []
    for path, array in weights.items():
        maker, word = governing(layer, path, "regularizer")
        penalty = getattr(maker, word, None)
        if penalty is not None:
            losses.append(_loss(penalty(np, array), f"{name}/{path}"))
    losses.extend(_loss(value, f"{name}:{label}") for label, value in offers["losses"])
    for y in outputs:
        batch = max(len(y), 1) if keras.activity_loss_per_sample and y.ndim else 1  # no samples, no penalty
        if layer.activity_regularizer is not None:
            losses.append(_loss(layer.activity_regularizer(np, y), name, batch))
        if type(layer).loss is not Layer.loss:
            losses.append(_loss(call(layer.loss, (), {**offers, "y": y}), name, batch))
    return losses


def _loss(value: Any, label: str, batch: int = 1) -> Loss:
    """A penalty; refuses (SC312) what a function of the user gave instead of a number."""
    try:
        return Loss(arguments.array(value).item() / batch, label)
    except (Refusal, ValueError):
        raise Refusal("SC312", problem=f"its penalty is {shown(value)}, which is no number") from None

"""One layer, run on NumPy arrays: its weights started or given, its masks and its penalties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from shapecheck import dims, dtypes
from shapecheck.contract import DROP, END, PASS, Layer, Weight, call, input_names
from shapecheck.diagnostic import Refusal
from shapecheck.modes import Semantics


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


def start_weights(layer: Layer, weights: Mapping[str, Weight], seed: Sequence[int]) -> dict[str, Any]:
    """Initialised arrays for the weights of a layer; the same seed gives the same arrays."""
    import numpy as np

    from shapecheck import initializers

    dtype = numpy_dtype(layer.policy.variable)
    made = {}
    for place, (path, weight) in enumerate(weights.items()):
        shape = tuple(_fixed(size) for size in weight.shape)
        init = (
            initializers.get(weight.init or "glorot_uniform")
            if weight.init is None or isinstance(weight.init, str)
            else weight.init
        )
        made[path] = np.asarray(init(np, np.random.default_rng([*seed, place]), shape, dtype), dtype=dtype)
    return made


def _fixed(size: dims.Dim) -> int:
    if not isinstance(size, int):
        raise Refusal("SC504", problem=f"a weight has the size {dims.text(size)}, which is not set")
    return size


def given_weights(layer: Layer, weights: Mapping[str, Weight], arrays: Any) -> dict[str, Any]:
    """The arrays that were given for the weights, by path or in Keras's order, each of the right shape."""
    import numpy as np

    paths = list(weights)
    if isinstance(arrays, Mapping):
        arrays = [arrays[path] for path in paths if path in arrays]
    shapes = [tuple(weight.shape) for weight in weights.values()]
    got = [np.shape(array) for array in arrays]
    if len(got) != len(shapes) or any(
        len(g) != len(s) or any(dims.same(a, b) is False for a, b in zip(g, s, strict=True))
        for g, s in zip(got, shapes, strict=True)
    ):
        raise Refusal("SC502", expected=_shapes(shapes), given=_shapes(got))
    dtype = numpy_dtype(layer.policy.variable)
    return {path: np.asarray(array, dtype=dtype) for path, array in zip(paths, arrays, strict=True)}


def _shapes(shapes: Sequence[Any]) -> str:
    from shapecheck.words import shape_text

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
    name: str = "",
) -> LayerRun:
    """Run a layer. `masks` has an entry for each input; `seed` starts its generator unless the layer has its own."""
    import numpy as np

    compute = layer.policy.compute

    def cast(x: Any) -> Any:
        return x.astype(numpy_dtype(compute)) if layer.autocast and x.dtype.name in dtypes.FLOATS else x

    inputs: Any = {k: cast(x) for k, x in arrays.items()} if isinstance(arrays, Mapping) else [cast(x) for x in arrays]
    values = list(inputs.values()) if isinstance(inputs, dict) else inputs
    own_seed = getattr(layer, "seed", None)
    takes_list = input_names(type(layer))[2] is not None and listed
    offers = {
        "np": np,
        "w": {path: cast(array) for path, array in weights.items()},
        "mask": list(masks) if takes_list else next(iter(masks), None),
        "training": training,
        "rng": np.random.default_rng(seed if own_seed is None else own_seed),
        "keras": keras,
        "listed": listed,
    }
    if type(layer).each_of_a_list and listed:
        alike: Any = {"listed": False, "training": training, "seed": seed, "keras": keras, "name": name}
        runs = [run_layer(layer, [x], weights, masks=[m], **alike) for x, m in zip(values, masks, strict=True)]
        return LayerRun([y for r in runs for y in r.outputs], [m for r in runs for m in r.masks], [])
    with np.errstate(all="ignore"):
        answer = call(layer.run, inputs, offers)
        outputs = list(answer) if isinstance(answer, (list, tuple)) else [answer]
        outputs = [np.asarray(y) for y in outputs]
        offers["y"] = outputs[0] if len(outputs) == 1 else outputs
        made = _masks(layer, values, outputs, masks, offers)
        losses = _losses(layer, outputs, weights, offers, name or layer.name or layer.kind)
    return LayerRun(outputs, made, losses)


def _masks(layer: Layer, inputs: Sequence[Any], outputs: list[Any], masks: Sequence[Any], offers: Any) -> list[Any]:
    rule = layer.mask_rule
    if rule in (DROP, END):
        return [None] * len(outputs)
    if rule is PASS:
        return [next(iter(masks), None)] * len(outputs)
    if not layer.emits_mask and all(mask is None for mask in masks):
        return [None] * len(outputs)
    made = call(layer.mask, inputs, offers)
    return list(made) if isinstance(made, (list, tuple)) else [made] * len(outputs)


def _losses(layer: Layer, outputs: list[Any], weights: Mapping[str, Any], offers: Any, name: str) -> list[Loss]:
    """Penalties of weights, by the regularizer named after them, and of outputs, divided by the batch in Keras 3."""
    np, keras = offers["np"], offers["keras"]
    losses = []
    for path, array in weights.items():
        word = path.rsplit("/", 1)[-1]
        penalty = getattr(layer, f"{'kernel' if word.startswith('lora_') else word}_regularizer", None)
        if penalty is not None:
            losses.append(Loss(penalty(np, array), f"{name}/{path}"))
    for y in outputs:
        batch = len(y) if keras.activity_loss_per_sample and y.ndim else 1
        if layer.activity_regularizer is not None:
            losses.append(Loss(layer.activity_regularizer(np, y) / batch, name))
        if type(layer).loss is not Layer.loss:
            losses.append(Loss(call(layer.loss, (), {**offers, "y": y}) / batch, name))
    return losses

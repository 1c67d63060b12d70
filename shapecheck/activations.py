"""Keras's activations by name, as formulas on arrays.

Every function of `keras.activations` in Keras 3.15, the layers that Keras 3 accepts as an activation, and under
`keras: 2` the eleven names of Keras 2.2.4. The formulas are written so that they neither overflow nor cancel at large
|x| where the result is a number; float32 in gives float32 out, and integers are cast to float32 first. One formula for
each name in one table, so the file is longer than others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck import named, need
from shapecheck.dims import Undecided
from shapecheck.named import Family, Form, Named, Setting, number, number_where, optional
from shapecheck.words import shown

# Klambauer et al. 2017, equation 14: the fixed point of mean 0 and variance 1.
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805

_KEEP_INTS = ("relu", "ReLU", "hard_tanh", "threshold")
_NESTED = 32
"""How many Activation layers may stand inside one another; a map that holds itself has no end."""


class Activation(Named):
    """An elementwise function or a softmax. `function` is the callable that was given, None for one of Keras's."""

    __slots__ = ()

    def __call__(self, np: Any, x: Any) -> Any:
        """The activation of the array `x`; a callable gets floats, and its result is cast to their dtype."""
        if not hasattr(x, "dtype"):
            x = np.asarray(x, "float32")
        elif self.dtype(str(x.dtype)) != str(x.dtype):
            x = x.astype(self.dtype(str(x.dtype)))
        if self.form is None:
            return _array(self.asked(x)).astype(x.dtype)
        if hasattr(np, "errstate") and not x.size:  # which has no maximum
            return np.empty(self.out(x.shape), x.dtype)
        if not hasattr(np, "errstate"):  # a namespace that only follows shapes
            return self.form.formula(np, x, **self.config)
        # exp(100) in float32 is inf, and softsign(inf) is nan: values that Keras gives too, without a warning
        with np.errstate(all="ignore"):
            return self.form.formula(np, x, **self.config)

    def dtype(self, x: str) -> str:
        """The dtype of the result on an array of dtype `x`: the few that cut values off, or do nothing, keep ints."""
        if x.startswith(("float", "bfloat", "complex")) or self.name == "linear":
            return x
        if self.form is None or self.name not in _KEEP_INTS or self.config.get("negative_slope"):
            return "float32"
        return "int32" if x == "bool" else x

    def out(self, shape: Sequence[Any]) -> tuple[Any, ...]:
        """The shape of the result: `shape`, except that `glu` halves an axis, which has to be even (SC303).

        An axis that the shape does not have is refused (SC309), and so is too low a rank (SC302). A callable is run on
        an array that answers with shapes; where that does not tell, it keeps the shape, as Keras takes for granted.
        """
        shape = tuple(shape)
        if self.form is None:
            return self._traced(shape)
        least = self.form.ranks[0]
        if len(shape) < least:
            raise named.refusal("SC302", expected=f"rank {least} or more", rank=len(shape), shape=shape)
        axis = self.config.get("axis")
        if (lost := named.lost_axis(axis, len(shape))) is not None:
            raise named.refusal("SC309", param="axis", axis=lost, rank=len(shape), name=self.name)
        if self.name != "glu" or not isinstance(axis, int):
            return shape
        at = axis % len(shape)
        need.divides(2, shape[at], f"axis {at}, which `glu` halves,")
        return (*shape[:at], shape[at] // 2, *shape[at + 1 :])

    def _traced(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        from shapecheck import tracing

        try:
            made = tracing.run(self.asked, tracing.TracedArray(shape, "float32", tracing.Trace(need.record)))
        except (tracing.Untraceable, Undecided):
            return shape
        return tuple(tracing.sizes_of(_array(made)))


def _array(made: Any) -> Any:
    """What a callable made, if that is an array."""
    if not isinstance(getattr(made, "shape", None), tuple):
        raise named.refusal("SC312", problem=f"it returned {shown(made)}, which is no array")
    return made


def get(value: Any, keras: int | None = None) -> Activation:
    """The activation that a name, a map, a callable or None (linear) stands for, in the Keras mode given.

    Refuses an unknown one with SC121, and bad settings as `named.read` does.
    """
    if isinstance(value, Activation):
        return value
    if value is None:
        value = "linear"
    if keras == 2:
        return Activation(*named.read(value, _KERAS2))
    form, config, function = _read(value)
    for _ in range(_NESTED):
        if form is None or form.name != "Activation":
            return Activation(form, config, function)
        form, config, function = _read("linear" if config["activation"] is None else config["activation"])
    raise named.unknown(value, _KERAS3)


def _read(value: Any) -> Any:
    return named.read(value, _IN_MAPS if isinstance(value, Mapping) else _KERAS3)


# Formulas --------------------------------------------------------------------------------------------------------


def _linear(np: Any, x: Any) -> Any:
    return x


def _relu(np: Any, x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """max_value above it, x above the threshold, negative_slope * (x - threshold) at and below the threshold."""
    if negative_slope:
        y = np.where(x > threshold, x, negative_slope * (x - threshold))
    else:
        y = np.maximum(x, 0) if threshold == 0 else np.where(x > threshold, x, 0)
    return (y if max_value is None else np.minimum(y, max_value)).astype(x.dtype)


def _relu6(np: Any, x: Any) -> Any:
    return np.clip(x, 0, 6)


def _leaky_relu(np: Any, x: Any, negative_slope: float) -> Any:
    return np.where(x > 0, x, negative_slope * x)


def _elu(np: Any, x: Any, alpha: float = 1.0) -> Any:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _celu(np: Any, x: Any, alpha: float) -> Any:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha if alpha > 0 else np.maximum(x / alpha, 0)))


def _selu(np: Any, x: Any) -> Any:
    return _SELU_SCALE * _elu(np, x, _SELU_ALPHA)


def _sigmoid(np: Any, x: Any) -> Any:
    z = np.exp(-np.abs(x))  # never above 1
    return np.where(x >= 0, 1 / (1 + z), z / (1 + z))


def _log_sigmoid(np: Any, x: Any) -> Any:
    return -np.logaddexp(-x, 0)


def _softplus(np: Any, x: Any) -> Any:
    return np.logaddexp(x, 0)


def _silu(np: Any, x: Any) -> Any:
    return x * _sigmoid(np, x)


def _mish(np: Any, x: Any) -> Any:
    return x * np.tanh(_softplus(np, x))


def _gelu(np: Any, x: Any, approximate: bool) -> Any:
    """x * P(N(0, 1) <= x); approximately x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))."""
    if approximate or not hasattr(np, "fromiter"):  # what only follows shapes needs no erfc
        near = np.clip(x, -20, 20)  # beyond, tanh is 1 and the cube might overflow
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (near + 0.044715 * near * near * near)))
    tails = map(math.erfc, (x * -math.sqrt(0.5)).ravel().tolist())
    return x * (0.5 * np.fromiter(tails, "float64", x.size).reshape(x.shape)).astype(x.dtype)


def _exponential(np: Any, x: Any) -> Any:
    return np.exp(x)


def _tanh(np: Any, x: Any) -> Any:
    return np.tanh(x)


def _softsign(np: Any, x: Any) -> Any:
    return x / (1 + np.abs(x))


def _hard_sigmoid(np: Any, x: Any) -> Any:
    return np.clip(x + 3, 0, 6) / 6


def _hard_sigmoid_keras2(np: Any, x: Any) -> Any:
    return np.clip(0.2 * x + 0.5, 0, 1)


def _hard_silu(np: Any, x: Any) -> Any:
    return x * _hard_sigmoid(np, x)


def _hard_tanh(np: Any, x: Any) -> Any:
    return np.clip(x, -1, 1)


def _tanh_shrink(np: Any, x: Any) -> Any:
    return x - np.tanh(x)


def _hard_shrink(np: Any, x: Any, threshold: float) -> Any:
    return np.where(np.abs(x) > threshold, x, 0).astype(x.dtype)


def _soft_shrink(np: Any, x: Any, threshold: float) -> Any:
    return np.where(x > threshold, x - threshold, np.where(x < -threshold, x + threshold, 0)).astype(x.dtype)


def _threshold(np: Any, x: Any, threshold: float, default_value: float) -> Any:
    return np.where(x > threshold, x, default_value).astype(x.dtype)


def _squareplus(np: Any, x: Any, b: float) -> Any:
    """(x + sqrt(x^2 + b)) / 2, without forming the square; below 0 by its conjugate, in which nothing cancels."""
    root = np.hypot(x, math.sqrt(b))
    far = root + np.abs(x)
    return np.where(x >= 0, far / 2, b / 2 / np.where(far == 0, 1, far)).astype(x.dtype)


def _sparse_plus(np: Any, x: Any) -> Any:
    bend = np.clip(x, -1, 1) + 1
    return np.where(x < 1, bend * bend / 4, x)


def _sparse_sigmoid(np: Any, x: Any) -> Any:
    return np.clip((x + 1) / 2, 0, 1)


def _softmax(np: Any, x: Any, axis: Any = -1) -> Any:
    along = tuple(axis) if isinstance(axis, list) else axis
    z = np.exp(x - np.max(x, axis=along, keepdims=True))
    return z / np.sum(z, axis=along, keepdims=True)


def _log_softmax(np: Any, x: Any, axis: Any) -> Any:
    along = tuple(axis) if isinstance(axis, list) else axis
    z = x - np.max(x, axis=along, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=along, keepdims=True))


def _sparsemax(np: Any, x: Any, axis: int) -> Any:
    """max(x - tau, 0), with tau as Keras 3.15 executes it: (sum of the partial sums s_1 ... s_k - 1) / k.

    The projection onto the simplex (Martins and Astudillo 2016, algorithm 1), which this is meant to be, has s_k in the
    place of that sum; so the result adds up to 1 only where the support has one element, or the partial sums cancel.
    """
    falling = -np.sort(-x, axis=axis)
    near = np.maximum(
        falling - np.max(x, axis=axis, keepdims=True), -2
    )  # nothing 1 below the maximum is in the support
    support = 1 + np.cumsum(np.ones_like(x), axis=axis) * near > np.cumsum(near, axis=axis)
    partial = np.where(support, np.cumsum(falling, axis=axis), 0)
    tau = (np.sum(partial, axis=axis, keepdims=True) - 1) / np.sum(support, axis=axis, keepdims=True)
    return np.maximum(x - tau, 0).astype(x.dtype)


def _glu(np: Any, x: Any, axis: int) -> Any:
    """The first half of the axis, gated by the sigmoid of the second."""
    value, gate = np.split(x, 2, axis=axis)
    return value * _sigmoid(np, gate)


# Names -----------------------------------------------------------------------------------------------------------

_SLOPE = number_where("a number of at least 0", lambda value: value >= 0, 0.0)
_AT_LEAST_0 = number_where("a number of at least 0", lambda value: value >= 0)
_AXIS = Setting("an axis", named.as_axis, -1)
_AXES = named.axes(-1)
_NOT_0 = number_where("a number other than 0", lambda value: value != 0, 1.0)
_OF_A_LAYER = frozenset({"name", "trainable", "dtype", "autocast", "activity_regularizer"})


def _default(setting: Setting, value: Any) -> Setting:
    return setting._replace(default=value)


_FORMS = (
    Form("celu", _celu, {"alpha": _NOT_0}),
    Form("elu", _elu, {"alpha": number(1.0)}),
    Form("exponential", _exponential),
    Form("gelu", _gelu, {"approximate": named.flag(False)}),
    Form("glu", _glu, {"axis": _AXIS}, (1, None)),
    Form("hard_shrink", _hard_shrink, {"threshold": number(0.5)}),
    Form("hard_sigmoid", _hard_sigmoid),
    Form("hard_silu", _hard_silu),
    Form("hard_tanh", _hard_tanh),
    Form("leaky_relu", _leaky_relu, {"negative_slope": number(0.2)}),
    Form("linear", _linear),
    Form("log_sigmoid", _log_sigmoid),
    Form("log_softmax", _log_softmax, {"axis": _AXES}, (1, None)),
    Form("mish", _mish),
    Form("relu", _relu, {"negative_slope": number(0.0), "max_value": optional(number(None)), "threshold": number(0.0)}),
    Form("relu6", _relu6),
    Form("selu", _selu),
    Form("sigmoid", _sigmoid),
    Form("silu", _silu),
    Form("soft_shrink", _soft_shrink, {"threshold": number(0.5)}),
    Form("softmax", _softmax, {"axis": _AXES}, (1, None)),
    Form("softplus", _softplus),
    Form("softsign", _softsign),
    Form("sparse_plus", _sparse_plus),
    Form("sparse_sigmoid", _sparse_sigmoid),
    Form("sparsemax", _sparsemax, {"axis": _AXIS}, (1, None)),
    Form("squareplus", _squareplus, {"b": _default(_AT_LEAST_0, 4)}),
    Form("tanh", _tanh),
    Form("tanh_shrink", _tanh_shrink),
    Form("threshold", _threshold, {"threshold": number(), "default_value": number()}),
)
_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}

# Layers that Keras 3 saves where an activation was given as a layer; only their maps are accepted, not their names.
_LAYERS = (
    Form("ReLU", _relu, {"max_value": optional(_default(_AT_LEAST_0, None)), "negative_slope": _SLOPE,
                         "threshold": _SLOPE}, ignored=_OF_A_LAYER),
    Form("LeakyReLU", _leaky_relu, {"negative_slope": _default(_AT_LEAST_0, 0.3)}, renamed={"alpha": "negative_slope"},
         ignored=_OF_A_LAYER),
    Form("ELU", _elu, {"alpha": number(1.0)}, ignored=_OF_A_LAYER),
    Form("Softmax", _softmax, {"axis": optional(_AXES)}, (1, None), ignored=_OF_A_LAYER),
    Form("Identity", _linear, ignored=_OF_A_LAYER),
    Form("Activation", _linear, {"activation": Setting("an activation", lambda value: value)}, ignored=_OF_A_LAYER),
)  # fmt: skip

_BY_NAME = {form.name: form for form in _FORMS}
_BY_NAME |= {alias: _BY_NAME[name] for alias, name in _ALIASES.items()}

NAMES = tuple(sorted(_BY_NAME))
"""Every name that Keras 3 accepts."""


def _keras2() -> Mapping[str, Form]:
    same = ("elu", "exponential", "linear", "relu", "selu", "sigmoid", "softplus", "softsign", "tanh")
    return {name: _BY_NAME[name] for name in same} | {
        "hard_sigmoid": Form("hard_sigmoid", _hard_sigmoid_keras2),
        "softmax": _BY_NAME["softmax"]._replace(ranks=(2, None)),
    }


_KERAS2 = Family("an activation", "SC121", _keras2(), maps=False, later=_BY_NAME)
_KERAS3 = Family("an activation", "SC121", _BY_NAME)
_IN_MAPS = _KERAS3._replace(forms=_BY_NAME | {form.name: form for form in _LAYERS})

"""Activations that are layers: rectifiers with parameters, and the softmax."""

from typing import Any

from shapecheck import activations, need, params
from shapecheck.contract import PASS, Layer, Weight, layer
from shapecheck.diagnostic import Refusal
from shapecheck.layers._values import Finite, finite, kind, reader
from shapecheck.words import shown


def _slope(value, param, keras):
    """A number; one below 0 is refused where values are validated."""
    number = finite(value, param, keras)
    if number < 0:
        raise Refusal("SC114", param, expected=_SLOPE, given=shown(value))
    return number


def _shared_axes(value, param, keras):
    return (value,) if type(value) is int else reader(params.Axes)(value, param, keras)


def _softmax_axes(value, param, keras):
    axes = reader(params.AxisOrAxes)(value, param, keras)
    if axes == () or (isinstance(axes, tuple) and len({*axes}) < len(axes)):
        raise Refusal("SC114", param, expected="one axis or more, without repetition", given=shown(value))
    return axes


_SLOPE = "a number of at least 0"
Slope: Any = kind(_SLOPE, _slope)
Ceiling: Any = params.optional(Slope)
SharedAxes: Any = params.optional(kind("an axis or a list of axes, from 1", _shared_axes))
SoftmaxAxes: Any = params.optional(kind("an axis or a list of axes", _softmax_axes))


class Rectifier(Layer):
    """A function of each value; the shape stays."""

    mask = PASS

    def dtype(self, x):
        return self.policy.compute

    def formula(self):
        """The activation, as a map with its settings."""
        raise NotImplementedError

    def run(self, np, x):
        return activations.get(self.formula())(np, x)


def named(name, **settings):
    return {"class_name": name, "config": settings}


@layer
class ReLU(Rectifier):
    """y = x above `threshold`, `negative_slope` * (x - `threshold`) below it, and at most `max_value`."""

    max_value: Ceiling = None
    negative_slope: Slope = 0.0
    threshold: Slope = 0.0

    examples = (
        "| (n, t, 8) -> (n, t, 8)",
        "max_value: 6, negative_slope: 0.1, threshold: 0.5 | (n, 8) -> (n, 8)",
        "max_value: -1 | (n, 8) !! SC114",
        "negative_slope: null | (n, 8) !! SC113",
    )

    def formula(self):
        return named(
            "relu", max_value=self.max_value, negative_slope=self.negative_slope, threshold=self.threshold
        )


@layer
class LeakyReLU(Rectifier):
    """y = x above 0, `negative_slope` * x below."""

    negative_slope: Slope = 0.3

    also = {"alpha": "negative_slope"}
    examples = (
        "| (n, t, 8) -> (n, t, 8)",
        "negative_slope: 0.1 | (n, 8) -> (n, 8)",
        "negative_slope: -1 | (n, 8) !! SC114",
    )

    def formula(self):
        return named("leaky_relu", negative_slope=self.negative_slope)


@layer
class ELU(Rectifier):
    """y = x above 0, `alpha` * (exp(x) - 1) below."""

    alpha: Finite = 1.0

    examples = ("| (n, t, 8) -> (n, t, 8)", "alpha: 2 | (n, 8) -> (n, 8)", "alpha: a | (n, 8) !! SC113")

    def formula(self):
        return named("elu", alpha=self.alpha)


@layer
class ThresholdedReLU(Rectifier):
    """y = x above `theta`, 0 below. Keras 3 keeps it for old models only."""

    theta: Slope = 1.0

    examples = ("| (n, t, 8) -> (n, t, 8)", "theta: 2 | (n, 8) -> (n, 8)", "theta: -1 | (n, 8) !! SC114")

    def formula(self):
        return named("relu", threshold=self.theta)


class PerPlace(Layer):
    """A function of each value, with weights for each place of a sample, or one along all of the `shared_axes`."""

    shared_axes: Any

    mask = PASS

    def dtype(self, x):
        return self.policy.compute

    def sizes(self, x):
        """The shape of such a weight."""
        sizes = list(x[1:])
        for axis in self.shared_axes or ():
            if not -len(sizes) < axis <= len(sizes):
                need.refuse("SC309", "shared_axes", given=axis, rank=len(x))
            sizes[axis - 1] = 1
        return tuple(sizes)


@layer
class PReLU(PerPlace):
    """y = x above 0, alpha * x below, with an alpha for each place of a sample.

    alpha has the shape of a sample, with 1 on the `shared_axes`, which are counted from 1; as Keras has it, 0 is the
    last axis and -1 the one before.
    """

    alpha_initializer: params.InitializerName = "zeros"
    alpha_regularizer: params.RegularizerName = None
    alpha_constraint: params.ConstraintName = None
    shared_axes: SharedAxes = None

    examples = (
        "| (n, 4, 8) -> (n, 4, 8)",
        "shared_axes: [1, 2] | (n, h, w, 8) -> (n, h, w, 8)",
        "shared_axes: 2, alpha_initializer: ones | (n, 4, t) -> (n, 4, t)",
        "shared_axes: [3] | (n, 4, 8) !! SC309",
    )

    def weights(self, x):
        yield "alpha", Weight(self.sizes(x), self.alpha_initializer)

    def run(self, np, x, w):
        return np.maximum(x, 0) + w["alpha"] * np.minimum(x, 0)


@layer
class Softmax(Layer):
    """y = exp(x) / sum(exp(x)) along `axis`, one or several, or all of them for none.

    Where the mask is false y is 0. The mask has to broadcast against x, its last axis against the last of x; so the
    mask of the steps of a sequence does not fit, and Keras, which infers no mistake there, fails when it runs.
    """

    axis: SoftmaxAxes = -1

    mask = PASS
    wants_mask = False
    examples = (
        "| (n, t, 8) -> (n, t, 8)",
        "axis: [1, 2] | (n, t, 8) -> (n, t, 8)",
        "axis: null | (n, 8) -> (n, 8)",
        "axis: 2 | (n, 8) !! SC309",
        "axis: [] | (n, 8) !! SC114",
    )

    def axes(self, rank):
        """The axes from the front, None for all."""
        if self.axis is None:
            return None
        given = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        found = tuple(need.axis(axis, rank) for axis in given)
        need.that(len({*found}) == len(found), "SC114", "axis", expected="axes without repetition", given=self.axis)
        return found

    def shape(self, x, keras, mask):
        self.axes(len(x))
        if mask and mask[0] is not None and keras.generation is None:
            fitting(x, mask[0])
        return x

    def dtype(self, x):
        return self.policy.compute

    def run(self, np, x, mask):
        x = x if x.dtype.kind == "f" else x.astype("float32")
        axes = self.axes(x.ndim)
        if mask is not None:
            fitting(x.shape, mask.shape)
            x = np.where(mask, x, np.asarray(-3e4 if x.dtype == "float16" else -1e9, x.dtype))
        y = normalized(np, x, axes)
        return y if mask is None else np.where(mask, y, np.zeros_like(y))


def normalized(np, x, axes):
    """exp(x) / sum(exp(x)) along axes; the greatest value is taken off first, so that nothing overflows."""
    z = np.exp(x - np.max(x, axes, keepdims=True, initial=-np.inf))
    return z / np.sum(z, axes, keepdims=True)


def fitting(x, mask):
    """Refuse (SC405) a mask that does not broadcast against x, from the last axis on."""
    problem = f"one of rank {len(mask)} on an input of rank {len(x)}"
    need.that(len(mask) <= len(x), "SC405", problem=problem)
    for m, size in zip(mask[::-1], x[::-1], strict=False):
        if m != 1:
            need.equal(m, size, "SC405", problem=f"a mask with {m} where the input has {size}")

"""Activations as operations, by the formulas of `activations`."""

from typing import ClassVar

from shapecheck import activations, params
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, derived, numbers, op
from shapecheck.naming import snake


class Activating(Op):
    """A formula of `activations` on each value; a parameter of the operation is one of the formula."""

    examples: ClassVar[tuple[str, ...]] = ("| (n, h, 3) -> (n, h, 3)",)

    def settings(self):
        """The settings of the formula."""
        return {p.name: getattr(self, p.attribute) for p in self.parameters.values()}

    def function(self):
        return activations.get({"class_name": self.formula or snake(self.kind), "config": self.settings()})

    def rule(self, np, x):
        return self.function()(np, x) if numbers(np) else x


for _name, _about in (
    ("Relu", "max(x, 0)."),
    ("Relu6", "x, but at least 0 and at most 6."),
    ("Sigmoid", "1 / (1 + exp(-x))."),
    ("SparseSigmoid", "0 up to -1, 1 from 1 on, and (x + 1) / 2 between."),
    ("Softplus", "log(1 + exp(x))."),
    ("Softsign", "x / (1 + |x|)."),
    ("SparsePlus", "0 up to -1, x from 1 on, and (x + 1)^2 / 4 between."),
    ("Silu", "x * sigmoid(x)."),
    ("LogSigmoid", "log(sigmoid(x))."),
    ("HardSigmoid", "0 up to -3, 1 from 3 on, and (x + 3) / 6 between."),
    ("HardSilu", "x * hard_sigmoid(x)."),
    ("Selu", "elu with the scale and the slope that keep mean 0 and variance 1."),
    ("TanhShrink", "x - tanh(x)."),
    ("HardTanh", "x, but at least -1 and at most 1."),
):
    derived(globals(), Activating, _name, _about)


@op
class SoftShrink(Activating):
    """x brought nearer to 0 by `threshold`, and 0 within it."""

    threshold: params.Number = 0.5

    examples = (*Activating.examples, "threshold: 1 | (n, h) -> (n, h)")


@op
class HardShrink(Activating):
    """x, and 0 where |x| is at most `threshold`."""

    threshold: params.Number = 0.5

    examples = (*Activating.examples, "threshold: 1 | (n, h) -> (n, h)")


@op
class Threshold(Activating):
    """x where it is above `threshold`, else `default_value`."""

    threshold: params.Number
    default_value: params.Number

    examples = ("threshold: 0.5, default_value: -1 | (n, h) -> (n, h)", "threshold: 1 | (n, h) !! SC112")


@op
class Squareplus(Activating):
    """(x + sqrt(x^2 + b)) / 2."""

    b: params.Number = 4

    examples = (*Activating.examples, "b: 1 | (n, h) -> (n, h)")


@op
class LeakyRelu(Activating):
    """x above 0, `negative_slope` * x below."""

    negative_slope: params.Number = 0.2

    examples = (*Activating.examples, "negative_slope: 0.1 | (n, h) -> (n, h)")


@op
class Elu(Activating):
    """x above 0, `alpha` * (exp(x) - 1) below."""

    alpha: params.Number = 1.0

    examples = (*Activating.examples, "alpha: 2 | (n, h) -> (n, h)")


@op
class Celu(Activating):
    """x above 0, `alpha` * (exp(x / `alpha`) - 1) below."""

    alpha: params.Number = 1.0

    examples = (*Activating.examples, "alpha: 2 | (n, h) -> (n, h)")


@op
class Gelu(Activating):
    """x times the probability that a normal number is at most x, by a tanh where `approximate` is on."""

    approximate: params.Flag = True

    examples = (*Activating.examples, "approximate: false | (n, h) -> (n, h)")


class Along(Activating):
    """An activation along an axis."""

    axis: of.Axes = -1

    examples: ClassVar[tuple[str, ...]] = (
        "| (n, h, 3) -> (n, h, 3)",
        "axis: 1 | (n, h, 3) -> (n, h, 3)",
        "axis: 2 | (n, h) !! SC309",
    )

    def settings(self):
        axes = self.axis
        return {"axis": list(axes) if isinstance(axes, tuple) else axes}

    def rule(self, np, x):
        if not numbers(np):
            return np.max(x, axis=self.axis, keepdims=True) + x if x.ndim or self.axis is not None else x
        if self.axis is None:  # over all values
            return np.reshape(self.flat(np, np.ravel(x)), x.shape)
        return self.function()(np, x)

    def flat(self, np, x):
        """The activation of a vector."""
        return activations.get({"class_name": snake(self.kind), "config": {"axis": -1}})(np, x)


@op
class Softmax(Along):
    """exp(x) / sum(exp(x)) along `axis`, several axes, or all for none."""

    examples = (*Along.examples, "axis: [1, 2] | (n, h, w) -> (n, h, w)", "axis: null | (n, h) -> (n, h)")


@op
class LogSoftmax(Along):
    """x - log(sum(exp(x))) along `axis`, several axes, or all for none."""

    examples = (*Along.examples, "axis: [1, 2] | (n, h, w) -> (n, h, w)", "axis: null | (n, h) -> (n, h)")


@op
class Sparsemax(Along):
    """The formula of Keras's sparsemax along `axis`; see the activation of that name."""

    axis: of.Int = -1

    def rule(self, np, x):
        return self.function()(np, x) if numbers(np) else np.sort(x, axis=self.axis)


@op
class Glu(Activating):
    """The first half of `axis` times the sigmoid of the second half."""

    axis: of.Int = -1

    examples = (
        "| (n, h, 6) -> (n, h, 3)",
        "axis: 1 | (n, 4, h) -> (n, 2, h)",
        "| (n, 3) !! SC303",
        "| (n, 2*k) -> (n, k)",
        "axis: 2 | (n, 4) !! SC309",
    )

    def rule(self, np, x):
        return self.function()(np, x) if numbers(np) else np.zeros(self.function().out(x.sizes))

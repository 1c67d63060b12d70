"""Operations that reduce axes to one value."""

from typing import ClassVar

from shapecheck import need, params
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, derived, numbers, of_rank, op


class Reduction(Op):
    """One value along `axis`, along several axes, or of all values for none; `keepdims` leaves axes of size 1."""

    axis: of.Axes = None
    keepdims: params.Flag = False

    examples: ClassVar[tuple[str, ...]] = (
        "axis: 1 | (n, h, 3) -> (n, 3)",
        "axis: [-1, 1], keepdims: true | (n, h, w, 3) -> (n, 1, w, 1)",
        "| (n, h) -> ()",
        "keepdims: true | (n, h) -> (1, 1)",
        "axis: 2 | (n, h) !! SC309",
    )

    def gives(self, x):
        return self.result(x)

    def within(self, x):
        """Refuse an axis that x does not have, an x without axes included, where NumPy looks away."""
        for axis in self.axis if isinstance(self.axis, tuple) else () if self.axis is None else (self.axis,):
            need.axis(axis, x.ndim)

    def rule(self, np, x):
        if not numbers(np):
            self.within(x)
            return np.any(x, axis=self.axis, keepdims=self.keepdims)
        how = {"axis": self.axis, "keepdims": self.keepdims}
        return getattr(np, self.formula)(x, **how) if isinstance(self.formula, str) else self.formula(np, x, **how)


def reduction(name, formula, result, about, works=None, base=Reduction):
    derived(globals(), base, name, about, formula=formula, result=result, works=works)


def logsumexp(np, x, axis, keepdims):
    """log(sum(exp(x))), without overflow."""
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    sums = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return sums if keepdims else np.squeeze(sums, axis=tuple(range(x.ndim)) if axis is None else axis)


for _name, _formula, _result, _about in (
    ("All", "all", dt.boolean, "Whether no value is 0."),
    ("Any", "any", dt.boolean, "Whether a value is other than 0."),
    ("Nansum", "nansum", dt.summed, "The sum, nan counting as 0."),
    ("Nanprod", "nanprod", dt.summed, "The product, nan counting as 1."),
    ("Sum", "sum", dt.summed, "The sum."),
):
    reduction(_name, _formula, _result, _about)

for _name, _formula, _about in (
    ("Mean", "mean", "The mean."),
    ("Nanmean", "nanmean", "The mean of the values that are not nan."),
    ("Std", "std", "The standard deviation, the square root of the variance."),
    ("Nanstd", "nanstd", "The standard deviation of the values that are not nan."),
    ("Var", "var", "The variance, the mean of the squares of what is left without the mean."),
    ("Nanvar", "nanvar", "The variance of the values that are not nan."),
    ("Median", "median", "The value in the middle; the mean of the two there for an even number."),
    ("Nanmedian", "nanmedian", "The median of the values that are not nan."),
):
    reduction(_name, _formula, dt.floating, _about, "result")
reduction("Logsumexp", logsumexp, dt.float32, logsumexp.__doc__, dt.floating)


class Extreme(Reduction):
    """A reduction of at least one value."""

    examples: ClassVar[tuple[str, ...]] = (*Reduction.examples, "axis: 1 | (n, 0) !! SC306")

    def rule(self, np, x):
        if not numbers(np):
            self.within(x)
            return np.max(x, axis=self.axis, keepdims=self.keepdims)
        return super().rule(np, x)


for _name, _formula, _about in (
    ("Amax", "max", "The largest value."),
    ("Amin", "min", "The smallest value."),
    ("Nanmax", "nanmax", "The largest of the values that are not nan."),
    ("Nanmin", "nanmin", "The smallest of the values that are not nan."),
    ("Ptp", "ptp", "The largest value less the smallest."),
):
    reduction(_name, _formula, dt.first, _about, None, Extreme)


class Bounded(Extreme):
    """An extreme of the values and of `initial`."""

    initial: params.Alpha = None

    examples = (
        *Reduction.examples,
        "axis: 1 | (n, 0) !! SC306",
        "axis: 1, initial: 0 | (n, 0) -> (n)",
        "axis: 1, initial: 0 | (n, h) -> (n)",
    )

    def rule(self, np, x):
        if self.initial is None:
            return super().rule(np, x)
        formula = getattr(np, self.formula if numbers(np) else "max")
        initial = x.dtype.type(self.initial) if numbers(np) else self.initial
        return formula(x, axis=self.axis, keepdims=self.keepdims, initial=initial)


reduction("Max", "max", dt.first, "The largest value.", None, Bounded)
reduction("Min", "min", dt.first, "The smallest value.", None, Bounded)


class Place(Op):
    """A place along `axis`, or in all values one after another for none."""

    axis: of.Axis = None
    keepdims: params.Flag = False

    examples = (
        "axis: 1 | (n, h, 3) -> (n, 3)",
        "axis: -1, keepdims: true | (n, h) -> (n, 1)",
        "| (n, h) -> ()",
        "keepdims: true | (n, h) -> (1, 1)",
        "axis: 1 | (n, 0) !! SC306",
        "axis: 2 | (n, h) !! SC309",
    )

    def gives(self, x):
        return "int32"

    def rule(self, np, x):
        formula = self.formula
        if formula.startswith("nan"):
            if numbers(np) and x.dtype.kind == "f":
                none = np.all(np.isnan(x), axis=self.axis, keepdims=self.keepdims)
                filled = np.where(np.isnan(x), np.inf if formula == "nanargmin" else -np.inf, x)
                return np.where(none, -1, getattr(np, formula[3:])(filled, axis=self.axis, keepdims=self.keepdims))
            formula = formula[3:]
        return getattr(np, formula)(x, axis=self.axis, keepdims=self.keepdims)


for _name, _formula, _about in (
    ("Argmax", "argmax", "Where the largest value is."),
    ("Argmin", "argmin", "Where the smallest value is."),
    ("Nanargmax", "nanargmax", "Where the largest value is that is not nan; -1 where all are nan."),
    ("Nanargmin", "nanargmin", "Where the smallest value is that is not nan; -1 where all are nan."),
):
    reduction(_name, _formula, dt.index, _about, None, Place)


@op
class CountNonzero(Op):
    """How many values are other than 0, along `axis`, several axes, or of all."""

    axis: of.Axes = None

    examples = (
        "axis: 1 | (n, h, 3) -> (n, 3)",
        "axis: [0, 1] | (n, h, 3) -> (3)",
        "| (n, h) -> ()",
        "axis: 2 | (n, h) !! SC309",
    )

    def gives(self, x):
        return "int32"

    def rule(self, np, x):
        return np.count_nonzero(x, axis=self.axis)


@op
class Average(Op):
    """The mean of x, each value counted `weights` times; the weights have the shape of x, or one value for `axis`."""

    axis: of.Axis = None

    works = "result"
    verb = "cannot weigh"
    examples = (
        "axis: 1 | (n, h, 3) -> (n, 3)",
        "| (n, h), (n, h) -> ()",
        "axis: -1 | (n, h, 3), (3) -> (n, h)",
        "axis: -1 | (n, h, 3), (4) !! SC301",
        "axis: 0, weights: [1, 2] | (2, h) -> (h)",
    )

    def gives(self, *given):
        return dt.floating(*given)

    def rule(self, np, x, weights=None):
        if weights is None:
            return np.mean(x, axis=self.axis)
        if weights.ndim == 1 and x.ndim != 1:
            at = 0 if self.axis is None else self.axis
            along = np.moveaxis(x, at, -1)
            if numbers(np):
                return np.sum(along * weights, axis=-1) / np.sum(weights)
            return np.vecdot(along, np.broadcast_to(weights, (*along.sizes[:-1], *weights.sizes)))
        if numbers(np):
            return np.average(x, axis=self.axis, weights=weights)
        of_rank(weights, x.ndim)
        for n, m in zip(x.sizes, weights.sizes, strict=True):
            x.trace.equal(n, m, "average")
        return np.mean(x, axis=self.axis)

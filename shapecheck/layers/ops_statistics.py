"""Histograms, quantiles, correlations and products."""

from typing import Any

from shapecheck import dims, need, params
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of
from shapecheck.words import shown


@op
class Histogram(Op):
    """How many values lie in each of `bins` equal parts of their range or of `range`, and the edges of those."""

    bins: params.Extent = 10
    range_: params.Anything = None

    examples = ("| (n, h) -> (10), (11)", "bins: 4, range: [0, 1] | (n) -> (4), (5)", "range: [1, 0] | (n) !! SC114")

    def check(self):
        ends = self.range_
        sound = ends is None or (
            isinstance(ends, (list, tuple))
            and len(ends) == 2
            and all(isinstance(end, (int, float)) for end in ends)
            and ends[0] <= ends[1]
        )
        need.that(sound, "SC114", "range", expected="two numbers, the smaller one first", given=shown(ends))

    def gives(self, x):
        return [x, x]

    def rule(self, np, x):
        if numbers(np):
            return list(np.histogram(x[np.isfinite(x)], self.bins or 1, self.range_)) if self.bins else [x[:0], x[:1]]
        return [np.zeros((self.bins,)), np.zeros((self.bins + 1,))]


Method: Any = params.one_of("linear", "lower", "higher", "midpoint", "nearest")


class Quantiles(Op):
    """The values below which a share q of all lies, along `axis` or several axes; an axis of several q comes first."""

    axis: of.Axes = None
    method: Method = "linear"
    keepdims: params.Flag = False

    parts = 1
    examples = (
        "q: 0.5, axis: 1 | (n, h, 3) -> (n, 3)",
        "q: [0.1, 0.2, 0.9] | (n, h) -> (3)",
        "q: [0.1, 0.9], axis: [0, 1], keepdims: true, method: nearest | (n, h, 3) -> (2, 1, 1, 3)",
        "q: 0.5, axis: 3 | (n, h) !! SC309",
    )

    def gives(self, x, q):
        return dt.floating(x)

    def rule(self, np, x, q):
        if not numbers(np):
            left = np.max(x, axis=self.axis, keepdims=self.keepdims)
            return np.zeros((*(shape_of(q) if hasattr(q, "dtype") else ()), *left.sizes))
        share = np.asarray(q, "float64") / self.parts
        function = np.nanquantile if type(self).__name__.startswith("Nan") else np.quantile
        return function(
            x.astype("float64"), np.clip(share, 0, 1), axis=self.axis, method=self.method, keepdims=self.keepdims
        )


@op
class Quantile(Quantiles):
    """The values below which a share `q` of all lies."""


@op
class Percentile(Quantiles):
    """The values below which `q` percent of all lie."""

    parts = 100


@op
class Nanquantile(Quantiles):
    """The values below which a share `q` of those lies that are not nan."""


@op
class Nanpercentile(Quantiles):
    """The values below which `q` percent of those lie that are not nan."""

    parts = 100


@op
class Corrcoef(Op):
    """The correlations between the rows of x (variables, samples), 1 for a single row."""

    works = "result"
    examples = ("| (3, n) -> (3, 3)", "| (n) -> ()", "| (n, 3, 4) !! SC302")

    def gives(self, x):
        return dt.doubling(x)

    def rule(self, np, x):
        of_rank(x, 1, 2)
        if numbers(np):
            left = x - np.mean(x, axis=-1, keepdims=True)
            products = left @ left.T
            lengths = np.sqrt(np.diagonal(products)) if x.ndim == 2 else np.sqrt(products)
            return products / np.multiply.outer(lengths, lengths)
        return np.zeros((x.sizes[0],) * 2 if x.ndim == 2 else ())


@op
class Prod(Op):
    """The product along `axis`, several axes, or of all values; `dtype` is that of the result."""

    axis: of.Axes = None
    keepdims: params.Flag = False
    dtype_: of.DType = None

    works = "result"
    examples = (
        "axis: 1 | (n, h, 3) -> (n, 3)",
        "keepdims: true, dtype: float64 | (n, h) -> (1, 1)",
        "axis: 2 | (n, h) !! SC309",
    )

    def gives(self, x):
        return self.dtype_ or dt.summed(x)

    def rule(self, np, x):
        return np.prod(x, axis=self.axis, keepdims=self.keepdims)


@op
class Ldexp(Op):
    """x1 * 2^x2."""

    works = dt.common
    examples = ("| (n, h), int32(n, 1) -> (n, h)", "x2: 3 | (n) -> (n)", "| (3), int32(4) !! SC310")

    def gives(self, x1, x2):
        return dt.floating(x1, x2)

    def rule(self, np, x1, x2):
        return x1 * np.exp2(x2) if numbers(np) else np.add(x1, x2)


@op
class View(Op):
    """The bytes of x as another dtype; a smaller or larger one changes the size of the last axis."""

    dtype_: of.DType = None

    examples = (
        "dtype: int32 | (n, h) -> (n, h)",
        "dtype: int16 | (n, 3) -> (n, 6)",
        "dtype: float64 | (n, 4) -> (n, 2)",
        "| (n) -> (n)",
        "dtype: float64 | (n, 3) !! SC303",
        "dtype: float64 | () !! SC302",
    )

    def gives(self, x):
        return self.dtype_ or x

    def rule(self, np, x):
        if numbers(np):
            return np.array(x, order="C").view(self.dtype_ or x.dtype)
        from shapecheck.tracing import DType

        old, new = x.dtype.itemsize, DType(self.dtype_ or str(x.dtype)).itemsize
        if old == new:
            return x
        of_rank(x, 1, params.MAX_RANK)
        count = x.sizes[-1] * old
        need.divides(new, count, "the bytes of the last axis", param="dtype")
        return np.zeros(
            (
                *x.sizes[:-1],
                count // new if dims.exact_quotient(count, new) is None else dims.exact_quotient(count, new),
            )
        )

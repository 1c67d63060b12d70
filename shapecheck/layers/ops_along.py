"""Operations along an axis: running sums, orders and their places, differences."""

from shapecheck import params
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, derived, numbers, of_rank, op


class Running(Op):
    """Along `axis`, or over all values one after another for none; `dtype` is that of the result."""

    axis: of.Axis = None
    dtype_: of.DType = None

    works = "result"
    examples = (
        "axis: 1 | (n, h, 3) -> (n, h, 3)",
        "dtype: float64 | (n, h) -> (h*n)",
        "axis: -1 | (n, h) -> (n, h)",
        "axis: 2 | (n, h) !! SC309",
    )

    def gives(self, x):
        return self.dtype_ or dt.counted(x)

    def rule(self, np, x):
        formula = self.formula
        if formula.startswith("nan") and numbers(np):
            x = np.where(np.isnan(x), x.dtype.type(formula == "nancumprod"), x)
        return getattr(np, formula.removeprefix("nan"))(x, axis=self.axis)


for _name, _formula, _about in (
    ("Cumsum", "cumsum", "The sum of all values up to here."),
    ("Cumprod", "cumprod", "The product of all values up to here."),
    ("Nancumsum", "nancumsum", "The sum of all values up to here, nan counting as 0."),
    ("Nancumprod", "nancumprod", "The product of all values up to here, nan counting as 1."),
):
    derived(globals(), Running, _name, _about, formula=_formula)


@op
class Sort(Op):
    """The values in rising order along `axis`, or all of them in one row for none."""

    axis: of.Axis = -1

    examples = (
        "| (n, h) -> (n, h)",
        "axis: null | (n, h) -> (h*n)",
        "axis: 0 | (n, h) -> (n, h)",
        "axis: 2 | (n, h) !! SC309",
    )

    def rule(self, np, x):
        return np.sort(x, axis=self.axis)


@op
class Argsort(Op):
    """The places of the values in rising order along `axis`, or of all of them in one row for none."""

    axis: of.Axis = -1

    examples = (
        "| (n, h) -> (n, h)",
        "axis: null | (n, h) -> (h*n)",
        "axis: 0 | (n, h) -> (n, h)",
        "axis: 2 | (n, h) !! SC309",
    )

    def gives(self, x):
        return "int32"

    def rule(self, np, x):
        return np.argsort(x, axis=self.axis, kind="stable")


@op
class Argpartition(Op):
    """Places of the values along `axis`, such that what is at `kth` has nothing larger before it."""

    kth: of.Int
    axis: of.Axis = -1

    examples = ("kth: 1 | (n, 4) -> (n, 4)", "kth: 0, axis: null | (n, h) -> (h*n)", "kth: 4 | (n, 4) !! SC306")

    def gives(self, x):
        return "int32"

    def rule(self, np, x):
        if numbers(np):
            return np.argpartition(x, self.kth, axis=self.axis)
        made = np.argsort(x, axis=self.axis)
        n = made.sizes[-1 if self.axis is None else self.axis]
        made.trace.at_least(n, self.kth + 1 if self.kth >= 0 else -self.kth, "argpartition")
        return made


@op
class Diff(Op):
    """What each value adds to the one before it, `n` times over: `n` values fewer along `axis`."""

    n: params.Extent = 1
    axis: of.Int = -1

    examples = (
        "| (n, h, 5) -> (n, h, 4)",
        "n: 2, axis: 1 | (n, 6) -> (n, 4)",
        "n: 3, axis: 0 | (2, h) -> (0, h)",
        "axis: 2 | (n, h) !! SC309",
        "n: -1 | (n, h) !! SC114",
    )

    def rule(self, np, x):
        return np.diff(x, n=self.n, axis=self.axis)


@op
class Trapezoid(Op):
    """The area under y along `axis`, by trapezoids whose feet are `dx` apart, or at the places `x`."""

    x_: params.Anything = None
    dx: params.Number = 1.0
    axis: of.Int = -1

    works = "result"
    examples = ("| (n, h, 5) -> (n, h)", "dx: 0.5, axis: 1 | (n, 4, 3) -> (n, 3)", "axis: 2 | (n, h) !! SC309")

    def gives(self, y):
        return dt.floating(y)

    def rule(self, np, y):
        if not numbers(np):
            return np.sum(y, axis=self.axis)
        feet = None if self.x_ is None else np.asarray(self.x_)
        return np.trapezoid(y, x=feet, dx=self.dx, axis=self.axis)


@op
class TopK(Op):
    """The `k` largest values of the last axis, and their places."""

    k: params.Positive
    sorted_: params.Flag = True

    examples = (
        "k: 2 | (n, h, 5) -> (n, h, 2), (n, h, 2)",
        "k: 3, sorted: false | (n, 4) -> (n, 3), (n, 3)",
        "k: 3 | (n, 2) !! SC306",
        "k: 0 | (n, 2) !! SC114",
    )

    def gives(self, x):
        return [x, "int32"]

    def rule(self, np, x):
        if not numbers(np):
            x[..., self.k - 1]
            made = np.broadcast_to(x[..., :1], (*x.sizes[:-1], self.k))
            return [made, made]
        places = np.argsort(-x.astype("float64"), axis=-1, kind="stable")[..., : self.k]
        return [np.take_along_axis(x, places, axis=-1), places]


@op
class InTopK(Op):
    """Whether the value of each target is among the `k` largest of its row of predictions."""

    k: params.Positive

    verb = "cannot look up"
    examples = ("k: 2 | int32(n), (n, 5) -> (n)", "k: 1 | int32(2), (3, 5) !! SC301", "k: 1 | int32(n), (n) !! SC302")

    def gives(self, targets, predictions):
        return "bool"

    def rule(self, np, targets, predictions):
        if not numbers(np):
            trace = predictions.trace
            of_rank(targets, 1)
            of_rank(predictions, 2)
            trace.equal(targets.sizes[0], predictions.sizes[0], "in_top_k")
            return targets
        at = np.take_along_axis(predictions, targets[:, None].astype("int64"), axis=1)
        return np.sum(predictions > at, axis=1) < self.k

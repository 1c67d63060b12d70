"""Operations that make rows of numbers, scatter values, and count."""

from typing import Any

from shapecheck import need, params
from shapecheck.diagnostic import Refusal
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of


@op
class Arange(Op):
    """The numbers from `start` on in steps of `step`, before `stop`; from 0 to `start` where only that is given."""

    dtype_: of.DType = None
    step: params.Alpha = None

    by_value = True
    called = ("start", "stop", "step")
    examples = (
        "start: 5 | -> (5)",
        "start: 1, stop: 7, step: 2 | -> (3)",
        "start: 3, dtype: float16 | -> (3)",
        "start: 0, stop: 1, step: 0 | !! SC114",
    )

    def check(self):
        need.that(self.step != 0, "SC114", "step", expected="other than 0", given=0)

    def gives(self, start, stop=None):
        steps = () if self.step is None else ("int" if float(self.step).is_integer() else "float",)
        return self.dtype_ or dt.result_type(start, *(() if stop is None else (stop,)), *steps)

    def rule(self, np, start, stop=None):
        ends = [value for value in (start, stop) if value is not None]
        if not numbers(np) and any(hasattr(end, "dtype") for end in ends):
            from shapecheck.tracing import Untraceable

            raise Untraceable("how many numbers lie between two values")
        step = 1 if self.step is None else self.step
        return (
            np.arange(*ends, step=int(step) if float(step).is_integer() else step)
            if len(ends) > 1
            else (np.arange(0, ends[0], int(step) if float(step).is_integer() else step))
        )


class Spaced(Op):
    """`num` numbers from `start` to `stop`, along a new axis at `axis`; without the last one unless `endpoint`."""

    num: params.Extent = 50
    endpoint: params.Flag = True
    dtype_: of.DType = None
    axis: of.Int = 0

    def gives(self, start, stop):
        return self.dtype_ or dt.floating(start)

    def spaced(self, np, start, stop):
        """The numbers, as NumPy makes them."""
        return np.linspace(start, stop, self.num, endpoint=self.endpoint, axis=self.axis)

    def rule(self, np, start, stop):
        if numbers(np):
            return self.spaced(np, start, stop)
        return np.moveaxis(np.linspace(start, stop, self.num), 0, self.axis)


_SPACED = (
    "start: 0 | (n) -> (50, n)",
    "num: 5, endpoint: false, axis: 1 | (n), (n) -> (n, 5)",
    "start: 1, num: 0 | () -> (0)",
    "num: 5 | (3), (4) !! SC310",
    "axis: 2, start: 1 | (n) !! SC309",
)


@op
class Linspace(Spaced):
    """`num` evenly spaced numbers from `start` to `stop`."""

    num: params.Extent = 50
    endpoint: params.Flag = True
    retstep: params.Flag = False
    dtype_: of.DType = None
    axis: of.Int = 0

    examples = (*_SPACED, "start: 0, num: 3, retstep: true | (n) -> (3, n), (n)")

    def rule(self, np, start, stop):
        made = super().rule(np, start, stop)
        if not self.retstep:
            return made
        gaps = max(self.num - self.endpoint, 1)
        return [made, (stop - start) / gaps]


@op
class Logspace(Spaced):
    """`base` to the power of `num` evenly spaced numbers from `start` to `stop`."""

    num: params.Extent = 50
    endpoint: params.Flag = True
    base: params.Number = 10
    dtype_: of.DType = None
    axis: of.Int = 0

    examples = (*_SPACED, "start: 0, base: 2, num: 3 | (n) -> (3, n)")

    def spaced(self, np, start, stop):
        return np.logspace(start, stop, self.num, endpoint=self.endpoint, base=self.base, axis=self.axis)


@op
class Geomspace(Spaced):
    """`num` numbers from `start` to `stop`, each the same multiple of the one before."""

    examples = (
        "start: 1 | (n) -> (50, n)",
        "num: 5, endpoint: false, axis: 1 | (n), (n) -> (n, 5)",
        "num: 5 | (3), (4) !! SC310",
    )

    def spaced(self, np, start, stop):
        start, stop = (np.asarray(end, "float64") for end in (start, stop))
        along = np.linspace(0, 1, self.num, endpoint=self.endpoint).reshape(-1, *[1] * max(start.ndim, stop.ndim))
        return np.moveaxis(start * (stop / start) ** along, 0, self.axis)


# Sizes -----------------------------------------------------------------------------------------------------------


@op
class Size(Op):
    """The number of values."""

    examples = ("| (n, h) -> ()",)

    def gives(self, x):
        return "int32"

    def rule(self, np, x):
        return np.asarray(x.size) if numbers(np) else np.zeros(())


@op
class Ndim(Op):
    """The number of axes."""

    examples = ("| (n, h) -> ()",)

    def gives(self, x):
        return "int32"

    def rule(self, np, x):
        return np.asarray(x.ndim) if numbers(np) else np.zeros(())


@op
class UnravelIndex(Op):
    """The index along each axis of `shape` for places in the row of all its values."""

    shape_: of.Sizes

    examples = ("shape: [3, 4] | int32(n) -> (n), (n)", "shape: [2, 3, 4] | int32(n, t) -> (n, t), (n, t), (n, t)")

    def rule(self, np, indices):
        if numbers(np):
            return list(np.unravel_index(np.clip(indices, 0, max(int(np.prod(self.shape_)) - 1, 0)), self.shape_))
        return [indices] * len(self.shape_)


# Scattering --------------------------------------------------------------------------------------------------------


@op
class Scatter(Op):
    """Zeros of `shape`, with the values added at the indices (..., axes) of its first axes."""

    shape_: of.Sizes

    called = ("indices", "values")
    verb = "cannot scatter"
    examples = (
        "shape: [5] | int32(n, 1), (n) -> (5)",
        "shape: [5, 3] | int32(n, 1), (n, 3) -> (5, 3)",
        "shape: [5, 6] | int32(n, 2), (n) -> (5, 6)",
        "shape: [5] | int32(2, 1), (3) !! SC301",
    )

    def gives(self, indices, values):
        return values

    def rule(self, np, indices, values):
        fitting(np, self, len(self.shape_), indices, values)
        if not numbers(np):
            return np.zeros(self.shape_)
        made = np.zeros(self.shape_, values.dtype)
        np.add.at(made, at(np, indices, made), values)
        return made


def fitting(np, owner, rank, indices, values):
    """Indices (..., axes) name a place in a tensor of some rank for each of the values."""
    of_rank(indices, 1, params.MAX_RANK)
    if numbers(np):
        return
    for n, m in zip(shape_of(indices)[:-1], shape_of(values), strict=False):
        need.equal(n, m, verb=owner.verb)
    deep = shape_of(indices)[-1]
    if isinstance(deep, int) and deep > rank:
        raise Refusal("SC302", expected=f"indices of at most {rank} axes", rank=deep, shape=shape_of(indices))


def at(np, indices, x):
    """The key for indices (..., axes), brought into the range of each axis."""
    return tuple(
        np.clip(indices[..., k].astype("int64"), -n, n - 1) for k, n in enumerate(x.shape[: indices.shape[-1]])
    )


Combining: Any = params.optional(params.one_of("add", "max", "min", "mul"))


@op
class ScatterUpdate(Op):
    """inputs, with the updates written, added, multiplied, ... at the indices (..., axes) of its first axes."""

    reduction: Combining = None

    verb = "cannot scatter"
    examples = (
        "| (5), int32(n, 1), (n) -> (5)",
        "reduction: add | (5, 3), int32(n, 1), (n, 3) -> (5, 3)",
        "reduction: mean | (5), int32(n, 1), (n) !! SC114",
        "| (5), int32(2, 1), (3) !! SC301",
    )

    def rule(self, np, inputs, indices, updates):
        fitting(np, self, inputs.ndim, indices, updates)
        if not numbers(np):
            return inputs
        made, key = inputs.copy(), at(np, indices, inputs)
        if self.reduction is None:
            made[key] = updates
        else:
            name = {"max": "maximum", "min": "minimum", "mul": "multiply"}.get(self.reduction, self.reduction)
            getattr(np, name).at(made, key, updates)
        return made

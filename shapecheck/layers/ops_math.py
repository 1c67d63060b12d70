"""Special functions, sums by segments, transforms to frequencies and back."""

import math
from typing import Any, ClassVar

from shapecheck import dims, need, params
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers._op import Op, derived, numbers, of_rank, op, shape_of
from shapecheck.layers.ops_elementwise import Unary

_OPTIONAL: Any = params.optional(params.Positive)


def by_value(function):
    """A function of floats on every value of an array."""

    def formula(np, x):
        return np.fromiter(map(function, x.astype("float64").ravel().tolist()), "float64", x.size).reshape(x.shape)

    return formula


def erfinv(y):
    """The x with erf(x) = y, by Newton's steps of third order from Giles's (2010) approximation."""
    if not -1 < y < 1:
        return math.copysign(math.inf, y) if abs(y) == 1 else math.nan
    w = math.sqrt(-math.log((1 - y) * (1 + y)))
    x = math.copysign(max(w - 0.5 if w > 2 else w * 0.9, 0.0), y)
    for _ in range(60):
        step = (math.erf(x) - y) * math.sqrt(math.pi) / 2 * math.exp(min(x * x, 700))
        moved = step / (1 + x * step)
        x -= moved
        if abs(moved) <= 1e-15 * abs(x):
            break
    return x


derived(
    globals(),
    Unary,
    "Erf",
    "The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.",
    formula=by_value(math.erf),
    result=dt.first,
)
derived(globals(), Unary, "Erfc", "1 - erf(x).", formula=by_value(math.erfc), result=dt.floating)
derived(globals(), Unary, "Erfinv", "The number whose error function is x.", formula=by_value(erfinv), result=dt.first)


# Segments ------------------------------------------------------------------------------------------------------------


class Segments(Op):
    """The values of the first axis that have the same number, as one; there are `num_segments` of them."""

    num_segments: _OPTIONAL = None
    sorted_: params.Flag = False

    verb = "cannot number"
    start: ClassVar[Any]
    examples = (
        "num_segments: 4 | (n, 3), int32(n) -> (4, 3)",
        "num_segments: 2, sorted: true | (5), int32(5) -> (2)",
        "num_segments: 4 | (3, 3), int32(4) !! SC301",
        "num_segments: 4 | (3, 3), int32(3, 3) !! SC302",
    )

    def gives(self, data, segment_ids):
        return data

    def rule(self, np, data, segment_ids):
        of_rank(segment_ids, 1)
        of_rank(data, 1, params.MAX_RANK)
        if not numbers(np):
            data.trace.equal(data.sizes[0], segment_ids.sizes[0], "segments")
            count = dims.UNKNOWN if self.num_segments is None else self.num_segments
            return np.zeros((count, *data.sizes[1:]))
        ids = segment_ids.astype("int64")
        count = int(ids.max(initial=-1)) + 1 if self.num_segments is None else self.num_segments
        made = np.full((count, *data.shape[1:]), self.start(np, data.dtype), data.dtype)
        kept = (ids >= 0) & (ids < count)
        getattr(np, self.formula).at(made, ids[kept], data[kept])
        return made


def _lowest(np, dtype):
    return np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min


def _highest(np, dtype):
    return np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max


for _name, _formula, _start, _about in (
    ("SegmentSum", "add", lambda np, dtype: 0, "The sum of each segment."),
    ("SegmentProd", "multiply", lambda np, dtype: 1, "The product of each segment."),
    ("SegmentMax", "maximum", _lowest, "The largest value of each segment, the least number for an empty one."),
    ("SegmentMin", "minimum", _highest, "The smallest value of each segment, the greatest number for an empty one."),
):
    derived(globals(), Segments, _name, _about, formula=_formula, start=staticmethod(_start))


@op
class CDist(Op):
    """The distance of each row of x (..., n, d) from each row of y (..., m, d)."""

    works = "result"
    verb = "cannot measure between"
    examples = (
        "| (n, 3, 4), (n, 5, 4) -> (n, 3, 5)",
        "| (3, 4), (n, m, 4) -> (n, 3, m)",
        "| (3, 4), (3, 5) !! SC301",
        "| (4), (3, 4) !! SC302",
        "| (2, 3, 4), (3, 3, 4) !! SC310",
    )

    def gives(self, x, y):
        return dt.floating(x, y)

    def rule(self, np, x, y):
        of_rank(x, 2, params.MAX_RANK)
        of_rank(y, 2, params.MAX_RANK)
        if not numbers(np):
            return np.matmul(x, np.swapaxes(y, -1, -2))
        return np.sqrt(np.sum(np.square(x[..., :, None, :] - y[..., None, :, :]), axis=-1))


# Complex numbers -----------------------------------------------------------------------------------------------------


@op
class ViewAsComplex(Op):
    """Pairs (..., 2) of a real and an imaginary part as complex numbers (...)."""

    examples = ("| (n, h, 2) -> (n, h)", "| (n, 3) !! SC301", "| () !! SC302")

    def gives(self, x):
        return "complex64"

    def rule(self, np, x):
        of_rank(x, 1, params.MAX_RANK)
        need.equal(shape_of(x)[-1], 2, verb="needs pairs, and cannot pair", axis=x.ndim - 1)
        return x[..., 0] + 1j * x[..., 1] if numbers(np) else x[..., 0]


@op
class ViewAsReal(Op):
    """Complex numbers (...) as pairs (..., 2) of a real and an imaginary part."""

    examples = ("| complex64(n, h) -> (n, h, 2)",)

    def gives(self, x):
        return "float32"

    def rule(self, np, x):
        return np.stack([x.real, x.imag], -1) if numbers(np) else np.stack([x, x], -1)


@op
class Polar(Op):
    """The complex number of absolute value abs_ at an angle: abs_ (cos(angle) + i sin(angle))."""

    examples = ("| (n, h), (n, h) -> (n, h)", "| (3), (4) !! SC310")

    def gives(self, abs_, angle):
        return "complex64"

    def rule(self, np, abs_, angle):
        return abs_ * np.exp(1j * angle) if numbers(np) else abs_ * angle

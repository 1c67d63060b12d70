"""Operations that keep a shape: casts, constants of the shape of a tensor, rounding, and comparisons."""

from typing import Any, ClassVar

from shapecheck import params
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of

Side: Any = params.one_of("left", "right")


class Same(Op):
    """x as it is."""

    examples: ClassVar[tuple[str, ...]] = ("| (n, h) -> (n, h)",)

    def rule(self, np, x):
        return x


@op
class StopGradient(Same):
    """variable, of which training takes no gradient."""

    def rule(self, np, variable):
        return variable


class Casting(Same):
    """x with another dtype, or its own for none."""

    dtype_: of.DType = None

    examples = ("dtype: float64 | (n, h) -> (n, h)", "| (n, h) -> (n, h)")

    def gives(self, x):
        return self.dtype_ or dt.first(x)

    def rule(self, np, x):
        return x


@op
class Array(Casting):
    """x as an array of `dtype`."""


@op
class ConvertToTensor(Casting):
    """x as a tensor of `dtype`."""

    sparse: params.Anything = None
    ragged: params.Anything = None


@op
class Cast(Casting):
    """x with the dtype `dtype`."""

    dtype_: of.NeededDType

    examples = ("dtype: int32 | (n, h) -> (n, h)", "dtype: flaot32 | (n, h) !! SC114")


@op
class SaturateCast(Casting):
    """x with the dtype `dtype`; what that cannot hold becomes the nearest value that it can."""

    dtype_: of.NeededDType

    examples = ("dtype: uint8 | (n, h) -> (n, h)", "| (n, h) !! SC112")

    def rule(self, np, x):
        if not numbers(np) or self.dtype_.startswith(("float", "bfloat", "complex", "bool")):
            return x
        ends = np.iinfo(self.dtype_)
        top = np.clip(np.nan_to_num(x, nan=0, posinf=ends.max, neginf=ends.min), ends.min, ends.max)
        return np.where(x >= ends.max, ends.max, top.astype(self.dtype_)) if x.dtype.kind == "f" else top


class Like(Casting):
    """A tensor of the shape of x, of `dtype` or of its own."""

    value = 0

    def rule(self, np, x):
        return np.full_like(x, type(self).value) if numbers(np) else x


@op
class ZerosLike(Like):
    """Zeros of the shape of x."""


@op
class OnesLike(Like):
    """Ones of the shape of x."""

    value = 1


@op
class EmptyLike(Like):
    """A tensor of the shape of x, filled with zeros here."""


@op
class FullLike(Op):
    """`fill_value` in the shape of x."""

    dtype_: of.DType = None

    examples = (
        "fill_value: 2 | (n, h) -> (n, h)",
        "fill_value: 2, dtype: int32 | (n, h) -> (n, h)",
        "| (n, h), (h) -> (n, h)",
        "| (n, 3), (4) !! SC301",
    )

    def gives(self, x, fill_value):
        return self.dtype_ or dt.first(x)

    def rule(self, np, x, fill_value):
        return np.broadcast_to(fill_value, shape_of(x))


@op
class Full(Op):
    """`fill_value` repeated up to `shape`."""

    shape_: of.Sizes
    dtype_: of.DType = None

    examples = (
        "shape: [2, n] | (n) -> (2, n)",
        "shape: [3, 4], dtype: int32 | () -> (3, 4)",
        "shape: [2] | (3) !! SC301",
    )

    def gives(self, fill_value):
        return self.dtype_ or "float32"

    def rule(self, np, fill_value):
        return np.broadcast_to(fill_value, self.shape_)


@op
class Round(Op):
    """x rounded to `decimals` places, halves to the even side."""

    decimals: of.Int = 0

    examples = ("| (n, h) -> (n, h)", "decimals: 2 | (n, h) -> (n, h)")

    def rule(self, np, x):
        return np.round(x, self.decimals) if numbers(np) and x.dtype.kind != "b" else x


@op
class NanToNum(Op):
    """x with numbers in the place of nan and of the infinities, by default the extremes of its dtype."""

    nan: params.Number = 0.0
    posinf: params.Alpha = None
    neginf: params.Alpha = None

    examples = ("| (n, h) -> (n, h)", "nan: 1, posinf: 2, neginf: -2 | (n, h) -> (n, h)")

    def rule(self, np, x):
        return np.nan_to_num(x, nan=self.nan, posinf=self.posinf, neginf=self.neginf) if numbers(np) else x


# Comparing -----------------------------------------------------------------------------------------------------------


@op
class Isclose(Op):
    """Whether |x1 - x2| <= atol + rtol |x2|; nan is close to nan with `equal_nan`."""

    equal_nan: params.Flag = False
    rtol: params.Number = 1e-5
    atol: params.Number = 1e-8

    works = dt.common
    called: ClassVar[tuple[str, ...]] = ("x1", "x2", "rtol", "atol")
    examples: ClassVar[tuple[str, ...]] = (
        "| (n, h), (n, 1) -> (n, h)",
        "x2: 0, equal_nan: true, rtol: 0.1, atol: 0.1 | (n) -> (n)",
        "| (3), (4) !! SC310",
    )

    def gives(self, x1, x2):
        return "bool"

    def rule(self, np, x1, x2):
        return np.isclose(x1, x2, rtol=self.rtol, atol=self.atol, equal_nan=self.equal_nan)


@op
class AllClose(Isclose):
    """Whether all values of x1 and x2 are close."""

    called = ("x1", "x2")
    examples = ("| (n, h), (n, 1) -> ()", "| (3), (4) !! SC310")

    def rule(self, np, x1, x2):
        return np.all(super().rule(np, x1, x2))


@op
class IsIn(Op):
    """Whether each value of x1 is one of the values of x2; whether it is none with `invert`."""

    assume_unique: params.Flag = False
    invert: params.Flag = False

    examples = ("| (n, h), (3) -> (n, h)", "x2: [1, 2], invert: true | (n) -> (n)")

    def gives(self, x1, x2):
        return "bool"

    def rule(self, np, x1, x2):
        return np.isin(x1, x2, invert=self.invert) if numbers(np) else x1


@op
class Digitize(Op):
    """How many of the rising `bins` are not above each value."""

    examples = ("| (n, h), (3) -> (n, h)", "bins: [0, 1] | (n) -> (n)", "| (n), (n, h) !! SC302")

    def gives(self, x, bins):
        return "int32"

    def rule(self, np, x, bins):
        if numbers(np):
            return np.searchsorted(np.asarray(bins), x, side="right")
        of_rank(bins, 1)
        return x


@op
class SearchSorted(Op):
    """Where each value would be put into the rising `sorted_sequence`."""

    side: Side = "left"

    examples = (
        "| (5), (n, h) -> (n, h)",
        "side: right, sorted_sequence: [0, 1] | (n) -> (n)",
        "| (n, h), (n) !! SC302",
    )

    def gives(self, sorted_sequence, values):
        return "int32"

    def rule(self, np, sorted_sequence, values):
        if numbers(np):
            return np.searchsorted(sorted_sequence, values, side=self.side)
        of_rank(sorted_sequence, 1)
        return values

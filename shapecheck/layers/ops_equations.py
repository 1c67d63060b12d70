"""Systems of linear equations, and norms."""

from contextlib import suppress
from typing import Any, ClassVar

from shapecheck import need, params
from shapecheck.diagnostic import Refusal
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of
from shapecheck.layers._values import kind
from shapecheck.words import shown


@op
class Solve(Op):
    """The x with a x = b, for square matrices a (..., n, n) and b (..., n) or (..., n, k)."""

    verb = "cannot solve for"
    examples: ClassVar[tuple[str, ...]] = (
        "| (n, 3, 3), (n, 3, 2) -> (n, 3, 2)",
        "| (3, 3), (3) -> (3)",
        "| (3, 3), (4, 2) !! SC301",
        "| (3, 4), (3) !! SC301",
        "| (3), (3) !! SC302",
    )

    def rule(self, np, a, b):
        of_rank(a, 2, params.MAX_RANK)
        of_rank(b, max(a.ndim - 1, 1), a.ndim)
        if numbers(np):
            return self.solved(np, a, b if b.ndim == a.ndim else b[..., None]).reshape(b.shape)
        need.equal(a.sizes[-2], a.sizes[-1], verb="needs square matrices, and cannot take", axis=a.ndim - 1)
        for n, m in zip(a.sizes[:-1], b.sizes, strict=False):
            need.equal(n, m, verb=self.verb)
        return b

    def gives(self, a, b):
        return b

    def solved(self, np, a, b):
        made = np.full(b.shape, np.nan, b.dtype)
        for at in np.ndindex(a.shape[:-2]):
            with suppress(np.linalg.LinAlgError):
                made[at] = np.linalg.solve(a[at], b[at])
        return made


@op
class SolveTriangular(Solve):
    """The x with a x = b, where only the upper triangle of a counts, or the lower one with `lower`."""

    lower: params.Flag = False

    examples = (*Solve.examples, "lower: true | (n, 3, 3), (n, 3, 2) -> (n, 3, 2)")

    def solved(self, np, a, b):
        return super().solved(np, np.tril(a) if self.lower else np.triu(a), b)


@op
class Lstsq(Op):
    """The x (m) or (m, k) that makes |a x - b| least, for a (n, m) and b (n) or (n, k)."""

    rcond: params.Alpha = None

    verb = "cannot solve for"
    examples = (
        "| (5, 3), (5, 2) -> (3, 2)",
        "rcond: 0.1 | (n, 3), (n) -> (3)",
        "| (5, 3), (4) !! SC301",
        "| (n, 5, 3), (5) !! SC302",
    )

    def gives(self, a, b):
        return a

    def rule(self, np, a, b):
        of_rank(a, 2)
        of_rank(b, 1, 2)
        if numbers(np):
            return np.linalg.lstsq(a, b, rcond=self.rcond)[0]
        need.equal(a.sizes[0], b.sizes[0], verb=self.verb, axis=0)
        return np.zeros((a.sizes[1], *b.sizes[1:]))


# Norms ---------------------------------------------------------------------------------------------------------------


def _order(value, param, keras):
    number = {"inf": float("inf"), "-inf": float("-inf")}.get(value, value) if isinstance(value, str) else value
    if number in ("fro", "nuc") or (isinstance(number, (int, float)) and not isinstance(number, bool)):
        return number
    raise Refusal("SC114", param, expected="`fro`, `nuc` or a number", given=shown(value))


Order: Any = params.optional(kind("`fro`, `nuc` or a number", _order))


@op
class Norm(Op):
    """The norm of the given order over `axis`, an axis of vectors or two of matrices, or over all values."""

    ord: Order = None
    axis: of.Axes = None
    keepdims: params.Flag = False

    works = "result"
    examples = (
        "axis: 1 | (n, h, 3) -> (n, 3)",
        "| (n, h, 3) -> ()",
        "ord: fro, axis: [1, 2], keepdims: true | (n, h, 3) -> (n, 1, 1)",
        "ord: 1, axis: -1 | (n, h) -> (n)",
        "ord: fro, axis: 1 | (n, h) !! SC114",
        "ord: big | (n, h) !! SC114",
        "axis: 2 | (n, h) !! SC309",
        "ord: 3, axis: [0, 1] | (n, h) !! SC114",
    )

    def gives(self, x):
        return dt.floating(x)

    def rule(self, np, x):
        axis = self.axis if isinstance(self.axis, tuple) or self.axis is None else (self.axis,)
        count = x.ndim if axis is None else len(axis)
        if count == 1:
            need.that(
                not isinstance(self.ord, str), "SC114", "ord", expected="a number, for vectors", given=shown(self.ord)
            )
        elif count == 2:
            of_matrices = (None, "fro", "nuc", float("inf"), float("-inf"), 1, -1, 2, -2)
            need.that(
                self.ord in of_matrices,
                "SC114",
                "ord",
                expected="the order of a norm of matrices",
                given=shown(self.ord),
            )
        elif self.ord is not None or axis is not None:
            raise Refusal("SC302", expected="one axis or two", rank=count, shape=shape_of(x))
        if not numbers(np):
            return np.sum(x, axis=axis, keepdims=self.keepdims)
        if self.ord is None and count > 2:
            return np.linalg.norm(x.ravel()).reshape((1,) * x.ndim if self.keepdims else ())
        return np.linalg.norm(
            x, ord=self.ord, axis=axis if axis is None or len(axis) > 1 else axis[0], keepdims=self.keepdims
        )

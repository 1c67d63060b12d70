"""Triangles, diagonals and rows of matrices, and vectors as such."""

from typing import Any

from shapecheck import params
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op


class Triangle(Op):
    """x with zeros on one side of the diagonal that is `k` above the main one."""

    k: of.Int = 0

    examples = ("| (n, h, w) -> (n, h, w)", "k: 1 | (n, h) -> (n, h)", "| (n) !! SC302")

    def rule(self, np, x):
        of_rank(x, 2, params.MAX_RANK)
        return self.half(np, x) if numbers(np) else x

    def half(self, np, x):
        """What is left of the numbers."""
        raise NotImplementedError


@op
class Tril(Triangle):
    """x with zeros above a diagonal."""

    def half(self, np, x):
        return np.tril(x, self.k)


@op
class Triu(Triangle):
    """x with zeros below a diagonal."""

    def half(self, np, x):
        return np.triu(x, self.k)


@op
class Diag(Op):
    """The matrix with x on its `k`-th diagonal, or the `k`-th diagonal of the matrix x."""

    k: of.Int = 0

    examples = (
        "| (n) -> (n, n)",
        "k: -2 | (n) -> (n + 2, n + 2)",
        "| (3, 4) -> (3)",
        "k: 2 | (3, 4) -> (2)",
        "| (n, 3, 3) !! SC302",
    )

    def rule(self, np, x):
        of_rank(x, 1, 2)
        return np.diag(x, self.k)


@op
class Diagflat(Op):
    """The matrix with all values of x on its `k`-th diagonal."""

    k: of.Int = 0

    examples = ("| (n, 2) -> (2*n, 2*n)", "k: 1 | (n) -> (n + 1, n + 1)", "| () -> (1, 1)")

    def rule(self, np, x):
        return np.diag(np.ravel(x), self.k)


class OnDiagonal(Op):
    """The diagonal `offset` above the main one, of the matrices that two axes of x make."""

    offset: of.Int = 0
    axis1: of.Int = 0
    axis2: of.Int = 1


@op
class Diagonal(OnDiagonal):
    """The diagonal `offset` above the main one of each matrix, as the last axis."""

    examples = (
        "| (3, 4, n) -> (n, 3)",
        "offset: 2, axis1: 1, axis2: 2 | (n, 3, 4) -> (n, 2)",
        "| (n) !! SC302",
        "axis2: 2 | (n, 3) !! SC309",
        "axis1: 1, axis2: 1 | (n, 3) !! SC114",
    )

    def rule(self, np, x):
        return np.diagonal(x, self.offset, self.axis1, self.axis2)


@op
class Trace(OnDiagonal):
    """The sum of the diagonal `offset` above the main one of each matrix."""

    examples = (
        "| (3, 4, n) -> (n)",
        "offset: 1, axis1: 1, axis2: 2 | (n, 3, 4) -> (n)",
        "| (n) !! SC302",
        "axis2: 2 | (n, 3) !! SC309",
        "axis1: 1, axis2: 1 | (n, 3) !! SC114",
    )

    def gives(self, x):
        return dt.summed(x)

    def rule(self, np, x):
        return np.trace(x, self.offset, self.axis1, self.axis2)


Mode: Any = params.one_of("valid", "same", "full")


@op
class Correlate(Op):
    """The sum of products of one vector with another at each place of it; `mode` as in a convolution."""

    mode: Mode = "valid"

    works = "result"
    examples = (
        "| (7), (3) -> (5)",
        "mode: same | (7), (3) -> (7)",
        "mode: full | (n), (3) -> (n + 2)",
        "| (n, 2), (3) !! SC302",
        "mode: circular | (7), (3) !! SC114",
    )

    def gives(self, x1, x2):
        both = dt.common(x1, x2)
        return "float64" if both == "int64" else both if dt.is_float(both) else "float32"

    def rule(self, np, x1, x2):
        of_rank(x1, 1)
        of_rank(x2, 1)
        if numbers(np):
            return np.correlate(x1, x2, mode=self.mode)
        from shapecheck import dims

        long, short = dims.maximum(x1.sizes[0], x2.sizes[0]), dims.minimum(x1.sizes[0], x2.sizes[0])
        size = {"valid": long - short + 1, "same": long, "full": x1.sizes[0] + x2.sizes[0] - 1}[self.mode]
        return np.zeros((size,))


@op
class Vander(Op):
    """The powers of each value: N columns, from x^(N-1) down to 1, or up from 1 with `increasing`."""

    N: of.Axis = None
    increasing: params.Flag = False

    examples = ("| (3) -> (3, 3)", "N: 4, increasing: true | (n) -> (n, 4)", "| (n, 2) !! SC302")

    def rule(self, np, x):
        of_rank(x, 1)
        count = (x.shape[0] if numbers(np) else x.sizes[0]) if self.N is None else int(self.N)
        return np.vander(x, count, increasing=self.increasing) if numbers(np) else np.zeros((x.sizes[0], count))

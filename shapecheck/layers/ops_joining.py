"""Operations that make one tensor of several, and several of one."""

from itertools import pairwise
from typing import Any

from shapecheck import dims, need, params
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of

Indexing: Any = params.one_of("xy", "ij")
Number: Any = params.optional(params.Extent)


class Joining(Op):
    """A list of tensors as one."""

    works = "result"
    verb = "cannot join"

    def gives(self, *given):
        return dt.common(*given) if given else "float32"


@op
class Concatenate(Joining):
    """Tensors one after another along `axis`; all other sizes are equal."""

    axis: of.Int = 0

    examples = (
        "axis: -1 | (n, h, 3), (n, h, 4) -> (n, h, 7)",
        "| (n, 3), (m, 3), (2, 3) -> (m + n + 2, 3)",
        "axis: 1 | (n, 3), (m, 3) -> (n, 6)",
        "axis: 1 | (2, 3), (3, 3) !! SC301",
        "axis: 2 | (n, 3), (n, 3) !! SC309",
        "axis: 0 | (n, 3), (n, 3, 3) !! SC302",
    )

    def rule(self, np, *xs):
        return np.concatenate(xs, axis=self.axis)


@op
class Stack(Joining):
    """Tensors of one shape side by side along a new axis at `axis`."""

    axis: of.Int = 0

    examples = (
        "axis: 1 | (n, h), (n, h), (n, h) -> (n, 3, h)",
        "| (n), (n) -> (2, n)",
        "axis: -1 | (n), (n) -> (n, 2)",
        "| (2), (3) !! SC301",
        "| (n), (n, 1) !! SC302",
        "axis: 3 | (n, h), (n, h) !! SC309",
    )

    def rule(self, np, *x):
        return np.stack(x, axis=self.axis)


@op
class Hstack(Joining):
    """Tensors one after another along axis 1, vectors along their only axis."""

    examples = ("| (n, 2), (n, 3) -> (n, 5)", "| (n), (3) -> (n + 3)", "| (2, 2), (3, 2) !! SC301")

    def rule(self, np, *xs):
        return np.hstack(xs)


@op
class Vstack(Joining):
    """Tensors one after another along axis 0, vectors as rows."""

    examples = ("| (n, 3), (m, 3) -> (m + n, 3)", "| (n), (n) -> (2, n)", "| (2, 2), (2, 3) !! SC301")

    def rule(self, np, *xs):
        return np.vstack(xs)


@op
class Dstack(Joining):
    """Tensors one after another along axis 2; a matrix (n, m) counts as (n, m, 1), a vector (n) as (1, n, 1)."""

    examples = (
        "| (n, m), (n, m) -> (n, m, 2)",
        "| (n), (n) -> (1, n, 2)",
        "| (n, 2, 3), (n, 2, 4) -> (n, 2, 7)",
        "| (2, 2), (2, 3) !! SC301",
    )

    def rule(self, np, *xs):
        return np.dstack(xs)


@op
class Append(Op):
    """x2 after x1 along `axis`, or both in one row for none."""

    axis: of.Axis = None

    works = "result"
    verb = "cannot join"
    examples = (
        "axis: 1 | (n, 2), (n, 3) -> (n, 5)",
        "| (n, 2), (3) -> (2*n + 3)",
        "axis: 0 | (n, 2), (n, 3) !! SC301",
        "axis: 1, x2: [[1, 2]] | (1, 3) -> (1, 5)",
    )

    def gives(self, x1, x2):
        return dt.common(x1, x2)

    def rule(self, np, x1, x2):
        return np.append(x1, x2, axis=self.axis)


@op
class Meshgrid(Op):
    """The coordinates of a grid: each vector repeated along the axes of the others, rows first with `ij`."""

    indexing: Indexing = "xy"

    takes_one_or_list = True
    examples = (
        "| (n), (m) -> (m, n), (m, n)",
        "indexing: ij | (n), (m) -> (n, m), (n, m)",
        "| (2), (n, 3), (k) -> (3*n, 2, k), (3*n, 2, k), (3*n, 2, k)",
        "indexing: yx | (n), (m) !! SC114",
    )

    def gives(self, *given):
        return list(given)

    def rule(self, np, *x):
        flat = [np.ravel(one) for one in x]
        return list(np.meshgrid(*flat, indexing=self.indexing)) if len(flat) > 1 else flat


# One tensor as several ---------------------------------------------------------------------------------------------


class Splitting(Op):
    """x cut along an axis into equal parts, or at places."""

    indices_or_sections: of.Ints

    def along(self, x):
        """The axis that is cut."""
        return 0

    def rule(self, np, x):
        several = self.indices_or_sections
        if isinstance(several, tuple) and not numbers(np):
            size = shape_of(x)[need.axis(self.along(x), x.ndim)]
            for start, end in pairwise((0, *several, size)):
                need.at_least(end - start, 0, "each part", param="indices_or_sections")
        several = list(several) if isinstance(several, tuple) else several
        return list(np.split(x, several, axis=self.along(x)))


@op
class Split(Splitting):
    """x cut along `axis` into equal parts, or at the places of a list."""

    axis: of.Int = 0

    examples = (
        "indices_or_sections: 2, axis: 1 | (n, 6) -> (n, 3), (n, 3)",
        "indices_or_sections: [1, 4], axis: -1 | (n, 6) -> (n, 1), (n, 3), (n, 2)",
        "indices_or_sections: 2 | (2*n) -> (n), (n)",
        "indices_or_sections: 4, axis: 1 | (n, 6) !! SC303",
        "indices_or_sections: [1, 7], axis: 1 | (n, 6) !! SC306",
        "indices_or_sections: 2, axis: 2 | (n, 6) !! SC309",
    )

    def along(self, x):
        return self.axis


@op
class Hsplit(Splitting):
    """x cut along axis 1, a vector along its only axis."""

    examples = (
        "indices_or_sections: 2 | (n, 6) -> (n, 3), (n, 3)",
        "indices_or_sections: [1] | (3) -> (1), (2)",
        "indices_or_sections: 4 | (n, 6) !! SC303",
        "indices_or_sections: 2 | () !! SC302",
    )

    def along(self, x):
        of_rank(x, 1, params.MAX_RANK)
        return min(1, x.ndim - 1)


@op
class Vsplit(Splitting):
    """x cut along axis 0."""

    examples = (
        "indices_or_sections: 2 | (6, n) -> (3, n), (3, n)",
        "indices_or_sections: [1] | (3, n) -> (1, n), (2, n)",
        "indices_or_sections: 4 | (6, n) !! SC303",
        "indices_or_sections: 2 | (4) !! SC302",
    )

    def along(self, x):
        of_rank(x, 2, params.MAX_RANK)
        return 0


@op
class Dsplit(Splitting):
    """x cut along axis 2."""

    examples = (
        "indices_or_sections: 2 | (n, m, 6) -> (n, m, 3), (n, m, 3)",
        "indices_or_sections: [1] | (n, m, 3) -> (n, m, 1), (n, m, 2)",
        "indices_or_sections: 4 | (n, m, 6) !! SC303",
        "indices_or_sections: 2 | (n, 4) !! SC302",
    )

    def along(self, x):
        of_rank(x, 3, params.MAX_RANK)
        return 2


@op
class ArraySplit(Op):
    """x cut along `axis` into parts that are equal, or of which the first few have one more."""

    indices_or_sections: params.Positive
    axis: of.Int = 0

    examples = (
        "indices_or_sections: 3, axis: 1 | (n, 7) -> (n, 3), (n, 2), (n, 2)",
        "indices_or_sections: 2 | (5, n) -> (3, n), (2, n)",
        "indices_or_sections: 2, axis: 1 | (n) !! SC309",
    )

    def rule(self, np, x):
        return list(np.array_split(x, self.indices_or_sections, axis=self.axis))


@op
class Unstack(Op):
    """Each of the `num` slices of x along `axis`; `num` is the size of the axis, and may be left out."""

    num: Number = None
    axis: of.Int = 0

    examples = (
        "axis: 1 | (n, 2, h) -> (n, h), (n, h)",
        "num: 2 | (2, n) -> (n), (n)",
        "num: 3 | (2, n) !! SC301",
        "axis: 2 | (n, 2) !! SC309",
    )

    def rule(self, np, x):
        if numbers(np):
            return [np.take(x, i, axis=self.axis) for i in range(x.shape[self.axis])]
        along = np.moveaxis(x, self.axis, 0)
        size = along.sizes[0]
        if self.num is not None:
            x.trace.equal(size, self.num, "unstack")
            size = self.num
        if not isinstance(size, int):
            from shapecheck.tracing import Untraceable

            raise Untraceable(f"how many tensors {dims.text(size)} slices are; `num` says it")
        return [along[0]] * size if size else []

"""Products of tensors: of matrices, over axes, and what goes with them."""

from shapecheck import need, params
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, op


class Product(Op):
    """A sum of products of two tensors."""

    works = "result"
    verb = "cannot multiply"

    def gives(self, x1, x2):
        return dt.common(x1, x2)


@op
class Matmul(Product):
    """The product of matrices (..., n, k) and (..., k, m); a vector is a row on the left and a column on the right."""

    examples = (
        "| (n, 3, 4), (n, 4, 5) -> (n, 3, 5)",
        "| (n, h, 4), (4) -> (n, h)",
        "| (4), (n, 4, 5) -> (n, 5)",
        "x2: [[1, 2], [3, 4]] | (n, 2) -> (n, 2)",
        "| (n, 3), (4, 5) !! SC301",
        "| (n, 3), () !! SC302",
        "| (2, 3, 4), (3, 4, 5) !! SC310",
    )

    def gives(self, x1, x2):
        return dt.multiplied(x1, x2)

    def rule(self, np, x1, x2):
        return np.matmul(x1, x2)


@op
class Dot(Product):
    """The sum of products over the last axis of x1 and the last but one of x2, for all pairs of the others."""

    examples = (
        "| (n, 3, 4), (m, 4, 5) -> (n, 3, m, 5)",
        "| (n, 4), (4) -> (n)",
        "| (n, 4), () -> (n, 4)",
        "x2: 2 | (n, 4) -> (n, 4)",
        "| (n, 3), (4, 5) !! SC301",
    )

    def rule(self, np, x1, x2):
        return np.dot(x1, x2)


@op
class Inner(Product):
    """The sum of products over the last axes, for all pairs of the others."""

    examples = (
        "| (n, 3, 4), (m, 4) -> (n, 3, m)",
        "| (4), (4) -> ()",
        "| (n, 4), () -> (n, 4)",
        "| (n, 3), (m, 4) !! SC301",
    )

    def rule(self, np, x1, x2):
        return np.inner(x1, x2)


@op
class Vdot(Product):
    """The sum of the products of all values, as if both were vectors."""

    examples = ("| (n, 4), (n, 4) -> ()", "| (2, 3), (6) -> ()", "| (2, 3), (5) !! SC301")

    def rule(self, np, x1, x2):
        return np.vdot(x1, x2)


@op
class Outer(Product):
    """The product of each value of x1 with each of x2."""

    examples = ("| (n), (m) -> (n, m)", "| (n, 2), (3) -> (2*n, 3)", "x2: [1, 2] | (n) -> (n, 2)")

    def rule(self, np, x1, x2):
        return np.outer(x1, x2)


@op
class Kron(Product):
    """The product of each value of x1 with all of x2, put in its place."""

    examples = ("| (n, 2), (3, 4) -> (3*n, 8)", "| (n), (3) -> (3*n)", "| (n, 2), (3) -> (n, 6)")

    def rule(self, np, x1, x2):
        return np.kron(x1, x2)


@op
class Tensordot(Product):
    """The sum of products over the last `axes` of x1 and the first of x2, or over two lists of axes."""

    axes: params.Anything = 2

    examples = (
        "axes: 1 | (n, 3, 4), (4, 5) -> (n, 3, 5)",
        "| (n, 3, 4), (3, 4, m) -> (n, m)",
        "axes: [[1, 2], [1, 0]] | (n, 3, 4), (4, 3, m) -> (n, m)",
        "axes: 0 | (n), (m) -> (n, m)",
        "axes: 1 | (n, 3), (4, 5) !! SC301",
        "axes: [[5], [0]] | (n, 3), (3, 5) !! SC309",
        "axes: two | (n, 3), (3, 5) !! SC114",
    )

    def rule(self, np, x1, x2):
        axes = self.axes
        if isinstance(axes, (list, tuple)):
            axes = tuple(tuple(one) if isinstance(one, (list, tuple)) else one for one in axes)
        return np.tensordot(x1, x2, axes)


@op
class Einsum(Op):
    """A sum of products in Einstein's notation, such as `bij,bjk->bik`."""

    subscripts: params.Text

    works = "result"
    verb = "cannot match"
    takes_one_or_list = True
    examples = (
        "subscripts: 'bij,bjk->bik' | (n, 3, 4), (n, 4, 5) -> (n, 3, 5)",
        "subscripts: '...i->...' | (n, h, 4) -> (n, h)",
        "subscripts: 'ij->ji' | (n, h) -> (h, n)",
        "subscripts: 'i,i' | (n), (n) -> ()",
        "subscripts: 'ij,jk->ik' | (n, 3), (4, 5) !! SC310",
        "subscripts: 'ij,jk->ik' | (n, 3, 2), (3, 5) !! SC302",
        "subscripts: 'ij->ik' | (n, 3) !! SC114",
    )

    def gives(self, *given):
        return dt.multiplied(*given) if given else "float32"

    def rule(self, np, *operands):
        return np.einsum(self.subscripts, *operands)


@op
class Cross(Op):
    """The cross product of vectors of 2 or 3 values along an axis; two of length 2 give one number each."""

    axisa: of.Int = -1
    axisb: of.Int = -1
    axisc: of.Int = -1
    axis: of.Axis = None

    works = "result"
    examples = (
        "| (n, 3), (n, 3) -> (n, 3)",
        "| (n, 2), (n, 2) -> (n)",
        "| (n, 2), (n, 3) -> (n, 3)",
        "axisa: 0, axisb: 0, axisc: 0 | (3, n), (3, n) -> (3, n)",
        "axis: 0 | (3, n), (3, n) -> (3, n)",
        "| (n, 4), (n, 3) !! SC114",
        "axisa: 2 | (n, 3), (n, 3) !! SC309",
    )

    def gives(self, x1, x2):
        return dt.common(x1, x2)

    def rule(self, np, x1, x2):
        a, b, c = (self.axisa, self.axisb, self.axisc) if self.axis is None else (self.axis,) * 3
        x1, x2 = np.moveaxis(x1, a, -1), np.moveaxis(x2, b, -1)
        lengths = [x.shape[-1] for x in (x1, x2)]
        if not numbers(np):
            lengths = [x.sizes[-1] for x in (x1, x2)]
            for length in lengths:
                if not isinstance(length, int):
                    from shapecheck.tracing import Untraceable

                    raise Untraceable("a cross product of vectors of unknown length")
                need.that(length in (2, 3), "SC114", "axisa", expected="an axis of 2 or 3 values", given=length)
            product = x1[..., 0] + x2[..., 0]
            if lengths == [2, 2]:
                return product
            wide = np.broadcast_to(np.expand_dims(product, -1), (*product.sizes, 3))
            return np.moveaxis(wide, -1, c)
        if lengths == [2, 2]:
            return x1[..., 0] * x2[..., 1] - x1[..., 1] * x2[..., 0]
        p, q = (
            np.concatenate([x, np.zeros_like(x[..., :1])], -1) if n == 2 else x
            for x, n in zip((x1, x2), lengths, strict=True)
        )
        return np.moveaxis(np.cross(p, q), -1, c)

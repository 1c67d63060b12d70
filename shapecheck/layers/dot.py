"""Dot: the product of two tensors, summed along one axis of each."""

from shapecheck import dims, need, params
from shapecheck.contract import END, Layer, layer
from shapecheck.dtypes import promote


@layer
class Dot(Layer):
    """Sum the product of two tensors along axis a of the first and axis b of the second, sample by sample.

    The output has the other axes of the first, then those of the second; two vectors give (n, 1). With `normalize`
    both are scaled to length 1 along their axis, so that the result is a cosine.
    """

    axes: params.AxisPair
    normalize: params.Flag = False

    mask = END
    examples = (
        "axes: 1 | (n, 8), (n, 8) -> (n, 1)",
        "axes: [2, 1] | (n, t, 8), (n, 8, 5) -> (n, t, 5)",
        "axes: -1, normalize: true | (n, t, 8), (n, s, 8) -> (n, t, s)",
        "axes: 1 | (n, 4), (n, 5) !! SC301",
        "axes: 0 | (n, 4), (n, 4) !! SC114",
    )

    def axes_of(self, x, y):
        """The two axes, counted from the front; neither may be the batch."""
        wanted = self.axes if isinstance(self.axes, tuple) else (self.axes, self.axes)
        found = tuple(need.axis(axis, len(shape), "axes") for axis, shape in zip(wanted, (x, y), strict=True))
        need.that(0 not in found, "SC114", "axes", expected="axes other than the batch", given=self.axes)
        return found

    def shape(self, *xs):
        need.that(len(xs) == 2, "SC208", expected="2 inputs", given=len(xs))
        x, y = xs
        need.axes(x, "n i ...")
        need.axes(y, "n i ...")
        a, b = self.axes_of(x, y)
        batch = need.equal(x[0], y[0], verb="cannot merge", axis=0)
        facts = {"axis": a} if a == b else {"where": f" on axis {a} of one and axis {b} of the other"}
        need.equal(x[a], y[b], verb="cannot multiply", **facts)
        rest = [*x[1:a], *x[a + 1 :], *y[1:b], *y[b + 1 :]]
        return batch, *(rest or [1])

    def dtype(self, *given):
        return "int32" if {*given} == {"int8"} else promote(*given)  # products of int8 are summed in int32

    def macs(self, *xs):
        x, y = xs
        _, b = self.axes_of(x, y)
        return dims.product((*x, *y[1:b], *y[b + 1 :]))

    def run(self, np, *xs):
        x, y = (x.astype(self.dtype(*(x.dtype.name for x in xs))) for x in xs)
        a, b = self.axes_of(x.shape, y.shape)
        if self.normalize:
            x, y = unit(np, x, a), unit(np, y, b)
        left = list(range(x.ndim))
        right = [0, *range(x.ndim, x.ndim + y.ndim - 1)]
        right[b] = a
        kept = [0, *(i for i in left[1:] if i != a), *(i for i in right[1:] if i != a)]
        product = np.einsum(x, left, y, right, kept)
        return product if product.ndim > 1 else product[:, np.newaxis]


def unit(np, x, axis):
    """x scaled to length 1 along an axis; a zero stays a zero."""
    return x / np.sqrt(np.maximum(np.sum(np.square(x), axis=axis, keepdims=True), 1e-12))

"""Concatenate: tensors side by side along one axis."""

from shapecheck import dims, need, params
from shapecheck.contract import Layer, layer
from shapecheck.dtypes import promote
from shapecheck.layers.merge import alike


@layer
class Concatenate(Layer):
    """Join a list of tensors along `axis`; on every other axis, the batch included, their sizes are equal.

    An input without a mask counts as kept throughout, where another one has a mask.
    """

    axis: params.Whole = -1

    examples = (
        "| (n, h, 8), (n, h, 4) -> (n, h, 12)",
        "axis: 1 | (n, a, 8), (n, b, 8) -> (n, a + b, 8)",
        "axis: 2 | (n, 8), (n, 8) !! SC309",
        "axis: 1 | (n, 4, 8), (n, 4, 9) !! SC301",
        "| (n, 4, 8), (n, 8) !! SC302",
    )

    def shape(self, *xs):
        first = xs[0]
        axis = need.axis(self.axis, len(first))
        sizes = list(first)
        for x in xs[1:]:
            expected = f"inputs of one rank, here rank {len(first)}"
            need.that(len(x) == len(first), "SC302", expected=expected, rank=len(x))
            for i, (a, b) in enumerate(zip(sizes, x, strict=True)):
                if i != axis:
                    sizes[i] = need.equal(a, b, verb="cannot concatenate", axis=i)
        sizes[axis] = dims.total(x[axis] for x in xs)
        return tuple(sizes)

    def dtype(self, *given):
        return promote(*given)

    def mask(self, np, *xs, mask):
        kept = [
            np.ones_like(x, dtype="bool") if m is None
            else np.logical_or(m[..., np.newaxis], np.zeros_like(x, dtype="bool")) if m.ndim < x.ndim else m
            for x, m in zip(xs, mask, strict=True)
        ]  # fmt: skip
        return np.any(np.concatenate(kept, axis=self.axis), axis=-1)

    def run(self, np, *xs):
        return np.concatenate(alike(xs), axis=self.axis)

"""Elementwise merges: one formula for several tensors that broadcast against each other."""

from functools import reduce

from shapecheck import need
from shapecheck.contract import Layer, layer
from shapecheck.dtypes import promote
from shapecheck.layers._masks import on_values
from shapecheck.words import shape_text


class Merge(Layer):
    """Combine a list of tensors value by value.

    The batch must be equal; sizes of 1 are repeated on the other axes. A tensor of lower rank gets axes of size 1
    after the batch. The mask is the `or` of all masks, and there is none where an input has none.
    """

    def shape(self, *xs):
        for x in xs:
            need.axes(x, "n ...")
        rank = max(map(len, xs))
        return reduce(self.joined, (widen(x, rank) for x in xs))

    def pair(self, a, b):
        """The merge of two arrays."""
        raise NotImplementedError

    def joined(self, x, y):
        batch = need.equal(x[0], y[0], verb="cannot merge", axis=0)
        sizes = (need.broadcast(a, b, axis=axis) for axis, (a, b) in enumerate(zip(x[1:], y[1:], strict=True), 1))
        return batch, *sizes

    def dtype(self, *given):
        return promote(*given)

    def mask(self, np, *xs, mask):
        if any(m is None for m in mask):
            return None
        return reduce(np.logical_or, mask)

    def run(self, np, *xs):
        return reduce(self.pair, wide(np, xs))


def widen(shape, rank):
    """A shape with axes of size 1 after the batch, up to `rank`."""
    return (shape[0], *(1,) * (rank - len(shape)), *shape[1:])


def wide(np, xs):
    """Arrays in one dtype and of one rank."""
    rank = max(x.ndim for x in xs)
    return [np.reshape(x, widen(x.shape, rank)) for x in alike(xs)]


def alike(xs):
    """Arrays in the dtype in which Keras adds them up."""
    dtype = promote(*(x.dtype.name for x in xs))
    return [x.astype(dtype) for x in xs]


def spread(np, xs, mask):
    """For each tensor its mask, repeated along the last axis, or None.

    As Keras executes it, a tensor that gets axes of size 1 loses its mask with them.
    """
    rank = max(x.ndim for x in xs)
    return [None if m is None or x.ndim < rank else spread_to(np, m, x.shape) for x, m in zip(xs, mask, strict=True)]


def spread_to(np, mask, shape):
    """A mask over the steps of a tensor, for each of its values."""
    steps = (*mask.shape, 1)
    fits = len(steps) <= len(shape) and all(a in (1, b) for a, b in zip(steps[::-1], shape[::-1], strict=False))
    need.that(fits, "SC405", problem=f"one of {shape_text(mask.shape)} for a tensor of {shape_text(shape)}")
    return np.broadcast_to(mask[..., np.newaxis], shape)


class MaskedMerge(Merge):
    """A merge to which a masked value does not count."""

    def shape(self, *xs, mask, keras):
        rank = max(map(len, xs))
        if mask and keras.generation is None:
            for x, m in zip(xs, mask, strict=True):
                if m is not None and len(x) == rank:
                    on_values(x, m)
        return super().shape(*xs)

    def run(self, np, *xs, mask):
        return self.merged(np, wide(np, xs), spread(np, xs, mask))

    def merged(self, np, xs, kept):
        """The merge of arrays of one rank; `kept` holds a mask of its shape or None for each."""
        raise NotImplementedError


@layer
class Add(Merge):
    """y = a + b + ..."""

    examples = (
        "| (n, h, 8), (n, h, 8) -> (n, h, 8)",
        "| (n, h, 8), (n, 1, 8), (n, 8) -> (n, h, 8)",
        "| (n, 3), (n, 4) !! SC310",
        "| (2, 3), (4, 3) !! SC301",
    )

    def pair(self, a, b):
        return a + b


@layer
class Subtract(Merge):
    """y = a - b, of exactly two tensors."""

    examples = (
        "| (n, h, 8), (n, 1, 8) -> (n, h, 8)",
        "| (n, 8), (n, 8), (n, 8) !! SC208",
    )

    def shape(self, *xs):
        need.that(len(xs) == 2, "SC208", expected="2 inputs", given=len(xs))
        return super().shape(*xs)

    def pair(self, a, b):
        need.that(a.dtype.kind != "b", "SC504", problem="booleans cannot be subtracted")
        return a - b


@layer
class Multiply(MaskedMerge):
    """y = a * b * ...; a masked step counts as 1, and as 0 where every input is masked."""

    examples = ("| (n, h, 8), (n, 1, 8) -> (n, h, 8)",)

    def merged(self, np, xs, kept):
        product = reduce(
            np.multiply, (x if k is None else np.where(k, x, np.ones_like(x)) for x, k in zip(xs, kept, strict=True))
        )
        if any(k is None for k in kept):
            return product
        return np.where(reduce(np.logical_or, kept), product, np.zeros_like(product))


@layer
class Average(Merge):
    """y = (a + b + ...) / count."""

    examples = ("| (n, h, 8), (n, 1, 8) -> (n, h, 8)",)

    def dtype(self, *given):
        together = promote(*given)
        return together if "float" in together else "float32"

    def run(self, np, *xs):
        total = reduce(np.add, wide(np, xs))
        return (total / len(xs)).astype(total.dtype if total.dtype.kind == "f" else "float32")


class Extreme(MaskedMerge):
    """The larger or the smaller value; a masked step gives way to one that is not."""

    def chosen(self, np, a, b):
        """The value that wins."""
        raise NotImplementedError

    def merged(self, np, xs, kept):
        best, sure = xs[0], kept[0]
        for x, keeps in zip(xs[1:], kept[1:], strict=True):
            if keeps is not None:
                x = np.where(keeps, x, best)
            if sure is not None:
                best = np.where(sure, best, x)
            sure = None if sure is None or keeps is None else sure | keeps
            best = self.chosen(np, best, x)
        return best


@layer
class Maximum(Extreme):
    """y = max(a, b, ...)."""

    examples = ("| (n, h, 8), (n, 1, 8) -> (n, h, 8)",)

    def chosen(self, np, a, b):
        return np.maximum(a, b)


@layer
class Minimum(Extreme):
    """y = min(a, b, ...)."""

    examples = ("| (n, h, 8), (n, 1, 8) -> (n, h, 8)",)

    def chosen(self, np, a, b):
        return np.minimum(a, b)

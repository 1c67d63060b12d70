"""Functions of TensorFlow that no operation of Keras does: files of Keras 2 hold them as TFOpLambda layers."""

from typing import Any

from shapecheck import dims, need, params
from shapecheck.apply import Opaque
from shapecheck.diagnostic import Refusal
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, derived, numbers, of_rank, op, shape_of
from shapecheck.layers.ops_elementwise import Binary
from shapecheck.layers.ops_losses import Hot
from shapecheck.layers.ops_products import Product

Length: Any = params.optional(params.Extent)

derived(
    globals(),
    Binary,
    "TFSquaredDifference",
    "(x1 - x2)^2.",
    formula=lambda np, a, b: (a - b) ** 2,
    result=dt.common,
    works="result",
)


@op
class TFMatmul(Product):
    """The product of matrices (..., n, k) and (..., k, m), of which either may be transposed first."""

    transpose_a: params.Flag = False
    transpose_b: params.Flag = False

    examples = (
        "| (n, 3, 4), (n, 4, 5) -> (n, 3, 5)",
        "transpose_b: true | (n, t, 4), (n, s, 4) -> (n, t, s)",
        "transpose_a: true | (n, 4, t), (n, 4, s) -> (n, t, s)",
        "| (n, 3, 4), (n, 5, 4) !! SC301",
        "| (n), (n, 4) !! SC302",
    )

    def gives(self, a, b):
        return dt.multiplied(a, b)

    def rule(self, np, a, b):
        of_rank(a, 2, params.MAX_RANK)
        of_rank(b, 2, params.MAX_RANK)
        a = np.swapaxes(a, -1, -2) if self.transpose_a else a
        b = np.swapaxes(b, -1, -2) if self.transpose_b else b
        return np.matmul(a, b)


@op
class TFAddN(Op):
    """The sum of a list of tensors of one shape."""

    verb = "cannot add"
    examples = ("| (n, h), (n, h), (n, h) -> (n, h)", "| (2), (3) !! SC301", "| (n), (n, 1) !! SC302")

    def gives(self, *given):
        return given[0]

    def rule(self, np, *xs):
        need.that(xs, "SC208", expected="a list of inputs", given="none")
        if not numbers(np):
            return np.stack(xs)[0]
        return sum(xs[1:], xs[0])


@op
class TFReshape(Op):
    """The same values under the sizes `newshape`; for each that is none there a tensor with the size is read."""

    newshape: of.OpenSizes

    examples = (
        "newshape: [-1, 6] | (n, 4, 3) -> (2*n, 6)",
        "newshape: [n, h*w] | (n, h, w) -> (n, h*w)",
        "newshape: [3, 5] | (4, 4) !! SC301",
        "newshape: [-1, 5] | (4, 4) !! SC303",
    )

    def rule(self, np, *xs):
        x, *read = xs
        if self.newshape == "?":
            raise (
                Refusal("SC504", problem="the number of its axes is not known")
                if numbers(np)
                else Opaque("a shape that is a tensor")
            )
        if not numbers(np):
            open_ = any(size is None for size in self.newshape)
            return np.zeros(self.known(x)) if open_ else np.reshape(x, self.newshape)
        sizes = iter([*read, *[-1] * self.newshape.count(None)])
        return np.reshape(x, [int(next(sizes)) if size is None else size for size in self.newshape])

    def known(self, x):
        """The sizes of the output; those that the model works out itself are not known."""
        rest = dims.product([size for size in self.newshape if isinstance(size, int) and size >= 0])
        unknown = sum(size is None for size in self.newshape)
        if unknown == 1 and -1 not in self.newshape and rest:  # then it can only be one
            whole = dims.exact_quotient(dims.product(x.sizes), rest)
            return [(dims.UNKNOWN if whole is None else whole) if size is None else size for size in self.newshape]
        return [dims.UNKNOWN if size is None or size == -1 else size for size in self.newshape]


@op
class TFSplit(Op):
    """x cut along `axis` into equal parts, or into parts of the sizes of a list, one of which may be -1."""

    num_or_size_splits: of.Ints
    axis: of.Int = 0

    verb = "cannot split"
    examples = (
        "num_or_size_splits: 2, axis: -1 | (n, 6) -> (n, 3), (n, 3)",
        "num_or_size_splits: [1, -1, 2], axis: 1 | (n, 6) -> (n, 1), (n, 3), (n, 2)",
        "num_or_size_splits: [1, 2], axis: 1 | (n, 6) !! SC301",
        "num_or_size_splits: 4, axis: 1 | (n, 6) !! SC303",
        "num_or_size_splits: 4, axis: 2 | (n, 6) !! SC309",
    )

    def rule(self, np, x):
        sizes = self.num_or_size_splits
        if not isinstance(sizes, tuple):
            return list(np.split(x, sizes, axis=self.axis))
        along = need.axis(self.axis, x.ndim)
        whole = shape_of(x)[along]
        known = sum(size for size in sizes if size >= 0)
        left = whole - known
        if -1 in sizes:
            need.at_least(left, 0, "what is left for -1", axis=along)
        else:
            need.equal(whole, known, verb=self.verb, axis=along)
        sizes = [left if size == -1 else size for size in sizes]
        if numbers(np):
            ends = [sum(sizes[: i + 1]) for i in range(len(sizes) - 1)]
            return list(np.split(x, ends, axis=along))
        return [np.zeros((*x.sizes[:along], size, *x.sizes[along + 1 :])) for size in sizes]


@op
class TFSlice(Op):
    """The block of `size` values along each axis from `begin` on; a size of -1 takes all that follows."""

    begin: of.Ints
    size: of.Ints

    examples = (
        "begin: [0, 1], size: [-1, 3] | (n, 5) -> (n, 3)",
        "begin: [1, 2], size: [-1, -1] | (n, 5) -> (n - 1, 3)",
        "begin: [0], size: [1] | (n, 5) !! SC302",
        "begin: [0, 3], size: [-1, 3] | (n, 5) !! SC306",
    )

    def rule(self, np, x):
        begin, size = (one if isinstance(one, tuple) else (one,) for one in (self.begin, self.size))
        of_rank(x, len(begin))
        need.that(len(size) == len(begin), "SC114", "size", expected=f"a list of {len(begin)}", given=str(list(size)))
        for n, start, count in zip(shape_of(x), begin, size, strict=True):
            if not numbers(np):
                need.at_least(n, start + max(count, 0), "the size that a slice is taken from")
        return x[
            tuple(
                slice(start, None if count == -1 else start + count) for start, count in zip(begin, size, strict=True)
            )
        ]


@op
class TFShape(Op):
    """The sizes of x, as a vector."""

    dtype_: of.DType = None

    examples = ("| (n, h, 3) -> (3)", "dtype: int64 | (n) -> (1)")

    def gives(self, x):
        return self.dtype_ or "int32"

    def rule(self, np, x):
        return np.asarray(x.shape, "int64") if numbers(np) else np.zeros((x.ndim,))


@op
class TFGather(Op):
    """The values of x at `indices` along `axis`; the first `batch_dims` axes of both go together."""

    axis: of.Axis = None
    batch_dims: of.Int = 0

    verb = "cannot look up"
    examples = (
        "axis: 1, indices: [0, 2] | (n, 4) -> (n, 2)",
        "| (7, 3), int32(n, t) -> (n, t, 3)",
        "batch_dims: 1 | (n, 7, 3), int32(n, t) -> (n, t, 3)",
        "batch_dims: 1, axis: 2 | (n, 5, 7), int32(n, t) -> (n, 5, t)",
        "batch_dims: 1 | (2, 7), int32(3, 2) !! SC301",
        "axis: 2 | (n, 4), int32(2) !! SC309",
    )

    def rule(self, np, x, indices):
        ids = np.asarray(indices)
        batch = self.batch_dims + ids.ndim if self.batch_dims < 0 else self.batch_dims
        axis = batch if self.axis is None else need.axis(self.axis, x.ndim)
        of_rank(ids, batch, params.MAX_RANK)
        of_rank(x, batch + 1, params.MAX_RANK)
        if not numbers(np):
            for n, m in zip(x.sizes[:batch], ids.sizes[:batch], strict=True):
                need.equal(n, m, verb=self.verb)
            return np.zeros((*x.sizes[:axis], *ids.sizes[batch:], *x.sizes[axis + 1 :]))
        flat = ids.reshape(*ids.shape[:batch], -1).astype("int64")
        along = np.moveaxis(x, axis, batch)
        wide = flat.reshape(*flat.shape, *[1] * (along.ndim - batch - 1))
        found = np.take_along_axis(along, np.clip(wide, 0, max(along.shape[batch] - 1, 0)), axis=batch)
        found = found.reshape(*x.shape[:batch], *ids.shape[batch:], *along.shape[batch + 1 :])
        places = list(range(batch, ids.ndim))
        return np.moveaxis(found, places, [place - batch + axis for place in places])


@op
class TFSequenceMask(Op):
    """Whether each of `maxlen` places comes before the length of its sequence."""

    maxlen: Length = None
    dtype_: of.DType = None

    examples = ("maxlen: 5 | int32(n) -> (n, 5)", "maxlen: 3, dtype: float32 | int32(n, m) -> (n, m, 3)")

    def gives(self, x):
        return self.dtype_ or "bool"

    def rule(self, np, x):
        if numbers(np):
            return np.arange(int(x.max(initial=0)) if self.maxlen is None else self.maxlen) < x[..., None]
        return np.zeros((*x.sizes, dims.UNKNOWN if self.maxlen is None else self.maxlen))


@op
class TFOneHot(Hot):
    """1 at the class of each value, 0 elsewhere, along a new axis of `num_classes` at `axis`."""

    axis: of.Axis = -1

    examples = (
        "num_classes: 5 | int32(n, t) -> (n, t, 5)",
        "num_classes: 3, axis: 1, dtype: int32 | int32(n) -> (n, 3)",
        "num_classes: 3, axis: 2 | int32(n) !! SC309",
    )

    def rule(self, np, x):
        self.axis = -1 if self.axis is None or self.axis == x.ndim else self.axis
        return self.encoded(np, x)


@op
class TFL2Normalize(Op):
    """x / sqrt(max(sum(x^2), epsilon)) along `axis`."""

    axis: of.Axes = None
    epsilon: params.Number = 1e-12

    examples = ("axis: 1 | (n, h) -> (n, h)", "epsilon: 0.1 | (n, h) -> (n, h)", "axis: 2 | (n, h) !! SC309")

    def rule(self, np, x):
        squares = np.sum(np.square(x), axis=self.axis, keepdims=True)
        return x / np.sqrt(np.maximum(squares, self.epsilon)) if numbers(np) else squares + x


@op
class TFTrace(Op):
    """The sum of the diagonal of each matrix (..., n, m)."""

    examples = ("| (n, 3, 4) -> (n)", "| (3) !! SC302")

    def rule(self, np, x):
        of_rank(x, 2, params.MAX_RANK)
        return np.trace(x, 0, -2, -1)


@op
class TFDropout(Op):
    """x, of which training drops a share `rate`."""

    rate: params.Number

    examples = ("rate: 0.5 | (n, h) -> (n, h)",)

    def rule(self, np, x):
        return x

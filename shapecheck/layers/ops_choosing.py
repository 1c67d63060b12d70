"""Operations that choose values: indexing, conditions, parts of tensors, and padding."""

from typing import Any

from shapecheck import dims, need, params
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Constant, Op, constant, numbers, of_rank, op, shape_of
from shapecheck.layers._values import kind
from shapecheck.words import shown

Bound: Any = params.optional(kind("a number, or lists of them", constant))
PadMode: Any = params.one_of(
    "constant",
    "edge",
    "linear_ramp",
    "maximum",
    "mean",
    "median",
    "minimum",
    "reflect",
    "symmetric",
    "wrap",
    "empty",
    "circular",
    fold=True,
)


@op
class GetItem(Op):
    """x[key], with the rules of Python and NumPy: ints, slices, `...`, and None for a new axis."""

    key: of.Key

    called = ("x", "key")
    examples = (
        "key: ':, 0' | (n, t, 8) -> (n, 8)",
        "key: '..., ::2' | (n, t, 8) -> (n, t, 4)",
        "key: ':, None, 1:' | (n, t) -> (n, 1, t - 1)",
        "key: [0, '...', -1] | (n, h, w) -> (h)",
        "key: -1 | (n, h) -> (h)",
        "key: ':, 5' | (n, 4) !! SC306",
        "key: ':, 0, 0' | (n, 4) !! SC302",
    )

    def rule(self, np, x):
        if "?" in self.key:
            from shapecheck.tracing import Untraceable

            raise Untraceable("an index that is a tensor")
        return x[self.key]


@op
class Take(Op):
    """The values of x at `indices` along `axis`, whose place the axes of the indices take; of all values for none."""

    axis: of.Axis = None

    examples = (
        "axis: 1, indices: [0, 2] | (n, 4) -> (n, 2)",
        "axis: 0 | (7, 3), int32(n, t) -> (n, t, 3)",
        "indices: [[0, 1]] | (n, 4) -> (1, 2)",
        "axis: 2, indices: 0 | (n, h) !! SC309",
    )

    def rule(self, np, x, indices):
        if not numbers(np):
            places = np.zeros(shape_of(indices) if hasattr(indices, "dtype") else (), dtype="int32")
            return np.take(x, places, axis=self.axis)
        at = np.asarray(indices).astype("int64")
        size = x.size if self.axis is None else x.shape[self.axis]
        return np.take(x, np.where(at < 0, at + size, at), axis=self.axis, mode="clip")


@op
class TakeAlongAxis(Op):
    """The values of x at `indices` along `axis`, another index for each place of the other axes."""

    axis: of.Axis = None

    verb = "cannot look up"
    examples = (
        "axis: 1 | (n, 4), int32(n, 2) -> (n, 2)",
        "axis: -1 | (n, 1, 4), int32(n, h, 2) -> (n, h, 2)",
        "| (n, 4), int32(3) -> (3)",
        "axis: 1 | (n, 4), int32(n) !! SC302",
        "axis: 0 | (n, 3), int32(n, 4) !! SC310",
    )

    def rule(self, np, x, indices):
        if not numbers(np):
            return np.take_along_axis(x, indices, axis=self.axis)
        size = x.size if self.axis is None else x.shape[self.axis]
        at = indices.astype("int64")
        at = np.clip(np.where(at < 0, at + size, at), 0, max(size - 1, 0))
        if self.axis is None:
            return np.take_along_axis(np.ravel(x), at, axis=0)
        axis = self.axis % x.ndim
        rest = np.broadcast_shapes(*((*one.shape[:axis], 1, *one.shape[axis + 1 :]) for one in (x, at)))
        wide = [*rest[:axis], x.shape[axis], *rest[axis + 1 :]], [*rest[:axis], at.shape[axis], *rest[axis + 1 :]]
        return np.take_along_axis(np.broadcast_to(x, wide[0]), np.broadcast_to(at, wide[1]), axis=axis)


@op
class Where(Op):
    """x1 where the condition holds, else x2."""

    examples = (
        "| bool(n, h), (n, h), (n, 1) -> (n, h)",
        "x2: 0 | bool(n, h), (n, h) -> (n, h)",
        "x1: 1, x2: 0 | (n, h) -> (n, h)",
        "| bool(3), (4), (4) !! SC310",
    )

    def gives(self, condition, *given):
        return dt.common(*given) if given else "int32"

    def rule(self, np, condition, x1=None, x2=None):
        if x1 is None or x2 is None:
            from shapecheck.tracing import Untraceable

            raise Untraceable("how many places hold depends on the values")
        return np.where(condition, x1, x2)


@op
class Clip(Op):
    """x, but at least `x_min` and at most `x_max`."""

    x_min: Bound
    x_max: Bound

    works = "result"
    examples = ("x_min: 0, x_max: 1 | (n, h) -> (n, h)",)

    def gives(self, x):
        return dt.counted(x)

    def rule(self, np, x):
        for function, bound in ((np.maximum, self.x_min), (np.minimum, self.x_max)):
            x = x if bound is None else function(x, np.asarray(bound.value).astype(x.dtype.name))
        return x


@op
class Pad(Op):
    """x with `pad_width` (before, after) values added to each axis, as `mode` says; constants are `constant_values`."""

    pad_width: of.Widths
    mode: PadMode = "constant"
    constant_values: params.Alpha = None

    called = ("x", "constant_values")
    examples = (
        "pad_width: [[0, 0], [1, 2]] | (n, h) -> (n, h + 3)",
        "pad_width: 1 | (n, h) -> (n + 2, h + 2)",
        "pad_width: [2, 3], constant_values: 7 | (n) -> (n + 5)",
        "pad_width: [[0, 0], [1, 1]], mode: reflect | (n, 4) -> (n, 6)",
        "pad_width: [[1, 1], [1, 1], [0, 0]] | (n, h) !! SC302",
    )

    def check(self):
        need.that(self.constant_values is None or self.mode == "constant", "SC118", "constant_values", other="mode")

    def rule(self, np, x):
        widths = self.pad_width * x.ndim if len(self.pad_width) == 1 else self.pad_width
        of_rank(x, len(widths))
        mode = "wrap" if self.mode == "circular" else self.mode
        more = {} if mode != "constant" else {"constant_values": self.constant_values or 0}
        if not x.ndim:
            return x
        return np.pad(x, widths, mode=mode, **more)


@op
class Slice(Op):
    """The block of sizes `shape` that begins at `start_indices`; a size of -1 takes all that follows."""

    shape_: of.ManySizes

    examples = (
        "shape: [2, 3], start_indices: [0, 1] | (n, 5) -> (2, 3)",
        "shape: [2, 2] | (n, 5), int32(2) -> (2, 2)",
        "shape: [-1, 2], start_indices: [1, 0] | (n, 5) -> (n - 1, 2)",
        "shape: [2], start_indices: [0] | (n, 5) !! SC302",
        "shape: [6], start_indices: [0] | (5) !! SC306",
    )

    def rule(self, np, inputs, start_indices):
        of_rank(inputs, len(self.shape_))
        known = getattr(self, "start_indices_", None)
        starts: Any = known.value if isinstance(known, Constant) else start_indices.tolist() if numbers(np) else None
        if starts is not None:
            starts = starts if isinstance(starts, (list, tuple)) else [starts]
            need.that(len(starts) == len(self.shape_) and all(isinstance(start, int) for start in starts), "SC114",
                      "start_indices", expected=f"{len(self.shape_)} integers", given=shown(starts))  # fmt: skip
        sizes = []
        for i, (size, n) in enumerate(zip(self.shape_, shape_of(inputs), strict=True)):
            if size == -1:
                sizes.append(dims.UNKNOWN if starts is None else n - starts[i])
            else:
                sizes.append(size)
                if not numbers(np):
                    need.at_least(n, size + (starts[i] if starts else 0), "the size that a slice is taken from")
        if not numbers(np):
            return np.zeros(sizes, dtype=inputs.dtype)
        starts = [max(0, min(start, n - size)) for start, n, size in zip(starts, inputs.shape, sizes, strict=True)]
        return inputs[tuple(slice(start, start + size) for start, size in zip(starts, sizes, strict=True))]


@op
class SliceUpdate(Op):
    """inputs, with `updates` written over it from `start_indices` on."""

    examples = (
        "start_indices: [0, 1] | (n, 5), (n, 2) -> (n, 5)",
        "| (2, 5), int32(2), (1, 2) -> (2, 5)",
        "start_indices: [0] | (4), (5) !! SC306",
    )

    def rule(self, np, inputs, start_indices, updates):
        if not numbers(np):
            of_rank(updates, inputs.ndim)
            for n, size in zip(inputs.sizes, shape_of(updates), strict=True):
                need.at_least(n - size, 0, "what is left beside the update")
            return inputs
        made = inputs.copy()
        starts = [
            max(0, min(int(start), n - size))
            for start, n, size in zip(start_indices, inputs.shape, updates.shape, strict=True)
        ]
        made[tuple(slice(start, start + size) for start, size in zip(starts, updates.shape, strict=True))] = updates
        return made

"""Operations that give the same values under another shape."""

from shapecheck import dims, need, params
from shapecheck.diagnostic import Refusal
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op


@op
class Reshape(Op):
    """The same values, in the same order, under the sizes `newshape`, the batch included; a -1 is worked out."""

    newshape: of.Sizes

    examples = (
        "newshape: [-1, 6] | (n, 4, 3) -> (2*n, 6)",
        "newshape: [n, h*w] | (n, h, w) -> (n, h*w)",
        "newshape: -1 | (n, h) -> (h*n)",
        "newshape: [3, 5] | (4, 4) !! SC304",
        "newshape: [-1, 5] | (4, 4) !! SC304",
        "newshape: [-1, -1] | (n, h) !! SC114",
    )

    def rule(self, np, x):
        if numbers(np):
            return np.reshape(x, self.newshape)
        if dims.UNKNOWN in self.newshape:
            return np.zeros(self.newshape)
        from shapecheck.tracing import TraceMismatch

        try:
            return np.reshape(x, self.newshape)
        except TraceMismatch:
            known = dims.product([size for size in self.newshape if size != -1])
            takes = dims.text(known) if -1 not in self.newshape else f"a multiple of {dims.text(known)}"
            facts = {"source": x.sizes, "count": dims.product(x.sizes), "target": self.newshape, "takes": takes}
            raise Refusal("SC304", "newshape", **facts) from None


@op
class Ravel(Op):
    """All values in one row."""

    examples = ("| (n, h, 3) -> (3*h*n)", "| () -> (1)")

    def rule(self, np, x):
        return np.ravel(x)


@op
class Transpose(Op):
    """The axes in another order: axis i of the output is axis axes[i] of x; turned around for none."""

    axes: of.Axes = None

    examples = (
        "axes: [0, 2, 1] | (n, h, w) -> (n, w, h)",
        "| (n, h, w) -> (w, h, n)",
        "axes: [1, 0] | (n, h, w) !! SC302",
        "axes: [0, 0] | (n, h) !! SC114",
        "axes: [0, 2] | (n, h) !! SC309",
    )

    def rule(self, np, x):
        return np.transpose(x, self.axes)


@op
class ExpandDims(Op):
    """A new axis of size 1 at `axis` of the output, or several."""

    axis: of.Ints

    examples = ("axis: -1 | (n, h) -> (n, h, 1)", "axis: [0, 2] | (n, h) -> (1, n, 1, h)", "axis: 3 | (n, h) !! SC309")

    def rule(self, np, x):
        return np.expand_dims(x, self.axis)


@op
class Squeeze(Op):
    """x without its axes of size 1, or without `axis`, which has to be one."""

    axis: of.Axes = None

    verb = "cannot squeeze an axis where it needs equal sizes, and these are"
    examples = (
        "axis: 1 | (n, 1, 3) -> (n, 3)",
        "axis: [1, -1] | (n, 1, 3, 1) -> (n, 3)",
        "| (2, 1, 3) -> (2, 3)",
        "axis: 1 | (n, 2) !! SC301",
        "axis: 2 | (n, 1) !! SC309",
    )

    def rule(self, np, x):
        if self.axis is None and not numbers(np):
            for n in x.sizes:  # a size that is a name keeps its axis, which an axis of 1 would not
                if dims.same(n, 1) is None:
                    need.at_least(n, 2, "a size that stays when all axes of size 1 are taken out")
            return np.zeros([n for n in x.sizes if n != 1], dtype=x.dtype)
        return np.squeeze(x, axis=self.axis)


@op
class Moveaxis(Op):
    """The axes `source` at the places `destination`, the others in their order around them."""

    source: of.Ints
    destination: of.Ints

    examples = (
        "source: 1, destination: -1 | (n, h, w, c) -> (n, w, c, h)",
        "source: [0, 1], destination: [1, 0] | (n, h) -> (h, n)",
        "source: [0, 1], destination: 0 | (n, h) !! SC114",
        "source: 2, destination: 0 | (n, h) !! SC309",
    )

    def rule(self, np, x):
        return np.moveaxis(x, self.source, self.destination)


@op
class Swapaxes(Op):
    """Two axes of x, each in the place of the other."""

    axis1: of.Int
    axis2: of.Int

    examples = ("axis1: 1, axis2: -1 | (n, h, w) -> (n, w, h)", "axis1: 0, axis2: 3 | (n, h, w) !! SC309")

    def rule(self, np, x):
        return np.swapaxes(x, self.axis1, self.axis2)


@op
class Flip(Op):
    """The values in the opposite order along `axis`, several axes, or all for none."""

    axis: of.Axes = None

    examples = (
        "axis: 1 | (n, h) -> (n, h)",
        "| (n, h) -> (n, h)",
        "axis: [0, 2] | (n, h, w) -> (n, h, w)",
        "axis: 2 | (n, h) !! SC309",
    )

    def rule(self, np, x):
        return np.flip(x, axis=self.axis)


@op
class Fliplr(Op):
    """The values in the opposite order along axis 1."""

    examples = ("| (n, h) -> (n, h)", "| (n) !! SC302")

    def rule(self, np, x):
        of_rank(x, 2, params.MAX_RANK)
        return np.flip(x, axis=1)


@op
class Flipud(Op):
    """The values in the opposite order along axis 0."""

    examples = ("| (n, h) -> (n, h)", "| () !! SC302")

    def rule(self, np, x):
        of_rank(x, 1, params.MAX_RANK)
        return np.flip(x, axis=0)


@op
class Rot90(Op):
    """x turned by 90 degrees, `k` times, from the first of two axes to the second."""

    k: of.Int = 1
    axes: of.Ints = (0, 1)

    called = ("array",)
    examples = (
        "| (n, h, 3) -> (h, n, 3)",
        "k: 2 | (n, h) -> (n, h)",
        "axes: [1, 2] | (n, h, w) -> (n, w, h)",
        "| (n) !! SC302",
        "axes: [1, 1] | (n, h) !! SC114",
    )

    def check(self):
        axes = self.axes
        need.that(
            isinstance(axes, tuple) and len({*axes}) == len(axes) == 2,
            "SC114",
            "axes",
            expected="two different axes",
            given=str(axes),
        )

    def rule(self, np, array):
        of_rank(array, 2, params.MAX_RANK)
        if numbers(np):
            return np.rot90(array, self.k, self.axes)
        return np.swapaxes(array, *self.axes) if self.k % 2 else array


@op
class Roll(Op):
    """The values moved on by `shift` along `axis`; what leaves at the end comes back at the start."""

    shift: of.Ints
    axis: of.Axes = None

    examples = (
        "shift: 1, axis: 1 | (n, h) -> (n, h)",
        "shift: 2 | (n, h) -> (n, h)",
        "shift: [1, 2], axis: [0, 1] | (n, h) -> (n, h)",
        "shift: 1, axis: 2 | (n, h) !! SC309",
    )

    def rule(self, np, x):
        return np.roll(x, self.shift, axis=self.axis)


@op
class BroadcastTo(Op):
    """x repeated along its axes of size 1, and along new ones in front, up to `shape`."""

    shape_: of.Sizes

    examples = (
        "shape: [4, n, 3] | (n, 3) -> (4, n, 3)",
        "shape: [2, 3] | (1, 3) -> (2, 3)",
        "shape: [2, 3] | (2, 4) !! SC301",
        "shape: [3] | (2, 3) !! SC302",
    )

    def rule(self, np, x):
        return np.broadcast_to(x, self.shape_)


@op
class Repeat(Op):
    """Each value `repeats` times along `axis`, in one row for none; a list has a count for each place."""

    repeats: of.Ints
    axis: of.Axis = None

    verb = "has a count for each place, and cannot repeat"
    examples = (
        "repeats: 2, axis: 1 | (n, h) -> (n, 2*h)",
        "repeats: [1, 2, 3], axis: -1 | (n, 3) -> (n, 6)",
        "repeats: 3 | (n, 2) -> (6*n)",
        "repeats: [1, 2], axis: 1 | (n, 3) !! SC301",
        "repeats: 2, axis: 2 | (n, h) !! SC309",
    )

    def rule(self, np, x):
        return np.repeat(x, self.repeats, axis=self.axis)


@op
class Tile(Op):
    """x put side by side `repeats` times along each axis; fewer counts are those of the last axes."""

    repeats: of.Ints

    examples = (
        "repeats: [1, 2] | (n, h) -> (n, 2*h)",
        "repeats: 2 | (n, h) -> (n, 2*h)",
        "repeats: [2, 1, 3] | (n, h) -> (2, n, 3*h)",
        "repeats: -1 | (n, h) !! SC306",
    )

    def rule(self, np, x):
        return np.tile(x, self.repeats)

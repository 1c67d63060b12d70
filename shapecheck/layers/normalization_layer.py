"""Normalization: values brought to mean 0 and variance 1 by statistics that are given or were measured before."""

from typing import Any

from shapecheck import dims, need, params
from shapecheck.contract import PASS, Layer, Weight, layer
from shapecheck.layers._values import kind, reader
from shapecheck.layers.rescaling import Numbers, numbers, shape_of


def _axes(value, param, keras):
    if value is None:
        return ()
    axes = reader(params.AxisOrAxes)(value, param, keras)
    return axes if isinstance(axes, tuple) else (axes,)


def _numbers(value, param, keras):
    return None if value is None else numbers(value, param, keras)


KeptAxes: Any = kind("an axis, a list of axes, or none", _axes)
Given: Any = kind(f"{Numbers.__metadata__[0].expected}, or none", _numbers)


@layer
class Normalization(Layer):
    """y = (x - mean) / max(sqrt(variance), 1e-7), or the way back with `invert`: x * max(sqrt(variance), 1e-7) + mean.

    Without a `mean` the statistics are weights that training does not change, with one value for each place along
    `axis`, in rising order; `count` is kept for old files. With a `mean` and a `variance` there are no weights; they
    are numbers, or lists that broadcast along these axes, the last along the last.
    """

    axis: KeptAxes = -1
    mean: Given = None
    variance: Given = None
    invert: params.Flag = False

    mask = PASS
    examples = (
        "| (n, t, 8) -> (n, t, 8)",
        "axis: [-1, 1] | (n, 4, 8) -> (n, 4, 8)",
        "axis: null, invert: true | (n, t) -> (n, t)",
        "mean: [1, 2, 3], variance: [1, 4, 9] | (n, t, 3) -> (n, t, 3)",
        "mean: 1, variance: 4, axis: 1, invert: true | (n, 3, t) -> (n, 3, t)",
        "mean: [1, 2], variance: [1, 2] | (n, t, 3) !! SC301",
        "mean: 1 | (n, t, 3) !! SC112",
        "mean: [1, 2], variance: 1 | (n, t, 2) !! SC114",
        "axis: 2 | (n, 3) !! SC309",
    )

    def check(self):
        for param, other in (("mean", "variance"), ("variance", "mean")):
            need.that(getattr(self, param) is not None or getattr(self, other) is None, "SC112", param)
        if self.mean is not None:
            mean, variance = shape_of(self.mean), shape_of(self.variance)
            need.that(mean == variance, "SC114", "variance", expected=f"of shape {mean}", given=f"of shape {variance}")
            need.that(len(mean) <= len(self.axis), "SC114", "mean", expected=f"of rank {len(self.axis)} or less",
                      given=f"of rank {len(mean)}")  # fmt: skip

    def axes(self, rank):
        """The axes that keep their own statistics, from the front."""
        return sorted({need.axis(axis, rank) for axis in self.axis})

    def shape(self, x):
        axes = self.axes(len(x))
        for axis in axes:
            need.that(not dims.varies(x[axis]), "SC308", weight="mean", dim=x[axis], axis=axis)
        for size, axis in zip(reversed(shape_of(self.mean) or ()), reversed(axes), strict=False):
            if size != 1:
                need.equal(x[axis], size, "SC301", "mean", axis=axis)
        return x

    def dtype(self, x):
        return self.policy.compute

    def weights(self, x):
        if self.mean is None:
            kept = tuple(x[axis] for axis in self.axes(len(x)))
            yield "mean", Weight(kept, "zeros", trainable=False)
            yield "variance", Weight(kept, "ones", trainable=False)
            yield "count", Weight((), "zeros", trainable=False)

    def run(self, np, x, w):
        x = x if x.dtype.kind == "f" else x.astype("float32")
        axes = self.axes(x.ndim)
        mean, variance = (w[name] if self.mean is None else np.asarray(getattr(self, name), x.dtype)
                          for name in ("mean", "variance"))  # fmt: skip
        shape = [1] * x.ndim
        for size, axis in zip(reversed(mean.shape), reversed(axes), strict=False):
            shape[axis] = size
        mean, deviation = mean.reshape(shape), np.maximum(np.sqrt(variance), 1e-7).reshape(shape).astype(x.dtype)
        return mean + x * deviation if self.invert else (x - mean) / deviation

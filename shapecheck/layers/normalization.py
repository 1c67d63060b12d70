"""Normalization: the values of each feature, sample or group brought to one scale.

Five layers that share their statistics, so the file is longer than others.
"""

from typing import Any

from shapecheck import dims, need, params
from shapecheck.contract import PASS, Layer, Weight, layer
from shapecheck.diagnostic import Refusal
from shapecheck.layers._masks import of_steps
from shapecheck.layers._windows import by_rows


class Normalizing(Layer):
    """Statistics along some axes; the shape stays."""

    axis: Any

    def axes(self, rank):
        """The axes of `axis`, counted from the front, in Keras's order: sorted as they were given."""
        given = sorted(self.axis) if isinstance(self.axis, tuple) else (self.axis,)
        found = tuple(need.axis(axis, rank) for axis in given)
        need.that(len({*found}) == len(found), "SC114", "axis", expected="axes without repetition", given=self.axis)
        return found

    def shape(self, x):
        self.axes(len(x))
        return x

    def dtype(self, x):
        return self.policy.compute

    def along(self, x):
        """The shape of a weight along the axes, and the one in which it broadcasts over x, with 1 elsewhere."""
        axes = self.axes(len(x))
        return tuple(x[axis] for axis in axes), tuple(size if i in axes else 1 for i, size in enumerate(x))


def widened(np, x):
    """x in at least single precision, in which statistics are taken."""
    return x.astype(np.result_type(x.dtype, "float32") if x.dtype.kind == "f" else "float32", copy=False)


def narrowed(y, x):
    """y in the precision of x, from which it was widened; where x is of whole numbers Keras cuts y off to such."""
    return y.astype(x.dtype, copy=False).astype(x.dtype if x.dtype.kind == "f" else y.dtype, copy=False)


def standardized(np, x, mean, variance, epsilon, scale, offset):
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, in two passes over x; scale and offset may be None."""
    factor = 1 / np.sqrt(variance + epsilon)
    factor = factor if scale is None else factor * scale
    shift = -mean * factor if offset is None else offset - mean * factor
    y = x * by_rows(np, factor, x)
    y += by_rows(np, shift, x)
    return y


class Scaled(Normalizing):
    """A normalization with a scale gamma and an offset beta for each feature, unless they are switched off."""

    axis: params.Whole = -1
    epsilon: params.Number = 1e-3
    center: params.Flag = True
    scale: params.Flag = True
    beta_initializer: params.InitializerName = "zeros"
    gamma_initializer: params.InitializerName = "ones"
    beta_regularizer: params.RegularizerName = None
    gamma_regularizer: params.RegularizerName = None
    beta_constraint: params.ConstraintName = None
    gamma_constraint: params.ConstraintName = None

    mask = PASS

    def weights(self, x):
        shape, _ = self.along(x)
        if self.scale:
            yield "gamma", Weight(shape, self.gamma_initializer)
        if self.center:
            yield "beta", Weight(shape, self.beta_initializer)

    def learned(self, w, shape):
        """gamma and beta in a shape that broadcasts, None where they are switched off."""
        return (w[name].reshape(shape) if name in w else None for name in ("gamma", "beta"))


@layer
class BatchNormalization(Scaled):
    """y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, for each feature along `axis`.

    gamma, beta, moving_mean and moving_variance have one value for each feature; the moving ones are not trained. In
    inference mean and variance are the moving ones, in training those of the batch, without masked steps. With `renorm`
    training corrects gamma and beta towards the moving statistics: by r = stddev / renorm_stddev and d = (mean -
    renorm_mean) / renorm_stddev, cut off by `renorm_clipping` (Ioffe 2017).
    """

    momentum: params.Number = 0.99
    moving_mean_initializer: params.InitializerName = "zeros"
    moving_variance_initializer: params.InitializerName = "ones"
    renorm: params.Flag = False
    renorm_clipping: params.RenormClipping = None
    renorm_momentum: params.Number = 0.99
    synchronized: params.Flag = False

    examples = (
        "| (n, h, w, 3) -> (n, h, w, 3)",
        "axis: 1, center: false | (n, 3, t) -> (n, 3, t)",
        "scale: false, epsilon: 0.1, momentum: 0.9 | (n, 3) -> (n, 3)",
        "renorm: true, renorm_clipping: {rmax: 3, rmin: 0.3, dmax: 5} | (n, 3) -> (n, 3)",
        "axis: 3 | (n, t, 3) !! SC309",
        "axis: [1, 2] | (n, t, 3) !! SC113",
        "renorm: true, renorm_clipping: {rmax: 1, rmin: 2} | (n, 3) !! SC114",
    )

    def shape(self, x, mask, keras):
        of_steps(mask, 0, keras, len(x) - 1)
        return super().shape(x)

    def weights(self, x):
        yield from super().weights(x)
        shape, _ = self.along(x)
        names = ["moving_mean", "moving_variance"]
        if self.renorm:
            names += ["moving_stddev", "renorm_mean", "renorm_stddev"]
        for name in names:
            init = self.moving_mean_initializer if "mean" in name else self.moving_variance_initializer
            yield name, Weight(shape, init, trainable=False)

    def run(self, np, x, w, training, mask):
        if mask is not None and mask.ndim != x.ndim - 1:
            raise Refusal("SC405", problem=f"one of rank {mask.ndim} on an input of rank {x.ndim}")
        y = widened(np, x)
        _, shape = self.along(x.shape)
        gamma, beta = self.learned(w, shape)
        if training and self.trainable:
            mean, variance = self.moments(np, y, mask)
            if self.renorm:
                gamma, beta = self.corrected(np, w, mean, variance, gamma, beta)
        else:
            mean, variance = w["moving_mean"].reshape(shape), w["moving_variance"].reshape(shape)
        y = standardized(np, y, mean, variance, self.epsilon, gamma, beta)
        return narrowed(y, x) if x.dtype.kind == "f" else y

    def moments(self, np, x, mask):
        """Mean and variance of the batch for each feature, of the steps that the mask keeps."""
        kept = self.axes(x.ndim)
        others = tuple(axis for axis in range(x.ndim) if axis not in kept)
        if mask is None:
            return np.mean(x, others, keepdims=True), np.var(x, others, keepdims=True)
        keeps = np.broadcast_to(np.asarray(mask, "bool")[..., None], x.shape)
        count = np.sum(keeps, others, keepdims=True) + np.asarray(1e-7, x.dtype)
        mean = np.sum(np.where(keeps, x, 0), others, keepdims=True) / count
        return mean, np.sum(np.where(keeps, np.square(x - mean), 0), others, keepdims=True) / count

    def corrected(self, np, w, mean, variance, gamma, beta):
        """gamma and beta under batch renormalization."""
        clipping = self.renorm_clipping or {}
        stddev = np.maximum(w["renorm_stddev"].reshape(mean.shape), self.epsilon**0.5)
        r = np.sqrt(variance + self.epsilon) / stddev
        d = (mean - w["renorm_mean"].reshape(mean.shape)) / stddev
        r = np.clip(r, clipping.get("rmin"), clipping.get("rmax")) if {"rmin", "rmax"} & set(clipping) else r
        d = np.clip(d, -clipping["dmax"], clipping["dmax"]) if "dmax" in clipping else d
        offset = d if gamma is None else d * gamma
        return r if gamma is None else r * gamma, offset if beta is None else offset + beta


@layer
class LayerNormalization(Scaled):
    """y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, with the moments of each sample along `axis`.

    gamma and beta have the sizes of these axes, in order. With the deprecated `rms_scaling` nothing is subtracted, and
    there is no beta.
    """

    axis: params.AxisOrAxes = -1
    rms_scaling: params.Flag = False

    examples = (
        "| (n, t, 8) -> (n, t, 8)",
        "axis: [1, 2], center: false | (n, 3, 8) -> (n, 3, 8)",
        "axis: 1, scale: false, epsilon: 0.1 | (n, 3, t) -> (n, 3, t)",
        "rms_scaling: true | (n, 8) -> (n, 8)",
        "axis: 2 | (n, 8) !! SC309",
    )

    def weights(self, x):
        for path, weight in super().weights(x):
            if path == "gamma" or not self.rms_scaling:
                yield path, weight
        if self.rms_scaling and not self.scale:
            yield "gamma", Weight(self.along(x)[0], self.gamma_initializer)

    def run(self, np, x, w):
        y = widened(np, x)
        axes = self.axes(x.ndim)
        gamma, beta = self.learned(w, self.along(x.shape)[1])
        mean = np.mean(y, axes, keepdims=True)
        variance = np.var(y, axes, keepdims=True)
        if self.rms_scaling:
            mean = np.zeros_like(mean)
        return narrowed(standardized(np, y, mean, variance, self.epsilon, gamma, beta), x)


class Grouped(Normalizing):
    """The features along `axis` form `groups` groups of one size; with -1 each is a group of its own."""

    groups: params.Groups = 32


@layer
class GroupNormalization(Scaled, Grouped):  # in this order `groups` is the first parameter
    """y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, with the moments of each sample and group of features.

    gamma and beta have one value for each feature.
    """

    examples = (
        "groups: 2 | (n, h, w, 8) -> (n, h, w, 8)",
        "groups: 3, axis: 1, center: false | (n, 6, t) -> (n, 6, t)",
        "groups: -1, scale: false, epsilon: 0.1 | (n, t, 8) -> (n, t, 8)",
        "groups: 3 | (n, 8) !! SC303",
        "groups: 16 | (n, 8) !! SC303",
        "groups: 0 | (n, 8) !! SC114",
    )

    def shape(self, x):
        (axis,) = self.axes(len(x))
        features = x[axis]
        need.at_least(features, 1, f"axis {axis}", axis=axis)
        need.that(not dims.varies(features), "SC308", weight="gamma", dim=features, axis=axis)
        if self.groups != -1:
            need.divides(self.groups, features, f"axis {axis}", axis=axis)
        return x

    def run(self, np, x, w):
        y = widened(np, x)
        (axis,) = self.axes(x.ndim)
        groups = x.shape[axis] if self.groups == -1 else self.groups
        grouped = y.reshape(*x.shape[:axis], groups, x.shape[axis] // groups, *x.shape[axis + 1 :])
        # a batch axis that holds the groups is kept, and so is the last axis then, as Keras has it
        others = tuple(i for i in range(1, grouped.ndim) if i != (axis or grouped.ndim - 1))
        mean, variance = np.mean(grouped, others, keepdims=True), np.var(grouped, others, keepdims=True)
        broadcast = [1] * grouped.ndim
        broadcast[axis : axis + 2] = grouped.shape[axis : axis + 2]
        gamma, beta = self.learned(w, broadcast)
        y = standardized(np, grouped, mean, variance, self.epsilon, gamma, beta).reshape(x.shape)
        return narrowed(y, x)


@layer
class RMSNormalization(Normalizing):
    """y = scale * x / sqrt(mean(x^2) + epsilon), with the mean along `axis` (Zhang and Sennrich 2019).

    scale has the sizes of these axes. Keras 3.15 multiplies it with the last axes of x, whichever it was made for, and
    infers x; executed, it is refused where the sizes differ, unless one of them is 1, which is stretched.
    """

    axis: params.AxisOrAxes = -1
    epsilon: params.Number = 1e-6

    examples = (
        "| (n, t, 8) -> (n, t, 8)",
        "axis: [-2, -1], epsilon: 0.1 | (n, 3, 8) -> (n, 3, 8)",
        "axis: 1 | (n, 3, 1) -> (n, 3, 3)",
        "axis: 1 | (n, 3, 8) !! SC310",
        "axis: 3 | (n, 8) !! SC309",
    )

    def shape(self, x):
        sizes, _ = self.along(x)
        own = len(x) - len(sizes)
        scaled = (need.broadcast(size, x[axis], axis=axis) for axis, size in enumerate(sizes, own))
        return *x[:own], *scaled

    def inferred_by_keras(self, x):
        return x

    def weights(self, x):
        yield "scale", Weight(self.along(x)[0], "ones")

    def run(self, np, x, w):
        y = widened(np, x)
        mean = np.mean(np.square(y), self.axes(x.ndim), keepdims=True)
        y = y / np.sqrt(mean + self.epsilon) * w["scale"].reshape((1,) * (x.ndim - w["scale"].ndim) + w["scale"].shape)
        return narrowed(y, x)


@layer
class UnitNormalization(Normalizing):
    """y = x / |x|, the Euclidean norm along `axis`; zeros stay zeros."""

    axis: params.AxisOrAxes = -1

    mask = PASS
    examples = (
        "| (n, t, 8) -> (n, t, 8)",
        "axis: [1, 2] | (n, t, 8) -> (n, t, 8)",
        "axis: 2 | (n, 8) !! SC309",
    )

    def run(self, np, x):
        x = x if x.dtype.kind == "f" else x.astype("float32")
        square = np.sum(np.square(x), self.axes(x.ndim), keepdims=True)
        with np.errstate(divide="ignore"):
            return x * np.minimum(1 / np.sqrt(square), np.asarray(1e12, x.dtype))

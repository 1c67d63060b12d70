"""What all convolutions share: the size of their output, their activation, and their products as matrix products."""

from math import prod
from typing import Any

from shapecheck import need
from shapecheck.layers._channels import Spatial
from shapecheck.layers._windows import by_rows, margins, matrix, padded, places, slots, tap, windows

BLOCK = 1 << 24
"""Values that a convolution copies at a time, so that a large image does not fill the memory."""
WIDE = 96
"""From so many channels on, a sum over the window channel by channel is faster than one over the image (measured)."""


class Convolving(Spatial):
    """A window that slides over the spatial axes, with a sum of products at each of its places.

    The activation sees the output as the user has it, so one along the last axis sees the width with channels_first.
    """

    kernel_size: Any
    strides: Any
    dilation_rate: Any
    padding: Any
    activation: Any

    def along(self, i, n):
        window = self.kernel_size[i], self.strides[i], self.dilation_rate[i]
        return slots(n, *window, self.padding, **self.place(i))

    def shape(self, x):
        return self.activation.out(super().shape(x))

    def inferred_by_keras(self, x):
        return super().shape(x)

    def dtype(self, x):
        return self.policy.compute

    def run(self, np, x, w):
        return self.activation(np, super().run(np, x, w))

    def surrounded(self, np, x):
        """x with its padding, and the number of places of the window along each axis."""
        per_axis = tuple(zip(x.shape[1:-1], self.kernel_size, self.strides, self.dilation_rate, strict=True))
        counts = tuple(places(*axis, self.padding) for axis in per_axis)
        return padded(np, x, [margins(*axis, self.padding) for axis in per_axis]), counts


def apart(strides, dilation):
    """Refuse strides above 1 together with a dilation above 1, which no backend of Keras computes."""
    if max(strides) > 1 and max(dilation) > 1:
        need.refuse("SC114", "strides", expected=f"1 where `dilation_rate` is {max(dilation)}", given=max(strides))


def biased(np, y, w):
    """y + bias, where there is one; y is the convolution's own array."""
    if "bias" in w:
        y += by_rows(np, w["bias"], y)
    return y


def convolved(np, x, kernel, counts, strides, dilation):
    """y[n, o, f] = sum over t and c of x[n, stride * o + dilation * t, c] * kernel[t, c, f].

    kernel (*sizes, c / groups, filters): where it has fewer channels than x, each group of channels has filters of its
    own.
    """
    *sizes, channels, filters = kernel.shape
    groups = x.shape[-1] // channels if channels else 1
    if channels == 1 and groups > 1:
        return convolved_by_channel(np, x, kernel.reshape(*sizes, groups, filters // groups), counts, strides, dilation)
    seen = windows(np, x, counts, sizes, strides, dilation)
    shape = (len(x), *counts, filters)
    parts = blocks(seen, counts)
    if len(parts) == 1:
        return products(np, seen, kernel, groups).reshape(shape)
    y = np.empty(shape, np.result_type(x, kernel))
    for part in parts:
        y[:, part] = products(np, seen[:, part], kernel, groups).reshape(y[:, part].shape)
    return y


def products(np, seen, kernel, groups):
    """What the windows see as the rows of a matrix, times the kernel."""
    rows = matrix(seen, kernel.ndim - 1)
    return by_groups(np, rows, kernel, groups) if groups > 1 else rows @ matrix(kernel)


def by_groups(np, rows, kernel, groups):
    """The product of rows (*sizes, groups, c) with kernel (*sizes, c, groups, filters), for each group on its own."""
    channels, filters = kernel.shape[-2], kernel.shape[-1] // groups
    taps = prod(kernel.shape[:-2])
    left = np.moveaxis(rows.reshape(len(rows), taps, groups, channels), 2, 0)
    right = np.moveaxis(kernel.reshape(taps, channels, groups, filters), 2, 0)
    product = left.reshape(groups, len(rows), taps * channels) @ right.reshape(groups, taps * channels, filters)
    return np.moveaxis(product, 0, 1)


def blocks(seen, counts):
    """Slices of the first spatial axis, each of which sees at most BLOCK values."""
    count = counts[0]
    step = max(1, BLOCK * count // max(seen.size, 1))
    return [slice(start, start + step) for start in range(0, count, step)]


def convolved_by_channel(np, x, kernel, counts, strides, dilation):
    """y[n, o, m * c + j] = sum over t of x[n, stride * o + dilation * t, c] * kernel[t, c, j], m kernels a channel."""
    *sizes, channels, multiplier = kernel.shape
    x = np.repeat(x, multiplier, axis=-1) if multiplier != 1 else x
    kernel = kernel.reshape(*sizes, channels * multiplier)
    if kernel.shape[-1] >= WIDE:
        rank = len(sizes)
        places, taps, channel = range(1, rank + 1), range(rank + 1, 2 * rank + 1), 2 * rank + 1
        seen = windows(np, x, counts, sizes, strides, dilation)
        return np.einsum(seen, [0, *places, *taps, channel], kernel, [*taps, channel], [0, *places, channel])
    y = np.zeros((len(x), *counts, kernel.shape[-1]), np.result_type(x, kernel))
    product = np.empty_like(y)
    for place in np.ndindex(*sizes):
        np.multiply(x[tap(place, counts, strides, dilation)], by_rows(np, kernel[place], y), out=product)
        y += product
    return y

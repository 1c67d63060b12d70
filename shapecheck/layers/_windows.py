"""Windows that slide along an axis: how many places they have, what is padded, and the values they see.

One axis has n values; a window of k values, `dilation` apart, moves by `stride`. Sizes may be ints or symbols; the
array functions take channels last, (n, *sizes, c).
"""

from math import prod

from shapecheck import dims, need


def reach(k, dilation=1):
    """The length that a window spans: dilation * (k - 1) + 1."""
    return dilation * (k - 1) + 1


def places(n, k, stride, dilation, padding):
    """The number of places of a window along an axis of n values, where it fits at all.

    valid: floor((n - reach) / stride) + 1. same, causal: ceil(n / stride).
    """
    return (n - reach(k, dilation)) // stride + 1 if padding == "valid" else dims.ceil_div(n, stride)


def slots(n, k, stride, dilation, padding, what, **facts):
    """places, of which there has to be at least one: for valid, n >= reach is recorded (SC306), and never clamped.

    `what` names the axis in messages.
    """
    if padding == "valid":
        need.at_least(n, reach(k, dilation), what, **facts)
    return places(n, k, stride, dilation, padding)


def spread(n, k, stride, dilation, padding, output_padding):
    """The number of values along an axis after a transposed convolution, that slots would count n places in.

    valid: (n - 1) * stride + reach + output_padding, which by default fills up a stride that is longer than the window.
    same: n * stride; with an output_padding (n - 1) * stride + reach % 2 + output_padding, as Keras has it.
    """
    length = reach(k, dilation)
    if padding == "valid":
        return (n - 1) * stride + (max(length, stride) if output_padding is None else length + output_padding)
    return n * stride if output_padding is None else (n - 1) * stride + length % 2 + output_padding


def margins(n, k, stride, dilation, padding):
    """(before, after): the zeros that padding adds to an axis of n values.

    same: as many as the last place lacks, the odd one after, as TensorFlow has it. causal: all of them before.
    """
    lacking = max((-(-n // stride) - 1) * stride + reach(k, dilation) - n, 0)
    if padding == "same":
        return lacking // 2, lacking - lacking // 2
    return (reach(k, dilation) - 1, 0) if padding == "causal" else (0, 0)


def padded(np, x, pairs, value=0):
    """x with (before, after) values added to each spatial axis."""
    if not any(map(any, pairs)):
        return x
    sizes = [before + n + after for n, (before, after) in zip(x.shape[1:-1], pairs, strict=True)]
    y = np.full((x.shape[0], *sizes, x.shape[-1]), value, x.dtype)
    inner = (slice(before, before + n) for n, (before, _) in zip(x.shape[1:-1], pairs, strict=True))
    y[(slice(None), *inner)] = x
    return y


def by_rows(np, v, x):
    """v, which meets x with one value for each channel, repeated along a row of x: NumPy runs faster through rows."""
    if x.ndim < 2:
        return v
    v = v if v.ndim > 1 else v[None]
    return np.repeat(v, x.shape[-2], axis=-2) if v.shape[-2] == 1 else v


def least_value(np, dtype):
    """The least value of a dtype, from which a maximum starts."""
    if dtype.kind == "b":
        return False
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def tap(place, counts, strides, dilation):
    """The index of the values that the windows see at one of their places, e.g. (0, 1) in a window of two axes."""
    starts = (i * d for i, d in zip(place, dilation, strict=True))
    along = (slice(i, i + (n - 1) * s + 1 if n else i, s) for i, n, s in zip(starts, counts, strides, strict=True))
    return (slice(None), *along)


def windows(np, x, counts, sizes, strides, dilation):
    """What the windows see, (n, *counts, *sizes, c), without a copy; `counts` places along each axis fit into x."""
    batch, *along, channel = x.strides
    steps = [step * s for step, s in zip(along, strides, strict=True)]
    inside = [step * d for step, d in zip(along, dilation, strict=True)]
    shape = (x.shape[0], *counts, *sizes, x.shape[-1])
    strides = (batch, *steps, *inside, channel)
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)


def matrix(x, columns=1):
    """x as a matrix whose columns are its last axes, also where one of them is 0."""
    return x.reshape(prod(x.shape[:-columns]), prod(x.shape[-columns:]))

"""Resampling an axis as a matrix product: nearest, bilinear, bicubic and Lanczos."""


def resampled(np, x, axis, count, method, antialias=False):
    """x with `count` values along `axis`.

    Output i stands at (i + 1/2) n / count - 1/2 of the input; it is the mean of the values around, weighted by the
    kernel of the method, over those that exist. With `antialias` a kernel is as wide as the step when it shrinks.
    """
    n = x.shape[axis]
    if method == "nearest" and n and count:
        return np.take(x, np.floor((np.arange(count) + 0.5) * (n / count)).astype(int), axis)
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype("float32")
    weights = matrix(np, n, count, method, antialias).astype(dtype)
    return np.moveaxis(np.moveaxis(x, axis, -1) @ weights.T, -1, axis)


def rounded(np, y, dtype):
    """y in this dtype: whole numbers are rounded, and cut off at the range."""
    if dtype.kind in "iu" and y.dtype.kind == "f":
        y = np.clip(np.rint(y), np.iinfo(dtype).min, np.iinfo(dtype).max)
    return y.astype(dtype, copy=False)


def matrix(np, n, count, method, antialias):
    """The weights (count, n) of the input values in each output value."""
    step = n / count if count else 1.0
    at = (np.arange(count) + 0.5) * step - 0.5
    width = max(step, 1.0) if antialias else 1.0
    weights = KERNELS.get(method, _triangle)(np, np.abs(at[:, None] - np.arange(n)) / width)
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total == 0, 1, total)


def _triangle(np, d):
    return np.maximum(0, 1 - d)


def _cubic(np, d):
    """Keys's cubic convolution with a = -1/2 (Keys 1981)."""
    inner = ((1.5 * d - 2.5) * d) * d + 1
    outer = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return np.where(d < 1, inner, np.where(d < 2, outer, 0))


def _lanczos(radius):
    def kernel(np, d):
        return np.where(d < radius, np.sinc(d) * np.sinc(d / radius), 0)

    return kernel


KERNELS = {"bilinear": _triangle, "bicubic": _cubic, "lanczos3": _lanczos(3), "lanczos5": _lanczos(5)}

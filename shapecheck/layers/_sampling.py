"""Pictures read between their pixels: seen through a projection, bent by a field, and smoothed.

Arrays are (n, h, w, c). The formulas are those that Keras executes on TensorFlow, in float32.
"""


def projected(np, x, transforms, interpolation, fill_mode, fill_value):
    """y[v, u] = x at ((b0 u + b1 v + b2) / k, (a0 u + a1 v + a2) / k), where k = c0 u + c1 v + 1.

    A transform (n, 8) holds a0, a1, a2, b0, b1, b2, c0, c1 for each picture.
    """
    _, rows, columns, _ = x.shape
    a0, a1, a2, b0, b1, b2, c0, c1 = np.asarray(transforms, np.float32).T[:, :, None, None]
    v, u = np.arange(rows, dtype=np.float32)[:, None], np.arange(columns, dtype=np.float32)
    k = c0 * u + c1 * v + np.float32(1)
    lost = np.broadcast_to(k == 0, (len(x), rows, columns))
    k = np.where(k == 0, np.float32(1), k)
    across = _folded(np, (a0 * u + a1 * v + a2) / k, columns, fill_mode)
    down = _folded(np, (b0 * u + b1 * v + b2) / k, rows, fill_mode)
    read = _between if interpolation == "bilinear" else _nearest
    return np.where(lost[..., None], fill_value, read(np, x, down, across, fill_value))


def _folded(np, at, size, fill_mode):
    """Coordinates beyond an axis of `size` pixels, brought back onto it."""
    last = np.float32(size - 1)
    if fill_mode == "constant":
        return at
    if fill_mode == "nearest" or size == 1:
        return np.clip(at, 0, last)
    if fill_mode == "wrap":
        below = at + size * (np.trunc(-at / last) + 1)
        above = at - size * np.trunc(at / last)
        return np.clip(np.where(at < 0, below, np.where(at > last, above, at)), 0, last)
    period = np.float32(2 * size)
    below = np.where(at < period, period * np.trunc(-at / period) + at, at)
    below = np.where(below < -size, below + period, -below - 1)
    above = at - period * np.trunc(at / period)
    above = np.where(above >= size, period - above - 1, above)
    return np.clip(np.where(at < 0, below, np.where(at > last, above, at)), 0, last)


def _pixels(np, x, down, across, fill_value):
    """The pixels at whole coordinates; `fill_value` outside the picture."""
    n, rows, columns, channels = x.shape
    inside = (down >= 0) & (down < rows) & (across >= 0) & (across < columns)
    at = np.where(inside, down * columns + across, 0).astype(np.int64)
    flat = x.reshape(n, rows * columns, channels)
    values = flat[np.arange(n)[:, None, None], at]
    return values if inside.all() else np.where(inside[..., None], values, fill_value)


def _nearest(np, x, down, across, fill_value):
    """Halves away from 0."""
    down, across = (np.trunc(at + np.copysign(np.float32(0.5), at)) for at in (down, across))
    return _pixels(np, x, down, across, fill_value)


def _between(np, x, down, across, fill_value):
    """The mean of the four pixels around, by nearness."""
    top, left = np.floor(down), np.floor(across)
    low, right = (down - top)[..., None], (across - left)[..., None]
    rows = [
        (1 - right) * _pixels(np, x, y, left, fill_value) + right * _pixels(np, x, y, left + 1, fill_value)
        for y in (top, top + 1)
    ]
    return (1 - low) * rows[0] + low * rows[1]


def homography(np, starts, ends):
    """The transforms that carry four points (n, 4, 2) of each output picture, `ends`, to `starts` in the input."""
    (u, v), (s, t) = np.moveaxis(ends, -1, 0), np.moveaxis(starts, -1, 0)
    one, zero = np.ones_like(u), np.zeros_like(u)
    across = np.stack([u, v, one, zero, zero, zero, -s * u, -s * v], -1)
    down = np.stack([zero, zero, zero, u, v, one, -t * u, -t * v], -1)
    equations = np.stack([across, down], 2).reshape(len(u), 8, 8)
    wanted = np.stack([s, t], -1).reshape(len(u), 8, 1)
    return np.linalg.solve(equations.astype(np.float64), wanted)[..., 0]


def bent(np, x, down, across, interpolation, fill_mode, fill_value):
    """y[n, i, j] = x[n] at (down, across)[n, i, j]; `reflect` folds whole coordinates as Keras's map_coordinates."""
    total = 0
    for y, by_y in _neighbours(np, down, interpolation):
        for z, by_z in _neighbours(np, across, interpolation):
            if fill_mode != "constant":
                y_, z_ = _wrapped(np, y, x.shape[1], fill_mode), _wrapped(np, z, x.shape[2], fill_mode)
            else:
                y_, z_ = y, z
            total = total + (by_y * by_z)[..., None] * _pixels(np, x, y_, z_, fill_value)
    return total


def _neighbours(np, at, interpolation):
    """(whole coordinates, weight) of the pixels that count; halves go to the even one."""
    if interpolation == "nearest":
        return [(np.rint(at), np.ones_like(at))]
    low = np.floor(at)
    return [(low, 1 - (at - low)), (low + 1, at - low)]


def _wrapped(np, at, size, fill_mode):
    """Whole coordinates brought back onto an axis of `size` pixels."""
    if fill_mode == "nearest":
        return np.clip(at, 0, size - 1)
    if fill_mode == "wrap":
        return np.mod(at, size)
    at = np.mod(np.abs(at), 2 * size)
    return np.where(at < size, at, 2 * size - at - 1)


def gaussian(np, size, sigma):
    """`size` values of a bell of width `sigma`, whose sum is 1."""
    at = np.arange(size) - (size - 1) / 2
    bell = np.exp(-0.5 * (at / sigma) ** 2)
    return bell / bell.sum()


def smoothed(np, x, kernel):
    """The sum of the pixels around each, times a kernel (rows, columns) of odd sizes; zeros stand around a picture."""
    (above, left), (rows, columns) = (size // 2 for size in kernel.shape), x.shape[1:3]
    around = np.pad(x, ((0, 0), (above, above), (left, left), (0, 0)))
    total = 0
    for i, j in np.argwhere(kernel):
        total = total + kernel[i, j] * around[:, i : i + rows, j : j + columns]
    return np.zeros_like(x) if isinstance(total, int) else total

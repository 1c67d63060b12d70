"""Augmentation without chance: pictures whose values are spread out by their histogram."""

from shapecheck import params
from shapecheck.contract import PASS, layer
from shapecheck.layers._augmentation import BYTES, SAME, Augmentation, Values, scaled


@layer
class AutoContrast(Augmentation):
    """Each channel of a picture spread over the whole of `value_range`; one of a single value stays.

    That is done in inference as well. With channels_first Keras looks at the channels and rows of each column.
    """

    value_range: Values = (0, 255)

    examples = (SAME, f"value_range: [0, 1] {SAME}")

    def changed(self, np, x):
        return self.spread(np, x, (1, 2))

    def spread(self, np, x, axes):
        if not x.size:
            return x
        low, high = np.min(x, axes, keepdims=True), np.max(x, axes, keepdims=True)
        spread = np.where(high > low, high - low, 1)
        start, end = self.value_range
        return np.where(high > low, (x - low) / spread * (end - start) + start, x).astype(x.dtype)

    def run(self, np, x, training, rng):
        return self.spread(np, x if x.dtype.kind == "f" else x.astype("float32"), (1, 2) if x.ndim == 4 else (0, 1))


@layer
class Equalization(Augmentation):
    """In training, the histogram of each channel made even, over `bins` values. Keras passes the mask on.

    The histogram is that of the whole batch; a channel that falls into one bin stays.
    """

    value_range: Values = (0, 255)
    bins: params.Positive = 256

    mask = PASS
    examples = (SAME, f"bins: 8, value_range: [0, 1] {SAME}")

    def changed(self, np, x):
        channels = x.shape[-1]
        x = scaled(x, self.value_range, BYTES)
        slots = np.clip(np.trunc(x * ((self.bins - 1) / 255)), 0, self.bins - 1).astype(np.int64)
        counts = np.bincount((slots + self.bins * np.arange(channels)).ravel(), minlength=self.bins * channels)
        counts = counts.reshape(channels, self.bins)
        below = np.cumsum(counts, -1)
        first = np.take_along_axis(below, np.argmax(below > 0, -1)[:, None], -1)
        span = below[:, -1:] - first
        table = np.clip(np.round((below - first) * 255 / np.where(span == 0, 1, span)), *BYTES)
        even = table[np.arange(channels), slots]
        return scaled(np.where(np.count_nonzero(counts, -1) <= 1, x, even), BYTES, self.value_range)


@layer
class ContrastLimitedAdaptiveHistogramEqualization(Augmentation):
    """The histogram of each tile of a picture made even, and no steeper than `clip_limit` (Zuiderveld 1994).

    A pixel takes the mean of what the four tiles around it make of it, by nearness. That is done in inference as well.
    Pictures that do not divide into tiles are mirrored at their end.
    """

    value_range: Values = (0, 255)
    clip_limit: params.Number = 4.0
    tile_grid_size: params.Sizes2 = (8, 8)

    examples = (SAME, f"clip_limit: 2, tile_grid_size: [4, 2], value_range: [0, 1] {SAME}")

    def run(self, np, x, training, rng):
        return super().run(np, x, True, rng)

    def changed(self, np, x):
        _, rows, columns, _ = x.shape
        x = scaled(x, self.value_range, BYTES)
        tiles = tuple(-(-n // grid) for n, grid in zip((rows, columns), self.tile_grid_size, strict=True))
        lacking = (t * g - n for t, g, n in zip(tiles, self.tile_grid_size, (rows, columns), strict=True))
        whole = np.pad(x, ((0, 0), *((0, n) for n in lacking), (0, 0)), mode="symmetric")
        bytes_ = np.clip(np.trunc(whole), *BYTES).astype(np.int64)
        y = self.looked_up(np, bytes_, self.tables(np, bytes_, tiles), tiles)
        return scaled(y[:, :rows, :columns], BYTES, self.value_range)

    def tables(self, np, x, tiles):
        """For each tile and channel what becomes of the 256 values: (n, *grid, c, 256)."""
        n, _, _, channels = x.shape
        (down, across), (high, wide) = self.tile_grid_size, tiles
        cells = x.reshape(n, down, high, across, wide, channels).transpose(0, 1, 3, 5, 2, 4).reshape(-1, high * wide)
        at = cells + 256 * np.arange(len(cells))[:, None]
        counts = np.bincount(at.ravel(), minlength=256 * len(cells)).reshape(len(cells), 256).astype(np.float64)
        if self.clip_limit > 0:
            clipped = np.minimum(counts, self.clip_limit * high * wide / 256)
            counts = clipped + np.sum(counts - clipped, -1, keepdims=True) / 256
        below = np.cumsum(counts, -1)
        first = np.min(below, -1, keepdims=True)
        rest = high * wide - first
        even = np.clip((below - first) * 255 / np.where(rest == 0, 1, rest), *BYTES)
        return even.reshape(n, down, across, channels, 256)

    def looked_up(self, np, x, tables, tiles):
        """The values of the tables of the four tiles around each pixel, by nearness."""
        n, _, _, channels = x.shape
        batch, channel = np.arange(n)[:, None, None, None], np.arange(channels)
        (top, low, down), (left, right, across) = (
            self.around(np, grid, tile) for grid, tile in zip(self.tile_grid_size, tiles, strict=True)
        )
        sides = []
        for row in (top, low):
            a, b = (tables[batch, row[:, None, None], side[None, :, None], channel, x] for side in (left, right))
            sides.append(a + (b - a) * across[:, None])
        return sides[0] + (sides[1] - sides[0]) * down[:, None, None]

    def around(self, np, grid, tile):
        """For each pixel of an axis the tile before and after its place, and how near it is to the second."""
        at = (np.arange(grid * tile) - tile / 2) / tile
        low = np.floor(at).astype(np.int64)
        return np.clip(low, 0, grid - 1), np.clip(low + 1, 0, grid - 1), at - low

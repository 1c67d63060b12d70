"""Windows of images: patches, edges, smoothing, similarity."""

from typing import Any

from shapecheck import layers, need, params
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import numbers, of_rank, op, shape_of
from shapecheck.layers.ops_image import OfImages
from shapecheck.layers.ops_windows import OptionalWindow
from shapecheck.making import make

Patches: Any = params.one_of("valid", "same", fold=True)


@op
class ExtractPatches(OfImages):
    """The windows of `size` of an image (or volume) side by side as channels: (..., rows, columns, area * c)."""

    size: of.Window
    strides: OptionalWindow = None
    dilation_rate: of.Window = 1
    padding: Patches = "valid"
    data_format: params.DataFormat = None

    examples = (
        "size: 2 | (n, h, w, 3) -> (n, h//2, w//2, 12)",
        "size: [2, 3], strides: 1, padding: same | (h, w, 3) -> (h, w, 18)",
        "size: 3, strides: 2, data_format: channels_first | (n, 2, 7, 9) -> (n, 18, 3, 4)",
        "size: [2, 2, 2] | (n, 4, 6, 8, 3) -> (n, 2, 3, 4, 24)",
        "size: 3, strides: 1, dilation_rate: 2 | (n, 8, 9, 1) -> (n, 4, 5, 9)",
        "size: 3 | (n, 2, 9, 1) !! SC306",
        "size: 3 | (h, w) !! SC302",
    )

    def rule(self, np, images):
        size = self.size if isinstance(self.size, tuple) else (self.size, self.size)
        rank = len(size)
        of_rank(images, rank + 1, rank + 2)
        x = np.moveaxis(images, -rank - 1, -1) if self.data_format == "channels_first" else images
        alone = x.ndim == rank + 1
        x = np.expand_dims(x, 0) if alone else x
        channels = shape_of(x)[-1]
        area = 1
        for one in size:
            area *= one
        config = {
            "filters": channels * area,
            "kernel_size": list(size),
            "strides": self.strides or list(size),
            "use_bias": False,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            "data_format": "channels_last",
        }
        conv: Any
        conv, refusals = make(layers.found(f"Conv{rank}D"), config)
        if refusals:
            refusals[0].param = refusals[0].param if refusals[0].param in self.parameters else None
            raise refusals[0]
        if numbers(np):
            kernel = np.eye(area * channels, dtype=x.dtype).reshape(*size, channels, area * channels)
            y = conv.run(np, x, {"kernel": kernel})
        else:
            y = np.zeros(conv.shape(x.sizes))
        y = y[0] if alone else y
        return np.moveaxis(y, -1, -rank - 1) if self.data_format == "channels_first" else y


@op
class SobelEdges(OfImages):
    """The gradients down and across of each channel, by Sobel's filter on the image with reflected margins."""

    least = 4
    examples = (
        "| (n, 4, 5, 3) -> (n, 4, 5, 3, 2)",
        "data_format: channels_first | (n, 3, 4, 5) -> (n, 3, 4, 5, 2)",
        "| (h, w, 3) !! SC302",
    )

    def rule(self, np, images):
        x = self.last(np, images)
        if not numbers(np):
            return np.zeros((*images.sizes, 2))
        wide = np.pad(
            x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect" if min(x.shape[1:3], default=0) > 1 else "edge"
        )
        rows, columns = x.shape[1:3]

        def at(i, j):
            return wide[:, i : i + rows, j : j + columns]

        down = at(2, 0) + 2 * at(2, 1) + at(2, 2) - at(0, 0) - 2 * at(0, 1) - at(0, 2)
        across = at(0, 2) + 2 * at(1, 2) + at(2, 2) - at(0, 0) - 2 * at(1, 0) - at(2, 0)
        return np.stack([self.back(np, down), self.back(np, across)], axis=-1)


@op
class GaussianBlur(OfImages):
    """Each channel smoothed by a bell of `kernel_size` values and deviation `sigma` along rows and columns."""

    kernel_size: of.Window = (3, 3)
    sigma: params.Anything = (1.0, 1.0)
    data_format: params.DataFormat = None

    examples = (
        "| (n, h, w, 3) -> (n, h, w, 3)",
        "kernel_size: [3, 5], sigma: [1, 2], data_format: channels_first | (3, h, w) -> (3, h, w)",
        "| (h, w) !! SC302",
        "kernel_size: 0 | (h, w, 3) !! SC114",
    )

    def shown(self, np, x):
        sizes = self.kernel_size if isinstance(self.kernel_size, tuple) else (self.kernel_size,) * 2
        sigmas = self.sigma if isinstance(self.sigma, (list, tuple)) else (self.sigma,) * 2
        y = x.astype("float64")
        for axis, size, sigma in zip((-3, -2), sizes, sigmas, strict=True):
            bell = np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / sigma) ** 2)
            bell = bell / bell.sum()
            pairs = [(0, 0)] * x.ndim
            pairs[axis] = ((size - 1) // 2, size - 1 - (size - 1) // 2)
            wide = np.moveaxis(np.pad(y, pairs), axis, 0)
            y = np.moveaxis(sum(weight * wide[i : i + x.shape[axis]] for i, weight in enumerate(bell)), 0, axis)
        return y


@op
class SSIM(OfImages):
    """The structural similarity of two images under a bell of `filter_size` pixels, one number for each image."""

    max_val: params.Number = 1.0
    filter_size: params.Positive = 11
    filter_sigma: params.Number = 1.5
    k1: params.Number = 0.01
    k2: params.Number = 0.03
    data_format: params.DataFormat = None

    verb = "cannot compare"
    examples = (
        "| (n, 12, 13, 3), (n, 12, 13, 3) -> (n)",
        "filter_size: 3 | (4, 5, 3), (4, 5, 3) -> ()",
        "| (h, w), (h, w) !! SC302",
        "| (12, 12, 3), (12, 13, 3) !! SC301",
        "| (10, 12, 3), (10, 12, 3) !! SC306",
    )

    def rule(self, np, image1, image2):
        x, y = self.last(np, image1), self.last(np, image2)
        of_rank(y, x.ndim)
        if not numbers(np):
            for n, m in zip(x.sizes, y.sizes, strict=True):
                need.equal(n, m, verb=self.verb)
            for n in x.sizes[-3:-1]:
                need.at_least(n, self.filter_size, "the height or width", param="filter_size")
            return np.zeros(x.sizes[:-3])
        x, y = x.astype("float64"), y.astype("float64")
        bell = np.exp(-0.5 * ((np.arange(self.filter_size) - (self.filter_size - 1) / 2) / self.filter_sigma) ** 2)
        bell = bell / bell.sum()

        def blurred(z):
            for axis in (-3, -2):
                count = z.shape[axis] - self.filter_size + 1
                rows = np.moveaxis(z, axis, 0)
                z = np.moveaxis(sum(weight * rows[i : i + count] for i, weight in enumerate(bell)), 0, axis)
            return z

        c1, c2 = (self.k1 * self.max_val) ** 2, (self.k2 * self.max_val) ** 2
        a, b = blurred(x), blurred(y)
        first = (2 * a * b + c1) / (a * a + b * b + c1)
        second = (2 * (blurred(x * y) - a * b) + c2) / (blurred(x * x) - a * a + blurred(y * y) - b * b + c2)
        return np.mean(first * second, axis=(-3, -2, -1))

"""Adaptive pooling: windows chosen so that a fixed number of them covers the input."""

from typing import Any

from shapecheck import params
from shapecheck.contract import layer
from shapecheck.layers._pooled import LargestOfWindows, MeanOfWindows, Windows


class AdaptivePooling(Windows):
    """The values under `output_size` windows for each axis; window i of o covers floor(i n / o) to ceil((i + 1) n / o).

    The windows overlap where o does not divide n. Any size of input gives the same size of output. Keras 3.15 infers
    a shape for an input of a wrong rank as well; it cannot be executed, and is refused here.
    """

    output_size: Any

    def along(self, i, n):
        return self.output_size[i]

    def edges(self, np, i, n):
        """Where the windows of spatial axis i start and end."""
        count = self.output_size[i]
        places = np.arange(count)
        return places * n // count, -(-(places + 1) * n // count)

    def pooled(self, np, x, combine, start):
        """`combine` over the windows, one axis after another; `start` is what one that sees nothing gives."""
        for i, n in enumerate(x.shape[1:-1]):
            x = np.moveaxis(x, i + 1, 0)
            if not self.output_size[i]:
                x = x[:0]
            else:
                # reduceat reduces from each edge to the next: every other piece is a window
                rest = np.full((1, *x.shape[1:]), start, x.dtype)
                edges = np.stack(self.edges(np, i, n), 1).reshape(-1)
                x = combine.reduceat(np.concatenate([x, rest]), edges, axis=0)[::2]
            x = np.moveaxis(x, 0, i + 1)
        return x


class AdaptiveAverage(MeanOfWindows, AdaptivePooling):
    """y = mean over the window."""


class AdaptiveMax(LargestOfWindows, AdaptivePooling):
    """y = max over the window."""


@layer
class AdaptiveAveragePooling1D(AdaptiveAverage):
    """The means of `output_size` windows that cover the steps of a sequence."""

    output_size: params.Extents1
    data_format: params.DataFormat = None

    rank = 1
    examples = (
        "output_size: 3 | (n, t, 4) -> (n, 3, 4)",
        "output_size: [2], data_format: channels_first | (n, 4, t) -> (n, 4, 2)",
        "output_size: 3 | (n, h, w, 4) !! SC302",
        "output_size: -1 | (n, t, 4) !! SC114",
    )


@layer
class AdaptiveAveragePooling2D(AdaptiveAverage):
    """The means of `output_size` windows that cover an image."""

    output_size: params.Extents2
    data_format: params.DataFormat = None

    rank = 2
    examples = (
        "output_size: 3 | (n, h, w, 4) -> (n, 3, 3, 4)",
        "output_size: [2, 5], data_format: channels_first | (n, 4, h, w) -> (n, 4, 2, 5)",
        "output_size: 3 | (n, t, 4) !! SC302",
    )


@layer
class AdaptiveAveragePooling3D(AdaptiveAverage):
    """The means of `output_size` windows that cover a volume."""

    output_size: params.Extents3
    data_format: params.DataFormat = None

    rank = 3
    examples = (
        "output_size: 2 | (n, d, h, w, 4) -> (n, 2, 2, 2, 4)",
        "output_size: [1, 2, 3], data_format: channels_first | (n, 4, d, h, w) -> (n, 4, 1, 2, 3)",
        "output_size: [1, 2] | (n, d, h, w, 4) !! SC113",
    )


@layer
class AdaptiveMaxPooling1D(AdaptiveMax):
    """The largest values of `output_size` windows that cover the steps of a sequence."""

    output_size: params.Extents1
    data_format: params.DataFormat = None

    rank = 1
    examples = (
        "output_size: 3 | (n, t, 4) -> (n, 3, 4)",
        "output_size: [2], data_format: channels_first | (n, 4, t) -> (n, 4, 2)",
        "output_size: 3 | (n, h, w, 4) !! SC302",
    )


@layer
class AdaptiveMaxPooling2D(AdaptiveMax):
    """The largest values of `output_size` windows that cover an image."""

    output_size: params.Extents2
    data_format: params.DataFormat = None

    rank = 2
    examples = (
        "output_size: 3 | (n, h, w, 4) -> (n, 3, 3, 4)",
        "output_size: [2, 5], data_format: channels_first | (n, 4, h, w) -> (n, 4, 2, 5)",
        "output_size: 3 | (n, t, 4) !! SC302",
    )


@layer
class AdaptiveMaxPooling3D(AdaptiveMax):
    """The largest values of `output_size` windows that cover a volume."""

    output_size: params.Extents3
    data_format: params.DataFormat = None

    rank = 3
    examples = (
        "output_size: 2 | (n, d, h, w, 4) -> (n, 2, 2, 2, 4)",
        "output_size: [1, 2, 3], data_format: channels_first | (n, 4, d, h, w) -> (n, 4, 1, 2, 3)",
        "output_size: 2 | (n, h, w, 4) !! SC302",
    )

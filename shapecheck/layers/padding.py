"""Zero padding: zeros around the spatial axes."""

from typing import Any

from shapecheck import params
from shapecheck.contract import layer
from shapecheck.layers._channels import Spatial
from shapecheck.layers._windows import padded


class ZeroPadding(Spatial):
    """n + before + after along each spatial axis. One int pads all sides alike, a list says it for each axis."""

    padding: Any


    def along(self, i, n):
        return n + sum(self.padding[i])

    def computed(self, np, x, w):
        return padded(np, x, self.padding)


@layer
class ZeroPadding1D(ZeroPadding):
    """Steps of zeros before and after a sequence; a list of two is [before, after]."""

    padding: params.Margins1 = 1
    data_format: params.DataFormat = None

    rank = 1
    examples = (
        "| (n, t, 4) -> (n, t + 2, 4)",
        "padding: [1, 3] | (n, t, 4) -> (n, t + 4, 4)",
        "padding: 2, data_format: channels_first | (n, 4, t) -> (n, 4, t + 4)",
        "padding: -1 | (n, t, 4) !! SC114",
        "padding: [1, 2, 3] | (n, t, 4) !! SC113",
    )


@layer
class ZeroPadding2D(ZeroPadding):
    """Rows and columns of zeros around an image; [[top, bottom], [left, right]], or [height, width]."""

    padding: params.Margins2 = (1, 1)
    data_format: params.DataFormat = None

    rank = 2
    examples = (
        "| (n, h, w, 4) -> (n, h + 2, w + 2, 4)",
        "padding: [1, 2] | (n, h, w, 4) -> (n, h + 2, w + 4, 4)",
        "padding: [[0, 1], [2, 3]], data_format: channels_first | (n, 4, h, w) -> (n, 4, h + 1, w + 5)",
        "| (n, t, 4) !! SC302",
    )


@layer
class ZeroPadding3D(ZeroPadding):
    """Zeros around a volume; a pair for each axis, or one int for each axis."""

    padding: params.Margins3 = (1, 1, 1)
    data_format: params.DataFormat = None

    rank = 3
    examples = (
        "padding: [1, 2, 3] | (n, d, h, w, 4) -> (n, d + 2, h + 4, w + 6, 4)",
        "padding: [[0, 1], [1, 0], [2, 2]], data_format: channels_first"
        " | (n, 4, d, h, w) -> (n, 4, d + 1, h + 1, w + 4)",
        "padding: [1, 2] | (n, d, h, w, 4) !! SC113",
    )

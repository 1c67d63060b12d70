"""Cropping: values cut off at both ends of the spatial axes."""

from typing import Any

from shapecheck import need, params
from shapecheck.contract import layer
from shapecheck.layers._channels import Spatial


class Cropping(Spatial):
    """n - before - after along each spatial axis, of which at least one value has to be left."""

    cropping: Any


    def along(self, i, n):
        cut = sum(self.cropping[i])
        need.at_least(n, cut + 1, **self.place(i))
        return n - cut

    def computed(self, np, x, w):
        kept = (slice(before, n - after) for n, (before, after) in zip(x.shape[1:-1], self.cropping, strict=True))
        return x[(slice(None), *kept)]


@layer
class Cropping1D(Cropping):
    """Steps cut off a sequence; a list of two is [before, after]."""

    cropping: params.Margins1 = (1, 1)

    rank = 1
    examples = (
        "| (n, t, 4) -> (n, t - 2, 4)",
        "cropping: [0, 3] | (n, t, 4) -> (n, t - 3, 4)",
        "cropping: 2 | (n, 4, 4) !! SC306",
        "cropping: [1, -1] | (n, t, 4) !! SC114",
    )


@layer
class Cropping2D(Cropping):
    """Rows and columns cut off an image; [[top, bottom], [left, right]], or [height, width]."""

    cropping: params.Margins2 = ((0, 0), (0, 0))
    data_format: params.DataFormat = None

    rank = 2
    examples = (
        "cropping: 1 | (n, h, w, 4) -> (n, h - 2, w - 2, 4)",
        "cropping: [1, 2] | (n, h, w, 4) -> (n, h - 2, w - 4, 4)",
        "cropping: [[0, 1], [2, 3]], data_format: channels_first | (n, 4, h, w) -> (n, 4, h - 1, w - 5)",
        "cropping: 1 | (n, h, 2, 4) !! SC306",
    )


@layer
class Cropping3D(Cropping):
    """Values cut off a volume; a pair for each axis, or one int for each axis."""

    cropping: params.Margins3 = ((1, 1), (1, 1), (1, 1))
    data_format: params.DataFormat = None

    rank = 3
    examples = (
        "cropping: [1, 0, 2] | (n, d, h, w, 4) -> (n, d - 2, h, w - 4, 4)",
        "cropping: [[0, 1], [1, 0], [2, 2]], data_format: channels_first"
        " | (n, 4, d, h, w) -> (n, 4, d - 1, h - 1, w - 4)",
        "| (n, d, h, w) !! SC302",
    )

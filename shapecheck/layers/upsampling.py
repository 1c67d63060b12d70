"""Upsampling: every value repeated, or interpolated."""

from typing import Any

from shapecheck import params
from shapecheck.contract import layer
from shapecheck.layers._channels import Spatial
from shapecheck.layers._resampling import resampled, rounded


class UpSampling(Spatial):
    """n * size along each spatial axis: every value stands `size` times."""

    size: Any


    def along(self, i, n):
        return n * self.size[i]

    def computed(self, np, x, w):
        for i, times in enumerate(self.size):
            x = np.repeat(x, times, axis=i + 1)
        return x


@layer
class UpSampling1D(UpSampling):
    """Every step of a sequence, `size` times."""

    size: params.SingleSize = 2

    rank = 1
    examples = (
        "| (n, t, 4) -> (n, 2*t, 4)",
        "size: 3 | (n, t, 4) -> (n, 3*t, 4)",
        "size: [2] | (n, t, 4) !! SC113",
        "size: 0 | (n, t, 4) !! SC114",
    )


@layer
class UpSampling2D(UpSampling):
    """Every value of an image, `size` times along each axis, or values interpolated between them."""

    size: params.Sizes2 = (2, 2)
    data_format: params.DataFormat = None
    interpolation: params.UpInterpolation = "nearest"

    rank = 2
    examples = (
        "| (n, h, w, 4) -> (n, 2*h, 2*w, 4)",
        "size: [2, 3], interpolation: bilinear | (n, h, w, 4) -> (n, 2*h, 3*w, 4)",
        "size: 3, interpolation: bicubic, data_format: channels_first | (n, 4, h, w) -> (n, 4, 3*h, 3*w)",
        "size: 2, interpolation: lanczos5 | (n, h, w, 4) -> (n, 2*h, 2*w, 4)",
        "interpolation: cubic | (n, h, w, 4) !! SC114",
        "| (n, t, 4) !! SC302",
    )

    def computed(self, np, x, w):
        if self.interpolation == "nearest":
            return super().computed(np, x, w)
        y = x
        for i, times in enumerate(self.size):
            y = resampled(np, y, i + 1, y.shape[i + 1] * times, self.interpolation)
        return rounded(np, y, x.dtype)


@layer
class UpSampling3D(UpSampling):
    """Every value of a volume, `size` times along each axis."""

    size: params.Sizes3 = (2, 2, 2)
    data_format: params.DataFormat = None

    rank = 3
    examples = (
        "| (n, d, h, w, 4) -> (n, 2*d, 2*h, 2*w, 4)",
        "size: [1, 2, 3], data_format: channels_first | (n, 4, d, h, w) -> (n, 4, d, 2*h, 3*w)",
        "| (n, h, w, 4) !! SC302",
    )

"""Images moved and distorted, and values between their places."""

from typing import Any

from shapecheck import need, params
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of
from shapecheck.layers.ops_losses import Unworked

FillMode: Any = params.one_of("constant", "nearest", "wrap", "mirror", "reflect")


class Moved(Unworked):
    """An image of the same shape whose values were moved."""

    def image(self, np, images):
        of_rank(images, 3, 4)
        if numbers(np):
            self.refused()
        return images


@op
class AffineTransform(Moved):
    """Images moved by a transform of 8 numbers, or by one for each image."""

    interpolation: params.Interpolation = "bilinear"
    fill_mode: FillMode = "constant"
    fill_value: params.Number = 0
    data_format: params.DataFormat = None

    examples = (
        "| (n, h, w, 3), (n, 8) -> (n, h, w, 3)",
        "| (h, w, 3), (8) -> (h, w, 3)",
        "| (h, w), (8) !! SC302",
        "| (h, w, 3), (n, 8, 1) !! SC302",
    )

    def rule(self, np, images, transform):
        of_rank(transform, 1, 2)
        return self.image(np, images)


@op
class PerspectiveTransform(Moved):
    """Images moved so that four points (4, 2) come to four others, or four for each image."""

    interpolation: params.Interpolation = "bilinear"
    fill_value: params.Number = 0
    data_format: params.DataFormat = None

    verb = "needs points (4, 2), and cannot match"
    examples = (
        "| (n, h, w, 3), (n, 4, 2), (n, 4, 2) -> (n, h, w, 3)",
        "| (h, w, 3), (4, 2), (4, 2) -> (h, w, 3)",
        "| (h, w, 3), (3, 2), (3, 2) !! SC301",
        "| (h, w, 3), (4, 2), (n, 4, 2) !! SC302",
    )

    def rule(self, np, images, start_points, end_points):
        of_rank(start_points, 2, 3)
        of_rank(end_points, start_points.ndim)
        for n, m in zip(shape_of(start_points), shape_of(end_points), strict=True):
            need.equal(n, m, verb=self.verb)
        for n, m in zip(shape_of(start_points)[-2:], (4, 2), strict=True):
            need.equal(n, m, verb=self.verb)
        return self.image(np, images)


@op
class ElasticTransform(Moved):
    """Images distorted at random."""

    alpha: params.Number = 20.0
    sigma: params.Number = 5.0
    interpolation: params.Interpolation = "bilinear"
    fill_mode: FillMode = "reflect"
    fill_value: params.Number = 0.0
    seed: params.Anything = None
    data_format: params.DataFormat = None

    examples = ("| (n, h, w, 3) -> (n, h, w, 3)", "| (h, w) !! SC302", "interpolation: cubic | (h, w, 3) !! SC114")

    def rule(self, np, images):
        return self.image(np, images)


@op
class ScaleAndTranslate(Unworked):
    """Images scaled and moved into `output_shape`."""

    spatial_dims: of.Ints
    method: params.Interpolation
    antialias: params.Flag = True
    output_shape: of.Sizes

    called = ("images", "output_shape", "scale", "translation")
    examples = (
        "spatial_dims: [1, 2], method: bilinear, output_shape: [4, 8, 9, 3] | (4, 5, 6, 3), (2), (2) -> (4, 8, 9, 3)",
        "spatial_dims: [0], method: best, output_shape: [8] | (4), (1), (1) !! SC114",
    )

    def rule(self, np, images, scale, translation):
        if numbers(np):
            self.refused()
        return np.zeros(self.output_shape)


@op
class MapCoordinates(Op):
    """The values of inputs at coordinates (axes, ...) between its places, taken from around."""

    order: params.Whole
    fill_mode: FillMode = "constant"
    fill_value: params.Number = 0

    verb = "cannot look up"
    examples = (
        "order: 1 | (4, 5), (2, n) -> (n)",
        "order: 0 | (4, 5), (2, n, m) -> (n, m)",
        "order: 1 | (4, 5), (3, n) !! SC301",
        "order: 1 | (4, 5), (2) !! SC302",
        "order: 2 | (4), (1, n) !! SC114",
    )

    def check(self):
        need.that(self.order in (0, 1), "SC114", "order", expected="0 or 1", given=self.order)

    def rule(self, np, inputs, coordinates):
        of_rank(coordinates, 2, params.MAX_RANK)
        if not numbers(np):
            need.equal(coordinates.sizes[0], inputs.ndim, verb=self.verb, axis=0)
            return np.zeros(coordinates.sizes[1:])
        at = coordinates.astype("float64")
        if self.order == 0:
            return self.taken(np, inputs, [np.rint(one).astype("int64") for one in at])
        low = [np.floor(one).astype("int64") for one in at]
        total = np.zeros(at.shape[1:])
        for corner in np.ndindex(*(2,) * inputs.ndim):
            weight = np.ones(at.shape[1:])
            for c, here, place in zip(corner, at, low, strict=True):
                weight = weight * (here - place if c else 1 - (here - place))
            total = total + weight * self.taken(np, inputs, [place + c for c, place in zip(corner, low, strict=True)])
        return total

    def taken(self, np, x, places):
        """The values at whole places, outside of x as `fill_mode` says."""
        inside, key = True, []
        for n, place in zip(x.shape, places, strict=True):
            if self.fill_mode == "wrap":
                key.append(place % max(n, 1))
            elif self.fill_mode == "reflect":
                turn = place % max(2 * n, 1)
                key.append(np.where(turn < n, turn, 2 * n - 1 - turn))
            elif self.fill_mode == "mirror":
                turn = place % max(2 * (n - 1), 1)
                key.append(np.where(turn < n, turn, 2 * (n - 1) - turn))
            else:
                inside = inside & (place >= 0) & (place < n)
                key.append(np.clip(place, 0, max(n - 1, 0)))
        found = x[tuple(key)]
        return np.where(inside, found, self.fill_value) if self.fill_mode == "constant" else found

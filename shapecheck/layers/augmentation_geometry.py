"""Augmentation that moves the pixels: mirrored, turned, shifted, enlarged, made oblique and bent."""

from typing import Any

from shapecheck import params
from shapecheck.contract import layer
from shapecheck.layers._augmentation import (
    SAME,
    WRONG,
    Around,
    Augmentation,
    Fill,
    Flips,
    Interpolation,
    MaybeAround,
    Share,
    Values,
    chance,
    sign,
    uniform,
)
from shapecheck.layers._sampling import bent, gaussian, homography, projected, smoothed


@layer
class RandomFlip(Augmentation):
    """Each picture mirrored with probability 1/2, along each axis that `mode` names."""

    mode: Flips = "horizontal_and_vertical"
    seed: params.Seed = None

    examples = (SAME, f"mode: horizontal, seed: 1 {SAME}", "mode: x | (n, h, w, 3) !! SC114", WRONG)

    def drawn(self, np, rng, x):
        return {"vertical": chance(rng, x, (0.5, 0.5)), "horizontal": chance(rng, x, (0.5, 0.5))}

    def changed(self, np, x, **turned):
        for word, axis in (("vertical", 1), ("horizontal", 2)):
            if word in self.mode:
                x = np.where(turned[word], np.flip(x, axis), x)
        return x


class Moved(Augmentation):
    """Pictures seen through a projection; where it looks beyond their edge, `fill_mode` says what is there.

    `constant` has `fill_value`, `nearest` the pixel at the edge, `wrap` the picture again, `reflect` its mirror image.
    """

    interpolation: Any
    fill_mode: Any
    fill_value: Any

    def matrices(self, np, x, **drawn):
        """The eight numbers of the projection of each picture, in rows; see `_sampling.projected`."""
        raise NotImplementedError

    def changed(self, np, x, **drawn):
        rows = np.zeros((len(x), 8))
        for column, values in self.matrices(np, x, **drawn).items():
            rows[:, column] = np.reshape(values, -1)
        return projected(np, x, rows, self.interpolation, self.fill_mode, self.fill_value)


@layer
class RandomRotation(Moved):
    """Pictures turned around their middle by `factor` of a full turn."""

    factor: Around
    fill_mode: Fill = "reflect"
    interpolation: Interpolation = "bilinear"
    seed: params.Seed = None
    fill_value: params.Number = 0.0

    examples = (
        f"factor: 0.1, fill_mode: nearest {SAME}",
        f"factor: [-0.2, 0.1], fill_mode: constant, fill_value: 3, interpolation: nearest {SAME}",
        "factor: 0.1, fill_mode: x | (n, h, w, 3) !! SC114",
    )

    def drawn(self, np, rng, x):
        return {"turns": uniform(rng, x, self.factor)}

    def matrices(self, np, x, turns):
        _, rows, columns, _ = x.shape
        across, down = np.float32((columns - 1) / 2), np.float32((rows - 1) / 2)
        angle = (360 * turns).astype(np.float32) * np.float32(np.pi / 180)
        cos, sin = np.cos(angle), np.sin(angle)
        return {
            0: cos, 1: -sin, 2: across - across * cos + down * sin,
            3: sin, 4: cos, 5: down - across * sin - down * cos,
        }  # fmt: skip


@layer
class RandomTranslation(Moved):
    """Pictures shifted down and to the right by parts of their height and width."""

    height_factor: Around
    width_factor: Around
    fill_mode: Fill = "reflect"
    interpolation: Interpolation = "bilinear"
    seed: params.Seed = None
    fill_value: params.Number = 0.0

    examples = (
        f"height_factor: 0.1, width_factor: [-0.1, 0.2] {SAME}",
        f"height_factor: 0.1, width_factor: 0, fill_mode: constant, fill_value: 1, interpolation: nearest {SAME}",
    )

    def drawn(self, np, rng, x):
        return {"down": uniform(rng, x, self.height_factor), "right": uniform(rng, x, self.width_factor)}

    def matrices(self, np, x, down, right):
        return {0: 1, 2: -right * x.shape[2], 4: 1, 5: -down * x.shape[1]}


@layer
class RandomZoom(Moved):
    """Pictures that show 1 + factor of their height and width: smaller for a positive factor, larger for a negative.

    Without a `width_factor` both grow alike.
    """

    height_factor: Around
    width_factor: MaybeAround = None
    fill_mode: Fill = "reflect"
    interpolation: Interpolation = "bilinear"
    seed: params.Seed = None
    fill_value: params.Number = 0.0

    examples = (
        f"height_factor: 0.1 {SAME}",
        f"height_factor: 0.1, width_factor: [0, 0.2], fill_mode: wrap, interpolation: nearest {SAME}",
        f"height_factor: 0.1, fill_mode: constant, fill_value: 2 {SAME}",
    )

    def drawn(self, np, rng, x):
        height = 1 + uniform(rng, x, self.height_factor)
        return {"height": height, "width": height if self.width_factor is None else
                1 + uniform(rng, x, self.width_factor)}  # fmt: skip

    def matrices(self, np, x, height, width):
        _, rows, columns, _ = x.shape
        return {0: width, 2: (columns - 1) / 2 * (1 - width), 4: height, 5: (rows - 1) / 2 * (1 - height)}


@layer
class RandomShear(Moved):
    """Pictures made oblique: each row shifted by `x_factor` times its number, each column by `y_factor`.

    With probability 1/2 both go the other way.
    """

    x_factor: Share = 0.0
    y_factor: Share = 0.0
    interpolation: Interpolation = "bilinear"
    fill_mode: Fill = "reflect"
    fill_value: params.Number = 0.0
    seed: params.Seed = None

    examples = (
        f"x_factor: 0.1 {SAME}",
        f"y_factor: [0.1, 0.2], fill_mode: constant, fill_value: 3, interpolation: nearest {SAME}",
        "x_factor: 2 | (n, h, w, 3) !! SC114",
    )

    def drawn(self, np, rng, x):
        way = sign(rng, x)
        return {"across": way * uniform(rng, x, self.x_factor), "down": way * uniform(rng, x, self.y_factor)}

    def matrices(self, np, x, across, down):
        return {0: 1, 1: across, 3: down, 4: 1}


@layer
class RandomPerspective(Augmentation):
    """Pictures seen from another side, with a probability of `factor`: each corner moves by up to half of `scale`.

    Where the new picture has nothing to show, it has `fill_value`. One row or column has no perspective, and stays.
    """

    factor: Share = 1.0
    scale: params.Rate = 1.0
    interpolation: Interpolation = "bilinear"
    fill_value: params.Number = 0.0
    seed: params.Seed = None

    examples = (SAME, f"factor: 0.5, scale: 0.5, fill_value: 3, interpolation: nearest {SAME}")

    def drawn(self, np, rng, x):
        moved = rng.uniform(-0.5 * self.scale, 0.5 * self.scale, (len(x), 4, 2))
        return {"chosen": chance(rng, x, self.factor), "moved": moved}

    def changed(self, np, x, chosen, moved):
        _, rows, columns, _ = x.shape
        if min(rows, columns) == 1:
            return x
        right, bottom = columns - 1.0, rows - 1.0
        corners = np.asarray([[0, 0], [right, 0], [0, bottom], [right, bottom]]) + np.zeros((len(x), 1, 1))
        seen = homography(np, corners, corners + corners * moved)
        return np.where(chosen, projected(np, x, seen, self.interpolation, "constant", self.fill_value), x)


@layer
class RandomElasticTransform(Augmentation):
    """Pictures bent by a smooth random field, with a probability of `factor`, and cut off at `value_range`.

    Of a number d from `scale`, the field is Gaussian noise of the width 0.05 d min(h, w), smoothed by a bell of the
    same width and multiplied by 0.1 d max(h, w). As in Keras, a pixel moves as far down as to the right.
    """

    factor: Share = 1.0
    scale: Share = 1.0
    interpolation: Interpolation = "bilinear"
    fill_mode: Fill = "reflect"
    fill_value: params.Number = 0.0
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (
        SAME,
        f"factor: 0.5, fill_mode: wrap, scale: 0.5, value_range: [0, 1] {SAME}",
        f"fill_mode: constant, fill_value: 7, interpolation: nearest {SAME}",
    )

    def drawn(self, np, rng, x):
        noise = rng.standard_normal(x.shape[:3])
        return {"chosen": chance(rng, x, self.factor), "strength": rng.uniform(*self.scale), "noise": noise}

    def changed(self, np, x, chosen, strength, noise):
        if not self.scale[1] or not self.factor[1]:
            return x
        _, rows, columns, _ = x.shape
        width = min(rows, columns) * 0.05 * strength
        size = 6 * int(width) | 1
        bell = gaussian(np, size, width or 1.0)
        field = (noise * width)[..., None]
        field = smoothed(np, smoothed(np, field, bell[:, None]), bell[None])[..., 0]
        field = field * (max(rows, columns) * 0.1 * strength)
        down, across = np.arange(rows)[:, None] + field, np.arange(columns) + field
        y = bent(np, x, down, across, self.interpolation, self.fill_mode, self.fill_value)
        return np.clip(np.where(chosen, y, x), *self.value_range)


@layer
class MaxNumBoundingBoxes(Augmentation):
    """Pictures as they are; of their boxes, `max_number` for each."""

    max_number: params.Extent
    fill_value: params.Whole = -1

    examples = (f"max_number: 5, fill_value: 0 {SAME}", "max_number: -1 | (n, h, w, 3) !! SC114")

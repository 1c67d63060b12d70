"""Augmentation whose random pictures are not worked out here: the parameters and the shape, and inference.

One line of parameters for each of many layers, so the file is longer than others.
"""

from shapecheck import need, params
from shapecheck.contract import PASS, layer
from shapecheck.layers.augmentation import (
    SAME,
    AnyInterpolation,
    Around,
    Augmentation,
    Chains,
    Fill,
    Interpolation,
    MaybeAround,
    MaybeShare,
    OddSizes,
    Posters,
    Share,
    Values,
)  # fmt: skip


@layer
class AugMix(Augmentation):
    """Pictures mixed from chains of random changes (Hendrycks et al. 2019)."""

    value_range: Values = (0, 255)
    num_chains: Chains = 3
    chain_depth: Chains = 3
    factor: Share = 0.3
    alpha: params.Number = 1.0
    all_ops: params.Flag = True
    interpolation: Interpolation = "bilinear"
    seed: params.Seed = None

    examples = (SAME, f"num_chains: 2, chain_depth: 1, factor: 0.1 {SAME}", "factor: 2 | (n, h, w, 3) !! SC114")


@layer
class CutMix(Augmentation):
    """A box of each picture from another picture of the batch (Yun et al. 2019)."""

    factor: Share = 1.0
    seed: params.Seed = None

    examples = (SAME, "factor: -1 | (n, h, w, 3) !! SC114")


@layer
class MixUp(Augmentation):
    """Averages of two pictures of the batch, weighted by a beta distribution of `alpha` (Zhang et al. 2017)."""

    alpha: params.Number = 0.2
    seed: params.Seed = None

    examples = (SAME, f"alpha: 0.4 {SAME}")


@layer
class RandAugment(Augmentation):
    """A few random changes for each picture (Cubuk et al. 2019)."""

    value_range: Values = (0, 255)
    num_ops: params.Positive = 2
    factor: Share = 0.5
    interpolation: AnyInterpolation = "bilinear"
    seed: params.Seed = None

    examples = (SAME, f"num_ops: 1, factor: 0.1 {SAME}")


@layer
class RandomColorDegeneration(Augmentation):
    """Pictures mixed with their grey version."""

    factor: Around
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2 {SAME}", "factor: 0.2 | (n, 3) !! SC302")


@layer
class RandomColorJitter(Augmentation):
    """Brightness, contrast, saturation and hue changed one after the other."""

    value_range: Values = (0, 255)
    brightness_factor: MaybeAround = None
    contrast_factor: MaybeShare = None
    saturation_factor: MaybeAround = None
    hue_factor: MaybeShare = None
    seed: params.Seed = None

    examples = (SAME, f"brightness_factor: 0.2, hue_factor: 0.1 {SAME}")


@layer
class RandomElasticTransform(Augmentation):
    """Pictures bent by a smooth random field."""

    factor: Share = 1.0
    scale: Share = 1.0
    interpolation: Interpolation = "bilinear"
    fill_mode: Fill = "reflect"
    fill_value: params.Number = 0.0
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (SAME, f"fill_mode: wrap, scale: 0.5 {SAME}")


@layer
class RandomErasing(Augmentation):
    """A box of each picture filled with a value or with noise (Zhong et al. 2017)."""

    factor: Share = 1.0
    scale: Share = (0.02, 0.33)
    fill_value: params.Anything = None
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (SAME, f"scale: [0.1, 0.2] {SAME}")


@layer
class RandomGaussianBlur(Augmentation):
    """Pictures smoothed by a Gaussian of random width."""

    factor: Share = 1.0
    kernel_size: OddSizes = 3
    sigma: Share = 1.0
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (SAME, f"kernel_size: [3, 5] {SAME}", "kernel_size: 4 | (n, h, w, 3) !! SC114")


@layer
class RandomHue(Augmentation):
    """The hue of each picture turned."""

    factor: Share
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2 {SAME}",)


@layer
class RandomPerspective(Augmentation):
    """Pictures seen from another side."""

    factor: Share = 1.0
    scale: params.Rate = 1.0
    interpolation: Interpolation = "bilinear"
    fill_value: params.Number = 0.0
    seed: params.Seed = None

    examples = (SAME, f"scale: 0.5 {SAME}")


@layer
class RandomPosterization(Augmentation):
    """Pictures with `factor` bits a value."""

    factor: Posters
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 4 {SAME}", "factor: 9 | (n, h, w, 3) !! SC114")


@layer
class RandomRotation(Augmentation):
    """Pictures turned by `factor` of a full turn."""

    factor: Around
    fill_mode: Fill = "reflect"
    interpolation: Interpolation = "bilinear"
    seed: params.Seed = None
    fill_value: params.Number = 0.0

    examples = (f"factor: 0.1, fill_mode: nearest {SAME}", "factor: 0.1, fill_mode: x | (n, h, w, 3) !! SC114")


@layer
class RandomSaturation(Augmentation):
    """The saturation of each picture changed."""

    factor: Around
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2 {SAME}",)


@layer
class RandomSharpness(Augmentation):
    """Pictures smoothed or sharpened."""

    factor: Share
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2 {SAME}",)


@layer
class RandomShear(Augmentation):
    """Pictures made oblique."""

    x_factor: Share = 0.0
    y_factor: Share = 0.0
    interpolation: Interpolation = "bilinear"
    fill_mode: Fill = "reflect"
    fill_value: params.Number = 0.0
    seed: params.Seed = None

    examples = (f"x_factor: 0.1 {SAME}", "x_factor: 2 | (n, h, w, 3) !! SC114")


@layer
class RandomTranslation(Augmentation):
    """Pictures shifted by parts of their height and width."""

    height_factor: Around
    width_factor: Around
    fill_mode: Fill = "reflect"
    interpolation: Interpolation = "bilinear"
    seed: params.Seed = None
    fill_value: params.Number = 0.0

    examples = (f"height_factor: 0.1, width_factor: [-0.1, 0.2] {SAME}",)


@layer
class RandomZoom(Augmentation):
    """Pictures made larger or smaller."""

    height_factor: Around
    width_factor: MaybeAround = None
    fill_mode: Fill = "reflect"
    interpolation: Interpolation = "bilinear"
    seed: params.Seed = None
    fill_value: params.Number = 0.0

    examples = (f"height_factor: 0.1 {SAME}",)


@layer
class Solarization(Augmentation):
    """Values above a random threshold turned around (a random amount is added before)."""

    addition_factor: Share = 0.0
    threshold_factor: Share = 0.0
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (SAME, f"addition_factor: 0.1, threshold_factor: 0.5 {SAME}")


class Equalizing(Augmentation):
    """Pictures whose histogram is made even, in inference as well; that is not worked out here."""

    def always(self, np, x):
        return need.refuse("SC504", problem="its pictures are not worked out here")


@layer
class Equalization(Equalizing):
    """The histogram of each channel made even, over `bins` values. Keras passes the mask on."""

    value_range: Values = (0, 255)
    bins: params.Positive = 256

    mask = PASS
    examples = (SAME, f"bins: 8 {SAME}")


@layer
class ContrastLimitedAdaptiveHistogramEqualization(Equalizing):
    """The histogram of each tile of a picture made even, and no steeper than `clip_limit` (Zuiderveld 1994)."""

    value_range: Values = (0, 255)
    clip_limit: params.Number = 4.0
    tile_grid_size: params.Sizes2 = (8, 8)

    examples = (SAME, f"clip_limit: 2, tile_grid_size: 4 {SAME}")

"""Augmentation that puts pictures together: parts of others, averages, and chains of other layers."""

from typing import Any

from shapecheck import need, params
from shapecheck.contract import layer
from shapecheck.layers._augmentation import (
    SAME,
    Augmentation,
    Chains,
    Interpolation,
    Share,
    Values,
    chance,
    colours,
)
from shapecheck.layers.augmentation_colour import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
    RandomPosterization,
    RandomSharpness,
    Solarization,
)
from shapecheck.layers.augmentation_geometry import RandomRotation, RandomShear, RandomTranslation
from shapecheck.layers.augmentation_histogram import AutoContrast, Equalization


def box(np, rng, x, heights, widths):
    """For each picture the pixels of a box somewhere in it, whose sides are given as shares of those of the picture."""
    inside = True
    for axis, shares in ((1, heights), (2, widths)):
        size = x.shape[axis]
        start = rng.random(len(x)) * (size - shares * size)
        at = np.arange(size)
        along = (at >= start[:, None]) & (at < (start + shares * size)[:, None])
        inside = inside & np.expand_dims(along, (3 - axis, 3))
    return inside


def beta(rng, alpha, shape):
    """Numbers of the distribution Beta(alpha, alpha)."""
    need.that(alpha > 0, "SC504", problem="`alpha` is not above 0, and there is no such distribution")
    return rng.beta(alpha, alpha, shape)


@layer
class CutMix(Augmentation):
    """A box of each picture from another picture of the batch (Yun et al. 2019); one picture alone stays.

    The box covers 1 - w of the picture, w from Beta(a, a), and a is drawn from `factor`.
    """

    factor: Share = 1.0
    seed: params.Seed = None

    examples = (SAME, f"factor: 0.4 {SAME}", "factor: -1 | (n, h, w, 3) !! SC114")

    def drawn(self, np, rng, x):
        side = np.sqrt(1 - beta(rng, rng.uniform(*self.factor) + 1e-6, len(x)))
        return {"inside": box(np, rng, x, side, side), "order": rng.permutation(len(x))}

    def changed(self, np, x, inside, order):
        return np.where(inside, x[order], x)


@layer
class MixUp(Augmentation):
    """w x + (1 - w) y for each picture x, y another of the batch and w from Beta(alpha, alpha) (Zhang et al. 2017)."""

    alpha: params.Number = 0.2
    seed: params.Seed = None

    examples = (SAME, f"alpha: 0.4 {SAME}")

    def drawn(self, np, rng, x):
        return {"order": rng.permutation(len(x)), "share": beta(rng, self.alpha, (len(x), 1, 1, 1))}

    def changed(self, np, x, order, share):
        return share * x + (1 - share) * x[order]


@layer
class RandomErasing(Augmentation):
    """A box of each picture filled with a value or with noise (Zhong et al. 2017), with a probability of `factor`.

    Each side of the box has the square root of a share from `scale`. `fill_value` is a number or one for each of three
    channels, cut off at `value_range`; the noise is Gaussian, of the width of the upper end of the range.
    """

    factor: Share = 1.0
    scale: Share = (0.02, 0.33)
    fill_value: params.Anything = None
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (SAME, f"factor: 0.5, scale: [0.1, 0.2], fill_value: [1, 2, 3], value_range: [0, 1] {SAME}")

    def drawn(self, np, rng, x):
        sides = np.sqrt(rng.uniform(*self.scale, (2, len(x))))
        noise = rng.standard_normal(x.shape) if self.fill_value is None else None
        return {"chosen": chance(rng, x, self.factor), "inside": box(np, rng, x, *sides), "noise": noise}

    def changed(self, np, x, chosen, inside, noise):
        return np.where(chosen & inside, np.clip(self.filled(np, x, noise), *self.value_range), x)

    def filled(self, np, x, noise):
        """What a box is filled with."""
        if self.fill_value is None:
            return noise * self.value_range[1]
        several = isinstance(self.fill_value, (list, tuple))
        numbers = self.fill_value if several else (self.fill_value,)
        fits = all(isinstance(one, (int, float)) for one in numbers) and (not several or len(numbers) == 3)
        need.that(fits, "SC504", problem="its `fill_value` is neither a number nor three of them")
        if several:
            colours(x, (3,))
        return np.asarray(self.fill_value, np.float64)


class Several(Augmentation):
    """Chance chooses among other layers, which have the same `factor`, `value_range` and `interpolation`."""

    value_range: Any
    factor: Any
    interpolation: Any

    def steps(self):
        """(kind, parameters) of the layers."""
        factor, values = self.factor, {"value_range": self.value_range}
        moved = {"interpolation": self.interpolation}
        bits = max(1, int(8 * factor[1]))
        return (
            (RandomShear, {"x_factor": factor, "y_factor": factor, **moved}),
            (RandomTranslation, {"height_factor": factor, "width_factor": factor, **moved}),
            (RandomRotation, {"factor": factor, **moved}),
            (RandomPosterization, {"factor": bits, **values}),
            (Solarization, {"addition_factor": factor, "threshold_factor": factor, **values}),
            (AutoContrast, values),
            (Equalization, values),
            (RandomBrightness, {"factor": factor, **values}),
            (RandomColorDegeneration, {"factor": factor, **values}),
            (RandomContrast, {"factor": factor, **values}),
            (RandomSharpness, {"factor": factor, **values}),
        )


@layer
class RandAugment(Several):
    """`num_ops` random changes for all pictures of a batch, one after the other (Cubuk et al. 2019).

    Out of shear, translation, rotation, posterization, solarization, contrast, equalization, brightness, grey and
    sharpness. One that is chosen twice does the same twice.
    """

    value_range: Values = (0, 255)
    num_ops: params.Positive = 2
    factor: Share = 0.5
    interpolation: Interpolation = "bilinear"
    seed: params.Seed = None

    examples = (SAME, f"num_ops: 1, factor: 0.1, value_range: [0, 1], interpolation: nearest {SAME}")

    def at_random(self, np, x, rng):
        colours(x, (1, 3))
        steps = self.steps()
        numbers: dict[int, dict[str, object]] = {}
        for number in map(int, rng.integers(0, len(steps), self.num_ops)):
            kind, config = steps[number]
            step = self.as_layer(kind, **config)
            if number not in numbers:
                numbers[number] = step.drawn(np, rng, x)
            x = step.changed(np, x, **numbers[number])
        return x


@layer
class AugMix(Several):
    """Pictures averaged with chains of random changes of themselves (Hendrycks et al. 2019), cut off at `value_range`.

    m x + (1 - m) * (the mean of `num_chains` chains of up to `chain_depth` changes, under weights of a Dirichlet
    distribution of `alpha`), m from Beta(alpha, alpha); the same for all pictures of a batch. Without `all_ops` no
    chain changes brightness, colours, contrast and sharpness.
    """

    value_range: Values = (0, 255)
    num_chains: Chains = 3
    chain_depth: Chains = 3
    factor: Share = 0.3
    alpha: params.Number = 1.0
    all_ops: params.Flag = True
    interpolation: Interpolation = "bilinear"
    seed: params.Seed = None

    examples = (
        f"all_ops: false, alpha: 2 {SAME}",
        f"num_chains: 2, chain_depth: 1, factor: 0.1, value_range: [0, 1], interpolation: nearest {SAME}",
        "factor: 2 | (n, h, w, 3) !! SC114",
    )

    def at_random(self, np, x, rng):
        share = beta(rng, self.alpha, ())
        weights = rng.dirichlet([self.alpha] * self.num_chains)
        steps = self.steps() if self.all_ops else self.steps()[:7]
        mixed = 0
        for weight in weights:
            y = x
            for number in rng.integers(0, len(steps) + 1, self.chain_depth):
                if number < len(steps):
                    kind, config = steps[number]
                    y = self.as_layer(kind, **config).at_random(np, y, rng)
            mixed = mixed + weight * y
        return np.clip(share * x + (1 - share) * mixed, *self.value_range)

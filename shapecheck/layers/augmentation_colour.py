"""Augmentation that changes the values of the pixels: brightness, contrast, colours, sharpness."""

from shapecheck import need, params
from shapecheck.contract import layer
from shapecheck.layers._augmentation import (
    BYTES,
    SAME,
    Around,
    Augmentation,
    MaybeAround,
    MaybeShare,
    OddSizes,
    Posters,
    Share,
    Shares,
    Values,
    chance,
    colours,
    scaled,
    sign,
    uniform,
)
from shapecheck.layers._colours import to_grey, to_hsv, to_rgb
from shapecheck.layers._sampling import gaussian, smoothed


@layer
class RandomBrightness(Augmentation):
    """One number of `factor` times the width of `value_range` added to each picture, cut off at the range."""

    factor: Around
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2, value_range: [0, 1] {SAME}", "factor: 2 | (n, h, w, 3) !! SC114")

    def drawn(self, np, rng, x):
        return {"amount": uniform(rng, x, self.factor)}

    def changed(self, np, x, amount):
        low, high = self.value_range
        return np.clip(x + amount * (high - low), low, high)


@layer
class RandomContrast(Augmentation):
    """(x - mean) * c + mean for each channel of a picture, c from 1 - factor to 1 + factor, cut off at the range."""

    factor: Share
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2 {SAME}", "factor: -0.5 | (n, h, w, 3) !! SC114")

    def drawn(self, np, rng, x):
        low, high = self.factor
        return {"contrast": uniform(rng, x, (1 - low, 1 + high))}

    def changed(self, np, x, contrast):
        mean = np.mean(x, (1, 2), keepdims=True)
        return np.clip((x - mean) * contrast + mean, *self.value_range)


@layer
class RandomInvert(Augmentation):
    """Each picture turned around in `value_range`, with a probability of `factor`."""

    factor: Shares = 1.0
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (SAME, f"factor: 0.5 {SAME}")

    def drawn(self, np, rng, x):
        return {"chosen": chance(rng, x, self.factor)}

    def changed(self, np, x, chosen):
        return np.where(chosen, sum(self.value_range) - x, x)


@layer
class RandomGrayscale(Augmentation):
    """Each picture in shades of grey, 0.2989 r + 0.587 g + 0.114 b, with a probability of `factor`."""

    factor: params.Rate = 0.5
    seed: params.Seed = None

    examples = (SAME, f"factor: 1 {SAME}", "factor: 2 | (n, h, w, 3) !! SC114", "| (n, h, w, 4) !! SC301")

    def shape(self, x):
        channels = self.last(super().shape(x))[-1]
        if channels != 1:
            axis = len(x) - 3 if self.first else len(x) - 1
            need.equal(channels, 3, verb="takes 3 colours, and cannot take", axis=axis)
        return x

    def drawn(self, np, rng, x):
        return {"chosen": chance(rng, x, (self.factor, self.factor))}

    def changed(self, np, x, chosen):
        return np.where(chosen, to_grey(np, x), x)


@layer
class RandomColorDegeneration(Augmentation):
    """Pictures mixed with their grey version: x + factor * (grey - x), cut off at `value_range`."""

    factor: Around
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2, value_range: [0, 1] {SAME}", "factor: 0.2 | (n, 3) !! SC302")

    def drawn(self, np, rng, x):
        return {"share": uniform(rng, x, self.factor)}

    def changed(self, np, x, share):
        colours(x, (1, 3))
        return np.clip(x + share * (to_grey(np, x) - x), *self.value_range)


@layer
class RandomHue(Augmentation):
    """The hue of each picture turned one way or the other, by half of `factor` of the circle of colours."""

    factor: Share
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2, value_range: [0, 1] {SAME}",)

    def drawn(self, np, rng, x):
        return {"turn": sign(rng, x) * uniform(rng, x, self.factor) / 2}

    def changed(self, np, x, turn):
        colours(x, (3,))
        hue, saturation, value = to_hsv(np, scaled(x, self.value_range, (0, 1)))
        hue = hue + turn[..., 0]
        hue = np.where(hue > 1, hue - 1, np.where(hue < 0, hue + 1, hue))
        return scaled(np.clip(to_rgb(np, hue, saturation, value), 0, 1), (0, 1), self.value_range)


@layer
class RandomSaturation(Augmentation):
    """The saturation of each picture times f / (1 - f) for a number f of `factor`: 0.5 leaves it, 0 makes it grey.

    Keras cuts the saturation off at `value_range`, and the colours nowhere.
    """

    factor: Around
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: [0.4, 0.6], value_range: [0, 1] {SAME}",)

    def drawn(self, np, rng, x):
        share = uniform(rng, x, self.factor)
        return {"times": share / (1 - share + 1e-7)}

    def changed(self, np, x, times):
        colours(x, (3,))
        hue, saturation, value = to_hsv(np, x)
        return to_rgb(np, hue, np.clip(saturation * times[..., 0], *self.value_range), value)


@layer
class RandomColorJitter(Augmentation):
    """Brightness, contrast, saturation and hue changed one after the other, each as its own layer does it."""

    value_range: Values = (0, 255)
    brightness_factor: MaybeAround = None
    contrast_factor: MaybeShare = None
    saturation_factor: MaybeAround = None
    hue_factor: MaybeShare = None
    seed: params.Seed = None

    examples = (
        f"value_range: [0, 1], contrast_factor: 0.1 {SAME}",
        f"brightness_factor: 0.2, saturation_factor: 0.5, hue_factor: 0.1 {SAME}",
    )

    def at_random(self, np, x, rng):
        steps = (
            (RandomBrightness, self.brightness_factor), (RandomContrast, self.contrast_factor),
            (RandomSaturation, self.saturation_factor), (RandomHue, self.hue_factor),
        )  # fmt: skip
        for kind, factor in steps:
            if factor is not None:
                x = self.as_layer(kind, factor=factor, value_range=self.value_range).at_random(np, x, rng)
        return x


@layer
class RandomSharpness(Augmentation):
    """Pictures between smoothed and sharpened: s + 2 f (x - s) for a number f of `factor`, cut off at `value_range`.

    s is x smoothed by the kernel (1 1 1, 1 5 1, 1 1 1) / 13, with zeros around the picture.
    """

    factor: Share
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2, value_range: [0, 1] {SAME}",)

    def drawn(self, np, rng, x):
        return {"share": uniform(rng, x, self.factor)}

    def changed(self, np, x, share):
        kernel = np.full((3, 3), 1 / 13)
        kernel[1, 1] = 5 / 13
        return np.clip(x + (1 - 2 * share) * (smoothed(np, x, kernel) - x), *self.value_range)


@layer
class RandomGaussianBlur(Augmentation):
    """Pictures smoothed by a Gaussian of a width from `sigma` along each axis, with a probability of `factor`.

    All pictures of a batch get the same Gaussian. Of a kernel that is not square Keras reads the numbers in the order
    of the square's other side.
    """

    factor: Share = 1.0
    kernel_size: OddSizes = 3
    sigma: Share = 1.0
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (
        f"factor: 0.5, sigma: [0.5, 1] {SAME}",
        f"kernel_size: [3, 5], value_range: [0, 1] {SAME}",
        "kernel_size: 4 | (n, h, w, 3) !! SC114",
    )

    def drawn(self, np, rng, x):
        return {"chosen": chance(rng, x, self.factor), "widths": rng.uniform(*self.sigma, 2) + 1e-6}

    def changed(self, np, x, chosen, widths):
        across, down = (gaussian(np, size, width) for size, width in zip(self.kernel_size, widths, strict=True))
        kernel = np.outer(down, across).reshape(self.kernel_size)
        return np.clip(np.where(chosen, smoothed(np, x, kernel), x), *self.value_range)


@layer
class RandomPosterization(Augmentation):
    """Pictures in bytes of which only the highest bits stay: `factor` [a, a] says how many.

    Of [a, b] a number from a to b - 1 is drawn for each picture, and a single b stands for [1, b].
    """

    factor: Posters
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: [4, 4], value_range: [0, 1] {SAME}", "factor: 9 | (n, h, w, 3) !! SC114")

    def drawn(self, np, rng, x):
        low, high = map(int, self.factor)
        bits = rng.integers(low, high, (len(x), 1, 1, 1)) if low < high else np.full((len(x), 1, 1, 1), low)
        return {"bits": bits}

    def changed(self, np, x, bits):
        step = 2.0 ** (8 - bits)
        whole = np.trunc(np.clip(scaled(x, self.value_range, BYTES), *BYTES))
        return scaled(np.floor(whole / step) * step, BYTES, self.value_range)


@layer
class Solarization(Augmentation):
    """A random amount added, and then what is not below a random threshold turned around, both in bytes.

    They are drawn from [a, 255 b] for the two numbers a and b of a factor.
    """

    addition_factor: Share = 0.0
    threshold_factor: Share = 0.0
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (
        f"value_range: [0, 1] {SAME}",
        f"addition_factor: 0.1, threshold_factor: 0.5 {SAME}",
    )

    def drawn(self, np, rng, x):
        (add, most), (low, high) = self.addition_factor, self.threshold_factor
        return {"addition": uniform(rng, x, (add, 255 * most)), "threshold": uniform(rng, x, (low, 255 * high))}

    def changed(self, np, x, addition, threshold):
        y = np.clip(scaled(x, self.value_range, BYTES) + addition, *BYTES)
        return scaled(np.where(y < threshold, y, 255 - y), BYTES, self.value_range)

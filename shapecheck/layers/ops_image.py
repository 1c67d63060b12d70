"""Operations on images (h, w, c) or batches of them."""

from typing import Any, ClassVar

from shapecheck import layers, need, params
from shapecheck.diagnostic import Refusal
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers._op import Op, numbers, of_rank, op
from shapecheck.layers._values import kind
from shapecheck.making import make
from shapecheck.words import shown

Margin: Any = params.optional(params.Extent)


class OfImages(Op):
    """Images (h, w, c), or (c, h, w) with channels_first, or a batch of them."""

    data_format: params.DataFormat = None

    least, most = 3, 4

    def last(self, np, x):
        """x with its channels last."""
        of_rank(x, self.least, self.most)
        return np.moveaxis(x, -3, -1) if self.data_format == "channels_first" else x

    def back(self, np, y):
        return np.moveaxis(y, -1, -3) if self.data_format == "channels_first" else y

    def rule(self, np, images):
        x = self.last(np, images)
        return self.back(np, self.shown(np, x) if numbers(np) else np.zeros(self.sized(*x.sizes)))

    def sized(self, *sizes):
        """The sizes of the output, with the channels last."""
        return sizes

    def shown(self, np, x):
        """The output in numbers, with the channels last."""
        raise NotImplementedError


# Colours -------------------------------------------------------------------------------------------------------------


@op
class RGBToGrayscale(OfImages):
    """0.2989 r + 0.587 g + 0.114 b; an image of one channel stays as it is."""

    examples = (
        "| (n, h, w, 3) -> (n, h, w, 1)",
        "data_format: channels_first | (3, h, w) -> (1, h, w)",
        "| (h, w, 1) -> (h, w, 1)",
        "| (n, h, w, 4) !! SC114",
        "| (h, w) !! SC302",
    )

    def sized(self, *sizes):
        if isinstance(sizes[-1], int) and sizes[-1] not in (1, 3):
            raise Refusal("SC114", "images", expected="of 1 or 3 channels", given=sizes[-1])
        return (*sizes[:-1], 1)

    def shown(self, np, x):
        if x.shape[-1] == 1:
            return x
        grey = x.astype("float64") @ np.array([0.2989, 0.587, 0.114])
        return grey[..., None]


class OfColours(OfImages):
    """Images of three channels of floats."""

    examples: ClassVar[tuple[str, ...]] = (
        "| (n, h, w, 3) -> (n, h, w, 3)",
        "data_format: channels_first | (3, h, w) -> (3, h, w)",
        "| (h, w, 1) !! SC301",
        "| (h, w) !! SC302",
        "| int32(h, w, 3) !! SC403",
    )

    def rule(self, np, images):
        floats = dt.is_float(images.dtype.name)
        need.that(floats, "SC403", expected="images of floats", given=f"of {images.dtype.name}")
        return super().rule(np, images)

    def sized(self, *sizes):
        need.equal(sizes[-1], 3, verb="needs 3 channels, and cannot take")
        return sizes


@op
class RGBToHSV(OfColours):
    """Red, green and blue as hue, saturation and value."""

    def shown(self, np, x):
        r, g, b = np.moveaxis(x, -1, 0)
        value = np.max(x, axis=-1)
        range_ = value - np.min(x, axis=-1)
        saturation = np.where(value > 0, range_ / np.where(value > 0, value, 1), 0)
        norm = 1 / np.where(range_ > 0, 6 * range_, 1)
        hue = np.where(r == value, norm * (g - b), np.where(g == value, norm * (b - r) + 2 / 6, norm * (r - g) + 4 / 6))
        hue = np.where(range_ > 0, hue, 0)
        return np.stack([hue + (hue < 0), saturation, value], axis=-1)


@op
class HSVToRGB(OfColours):
    """Hue, saturation and value as red, green and blue."""

    def shown(self, np, x):
        hue, saturation, value = np.moveaxis(x, -1, 0)
        turn = hue * 6
        pure = [
            np.clip(np.abs(turn - 3) - 1, 0, 1),
            np.clip(2 - np.abs(turn - 2), 0, 1),
            np.clip(2 - np.abs(turn - 4), 0, 1),
        ]
        return np.stack([((one - 1) * saturation + 1) * value for one in pure], axis=-1)


# Sizes -----------------------------------------------------------------------------------------------------------


def _size(value, param, keras):
    found = value if isinstance(value, (list, tuple)) else [value, value]
    if len(found) != 2:
        raise Refusal("SC113", param, expected="a height and a width", given=shown(value))
    return tuple(params.Extent.__metadata__[0].read(size, param, keras) for size in found)


Size: Any = kind("a height and a width", _size)


@op
class Resize(OfImages):
    """Images resized to `size`, (height, width), as the layer Resizing does it."""

    size: Size
    interpolation: params.Interpolation = "bilinear"
    antialias: params.Flag = False
    crop_to_aspect_ratio: params.Flag = False
    pad_to_aspect_ratio: params.Flag = False
    fill_mode: params.FillMode = "constant"
    fill_value: params.Number = 0.0
    data_format: params.DataFormat = None

    examples = (
        "size: [4, 5] | (n, h, w, 3) -> (n, 4, 5, 3)",
        "size: [4, 5], data_format: channels_first, interpolation: nearest, antialias: true | (3, h, w) -> (3, 4, 5)",
        "size: [4, 5], crop_to_aspect_ratio: true | (n, h, w, 3) -> (n, 4, 5, 3)",
        "size: [4, 5], pad_to_aspect_ratio: true, fill_value: 1 | (n, h, w, 3) -> (n, 4, 5, 3)",
        "size: [4, 5] | (h, w) !! SC302",
        "size: [4] | (h, w, 3) !! SC113",
        "size: [4, 5], crop_to_aspect_ratio: true, pad_to_aspect_ratio: true | (n, h, w, 3) !! SC118",
    )

    def check(self):
        both = self.crop_to_aspect_ratio and self.pad_to_aspect_ratio
        need.that(not both, "SC118", "crop_to_aspect_ratio", other="pad_to_aspect_ratio")

    def sized(self, *sizes):
        return (*sizes[:-3], *self.size, sizes[-1])

    def shown(self, np, x):
        own = {name: getattr(self, name) for name in self.parameters if name not in ("size", "data_format")}
        config = {"height": self.size[0], "width": self.size[1], "data_format": "channels_last", **own}
        resizing: Any = make(layers.found("Resizing"), config)[0]
        return resizing.run(np, x, {})


class Framing(OfImages):
    """Margins at the four sides, of which one of a pair may follow from the `target` size."""

    word: ClassVar[str]

    def margins(self, height, width):
        """(before, after, target) for the rows and for the columns."""
        return [
            self.side(first, last, target, size)
            for first, last, target, size in (
                ("top", "bottom", "target_height", height),
                ("left", "right", "target_width", width),
            )
        ]

    def check(self):
        for first, last, target in (("top", "bottom", "target_height"), ("left", "right", "target_width")):
            names = [f"{first}_{self.word}", f"{last}_{self.word}", target]
            given = sum(getattr(self, name) is not None for name in names)
            said = ", ".join(f"`{name}`" for name in names)
            need.that(
                given == 2,
                "SC114",
                names[0],
                expected=f"given with exactly one of the others of {said}",
                given=f"{given} of them",
            )

    def side(self, first, last, target, size):
        before, after, wanted = (
            getattr(self, f"{first}_{self.word}"),
            getattr(self, f"{last}_{self.word}"),
            getattr(self, target),
        )
        sign = 1 if self.word == "padding" else -1
        if wanted is None:
            wanted = size + sign * (before + after)
            need.at_least(wanted, 0, f"the size left by `{first}_{self.word}`", param=f"{first}_{self.word}")
        lacking = sign * (wanted - size)
        if before is None:
            before = lacking - after
        elif after is None:
            after = lacking - before
        need.at_least(before, 0, f"`{first}_{self.word}`, as it follows from the others,", param=target)
        need.at_least(after, 0, f"`{last}_{self.word}`, as it follows from the others,", param=target)
        return before, after, wanted

    def sized(self, *sizes):
        (*_, rows), (*_, columns) = self.margins(*sizes[-3:-1])
        return (*sizes[:-3], rows, columns, sizes[-1])


@op
class PadImages(Framing):
    """Rows and columns of zeros at the four sides; of two margins one may follow from the target size."""

    top_padding: Margin = None
    left_padding: Margin = None
    bottom_padding: Margin = None
    right_padding: Margin = None
    target_height: Margin = None
    target_width: Margin = None
    data_format: params.DataFormat = None

    word = "padding"
    examples = (
        "top_padding: 1, bottom_padding: 2, left_padding: 3, right_padding: 4 | (n, h, w, 3) -> (n, h + 3, w + 7, 3)",
        "top_padding: 1, target_height: 8, right_padding: 0, target_width: 9, data_format: channels_first"
        " | (3, 5, 6) -> (3, 8, 9)",
        "top_padding: 1, target_height: 4, left_padding: 0, right_padding: 0 | (4, 4, 3) !! SC306",
        "top_padding: 1 | (h, w, 3) !! SC114",
        "top_padding: 1, bottom_padding: 1, left_padding: 0, right_padding: 0 | (h, w) !! SC302",
    )

    def shown(self, np, x):
        pairs = [pair[:2] for pair in self.margins(*x.shape[-3:-1])]
        return np.pad(x, [(0, 0)] * (x.ndim - 3) + pairs + [(0, 0)])


@op
class CropImages(Framing):
    """Images without rows and columns at the four sides; of two margins one may follow from the target size."""

    top_cropping: Margin = None
    left_cropping: Margin = None
    bottom_cropping: Margin = None
    right_cropping: Margin = None
    target_height: Margin = None
    target_width: Margin = None
    data_format: params.DataFormat = None

    word = "cropping"
    examples = (
        "top_cropping: 1, bottom_cropping: 2, left_cropping: 0, right_cropping: 1 | (n, 8, 9, 3) -> (n, 5, 8, 3)",
        "top_cropping: 1, target_height: 3, right_cropping: 0, target_width: 4, data_format: channels_first"
        " | (3, 5, 6) -> (3, 3, 4)",
        "top_cropping: 2, bottom_cropping: 3, left_cropping: 0, right_cropping: 0 | (4, 4, 3) !! SC306",
        "top_cropping: 1 | (h, w, 3) !! SC114",
    )

    def shown(self, np, x):
        (top, _, rows), (left, _, columns) = self.margins(*x.shape[-3:-1])
        return x[..., top : top + rows, left : left + columns, :]

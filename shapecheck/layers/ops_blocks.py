"""Operations that cut images into blocks of pixels or windows, and put them together again."""

from shapecheck import dims, need, params
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of


class Blocks(Op):
    """The values of square blocks of pixels, moved between the channels and the rows and columns."""

    block_size: params.Positive
    data_format: params.DataFormat = "channels_last"

    def last(self, np, x):
        """x with its channels last."""
        of_rank(x, 4)
        return np.moveaxis(x, 1, -1) if self.data_format == "channels_first" else x

    def back(self, np, y):
        return np.moveaxis(y, -1, 1) if self.data_format == "channels_first" else y


@op
class DepthToSpace(Blocks):
    """block_size^2 channels become a block of block_size x block_size pixels."""

    examples = (
        "block_size: 2 | (n, h, w, 12) -> (n, 2*h, 2*w, 3)",
        "block_size: 2, data_format: channels_first | (n, 8, h, w) -> (n, 2, 2*h, 2*w)",
        "block_size: 2 | (n, h, w, 6) !! SC303",
        "block_size: 2 | (n, h, 4) !! SC302",
    )

    def rule(self, np, x):
        b = self.block_size
        x = self.last(np, x)
        n, h, w, c = shape_of(x)
        need.divides(b * b, c, "the number of channels", param="block_size")
        if not numbers(np):
            return self.back(np, np.zeros((n, h * b, w * b, c // (b * b))))
        y = x.reshape(n, h, w, b, b, c // (b * b)).transpose(0, 1, 3, 2, 4, 5)
        return self.back(np, y.reshape(n, h * b, w * b, c // (b * b)))


@op
class SpaceToDepth(Blocks):
    """A block of block_size x block_size pixels becomes block_size^2 channels."""

    examples = (
        "block_size: 2 | (n, 4, 6, 3) -> (n, 2, 3, 12)",
        "block_size: 2 | (n, 2*h, 2*w, 3) -> (n, h, w, 12)",
        "block_size: 2, data_format: channels_first | (n, 2, 4, 6) -> (n, 8, 2, 3)",
        "block_size: 2 | (n, 5, 4, 6) !! SC303",
        "block_size: 2 | (n, 4, 4) !! SC302",
    )

    def rule(self, np, x):
        b = self.block_size
        x = self.last(np, x)
        n, h, w, c = shape_of(x)
        need.divides(b, h, "the height", param="block_size")
        need.divides(b, w, "the width", param="block_size")
        if not numbers(np):
            return self.back(np, np.zeros((n, h // b, w // b, c * b * b)))
        y = x.reshape(n, h // b, b, w // b, b, c).transpose(0, 1, 3, 2, 4, 5)
        return self.back(np, y.reshape(n, h // b, w // b, c * b * b))


def pair(value):
    found = value if isinstance(value, tuple) else (value, value)
    need.that(len(found) == 2, "SC114", expected="a number for rows and one for columns", given=str(list(found)))
    return found


@op
class Unfold(Op):
    """The windows of images (n, c, h, w) as columns (n, c * kernel area, places), as in PyTorch."""

    kernel_size: of.Window
    dilation: of.Window = 1
    padding: of.Ints = 0
    stride: of.Window = 1

    examples = (
        "kernel_size: 3 | (n, 2, 5, 6) -> (n, 18, 12)",
        "kernel_size: [2, 3], dilation: 2, padding: 1, stride: 2 | (n, 2, 7, 6) -> (n, 12, 8)",
        "kernel_size: 3 | (n, 5, 6) !! SC302",
        "kernel_size: 3 | (n, 2, 2, 6) !! SC306",
    )

    def rule(self, np, x):
        of_rank(x, 4)
        n, c, *sizes = shape_of(x)
        places = []
        for size, k, d, p, s in zip(
            sizes, *map(pair, (self.kernel_size, self.dilation, self.padding, self.stride)), strict=True
        ):
            need.at_least(size + 2 * p, d * (k - 1) + 1, "the padded size")
            places.append((size + 2 * p - d * (k - 1) - 1) // s + 1)
        kernel = pair(self.kernel_size)
        if not numbers(np):
            return np.zeros((n, c * kernel[0] * kernel[1], dims.product(places)))
        (d, e), (p, q), (s, r) = (pair(one) for one in (self.dilation, self.padding, self.stride))
        x = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
        parts = [
            x[:, :, i * d : i * d + s * (places[0] - 1) + 1 : s, j * e : j * e + r * (places[1] - 1) + 1 : r]
            for i in range(kernel[0])
            for j in range(kernel[1])
        ]
        return np.stack(parts, axis=2).reshape(n, c * kernel[0] * kernel[1], places[0] * places[1])


@op
class Fold(Op):
    """Columns (n, c * kernel area, places) added up to images (n, c, *output_size): the way back from Unfold."""

    output_size: of.Window
    kernel_size: of.Window
    dilation: of.Window = 1
    padding: of.Ints = 0
    stride: of.Window = 1

    verb = "cannot put together"
    examples = (
        "output_size: [5, 6], kernel_size: 3 | (n, 18, 12) -> (n, 2, 5, 6)",
        "output_size: [7, 6], kernel_size: [2, 3], dilation: 2, padding: 1, stride: 2 | (n, 12, 8) -> (n, 2, 7, 6)",
        "output_size: 5, kernel_size: 2 | (n, 7, 16) !! SC303",
        "output_size: 5, kernel_size: 2 | (n, 8) !! SC302",
        "output_size: 5, kernel_size: 2 | (n, 8, 15) !! SC301",
    )

    def rule(self, np, x):
        of_rank(x, 3)
        n, columns, count = shape_of(x)
        kernel, sizes = pair(self.kernel_size), pair(self.output_size)
        need.divides(kernel[0] * kernel[1], columns, "axis 1", axis=1)
        (d, e), (p, q), (s, r) = (pair(one) for one in (self.dilation, self.padding, self.stride))
        places = [
            (size + 2 * b - a * (k - 1) - 1) // c + 1
            for size, k, a, b, c in zip(sizes, kernel, (d, e), (p, q), (s, r), strict=True)
        ]
        need.equal(count, places[0] * places[1], verb=self.verb, axis=2)
        c = columns // (kernel[0] * kernel[1])
        if not numbers(np):
            return np.zeros((n, c, *sizes))
        y = np.zeros((n, c, sizes[0] + 2 * p, sizes[1] + 2 * q), x.dtype)
        parts = x.reshape(n, c, kernel[0] * kernel[1], *places)
        for at in range(kernel[0] * kernel[1]):
            i, j = divmod(at, kernel[1])
            y[:, :, i * d : i * d + s * (places[0] - 1) + 1 : s, j * e : j * e + r * (places[1] - 1) + 1 : r] += parts[
                :, :, at
            ]
        return y[:, :, p : p + sizes[0], q : q + sizes[1]]

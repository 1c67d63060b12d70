"""Transposed convolution: each value of the input spreads over a window of the output."""

from shapecheck import dims, need, params
from shapecheck.contract import Weight, layer
from shapecheck.layers._convolution import Convolving, apart, biased
from shapecheck.layers._windows import matrix, reach, spread, tap


class ConvTranspose(Convolving):
    """y = activation(spread of x over kernel + bias), the convolution that `strides` shrinks, turned round.

    kernel (*kernel_size, filters, channels), bias (filters,). The size of each axis after it, where reach =
    dilation_rate * (kernel_size - 1) + 1: valid (n - 1) * strides + max(reach, strides), same n * strides; with an
    output_padding p, valid (n - 1) * strides + reach + p, same (n - 1) * strides + reach % 2 + p, as Keras has it.
    """

    filters: params.Count
    kernel_size: params.Sizes2
    strides: params.Sizes2 = 1
    padding: params.Padding = "valid"
    output_padding: params.Extras2 = None
    data_format: params.DataFormat = None
    dilation_rate: params.Sizes2 = 1
    activation: params.ActivationName = None
    use_bias: params.Flag = True
    kernel_initializer: params.InitializerName = "glorot_uniform"
    bias_initializer: params.InitializerName = "zeros"
    kernel_regularizer: params.RegularizerName = None
    bias_regularizer: params.RegularizerName = None
    activity_regularizer: params.RegularizerName = None
    kernel_constraint: params.ConstraintName = None
    bias_constraint: params.ConstraintName = None


    def check(self):
        apart(self.strides, self.dilation_rate)
        extra, strides = self.output_padding, self.strides
        if extra is not None and any(p >= s for p, s in zip(extra, strides, strict=True)):
            need.refuse("SC114", "output_padding", expected=f"less than `strides` {strides}", given=extra)

    def window(self, i):
        """What the formula of spatial axis i needs besides its size."""
        extra = None if self.output_padding is None else self.output_padding[i]
        return self.kernel_size[i], self.strides[i], self.dilation_rate[i], self.padding, extra

    def along(self, i, n):
        size = spread(n, *self.window(i))
        place = self.place(i)
        need.at_least(size, 0, f"the output on {place['what']}", axis=place["axis"])
        return size

    def filters_of(self, channels):
        return self.filters

    def weights(self, x):
        *_, channels = self.last(x)
        yield "kernel", Weight((*self.kernel_size, self.filters, channels), self.kernel_initializer)
        if self.use_bias:
            yield "bias", Weight((self.filters,), self.bias_initializer)

    def macs(self, x):
        return dims.product((*x, *self.kernel_size, self.filters))

    def computed(self, np, x, w):
        kernel, strides, dilation = w["kernel"], self.strides, self.dilation_rate
        *sizes, filters, _ = kernel.shape
        counts = x.shape[1:-1]
        outs = [spread(n, *self.window(i)) for i, n in enumerate(counts)]
        spans = [(n - 1) * s + reach(k, d) for n, k, s, d in zip(counts, sizes, strides, dilation, strict=True)]
        starts = [max(span - out, 0) // 2 for span, out in zip(spans, outs, strict=True)]
        lengths = (max(span, start + out) for span, start, out in zip(spans, starts, outs, strict=True))
        y = np.zeros((x.shape[0], *lengths, filters), kernel.dtype)
        rows = matrix(x.astype(kernel.dtype, copy=False))
        for place in np.ndindex(*sizes):
            y[tap(place, counts, strides, dilation)] += (rows @ kernel[place].T).reshape(x.shape[0], *counts, filters)
        inner = (slice(start, start + out) for start, out in zip(starts, outs, strict=True))
        return biased(np, y[(slice(None), *inner)], w)


@layer
class Conv1DTranspose(ConvTranspose):
    """A transposed convolution over the steps of a sequence."""

    kernel_size: params.Sizes1
    strides: params.Sizes1 = 1
    output_padding: params.Extras1 = None
    dilation_rate: params.Sizes1 = 1

    rank = 1
    examples = (
        "filters: 8, kernel_size: 3 | (n, t, 4) -> (n, t + 2, 8)",
        "filters: 8, kernel_size: 3, strides: 2, padding: same | (n, t, 4) -> (n, 2*t, 8)",
        "filters: 8, kernel_size: 2, strides: 3 | (n, t, 4) -> (n, 3*t, 8)",
        "filters: 8, kernel_size: 4, strides: 3, padding: same, output_padding: 1 | (n, t, 4) -> (n, 3*t - 2, 8)",
        "filters: 8, kernel_size: 3, dilation_rate: 2, data_format: channels_first | (n, 4, t) -> (n, 8, t + 4)",
        "filters: 8, kernel_size: 3, output_padding: 2, strides: 2 | (n, t, 4) !! SC114",
        "filters: 8, kernel_size: 3, strides: 2, dilation_rate: 2 | (n, t, 4) !! SC114",
    )


@layer
class Conv2DTranspose(ConvTranspose):
    """A transposed convolution over the rows and columns of an image."""

    rank = 2
    examples = (
        "filters: 8, kernel_size: 2, strides: 2 | (n, h, w, 4) -> (n, 2*h, 2*w, 8)",
        "filters: 8, kernel_size: [3, 5], strides: [2, 3] | (n, h, w, 4) -> (n, 2*h + 1, 3*w + 2, 8)",
        "filters: 8, kernel_size: 3, strides: 2, padding: same | (n, h, w, 4) -> (n, 2*h, 2*w, 8)",
        "filters: 8, kernel_size: 3, strides: 2, padding: same, output_padding: [0, 1]"
        " | (n, h, w, 4) -> (n, 2*h - 1, 2*w, 8)",
        "filters: 8, kernel_size: 3, strides: 3, output_padding: [0, 2], use_bias: false"
        " | (n, h, w, 4) -> (n, 3*h, 3*w + 2, 8)",
        "filters: 8, kernel_size: 2, dilation_rate: [1, 3], data_format: channels_first, activation: relu"
        " | (n, 4, h, w) -> (n, 8, h + 1, w + 3)",
        "filters: 8, kernel_size: 2 | (n, t, 4) !! SC302",
        "filters: 8, kernel_size: 2, padding: causal | (n, h, w, 4) !! SC114",
    )


@layer
class Conv3DTranspose(ConvTranspose):
    """A transposed convolution over the depth, rows and columns of a volume."""

    kernel_size: params.Sizes3
    strides: params.Sizes3 = 1
    output_padding: params.Extras3 = None
    dilation_rate: params.Sizes3 = 1

    rank = 3
    examples = (
        "filters: 2, kernel_size: 2, strides: [1, 2, 3] | (n, d, h, w, 3) -> (n, d + 1, 2*h, 3*w, 2)",
        "filters: 2, kernel_size: 3, strides: 2, padding: same, output_padding: 1, data_format: channels_first"
        " | (n, 3, d, h, w) -> (n, 2, 2*d, 2*h, 2*w)",
        "filters: 2, kernel_size: 2, dilation_rate: [1, 2, 3], use_bias: false"
        " | (n, d, h, w, 3) -> (n, d + 1, h + 2, w + 3, 2)",
        "filters: 2, kernel_size: 2 | (n, h, w, 3) !! SC302",
    )

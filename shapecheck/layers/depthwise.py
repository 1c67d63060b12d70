"""Depthwise convolution: every channel on its own."""

from shapecheck import dims, params
from shapecheck.contract import Weight, layer
from shapecheck.layers._convolution import Convolving, biased, convolved_by_channel


class DepthwiseConv(Convolving):
    """y = activation(x * kernel + bias), where `depth_multiplier` kernels see each channel alone.

    kernel (*kernel_size, channels, depth_multiplier), bias (channels * depth_multiplier,). The size of each axis after
    it, where reach = dilation_rate * (kernel_size - 1) + 1: valid floor((n - reach) / strides) + 1, same
    ceil(n / strides).
    """

    kernel_size: params.Sizes2
    strides: params.Sizes2 = 1
    padding: params.Padding = "valid"
    depth_multiplier: params.Count = 1
    data_format: params.DataFormat = None
    dilation_rate: params.Sizes2 = 1
    activation: params.ActivationName = None
    use_bias: params.Flag = True
    depthwise_initializer: params.InitializerName = "glorot_uniform"
    bias_initializer: params.InitializerName = "zeros"
    depthwise_regularizer: params.RegularizerName = None
    bias_regularizer: params.RegularizerName = None
    activity_regularizer: params.RegularizerName = None
    depthwise_constraint: params.ConstraintName = None
    bias_constraint: params.ConstraintName = None

    @property
    def kernel_regularizer(self):
        """The penalty of the weight named `kernel`."""
        return self.depthwise_regularizer

    def filters_of(self, channels):
        return channels * self.depth_multiplier

    def weights(self, x):
        *_, channels = self.last(x)
        yield "kernel", Weight((*self.kernel_size, channels, self.depth_multiplier), self.depthwise_initializer)
        if self.use_bias:
            yield "bias", Weight((channels * self.depth_multiplier,), self.bias_initializer)

    def macs(self, x):
        batch, *sizes, channels = self.last(x)
        places = (self.along(i, n) for i, n in enumerate(sizes))
        return dims.product((batch, *places, *self.kernel_size, channels, self.depth_multiplier))

    def computed(self, np, x, w):
        kernel = w["kernel"]
        x, counts = self.surrounded(np, x.astype(kernel.dtype, copy=False))
        return biased(np, convolved_by_channel(np, x, kernel, counts, self.strides, self.dilation_rate), w)


@layer
class DepthwiseConv1D(DepthwiseConv):
    """A convolution over the steps of a sequence, every channel on its own."""

    kernel_size: params.Sizes1
    strides: params.Sizes1 = 1
    dilation_rate: params.Sizes1 = 1

    rank = 1
    examples = (
        "kernel_size: 3 | (n, t, 4) -> (n, t - 2, 4)",
        "kernel_size: 3, strides: 2, padding: same, depth_multiplier: 2, use_bias: false"
        " | (n, t, 4) -> (n, (t + 1)//2, 8)",
        "kernel_size: 3, dilation_rate: 2, data_format: channels_first, activation: relu | (n, 4, t) -> (n, 4, t - 4)",
        "kernel_size: 3 | (n, 2, 4) !! SC306",
        "kernel_size: 3, padding: causal | (n, t, 4) !! SC114",
    )


@layer
class DepthwiseConv2D(DepthwiseConv):
    """A convolution over the rows and columns of an image, every channel on its own."""

    rank = 2
    examples = (
        "kernel_size: 3 | (n, h, w, 4) -> (n, h - 2, w - 2, 4)",
        "kernel_size: [3, 2], strides: [2, 1], depth_multiplier: 3 | (n, h, w, 4) -> (n, (h - 3)//2 + 1, w - 1, 12)",
        "kernel_size: 3, strides: 2, padding: same, use_bias: false | (n, h, w, 4) -> (n, (h + 1)//2, (w + 1)//2, 4)",
        "kernel_size: 2, dilation_rate: [1, 3], data_format: channels_first, activation: relu, depth_multiplier: 2"
        " | (n, 4, h, w) -> (n, 8, h - 1, w - 3)",
        "kernel_size: 3, depth_multiplier: 0 | (n, h, w, 4) !! SC114",
        "kernel_size: 3 | (n, h, w) !! SC302",
    )

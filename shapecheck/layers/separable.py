"""Separable convolution: a depthwise convolution, then one over the channels."""

from shapecheck import dims, params
from shapecheck.contract import Weight, layer
from shapecheck.layers._convolution import Convolving, biased, convolved_by_channel
from shapecheck.layers._windows import matrix


class SeparableConv(Convolving):
    """y = activation((x * depthwise_kernel) @ pointwise_kernel + bias).

    depthwise_kernel (*kernel_size, channels, depth_multiplier), pointwise_kernel (1, ..., channels * depth_multiplier,
    filters), bias (filters,). The size of each axis after it, where reach = dilation_rate * (kernel_size - 1) + 1:
    valid floor((n - reach) / strides) + 1, same ceil(n / strides).
    """

    filters: params.Count
    kernel_size: params.Sizes2
    strides: params.Sizes2 = 1
    padding: params.Padding = "valid"
    data_format: params.DataFormat = None
    dilation_rate: params.Sizes2 = 1
    depth_multiplier: params.Count = 1
    activation: params.ActivationName = None
    use_bias: params.Flag = True
    depthwise_initializer: params.InitializerName = "glorot_uniform"
    pointwise_initializer: params.InitializerName = "glorot_uniform"
    bias_initializer: params.InitializerName = "zeros"
    depthwise_regularizer: params.RegularizerName = None
    pointwise_regularizer: params.RegularizerName = None
    bias_regularizer: params.RegularizerName = None
    activity_regularizer: params.RegularizerName = None
    depthwise_constraint: params.ConstraintName = None
    pointwise_constraint: params.ConstraintName = None
    bias_constraint: params.ConstraintName = None


    @property
    def depthwise_kernel_regularizer(self):
        """The penalty of the weight of that name."""
        return self.depthwise_regularizer

    @property
    def pointwise_kernel_regularizer(self):
        """The penalty of the weight of that name."""
        return self.pointwise_regularizer

    def filters_of(self, channels):
        return self.filters

    def weights(self, x):
        *_, channels = self.last(x)
        inner = channels * self.depth_multiplier
        shape = *self.kernel_size, channels, self.depth_multiplier
        yield "depthwise_kernel", Weight(shape, self.depthwise_initializer)
        yield "pointwise_kernel", Weight((*(1,) * self.rank, inner, self.filters), self.pointwise_initializer)
        if self.use_bias:
            yield "bias", Weight((self.filters,), self.bias_initializer)

    def macs(self, x):
        batch, *sizes, channels = self.last(x)
        places = dims.product((batch, *(self.along(i, n) for i, n in enumerate(sizes))))
        inner = channels * self.depth_multiplier
        return places * inner * dims.product(self.kernel_size) + places * inner * self.filters

    def computed(self, np, x, w):
        depthwise, pointwise = w["depthwise_kernel"], w["pointwise_kernel"]
        x, counts = self.surrounded(np, x.astype(depthwise.dtype, copy=False))
        y = convolved_by_channel(np, x, depthwise, counts, self.strides, self.dilation_rate)
        mixed = matrix(y) @ pointwise.reshape(pointwise.shape[-2:])
        return biased(np, mixed.reshape(*y.shape[:-1], pointwise.shape[-1]), w)


@layer
class SeparableConv1D(SeparableConv):
    """A convolution over the steps of a sequence, first in each channel, then across the channels."""

    kernel_size: params.Sizes1
    strides: params.Sizes1 = 1
    dilation_rate: params.Sizes1 = 1

    rank = 1
    examples = (
        "filters: 8, kernel_size: 3 | (n, t, 4) -> (n, t - 2, 8)",
        "filters: 8, kernel_size: 3, strides: 2, padding: same, depth_multiplier: 2, use_bias: false"
        " | (n, t, 4) -> (n, (t + 1)//2, 8)",
        "filters: 8, kernel_size: 3, dilation_rate: 2, data_format: channels_first | (n, 4, t) -> (n, 8, t - 4)",
        "filters: 8, kernel_size: 3 | (n, 2, 4) !! SC306",
    )


@layer
class SeparableConv2D(SeparableConv):
    """A convolution over the rows and columns of an image, first in each channel, then across the channels."""

    rank = 2
    examples = (
        "filters: 8, kernel_size: 3 | (n, h, w, 4) -> (n, h - 2, w - 2, 8)",
        "filters: 8, kernel_size: [3, 2], strides: [2, 1], depth_multiplier: 3, use_bias: false, activation: relu"
        " | (n, h, w, 4) -> (n, (h - 3)//2 + 1, w - 1, 8)",
        "filters: 8, kernel_size: 2, padding: same, dilation_rate: [1, 3], data_format: channels_first"
        " | (n, 4, h, w) -> (n, 8, h, w)",
        "filters: 8, kernel_size: 3 | (n, t, 4) !! SC302",
    )

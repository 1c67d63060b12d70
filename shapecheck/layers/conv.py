"""Convolution in one, two and three dimensions, with strides, dilation, groups and causal padding."""

from shapecheck import dims, need, params
from shapecheck.contract import Weight, layer
from shapecheck.layers._convolution import Convolving, apart, biased, convolved


class Conv(Convolving):
    """y = activation(x * kernel + bias), the sum of products of a window with `filters` kernels.

    kernel (*kernel_size, channels / groups, filters), bias (filters,). The size of each axis after it, where reach =
    dilation_rate * (kernel_size - 1) + 1: valid floor((n - reach) / strides) + 1, same and causal ceil(n / strides).
    With `lora_rank` r the kernel is frozen, and lora_alpha / r * A @ B of r columns is trained beside it.
    """

    filters: params.Count
    kernel_size: params.Sizes2
    strides: params.Sizes2 = 1
    padding: params.Padding = "valid"
    data_format: params.DataFormat = None
    dilation_rate: params.Sizes2 = 1
    groups: params.Positive = 1
    activation: params.ActivationName = None
    use_bias: params.Flag = True
    kernel_initializer: params.InitializerName = "glorot_uniform"
    bias_initializer: params.InitializerName = "zeros"
    kernel_regularizer: params.RegularizerName = None
    bias_regularizer: params.RegularizerName = None
    activity_regularizer: params.RegularizerName = None
    kernel_constraint: params.ConstraintName = None
    bias_constraint: params.ConstraintName = None
    lora_rank: params.LoraRank = None
    lora_alpha: params.Alpha = None


    def check(self):
        apart(self.strides, self.dilation_rate)
        need.divides(self.groups, self.filters, "`filters`", param="filters")
        if self.lora_rank is not None:
            need.that(self.kernel_constraint is None, "SC118", "lora_rank", other="kernel_constraint")

    def filters_of(self, channels):
        need.divides(self.groups, self.filters, "`filters`", param="filters")
        need.divides(self.groups, channels, "the number of channels", axis=self.channel_axis)
        return self.filters

    def weights(self, x):
        rank = self.lora_rank
        *_, channels = self.last(x)
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        yield "kernel", Weight(shape, self.kernel_initializer, rank is None)
        if self.use_bias:
            yield "bias", Weight((self.filters,), self.bias_initializer)
        if rank is not None:
            yield "lora_kernel_a", Weight((*shape[:-1], rank), "he_uniform")
            yield "lora_kernel_b", Weight((rank, self.filters), "zeros")

    def macs(self, x):
        batch, *sizes, channels = self.last(x)
        places = (self.along(i, n) for i, n in enumerate(sizes))
        return dims.product((batch, *places, *self.kernel_size, channels // self.groups, self.filters))

    def computed(self, np, x, w):
        kernel = w["kernel"]
        if self.lora_rank is not None:
            alpha = self.lora_rank if self.lora_alpha is None else self.lora_alpha
            kernel = kernel + (alpha / self.lora_rank) * (w["lora_kernel_a"] @ w["lora_kernel_b"])
        x, counts = self.surrounded(np, x.astype(kernel.dtype, copy=False))
        return biased(np, convolved(np, x, kernel, counts, self.strides, self.dilation_rate), w)


@layer
class Conv1D(Conv):
    """A convolution over the steps of a sequence; with causal padding no step sees a later one."""

    kernel_size: params.Sizes1
    strides: params.Sizes1 = 1
    padding: params.CausalPadding = "valid"
    dilation_rate: params.Sizes1 = 1

    rank = 1
    examples = (
        "filters: 8, kernel_size: 3 | (n, t, 4) -> (n, t - 2, 8)",
        "filters: 8, kernel_size: 5, strides: 2 | (n, t, 4) -> (n, (t - 5)//2 + 1, 8)",
        "filters: 8, kernel_size: 3, padding: causal, dilation_rate: 4 | (n, t, 4) -> (n, t, 8)",
        "filters: 6, kernel_size: 3, padding: same, strides: 2, groups: 2 | (n, t, 4) -> (n, (t + 1)//2, 6)",
        "filters: 8, kernel_size: 3, dilation_rate: 2, data_format: channels_first | (n, 4, t) -> (n, 8, t - 4)",
        "filters: 8, kernel_size: 3, use_bias: false, activation: relu, lora_rank: 2, lora_alpha: 3"
        " | (n, t, 4) -> (n, t - 2, 8)",
        "filters: 8, kernel_size: 5 | (n, 4, 3) !! SC306",
        "filters: 8, kernel_size: 3, groups: 3 | (n, t, 3) !! SC303",
        "filters: 6, kernel_size: 3, groups: 3 | (n, t, 4) !! SC303",
        "filters: 8, kernel_size: 3, strides: 2, dilation_rate: 2 | (n, t, 4) !! SC114",
        "filters: 8, kernel_size: [3, 3] | (n, t, 4) !! SC113",
    )


@layer
class Conv2D(Conv):
    """A convolution over the rows and columns of an image."""

    rank = 2
    examples = (
        "filters: 8, kernel_size: 3 | (n, h, w, 3) -> (n, h - 2, w - 2, 8)",
        "filters: 8, kernel_size: [3, 5], padding: same, strides: [2, 3]"
        " | (n, h, w, 3) -> (n, (h + 1)//2, (w + 2)//3, 8)",
        "filters: 8, kernel_size: 3, strides: 2 | (n, h, w, 3) -> (n, (h - 3)//2 + 1, (w - 3)//2 + 1, 8)",
        "filters: 8, kernel_size: 2, dilation_rate: [1, 3], groups: 2, data_format: channels_first"
        " | (n, 4, h, w) -> (n, 8, h - 1, w - 3)",
        "filters: 8, kernel_size: 1, use_bias: false, activation: softmax | (n, h, w, 3) -> (n, h, w, 8)",
        "filters: 8, kernel_size: 3, lora_rank: 2 | (n, h, w, 3) -> (n, h - 2, w - 2, 8)",
        "filters: 8, kernel_size: 3 | (n, 2, w, 3) !! SC306",
        "filters: 8, kernel_size: 3 | (n, t, 3) !! SC302",
        "filters: 8, kernel_size: 3, padding: causal | (n, h, w, 3) !! SC114",
        "filters: 0, kernel_size: 3 | (n, h, w, 3) !! SC114",
    )


@layer
class Conv3D(Conv):
    """A convolution over the depth, rows and columns of a volume."""

    kernel_size: params.Sizes3
    strides: params.Sizes3 = 1
    dilation_rate: params.Sizes3 = 1

    rank = 3
    examples = (
        "filters: 4, kernel_size: [1, 2, 3] | (n, d, h, w, 2) -> (n, d, h - 1, w - 2, 4)",
        "filters: 4, kernel_size: 3, padding: same, strides: [1, 2, 3], groups: 2"
        " | (n, d, h, w, 2) -> (n, d, (h + 1)//2, (w + 2)//3, 4)",
        "filters: 4, kernel_size: 2, dilation_rate: [1, 2, 3], data_format: channels_first, use_bias: false"
        " | (n, 2, d, h, w) -> (n, 4, d - 1, h - 2, w - 3)",
        "filters: 4, kernel_size: 2, strides: 2 | (n, d, 1, w, 2) !! SC306",
        "filters: 4, kernel_size: 2 | (n, h, w, 2) !! SC302",
    )

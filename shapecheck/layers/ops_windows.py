"""Convolutions and pooling as operations: the layers of that name, with the kernel as a tensor."""

from typing import Any, ClassVar

from shapecheck import layers, params
from shapecheck.diagnostic import Refusal
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of
from shapecheck.making import make

OptionalWindow: Any = params.optional(of.Window)
OptionalSizes: Any = params.optional(of.Ints)


class Windowed(Op):
    """A window over the axes between batch and channels, as in the layer whose name begins with `layer`."""

    data_format: params.DataFormat = None

    layer: ClassVar[str]
    ranks: ClassVar[tuple[int, ...]] = (1, 2, 3)

    def inside(self, x, **config):
        """The layer for as many axes as x has; what it refuses of its parameters speaks of this operation."""
        of_rank(x, self.ranks[0] + 2, self.ranks[-1] + 2)
        rank = x.ndim - 2
        made, refusals = make(layers.found(self.layer.format(rank)), {"data_format": self.data_format, **config})
        if refusals:
            raise self.own(refusals[0])
        return made

    def own(self, refusal):
        """A refusal of the layer without a parameter that this operation does not have."""
        if refusal.param not in self.parameters:
            refusal.param = None
        return refusal

    def windowed(self, np, x, w=None, **config):
        """The layer's output, in shapes or in numbers."""
        inner = self.inside(x, **config)
        if numbers(np):
            return inner.run(np, x, w or {})
        try:
            return np.zeros(inner.shape(x.sizes))
        except Refusal as refusal:
            raise self.own(refusal) from None


# Pooling -------------------------------------------------------------------------------------------------------------


class Pooled(Windowed):
    """Each window of `pool_size` becomes one value; `strides` is the size of the window unless it is given."""

    pool_size: of.Window
    strides: OptionalWindow = None
    padding: params.Padding = "valid"
    data_format: params.DataFormat = None

    examples: ClassVar[tuple[str, ...]] = (
        "pool_size: 2 | (n, t, 4) -> (n, t//2, 4)",
        "pool_size: [3, 2], strides: [2, 3], padding: same | (n, h, w, 4) -> (n, (h + 1)//2, (w + 2)//3, 4)",
        "pool_size: 3, strides: 1, data_format: channels_first | (n, 4, d, h, w) -> (n, 4, d - 2, h - 2, w - 2)",
        "pool_size: 3 | (n, 2, 4) !! SC306",
        "pool_size: 3 | (n, 4) !! SC302",
        "pool_size: 0 | (n, 4, 4) !! SC114",
    )

    def rule(self, np, inputs):
        return self.windowed(np, inputs, pool_size=self.pool_size, strides=self.strides, padding=self.padding)


@op
class MaxPool(Pooled):
    """The largest value of each window."""

    layer = "MaxPooling{}D"


@op
class AveragePool(Pooled):
    """The mean of each window."""

    layer = "AveragePooling{}D"


class AdaptivelyPooled(Windowed):
    """The axes between batch and channels brought to `output_size`, by windows that differ by at most one."""

    output_size: of.Ints
    data_format: params.DataFormat = None

    examples: ClassVar[tuple[str, ...]] = (
        "output_size: [4] | (n, t, 3) -> (n, 4, 3)",
        "output_size: [4, 5], data_format: channels_first | (n, 3, h, w) -> (n, 3, 4, 5)",
        "output_size: [4] | (n, h, w, 3) !! SC113",
    )

    def rule(self, np, inputs):
        size = self.output_size
        if inputs.ndim == 3 and isinstance(size, tuple) and len(size) == 1:
            size = size[0]
        return self.windowed(np, inputs, output_size=size)


@op
class AdaptiveMaxPool(AdaptivelyPooled):
    """The largest value of each window, for as many windows as are asked for."""

    layer = "AdaptiveMaxPooling{}D"


@op
class AdaptiveAveragePool(AdaptivelyPooled):
    """The mean of each window, for as many windows as are asked for."""

    layer = "AdaptiveAveragePooling{}D"


# Convolutions --------------------------------------------------------------------------------------------------------


class Convolved(Windowed):
    """The sum of products of the kernel with each window of the inputs."""

    strides: of.Window = 1
    padding: params.CausalPadding = "valid"
    data_format: params.DataFormat = None
    dilation_rate: of.Window = 1

    verb = "cannot convolve"

    def options(self):
        return {
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            "use_bias": False,
        }

    def sizes(self, kernel, inputs, least=2):
        """The sizes of a kernel that has an axis for each of the inputs but the batch, and one more."""
        of_rank(inputs, self.ranks[0] + 2, self.ranks[-1] + 2)
        sizes = shape_of(kernel)
        if len(sizes) != inputs.ndim:
            raise Refusal("SC302", input=1, expected=f"a kernel of rank {inputs.ndim}", rank=len(sizes), shape=sizes)
        if not all(isinstance(size, int) for size in sizes[:-least]):
            from shapecheck.tracing import Untraceable

            raise Untraceable("a kernel whose size is a name")
        return list(sizes[:-least]), *sizes[-least:]

    def channels(self, inputs):
        return shape_of(inputs)[1 if self.data_format == "channels_first" else -1]


@op
class Conv(Convolved):
    """A convolution of inputs (n, ..., c) with a kernel (*kernel_size, c / groups, filters)."""

    layer = "Conv{}D"
    examples = (
        "| (n, t, 4), (3, 4, 8) -> (n, t - 2, 8)",
        "strides: 2, padding: same | (n, h, w, 3), (3, 3, 3, 8) -> (n, (h + 1)//2, (w + 1)//2, 8)",
        "dilation_rate: [1, 2], data_format: channels_first | (n, 4, h, w), (3, 3, 2, 8) -> (n, 8, h - 2, w - 4)",
        "padding: causal | (n, t, 4), (3, 4, 8) -> (n, t, 8)",
        "| (n, t, 4), (3, 3, 8) !! SC303",
        "| (n, h, w, 3), (3, 3, 8) !! SC302",
        "| (n, 2, 4), (3, 4, 8) !! SC306",
    )

    def rule(self, np, inputs, kernel):
        size, channels, filters = self.sizes(kernel, inputs)
        given = self.channels(inputs)
        groups = 1
        if isinstance(given, int) and isinstance(channels, int) and channels:
            if given % channels:
                raise Refusal("SC303", what="the number of channels", divisor=channels, size=given)
            groups = given // channels
        elif not numbers(np):
            inputs.trace.equal(given, channels, "conv")
        return self.windowed(
            np, inputs, {"kernel": kernel}, filters=filters, kernel_size=size, groups=groups, **self.options()
        )


class ByChannel(Convolved):
    """A convolution in each channel alone."""

    ranks = (1, 2)

    def fitting(self, np, inputs, kernel):
        """The sizes of a kernel that has one for each channel, and how many."""
        size, channels, multiplier = self.sizes(kernel, inputs)
        if not numbers(np):
            inputs.trace.equal(self.channels(inputs), channels, "depthwise_conv")
        return size, multiplier


@op
class DepthwiseConv(ByChannel):
    """Each channel convolved on its own, with a kernel (*kernel_size, c, multiplier)."""

    layer = "DepthwiseConv{}D"
    examples = (
        "| (n, t, 4), (3, 4, 2) -> (n, t - 2, 8)",
        "strides: 2, padding: same | (n, h, w, 3), (3, 3, 3, 1) -> (n, (h + 1)//2, (w + 1)//2, 3)",
        "dilation_rate: 2, data_format: channels_first | (n, 4, t), (3, 4, 1) -> (n, 4, t - 4)",
        "| (n, t, 4), (3, 3, 8) !! SC301",
    )

    def rule(self, np, inputs, kernel):
        size, multiplier = self.fitting(np, inputs, kernel)
        return self.windowed(
            np, inputs, {"kernel": kernel}, kernel_size=size, depth_multiplier=multiplier, **self.options()
        )


@op
class SeparableConv(ByChannel):
    """A depthwise convolution, then one of windows of size 1 with a kernel (1, ..., c * multiplier, filters)."""

    layer = "SeparableConv{}D"
    examples = (
        "| (n, t, 4), (3, 4, 2), (1, 8, 5) -> (n, t - 2, 5)",
        "strides: 2, padding: same | (n, h, w, 3), (3, 3, 3, 1), (1, 1, 3, 6) -> (n, (h + 1)//2, (w + 1)//2, 6)",
        "dilation_rate: 2, data_format: channels_first | (n, 4, t), (3, 4, 1), (1, 4, 2) -> (n, 2, t - 4)",
        "| (n, t, 4), (3, 4, 2), (1, 7, 5) !! SC301",
    )

    def rule(self, np, inputs, depthwise_kernel, pointwise_kernel):
        size, multiplier = self.fitting(np, inputs, depthwise_kernel)
        ones, between, filters = self.sizes(pointwise_kernel, inputs)
        if not numbers(np):
            for one in ones:
                inputs.trace.equal(one, 1, "separable_conv")
            inputs.trace.equal(self.channels(inputs) * multiplier, between, "separable_conv")
        w = {"depthwise_kernel": depthwise_kernel, "pointwise_kernel": pointwise_kernel}
        return self.windowed(
            np, inputs, w, filters=filters, kernel_size=size, depth_multiplier=multiplier, **self.options()
        )


@op
class ConvTranspose(Convolved):
    """A transposed convolution of inputs (n, ..., c) with a kernel (*kernel_size, filters, c)."""

    strides: of.Window = 1
    padding: params.Padding = "valid"
    output_padding: OptionalSizes = None
    data_format: params.DataFormat = None
    dilation_rate: of.Window = 1

    layer = "Conv{}DTranspose"
    examples = (
        "strides: 2 | (n, t, 4), (3, 8, 4) -> (n, 2*t + 1, 8)",
        "strides: 2, padding: same | (n, h, w, 4), (3, 3, 8, 4) -> (n, 2*h, 2*w, 8)",
        "strides: 2, output_padding: 1, data_format: channels_first | (n, 4, t), (3, 8, 4) -> (n, 8, 2*t + 2)",
        "dilation_rate: 2 | (n, t, 4), (3, 8, 4) -> (n, t + 4, 8)",
        "| (n, t, 4), (3, 8, 3) !! SC301",
    )

    def rule(self, np, inputs, kernel):
        size, filters, channels = self.sizes(kernel, inputs)
        if not numbers(np):
            inputs.trace.equal(self.channels(inputs), channels, "conv_transpose")
        return self.windowed(
            np,
            inputs,
            {"kernel": kernel},
            filters=filters,
            kernel_size=size,
            output_padding=self.output_padding,
            **self.options(),
        )

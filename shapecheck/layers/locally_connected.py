"""LocallyConnected1D and 2D of Keras 2: a convolution with a kernel of its own at each place."""

from math import prod

from shapecheck import dims, need, params
from shapecheck.contract import Weight, layer
from shapecheck.layers._channels import Spatial
from shapecheck.layers._windows import matrix, places, slots, windows
from shapecheck.params import MAX_SIZE


class LocallyConnected(Spatial):
    """y = activation(window @ kernel[place] + bias[place]) at each place of the window.

    kernel (places, window values * channels, filters), bias (*places of each axis, filters): the weights hang on the
    size of the input, which has to be known. With `implementation` 2 the kernel holds a number for each pair of an
    input and an output value, (*sizes, channels, *places, filters), of which those outside the window do nothing; with
    3 those in the windows alone, as one list. Only these two take padding `same`. MACs are those of the convolution.
    With channels_first Keras reads the numbers of the bias in the order (filters, *places).
    """

    filters: params.Count
    kernel_size: params.Sizes2
    strides: params.Sizes2 = 1
    padding: params.Padding = "valid"
    data_format: params.DataFormat = None
    activation: params.ActivationName = None
    use_bias: params.Flag = True
    kernel_initializer: params.InitializerName = "glorot_uniform"
    bias_initializer: params.InitializerName = "zeros"
    kernel_regularizer: params.RegularizerName = None
    bias_regularizer: params.RegularizerName = None
    activity_regularizer: params.RegularizerName = None
    kernel_constraint: params.ConstraintName = None
    bias_constraint: params.ConstraintName = None
    implementation: params.Positive = 1

    def check(self):
        need.that(self.implementation <= 3, "SC114", "implementation", expected="1, 2 or 3", given=self.implementation)
        dense = self.padding == "valid" or self.implementation > 1
        need.that(dense, "SC114", "padding", expected="`valid` where `implementation` is 1", given="`same`")

    def along(self, i, n):
        return slots(n, self.kernel_size[i], self.strides[i], 1, self.padding, **self.place(i))

    def filters_of(self, channels):
        return self.filters

    def shape(self, x):
        return self.activation.out(super().shape(x))

    def weights(self, x):
        _, *sizes, channels = self.last(x)
        counts = [self.along(i, n) for i, n in enumerate(sizes)]
        yield "kernel", Weight(self.kernel_shape(sizes, counts, channels), self.kernel_initializer)
        if self.use_bias:
            yield "bias", Weight((*counts, self.filters), self.bias_initializer)

    def kernel_shape(self, sizes, counts, channels):
        """The shape of the kernel for an input of these sizes, and so many places along each axis."""
        if self.implementation == 1:
            return dims.product(counts), prod(self.kernel_size) * channels, self.filters
        if self.implementation == 2:
            before, after = (*sizes, channels), (*counts, self.filters)
            return (channels, *sizes, self.filters, *counts) if self.first else (*before, *after)
        known = all(type(n) is int and n <= MAX_SIZE for n in sizes)
        seen = [self.seen(i, n) if known else dims.UNKNOWN for i, n in enumerate(sizes)]
        return (dims.product((*seen, channels, self.filters)),)

    def seen(self, i, n):
        """How many values of axis i all places of the window see together, those in the padding not counted."""
        k, stride = self.kernel_size[i], self.strides[i]
        starts = (place * stride - self.before(k) for place in range(places(n, k, stride, 1, self.padding)))
        return sum(min(start + k, n) - max(start, 0) for start in starts)

    def before(self, k):
        """How far a window of k values begins before its place; unlike in a convolution, strides do not count."""
        return k // 2 if self.padding == "same" else 0

    def macs(self, x):
        batch, *sizes, channels = self.last(x)
        counts = (self.along(i, n) for i, n in enumerate(sizes))
        return dims.product((batch, *counts, *self.kernel_size, channels, self.filters))

    def run(self, np, x, w):
        return self.activation(np, super().run(np, x, w))

    def computed(self, np, x, w):
        y = (self.one_by_one if self.implementation == 1 else self.all_in_one)(np, x, w["kernel"])
        if self.use_bias:
            bias = w["bias"]
            y = y + (np.moveaxis(bias.reshape(self.filters, *bias.shape[:-1]), 0, -1) if self.first else bias)
        return y

    def one_by_one(self, np, x, kernel):
        """A product at each place. With channels_first the values of a window stand with the channels first."""
        axes = zip(x.shape[1:-1], self.kernel_size, self.strides, strict=True)
        counts = tuple(places(n, k, s, 1, "valid") for n, k, s in axes)
        seen = windows(np, x, counts, self.kernel_size, self.strides, (1,) * self.rank)
        if self.first:
            seen = np.moveaxis(seen, -1, 1 + self.rank)
        flat = seen.reshape(len(x), prod(counts), -1)
        y = np.matmul(np.moveaxis(flat, 0, 1), kernel)  # (places, n, filters)
        return np.moveaxis(y, 0, 1).reshape(len(x), *counts, self.filters)

    def all_in_one(self, np, x, kernel):
        """One product with the whole kernel, 0 outside the windows."""
        _, *sizes, channels = x.shape
        counts = [places(n, k, s, 1, self.padding)
                  for n, k, s in zip(sizes, self.kernel_size, self.strides, strict=True)]  # fmt: skip
        inside = np.ones((*sizes, channels, *counts, self.filters), bool)
        for i, n in enumerate(sizes):
            k, at = self.kernel_size[i], np.arange(n)[:, None]
            start = np.arange(counts[i]) * self.strides[i] - self.before(k)
            seen = (start <= at) & (at < start + k)
            inside &= seen.reshape([m if j in (i, i + self.rank + 1) else 1 for j, m in enumerate(inside.shape)])
        own = inside if not self.first else self.turned(np, inside)
        whole = np.zeros(own.shape, kernel.dtype)
        if self.implementation == 2:
            whole[own] = kernel[own]
        else:  # sorted by the output value
            flat = own.reshape(prod(own.shape[: self.rank + 1]), prod(own.shape[self.rank + 1 :]))
            whole.reshape(flat.shape).T[flat.T] = kernel
        if self.first:
            whole = np.moveaxis(np.moveaxis(whole, 0, self.rank), self.rank + 1, -1)
        y = matrix(x, self.rank + 1) @ matrix(whole, self.rank + 1)
        return y.reshape(len(x), *counts, self.filters)

    def turned(self, np, kernel):
        """A kernel of (*sizes, c, *places, f) with the channels before the axes on both sides."""
        return np.moveaxis(np.moveaxis(kernel, self.rank, 0), -1, self.rank + 1)


@layer
class LocallyConnected1D(LocallyConnected):
    """Over the steps of a sequence, a kernel for each place of the window."""

    kernel_size: params.Sizes1
    strides: params.Sizes1 = 1

    rank = 1
    examples = (
        "filters: 8, kernel_size: 3 | (n, t, 4) -> (n, t - 2, 8)",
        "filters: 8, kernel_size: 3, strides: 2, use_bias: false, activation: relu"
        " | (n, t, 4) -> (n, (t - 3)//2 + 1, 8)",
        "filters: 8, kernel_size: 3, data_format: channels_first | (n, 4, t) -> (n, 8, t - 2)",
        "filters: 8, kernel_size: 3, strides: 2, padding: same, implementation: 2 | (n, t, 4) -> (n, (t + 1)//2, 8)",
        "filters: 8, kernel_size: 3, padding: same | (n, t, 4) !! SC114",
        "filters: 8, kernel_size: 5 | (n, 4, 3) !! SC306",
    )


@layer
class LocallyConnected2D(LocallyConnected):
    """Over the rows and columns of an image, a kernel for each place of the window."""

    rank = 2
    examples = (
        "filters: 8, kernel_size: 3 | (n, h, w, 3) -> (n, h - 2, w - 2, 8)",
        "filters: 8, kernel_size: [2, 3], strides: [1, 2], use_bias: false"
        " | (n, h, w, 3) -> (n, h - 1, (w - 3)//2 + 1, 8)",
        "filters: 8, kernel_size: 2, data_format: channels_first, activation: relu"
        " | (n, 3, h, w) -> (n, 8, h - 1, w - 1)",
        "filters: 4, kernel_size: 3, padding: same, implementation: 2 | (n, h, 5, 3) -> (n, h, 5, 4)",
        "filters: 8, kernel_size: 3 | (n, 2, w, 3) !! SC306",
        "filters: 8, kernel_size: 3 | (n, t, 3) !! SC302",
    )

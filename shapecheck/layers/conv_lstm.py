"""ConvLSTM in one, two and three dimensions (Shi et al. 2015): an LSTM whose products are convolutions."""

from math import prod
from typing import Annotated

from shapecheck import axes, dims, need, params
from shapecheck.contract import Weight, layer
from shapecheck.layers._channels import Spatial
from shapecheck.layers._convolution import apart, convolved
from shapecheck.layers._recurrent import Recurrent
from shapecheck.layers._windows import margins, padded, places, slots
from shapecheck.layers.lstm import LongShortTerm
from shapecheck.params import Reader

_COUNT = params.Count.__metadata__[0]  # type: ignore[attr-defined]


def _filters(value, param, keras):
    if value == 0 and keras.conv_lstm_without_filters:
        return 0
    return _COUNT.read(value, param, keras)


Filters = Annotated[int, Reader("a positive integer", _filters)]


class Window(Spatial):
    """The parameters of the convolution, which come first."""

    filters: Filters
    kernel_size: params.Sizes2
    strides: params.Sizes2 = 1
    padding: params.Padding = "valid"
    data_format: params.DataFormat = None
    dilation_rate: params.Sizes2 = 1


class ConvGates(LongShortTerm, Window):
    """The four gates as convolutions; that of the states has stride 1 and keeps their size.

    kernel (*kernel_size, channels, 4 * filters), recurrent_kernel (*kernel_size, filters, 4 * filters). Inputs and
    states have the channels where the user has them, so that an activation along an axis finds it.
    """

    patterns = 4

    @property
    def axes(self):
        return self.rank

    def check(self):
        apart(self.strides, self.dilation_rate)
        self.check_activations(self.filters, self.rank)

    def along(self, i, n):
        window = self.kernel_size[i], self.strides[i], self.dilation_rate[i]
        place = self.place(i)
        return slots(n, *window, self.padding, place["what"], axis=place["axis"] + 1)

    def place(self, i):
        axis = super().place(i)["axis"]
        return {"axis": axis, "what": f"axis {axes.described(axis + 1, self.rank + 3, self.first)}"}

    def states(self, step):
        batch, *sizes, _ = self.last(step)
        for axis, size in enumerate(sizes, 2 + self.first):
            need.that(not dims.varies(size), "SC308", weight="state", dim=size, axis=axis)
        shape = self.back((batch, *(self.along(i, n) for i, n in enumerate(sizes)), self.filters))
        return [shape] * self.state_count

    def made(self, step):
        *_, channels = self.last(step)
        columns = 4 * self.filters
        yield "kernel", Weight((*self.kernel_size, channels, columns), self.kernel_initializer)
        yield "recurrent_kernel", Weight((*self.kernel_size, self.filters, columns), self.recurrent_initializer)
        if self.use_bias:
            yield "bias", self.bias(columns)

    def cost(self, step):
        *_, channels = self.last(step)
        batch, *places, _ = self.last(self.states(step)[0])
        window = prod(self.kernel_size)
        return dims.product((batch, *places, window, channels + self.filters, 4 * self.filters))

    def projected(self, np, xs, w, patterns):
        """The convolution of all steps with the kernel, and the bias."""
        steps, batch = xs.shape[:2]
        window = self.strides, self.dilation_rate, self.padding
        all_at_once = xs.reshape(xs.shape[0] * xs.shape[1], *xs.shape[2:])
        z = self.gated(np, all_at_once, w["kernel"], window, self.over(np, patterns.inputs, steps))
        if self.use_bias:
            z += w["bias"].reshape(-1, *(1,) * self.rank) if self.first else w["bias"]
        return z.reshape(steps, batch, *z.shape[1:])

    def over(self, np, patterns, steps):
        """Patterns for samples as patterns for all the steps of all samples."""
        return tuple(np.tile(p, (steps, *(1,) * (p.ndim - 1))) for p in patterns)

    def step(self, np, w, patterns):
        carry, kernel = self.carried(np, self.channel_axis), w["recurrent_kernel"]
        window = (1,) * self.rank, (1,) * self.rank, "same"
        return lambda z, states: carry(z + self.gated(np, states[0], kernel, window, patterns.states), states[1])

    def gated(self, np, x, kernel, window, patterns):
        """x * kernel; under dropout each gate sees x under its own pattern. Channels stand as the user has them."""
        x = x.astype(kernel.dtype, copy=False)
        if not patterns:
            return self.turned(np, convolution(np, self.turned(np, x, -1), kernel, *window), 1)
        parts = zip(patterns, np.split(kernel, 4, axis=-1), strict=True)
        gates = [self.gated(np, x * p, part, window, ()) for p, part in parts]
        return np.concatenate(gates, axis=self.channel_axis)

    def turned(self, np, x, to):
        """x with the channels moved to the end or, for the user, back to their place."""
        if not self.first:
            return x
        return np.moveaxis(x, 1, -1) if to < 0 else np.moveaxis(x, -1, 1)


def convolution(np, x, kernel, strides, dilation, padding):
    """x * kernel, channels last."""
    per_axis = tuple(zip(x.shape[1:-1], kernel.shape[:-2], strides, dilation, strict=True))
    counts = tuple(places(*axis, padding) for axis in per_axis)
    return convolved(
        np, padded(np, x, [margins(*axis, padding) for axis in per_axis]), kernel, counts, strides, dilation
    )


class ConvLSTM(Recurrent, ConvGates):  # type: ignore[misc]
    """An LSTM over images: z = x * kernel + bias + h * recurrent_kernel, where * is a convolution.

    kernel (*kernel_size, channels, 4 * filters), recurrent_kernel (*kernel_size, filters, 4 * filters), bias
    (4 * filters,). The states h and c are what the convolution of a step gives, so the sizes of the images are fixed.
    """


    def shape(self, sequence, *initial_state, mask, keras):
        need.axes(sequence, "n t" + " i" * (self.rank + 1))
        return super().shape(sequence, *initial_state, mask=mask, keras=keras)

    def chain(self):
        return [("conv_lstm_cell", self)]


@layer
class ConvLSTM1D(ConvLSTM):
    """An LSTM over sequences of lines: z = x * kernel + bias + h * recurrent_kernel, * a convolution.

    i, f, o = recurrent_activation(z_i, z_f, z_o); c = f * c + i * activation(z_c); h = o * activation(c).
    kernel (*kernel_size, channels, 4 * filters), recurrent_kernel (*kernel_size, filters, 4 * filters), bias
    (4 * filters,). The convolution of h keeps its size. The sizes of the lines have to be fixed.
    """

    kernel_size: params.Sizes1
    strides: params.Sizes1 = 1
    dilation_rate: params.Sizes1 = 1

    rank = 1
    examples = (
        "filters: 4, kernel_size: 3 | (n, t, h, 3) -> (n, h - 2, 4)",
        "filters: 4, kernel_size: 3, padding: same, strides: 2, return_sequences: true, use_bias: false"
        " | (n, t, h, 3) -> (n, t, (h + 1)//2, 4)",
        "filters: k, kernel_size: [2], dilation_rate: [2], data_format: channels_first,"
        " return_sequences: true, return_state: true | (n, t, 3, h) -> (n, t, k, h - 2), (n, k, h - 2), (n, k, h - 2)",
        "filters: 4, kernel_size: 1, dropout: 0.5, recurrent_dropout: 0.2, activation: relu"
        " | (n, t, h, 3) -> (n, h, 4)",
        "filters: 4, kernel_size: 2, padding: same, go_backwards: true, unit_forget_bias: false, stateful: true"
        " | (n, t, h, 3), (n, h, 4), (n, h, 4) -> (n, h, 4)",
        "filters: 4, kernel_size: 3 | (n, t, h) !! SC302",
        "filters: 4, kernel_size: 9 | (n, t, 8, 3) !! SC306",
        "filters: 4, kernel_size: 2, strides: 2, dilation_rate: 2 | (n, t, h, 3) !! SC114",
        "filters: 4, kernel_size: 2, padding: causal | (n, t, h, 3) !! SC114",
        "filters: 0, kernel_size: 2 | (n, t, h, 3) !! SC114",
        "filters: 4, kernel_size: 1 | (n, t, h, 3), (n, h, 4) !! SC208",
        "filters: 4, kernel_size: 1 | (n, t, h, 3), (n, h, 5), (n, h, 4) !! SC301",
    )


@layer
class ConvLSTM2D(ConvLSTM):
    """An LSTM over sequences of images: z = x * kernel + bias + h * recurrent_kernel, * a convolution.

    i, f, o = recurrent_activation(z_i, z_f, z_o); c = f * c + i * activation(z_c); h = o * activation(c).
    kernel (*kernel_size, channels, 4 * filters), recurrent_kernel (*kernel_size, filters, 4 * filters), bias
    (4 * filters,). The convolution of h keeps its size. The sizes of the images have to be fixed.
    """

    rank = 2
    examples = (
        "filters: 4, kernel_size: 3 | (n, t, h, w, 3) -> (n, h - 2, w - 2, 4)",
        "filters: 4, kernel_size: 3, padding: same, strides: 2, return_sequences: true, use_bias: false"
        " | (n, t, h, w, 3) -> (n, t, (h + 1)//2, (w + 1)//2, 4)",
        "filters: k, kernel_size: [2, 3], dilation_rate: [1, 2], data_format: channels_first,"
        " return_sequences: true, return_state: true | (n, t, 3, h, w)"
        " -> (n, t, k, h - 1, w - 4), (n, k, h - 1, w - 4), (n, k, h - 1, w - 4)",
        "filters: 4, kernel_size: 1, dropout: 0.5, recurrent_dropout: 0.2, activation: relu"
        " | (n, t, h, w, 3) -> (n, h, w, 4)",
        "filters: 4, kernel_size: 2, padding: same, go_backwards: true, unit_forget_bias: false, stateful: true"
        " | (n, t, h, w, 3), (n, h, w, 4), (n, h, w, 4) -> (n, h, w, 4)",
        "filters: 4, kernel_size: 3 | (n, t, h, w) !! SC302",
        "filters: 4, kernel_size: 9 | (n, t, 8, 8, 3) !! SC306",
        "filters: 4, kernel_size: 2, strides: 2, dilation_rate: 2 | (n, t, h, w, 3) !! SC114",
        "filters: 4, kernel_size: 2, padding: causal | (n, t, h, w, 3) !! SC114",
        "filters: 0, kernel_size: 2 | (n, t, h, w, 3) !! SC114",
        "filters: 4, kernel_size: 1 | (n, t, h, w, 3), (n, h, w, 4) !! SC208",
        "filters: 4, kernel_size: 1 | (n, t, h, w, 3), (n, h, w, 5), (n, h, w, 4) !! SC301",
    )


@layer
class ConvLSTM3D(ConvLSTM):
    """An LSTM over sequences of volumes: z = x * kernel + bias + h * recurrent_kernel, * a convolution.

    i, f, o = recurrent_activation(z_i, z_f, z_o); c = f * c + i * activation(z_c); h = o * activation(c).
    kernel (*kernel_size, channels, 4 * filters), recurrent_kernel (*kernel_size, filters, 4 * filters), bias
    (4 * filters,). The convolution of h keeps its size. The sizes of the volumes have to be fixed.
    """

    kernel_size: params.Sizes3
    strides: params.Sizes3 = 1
    dilation_rate: params.Sizes3 = 1

    rank = 3
    examples = (
        "filters: 4, kernel_size: 3 | (n, t, d, h, w, 3) -> (n, d - 2, h - 2, w - 2, 4)",
        "filters: 4, kernel_size: 3, padding: same, strides: 2, return_sequences: true, use_bias: false"
        " | (n, t, d, h, w, 3) -> (n, t, (d + 1)//2, (h + 1)//2, (w + 1)//2, 4)",
        "filters: k, kernel_size: [2, 3, 2], dilation_rate: [1, 2, 3], data_format: channels_first,"
        " return_sequences: true, return_state: true | (n, t, 3, d, h, w)"
        " -> (n, t, k, d - 1, h - 4, w - 3), (n, k, d - 1, h - 4, w - 3), (n, k, d - 1, h - 4, w - 3)",
        "filters: 4, kernel_size: 1, dropout: 0.5, recurrent_dropout: 0.2, activation: relu"
        " | (n, t, d, h, w, 3) -> (n, d, h, w, 4)",
        "filters: 4, kernel_size: 2, padding: same, go_backwards: true, unit_forget_bias: false, stateful: true"
        " | (n, t, d, h, w, 3), (n, d, h, w, 4), (n, d, h, w, 4) -> (n, d, h, w, 4)",
        "filters: 4, kernel_size: 3 | (n, t, d, h, w) !! SC302",
        "filters: 4, kernel_size: 9 | (n, t, 8, 8, 8, 3) !! SC306",
        "filters: 4, kernel_size: 2, strides: 2, dilation_rate: 2 | (n, t, d, h, w, 3) !! SC114",
        "filters: 4, kernel_size: 2, padding: causal | (n, t, d, h, w, 3) !! SC114",
        "filters: 0, kernel_size: 2 | (n, t, d, h, w, 3) !! SC114",
        "filters: 4, kernel_size: 1 | (n, t, d, h, w, 3), (n, d, h, w, 4) !! SC208",
        "filters: 4, kernel_size: 1 | (n, t, d, h, w, 3), (n, d, h, w, 5), (n, d, h, w, 4) !! SC301",
    )

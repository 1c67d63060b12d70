"""SimpleRNN and its cell: h = activation(x @ kernel + h @ recurrent_kernel + bias)."""

from shapecheck import params
from shapecheck.contract import layer
from shapecheck.layers._gates import DenseGates, plain, product
from shapecheck.layers._recurrent import Cell, Recurrent


class SimpleGates(DenseGates):
    """h = activation(x @ kernel + bias + h @ recurrent_kernel)."""

    def pattern(self, np, rng, rate, shape):
        if rate == 1:
            return (np.zeros(shape),)
        return super().pattern(np, rng, rate, shape)

    def step(self, np, w, patterns):
        activation, kernel = plain(np, self.activation), w["recurrent_kernel"]
        return lambda z, states: (activation(z + product(np, states[0], kernel, patterns.states)),)


@layer
class SimpleRNNCell(Cell, SimpleGates):
    """One step of a SimpleRNN: (x, h) -> (h, h).

    kernel (features, units), recurrent_kernel (units, units), bias (units,).
    """

    examples = (
        "units: 8 | (n, 3), (n, 8) -> (n, 8), (n, 8)",
        "units: k, use_bias: false | (n, 3), (n, k) -> (n, k), (n, k)",
        "units: 8 | (n, 3), (n, 4) !! SC301",
        "units: 8 | (n, t, 3), (n, 8) !! SC302",
        "units: 8 | (n, 3) !! SC208",
    )

    def chain(self):
        return [("", self)]


@layer
class SimpleRNN(Recurrent, SimpleGates):
    """h = activation(x @ kernel + bias + h @ recurrent_kernel) over the steps of a sequence.

    kernel (features, units), recurrent_kernel (units, units), bias (units,). `activity_regularizer` is read and then
    forgotten, as in Keras 3.15.
    """

    activity_regularizer_: params.RegularizerName = None

    examples = (
        "units: 8 | (n, t, 3) -> (n, 8)",
        "units: 8, return_sequences: true | (n, t, 3) -> (n, t, 8)",
        "units: k, return_sequences: true, return_state: true, go_backwards: true | (n, t, 3) -> (n, t, k), (n, k)",
        "units: 8, use_bias: false, activation: relu, dropout: 0.5, recurrent_dropout: 0.2 | (n, t, 3) -> (n, 8)",
        "units: 8, return_state: true, unroll: true | (n, t, 3), (n, 8) -> (n, 8), (n, 8)",
        "units: 8, stateful: true, zero_output_for_mask: true | (n, t, 3) -> (n, 8)",
        "units: 8 | (n, t, 3), (n, 7) !! SC301",
        "units: 8 | (n, t, 3), (n, 8), (n, 8) !! SC208",
        "units: 8 | (n, t, 3), (n, t, 8) !! SC302",
        "units: 8 | (n, 3) !! SC302",
        "units: 0 | (n, t, 3) !! SC114",
        "units: 8, activation: glu | (n, t, 3) !! SC114",
    )

    def chain(self):
        return [("simple_rnn_cell", self)]

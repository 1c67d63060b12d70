"""LSTM and its cell (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000)."""

from typing import ClassVar

from shapecheck import need, params
from shapecheck.contract import Weight, layer
from shapecheck.layers._gates import (
    DenseGates,
    ForgetBias,
    Gates,
    UseCudnn,
    each_gate,
    parts,
    plain,
    product,
)
from shapecheck.layers._recurrent import Cell, Recurrent


class LongShortTerm(Gates):
    """With `unit_forget_bias` the bias of the forget gate starts at 1, the rest of it as `bias_initializer` says."""

    recurrent_activation: params.ActivationName = "sigmoid"
    unit_forget_bias: params.Flag = True

    gates: ClassVar[int] = 4
    state_count: ClassVar[int] = 2
    older = {"recurrent_activation": "hard_sigmoid"}

    def bias(self, columns):
        return Weight((columns,), ForgetBias(self.bias_initializer) if self.unit_forget_bias else self.bias_initializer)

    def carried(self, np, axis=1):
        """A function (z, c) -> new h and c, where z holds the gates i, f, c and o along an axis."""
        activation, sigma = plain(np, self.activation), each_gate(np, self.recurrent_activation, 4, axis)

        def carry(z, c):
            i, f, _, o = sigma(z)
            c = f * c + i * activation(parts(z, 4, axis)[2])
            return o * activation(c), c

        return carry


class LSTMGates(LongShortTerm, DenseGates):
    """Dropout draws one pattern for all steps, or with `implementation` 1 one for each gate."""

    implementation: params.Anything = 2

    older = {**LongShortTerm.older, "implementation": 1}

    @property
    def patterns(self):
        return 4 if self.implementation == 1 or self.recurrent_dropout else 1

    def step(self, np, w, patterns):
        carry, kernel = self.carried(np), w["recurrent_kernel"]
        return lambda z, states: carry(z + product(np, states[0], kernel, patterns.states), states[1])


@layer
class LSTMCell(Cell, LSTMGates):
    """One step of an LSTM: (x, h, c) -> (h, h, c).

    kernel (features, 4 * units), recurrent_kernel (units, 4 * units), bias (4 * units,). With `keras: 3` one tensor may
    stand for both states: Keras takes its first two rows for them.
    """

    examples = (
        "units: 8 | (n, 3), (n, 8), (n, 8) -> (n, 8), (n, 8), (n, 8)",
        "units: k, use_bias: false | (n, 3), (n, k), (n, k) -> (n, k), (n, k), (n, k)",
        "units: 8 | (n, 3), (n, 8) !! SC208",
        "units: 8 | (n, 3), (n, 8), (n, 7) !! SC301",
    )

    def chain(self):
        return [("", self)]

    def shape(self, inputs, *states, keras):
        if len(states) == 1 and keras.one_tensor_for_states:
            need.axes(states[0], "n i")
            need.at_least(states[0][0], 2, "the batch of the states", input=1, axis=0)
            states = ((inputs[0], states[0][1]),) * 2
        return super().shape(inputs, *states)

    def run(self, np, inputs, *states, w, training, rng):
        if len(states) == 1:
            states = tuple(np.broadcast_to(row, (len(inputs), len(row))) for row in states[0][:2])
        return super().run(np, inputs, *states, w=w, training=training, rng=rng)


@layer
class LSTM(Recurrent, LSTMGates):
    """i, f, o = recurrent_activation(z_i, z_f, z_o); c = f * c + i * activation(z_c); h = o * activation(c).

    Where z = x @ kernel + bias + h @ recurrent_kernel, with the columns of i, f, c and o in this order:
    kernel (features, 4 * units), recurrent_kernel (units, 4 * units), bias (4 * units,). The states are h and c.
    """

    use_cudnn: UseCudnn = "auto"

    examples = (
        "units: 8 | (n, t, 3) -> (n, 8)",
        "units: 8, return_sequences: true | (n, t, 3) -> (n, t, 8)",
        "units: k, return_sequences: true, return_state: true, go_backwards: true"
        " | (n, t, 3) -> (n, t, k), (n, k), (n, k)",
        "units: 8, use_bias: false, activation: relu, recurrent_activation: hard_sigmoid | (n, t, 3) -> (n, 8)",
        "units: 8, dropout: 0.5, implementation: 1 | (n, t, 3) -> (n, 8)",
        "units: 8, dropout: 0.5, recurrent_dropout: 0.2, unit_forget_bias: false | (n, t, 3) -> (n, 8)",
        "units: 8, return_state: true, unroll: true | (n, t, 3), (n, 8), (n, 8) -> (n, 8), (n, 8), (n, 8)",
        "units: 8, stateful: true, zero_output_for_mask: true, use_cudnn: false | (n, t, 3) -> (n, 8)",
        "units: 8 | (n, t, 3), (n, 8) !! SC208",
        "units: 8 | (n, t, 3), (n, 8), (n, 7) !! SC301",
        "units: 8 | (n, 3) !! SC302",
        "units: 0 | (n, t, 3) !! SC114",
        "units: 8, recurrent_activation: glu | (n, t, 3) !! SC114",
    )

    def chain(self):
        return [("lstm_cell", self)]

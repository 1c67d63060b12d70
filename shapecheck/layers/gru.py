"""GRU and its cell (Cho et al. 2014)."""

from typing import ClassVar

from shapecheck import params
from shapecheck.contract import Weight, layer
from shapecheck.layers._gates import DenseGates, UseCudnn, each_gate, plain, product
from shapecheck.layers._recurrent import Cell, Recurrent


class GRUGates(DenseGates):
    """z, r = recurrent_activation(x_z + h_z, x_r + h_r); h = z * h + (1 - z) * activation(x_h + ...).

    The candidate sees r * (h @ recurrent_kernel + bias), or with `reset_after: false` (r * h) @ recurrent_kernel. With
    `implementation` 1 dropout draws a pattern for each gate.
    """

    recurrent_activation: params.ActivationName = "sigmoid"
    reset_after: params.Flag = True
    implementation: params.Anything = 2

    gates: ClassVar[int] = 3
    older = {"recurrent_activation": "hard_sigmoid", "reset_after": False, "implementation": 1}

    @property
    def patterns(self):
        return 3 if self.implementation == 1 or self.recurrent_dropout else 1

    def bias(self, columns):
        return Weight((2, columns) if self.reset_after else (columns,), self.bias_initializer)

    def projected(self, np, xs, w, patterns):
        own = {**w, "bias": w["bias"][0]} if self.use_bias and self.reset_after else w
        return super().projected(np, xs, own, patterns)

    def step(self, np, w, patterns):
        activation, sigma = plain(np, self.activation), each_gate(np, self.recurrent_activation, 2)
        kernel, bias = w["recurrent_kernel"], w["bias"][1] if self.use_bias and self.reset_after else 0
        two = 2 * (kernel.shape[-1] // 3)  # the columns of z and r

        def after(x, states):
            (h,) = states
            sums = product(np, h, kernel, patterns.states) + bias
            z, r = sigma(x[:, :two] + sums[:, :two])
            return (z * h + (1 - z) * activation(x[:, two:] + r * sums[:, two:]),)

        def before(x, states):
            (h,) = states
            z, r = sigma(x[:, :two] + product(np, h, kernel[:, :two], patterns.states[:2]))
            return (
                z * h + (1 - z) * activation(x[:, two:] + product(np, r * h, kernel[:, two:], patterns.states[2:])),
            )

        return after if self.reset_after else before


@layer
class GRUCell(Cell, GRUGates):
    """One step of a GRU: (x, h) -> (h, h).

    kernel (features, 3 * units), recurrent_kernel (units, 3 * units), bias (2, 3 * units), or (3 * units,) with
    `reset_after: false`.
    """

    examples = (
        "units: 8 | (n, 3), (n, 8) -> (n, 8), (n, 8)",
        "units: k, reset_after: false | (n, 3), (n, k) -> (n, k), (n, k)",
        "units: 8 | (n, 3), (n, 4) !! SC301",
    )

    def chain(self):
        return [("", self)]


@layer
class GRU(Recurrent, GRUGates):
    """z, r = recurrent_activation(x_z + h_z, x_r + h_r); h = z * h + (1 - z) * activation(x_h + r * h_h).

    Where x_z, x_r, x_h = x @ kernel + bias[0] and h_z, h_r, h_h = h @ recurrent_kernel + bias[1]:
    kernel (features, 3 * units), recurrent_kernel (units, 3 * units), bias (2, 3 * units). With `reset_after: false`
    the reset comes before the product, h_h = (r * h) @ recurrent_kernel, and there is one bias (3 * units,).
    """

    use_cudnn: UseCudnn = "auto"

    examples = (
        "units: 8 | (n, t, 3) -> (n, 8)",
        "units: 8, return_sequences: true | (n, t, 3) -> (n, t, 8)",
        "units: k, return_sequences: true, return_state: true, go_backwards: true | (n, t, 3) -> (n, t, k), (n, k)",
        "units: 8, use_bias: false, activation: relu, recurrent_activation: hard_sigmoid | (n, t, 3) -> (n, 8)",
        "units: 8, reset_after: false, dropout: 0.5, recurrent_dropout: 0.2 | (n, t, 3) -> (n, 8)",
        "units: 8, dropout: 0.5, implementation: 1 | (n, t, 3) -> (n, 8)",
        "units: 8, return_state: true, unroll: true | (n, t, 3), (n, 8) -> (n, 8), (n, 8)",
        "units: 8, stateful: true, zero_output_for_mask: true, use_cudnn: false | (n, t, 3) -> (n, 8)",
        "units: 8 | (n, t, 3), (n, 7) !! SC301",
        "units: 8 | (n, 3) !! SC302",
        "units: 0 | (n, t, 3) !! SC114",
    )

    def chain(self):
        return [("gru_cell", self)]

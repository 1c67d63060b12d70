"""CuDNNGRU and CuDNNLSTM, which Keras 2 had beside GRU and LSTM: the same formulas, from weights laid out for cuDNN."""

from typing import Any, ClassVar

from shapecheck import activations, need
from shapecheck.contract import Weight, layer
from shapecheck.layers._gates import DenseGates
from shapecheck.layers._recurrent import Recurrent
from shapecheck.layers.gru import GRUGates
from shapecheck.layers.lstm import LSTMGates

TANH, SIGMOID = activations.get("tanh", 2), activations.get("sigmoid", 2)


class Cudnn(Recurrent, DenseGates):
    """The weights hold the numbers as cuDNN reads them: of each gate, the bytes of the transposed matrix.

    The bias holds one half for the input and one for the state. A mask is refused, and there is no dropout.
    """

    activation: Any = TANH
    recurrent_activation: Any = SIGMOID
    use_bias: bool = True
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    implementation: int = 2
    seed: None = None
    older: ClassVar[dict[str, Any]] = {}
    unroll: bool = False
    zero_output_for_mask: bool = False

    def shape(self, sequence, *initial_state, mask, keras):
        need.that(all(one is None for one in mask), "SC402", input=0)
        return super().shape(sequence, *initial_state, mask=mask, keras=keras)

    def chain(self):
        return [("", self)]

    def bias_of(self, np, bias):
        """The bias as the formula has it."""
        raise NotImplementedError

    def scanned(self, np, xs, states, w, patterns, mask, zero):
        kernels = (kernel.ravel().reshape(kernel.shape[::-1]).T for kernel in np.split(w["kernel"], self.gates, -1))
        turned = (kernel.T for kernel in np.split(w["recurrent_kernel"], self.gates, -1))
        own = {
            "kernel": np.concatenate([*kernels], -1),
            "recurrent_kernel": np.concatenate([*turned], -1),
            "bias": self.bias_of(np, w["bias"]),
        }
        return super().scanned(np, xs, states, own, patterns, mask, zero)


@layer
class CuDNNGRU(Cudnn, GRUGates):
    """A GRU with `reset_after`, tanh and sigmoid, whose bias is flat: (6 * units,).

    kernel (features, 3 * units), recurrent_kernel (units, 3 * units). Keras 2 runs it on a GPU only.
    """

    reset_after: bool = True

    examples = (
        "units: 8 | (n, t, 3) -> (n, 8)",
        "units: k, return_sequences: true, return_state: true, go_backwards: true | (n, t, 3) -> (n, t, k), (n, k)",
        "units: 8, return_state: true | (n, t, 3), (n, 8) -> (n, 8), (n, 8)",
        "units: 8, stateful: true | (n, t, 3) -> (n, 8)",
        "units: 8 | (n, 3) !! SC302",
        "units: 8, activation: relu | (n, t, 3) !! SC111",
    )

    def bias(self, columns):
        return Weight((2 * columns,), self.bias_initializer)

    def bias_of(self, np, bias):
        return bias.reshape(2, -1)


class _Forget:
    """A bias of twice four gates that starts as `init`, and at the second forget gate as 1."""

    def __init__(self, init):
        self.init = init

    def fits(self, shape):
        """Refuse what `init` is not defined for."""
        self.init.fits(shape)

    def __call__(self, np, rng, shape, dtype):
        gate = shape[0] // 8
        before, after = self.init(np, rng, (5 * gate,), dtype), self.init(np, rng, (2 * gate,), dtype)
        return np.concatenate([before, np.ones(gate, dtype), after])


@layer
class CuDNNLSTM(Cudnn, LSTMGates):
    """An LSTM with tanh and sigmoid, whose bias has two halves: (8 * units,).

    kernel (features, 4 * units), recurrent_kernel (units, 4 * units). Keras 2 runs it on a GPU only.
    """

    examples = (
        "units: 8 | (n, t, 3) -> (n, 8)",
        "units: k, return_sequences: true, return_state: true, go_backwards: true"
        " | (n, t, 3) -> (n, t, k), (n, k), (n, k)",
        "units: 8, unit_forget_bias: false, return_state: true | (n, t, 3), (n, 8), (n, 8) -> (n, 8), (n, 8), (n, 8)",
        "units: 8, stateful: true | (n, t, 3) -> (n, 8)",
        "units: 8 | (n, 3) !! SC302",
        "units: 8, dropout: 0.5 | (n, t, 3) !! SC111",
    )

    def bias(self, columns):
        start = self.bias_initializer
        return Weight((2 * columns,), _Forget(start) if self.unit_forget_bias else start)

    def bias_of(self, np, bias):
        first, second = np.split(bias, 2)
        return first + second

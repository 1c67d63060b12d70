"""The formula of a cell: what weights its gates have, and how a step goes.

A cell turns the input of one step and its states into new states, the first of which is its output. Its products with
the input do not hang on the states, so they are taken for all steps at once; only the rest is in the loop over time.
Arrays have the time first there: (t, n, ...).
"""

from typing import Annotated, Any, ClassVar, NamedTuple

from shapecheck import dims, need, params
from shapecheck.contract import Layer, Weight
from shapecheck.diagnostic import Refusal
from shapecheck.layers._windows import matrix
from shapecheck.params import Reader
from shapecheck.words import shown


def _clamped(value, param, keras):
    """A rate that Keras moves into [0, 1] in all generations."""
    if not isinstance(value, (int, float)) or value != value:
        raise Refusal("SC113", param, expected="a number from 0 to 1", given=shown(value))
    return float(min(1.0, max(0.0, value)))


def _cudnn(value, param, keras):
    if value not in ("auto", 0, 1):
        raise Refusal("SC114", param, expected="`auto`, true or false", given=shown(value))
    return value


ClampedRate = Annotated[float, Reader("a number, moved into [0, 1]", _clamped)]
UseCudnn = Annotated[Any, Reader("`auto`, true or false", _cudnn)]


class Patterns(NamedTuple):
    """The factors by which dropout multiplies inputs and states: none, one, or one for each gate."""

    inputs: tuple[Any, ...] = ()
    states: tuple[Any, ...] = ()


class ForgetBias:
    """A bias of four gates that starts as `init`, and at the forget gate as 1 (Jozefowicz et al. 2015)."""

    def __init__(self, init):
        self.init = init

    def fits(self, shape):
        """Refuse what `init` is not defined for."""
        self.init.fits(shape)

    def __call__(self, np, rng, shape, dtype):
        gate = shape[0] // 4
        before, after = self.init(np, rng, (gate,), dtype), self.init(np, rng, (2 * gate,), dtype)
        return np.concatenate([before, np.ones(gate, dtype), after])


class Gates(Layer):
    """The formula of a cell: what weights it has, and how a step goes.

    Dropout multiplies the inputs, and `recurrent_dropout` the states, by a pattern that is drawn once for all steps.
    """

    activation: params.ActivationName = "tanh"
    use_bias: params.Flag = True
    kernel_initializer: params.InitializerName = "glorot_uniform"
    recurrent_initializer: params.InitializerName = "orthogonal"
    bias_initializer: params.InitializerName = "zeros"
    kernel_regularizer: params.RegularizerName = None
    recurrent_regularizer: params.RegularizerName = None
    bias_regularizer: params.RegularizerName = None
    kernel_constraint: params.ConstraintName = None
    recurrent_constraint: params.ConstraintName = None
    bias_constraint: params.ConstraintName = None
    dropout: ClampedRate = 0.0
    recurrent_dropout: ClampedRate = 0.0
    seed: params.Seed = None

    gates: ClassVar[int] = 1
    state_count: ClassVar[int] = 1

    @property
    def patterns(self):
        """How many patterns of dropout are drawn: 1, or one for each gate."""
        return 1

    def check_activations(self, size, axes=0):
        """Refuse an activation that changes the shape of a state."""
        state = (2, *(2,) * axes, size)
        for name in ("activation", "recurrent_activation"):
            activation = getattr(self, name, None)
            if activation is not None:
                kept = activation.out(state) == state
                need.that(kept, "SC114", name, expected="one that keeps the shape", given=f"`{activation.name}`")

    def drawn(self, np, rng, step, state):
        """Patterns for inputs and states of these shapes."""
        return Patterns(self.pattern(np, rng, self.dropout, step), self.pattern(np, rng, self.recurrent_dropout, state))

    def pattern(self, np, rng, rate, shape):
        if not 0 < rate < 1:  # Keras drops nothing at a rate of 1 in a cell with gates
            return ()
        return tuple((rng.random(shape) >= rate) / (1 - rate) for _ in range(self.patterns))

    def projected(self, np, xs, w, patterns):
        """What the inputs of all steps give to the gates."""
        raise NotImplementedError

    def step(self, np, w, patterns):
        """A function (z, states) -> new states, where z is what an input gives to the gates."""
        raise NotImplementedError

    def scanned(self, np, xs, states, w, patterns, mask, zero):
        """(outputs of all steps, last states). A masked step keeps the states, and repeats the output or gives 0."""
        ys = np.empty((len(xs), *states[0].shape), w["kernel"].dtype)
        step = self.step(np, w, patterns)
        for t, z in enumerate(self.projected(np, xs, w, patterns)):
            new = step(z, states)
            if mask is None:
                states = new
                ys[t] = new[0]
            else:
                kept = mask[t].reshape(-1, *(1,) * (ys.ndim - 2))
                ys[t] = np.where(kept, new[0], 0 if zero else states[0])
                states = tuple(np.where(kept, a, b) for a, b in zip(new, states, strict=True))
        return ys, states


class Units(Layer):
    """The size of the states, the first parameter of what has it."""

    units: params.Count


class DenseGates(Gates, Units):
    """Gates that are matrix products: kernel (features, gates * units), recurrent_kernel (units, gates * units)."""

    axes: ClassVar[int] = 0

    def check(self):
        self.check_activations(self.units)

    def states(self, step):
        """The shapes of the states for inputs of shape `step`."""
        return [(step[0], self.units)] * self.state_count

    def made(self, step):
        """The weights for inputs of shape `step`."""
        columns = self.gates * self.units
        yield "kernel", Weight((step[-1], columns), self.kernel_initializer)
        yield "recurrent_kernel", Weight((self.units, columns), self.recurrent_initializer)
        if self.use_bias:
            yield "bias", self.bias(columns)

    def bias(self, columns):
        return Weight((columns,), self.bias_initializer)

    def cost(self, step):
        """Multiply-accumulates of one step."""
        return dims.product((step[0], step[-1] + self.units, self.gates * self.units))

    def projected(self, np, xs, w, patterns):
        """x @ kernel + bias for all steps."""
        z = product(np, xs.astype(w["kernel"].dtype, copy=False), w["kernel"], patterns.inputs)
        if self.use_bias:
            z += w["bias"]
        return z


def product(np, x, kernel, patterns=()):
    """x @ kernel, with x under the pattern of dropout of each part of the columns."""
    if not patterns:
        return (matrix(x) @ kernel).reshape(*x.shape[:-1], kernel.shape[-1]) if x.ndim > 2 else x @ kernel
    parts = np.split(kernel, len(patterns), axis=-1)
    return np.concatenate(
        [np.matmul((x * p).astype(x.dtype), k) for p, k in zip(patterns, parts, strict=True)], axis=-1
    )


def plain(np, activation):
    """An activation as a function of arrays of floats, without what its own call looks after."""
    if activation.form is None:
        return lambda x: activation(np, x)
    if activation.name == "sigmoid":
        return lambda x: logistic(np, x)
    formula, config = activation.form.formula, activation.config
    return lambda x: formula(np, x, **config) if x.size else x


def logistic(np, x):
    """1 / (1 + exp(-x)), in few passes; where exp(-x) is infinite this is 0, as it should be."""
    y = np.exp(-x)
    y += 1
    return np.reciprocal(y, out=y)


def each_gate(np, activation, count, axis=1):
    """A function of `count` gates that stand side by side along an axis: the activation of each."""
    function = plain(np, activation)
    if activation.form is not None and activation.form.ranks[0] == 0:  # value by value, so all at once
        return lambda z: parts(function(z), count, axis)
    return lambda z: [function(part) for part in parts(z, count, axis)]


def parts(z, count, axis=1):
    """The equal parts of an array along an axis, as views."""
    size = z.shape[axis] // count
    if axis == 1:
        return [z[:, i * size : (i + 1) * size] for i in range(count)]
    before = (slice(None),) * axis
    return [z[(*before, slice(i * size, (i + 1) * size))] for i in range(count)]

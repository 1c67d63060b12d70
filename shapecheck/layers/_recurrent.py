"""What recurrent layers and their cells share: a loop over time, and in it one step of each cell after another.

A cell turns the input of one step and its states into new states, the first of which is its output. Its products with
the input do not hang on the states, so they are taken for all steps at once; only the rest is in the loop. Arrays have
the time first there: (t, n, ...).
"""

from typing import Annotated, Any, ClassVar, NamedTuple

from shapecheck import dims, need, params
from shapecheck.contract import END, Layer, Weight
from shapecheck.diagnostic import Refusal
from shapecheck.layers._wrapping import part
from shapecheck.params import Reader
from shapecheck.words import shown


def _clamped(value, param, keras):
    """A rate that Keras moves into [0, 1] in all generations."""
    if not isinstance(value, (int, float)) or value != value:
        raise Refusal("SC113", param, expected="a number from 0 to 1", given=shown(value))
    return min(1.0, max(0.0, float(value)))


def _cudnn(value, param, keras):
    if value not in ("auto", 0, 1):
        raise Refusal("SC114", param, expected="`auto`, true or false", given=shown(value))
    return value


ClampedRate = Annotated[float, Reader("a number, moved into [0, 1]", _clamped)]
UseCudnn = Annotated[Any, Reader("`auto`, true or false", _cudnn)]

LEGACY = {
    "output_dim": "units", "init": "kernel_initializer", "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation", "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer", "b_regularizer": "bias_regularizer", "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
}  # fmt: skip
FORGOTTEN = ("input_length", "consume_less", "forget_bias_init", "time_major")


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

    def scanned(self, np, xs, states, w, patterns, mask, zero):
        """(outputs of all steps, last states). A masked step keeps the states, and repeats the output or gives 0."""
        ys = np.empty((len(xs), *states[0].shape), w["kernel"].dtype)
        for t, z in enumerate(self.projected(np, xs, w, patterns)):
            new = self.step(np, z, states, w, patterns)
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
        return np.matmul(x, kernel)
    parts = np.split(kernel, len(patterns), axis=-1)
    return np.concatenate(
        [np.matmul((x * p).astype(x.dtype), k) for p, k in zip(patterns, parts, strict=True)], axis=-1
    )


class Chain(Layer):
    """Cells that follow one another: the output of each is the input of the next."""

    def chain(self):
        """(path of its weights, cell) for each cell."""
        raise NotImplementedError

    @property
    def own_rank(self):
        """The rank of the input of one step."""
        return 2 + self.chain()[0][1].axes

    def steps(self, step):
        """(path, cell, shape of its input, shapes of its states) for each cell."""
        for path, cell in self.chain():
            states = cell.states(step)
            yield path, cell, step, states
            step = states[0]

    def began(self, step, given):
        """The shapes of all states, which the given ones must have; the last is that of the output."""
        own = [(shape, path) for path, _, _, states in self.steps(step) for shape in states]
        need.that(len(given) in (0, len(own)), "SC208", expected=f"{len(own)} states", given=len(given))
        for i, (state, (shape, _)) in enumerate(zip(given, own, strict=False), 1):
            rank = len(shape)
            if len(state) != rank:
                need.refuse("SC302", input=i, rank=len(state), shape=state, expected=f"a state of rank {rank}")
            for axis, (a, b) in enumerate(zip(shape, state, strict=True)):
                need.equal(a, b, input=i, axis=axis, verb="cannot begin with a state of another size:")
        return [shape for shape, _ in own]

    def output(self, step):
        """The shape of the output of a step."""
        *_, (_, _, _, states) = self.steps(step)
        return states[0]

    def dtype(self, *given):
        return self.policy.compute

    def made_by_all(self, step):
        for path, cell, x, _ in self.steps(step):
            for name, weight in cell.made(x):
                trainable = weight.trainable and cell.trainable
                yield f"{path}/{name}".lstrip("/"), weight._replace(trainable=trainable)

    def cost_of_all(self, step):
        return dims.total(cell.cost(x) for _, cell, x, _ in self.steps(step))

    def run_all(self, np, xs, states, w, training, rng, mask=None, zero=False):
        """(outputs of all steps, last states) of the last cell and of all cells."""
        last = []
        for path, cell, step, shapes in self.steps(xs.shape[1:]):
            own = part(w, path) if path else w
            begin, states = states[: len(shapes)], states[len(shapes) :]
            dtype = own["kernel"].dtype
            begin = tuple(np.asarray(s, dtype) for s in begin) or tuple(np.zeros(s, dtype) for s in shapes)
            patterns = cell.drawn(np, rng, step, shapes[0]) if training else Patterns()
            xs, end = cell.scanned(np, xs, begin, own, patterns, mask, zero)
            last += end
        return xs, last


class Cell(Chain):
    """One step of a recurrence: (inputs, states) -> output and new states."""

    def shape(self, inputs, *states):
        need.axes(inputs, "n" + " i" * (self.own_rank - 1))
        need.that(states, "SC208", expected="an input and its states", given="no state")
        new = self.began(inputs, states)
        return [self.output(inputs), *new]

    def weights(self, inputs, *states):
        return self.made_by_all(inputs)

    def macs(self, inputs, *states):
        return self.cost_of_all(inputs)

    def run(self, np, inputs, *states, w, training, rng):
        ys, last = self.run_all(np, inputs[None], states, w, training, rng)
        return [ys[0], *last]


class Recurrent(Chain):
    """A cell that is run over the steps of (n, t, ...).

    The output is that of the last step, or of all with `return_sequences`; with `return_state` the last states follow.
    `go_backwards` reads the steps from the last, and gives them in that order. A masked step keeps the states, and its
    output is that of the step before, or 0 with `zero_output_for_mask`; as in Keras 3, a mask is not looked at where
    `initial_state` is given. `stateful` wants a fixed batch; states always begin with 0. `unroll` changes nothing.
    """

    return_sequences: params.Flag = False
    return_state: params.Flag = False
    go_backwards: params.Flag = False
    stateful: params.Flag = False
    unroll: params.Flag = False
    zero_output_for_mask: params.Flag = False

    wants_mask = True

    def shape(self, sequence, *initial_state):
        need.axes(sequence, "n t" + " i" * (self.own_rank - 1))
        batch, steps, *rest = sequence
        need.that(not (self.stateful and dims.varies(batch)), "SC308", "stateful", weight="state", dim=batch, axis=0)
        step = (batch, *rest)
        states = self.began(step, initial_state)
        _, *y = self.output(step)
        out = (batch, steps, *y) if self.return_sequences else (batch, *y)
        return [out, *states] if self.return_state else out

    @property
    def mask_rule(self):
        return type(self).mask if self.return_sequences else END

    def mask(self, np, sequence, *initial_state, mask):
        """The mask of the sequence for the output, none for the states."""
        if not self.return_state:
            return mask
        return [mask, *(None for _, cell in self.chain() for _ in range(cell.state_count))]

    def weights(self, sequence, *initial_state):
        return self.made_by_all((sequence[0], *sequence[2:]))

    def macs(self, sequence, *initial_state):
        return sequence[1] * self.cost_of_all((sequence[0], *sequence[2:]))

    def run(self, np, sequence, *initial_state, w, mask, training, rng, keras):
        xs = np.moveaxis(sequence, 1, 0)
        if mask is not None:
            mask = None if initial_state and not keras.mask_with_initial_state else by_step(np, mask, xs)
        if self.go_backwards:
            xs, mask = xs[::-1], mask if mask is None else mask[::-1]
        ys, states = self.run_all(np, xs, initial_state, w, training, rng, mask, self.zero_output_for_mask)
        if self.return_sequences:
            y = np.moveaxis(ys, 0, 1)
        else:
            y = ys[-1] if len(ys) else states[-self.chain()[-1][1].state_count]
        return [y, *states] if self.return_state else y


def by_step(np, mask, xs):
    """A mask (n, t), or (n, t, values) of which one is enough, as (t, n)."""
    if mask.ndim == 3:
        mask = mask.any(axis=-1)
    if mask.T.shape != xs.shape[:2]:
        need.refuse("SC405", problem=f"a mask of {mask.shape} for {xs.shape[1]} samples of {xs.shape[0]} steps")
    return mask.T

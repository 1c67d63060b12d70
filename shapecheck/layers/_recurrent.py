"""What recurrent layers and their cells share: a loop over time, and in it one step of each cell after another."""

from shapecheck import dims, need, params
from shapecheck.contract import END, Layer
from shapecheck.layers._gates import Patterns
from shapecheck.layers._masks import of_steps
from shapecheck.layers._wrapping import part


class Chain(Layer):
    """Cells that follow one another: the output of each is the input of the next."""

    def chain(self):
        """(path of its weights, cell) for each cell."""
        raise NotImplementedError

    @property
    def states_in_all(self):
        """How many states the cells have together."""
        return sum(cell.state_count for _, cell in self.chain())

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

    def shape(self, sequence, *initial_state, mask, keras):
        need.axes(sequence, "n t" + " i" * (self.own_rank - 1))
        if not initial_state or keras.mask_with_initial_state:
            of_steps(mask, 0, keras, 2)
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
        return [mask, *(None,) * self.states_in_all]

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

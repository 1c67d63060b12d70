"""Bidirectional: a recurrent layer in both directions of time (Schuster and Paliwal 1997)."""

from typing import Annotated, Any

from shapecheck import dims, need, params
from shapecheck.contract import END, Layer, layer
from shapecheck.layers import _wrapping
from shapecheck.layers._recurrent import Recurrent
from shapecheck.layers._wrapping import ask, changed, run_called, weights_of
from shapecheck.naming import snake
from shapecheck.params import Reader

_RECURRENT = "a recurrent layer, such as `{LSTM: 8}`"


def _direction(value, param, keras):
    return _wrapping.kind_of(_wrapping.read(value, param, keras), Recurrent, param, _RECURRENT)


Direction = Annotated[Any, Reader(_RECURRENT, _direction)]


@layer
class Bidirectional(Layer):
    """A recurrent layer forwards, a second one backwards in time, and their outputs merged.

    `concat` puts them side by side, `sum`, `mul` and `ave` combine them value by value, and with a `merge_mode` of None
    they are two outputs; with return_state the states follow, those of the forward layer first. Without a
    `backward_layer` the layer itself is run backwards, with weights of its own. Under `concat` the last axis is
    forward + backward units, also where the two differ: Keras 3.15 infers twice the forward units there, and executes
    what is said here. At a masked step both give 0 where they return sequences.
    """

    layer: Direction
    merge_mode: params.optional(params.one_of("sum", "mul", "ave", "concat")) = "concat"  # type: ignore[valid-type]
    weights_: params.Anything = None
    backward_layer: params.optional(Direction) = None  # type: ignore[valid-type]

    wants_mask = True
    examples = (
        "layer: {LSTM: 8} | (n, t, 3) -> (n, 16)",
        "layer: {LSTM: {units: 8, return_sequences: true}}, merge_mode: sum | (n, t, 3) -> (n, t, 8)",
        "layer: {GRU: {units: k, return_sequences: true, return_state: true}}, merge_mode: mul"
        " | (n, t, 3) -> (n, t, k), (n, k), (n, k)",
        "layer: {LSTM: {units: 8, return_state: true}}, merge_mode: null"
        " | (n, t, 3) -> (n, 8), (n, 8), (n, 8), (n, 8), (n, 8), (n, 8)",
        "layer: {LSTM: 8}, backward_layer: {GRU: {units: k, go_backwards: true}} | (n, t, 3) -> (n, 8 + k)",
        "layer: {SimpleRNN: 8}, merge_mode: ave | (n, t, 3), (n, 8), (n, 8) -> (n, 8)",
        "layer: {class_name: RNN, config: {cell: [{LSTMCell: 4}, {GRUCell: 6}]}} | (n, t, 3) -> (n, 12)",
        "layer: {ConvLSTM1D: {filters: 4, kernel_size: 3, return_sequences: true}} | (n, t, h, 3) -> (n, t, h - 2, 8)",
        "layer: {LSTM: 8}, merge_mode: sum, backward_layer: {GRU: {units: 6, go_backwards: true}} | (n, t, 3) !! SC310",
        "layer: {LSTM: 8} | (n, t, 3), (n, 8), (n, 8) !! SC208",
        "layer: {LSTM: 8} | (n, 3) !! SC302",
        "layer: {LSTM: 0} | (n, t, 3) !! SC114",
        "layer: {Dense: 8} | (n, t, 3) !! SC113",
        "layer: {LSTM: 8}, merge_mode: max | (n, t, 3) !! SC114",
        "layer: {LSTM: {units: 8, go_backwards: true}} | (n, t, 3) !! SC125",
        "layer: {LSTM: 8}, backward_layer: {LSTM: 8} | (n, t, 3) !! SC125",
        "layer: {LSTM: 8}, backward_layer: {LSTM: {units: 8, go_backwards: true, stateful: true}} | (n, t, 3) !! SC125",
    )

    def check(self):
        if self.backward_layer is None:
            self.must_be("layer", "go_backwards", False)
            return
        self.must_be("backward_layer", "go_backwards", not self.layer.go_backwards)
        for setting in ("stateful", "return_sequences", "return_state"):
            self.must_be("backward_layer", setting, getattr(self.layer, setting))

    def must_be(self, which, setting, wanted):
        """Refuse a direction that does not fit the other."""
        value, expected = getattr(getattr(self, which), setting), str(bool(wanted)).lower()
        if value != wanted:
            facts = {"param": setting, "name": which, "expected": expected, "given": str(value).lower()}
            raise _wrapping.refusal("SC125", which, facts)

    @property
    def inner(self):
        name = self.layer.name or snake(self.layer.kind)
        other = f"backward_{name.removeprefix('backward_')}"
        if self.backward_layer is not None:
            other = self.backward_layer.name or snake(self.backward_layer.kind)
        made = {f"forward_{name.removeprefix('forward_')}": self.layer}
        made[other if other not in made else f"{other}_1"] = self.backward_layer or self.layer
        return made

    def both(self, initial_state=()):
        """(prefix, layer, its initial states) forwards and backwards."""
        half = len(initial_state) // 2
        states = initial_state[:half], initial_state[half:]
        zero = self.layer.return_sequences
        for (prefix, inner), backwards, given in zip(self.inner.items(), (False, True), states, strict=True):
            if backwards and self.backward_layer is None:
                inner = changed(inner, go_backwards=True)
            yield prefix, changed(inner, zero_output_for_mask=zero), given

    def asked(self, method, sequence, initial_state, **offers):
        return [ask(inner, method, (sequence, *given), **offers) for _, inner, given in self.both(initial_state)]

    def shape(self, sequence, *initial_state, mask, keras):
        count = len(initial_state)
        need.that(count % 2 == 0, "SC208", expected="states for both directions", given=count)
        asked = self.asked("shape", sequence, initial_state, mask=mask, keras=keras)
        two = [a if isinstance(a, list) else [a] for a in asked]
        (forward, *states), (backward, *others) = two
        if self.merge_mode is None:
            outputs = [forward, backward]
        elif self.merge_mode == "concat":
            for axis, (a, b) in enumerate(zip(forward[:-1], backward[:-1], strict=True)):
                need.equal(a, b, verb="cannot put side by side", axis=axis)
            outputs = [(*forward[:-1], forward[-1] + backward[-1])]
        else:
            outputs = [tuple(need.broadcast(a, b) for a, b in zip(forward, backward, strict=True))]
        made = [*outputs, *states, *others]
        return made if len(made) > 1 else made[0]

    def inferred_by_keras(self, sequence, *initial_state, keras):
        if self.merge_mode != "concat":
            return None
        forward = self.asked("shape", sequence, initial_state, keras=keras)[0]
        *before, units = forward[0] if isinstance(forward, list) else forward
        return [(*before, 2 * units)]

    def dtype(self, *given):
        return self.policy.compute

    @property
    def mask_rule(self):
        return type(self).mask if self.layer.return_sequences else END

    def mask(self, np, sequence, *initial_state, mask):
        """The mask of the sequence for the output, or for both outputs, and none for the states."""
        outputs = [mask] if self.merge_mode else [mask, mask]
        if self.layer.return_state:
            outputs += [None for _, inner, _ in self.both() for _ in range(inner.states_in_all)]
        return outputs

    def weights(self, sequence, *initial_state, keras):
        for prefix, inner, given in self.both(initial_state):
            yield from weights_of(inner, prefix, (sequence, *given), keras=keras)

    def macs(self, sequence, *initial_state, w, keras):
        return dims.total(self.asked("macs", sequence, initial_state, w=w, keras=keras))

    def run(self, np, sequence, *initial_state, w, mask, training, rng, keras, losses):
        offers = {"np": np, "training": training, "rng": rng, "keras": keras, "losses": losses, "mask": mask}
        (y, *states), (z, *others) = (
            run_called(inner, prefix, [sequence, *given], w, **offers)
            for prefix, inner, given in self.both(initial_state)
        )
        if self.layer.return_sequences:
            z = np.flip(z, axis=1)
        merged = {
            None: lambda: [y, z],
            "concat": lambda: [np.concatenate([y, z], axis=-1)],
            "sum": lambda: [y + z],
            "mul": lambda: [y * z],
            "ave": lambda: [(y + z) / 2],
        }[self.merge_mode]()
        made = [*merged, *states, *others]
        return made if len(made) > 1 else made[0]

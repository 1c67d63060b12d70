"""The one table of rules that depend on the Keras generation; its documentation is generated from it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Rule(NamedTuple):
    """A rule and its value in each mode: strict (the default), `keras: 2` (2.2.4) and `keras: 3` (3.15)."""

    name: str
    about: str
    strict: Any
    keras2: Any
    keras3: Any


RULES = (
    Rule("flatten_least_rank", "the lowest rank Flatten takes", 1, 3, 1),
    Rule("flatten_needs_sizes", "Flatten refuses a None and a size of 0", True, True, False),
    Rule("rates_are_clamped", "a dropout rate outside [0, 1] is clamped instead of refused", False, True, False),
    Rule("rate_of_one_keeps_all", "a dropout rate of 1 drops nothing, instead of everything", False, True, False),
    Rule("noise_shape_is_checked", "a malformed `noise_shape` is refused before it meets an input", True, False, True),
    Rule("values_are_validated", "counts, permutations and penalties are validated on their own", True, False, True),
    Rule("legacy_names", "Keras 1 argument names are accepted", False, True, False),
    Rule("batch_input_shape", "`batch_input_shape` is accepted on any layer", True, True, False),
    Rule("symbols_as_values", "a count may name a size", True, False, False),
    Rule(
        "unsupported_mask_is_refused", "a mask that reaches a layer without mask support is refused", False, True, False
    ),
    Rule("activity_loss_per_sample", "activity penalties are divided by the batch", True, False, True),
    Rule(
        "frozen_weights_are_penalized", "the penalty of a weight that training does not change counts", False, True,
        False,
    ),
    Rule(
        "minus_sizes_in_reshape", "any negative entry of `target_shape` stands for the unknown size", False, True, False
    ),
    Rule("names_in_target_shape", "`target_shape` may name a size", True, False, True),
    Rule("none_reshapes_known", "a None in `target_shape` is accepted where the input is known", True, False, True),
    Rule("whole_floats_as_sizes", "2.0 is accepted for the size 2", False, True, True),
    Rule("scalar_inputs", "an Input may have the shape ()", True, False, True),
    Rule("zero_sizes", "a size may be 0", True, False, True),
    Rule(
        "mask_with_initial_state", "a recurrent layer looks at its mask also where it is given its first states", False,
        True, False,
    ),
    Rule("conv_lstm_without_filters", "a ConvLSTM may have 0 filters, and then gives nothing", False, False, True),
    Rule(
        "one_tensor_for_states", "the two first rows of one tensor may stand for both states of an LSTMCell", False,
        False, True,
    ),
)


class Semantics:
    """The rules of one mode, as attributes. `generation` is 2, 3, or None for strict."""

    __slots__ = ("generation", *(rule.name for rule in RULES))

    flatten_least_rank: int
    flatten_needs_sizes: bool
    rates_are_clamped: bool
    rate_of_one_keeps_all: bool
    noise_shape_is_checked: bool
    values_are_validated: bool
    legacy_names: bool
    batch_input_shape: bool
    symbols_as_values: bool
    unsupported_mask_is_refused: bool
    activity_loss_per_sample: bool
    frozen_weights_are_penalized: bool
    minus_sizes_in_reshape: bool
    names_in_target_shape: bool
    none_reshapes_known: bool
    whole_floats_as_sizes: bool
    scalar_inputs: bool
    zero_sizes: bool
    mask_with_initial_state: bool
    conv_lstm_without_filters: bool
    one_tensor_for_states: bool

    def __init__(self, generation: int | None) -> None:
        self.generation = generation
        column = {None: 2, 2: 3, 3: 4}[generation]
        for rule in RULES:
            setattr(self, rule.name, rule[column])

    def __repr__(self) -> str:
        return "strict" if self.generation is None else f"keras: {self.generation}"


STRICT = Semantics(None)
KERAS2 = Semantics(2)
KERAS3 = Semantics(3)

MODES = {None: STRICT, 2: KERAS2, 3: KERAS3}

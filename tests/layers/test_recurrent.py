"""Recurrent layers against their formulas, written out step by step in plain NumPy, and the laws of their states."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapecheck

RNG = np.random.default_rng(5)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def drawn(*shape):
    return RNG.standard_normal(shape).astype("float32")


def weights_of(layer, *shapes):
    return [drawn(*shape) * 0.5 for shape in layer.infer(*shapes).weights.values()]


def simple_step(x, states, kernel, recurrent, bias):
    h = np.tanh(x @ kernel + bias + states[0] @ recurrent)
    return [h]


def lstm_step(x, states, kernel, recurrent, bias):
    h, c = states
    i, f, g, o = np.split(x @ kernel + bias + h @ recurrent, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return [sigmoid(o) * np.tanh(c), c]


def gru_step(x, states, kernel, recurrent, bias):
    (h,) = states
    x_z, x_r, x_h = np.split(x @ kernel + bias[0], 3, axis=-1)
    h_z, h_r, h_h = np.split(h @ recurrent + bias[1], 3, axis=-1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    return [z * h + (1 - z) * np.tanh(x_h + r * h_h)]


def gru_before_step(x, states, kernel, recurrent, bias):
    (h,) = states
    units = h.shape[-1]
    x_z, x_r, x_h = np.split(x @ kernel + bias, 3, axis=-1)
    z = sigmoid(x_z + h @ recurrent[:, :units])
    r = sigmoid(x_r + h @ recurrent[:, units : 2 * units])
    return [z * h + (1 - z) * np.tanh(x_h + (r * h) @ recurrent[:, 2 * units :])]


FORMULAS = [
    ("SimpleRNN", {}, simple_step, 1), ("LSTM", {}, lstm_step, 2), ("GRU", {}, gru_step, 1),
    ("GRU", {"reset_after": False}, gru_before_step, 1),
]  # fmt: skip
NAMES = ["SimpleRNN", "LSTM", "GRU", "GRU before"]


def by_hand(step, x, weights, states, mask=None, zero=False, backwards=False):
    """(outputs of all steps in the order of reading, last states), one step after the other."""
    steps = range(x.shape[1])[::-1] if backwards else range(x.shape[1])
    outputs = []
    for t in steps:
        new = step(x[:, t], states, *weights)
        if mask is None:
            states = new
            outputs.append(new[0])
            continue
        kept = mask[:, t : t + 1]
        outputs.append(np.where(kept, new[0], 0 if zero else states[0]))
        states = [np.where(kept, a, b) for a, b in zip(new, states, strict=True)]
    return np.stack(outputs, axis=1), states


def start(n, units, count):
    return [np.zeros((n, units), "float32") for _ in range(count)]


@pytest.mark.parametrize(("kind", "config", "step", "count"), FORMULAS, ids=NAMES)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_the_loop_is_the_formula(kind, config, step, count, backwards, zero, masked):
    x = drawn(3, 4, 2)
    mask = np.array([[0, 1, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]], bool) if masked else None
    flags = {"return_sequences": True, "return_state": True, "go_backwards": backwards, "zero_output_for_mask": zero}
    layer = shapecheck.layer(kind, units=5, **config, **flags)
    weights = weights_of(layer, x.shape)
    run = layer.run(x, weights=weights, mask=mask)
    expected, states = by_hand(step, x, weights, start(3, 5, count), mask, zero, backwards)
    for got, wanted in zip(run.outputs, [expected, *states], strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-5)
    last = shapecheck.layer(kind, units=5, **config, **(flags | {"return_sequences": False, "return_state": False}))
    np.testing.assert_allclose(last.run(x, weights=weights, mask=mask).outputs[0], expected[:, -1], atol=1e-5)
    assert (run.masks[0] is None) == (mask is None)
    assert run.masks[1:] == [None] * count


@pytest.mark.parametrize(("kind", "config", "step", "count"), FORMULAS, ids=NAMES)
def test_a_sequence_may_be_cut_in_two_with_the_states_handed_on(kind, config, step, count):
    x = drawn(2, 6, 3)
    layer = shapecheck.layer(kind, units=4, return_sequences=True, return_state=True, **config)
    weights = weights_of(layer, x.shape)
    whole = layer.run(x, weights=weights).outputs
    first, *states = layer.run(x[:, :2], weights=weights).outputs
    rest, *last = layer.run(x[:, 2:], initial_state=states, weights=weights).outputs
    np.testing.assert_allclose(np.concatenate([first, rest], axis=1), whole[0], atol=1e-6)
    for a, b in zip(last, whole[1:], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize(("kind", "config", "step", "count"), FORMULAS, ids=NAMES)
def test_a_cell_is_one_step(kind, config, step, count):
    x, states = drawn(3, 2), [drawn(3, 4) for _ in range(count)]
    cell = shapecheck.layer(f"{kind}Cell", units=4, **config)
    weights = weights_of(cell, x.shape, *[s.shape for s in states])
    run = cell.run(x, states=states, weights=weights)
    expected = step(x, states, *weights)
    for got, wanted in zip(run.outputs, [expected[0], *expected], strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-6)


def test_stacked_cells_are_layers_one_after_another():
    x = drawn(2, 5, 3)
    mask = np.array([[1, 0, 1, 1, 0], [0, 1, 1, 0, 1]], bool)
    cells = [{"LSTMCell": 4}, {"GRUCell": 3}, {"SimpleRNNCell": 2}]
    together = shapecheck.layer("RNN", cell=cells, return_sequences=True, return_state=True)
    weights = weights_of(together, x.shape)
    assert list(together.infer(x.shape).weights)[::3] == [
        "stacked_rnn_cells/lstm_cell/kernel", "stacked_rnn_cells/gru_cell/kernel",
        "stacked_rnn_cells/simple_rnn_cell/kernel",
    ]  # fmt: skip
    y, states = x, []
    for place, kind in enumerate(["LSTM", "GRU", "SimpleRNN"]):
        units = [4, 3, 2][place]
        alone = shapecheck.layer(kind, units=units, return_sequences=True, return_state=True)
        y, *own = alone.run(y, weights=weights[3 * place : 3 * place + 3], mask=mask).outputs
        states += own
    run = together.run(x, weights=weights, mask=mask)
    for got, wanted in zip(run.outputs, [y, *states], strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-6)


def test_stacks_stand_in_stacks_and_names_are_counted():
    cells = [{"StackedRNNCells": {"cells": [{"GRUCell": 4}, {"GRUCell": 3}]}}, {"GRUCell": {"units": 2, "name": "top"}}]
    layer = shapecheck.layer("RNN", cell=cells, return_state=True)
    result = layer.infer((2, 5, 3))
    assert result.outputs == [(2, 2), (2, 4), (2, 3), (2, 2)]
    assert [path.removesuffix("/kernel") for path in result.weights if path.endswith("/kernel")] == [
        "stacked_rnn_cells/stacked_rnn_cells/gru_cell", "stacked_rnn_cells/stacked_rnn_cells/gru_cell_1",
        "stacked_rnn_cells/top",
    ]  # fmt: skip


# Calls -----------------------------------------------------------------------------------------------------------


def test_states_are_given_by_name_in_a_row_or_in_a_list():
    layer = shapecheck.layer("LSTM", units=4)
    x, h, c = (None, 5, 3), (None, 4), (None, 4)
    for call in [((x,), {"initial_state": [h, c]}), ((x, h, c), {}), (([x, h, c],), {}),
                 ((), {"sequence": x, "initial_state": [h, c]})]:  # fmt: skip
        assert layer.infer(*call[0], **call[1]).outputs == [(None, 4)]
    assert shapecheck.layer("GRU", units=4).infer(x, initial_state=h).outputs == [(None, 4)]
    stacked = shapecheck.layer("RNN", cell=[{"LSTMCell": 4}, {"GRUCell": 2}])
    assert stacked.infer(x, initial_state=[[h, c], [(None, 2)]]).outputs == [(None, 2)]
    assert layer.infer(x, initial_state=[]).outputs == [(None, 4)]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"initial_state": [(None, 4)]}, "SC208"),
        ({"initial_state": [(None, 4), (None, 5)]}, "SC301"),
        ({"initial_state": [(None, 4), (None, 4, 4)]}, "SC302"),
        ({"states": [(None, 4), (None, 4)]}, "SC212"),
    ],
)
def test_states_that_do_not_fit_are_refused(call, code):
    layer = shapecheck.layer("LSTM", units=4)
    with pytest.raises(shapecheck.ShapecheckError) as refused:
        layer.infer((None, 5, 3), **call)
    assert refused.value.code == code


def test_a_mask_is_not_looked_at_where_states_are_given_except_in_keras_2():
    x, h, mask = drawn(2, 4, 3), drawn(2, 4), np.array([[1, 0, 1, 0], [0, 1, 0, 0]], bool)
    layer = shapecheck.layer("SimpleRNN", units=4)
    weights = weights_of(layer, x.shape)
    free, held = layer.run(x, h, weights=weights), layer.run(x, h, weights=weights, mask=mask)
    np.testing.assert_array_equal(free.outputs[0], held.outputs[0])
    older = shapecheck.layer("SimpleRNN", keras=2, units=4).run(x, h, weights=weights, mask=mask)
    expected, _ = by_hand(simple_step, x, weights, [h], mask)
    np.testing.assert_allclose(older.outputs[0], expected[:, -1], atol=1e-6)


def test_keras_2_has_other_defaults_and_names():
    layer = shapecheck.layer("GRU", keras=2, output_dim=4, inner_activation="tanh", U_regularizer="l2", input_length=5)
    assert layer.infer((2, 5, 3)).weights["gru_cell/bias"] == (12,)
    assert layer.config["recurrent_activation"] == "tanh"
    plain = shapecheck.layer("LSTM", keras=2, units=4)
    assert plain.config["recurrent_activation"] == "hard_sigmoid"
    again = shapecheck.layer("LSTM", keras=2, **plain.config)
    assert again.infer((2, 5, 3)).outputs == plain.infer((2, 5, 3)).outputs
    with pytest.raises(shapecheck.SpecError):
        shapecheck.layer("LSTM", units=4, time_major=False)


def test_one_tensor_for_both_states_is_what_keras_3_alone_accepts():
    with pytest.raises(shapecheck.ShapecheckError):
        shapecheck.layer("LSTMCell", units=4).infer((None, 3), (None, 4))
    cell = shapecheck.layer("LSTMCell", keras=3, units=4)
    result = cell.infer((None, 3), (None, 4))
    assert result.outputs == [(None, 4)] * 3
    x, s = drawn(3, 2), drawn(3, 4)
    weights = weights_of(cell, x.shape, s.shape)
    expected = lstm_step(x, [s[0], s[1]], *weights)
    np.testing.assert_allclose(cell.run(x, s, weights=weights).outputs[1], expected[0], atol=1e-6)
    with pytest.raises(shapecheck.ShapeError):
        cell.infer((1, 3), (1, 4))


def test_a_stateful_layer_wants_a_fixed_batch():
    layer = shapecheck.layer("LSTM", units=4, stateful=True)
    assert layer.infer((2, None, 3)).outputs == [(2, 4)]
    with pytest.raises(shapecheck.ShapeError) as refused:
        layer.infer((None, 5, 3))
    assert refused.value.code == "SC308"


def test_images_of_a_conv_lstm_have_fixed_sizes():
    layer = shapecheck.layer("ConvLSTM2D", filters=2, kernel_size=3)
    assert layer.infer((None, None, "H", 8, 3)).outputs[0][2] == 6
    with pytest.raises(shapecheck.ShapeError) as refused:
        layer.infer((None, 4, None, 8, 3))
    assert refused.value.code == "SC308"


def test_a_sequence_of_no_steps_gives_the_first_states():
    for kind in ("SimpleRNN", "LSTM", "GRU"):
        layer = shapecheck.layer(kind, units=4, return_state=True)
        run = layer.run(np.zeros((2, 0, 3), "float32"))
        assert all(not y.any() and y.shape == (2, 4) for y in run.outputs)
        assert shapecheck.layer(kind, units=4, return_sequences=True).run(np.zeros((2, 0, 3))).outputs[0].shape == (
            2,
            0,
            4,
        )


# Random configurations -------------------------------------------------------------------------------------------

flags = st.booleans()
cells = st.sampled_from(
    [{"LSTMCell": 2}, {"GRUCell": 3}, {"GRUCell": {"units": 2, "reset_after": False}}, {"SimpleRNNCell": 4}]
)
loops = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("return_sequences", "return_state", "go_backwards", "zero_output_for_mask"), flags)
)
one = st.one_of(
    st.tuples(st.sampled_from(["SimpleRNN", "LSTM", "GRU"]), st.integers(1, 4), loops).map(
        lambda drawn: {drawn[0]: {"units": drawn[1], **drawn[2]}}
    ),
    st.tuples(st.one_of(cells, st.lists(cells, min_size=1, max_size=3)), loops).map(
        lambda d: {"RNN": {"cell": d[0], **d[1]}}
    ),
)


@given(one, flags, st.tuples(st.integers(1, 3), st.integers(0, 4), st.integers(1, 3)), flags)
def test_inference_is_execution(spec, wrapped, shape, masked):
    (kind, config), *_ = spec.items()
    config = {name: value for name, value in config.items() if not (wrapped and name == "go_backwards")}
    layer = shapecheck.layer("Bidirectional", layer={kind: config}) if wrapped else shapecheck.layer(kind, **config)
    mask = np.arange(shape[0] * shape[1]).reshape(shape[:2]) % 2 == 0 if masked else None
    result = layer.infer(shape, mask=shape[:2] if masked else None)
    run = layer.run(np.ones(shape, "float32"), mask=mask)
    assert [y.shape for y in run.outputs] == result.outputs
    assert [y.dtype.name for y in run.outputs] == result.dtypes
    assert [None if m is None else m.shape for m in run.masks] == result.masks


values = st.sampled_from(
    [None, 0, -1, 2.5, "x", True, [], {}, [3], {"Dense": 3}, {"LSTM": 0}, {"LSTM": 3}, float("nan"), 1 << 70]
)


@given(
    st.sampled_from(["LSTM", "GRU", "SimpleRNN", "RNN", "StackedRNNCells", "Bidirectional", "TimeDistributed", "ConvLSTM2D"]),
    st.dictionaries(
        st.sampled_from(
            ["units", "cell", "cells", "layer", "backward_layer", "merge_mode", "dropout", "activation", "filters",
             "kernel_size", "return_state", "return_sequences", "seed", "use_cudnn", "implementation", "padding"]
        ),
        values,
    ),
)  # fmt: skip
def test_nothing_that_is_given_makes_a_traceback(kind, config):
    try:
        layer = shapecheck.layer(kind, **config)
        result = layer.infer((2, 4, 3, 3, 2) if kind == "ConvLSTM2D" else (2, 4, 3))
    except shapecheck.ShapecheckError as refused:
        assert refused.code != "SC902"
    else:
        assert result.outputs

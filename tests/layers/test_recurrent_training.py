"""Recurrent layers in training, how their weights start, their penalties, their cost, their dtypes, and ConvLSTM."""

import numpy as np
import pytest

import shapecheck

RNG = np.random.default_rng(6)


def drawn(*shape):
    return RNG.standard_normal(shape).astype("float32")


def weights_of(layer, *shapes):
    return [drawn(*shape) * 0.5 for shape in layer.infer(*shapes).weights.values()]


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_dropout_multiplies_all_steps_by_one_pattern(kind):
    x = np.ones((4, 6, 50), "float32")
    layer = shapecheck.layer(kind, units=3, dropout=0.5, return_sequences=True)
    weights = weights_of(layer, x.shape)
    once, again = (layer.run(x, weights=weights, training=True, seed=3).outputs[0] for _ in range(2))
    np.testing.assert_array_equal(once, again)
    still = layer.run(x, weights=weights).outputs[0]
    assert not np.allclose(once, still)
    # an input that is 0 cannot be dropped, and equal steps under one pattern stay equal
    np.testing.assert_allclose(layer.run(0 * x, weights=weights, training=True).outputs[0],
                               layer.run(0 * x, weights=weights).outputs[0], atol=1e-6)  # fmt: skip


def test_a_rate_of_one_drops_all_in_a_simple_rnn_and_nothing_in_gates():
    x = drawn(2, 3, 4)
    for kind, kept in (("SimpleRNN", False), ("LSTM", True), ("GRU", True)):
        layer = shapecheck.layer(kind, units=3, dropout=1.0, bias_initializer="ones")
        weights = weights_of(layer, x.shape)
        expected = layer.run(x if kept else 0 * x, weights=weights).outputs[0]
        np.testing.assert_allclose(layer.run(x, weights=weights, training=True).outputs[0], expected, atol=1e-6)


def test_the_mean_over_patterns_of_dropout_is_the_input():
    x = np.ones((4000, 1, 4), "float32")
    layer = shapecheck.layer("SimpleRNN", units=2, dropout=0.3, activation="linear")
    weights = weights_of(layer, x.shape)
    mean = layer.run(x, weights=weights, training=True).outputs[0].mean(axis=0)
    np.testing.assert_allclose(mean, layer.run(x[:1], weights=weights).outputs[0][0], atol=0.08)


def test_the_bias_of_the_forget_gate_starts_at_one():
    from shapecheck.executors import numpy_layer

    layer = shapecheck.layer("LSTM", units=2, bias_initializer="zeros")
    applied = layer._layer.weights((2, 5, 3))
    made = numpy_layer.start_weights(layer._layer, dict(applied), (0,))
    np.testing.assert_array_equal(made["lstm_cell/bias"], [0, 0, 1, 1, 0, 0, 0, 0])
    q = made["lstm_cell/recurrent_kernel"]
    np.testing.assert_allclose(q @ q.T, np.eye(2), atol=1e-5)


def test_penalties_are_those_of_the_layer_that_has_the_weight():
    x = drawn(2, 4, 3)
    layer = shapecheck.layer("LSTM", units=2, kernel_regularizer={"L2": 0.5}, recurrent_regularizer={"L1": 0.25},
                             activity_regularizer={"L2": 1.0})  # fmt: skip
    kernel, recurrent, _ = weights = weights_of(layer, x.shape)
    run = layer.run(x, weights=weights)
    losses = {loss.label: float(loss) for loss in run.losses}
    assert np.isclose(losses["LSTM/lstm_cell/kernel"], 0.5 * np.sum(kernel**2))
    assert np.isclose(losses["LSTM/lstm_cell/recurrent_kernel"], 0.25 * np.sum(np.abs(recurrent)))
    assert np.isclose(losses["LSTM"], np.sum(run.outputs[0] ** 2) / 2)
    both = shapecheck.layer("Bidirectional", layer={"LSTM": {"units": 2, "activity_regularizer": {"L2": 1.0}}})
    parts = both.run(x).losses
    assert [loss.label for loss in parts] == ["Bidirectional:forward_lstm", "Bidirectional:backward_lstm"]
    simple = shapecheck.layer("SimpleRNN", units=2, activity_regularizer="l2")
    assert simple.run(x).losses == []  # as in Keras 3.15


# Cost and dtypes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "gates"), [("SimpleRNN", 1), ("GRU", 3), ("LSTM", 4)])
def test_the_cost_is_that_of_the_products_of_every_step(kind, gates):
    layer = shapecheck.layer(kind, units=5)._layer
    assert layer.macs((2, 7, 3)) == 2 * 7 * (3 + 5) * gates * 5


def test_the_cost_of_a_conv_lstm_counts_both_convolutions_at_every_place():
    layer = shapecheck.layer("ConvLSTM2D", filters=2, kernel_size=[2, 3], strides=[1, 2])._layer
    rows, columns = 5 - 2 + 1, (6 - 3) // 2 + 1
    assert layer.macs((2, 7, 5, 6, 3)) == 2 * 7 * rows * columns * 2 * 3 * (3 + 2) * 4 * 2


def test_dtypes_are_those_of_the_policy():
    for dtype, wanted in (("float16", "float16"), ("float64", "float64"), ("mixed_float16", "float16")):
        layer = shapecheck.layer("LSTM", units=2, dtype=dtype, return_state=True)
        assert layer.infer((2, 4, 3)).dtypes == [wanted] * 3
        assert {y.dtype.name for y in layer.run(drawn(2, 4, 3)).outputs} == {wanted}
    whole = shapecheck.layer("GRU", units=2).run(np.ones((2, 4, 3), "int32"))
    assert whole.outputs[0].dtype == "float32"


def test_conv_lstm_is_an_lstm_where_images_have_one_value():
    x = drawn(3, 4, 2)
    images = shapecheck.layer("ConvLSTM1D", filters=5, kernel_size=1, return_sequences=True, return_state=True)
    vectors = shapecheck.layer("LSTM", units=5, return_sequences=True, return_state=True)
    weights = weights_of(vectors, x.shape)
    spread = [weights[0][None], weights[1][None], weights[2]]
    got = images.run(x[:, :, None], weights=spread)
    for a, b in zip(got.outputs, vectors.run(x, weights=weights).outputs, strict=True):
        np.testing.assert_allclose(a.reshape(b.shape), b, atol=1e-5)


def test_channels_first_is_channels_last_turned():
    x = drawn(2, 3, 4, 5, 2)
    config = {"filters": 3, "kernel_size": [2, 3], "padding": "same", "return_sequences": True, "return_state": True}
    last, first = (shapecheck.layer("ConvLSTM2D", **config, data_format=f"channels_{end}") for end in ("last", "first"))
    weights = weights_of(last, x.shape)
    a, b = last.run(x, weights=weights), first.run(np.moveaxis(x, -1, 2), weights=weights)
    for u, v in zip(a.outputs, b.outputs, strict=True):
        np.testing.assert_allclose(np.moveaxis(v, u.ndim - 3, -1), u, atol=1e-5)


def test_dropout_of_a_conv_lstm_runs_in_both_formats():
    for form, shape in (("channels_last", (2, 3, 4, 5)), ("channels_first", (2, 3, 5, 4))):
        config = {"filters": 3, "kernel_size": 2, "dropout": 0.5, "recurrent_dropout": 0.5, "data_format": form}
        layer = shapecheck.layer("ConvLSTM1D", **config)
        x, weights = drawn(*shape), weights_of(layer, shape)
        trained = layer.run(x, weights=weights, training=True).outputs[0]
        assert trained.shape == layer.infer(shape).outputs[0]
        assert not np.allclose(trained, layer.run(x, weights=weights).outputs[0])


def test_masks_of_the_wrong_size_are_refused():
    for layer in (shapecheck.layer("LSTM", units=2), shapecheck.layer("TimeDistributed", layer={"Dense": 2})):
        with pytest.raises(shapecheck.ShapeError) as refused:
            layer.run(drawn(2, 4, 3), mask=np.ones((2, 3), bool))
        assert refused.value.code == "SC405"

"""The names of Keras 1 and 2: each stands for an argument that exists, and a layer written in them is today's layer."""

import gzip
import json
import pathlib

import numpy as np
import pytest

import shapecheck
from shapecheck import layers, legacy


@pytest.mark.parametrize("kind", sorted(legacy.RENAMED))
def test_each_old_name_stands_for_an_argument_of_today(kind):
    known = layers.found(kind).parameters
    assert {*legacy.RENAMED[kind].values()} <= {*known}
    assert not {*legacy.RENAMED[kind]} & {*known}


@pytest.mark.parametrize("kind", sorted({*legacy.KINDS.values(), *legacy.MERGES.values()}))
def test_each_old_kind_is_a_layer_of_today(kind):
    assert layers.found(kind)


# What Keras 2.2.4 turns the calls of Keras 1 into.
SAME = [
    ("Dense", {"output_dim": 3, "init": "uniform", "bias": False, "W_constraint": {"name": "MaxNorm", "m": 2}},
     "Dense", {"units": 3, "kernel_initializer": "uniform", "use_bias": False, "kernel_constraint":
               {"class_name": "MaxNorm", "config": {"max_value": 2}}}),
    ("TimeDistributedDense", {"output_dim": 3}, "Dense", {"units": 3}),
    ("Convolution1D", {"nb_filter": 4, "filter_length": 3, "subsample_length": 2, "border_mode": "same"},
     "Conv1D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}),
    ("Convolution2D", {"nb_filter": 4, "nb_row": 3, "nb_col": 5, "subsample": [1, 2], "dim_ordering": "tf"},
     "Conv2D", {"filters": 4, "kernel_size": [3, 5], "strides": [1, 2], "data_format": "tf"}),
    ("Convolution3D", {"nb_filter": 4, "kernel_dim1": 1, "kernel_dim2": 2, "kernel_dim3": 3},
     "Conv3D", {"filters": 4, "kernel_size": [1, 2, 3]}),
    ("AtrousConvolution2D", {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "atrous_rate": [2, 2]},
     "Conv2D", {"filters": 4, "kernel_size": [3, 3], "dilation_rate": [2, 2]}),
    ("Deconvolution2D", {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "output_shape": [None, 4, 9, 9]},
     "Conv2DTranspose", {"filters": 4, "kernel_size": [3, 3]}),
    ("SeparableConvolution2D", {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "depth_multiplier": 2},
     "SeparableConv2D", {"filters": 4, "kernel_size": [3, 3], "depth_multiplier": 2}),
    ("MaxPooling1D", {"pool_length": 3, "stride": 2, "border_mode": "same"},
     "MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}),
    ("UpSampling1D", {"length": 3}, "UpSampling1D", {"size": 3}),
    ("ZeroPadding2D", {"padding": {"top_pad": 1, "left_pad": 2}}, "ZeroPadding2D", {"padding": [[1, 0], [2, 0]]}),
    ("ZeroPadding2D", {"padding": [1, 2, 3, 4]}, "ZeroPadding2D", {"padding": [[1, 2], [3, 4]]}),
    ("LSTM", {"output_dim": 3, "inner_init": "orthogonal", "inner_activation": "sigmoid", "consume_less": "gpu",
              "forget_bias_init": "one", "dropout_W": 0.1, "dropout_U": 0.2},
     "LSTM", {"units": 3, "recurrent_initializer": "orthogonal", "recurrent_activation": "sigmoid", "implementation": 2,
              "dropout": 0.1, "recurrent_dropout": 0.2, "unit_forget_bias": True}),
    ("GRU", {"output_dim": 3, "input_dim": 5, "input_length": 7}, "GRU", {"units": 3, "input_shape": [7, 5]}),
    ("GRU", {"output_dim": 3, "input_dim": 5, "input_length": 7, "batch_input_shape": [None, 7, 5]},
     "GRU", {"units": 3, "batch_input_shape": [None, 7, 5]}),
    ("BatchNormalization", {"mode": 0, "gamma_init": "one", "beta_init": "zero"},
     "BatchNormalization", {"gamma_initializer": "one", "beta_initializer": "zero"}),
    ("Dropout", {"p": 0.5}, "Dropout", {"rate": 0.5}),
    ("GaussianNoise", {"sigma": 0.5}, "GaussianNoise", {"stddev": 0.5}),
    ("Merge", {"mode": "concat", "concat_axis": 1}, "Concatenate", {"axis": 1}),
    ("Merge", {"mode": "cos", "dot_axes": 1}, "Dot", {"axes": 1, "normalize": True}),
    ("Merge", {"mode": "sum", "output_shape": None, "arguments": {}, "name": "m"}, "Add", {"name": "m"}),
    ("Conv2D", {"filters": 3, "kernel_size": 2}, "Conv2D", {"filters": 3, "kernel_size": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "config", "now", "then"), SAME, ids=[str(number) for number in range(len(SAME))])
def test_a_layer_of_keras_1_is_a_layer_of_today(kind, config, now, then):
    made, renewed, _ = legacy.today(kind, config)
    assert (made, renewed) == (now, then)
    assert legacy.today(made, renewed)[:2] == (now, then)  # and stays it


def test_a_model_of_keras_1():
    report = shapecheck.check(
        text="""
keras: 2
layers:
  - Convolution2D: {nb_filter: 8, nb_row: 3, nb_col: 5, border_mode: same, dim_ordering: th, input_shape: [3, 32, 40]}
  - MaxPooling2D: {dim_ordering: th}
  - AtrousConvolution2D: {nb_filter: 6, nb_row: 3, nb_col: 3, atrous_rate: [2, 2], dim_ordering: th, name: wide}
  - Flatten
  - RepeatVector: 4
  - TimeDistributed: {layer: {TimeDistributedDense: {output_dim: 5}}}
  - LSTM: {output_dim: 7, inner_activation: sigmoid, consume_less: gpu, name: steps}
"""
    )
    assert report.ok, report.diagnostics
    assert report.shapes["wide"][1:] == (6, 12, 16)
    assert report.shapes["steps"][1:] == (7,)
    assert report.layers["wide"].params == 3 * 3 * 8 * 6 + 6


def test_a_merge_of_keras_1_reads_a_list():
    report = shapecheck.check(
        text="""
keras: 2
layers:
  - Input: {shape: [4, 3], name: a}
  - Input: {shape: [4, 5], name: b}
  - Merge: {mode: concat, concat_axis: -1, inputs: [a, b], name: both}
"""
    )
    assert report.shapes["both"][1:] == (4, 8)


def test_the_first_layer_of_a_sequence_makes_its_input():
    text = (
        "keras: 2\nlayers:\n  - LSTM: {output_dim: 7, input_dim: 5, input_length: 9, return_sequences: true, name: x}\n"
    )
    assert shapecheck.check(text=text).shapes["x"][1:] == (9, 7)


def test_what_is_wrong_is_said_in_the_words_that_were_written():
    text = "keras: 2\nlayers:\n  - Input: {shape: [4]}\n  - Dense: {output_dim: -3}\n"
    (found,) = shapecheck.check(text=text).diagnostics
    assert "`output_dim`" in found.message
    assert (found.span.line, found.span.column) == (4, 25)
    (found,) = shapecheck.check(text=text.replace("keras: 2", "keras: 3")).diagnostics
    assert found.code == "SC111"
    assert "did you mean `units`?" in found.help


def test_layers_alone_have_the_old_names_too():
    assert shapecheck.layer("TimeDistributedDense", keras=2, output_dim=3).infer((None, 7, 5)).outputs == [(None, 7, 3)]
    assert shapecheck.layer("Dense", keras=2, output_dim=3).config["units"] == 3


# Layers that Keras 3 left behind --------------------------------------------------------------------------------------

FACTS = json.loads(gzip.decompress((pathlib.Path(__file__).parent / "data" / "legacy_keras2.json.gz").read_bytes()))


@pytest.mark.parametrize("fact", FACTS, ids=[f"{number}-{fact['kind']}" for number, fact in enumerate(FACTS)])
def test_locally_connected_layers_give_the_numbers_of_tf_keras(fact):
    layer = shapecheck.layer(fact["kind"], keras=2, **fact["config"])
    y = layer.run(np.array(fact["x"], "float32"), weights=[np.array(w, "float32") for w in fact["weights"]]).outputs[0]
    np.testing.assert_allclose(y, fact["y"], rtol=1e-4, atol=1e-5)


def test_a_weight_for_each_place_needs_to_know_how_many_there_are():
    report = shapecheck.check(
        text="layers:\n  - Input: {shape: [~, 3]}\n  - LocallyConnected1D: {filters: 2, kernel_size: 3}\n"
    )
    assert [found.code for found in report.diagnostics] == ["SC308"]


def test_a_highway_that_carries_everything_changes_nothing():
    x = np.random.default_rng(0).standard_normal((3, 4)).astype("float32")
    layer = shapecheck.layer("Highway", activation="tanh")
    w, zero = np.eye(4, dtype="float32"), np.zeros((4, 4), "float32")
    shut, open_ = np.full(4, -1e3, "float32"), np.full(4, 1e3, "float32")
    np.testing.assert_allclose(layer.run(x, weights=[w, zero, np.zeros(4), shut]).outputs[0], x, atol=1e-6)
    np.testing.assert_allclose(layer.run(x, weights=[w, zero, np.zeros(4), open_]).outputs[0], np.tanh(x), atol=1e-6)
    half = layer.run(x, weights=[w, zero, np.zeros(4), np.zeros(4)]).outputs[0]
    np.testing.assert_allclose(half, (x + np.tanh(x)) / 2, atol=1e-6)


def test_a_maxout_takes_the_largest_of_its_products():
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((3, 4)), rng.standard_normal((2, 4, 5)), rng.standard_normal((2, 5))
    y = shapecheck.layer("MaxoutDense", output_dim=5, nb_feature=2).run(x.astype("float32"), weights=[w, b]).outputs[0]
    np.testing.assert_allclose(y, np.maximum(x @ w[0] + b[0], x @ w[1] + b[1]), rtol=1e-4, atol=1e-5)


# Keras 2.2.4 converts the weights of its fused layers like this when it loads them into the plain ones, and back.


def as_plain(weights, gates):
    kernel, recurrent, bias = weights
    kernels = [part.T.reshape(part.shape, order="F") for part in np.split(kernel, gates, 1)]
    states = [part.T for part in np.split(recurrent, gates, 1)]
    return [np.hstack(kernels), np.hstack(states), bias.reshape(2, -1) if gates == 3 else sum(np.split(bias, 2))]


@pytest.mark.parametrize(("fused", "plain", "gates"), [("CuDNNGRU", "GRU", 3), ("CuDNNLSTM", "LSTM", 4)])
def test_a_fused_layer_is_the_plain_one_with_its_weights_laid_out_anew(fused, plain, gates):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((2, 5, 3)).astype("float32")
    weights = [rng.standard_normal(s).astype("float32") for s in ((3, 4 * gates), (4, 4 * gates), (8 * gates,))]
    config = {"return_sequences": True, "return_state": True, "go_backwards": True}
    own = {"reset_after": True} if gates == 3 else {}
    given = shapecheck.layer(fused, keras=2, units=4, **config).run(x, weights=weights)
    known = shapecheck.layer(plain, units=4, **own, **config).run(x, weights=as_plain(weights, gates))
    for a, b in zip(given.outputs, known.outputs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_the_forget_gate_of_a_fused_lstm_starts_open():
    found = shapecheck.layer("CuDNNLSTM", keras=2, units=2)
    plain = shapecheck.layer("LSTM", units=2, bias_initializer="zeros")
    x, zeros = np.ones((1, 3, 2), "float32"), [np.zeros((2, 8)), np.zeros((2, 8))]
    bias = np.array([0] * 10 + [1, 1] + [0] * 4)
    np.testing.assert_allclose(found.run(x, weights=[*zeros, bias]).outputs[0], plain.run(
        x, weights=[*zeros, np.array([0, 0, 1, 1, 0, 0, 0, 0])]).outputs[0])  # fmt: skip


def test_a_fused_layer_takes_no_mask():
    text = "keras: 2\nlayers:\n  - Input: {shape: [4, 3]}\n  - Masking\n  - CuDNNLSTM: 2\n"
    assert [found.code for found in shapecheck.check(text=text).diagnostics] == ["SC402"]

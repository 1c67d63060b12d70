"""Convolutions against their definitions, written here as sums over plain indices."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecheck
from shapecheck import layer

FEW = settings(max_examples=60, deadline=None)


def refused(code, call, *args, **kwargs):
    with pytest.raises(shapecheck.ShapecheckError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code, caught.value
    return caught.value


def run(kind, config, x, weights):
    return layer(kind, **config).run(x, weights=weights).outputs[0]


def same_left(n, k, stride, dilation):
    """TensorFlow's documentation of SAME: what the last window lacks is shared, the odd one goes after."""
    out = math.ceil(n / stride)
    return out, max((out - 1) * stride + (k - 1) * dilation + 1 - n, 0) // 2


def geometry(n, k, stride, dilation, padding):
    """(number of places, where the first window starts)."""
    if padding == "valid":
        return len([s for s in range(0, n, stride) if s + (k - 1) * dilation < n]), 0
    if padding == "causal":
        return math.ceil(n / stride), (k - 1) * dilation
    return same_left(n, k, stride, dilation)


def by_definition(x, kernel, strides, dilation, padding, groups=1):
    """Sums over plain indices, and how many products they take."""
    *sizes, channels, filters = kernel.shape
    axes = [geometry(n, *rest, padding) for n, *rest in zip(x.shape[1:-1], sizes, strides, dilation, strict=True)]
    counts = [count for count, _ in axes]
    y = np.zeros((len(x), *counts, filters))
    products = 0
    for place in itertools.product(*map(range, counts)):
        for tap in itertools.product(*map(range, sizes)):
            at = [o * s + t * d - left for o, s, t, d, (_, left) in zip(place, strides, tap, dilation, axes, strict=True)]
            inside = all(0 <= i < n for i, n in zip(at, x.shape[1:-1], strict=True))
            for f in range(filters):
                group = f * groups // filters
                for c in range(channels):
                    products += len(x)
                    if inside:
                        y[:, *place, f] += x[:, *at, group * channels + c] * kernel[*tap, c, f]
    return y, products


def arrays(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype("float32") for shape in shapes]


@st.composite
def convolutions(draw, most_rank=3):
    rank = draw(st.integers(1, most_rank))
    top = 3 if rank < 3 else 2
    sizes = [draw(st.integers(1, 6 if rank < 3 else 3)) for _ in range(rank)]
    kernel = [draw(st.integers(1, top)) for _ in range(rank)]
    dilated = draw(st.booleans())
    config = {
        "kernel_size": kernel,
        "strides": [1 if dilated else draw(st.integers(1, 3)) for _ in range(rank)],
        "dilation_rate": [draw(st.integers(1, 3)) if dilated else 1 for _ in range(rank)],
        "padding": draw(st.sampled_from(["valid", "same"])),
    }
    return rank, sizes, config


@given(convolutions(), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), st.booleans())
@FEW
def test_convolution_is_its_definition_and_costs_what_it_multiplies(case, groups, channels, filters, causal):
    rank, sizes, config = case
    if rank == 1 and causal:
        config["padding"] = "causal"
    reach = [(k - 1) * d + 1 for k, d in zip(config["kernel_size"], config["dilation_rate"], strict=True)]
    assume(config["padding"] != "valid" or all(n >= r for n, r in zip(sizes, reach, strict=True)))
    x, kernel, bias = arrays(
        (2, *sizes, groups * channels), (*config["kernel_size"], channels, groups * filters), (groups * filters,)
    )
    expected, products = by_definition(
        x, kernel, config["strides"], config["dilation_rate"], config["padding"], groups
    )
    config |= {"filters": groups * filters, "groups": groups}
    assert np.allclose(run(f"Conv{rank}D", config, x, [kernel, bias]), expected + bias, atol=1e-4)
    assert layer(f"Conv{rank}D", **config)._layer.macs(x.shape) == products


@given(convolutions(2), st.integers(1, 3), st.integers(1, 3))
@FEW
def test_depthwise_convolution_is_a_convolution_of_each_channel(case, channels, multiplier):
    rank, sizes, config = case
    reach = [(k - 1) * d + 1 for k, d in zip(config["kernel_size"], config["dilation_rate"], strict=True)]
    assume(config["padding"] != "valid" or all(n >= r for n, r in zip(sizes, reach, strict=True)))
    x, kernel = arrays((2, *sizes, channels), (*config["kernel_size"], channels, multiplier))
    parts = [
        by_definition(x[..., [c]], kernel[..., [c], :], config["strides"], config["dilation_rate"], config["padding"])
        for c in range(channels)
    ]
    config |= {"depth_multiplier": multiplier, "use_bias": False}
    y = run(f"DepthwiseConv{rank}D", config, x, [kernel])
    assert np.allclose(y, np.concatenate([part for part, _ in parts], -1), atol=1e-4)
    assert layer(f"DepthwiseConv{rank}D", **config)._layer.macs(x.shape) == sum(products for _, products in parts)


@given(convolutions(2), st.integers(1, 3), st.integers(1, 2), st.integers(1, 3))
@FEW
def test_separable_convolution_is_depthwise_then_pointwise(case, channels, multiplier, filters):
    rank, sizes, config = case
    reach = [(k - 1) * d + 1 for k, d in zip(config["kernel_size"], config["dilation_rate"], strict=True)]
    assume(config["padding"] != "valid" or all(n >= r for n, r in zip(sizes, reach, strict=True)))
    inner = channels * multiplier
    shape = (*config["kernel_size"], channels, multiplier)
    x, depthwise, pointwise, bias = arrays((2, *sizes, channels), shape, (*[1] * rank, inner, filters), (filters,))
    depth = {"depth_multiplier": multiplier}
    first = run(f"DepthwiseConv{rank}D", config | depth | {"use_bias": False}, x, [depthwise])
    expected = run(f"Conv{rank}D", {"filters": filters, "kernel_size": 1}, first, [pointwise, bias])
    whole = config | depth | {"filters": filters}
    assert np.allclose(run(f"SeparableConv{rank}D", whole, x, [depthwise, pointwise, bias]), expected, atol=1e-4)
    cost = layer(f"DepthwiseConv{rank}D", **config, **depth)._layer.macs(x.shape)
    cost += layer(f"Conv{rank}D", filters=filters, kernel_size=1)._layer.macs(first.shape)
    assert layer(f"SeparableConv{rank}D", **whole)._layer.macs(x.shape) == cost


@given(convolutions(), st.integers(1, 2), st.integers(1, 2), st.data())
@FEW
def test_a_transposed_convolution_is_the_adjoint_of_the_convolution(case, channels, filters, data):
    """<conv(u), x> == <u, transposed(x)> for all u and x: that is what the word means."""
    rank, sizes, config = case
    extra = None
    if config["padding"] == "valid" and data.draw(st.booleans()):
        extra = [data.draw(st.integers(0, s - 1)) for s in config["strides"]]
    transposed = config | {"filters": filters, "use_bias": False, "output_padding": extra}
    x, kernel = arrays((2, *sizes, channels), (*config["kernel_size"], filters, channels))
    y = run(f"Conv{rank}DTranspose", transposed, x, [kernel])
    (u,) = arrays(y.shape, seed=1)
    there = run(f"Conv{rank}D", config | {"filters": channels, "use_bias": False}, u, [kernel])
    assert there.shape == x.shape
    assert np.isclose(np.vdot(there, x), np.vdot(u, y), rtol=1e-3, atol=1e-3)
    # every input value meets every weight of its channel once
    products = math.prod(x.shape) * math.prod(config["kernel_size"]) * filters
    assert layer(f"Conv{rank}DTranspose", **transposed)._layer.macs(x.shape) == products


@pytest.mark.parametrize(
    ("kind", "config", "rank"),
    [
        ("Conv1D", {"filters": 4, "kernel_size": 3, "groups": 2, "dilation_rate": 2}, 1),
        ("Conv2D", {"filters": 4, "kernel_size": [3, 2], "strides": [2, 1], "padding": "same"}, 2),
        ("Conv3D", {"filters": 4, "kernel_size": [1, 2, 3], "lora_rank": 2}, 3),
        ("Conv1DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2}, 1),
        ("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": [2, 3], "output_padding": [1, 0]}, 2),
        ("Conv3DTranspose", {"filters": 3, "kernel_size": 2, "padding": "same", "strides": [1, 2, 3]}, 3),
        ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}, 1),
        ("DepthwiseConv2D", {"kernel_size": [3, 2], "depth_multiplier": 2, "padding": "same"}, 2),
        ("SeparableConv1D", {"filters": 3, "kernel_size": 3}, 1),
        ("SeparableConv2D", {"filters": 3, "kernel_size": [3, 2], "strides": 2}, 2),
    ],
)
def test_channels_first_is_the_same_convolution_turned(kind, config, rank):
    last = (2, *(5, 6, 7)[:rank], 4)
    first = (2, 4, *last[1:-1])
    one, other = layer(kind, **config), layer(kind, **config, data_format="channels_first")
    weights = one.infer(last).weights
    assert other.infer(first).weights == weights
    x, *made = arrays(last, *weights.values())
    y = one.run(x, weights=made).outputs[0]
    turned = other.run(np.moveaxis(x, -1, 1), weights=made).outputs[0]
    assert np.allclose(np.moveaxis(turned, 1, -1), y, atol=1e-5)
    assert other.infer(first).outputs == [turned.shape]
    assert one._layer.macs(last) == other._layer.macs(first)


def test_an_activation_sees_the_array_as_the_user_has_it():
    x, kernel = arrays((2, 3, 5, 4), (1, 1, 3, 6))
    config = {"filters": 6, "kernel_size": 1, "data_format": "channels_first", "use_bias": False}
    y = run("Conv2D", config | {"activation": "softmax"}, x, [kernel])
    assert np.allclose(y.sum(-1), 1)
    glu = layer("Conv2D", **config, activation="glu")
    assert glu.infer((2, 3, 5, 4)).outputs == [(2, 6, 5, 2)]
    assert glu.run(x, weights=[kernel]).outputs[0].shape == (2, 6, 5, 2)


def test_lora_adds_its_product_to_the_frozen_kernel():
    config = {"filters": 4, "kernel_size": 2, "use_bias": False}
    x, kernel, a, b = arrays((1, 5, 3), (2, 3, 4), (2, 3, 2), (2, 4))
    lora = layer("Conv1D", **config, lora_rank=2, lora_alpha=5)
    expected = run("Conv1D", config, x, [kernel + 5 / 2 * (a @ b)])
    assert np.allclose(lora.run(x, weights=[kernel, a, b]).outputs[0], expected, atol=1e-5)
    result = lora.infer((1, 5, 3))
    assert list(result.weights) == ["kernel", "lora_kernel_a", "lora_kernel_b"]
    assert result.trainable_params == 2 * 3 * 2 + 2 * 4
    refused("SC118", layer, "Conv1D", **config, lora_rank=2, kernel_constraint="non_neg")


def test_penalties_of_kernels_are_counted_under_keras_names():
    x, kernel, bias = arrays((1, 4, 2), (3, 2, 2), (4,))
    penalized = layer("DepthwiseConv1D", kernel_size=3, depth_multiplier=2, depthwise_regularizer="l2")
    (loss,) = penalized.run(x, weights=[kernel, bias]).losses
    assert np.isclose(loss, 0.01 * np.square(kernel).sum())
    separable = layer("SeparableConv1D", filters=2, kernel_size=1, pointwise_regularizer="l1", depthwise_regularizer="l1")
    depthwise, pointwise, bias = arrays((1, 2, 1), (1, 2, 2), (2,))
    losses = separable.run(x, weights=[depthwise, pointwise, bias]).losses
    assert np.isclose(sum(losses), 0.01 * (np.abs(depthwise).sum() + np.abs(pointwise).sum()))


# Refusals --------------------------------------------------------------------------------------------------------


def test_a_window_that_does_not_fit_names_axis_and_sizes():
    error = refused("SC306", layer("Conv2D", filters=8, kernel_size=[3, 5]).infer, (None, 9, 4, 3))
    assert str(error) == "error[SC306] `Conv2D` needs axis 2 (W) to be at least 5, and it is 4"
    first = layer("Conv2D", filters=8, kernel_size=[3, 5], data_format="channels_first")
    error = refused("SC306", first.infer, (None, 3, 9, 4))
    assert str(error) == "error[SC306] `Conv2D` needs axis 3 (W) to be at least 5, and it is 4"


def test_groups_divide_channels_and_filters():
    grouped = layer("Conv1D", filters=6, kernel_size=1, groups=3)
    error = refused("SC303", grouped.infer, (None, 5, 4))
    assert "the number of channels to be a multiple of 3, and it is 4" in str(error)
    error = refused("SC303", layer, "Conv1D", filters=8, kernel_size=1, groups=3)
    assert error.code == "SC303"
    assert [c.text for c in grouped.infer((None, 5, "C")).requirements] == ["C % 3 == 0"]


@pytest.mark.parametrize(
    ("kind", "config", "code"),
    [
        ("Conv1D", {"filters": 4}, "SC112"),
        ("Conv1D", {"filters": None, "kernel_size": 3}, "SC113"),
        ("Conv2D", {"filters": 4, "kernel_size": 0}, "SC114"),
        ("Conv2D", {"filters": 4, "kernel_size": [3, -1]}, "SC114"),
        ("Conv2D", {"filters": 4, "kernel_size": [3]}, "SC113"),
        ("Conv2D", {"filters": 4, "kernel_size": "3"}, "SC113"),
        ("Conv2D", {"filters": 4, "kernel_size": 3.0}, "SC113"),
        ("Conv2D", {"filters": 4, "kernel_size": [[3, 3]]}, "SC113"),
        ("Conv2D", {"filters": 4, "kernel_size": 1 << 80}, "SC807"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": None}, "SC113"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "full"}, "SC114"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": 1}, "SC113"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "causal"}, "SC114"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "data_format": "channels_middle"}, "SC114"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 0}, "SC114"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": "2"}, "SC113"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": [1, 2]}, "SC114"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "dilatation": 2}, "SC111"),
        ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "output_padding": 1}, "SC114"),
        ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": [3, 2], "output_padding": [2, 2]}, "SC114"),
        ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "output_padding": -1}, "SC114"),
        ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2}, "SC114"),
        ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 0}, "SC114"),
        ("SeparableConv2D", {"filters": 4, "kernel_size": 3, "depth_multiplier": "2"}, "SC113"),
    ],
)
def test_wrong_parameters_are_refused(kind, config, code):
    refused(code, layer, kind, keras=3, **config)


@pytest.mark.parametrize("kind", ["Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D"])
def test_ranks_and_unknown_channels(kind):
    made = layer(kind, kernel_size=1, **({} if kind == "DepthwiseConv2D" else {"filters": 2}))
    for rank in (0, 1, 2, 3, 5):
        refused("SC302", made.infer, (None,) * max(rank - 1, 0) + (3,) * min(rank, 1))
    refused("SC308", made.infer, (None, 4, 4, None))
    named = made.infer((None, 4, 4, "C"))
    assert all("C" in str(shape) for path, shape in named.weights.items() if "bias" not in path or kind[0] == "D")


def test_a_stride_and_a_dilation_go_together_in_depthwise_layers_as_in_keras():
    config = {"kernel_size": 3, "strides": 2, "dilation_rate": 2}
    assert layer("DepthwiseConv1D", **config).infer((None, 7, 6)).outputs == [(None, 2, 6)]
    assert layer("SeparableConv1D", filters=4, **config).infer((None, 7, 6)).outputs == [(None, 2, 4)]


def test_masks_are_dropped():
    assert layer("Conv1D", filters=2, kernel_size=1).infer((None, 4, 3), mask=(None, 4)).masks == [None]


def test_names_of_older_generations():
    old = {"nb_filter": 4, "filter_length": 3, "border_mode": "same", "subsample_length": 2, "bias": False, "init": "zero"}
    assert layer("Conv1D", keras=2, **old).infer((None, 7, 2)).outputs == [(None, 4, 4)]
    assert list(layer("Conv1D", keras=2, **old).infer((None, 7, 2)).weights) == ["kernel"]
    turned = layer("Conv2D", keras=2, filters=4, kernel_size=3, dim_ordering="th")
    assert turned.infer((None, 3, 8, 8)).outputs == [(None, 4, 6, 6)]
    refused("SC111", layer, "Conv1D", keras=3, **old)


def test_empty_arrays_run():
    for kind, config, shape in [
        ("Conv2D", {"filters": 3, "kernel_size": 3}, (2, 5, 5, 0)),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 2}, (0, 5, 5, 2)),
        ("Conv2D", {"filters": 3, "kernel_size": 3, "padding": "same", "strides": 2}, (2, 0, 5, 2)),
        ("DepthwiseConv2D", {"kernel_size": 3, "padding": "same"}, (2, 0, 5, 0)),
        ("SeparableConv2D", {"filters": 3, "kernel_size": 3}, (2, 5, 5, 0)),
        ("Conv2DTranspose", {"filters": 3, "kernel_size": 3}, (2, 0, 5, 2)),
    ]:
        made = layer(kind, **config)
        y = made.run(np.zeros(shape, "float32")).outputs[0]
        assert made.infer(shape).outputs == [y.shape]
        assert not y.any()
    # nothing is left of no value, and Keras's formula would go below zero
    short = layer("Conv1DTranspose", filters=1, kernel_size=2, strides=4, padding="same", output_padding=1)
    refused("SC306", short.infer, (None, 0, 2))


def test_a_large_image_is_convolved_in_blocks(monkeypatch):
    from shapecheck.layers import _convolution

    x, kernel = arrays((2, 9, 7, 4), (3, 3, 2, 6))
    config = {"filters": 6, "kernel_size": 3, "groups": 2, "use_bias": False}
    whole = run("Conv2D", config, x, [kernel])
    monkeypatch.setattr(_convolution, "BLOCK", 100)
    assert len(_convolution.blocks(np.empty((2, 7, 5, 3, 3, 4)), (7, 5))) == 7
    assert np.array_equal(run("Conv2D", config, x, [kernel]), whole)


@pytest.mark.parametrize(("rank", "multiplier"), [(1, 1), (1, 3), (2, 1), (2, 2)])
def test_many_channels_are_convolved_like_few(monkeypatch, rank, multiplier):
    from shapecheck.layers import _convolution

    config = {"kernel_size": [3, 2][:rank], "strides": [2, 1][:rank], "padding": "same", "depth_multiplier": multiplier}
    x, kernel, bias = arrays((2, *(6, 5)[:rank], 4), (*config["kernel_size"], 4, multiplier), (4 * multiplier,))
    few = run(f"DepthwiseConv{rank}D", config, x, [kernel, bias])
    monkeypatch.setattr(_convolution, "WIDE", 1)
    assert np.allclose(run(f"DepthwiseConv{rank}D", config, x, [kernel, bias]), few, atol=1e-5)


@given(st.integers(0, 40))
@settings(max_examples=10, deadline=None)
def test_a_causal_step_sees_no_later_one(step):
    step %= 9
    config = {"filters": 2, "kernel_size": 3, "dilation_rate": 2, "padding": "causal"}
    x, kernel, bias = arrays((1, 9, 2), (3, 2, 2), (2,))
    before = run("Conv1D", config, x, [kernel, bias])
    x[:, step + 1 :] += 1
    after = run("Conv1D", config, x, [kernel, bias])
    assert np.array_equal(before[:, : step + 1], after[:, : step + 1])

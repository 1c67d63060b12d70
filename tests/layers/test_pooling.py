"""Pooling, padding, cropping and upsampling against their definitions, written here over plain indices."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecheck
from shapecheck import layer

FEW = settings(max_examples=50, deadline=None)
COMBINE = {"Max": np.max, "Average": np.mean}


def refused(code, call, *args, **kwargs):
    with pytest.raises(shapecheck.ShapecheckError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code, caught.value
    return caught.value


def array(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def run(kind, config, x, **call):
    made = layer(kind, **config)
    (y,) = made.run(x, **call).outputs
    if "mask" not in call:
        assert made.infer(x.shape).outputs == [y.shape]
    return y


def pooled(x, ranges, combine):
    """One value for each product of index ranges along the spatial axes of x, channels last."""
    y = np.zeros((len(x), *map(len, ranges), x.shape[-1]), x.dtype)
    for place in itertools.product(*(range(len(axis)) for axis in ranges)):
        part = x
        for i, o in enumerate(place):
            part = part.take(ranges[i][o], axis=i + 1)
        y[:, *place] = combine(part, axis=tuple(range(1, x.ndim - 1)))
    return y


def window_ranges(n, k, stride, padding):
    """The indices under each window, without those of the padding."""
    if padding == "valid":
        return [list(range(s, s + k)) for s in range(0, n, stride) if s + k <= n]
    count = math.ceil(n / stride)
    left = max((count - 1) * stride + k - n, 0) // 2
    return [[i for i in range(o * stride - left, o * stride - left + k) if 0 <= i < n] for o in range(count)]


@given(st.data(), st.sampled_from(["Max", "Average"]), st.integers(1, 3), st.sampled_from(["valid", "same"]), st.booleans())
@FEW
def test_pooling_combines_the_values_under_each_window(data, mode, rank, padding, first):
    sizes = [data.draw(st.integers(1, 6 if rank < 3 else 4)) for _ in range(rank)]
    pool = [data.draw(st.integers(1, n if padding == "valid" else 4)) for n in sizes]
    strides = data.draw(st.none() | st.lists(st.integers(1, 4), min_size=rank, max_size=rank))
    steps = pool if strides is None else strides
    x = array((2, *sizes, 2))
    ranges = [window_ranges(*axis, padding) for axis in zip(sizes, pool, steps, strict=True)]
    expected = pooled(x, ranges, COMBINE[mode])
    config = {"pool_size": pool, "strides": strides, "padding": padding}
    if first:
        y = run(f"{mode}Pooling{rank}D", config | {"data_format": "channels_first"}, np.moveaxis(x, -1, 1))
        y = np.moveaxis(y, 1, -1)
    else:
        y = run(f"{mode}Pooling{rank}D", config, x)
    assert np.allclose(y, expected, atol=1e-5)


@given(st.data(), st.sampled_from(["Max", "Average"]), st.integers(1, 3))
@FEW
def test_adaptive_windows_cover_the_input(data, mode, rank):
    sizes = [data.draw(st.integers(1, 7 if rank < 3 else 4)) for _ in range(rank)]
    outs = [data.draw(st.integers(1, 6 if rank < 3 else 3)) for _ in range(rank)]
    x = array((2, *sizes, 2))
    # with exact fractions: window i of o covers [i n / o, (i + 1) n / o], widened to whole indices
    ranges = [
        [[j for j in range(n) if j + 1 > i * n / o and j * o < (i + 1) * n] for i in range(o)]
        for n, o in zip(sizes, outs, strict=True)
    ]
    y = run(f"Adaptive{mode}Pooling{rank}D", {"output_size": outs}, x)
    assert np.allclose(y, pooled(x, ranges, COMBINE[mode]), atol=1e-5)
    turned = run(f"Adaptive{mode}Pooling{rank}D", {"output_size": outs, "data_format": "channels_first"}, np.moveaxis(x, -1, 1))
    assert np.allclose(np.moveaxis(turned, 1, -1), y, atol=1e-5)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("mode", ["Max", "Average"])
@pytest.mark.parametrize("keepdims", [True, False])
def test_global_pooling_leaves_one_value_for_each_channel(rank, mode, keepdims):
    x = array((2, *range(3, 3 + rank), 4))
    expected = COMBINE[mode](x.reshape(2, -1, 4), axis=1)
    y = run(f"Global{mode}Pooling{rank}D", {"keepdims": keepdims}, x)
    assert y.shape == ((2, *[1] * rank, 4) if keepdims else (2, 4))
    assert np.allclose(y.reshape(2, 4), expected, atol=1e-5)
    first = {"keepdims": keepdims, "data_format": "channels_first"}
    turned = run(f"Global{mode}Pooling{rank}D", first, np.moveaxis(x, -1, 1))
    assert turned.shape == ((2, 4, *[1] * rank) if keepdims else (2, 4))
    assert np.allclose(turned.reshape(2, 4), expected, atol=1e-5)


def test_a_mean_over_time_counts_the_steps_of_the_mask():
    x = array((2, 4, 3))
    mask = np.array([[1, 1, 0, 0], [1, 0, 1, 1]], bool)
    expected = np.stack([x[0, :2].mean(0), x[1, [0, 2, 3]].mean(0)])
    assert np.allclose(run("GlobalAveragePooling1D", {}, x, mask=mask), expected, atol=1e-6)
    turned = run("GlobalAveragePooling1D", {"data_format": "channels_first", "keepdims": True}, np.moveaxis(x, -1, 1), mask=mask)
    assert np.allclose(turned[..., 0], expected, atol=1e-6)
    made = layer("GlobalAveragePooling1D")
    assert made.infer((None, 4, 3), mask=(None, 4)).masks == [None]
    assert type(made._layer).wants_mask


@pytest.mark.parametrize("kind", ["MaxPooling1D", "GlobalMaxPooling1D", "AdaptiveMaxPooling1D", "ZeroPadding1D", "UpSampling1D"])
def test_whole_numbers_stay_whole(kind):
    config = {"output_size": 2} if "Adaptive" in kind else {}
    x = np.array([[[3], [-2], [-9], [-4]]], "int32")
    result = layer(kind, **config).infer(x.shape, dtype="int32")
    y = run(kind, config, x)
    assert y.dtype.name == "int32"
    assert result.dtypes == ["int32"]
    if "Max" in kind:
        assert y.ravel().tolist() in ([3, -4], [3])


@pytest.mark.parametrize("kind", ["AveragePooling1D", "GlobalAveragePooling1D", "AdaptiveAveragePooling1D"])
def test_means_of_whole_numbers_are_floats(kind):
    config = {"AveragePooling1D": {"pool_size": 4}, "AdaptiveAveragePooling1D": {"output_size": 1}}.get(kind, {})
    x = np.array([[[3], [-2], [-9], [-4]]], "int32")
    assert layer(kind, **config).infer(x.shape, dtype="int32").dtypes == ["float32"]
    y = run(kind, config, x)
    assert y.dtype.name == "float32"
    assert y.ravel().tolist() == [-3]


def test_padding_does_not_count():
    x = np.full((1, 3, 1), -5.0, "float32")
    for kind in ("MaxPooling1D", "AveragePooling1D"):
        y = run(kind, {"pool_size": 3, "strides": 1, "padding": "same"}, x)
        assert y.ravel().tolist() == [-5, -5, -5]
    assert run("MaxPooling1D", {"pool_size": 2, "padding": "same"}, -np.ones((1, 3, 1), "int8")).ravel().tolist() == [-1, -1]
    assert not run("MaxPooling1D", {"pool_size": 2, "padding": "same"}, np.zeros((1, 3, 1), bool)).any()


def test_a_window_that_does_not_fit_names_axis_and_sizes():
    error = refused("SC306", layer("MaxPooling2D", pool_size=[1, 4]).infer, (None, 5, 3, 2))
    assert str(error) == "error[SC306] `MaxPooling2D` needs axis 2 (W) to be at least 4, and it is 3"
    first = layer("AveragePooling3D", pool_size=3, data_format="channels_first")
    error = refused("SC306", first.infer, (None, 2, 5, 2, 5))
    assert "axis 3 (H) to be at least 3, and it is 2" in str(error)
    assert [c.text for c in layer("MaxPooling2D", pool_size=3).infer((None, "H", 7, 2)).requirements] == ["H >= 3"]


@pytest.mark.parametrize(
    ("kind", "config", "code"),
    [
        ("AveragePooling2D", {}, "SC112"),
        ("MaxPooling2D", {"pool_size": None}, "SC113"),
        ("MaxPooling2D", {"pool_size": 2.0}, "SC113"),
        ("MaxPooling2D", {"pool_size": [2, 2, 2]}, "SC113"),
        ("MaxPooling2D", {"pool_size": [2, 0]}, "SC114"),
        ("MaxPooling2D", {"strides": 0}, "SC114"),
        ("MaxPooling2D", {"padding": "SAME"}, "SC114"),
        ("MaxPooling1D", {"padding": "causal"}, "SC114"),
        ("GlobalMaxPooling2D", {"pool_size": 2}, "SC111"),
        ("AdaptiveMaxPooling2D", {}, "SC112"),
        ("AdaptiveMaxPooling2D", {"output_size": None}, "SC113"),
        ("AdaptiveMaxPooling2D", {"output_size": -1}, "SC114"),
        ("AdaptiveMaxPooling1D", {"output_size": [2, 2]}, "SC113"),
        ("ZeroPadding1D", {"padding": [1, 2, 3]}, "SC113"),
        ("ZeroPadding1D", {"padding": [[1, 2]]}, "SC113"),
        ("ZeroPadding1D", {"padding": -1}, "SC114"),
        ("ZeroPadding2D", {"padding": [[1, 2], [3, -1]]}, "SC114"),
        ("ZeroPadding2D", {"padding": [[1, 2, 3], 1]}, "SC113"),
        ("ZeroPadding2D", {"padding": "a"}, "SC113"),
        ("ZeroPadding3D", {"padding": [1, 2]}, "SC113"),
        ("Cropping1D", {"data_format": "channels_first"}, "SC111"),
        ("Cropping2D", {"cropping": None}, "SC113"),
        ("Cropping3D", {"cropping": [[1, 1], [1, 1], [1, 0.5]]}, "SC113"),
        ("UpSampling1D", {"size": [2]}, "SC113"),
        ("UpSampling1D", {"size": True}, "SC113"),
        ("UpSampling1D", {"size": 0}, "SC114"),
        ("UpSampling2D", {"size": [2, 2, 2]}, "SC113"),
        ("UpSampling2D", {"interpolation": "nope"}, "SC114"),
        ("UpSampling3D", {"size": -1}, "SC114"),
    ],
)
def test_wrong_parameters_are_refused(kind, config, code):
    refused(code, layer, kind, keras=3, **config)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize(
    "kind",
    ["MaxPooling", "AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling", "AdaptiveMaxPooling",
     "AdaptiveAveragePooling", "ZeroPadding", "Cropping", "UpSampling"],
)  # fmt: skip
def test_each_takes_its_rank_and_no_other(kind, rank):
    config = {"AveragePooling": {"pool_size": 1}, "Adaptive": {"output_size": 1}}.get(kind.removesuffix("MaxPooling"), {})
    config = config or ({"output_size": 1} if "Adaptive" in kind else {})
    made = layer(f"{kind}{rank}D", **config)
    for given_rank in range(7):
        shape = (None, *[4] * (given_rank - 1)) if given_rank else ()
        if given_rank == rank + 2:
            made.infer(shape)
        else:
            refused("SC302", made.infer, shape)


def test_sizes_of_zero():
    x = np.zeros((2, 0, 3), "float32")
    assert np.all(run("GlobalMaxPooling1D", {}, x) == -np.inf)
    assert run("MaxPooling1D", {"padding": "same"}, x).shape == (2, 0, 3)
    assert run("AveragePooling1D", {"pool_size": 3, "padding": "same"}, x).shape == (2, 0, 3)
    assert run("AdaptiveMaxPooling1D", {"output_size": 0}, array((2, 4, 3))).shape == (2, 0, 3)
    assert run("AdaptiveAveragePooling1D", {"output_size": 2}, x).shape == (2, 2, 3)
    assert run("UpSampling1D", {}, x).shape == (2, 0, 3)
    assert run("ZeroPadding1D", {}, x).shape == (2, 2, 3)
    refused("SC306", layer("MaxPooling1D").infer, (2, 0, 3))


# Padding, cropping, upsampling -----------------------------------------------------------------------------------


@st.composite
def sides(draw, rank):
    """The three ways to write (before, after) for each axis, and what they mean."""
    form = draw(st.sampled_from(["int", "ints", "pairs"]))
    few = st.integers(0, 3)
    if form == "int":
        value = draw(few)
        return value, [(value, value)] * rank
    if rank == 1:
        pair = draw(st.tuples(few, few))
        return list(pair), [pair]
    if form == "ints":
        values = draw(st.lists(few, min_size=rank, max_size=rank))
        return values, [(value, value) for value in values]
    pairs = draw(st.lists(st.tuples(few, few), min_size=rank, max_size=rank))
    return [list(pair) for pair in pairs], pairs


@given(st.data(), st.integers(1, 3), st.booleans())
@FEW
def test_zero_padding_is_undone_by_the_same_cropping(data, rank, first):
    value, pairs = data.draw(sides(rank))
    sizes = [data.draw(st.integers(1, 4)) for _ in range(rank)]
    x = array((2, *sizes, 2))
    padded = run(f"ZeroPadding{rank}D", {"padding": value}, x)
    assert padded.shape == (2, *(a + n + b for n, (a, b) in zip(sizes, pairs, strict=True)), 2)
    assert np.isclose(np.abs(padded).sum(), np.abs(x).sum(), rtol=1e-4)
    assert np.array_equal(run(f"Cropping{rank}D", {"cropping": value}, padded), x)
    if first and rank > 1:
        turned = {"data_format": "channels_first"}
        other = run(f"ZeroPadding{rank}D", {"padding": value} | turned, np.moveaxis(x, -1, 1))
        assert np.array_equal(np.moveaxis(other, 1, -1), padded)
        assert np.array_equal(run(f"Cropping{rank}D", {"cropping": value} | turned, other), np.moveaxis(x, -1, 1))


def test_cropping_leaves_at_least_one_value():
    crop = layer("Cropping2D", cropping=[[1, 2], [0, 1]])
    assert crop.infer((None, 4, 2, 3)).outputs == [(None, 1, 1, 3)]
    error = refused("SC306", crop.infer, (None, 3, 2, 3))
    assert "axis 1 (H) to be at least 4, and it is 3" in str(error)
    assert [c.text for c in crop.infer((None, "H", "W", 3)).requirements] == ["H >= 4", "W >= 2"]
    first = layer("Cropping2D", cropping=[[1, 2], [0, 1]], data_format="channels_first")
    assert "axis 3 (W) to be at least 2, and it is 1" in str(refused("SC306", first.infer, (None, 3, 4, 1)))


@given(st.data(), st.integers(1, 3))
@FEW
def test_upsampling_repeats_every_value(data, rank):
    sizes = [data.draw(st.integers(1, 3)) for _ in range(rank)]
    times = [data.draw(st.integers(1, 3)) for _ in range(rank)]
    x = array((2, *sizes, 2))
    y = run(f"UpSampling{rank}D", {"size": times[0] if rank == 1 else times}, x)
    for place in itertools.product(*map(range, y.shape[1:-1])):
        assert np.array_equal(y[:, *place], x[:, *(i // t for i, t in zip(place, times, strict=True))])


@pytest.mark.parametrize("method", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_interpolation_keeps_what_is_constant_and_what_is_symmetric(method):
    config = {"size": [3, 2], "interpolation": method}
    assert np.allclose(run("UpSampling2D", config, np.full((1, 4, 5, 1), 7, "float32")), 7, atol=1e-5)
    x = array((1, 4, 5, 2))
    y = run("UpSampling2D", config, x)
    assert np.allclose(run("UpSampling2D", config, x[:, ::-1]), y[:, ::-1], atol=1e-5)
    turned = run("UpSampling2D", config | {"data_format": "channels_first"}, np.moveaxis(x, -1, 1))
    assert np.allclose(np.moveaxis(turned, 1, -1), y, atol=1e-6)


def test_bilinear_interpolation_draws_straight_lines():
    x = np.array([0, 4, 8, 12], "float32").reshape(1, 4, 1, 1)
    y = run("UpSampling2D", {"size": [2, 1], "interpolation": "BILINEAR"}, x).ravel()
    # output i stands at (i + 1/2) / 2 - 1/2 of the input, held at its ends
    assert np.allclose(y, [4 * min(max((i + 0.5) / 2 - 0.5, 0), 3) for i in range(8)])


def test_interpolated_whole_numbers_are_rounded():
    x = np.array([0, 3, 6, 255], "uint8").reshape(1, 4, 1, 1)
    y = run("UpSampling2D", {"size": [2, 1], "interpolation": "bicubic"}, x)
    assert y.dtype.name == "uint8"
    assert y.max() == 255


def test_names_of_older_generations():
    old = layer("MaxPooling1D", keras=2, pool_length=3, stride=2, border_mode="same")
    assert old.infer((None, 7, 2)).outputs == [(None, 4, 2)]
    assert layer("UpSampling1D", keras=2, length=3).infer((None, 7, 2)).outputs == [(None, 21, 2)]
    assert layer("ZeroPadding2D", keras=2, dim_ordering="th").infer((None, 2, 7, 7)).outputs == [(None, 2, 9, 9)]

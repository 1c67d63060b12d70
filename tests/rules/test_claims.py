"""What a rule says is so: each claim held against a run of the model, or against plain integers tried one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import shapecheck
from shapecheck.rules.lost_rows import lost_of
from shapecheck.rules.taps_in_padding import dead_of

few = st.integers(1, 6)


def spec(*layers, outputs=None):
    lines = ["layers:", *(f"  - {layer}" for layer in layers)]
    return "\n".join([*lines, *([f"outputs: {outputs}"] if outputs else [])])


def codes(text, **more):
    return [d.code for d in shapecheck.check(text=text, **more).diagnostics]


def run(text, arrays=None, **more):
    return shapecheck.run(text=text, arrays=arrays, **more)


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


# Windows -----------------------------------------------------------------------------------------------------------


def covered(n, reach, stride):
    """The values that some window covers, by walking."""
    seen, start = set(), 0
    while start + reach <= n:
        seen |= set(range(start, start + reach))
        start += stride
    return seen


@given(st.integers(1, 40), st.integers(1, 7), st.integers(1, 7))
def test_lost_values_are_those_that_no_window_covers(n, reach, stride):
    assume(reach <= n)
    lost = set(range(n)) - covered(n, reach, stride)
    if stride <= reach:
        assert lost_of(n, reach, stride) == len(lost)
        assert lost == set(range(n - len(lost), n))
    else:
        assert lost_of(n, reach, stride) == 0


@given(st.integers(4, 16), st.integers(1, 4), st.integers(1, 4), st.sampled_from(["valid", "same"]))
def test_a_row_is_lost_or_skipped_exactly_where_changing_it_changes_nothing(n, size, stride, padding):
    text = spec(
        f"Input: {{name: x, shape: [{n}, 1]}}",
        f"AveragePooling1D: {{pool_size: {size}, strides: {stride}, padding: {padding}, name: y}}",
    )
    found = codes(text)
    x = numbers(1, n, 1)
    base = run(text, {"x": x}).arrays["y"]
    deaf = []
    for i in range(n):
        changed = x.copy()
        changed[0, i] += 1
        deaf.append(np.array_equal(run(text, {"x": changed}).arrays["y"], base))
    if found == ["SC705"]:
        assert deaf[-1]
    elif found == ["SC729"]:
        assert any(deaf)
    else:
        assert size == 1 or not any(deaf) or base.shape[1] == 1


@given(st.integers(1, 8), st.integers(2, 5))
def test_rows_of_padding_are_not_lost(after, stride):
    n = 12
    text = spec(
        f"Input: {{name: x, shape: [{n}, 1]}}",
        f"ZeroPadding1D: {{padding: [0, {after}], name: p}}",
        f"MaxPooling1D: {{pool_size: {stride}, name: y}}",
    )
    assert ("SC705" in codes(text)) == ((n + after) % stride > after)


@given(st.integers(1, 9), st.integers(1, 7), st.integers(1, 4), st.integers(1, 4), st.sampled_from(["same", "causal"]))
def test_dead_taps_are_those_that_meet_no_value(n, k, stride, dilation, padding):
    reach, count = dilation * (k - 1) + 1, -(-n // stride)
    lacking = max((count - 1) * stride + reach - n, 0)
    before = lacking // 2 if padding == "same" else reach - 1
    met = {t for t in range(k) for o in range(count) if 0 <= o * stride + t * dilation - before < n}
    assert dead_of(n, k, stride, dilation, padding) == k - len(met)


@given(st.integers(1, 6), st.integers(2, 6), st.integers(0, 99))
def test_weights_that_only_see_padding_change_nothing(n, k, seed):
    text = spec(
        f"Input: {{name: x, shape: [{n}, 1]}}", f"Conv1D: {{filters: 1, kernel_size: {k}, padding: same, name: y}}"
    )
    x, kernel = numbers(1, n, 1, seed=seed), numbers(k, 1, 1, seed=seed)
    base = run(text, {"x": x}, weights={"y": [kernel, np.zeros(1)]}).arrays["y"]
    deaf = 0
    for tap in range(k):
        other = kernel.copy()
        other[tap] += 1
        deaf += np.array_equal(run(text, {"x": x}, weights={"y": [other, np.zeros(1)]}).arrays["y"], base)
    report = shapecheck.check(text=text)
    assert [d.facts.get("dead") for d in report.diagnostics if d.code == "SC733"] == ([deaf] if deaf else [])


@given(st.integers(1, 10**6))
def test_a_leading_zero_is_read_in_two_ways(number):
    text = spec(
        "Input: {name: x, shape: [4]}", f"Reshape: {{target_shape: [-1, 4], name: y{number}}}", f"Dense: 0{number}"
    )
    import yaml

    found = [d.facts["other"] for d in shapecheck.check(text=text).diagnostics if d.code == "SC732"]
    read = yaml.safe_load(text)["layers"][2]["Dense"]
    assert found == [f"the number {read}" if isinstance(read, int) else f"the text `{read}`"]


def test_a_size_that_is_not_known_is_no_finding():
    assert codes(spec("Input: {name: x, shape: [T, 1]}", "MaxPooling1D: {name: y}")) == []
    assert codes(spec("Input: {name: x, shape: [T, 1]}", "MaxPooling1D: {name: y}"), at={"T": 7}) == ["SC705"]


# Values that are always the same -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layer, code, always",
    [
        ("Dense: {units: 1, activation: softmax, name: y}", "SC706", 1),
        ("Dense: {units: 1, activation: log_softmax, name: y}", "SC706", 0),
        ("LayerNormalization: {axis: 1, name: y}", "SC708", 0),
        ("GroupNormalization: {groups: 1, name: y}", "SC708", 0),
    ],
)
@given(seed=st.integers(0, 99))
def test_what_is_said_to_be_always_the_same_is(layer, code, always, seed):
    text = spec("Input: {name: x, shape: [1]}", layer)
    assert codes(text) == [code]
    y = run(text, {"x": 10 * numbers(4, 1, seed=seed)}).arrays["y"]
    assert np.allclose(y, always, atol=1e-6)


def test_a_batch_of_one_is_normalized_away_in_training():
    text = spec("Input: {name: x, batch_shape: [1, 6]}", "BatchNormalization: {name: y}")
    assert codes(text) == ["SC708"]
    assert np.allclose(run(text, {"x": numbers(1, 6)}, training=True).arrays["y"], 0)


def test_unit_vectors_of_one_value_are_signs():
    text = spec("Input: {name: x, shape: [1]}", "UnitNormalization: {name: y}")
    assert codes(text) == ["SC708"]
    x = numbers(5, 1)
    assert np.allclose(run(text, {"x": x}).arrays["y"], np.sign(x))


def test_attention_to_one_step_does_not_listen_to_the_query():
    text = spec(
        "Input: {name: q, shape: [3, 8]}",
        "Input: {name: v, shape: [1, 8]}",
        "MultiHeadAttention: {num_heads: 2, key_dim: 4, inputs: {query: q, value: v}, name: y}",
    )
    assert codes(text) == ["SC707"]
    v = numbers(2, 1, 8)
    first, second = (run(text, {"q": numbers(2, 3, 8, seed=s), "v": v}).arrays["y"] for s in (1, 2))
    assert np.allclose(first, second, atol=1e-6)


@given(st.sampled_from(["relu", "softplus", "exponential", "relu6"]), st.integers(0, 99))
def test_the_sigmoid_of_what_is_not_negative_is_one_half_or_more(name, seed):
    text = spec(
        "Input: {name: x, shape: [4]}",
        f"Dense: {{units: 3, activation: {name}, name: h}}",
        "Activation: {activation: sigmoid, name: y}",
    )
    assert codes(text) == ["SC713"]
    assert (run(text, {"x": 3 * numbers(8, 4, seed=seed)}).arrays["y"] >= 0.5).all()


@given(st.integers(2, 12), st.integers(0, 99))
def test_a_second_softmax_is_never_sure(units, seed):
    text = spec(
        "Input: {name: x, shape: [4]}",
        f"Dense: {{units: {units}, activation: softmax, name: h}}",
        "Softmax: {name: y}",
    )
    assert codes(text) == ["SC711"]
    y = run(text, {"x": 50 * numbers(8, 4, seed=seed)}).arrays["y"]
    assert (y <= np.e / (np.e + units - 1) + 1e-6).all()


@pytest.mark.parametrize("layer", ["Dropout: {rate: 1.0, name: y}", "SpatialDropout1D: {rate: 1, name: y}"])
def test_all_is_dropped_in_training(layer):
    text = spec("Input: {name: x, shape: [3, 4]}", layer)
    assert codes(text) == ["SC715"]
    assert not run(text, {"x": numbers(2, 3, 4)}, training=True).arrays["y"].any()


def test_in_keras_2_a_rate_of_one_drops_nothing():
    text = "keras: 2\n" + spec("Input: {name: x, shape: [3]}", "Dropout: {rate: 1.0, name: y}")
    assert codes(text) == ["SC717"]
    x = numbers(2, 3)
    assert np.array_equal(run(text, {"x": x}, training=True).arrays["y"], x)


# Layers without effect ---------------------------------------------------------------------------------------------

NOTHING = [
    ("[4, 6, 2]", "Permute: [1, 2, 3]"),
    ("[4, 6, 2]", "Reshape: [4, -1, 2]"),
    ("[4]", "Flatten"),
    ("[4, 6, 2]", "MaxPooling2D: 1"),
    ("[4, 6, 2]", "AveragePooling2D: {pool_size: 1, padding: same}"),
    ("[4, 6, 2]", "ZeroPadding2D: 0"),
    ("[4, 6, 2]", "Cropping2D: 0"),
    ("[4, 6, 2]", "UpSampling2D: 1"),
    ("[4, 6]", "UpSampling1D: 1"),
    ("[4, 6]", "Dropout: 0"),
    ("[4, 6]", "GaussianNoise: 0"),
    ("[4, 6]", "ActivityRegularization"),
    ("[4, 6]", "Rescaling: 1"),
    ("[4, 6, 2]", "Resizing: {height: 4, width: 6}"),
    ("[4, 6, 2]", "CenterCrop: {height: 4, width: 6}"),
    ("[4, 6]", "Add: {inputs: [x]}"),
    ("[4, 6]", "Concatenate: {inputs: [x]}"),
]


@pytest.mark.parametrize("shape, layer", NOTHING, ids=lambda value: value)
def test_what_does_nothing_gives_back_what_it_gets(shape, layer):
    text = spec(f"Input: {{name: x, shape: {shape}}}", layer)
    assert codes(text) == ["SC717"]
    x = numbers(3, *eval(shape))
    (y,) = run(text, {"x": x}, training=True).outputs
    assert np.array_equal(y, x)


@given(few, few, few, few)
def test_a_pooling_of_one_with_strides_does_something(height, width, down, across):
    text = spec(
        f"Input: {{name: x, shape: [{height}, {width}, 1]}}",
        f"MaxPooling2D: {{pool_size: 1, strides: [{down}, {across}], name: y}}",
    )
    x = numbers(1, height, width, 1)
    nothing = np.array_equal(run(text, {"x": x}).arrays["y"], x)
    if "SC717" in codes(text):
        assert nothing


def test_a_pooling_over_one_place_only_takes_axes_away():
    text = spec("Input: {name: x, shape: [1, 1, 5]}", "GlobalMaxPooling2D: {name: y}")
    assert codes(text) == ["SC731"]
    x = numbers(3, 1, 1, 5)
    assert np.array_equal(run(text, {"x": x}).arrays["y"], x[:, 0, 0])


@given(st.integers(1, 4), st.integers(0, 99))
def test_a_bias_before_a_normalization_changes_nothing_in_training(units, seed):
    text = spec(
        "Input: {name: x, shape: [3]}", f"Dense: {{units: {units}, name: h}}", "BatchNormalization: {name: n}", "ReLU"
    )
    assert codes(text) == ["SC718"]
    x, kernel = numbers(8, 3, seed=seed), numbers(3, units, seed=seed + 1)
    first, second = (
        run(text, {"x": x}, weights={"h": [kernel, bias]}, training=True).arrays["n"]
        for bias in (np.zeros(units), 5 * numbers(units, seed=seed + 2))
    )
    assert np.allclose(first, second, atol=1e-3)


def test_a_recurrent_kernel_has_no_effect_on_one_step():
    text = spec("Input: {name: x, shape: [1, 3]}", "LSTM: {units: 4, name: y}")
    assert codes(text) == ["SC727"]
    x, kernel, bias = numbers(2, 1, 3), numbers(3, 16), numbers(16)
    first, second = (
        run(text, {"x": x}, weights={"y": [kernel, numbers(4, 16, seed=s), bias]}).arrays["y"] for s in (1, 2)
    )
    assert np.array_equal(first, second)


# Two layers that are one -------------------------------------------------------------------------------------------


@given(few, few, few, st.sampled_from(["", "Dropout: 0.5", "Identity"]), st.integers(0, 99))
def test_two_affine_layers_are_one(inside, middle, outside, between, seed):
    rows = [f"Input: {{name: x, shape: [{inside}]}}", f"Dense: {{units: {middle}, use_bias: false, name: h}}"]
    text = spec(*rows, *filter(None, [between]), f"Dense: {{units: {outside}, name: y}}")
    assert ("SC709" in codes(text)) == (middle >= min(inside, outside))
    a, b = numbers(1, inside, seed=seed), numbers(1, inside, seed=seed + 1)
    f = [run(text, {"x": x}).arrays["y"] for x in (a, b, a + b, 0 * a)]
    assert np.allclose(f[0] + f[1], f[2] + f[3], atol=1e-4)
    if middle >= min(inside, outside):  # any matrix is a product of two that are as wide between
        wanted = numbers(inside, outside, seed=seed + 2)
        left, _, right = np.linalg.svd(wanted)
        assert np.linalg.matrix_rank(
            left[:, :middle] @ np.eye(min(left.shape[1], middle), right.shape[0]) @ right
        ) >= min(np.linalg.matrix_rank(wanted), middle)


def test_a_convolution_of_a_convolution_is_linear():
    text = spec(
        "Input: {name: x, shape: [8, 8, 1]}",
        "Conv2D: {filters: 4, kernel_size: 3, use_bias: false, name: a}",
        "AveragePooling2D: {pool_size: 2, name: p}",
        "Conv2D: {filters: 2, kernel_size: 3, use_bias: false, name: y}",
    )
    assert codes(text) == ["SC709"]
    a, b = numbers(1, 8, 8, 1), numbers(1, 8, 8, 1, seed=1)
    f = [run(text, {"x": x}).arrays["y"] for x in (a, b, a + b)]
    assert np.allclose(f[0] + f[1], f[2], atol=1e-5)


# Values that end up elsewhere --------------------------------------------------------------------------------------


@given(st.permutations([2, 3, 4]), st.booleans())
def test_a_reshape_to_the_sizes_in_another_order_is_no_transpose(order, grey):
    sizes = [2, 3, 4, *([1] if grey else [])]
    target = [*order, *([1] if grey else [])]
    text = spec(f"Input: {{name: x, shape: {sizes}}}", f"Reshape: {{target_shape: {target}, name: y}}")
    if order == [2, 3, 4]:
        assert codes(text) == ["SC717"]
        return
    report = shapecheck.check(text=text)
    assert [d.code for d in report.diagnostics] == ["SC703"]
    x = np.arange(np.prod(sizes)).reshape(1, *sizes)
    y = run(text, {"x": x}).arrays["y"]
    moved = np.transpose(x, (0, *(sizes.index(size) + 1 for size in target)))
    assert y.shape == moved.shape and not np.array_equal(y, moved)
    (help,) = report.diagnostics[0].help
    permuted = spec(f"Input: {{name: x, shape: {sizes}}}", help.split("`")[1])
    assert np.array_equal(run(permuted, {"x": x}).outputs[0], moved)


@given(st.permutations([1, 1, 3, 5]))
def test_moving_axes_of_one_is_the_same_as_a_transpose(order):
    text = spec("Input: {name: x, shape: [1, 3, 1, 5]}", f"Reshape: {{target_shape: {order}, name: y}}")
    kept = [size for size in order if size != 1] == [3, 5]
    assert ("SC703" in codes(text)) == (not kept)


def test_samples_that_are_mixed_hear_of_one_another():
    text = spec(
        "Input: {name: x, shape: [4]}",
        "Lambda: {function: 'lambda x: x - np.mean(x, axis=0)', name: y}",
        "Lambda: {function: 'lambda x: np.reshape(x, (2, -1))', name: z}",
    )
    assert codes(text) == ["SC701"]
    x = numbers(4, 4)
    changed = x.copy()
    changed[3] += 1
    first, second = (run(text, {"x": value}).arrays["z"][0] for value in (x, changed))
    assert not np.array_equal(first, second)


@given(few, few)
def test_inputs_of_different_ranks_are_repeated_along_both(n, m):
    text = spec(
        f"Input: {{name: a, shape: [{n}]}}", f"Input: {{name: b, shape: [{m}, 1]}}", "Add: {inputs: [a, b], name: y}"
    )
    report = shapecheck.check(text=text)
    assert report.shapes["y"][1:] == (m, n)
    said = any(d.label.startswith("each of them") for d in report.diagnostics)
    assert said == (n != 1 and m != 1)


# Counts ------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 64), st.integers(1, 12), st.integers(1, 64))
def test_heads_are_rounded_away_exactly_where_a_floor_division_does_so(width, heads, size):
    text = spec(
        f"Input: {{name: x, shape: [5, {width}]}}",
        f"MultiHeadAttention: {{num_heads: {heads}, key_dim: {size}, inputs: [x, x], name: y}}",
    )
    floored = size == width // heads and heads * size != width
    assert codes(text) == (["SC724"] if floored else [])


@pytest.mark.parametrize("limit, found", [(8_191, ["SC716"]), (8_192, [])])
def test_a_kernel_is_huge_above_the_limit_that_is_set(limit, found):
    text = spec("Input: {name: x, shape: [4, 4, 16]}", "Flatten", "Dense: {units: 32, name: y}")
    assert shapecheck.check(text=text).layers["y"].weights["kernel"] == (256, 32)
    assert codes(text, options={"flatten-kernel": limit}) == found


def test_the_alternative_to_a_huge_kernel_costs_what_is_said():
    text = spec("Input: {name: x, shape: [128, 128, 64]}", "Flatten", "Dense: {units: 128, name: y}")
    (finding,) = shapecheck.check(text=text).diagnostics
    assert "has 1,048,576 x 128 = 134,217,728 values" in finding.message
    better = text.replace("Flatten", "GlobalAveragePooling2D")
    assert shapecheck.check(text=better).layers["y"].weights["kernel"] == (64, 128)
    assert finding.help == ("with `GlobalAveragePooling2D` in place of `flatten` it has 8,192",)
    total = shapecheck.check(text=text).params
    assert finding.notes == (f"that is {100 * 134_217_728 // total}% of all weights of the model",)


def test_weights_for_one_size_are_not_those_for_another():
    text = spec("Input: {name: x, shape: [H, W, 3]}", "Flatten", "Dense: {units: 2, name: y}")
    assert codes(text) == ["SC726"]
    sizes = [shapecheck.check(text=text, at={"H": h, "W": 4}).layers["y"].weights["kernel"] for h in (4, 8)]
    assert sizes[0] != sizes[1]


def test_a_mask_without_a_reader_changes_nothing():
    rows = "Input: {name: x, shape: [5]}", "Embedding: {input_dim: 9, output_dim: 4, mask_zero: %s, name: e}", "Flatten"
    with_mask, without = (spec(*rows) % flag for flag in ("true", "false"))
    assert codes(with_mask) == ["SC728"] and codes(without) == []
    x = np.array([[3, 1, 0, 0, 0]])
    assert np.array_equal(run(with_mask, {"x": x}).outputs[0], run(without, {"x": x}).outputs[0])


def test_what_the_model_gives_is_dropped_in_training():
    text = spec("Input: {name: x, shape: [8]}", "Dense: {units: 50, name: h}", "Dropout: {rate: 0.5, name: y}")
    assert codes(text) == ["SC714"]
    done = run(text, {"x": numbers(2, 8)}, training=True)
    assert done.arrays["h"].all() and not done.outputs[0].all()

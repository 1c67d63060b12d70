"""The core layers against formulas written out here: masks, training, losses, refusals, first principles."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapecheck
from shapecheck import ShapecheckError, ShapeError, SpecError, layer


def refused(code, call, *args, **kwargs):
    with pytest.raises(ShapecheckError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code, caught.value
    return caught.value


def one(result):
    assert len(result.outputs) == 1
    return result.outputs[0]


# Input contracts: below, at and above -----------------------------------------------------------------------------


def ranks(rank):
    return (None, *[4] * (rank - 1)) if rank else ()


@pytest.mark.parametrize(
    ("kind", "config", "legal"),
    [
        ("SpatialDropout1D", {"rate": 0.5}, {3}),
        ("SpatialDropout2D", {"rate": 0.5}, {4}),
        ("SpatialDropout3D", {"rate": 0.5}, {5}),
        ("Permute", {"dims": [2, 1]}, {3}),
        ("Permute", {"dims": [1]}, {2}),
        ("Permute", {"dims": [3, 1, 2]}, {4}),
        ("RepeatVector", {"n": 3}, {2}),
        ("Dense", {"units": 5}, {2, 3, 4, 5, 6}),
        ("Flatten", {}, {1, 2, 3, 4, 5, 6}),
        ("Masking", {}, {1, 2, 3, 4, 5, 6}),
        ("Reshape", {"target_shape": [-1]}, {1, 2, 3, 4, 5, 6}),
    ],
)
def test_each_layer_takes_its_ranks_and_no_other(kind, config, legal):
    for rank in range(7):
        if rank in legal:
            layer(kind, **config).infer(ranks(rank))
        else:
            refused("SC302", layer(kind, **config).infer, ranks(rank))


@pytest.mark.parametrize(("rank", "fine"), [(1, False), (2, False), (3, True), (4, True)])
def test_flatten_needs_rank_3_under_keras_2(rank, fine):
    flatten = layer("Flatten", keras=2)
    if fine:
        assert one(flatten.infer(ranks(rank))) == (None, 4 ** (rank - 1))
    else:
        refused("SC302", flatten.infer, ranks(rank))


# Masking ----------------------------------------------------------------------------------------------------------


def test_masking_zeroes_the_masked_steps_even_when_the_value_is_not_zero():
    x = np.array([[[7, 7], [7, 1], [0, 0]], [[7, 7], [7, 7], [2, 7]]], "float32")
    result = layer("Masking", mask_value=7).run(x)
    assert result.outputs[0].tolist() == [[[0, 0], [7, 1], [0, 0]], [[0, 0], [0, 0], [2, 7]]]
    assert result.masks[0].tolist() == [[False, True, True], [False, False, True]]


def test_masking_ignores_the_mask_that_comes_in():
    x = np.ones((1, 2, 3), "float32")
    assert layer("Masking").run(x, mask=np.array([[False, False]])).masks[0].tolist() == [[True, True]]


@pytest.mark.parametrize("shape", [(None, 5), (None, 5, 3), (None, 4, 5, 3)])
def test_the_mask_has_the_shape_without_the_last_axis(shape):
    assert layer("Masking").infer(shape).masks == [shape[:-1]]


@pytest.mark.parametrize(
    ("kind", "config", "passes"),
    [
        ("Dropout", {"rate": 0.5}, True), ("SpatialDropout1D", {"rate": 0.5}, True), ("Dense", {"units": 3}, True),
        ("Activation", {"activation": "relu"}, True), ("Identity", {}, True),
        ("ActivityRegularization", {"l1": 1}, True),
        ("Reshape", {"target_shape": [-1]}, False), ("Permute", {"dims": [2, 1]}, False), ("Flatten", {}, False),
        ("Lambda", {"function": lambda x: x}, False),
    ],
)  # fmt: skip
def test_which_layers_pass_a_mask(kind, config, passes):
    inferred = layer(kind, **config).infer((None, 4, 3), mask=(None, 4))
    assert inferred.masks == [(None, 4) if passes else None]
    mask = np.array([[True, False, True, False]])
    masks = layer(kind, **config).run(np.ones((1, 4, 3), "float32"), mask=mask).masks
    assert (masks[0] is not None) == passes
    if not passes:
        refused("SC402", layer(kind, keras=2, **config).infer, (None, 4, 3), mask=(None, 4))


MASKS = [np.array([[True, True, False, False]]), np.array([[True, False, True, False]])]


@pytest.mark.parametrize("kind", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"])
def test_elementwise_merges_or_their_masks_and_drop_them_beside_an_unmasked_input(kind):
    x = [np.full((1, 4, 2), 2.0, "float32"), np.full((1, 4, 2), 3.0, "float32")]
    both = layer(kind).run(x, mask=MASKS)
    assert both.masks[0].tolist() == [[True, True, True, False]]
    assert layer(kind).run(x, mask=[MASKS[0], None]).masks == [None]
    assert layer(kind).infer([(None, 4, 2)] * 2, mask=[(None, 4), None]).masks == [None]


def test_concatenate_counts_an_unmasked_input_as_kept():
    x = [np.ones((1, 4, 2), "float32"), np.ones((1, 4, 2), "float32")]
    along_time = layer("Concatenate", axis=1).run(x, mask=[MASKS[0], None])
    assert along_time.masks[0].tolist() == [[True, True, False, False, True, True, True, True]]
    along_features = layer("Concatenate").run(x, mask=MASKS)
    assert along_features.masks[0].tolist() == [[True, True, True, False]]  # any of the features is kept
    assert layer("Concatenate").run(x).masks == [None]


def test_masked_products_and_extremes_leave_masked_steps_out():
    a = np.array([[[2.0], [2.0], [2.0], [2.0]]], "float32")
    b = np.array([[[3.0], [3.0], [3.0], [3.0]]], "float32")
    product = layer("Multiply").run([a, b], mask=MASKS).outputs[0].ravel()
    assert product.tolist() == [6, 2, 3, 0]  # both, only a, only b, none
    largest = layer("Maximum").run([a, b], mask=MASKS).outputs[0].ravel()
    assert largest[:3].tolist() == [3, 2, 3]
    smallest = layer("Minimum").run([a, b], mask=MASKS).outputs[0].ravel()
    assert smallest[:3].tolist() == [2, 2, 3]


# Dropout ----------------------------------------------------------------------------------------------------------


def drawn(shape, training=True, **config):
    x = np.ones(shape, "float32")
    return layer(config.pop("kind", "Dropout"), **config).run(x, training=training).outputs[0]


def test_dropout_is_the_identity_in_inference():
    x = np.random.default_rng(0).standard_normal((3, 4)).astype("float32")
    assert np.array_equal(layer("Dropout", rate=0.9).run(x).outputs[0], x)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_survivors_are_scaled_and_the_rate_is_met(rate):
    y = drawn((200, 500), rate=rate, seed=4)
    survivors = y[y != 0]
    assert np.allclose(survivors, 1 / (1 - rate), rtol=1e-6)
    spread = 5 * np.sqrt(rate * (1 - rate) / y.size)  # five standard deviations of a binomial share
    assert abs((y == 0).mean() - rate) < spread


def test_rates_of_zero_and_one():
    assert np.array_equal(drawn((3, 4), rate=0), np.ones((3, 4)))
    assert np.array_equal(drawn((3, 4), rate=1), np.zeros((3, 4)))
    assert np.array_equal(layer("Dropout", keras=2, rate=1).run(np.ones((3, 4), "float32"), training=True).outputs[0],
                          np.ones((3, 4)))  # fmt: skip
    assert layer("Dropout", keras=2, rate=-0.3).infer((None, 3)).outputs == [(None, 3)]
    refused("SC114", layer, "Dropout", rate=1.01)
    refused("SC114", layer, "Dropout", rate=-0.01)


def test_a_seed_makes_the_pattern_reproducible():
    assert np.array_equal(drawn((50, 50), rate=0.5, seed=1), drawn((50, 50), rate=0.5, seed=1))
    assert not np.array_equal(drawn((50, 50), rate=0.5, seed=1), drawn((50, 50), rate=0.5, seed=2))


def shared(y, axes):
    """Whether one draw is shared along these axes, and along no other axis longer than 1."""
    pattern = y != 0
    along = tuple(
        axis for axis in range(y.ndim) if np.array_equal(pattern, np.broadcast_to(pattern.take([0], axis), y.shape))
    )
    return along == axes


@pytest.mark.parametrize(
    ("kind", "config", "shape", "axes"),
    [
        ("Dropout", {"noise_shape": [None, 1, None]}, (6, 7, 8), (1,)),
        ("Dropout", {"noise_shape": [1, None, 8]}, (6, 7, 8), (0,)),
        ("Dropout", {"noise_shape": [None, 1, 1]}, (40, 7, 8), (1, 2)),
        ("Dropout", {}, (6, 7, 8), ()),
        ("SpatialDropout1D", {}, (6, 7, 8), (1,)),
        ("SpatialDropout2D", {}, (6, 5, 7, 8), (1, 2)),
        ("SpatialDropout2D", {"data_format": "channels_first"}, (6, 8, 5, 7), (2, 3)),
        ("SpatialDropout3D", {}, (6, 3, 5, 7, 8), (1, 2, 3)),
        ("SpatialDropout3D", {"data_format": "channels_first"}, (6, 8, 3, 5, 7), (2, 3, 4)),
    ],
)
def test_noise_is_shared_along_the_axes_it_is_said_to_be(kind, config, shape, axes):
    assert shared(drawn(shape, kind=kind, rate=0.5, seed=3, **config), axes)


def test_noise_shapes_that_cannot_fit():
    refused("SC313", layer("Dropout", rate=0.5, noise_shape=[None, 3]).infer, (None, 4))
    refused("SC313", layer("Dropout", rate=0.5, noise_shape=[None, 1, 1]).infer, (None, 4))
    assert [c.text for c in layer("Dropout", rate=0.5, noise_shape=[None, 3]).infer((None, "F")).requirements] == [
        "F == 3"
    ]


def test_the_keras_config_file_sets_the_data_format(tmp_path, monkeypatch):
    (tmp_path / "keras.json").write_text('{"image_data_format": "channels_first"}')
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert layer("Flatten").config["data_format"] == "channels_first"
    assert shared(drawn((6, 8, 5, 7), kind="SpatialDropout2D", rate=0.5, seed=3), (2, 3))


# Reshape, Permute, Flatten, RepeatVector --------------------------------------------------------------------------


def test_reshape_and_permute_on_the_numbers_people_know():
    x = np.array([[1, 2, 3, 4, 5, 6]], "float32")
    assert layer("Reshape", target_shape=(2, -1)).run(x).outputs[0].tolist() == [[[1, 2, 3], [4, 5, 6]]]
    assert layer("Reshape", target_shape=(3, -1)).run(x).outputs[0].tolist() == [[[1, 2], [3, 4], [5, 6]]]
    y = np.array([[[1, 2, 3], [4, 5, 6]]], "float32")
    assert layer("Permute", dims=(2, 1)).run(y).outputs[0].tolist() == [[[1, 4], [2, 5], [3, 6]]]
    assert layer("RepeatVector", n=2).run(x[:, :2]).outputs[0].tolist() == [[[1, 2], [1, 2]]]


def brute_reshape(source, target):
    """Every way to fill the -1 that keeps the number of values; the answer where there is just one."""
    count = int(np.prod(source))
    if -1 not in target:
        return tuple(target) if int(np.prod(target)) == count else None
    fits = [n for n in range(count + 1) if int(np.prod([n if t == -1 else t for t in target])) == count]
    return tuple(fits[0] if t == -1 else t for t in target) if len(fits) == 1 else None


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.lists(st.integers(-1, 6), min_size=1, max_size=4))
def test_reshape_against_trying_every_size(source, target):
    if target.count(-1) > 1:
        refused("SC114", layer, "Reshape", target_shape=target)
        return
    expected = brute_reshape(source, target)
    reshape = layer("Reshape", target_shape=target)
    if expected is None:
        refused("SC304", reshape.infer, (None, *source))
    else:
        assert one(reshape.infer((None, *source))) == (None, *expected)


def test_reshape_in_symbols():
    assert str(one(layer("Reshape", target_shape=(-1, 6)).infer((None, "2*k", 3)))[1]) == "k"
    open_ = layer("Reshape", target_shape=(-1, 6)).infer((None, "k"))
    assert [condition.text for condition in open_.requirements] == ["k % 6 == 0"]
    fixed = layer("Reshape", target_shape=(4, 3)).infer((None, "k"))
    assert [condition.text for condition in fixed.requirements] == ["k == 12"]
    error = refused("SC304", layer("Reshape", target_shape=(50, 768)).infer, (None, 50, 50, 64))
    assert "160000" in str(error)
    assert "38400" in str(error)


@given(st.permutations([1, 2, 3]), st.tuples(*[st.integers(1, 4)] * 3))
def test_permute_moves_each_axis_where_it_says(order, sizes):
    shape = (2, *sizes)
    x = np.arange(np.prod(shape)).reshape(shape)
    permute = layer("Permute", dims=order)
    y = permute.run(x).outputs[0]
    for place in itertools.product(*map(range, y.shape)):
        before = [place[0], 0, 0, 0]
        for i, axis in enumerate(order):
            before[axis] = place[i + 1]
        assert y[place] == x[tuple(before)]
    assert one(permute.infer(shape)) == y.shape


def test_flatten_wants_the_full_definition():
    error = refused("SC307", layer("Flatten").infer, (None, None, 4))
    assert "(B, T, 4)" in str(error)
    said = " ".join(error.diagnostic.help)
    for word in ("Input", "input_shape", "batch_input_shape", "name"):
        assert word in said
    refused("SC307", layer("Flatten").infer, (None, 3, 0))
    refused("SC307", layer("Flatten", keras=2).infer, (None, None, 4))
    assert one(layer("Flatten", keras=3).infer((None, 3, 0))) == (None, 0)
    assert str(one(layer("Flatten").infer((None, "H", "W", 3)))[1]) == "3*H*W"


def test_flatten_moves_the_channels_last_at_any_rank():
    for rank in (2, 3, 4, 5):
        x = np.arange(2 * 3 ** (rank - 1)).reshape(2, *[3] * (rank - 1))
        moved = x if rank < 3 else np.moveaxis(x, 1, -1)
        y = layer("Flatten", data_format="channels_first").run(x).outputs[0]
        assert np.array_equal(y, moved.reshape(2, -1))


# Dense, losses ----------------------------------------------------------------------------------------------------


def test_dense_is_a_matrix_product_on_the_last_axis():
    rng = np.random.default_rng(1)
    x, kernel, bias = rng.standard_normal((2, 3, 4)), rng.standard_normal((4, 5)), rng.standard_normal(5)
    y = layer("Dense", units=5, activation="relu").run(x, weights=[kernel, bias]).outputs[0]
    by_hand = np.zeros((2, 3, 5))
    for b, t, u in itertools.product(range(2), range(3), range(5)):
        by_hand[b, t, u] = max(0.0, sum(x[b, t, i] * kernel[i, u] for i in range(4)) + bias[u])
    assert np.allclose(y, by_hand, atol=1e-5)


def test_dense_with_lora():
    dense = layer("Dense", units=5, lora_rank=2, lora_alpha=3)
    inferred = dense.infer((None, 4))
    assert inferred.weights == {"kernel": (4, 5), "bias": (5,), "lora_kernel_a": (4, 2), "lora_kernel_b": (2, 5)}
    assert (inferred.params, inferred.trainable_params) == (20 + 5 + 8 + 10, 5 + 8 + 10)
    rng = np.random.default_rng(1)
    x, k, b = rng.standard_normal((2, 4)), rng.standard_normal((4, 5)), rng.standard_normal(5)
    a, c = rng.standard_normal((4, 2)), rng.standard_normal((2, 5))
    y = dense.run(x, weights=[k, b, a, c]).outputs[0]
    # Keras 3.15.1: Dense(3, lora_rank=2, lora_alpha=3) has a lora_alpha of 2 once it is built, and no scaling
    assert np.allclose(y, x @ (k + a @ c) + b, atol=1e-5)


def test_dense_needs_a_fixed_last_axis():
    refused("SC308", layer("Dense", units=2).infer, (None, None))
    named = layer("Dense", units=2).infer((None, "F"))
    assert str(named.params) == "2*F + 2"


def test_weight_and_activity_penalties_are_labelled_and_summed():
    x, kernel, bias = np.array([[1.0, -2.0], [3.0, 4.0]]), np.array([[1.0], [-1.0]]), np.array([0.5])
    config = {"kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.01}},
              "bias_regularizer": {"L1L2": {"l2": 0.2}}, "activity_regularizer": {"L1L2": {"l1": 1.0}}}  # fmt: skip
    y = x @ kernel + bias
    for keras, batch in ((None, 2), (3, 2), (2, 1)):
        run = layer("Dense", keras=keras, units=1, **config).run(x, weights=[kernel, bias])
        assert {loss.label.split("/")[-1]: round(float(loss), 6) for loss in run.losses} == {
            "kernel": 0.1 * 2 + 0.01 * 2, "bias": 0.2 * 0.25, "Dense": float(np.abs(y).sum() / batch),
        }  # fmt: skip


@pytest.mark.parametrize(("keras", "batch"), [(None, 2), (3, 2), (2, 1)])
def test_activity_regularization(keras, batch):
    x = np.array([[1.0, -2.0], [3.0, 4.0]])
    run = layer("ActivityRegularization", keras=keras, l1=0.5, l2=0.25).run(x)
    assert np.array_equal(run.outputs[0], x.astype("float32"))
    assert sum(run.losses) == pytest.approx((0.5 * 10 + 0.25 * 30) / batch)


# Lambda -----------------------------------------------------------------------------------------------------------


def test_lambda_in_its_three_forms():
    assert one(layer("Lambda", function=lambda x: x * 2).infer((None, 4, 3))) == (None, 4, 3)
    assert one(layer("Lambda", function=lambda x: x, output_shape=[7]).infer((None, 4, 3))) == (None, 7)
    assert one(layer("Lambda", function=lambda x: x, output_shape=(7, 2)).infer((5, 4, 3))) == (5, 7, 2)
    by_shape = layer("Lambda", function=lambda x: x, output_shape=lambda s: (s[0], s[1] * 2))
    assert [str(size) for size in one(by_shape.infer(("n", "T", 3)))] == ["n", "2*T"]
    several = layer("Lambda", function=lambda xs: xs, output_shape=lambda shapes: [shapes[1], shapes[0]])
    assert several.infer([(None, 4), (None, 5, 6)]).outputs == [(None, 5, 6), (None, 4)]


def test_output_shape_functions_get_symbols_first_and_none_when_those_fail():
    seen = []

    def picky(shape):
        seen.append(shape[1])
        return (shape[0], 8 if shape[1] is None else 9 if isinstance(shape[1], int) else [][shape[1]])

    assert one(layer("Lambda", function=lambda x: x, output_shape=picky).infer((None, "T", 3))) == (None, 8)
    assert str(seen[0]) == "T"
    assert seen[1] is None


def test_output_shape_functions_that_ask_what_a_symbol_leaves_open_are_asked_again():
    seen = []

    def asks(shape):
        seen.append(str(shape[1]))
        return (shape[0], 5 if shape[1] == 4 else 6)

    assert one(layer("Lambda", function=lambda x: x, output_shape=asks).infer((None, "T", 3))) == (None, 6)
    assert seen == ["T", "None"]  # Keras hands None to the function, for which the answer is 6
    assert one(layer("Lambda", function=lambda x: x, output_shape=asks).infer((None, 4, 3))) == (None, 5)

    def decided(shapes):
        (_, a), (_, b) = shapes
        return (shapes[0][0], a * 2 if a == b and a + 1 != b else 1)

    paired = layer("Lambda", function=lambda xs: xs[0], output_shape=decided)
    assert str(one(paired.infer([("n", "T"), ("n", "T")]))[1]) == "2*T"
    assert one(paired.infer([("n", "T"), ("n", 7)]))[1] == 1  # of None and 7
    stuck = layer("Lambda", function=lambda x: x, output_shape=lambda s: (s[0], 2 * s[1] if s[1] == 4 else s[1] * 3))
    assert "T == 4 is not decided" in str(refused("SC314", stuck.infer, (None, "T")))
    text = layer("Lambda", function=lambda x: x, output_shape="lambda s: (s[0], 5 if s[1] == 4 else 6)")
    assert one(text.infer((None, "T", 3))) == (None, 6)


UNDECIDED = {
    "x if x.shape[1] == 4 else x * 2": "T == 4",
    "x if x.shape[1] != 4 else x * 2": "T != 4",
    "x if x.shape[1] // 2 == 3 else x * 2": "T//2 == 3",
    "x[:, 0] if np.shape(x)[1] == 1 else x": "T == 1",
    "x if [i for i in range(4) if x.shape[1] == i] else x * 2": "T == 1",
    "x if 3 * x.shape[1] % 2 == 0 else x * 2": "T % 2 == 0",
    "x if x.shape[1] in (8, 16) else x * 2": "T == 8",
    "x if {'a': x.shape[1]} == {'a': 4} else x * 2": "T == 4",
}


@pytest.mark.parametrize("text", UNDECIDED)
def test_a_function_that_asks_what_a_symbol_leaves_open_is_refused_with_the_question(text):
    function = eval("lambda x: " + text, {"np": np})
    error = refused("SC312", layer("Lambda", function=function).infer, (None, "T", 3))
    open_ = f"fails: {UNDECIDED[text]} is not decided for all sizes"
    assert f"{open_}; a number for the size, or an `output_shape`, settles it" in str(error)
    assert layer("Lambda", function=function).infer((None, 4, 3)).outputs
    settled = layer("Lambda", function=function, output_shape=[4, 3])
    assert one(settled.infer((None, "T", 3))) == (None, 4, 3)
    if " in " not in text and "{" not in text:
        error = refused("SC312", layer("Lambda", function=f"lambda x: {text}").infer, (None, "T", 3))
        assert open_ in str(error)


def test_a_function_may_ask_what_holds_for_all_sizes():
    def asks(x):
        n = x.shape[1]
        assert n == x.shape[1] and (n != x.shape[1]) is False and n + 1 != n and n != 0 and n != 2.5 and x.shape[2] == 3
        assert str(n) == repr(n) == "T" and {n: 1}[x.shape[1]] == 1 and n is not None
        return x * 2

    assert one(layer("Lambda", function=asks).infer((None, None, 3))) == (None, None, 3)
    assert layer("Lambda", function=lambda x: x.shape[1]).infer((None, "T", 3)).outputs == [()]
    made = layer("Lambda", function=lambda x: x * np.zeros(x.shape[1])).infer((None, "T", 3))
    assert made.opaque  # NumPy itself makes no array of T values


def test_a_mask_function_that_fails_is_refused_in_words():
    def asks(x, mask):
        return mask if x.shape[1] == 4 else None

    error = refused("SC312", layer("Lambda", function=lambda x: x, mask=asks).infer, (None, "T", 3))
    assert "T == 4 is not decided for all sizes; a number for the size settles it" in str(error)
    fails = layer("Lambda", function=lambda x: x, mask=lambda x, mask: 1 // 0)
    assert "ZeroDivisionError" in str(refused("SC312", fails.infer, (None, 4)))


@pytest.mark.parametrize("bad", [7, 7.5, {"a": 1}, True])
def test_other_output_shapes_are_refused_in_words(bad):
    error = refused("SC311", layer, "Lambda", function=lambda x: x, output_shape=bad)
    assert "must be a list, a tuple or a function" in str(error)


@pytest.mark.parametrize("answer", [None, 5, "x", {1: 2}, (None, "a b"), (None, 2.5), [(None, 2), 3], (None, -1)])
def test_an_output_shape_that_returns_no_shape(answer):
    with pytest.raises(ShapeError):
        layer("Lambda", function=lambda x: x, output_shape=lambda shape: answer).infer((None, 4))


def test_a_function_that_fails_or_cannot_match():
    refused("SC312", layer("Lambda", function=lambda x: x @ x).infer, (None, 4, 3))
    refused("SC312", layer("Lambda", function=lambda x: 1 // 0).infer, (None, 4))
    refused("SC312", layer("Lambda", function=lambda x: "text").infer, (None, 4))

    def chooses(x):
        return x if x.shape[1] > 3 else x * 2

    refused("SC312", layer("Lambda", function=chooses).infer, (None, "T"))
    assert one(layer("Lambda", function=chooses).infer((None, 4))) == (None, 4)


def test_an_operation_that_cannot_be_traced_makes_the_output_opaque():
    inferred = layer("Lambda", function=lambda x: np.linalg.svd(x)[0] if False else np.unique(x)).infer((None, 4))
    assert inferred.outputs == [None]
    assert inferred.opaque


def test_masks_and_arguments_reach_the_function_only_if_it_takes_them():
    x, mask = np.ones((1, 3, 2), "float32"), np.array([[True, False, True]])
    keeps = layer("Lambda", function=lambda x, mask: x * mask[..., None].astype(x.dtype), mask=lambda x, mask: mask)
    run = keeps.run(x, mask=mask)
    assert run.outputs[0][0, :, 0].tolist() == [1, 0, 1]
    assert run.masks[0].tolist() == [[True, False, True]]
    assert layer("Lambda", function=lambda x: x + 1).run(x, mask=mask).masks == [None]
    scaled = layer("Lambda", function=lambda x, by, plus=0: x * by + plus, arguments={"by": 3, "plus": 1})
    assert scaled.run(x).outputs[0][0, 0, 0] == 4
    constant = layer("Lambda", function=lambda x: x, mask=np.array([[True, True, False]]))
    assert constant.run(x).masks[0].tolist() == [[True, True, False]]
    assert constant.infer((1, 3, 2)).masks == [(1, 3)]


def test_training_reaches_a_function_that_takes_it():
    f = layer("Lambda", function=lambda x, training: x * (2 if training else 1))
    assert f.run(np.ones((1, 2)), training=True).outputs[0].tolist() == [[2, 2]]
    assert f.run(np.ones((1, 2))).outputs[0].tolist() == [[1, 1]]


# Merges -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3), min_size=1, max_size=3))
def test_merges_broadcast_as_numpy_does_after_the_batch(shapes):
    shapes = [(4, *shape) for shape in shapes]
    rank = max(map(len, shapes))
    wide = [(4, *[1] * (rank - len(shape)), *shape[1:]) for shape in shapes]
    try:
        expected = np.broadcast_shapes(*wide)
    except ValueError:
        refused("SC310", layer("Add").infer, shapes)
        return
    assert one(layer("Add").infer(shapes)) == expected
    arrays = [np.random.default_rng(0).standard_normal(shape) for shape in shapes]
    assert np.allclose(
        layer("Add").run(arrays).outputs[0], sum(a.reshape(w) for a, w in zip(arrays, wide, strict=True)), atol=1e-5
    )


def test_merges_want_a_list_and_one_batch():
    refused("SC208", layer("Add").infer, (None, 3))
    refused("SC301", layer("Add").infer, [(2, 3), (4, 3)])
    refused("SC301", layer("Add").infer, [(1, 3), (4, 3)])
    refused("SC208", layer("Subtract").infer, [(None, 3)] * 3)
    assert [c.text for c in layer("Add").infer([(None, "H", 3), (None, "K", 3)]).requirements]
    assert one(layer("Add").infer([(None, 3)])) == (None, 3)


@given(st.integers(-1, 2), st.integers(-1, 2), st.booleans())
def test_dot_against_a_sum_over_every_index(a, b, normalize):
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((2, 3, 3)), rng.standard_normal((2, 3, 3))
    dot = layer("Dot", axes=[a, b], normalize=normalize)
    if 0 in (a, b):
        refused("SC114", dot.infer, [(2, 3, 3)] * 2)
        return
    left, right = np.moveaxis(x, a, -1), np.moveaxis(y, b, -1)
    if normalize:
        left = left / np.sqrt((left**2).sum(-1, keepdims=True))
        right = right / np.sqrt((right**2).sum(-1, keepdims=True))
    expected = [
        [[sum(left[n, i, k] * right[n, j, k] for k in range(3)) for j in range(3)] for i in range(3)] for n in range(2)
    ]
    assert np.allclose(dot.run([x, y]).outputs[0], expected, atol=1e-5)


# Round trip -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("Dense", {"units": 3, "activation": "relu", "kernel_regularizer": "l2", "name": "d"}),
        ("Dropout", {"rate": 0.5, "noise_shape": [None, 1], "seed": 2}),
        ("Reshape", {"target_shape": [2, -1]}), ("Permute", {"dims": [2, 1]}), ("Flatten", {}),
        ("RepeatVector", {"n": 2}), ("Masking", {"mask_value": 2}), ("Activation", {"activation": "gelu"}),
        ("ActivityRegularization", {"l1": 1, "l2": 2}),
        ("SpatialDropout2D", {"rate": 0.1, "data_format": "channels_first"}),
        ("Lambda", {"function": abs, "arguments": {}}), ("Dot", {"axes": [1, 2], "normalize": True}),
        ("Concatenate", {"axis": 1}), ("InputLayer", {"shape": [3, None]}),
    ],
)  # fmt: skip
def test_the_config_makes_the_same_layer_again(kind, config):
    made = layer(kind, **config)
    again = layer(kind, **made.config)
    assert again.config == made.config
    assert made.config | config == made.config
    assert type(again) is type(made)


def test_what_a_layer_does_not_take_is_refused_with_the_near_name():
    error = refused("SC111", layer, "Dense", unitz=3, units=4)
    assert "units" in " ".join(error.diagnostic.help)
    assert isinstance(refused("SC112", layer, "Dense"), SpecError)
    assert "Dense" in " ".join(refused("SC110", layer, "Dence").diagnostic.help)
    assert shapecheck.layer("Dense", units=3).infer((None, 4)).params == 15

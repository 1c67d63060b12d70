"""The core layers where they run: functions of the user, dtypes, what is drawn, penalties, masks, models as a whole."""

import numpy as np
import pytest

import shapecheck
from shapecheck import ShapecheckError, dtypes, layer


def refused(code, call, *args, **kwargs):
    with pytest.raises(ShapecheckError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code, caught.value
    return caught.value


X = np.array([[1.0, -2.0, 3.0, -4.0], [0.5, 0.0, -1.0, 2.0]], "float32")


# Functions of the user --------------------------------------------------------------------------------------------


def test_an_activation_that_is_a_function_is_followed_by_its_shapes():
    halves = layer("Activation", activation=lambda x: x[..., ::2])
    assert [str(size) for size in halves.infer((None, "T", 6)).outputs[0]] == ["None", "T", "3"]
    assert halves.run(X).outputs[0].tolist() == [[1, 3], [0.5, -1]]
    dense = layer("Dense", units=4, activation=np.tanh, kernel_initializer="ones")
    assert np.allclose(dense.run(X).outputs[0], np.tanh(X.sum(1, keepdims=True)).repeat(4, 1), atol=1e-6)
    assert dense.infer((None, 4)).dtypes == ["float32"]


@pytest.mark.parametrize("bad", [lambda x: 1 / 0, lambda x: "text", lambda x: None, lambda x: [x, x], lambda x: x @ x])
def test_a_function_that_fails_or_gives_no_array_is_refused(bad):
    for made in (layer("Activation", activation=bad), layer("Dense", units=3, activation=bad)):
        refused("SC312", made.infer, (2, 4))
        refused("SC312", made.run, X)


def test_what_no_shape_tells_is_no_mistake():
    def of_another_framework(x):
        if not isinstance(x, np.ndarray):
            raise ValueError(f"cannot convert a {type(x).__name__} to a tensor")
        return x * 2

    assert layer("Activation", activation=of_another_framework).infer((None, 4)).outputs == [(None, 4)]
    assert layer("Activation", activation=of_another_framework).run(X).outputs[0].tolist() == (X * 2).tolist()
    opaque = layer("Lambda", function=of_another_framework).infer((None, 4))
    assert opaque.outputs == [None] and opaque.opaque
    scaled = layer("Lambda", function=lambda x: x / np.sqrt(x.shape[-1]))
    assert scaled.infer((None, "F")).opaque  # the root of a symbol is no size, and no mistake
    assert np.allclose(scaled.run(X).outputs[0], X / 2)


@pytest.mark.parametrize("bad", [lambda x, mask: 1 / 0, lambda x, mask: "text", [[True], [False, True]]])
def test_a_mask_that_is_none_is_refused(bad):
    made = layer("Lambda", function=lambda x: x, mask=bad)
    refused("SC312", made.infer, (2, 4), mask=(2,))
    refused("SC312", made.run, X, mask=[True, False])
    refused("SC113", layer, "Lambda", function=lambda x: x, mask=5)


def test_several_output_shapes_and_one_mask():
    both = layer("Lambda", function=lambda x: [x, x[:, :2]], output_shape=[[4], [2]], mask=lambda x, mask: mask)
    inferred = both.infer((None, 4), mask=(None,))
    assert inferred.outputs == [(None, 4), (None, 2)]
    assert inferred.masks == [(None,), None]  # Keras gives a single mask to the first output
    assert [y.shape for y in both.run(X, mask=[True, False]).outputs] == [(2, 4), (2, 2)]


def test_training_and_mask_win_over_arguments():
    seen = {}

    def noted(x, training, mask):
        seen.update(training=training, mask=mask)
        return x

    layer("Lambda", function=noted, arguments={"training": "mine", "mask": "mine"}).run(X, training=True)
    assert seen == {"training": True, "mask": None}


def test_a_penalty_or_a_start_that_fails_is_refused():
    refused("SC312", layer("Dense", units=2, kernel_regularizer=lambda w: "text").run, X)
    refused("SC312", layer("Dense", units=2, activity_regularizer=lambda y: y).run, X)
    refused("SC312", layer("Dense", units=2, kernel_initializer=lambda shape, dtype: 1 / 0).run, X)
    refused("SC125", layer("Dense", units=2, kernel_initializer=lambda shape, dtype: np.ones(3)).run, X)
    refused("SC504", layer("Dense", units=1 << 47).run, X)  # no memory holds it


# Dtypes -----------------------------------------------------------------------------------------------------------

NAMES = ("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "bfloat16", "float16",
         "float32", "float64", "complex64", "complex128")  # fmt: skip
# The way up from each dtype in Keras's promotion, `~int` and `~float` being those of Python's numbers.
UP = {
    "bool": ["~int"], "uint8": ["int16", "uint16"], "uint16": ["int32", "uint32"], "uint32": ["int64", "uint64"],
    "uint64": ["~float"], "~int": ["uint8", "int8", "complex64"], "int8": ["int16"], "int16": ["int32"],
    "int32": ["int64"], "int64": ["~float"], "~float": ["bfloat16", "float16"], "bfloat16": ["float32"],
    "float16": ["float32"], "float32": ["float64", "complex64"], "float64": ["complex128"],
    "complex64": ["complex128"], "complex128": [],
}  # fmt: skip


def above(name):
    found, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(UP[name])
    return found


@pytest.mark.parametrize("a", NAMES)
def test_promotion_is_the_least_upper_bound(a):
    for b in NAMES:
        common = above(a) & above(b)
        (least,) = [name for name in common if common <= above(name)]
        assert dtypes.promote(a, b) == {"~float": "float32"}.get(least, least)


@pytest.mark.parametrize(
    ("given", "name"),
    [("int32", "int32"), (np.int32, "int32"), (np.dtype("int32"), "int32"), (int, "int32"), (float, "float32"),
     (bool, "bool"), (None, "float32")],
)  # fmt: skip
def test_a_dtype_may_be_said_in_many_ways(given, name):
    assert layer("Identity").infer((2, 3), dtype=given).dtypes == [name]


# What is drawn ----------------------------------------------------------------------------------------------------


def test_integers_are_not_dropped():
    whole = np.ones((3, 4), "int32")
    assert layer("Dropout", rate=0.5).run(whole).outputs[0].tolist() == whole.tolist()
    refused("SC504", layer("Dropout", rate=0.5).run, whole, training=True)


def test_each_of_a_list_and_each_call_has_a_pattern_of_its_own():
    ones = np.ones((20, 20), "float32")
    first, second = layer("Dropout", rate=0.5, seed=1).run([ones, ones], training=True).outputs
    assert not np.array_equal(first, second)
    text = """
    layers:
      - Input: {name: a, shape: [20]}
      - Dropout: {rate: 0.5, seed: 1, name: d}
      - call: {layer: d, inputs: a, name: e}
    outputs: [d, e]
    """
    first, second = shapecheck.run(text=text, arrays={"a": ones}, training=True).outputs
    assert not np.array_equal(first, second)


MODEL = """
layers:
  - Input: {name: a, shape: [T, 4]}
  - Input: {name: b, shape: [T, 4]}
  - Dense: {units: 3, name: d, inputs: a, kernel_regularizer: l2, activity_regularizer: l1}
  - call: {layer: d, inputs: b, name: e}
  - Dropout: {rate: 0.5, name: r, inputs: d}
  - Add: {inputs: [r, e], name: s}
outputs: [s]
"""


def test_a_run_is_reproducible_and_does_not_hang_on_the_order_of_layers():
    first, again, other = (shapecheck.run(text=MODEL, training=True, seed=seed).outputs[0] for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    wider = MODEL.replace("  - Dense:", "  - Activation: {activation: relu, inputs: a, name: z}\n  - Dense:")
    more = shapecheck.run(text=wider.replace("[s]", "[s, z]"), training=True, seed=3)
    assert np.array_equal(first, more.outputs[0])
    assert shapecheck.run(text=MODEL, seed=-1).sizes == {"B": 2, "T": 2}


# Penalties --------------------------------------------------------------------------------------------------------


def test_the_weights_of_a_shared_layer_are_penalized_once_and_each_output_is():
    run = shapecheck.run(text=MODEL, weights={"d": [np.ones((4, 3)), np.zeros(3)]})
    d, e = run.arrays["d"], run.arrays["e"]
    by_hand = 0.01 * 12 + 0.01 * (np.abs(d).sum() + np.abs(e).sum()) / 2
    assert run.regularization_loss == pytest.approx(by_hand, rel=1e-5)
    assert sorted(loss.label for loss in run.losses) == ["d", "d/kernel", "e"]


@pytest.mark.parametrize(("keras", "counted"), [(2, True), (3, False), (None, False)])
def test_what_is_not_trained_is_penalized_in_keras_2_only(keras, counted):
    frozen = layer("Dense", keras=keras, units=2, kernel_regularizer="l2", trainable=False)
    assert bool(frozen.run(X).losses) == counted


def test_a_penalty_of_no_samples_is_zero():
    none = layer("ActivityRegularization", l1=1.0).run(np.ones((0, 4), "float32"))
    assert [float(loss) for loss in none.losses] == [0]


# Masks ------------------------------------------------------------------------------------------------------------


def test_a_tensor_that_is_widened_takes_no_part_with_its_mask():
    """As Keras executes it: the axes of size 1 make another tensor, which carries no mask."""
    wide, narrow = np.full((1, 2, 3), 2.0, "float32"), np.full((1, 3), 5.0, "float32")
    mask = [np.array([[True, False]]), np.array([False])]
    product = layer("Multiply").run([wide, narrow], mask=mask)
    assert product.outputs[0].tolist() == [[[10, 10, 10], [5, 5, 5]]]  # 2 is masked, 5 is not
    assert product.masks[0].tolist() == [[True, False]]  # but the masks are added up


def test_masks_that_cannot_be_spread_over_the_values_are_refused_when_they_are_needed():
    x = np.ones((2, 3, 4, 5), "float32")
    mask = np.ones((2, 3), bool)  # as after a TimeDistributed of images
    assert layer("Add").run([x, x], mask=[mask, mask]).masks[0].shape == (2, 3)
    for kind in ("Multiply", "Maximum", "Minimum"):
        refused("SC405", layer(kind).run, [x, x], mask=[mask, mask])


def test_a_none_of_a_mask_is_the_size_of_its_tensor():
    inferred = layer("Add").infer([(None, None, 4), (None, 7, 4)], mask=[(None, None), (None, None)])
    assert inferred.masks == [(None, 7)]


# Sizes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "target", "size"),
    [("[T]", "[-1, 7]", 7), ("[T]", "[1]", 1), ("[T, 6]", "[-1, 4]", 2), ("[T]", "[-1, 4099]", 4099),
     ("[2*T + 1]", "[-1, 3]", 4)],
)  # fmt: skip
def test_symbols_take_the_smallest_valid_size_of_at_least_2_and_1_only_where_nothing_else_is_valid(
    shape, target, size
):
    run = shapecheck.run(text=f"layers:\n  - Input: {{shape: {shape}}}\n  - Reshape: {{target_shape: {target}}}\n")
    assert run.sizes["T"] == size


def test_a_size_is_read_off_an_array():
    text = "layers:\n  - Input: {name: a, shape: [2*T + 1, 3]}\n  - Flatten\n  - Dense: 4\n"
    assert shapecheck.run(text=text, arrays={"a": np.ones((5, 7, 3))}).sizes == {"B": 5, "T": 3}
    error = refused("SC501", shapecheck.run, text=text, arrays={"a": np.ones((5, 8, 3))})
    assert "2*T + 1" in str(error)
    refused("SC501", shapecheck.run, text=text, arrays={"a": np.ones((0, 7, 3))})


def test_what_is_flattened_is_not_empty():
    assert [c.text for c in layer("Flatten").infer((None, "H//2", 3)).requirements] == ["H >= 2"]
    assert not list(layer("Flatten", keras=3).infer((None, "H//2", 3)).requirements)


@pytest.mark.parametrize("dtype", ["int32", "float32"])
@pytest.mark.parametrize("between", ["Identity: {}", "Reshape: {target_shape: [3]}", "inner: {}"])
@pytest.mark.parametrize("rows", [1, 2, 9])
def test_drawn_ids_are_rows_of_the_table_and_not_masked(rows, between, dtype):
    """The mean of the steps that are not masked is nan where all of them are; ids are below `input_dim`."""
    text = (
        "models:\n  inner:\n    layers:\n      - Input: {shape: [3]}\n      - Identity: {}\n"
        f"layers:\n  - Input: {{shape: [3], dtype: {dtype}, name: a}}\n  - {between}\n"
        f"  - Embedding: {{input_dim: {rows}, output_dim: 4, mask_zero: {str(rows > 1).lower()}}}\n"
        "  - GlobalAveragePooling1D: {}\n"
    )
    for seed in range(20):
        run = shapecheck.run(text=text, seed=seed)
        assert set(run.inputs["a"].flat) <= set(range(1 if rows > 1 else 0, rows))
        assert np.isfinite(run.outputs[0]).all()


@pytest.mark.parametrize(
    ("dtype", "given"),
    [("int32", 6.5), ("int32", np.nan), ("int32", np.inf), ("int32", 2.0**31), ("uint8", -1), ("uint8", 256)],
)
def test_an_input_of_whole_numbers_takes_no_others(dtype, given):
    text = f"layers:\n  - Input: {{shape: [2], dtype: {dtype}, name: a}}\n  - Identity: {{}}\n"
    error = refused("SC501", shapecheck.run, text=text, arrays={"a": np.array([[3, given]])})
    assert f"`a` takes whole numbers of dtype {dtype}, and the array is one that holds {given}" in str(error)
    whole = shapecheck.run(text=text, arrays={"a": np.array([[3.0, 7.0]])}).outputs[0]
    assert whole.dtype == dtype and whole.tolist() == [[3, 7]]

"""Activations against real Keras, against formulas of their own in plain Python, and at the ends of the float range."""

import gzip
import json
import math
import pathlib
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecheck import activations, dims, need
from shapecheck.diagnostic import Refusal
from shapecheck.tracing import TracedArray, traced_np

with gzip.open(pathlib.Path(__file__).with_name("data") / "named_keras3.json.gz", "rt", encoding="utf-8") as file:
    FACTS = json.load(file)  # answers of Keras 3.15.1; data/make_named_facts.py says how it was asked
INPUTS = [np.array(values, "float32") for values in FACTS["activations"]["inputs"]]

# The oracle of Keras 2.2.4 accepts these names and refuses the rest.
KERAS2 = {"softmax", "elu", "selu", "softplus", "softsign", "relu", "tanh", "sigmoid", "hard_sigmoid", "exponential",
          "linear"}  # fmt: skip


def refused(value, keras=None):
    with pytest.raises(Refusal) as caught:
        activations.get(value, keras)
    return caught.value


def close(ours, theirs, x, ulps=4):
    """Equal up to a few units in the last place of the result and of the input."""
    eps = np.finfo("float32").eps
    return np.allclose(ours, theirs, rtol=ulps * eps, atol=ulps * eps * max(1.0, float(np.abs(x).max())))


@pytest.mark.parametrize("name, config, outputs", FACTS["activations"]["rows"], ids=lambda value: str(value)[:40])
def test_values_are_those_of_keras(name, config, outputs):
    activation = activations.get({"class_name": name, "config": config})
    for x, expected in zip(INPUTS, outputs, strict=False):
        y = activation(np, x)
        assert y.dtype == np.float32
        assert y.shape == np.shape(expected) == activation.out(x.shape)
        # row by row of the last axis where values do not mix, so that -1e4 lends no tolerance to -1
        if y.shape == x.shape and "axis" not in activation.config:
            assert all(close(a, b, c, 8) for a, b, c in zip(y.flat, np.ravel(expected), x.flat, strict=True))
        else:
            assert close(y, expected, x, 8)


@pytest.mark.parametrize("saved, expected", FACTS["activations"]["layers"], ids=lambda value: str(value)[:60])
def test_layers_given_as_an_activation(saved, expected):
    assert close(activations.get(saved)(np, INPUTS[0]), expected, INPUTS[0])


def test_names_are_those_of_keras():
    said = FACTS["identifiers"]["activations"]
    accepted = set(said["accepted"])
    assert set(activations.NAMES) == accepted
    for name in said["asked"]:
        if name == "threshold":  # Keras takes it, and then cannot call it: it has no defaults
            assert refused(name).code == "SC112"
        elif name in accepted:
            assert activations.get(name, 3) == activations.get(name)
        else:
            assert refused(name).code == "SC121"


def test_names_of_keras_2():
    for name in FACTS["identifiers"]["activations"]["asked"]:
        if name in KERAS2:
            assert activations.get(name, 2).name == name
        else:
            assert refused(name, 2).code == "SC121"
    assert refused({"class_name": "relu", "config": {}}, 2).code == "SC121"
    assert activations.get(None, 2).name == "linear"


def test_hard_sigmoid_changed_between_generations():
    x = np.array([-4, -2.75, -1, 0, 1, 2.75, 4], "float32")
    old = [min(max(0.2 * v + 0.5, 0), 1) for v in x.tolist()]
    new = [min(max(v + 3, 0), 6) / 6 for v in x.tolist()]
    assert np.allclose(activations.get("hard_sigmoid", 2)(np, x), old)
    assert np.allclose(activations.get("hard_sigmoid", 3)(np, x), new)
    assert not np.allclose(old, new)


# Formulas, one float at a time -----------------------------------------------------------------------------------


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else math.exp(x)


def softplus(x):
    return math.log1p(math.exp(x)) if x < 30 else x + math.exp(-x)


SELU = (1.6732632423543772848170429916717, 1.0507009873554804934193349852946)

FORMULAS = {
    "celu": lambda x: x if x > 0 else math.expm1(x),
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "exponential": math.exp,
    "gelu": lambda x: x * (statistics.NormalDist().cdf(x) if x > -5 else math.erfc(-x / math.sqrt(2)) / 2),
    "hard_shrink": lambda x: x if abs(x) > 0.5 else 0,
    "hard_sigmoid": lambda x: max(0, min(6, x + 3)) / 6,
    "hard_silu": lambda x: x * max(0, min(6, x + 3)) / 6,
    "hard_tanh": lambda x: max(-1, min(1, x)),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "linear": lambda x: x,
    "log_sigmoid": lambda x: -softplus(-x),
    "mish": lambda x: x * math.tanh(softplus(x)),
    "relu": lambda x: max(x, 0),
    "relu6": lambda x: max(0, min(6, x)),
    "selu": lambda x: SELU[1] * (x if x > 0 else SELU[0] * math.expm1(x)),
    "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x),
    "soft_shrink": lambda x: math.copysign(max(abs(x) - 0.5, 0), x),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "sparse_plus": lambda x: 0 if x <= -1 else x if x >= 1 else (x + 1) ** 2 / 4,
    "sparse_sigmoid": lambda x: max(0, min(1, (x + 1) / 2)),
    "squareplus": lambda x: (x + math.sqrt(x * x + 4)) / 2 if x > 0 else 2 / (math.sqrt(x * x + 4) - x),
    "tanh": math.tanh,
    "tanh_shrink": lambda x: x - math.tanh(x),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("dtype, rtol", [("float32", 2e-6), ("float64", 1e-13)])
def test_formulas(name, dtype, rtol):
    x = np.concatenate([np.linspace(-20, 20, 161), [-90, -60, -35, 35, 60, 85], [0.5, -0.5, 1e-5]]).astype(dtype)
    expected = [FORMULAS[name](v) for v in x.astype("float64").tolist()]
    y = activations.get(name)(np, x)
    assert y.dtype == dtype
    tiny = {"gelu": 1e-15, "tanh_shrink": 1e-6 if dtype == "float32" else 1e-15}.get(name, 1e-37)
    assert np.allclose(y, expected, rtol=rtol, atol=tiny)


def test_the_names_without_a_formula_here_are_tested_below():
    assert set(activations.NAMES) - set(FORMULAS) == {
        "glu", "hard_swish", "log_softmax", "softmax", "sparsemax", "swish", "threshold",
    }  # fmt: skip
    assert activations.get("swish") == activations.get("silu")
    assert activations.get("hard_swish") == activations.get("hard_silu")


@pytest.mark.parametrize("name", sorted(set(activations.NAMES) - {"threshold"}))
def test_finite_at_the_ends_of_the_range_and_without_a_warning(name):
    """Results whose true value is a float32 come out finite; pytest turns any warning into an error."""
    x = np.array([[-1e38, -1e30, -1e4, -100, 80, 1e4, 1e30, 1e38]], "float32")
    y = activations.get(name)(np, x)
    assert np.isfinite(y[:, :5] if name == "exponential" else y).all()
    activations.get(name)(np, np.array([[-np.inf, np.inf], [np.nan, 0]], "float32"))


def test_softmax_of_large_values_and_its_sum():
    x = np.array([[1e30, 1e30, -1e30, 0], [-1e4, -1e4 + 1, -1e4 + 2, -2e4]], "float32")
    y = activations.get("softmax")(np, x)
    e = math.e
    assert np.allclose(y, [[0.5, 0.5, 0, 0], [1 / (1 + e + e * e), e / (1 + e + e * e), e * e / (1 + e + e * e), 0]])
    assert np.allclose(np.exp(activations.get("log_softmax")(np, x)), y)
    both = activations.get({"softmax": {"axis": [0, 1]}})(np, x[1:])
    assert np.allclose(both.sum(), 1)


def test_sparsemax_is_what_keras_executes_and_not_the_projection():
    """With one element in the support both are the same; with two, Keras subtracts (s_1 + s_2 - 1) / 2."""
    y = activations.get("sparsemax")(np, np.array([[1, 2, 3], [0, 0.5, 0.2]], "float32"))
    assert np.allclose(y[0], [0, 0, 1])
    # sorted 0.5, 0.2, 0: all three are in the support; partial sums 0.5, 0.7, 0.7; tau = (1.9 - 1) / 3 = 0.3
    assert np.allclose(y[1], [0, 0.2, 0])


def test_glu_and_threshold():
    x = np.array([[1.0, -2.0, 0.0, math.log(3)]], "float32")
    assert np.allclose(activations.get("glu")(np, x), [[0.5, -1.5]])
    step = activations.get({"threshold": {"threshold": 1, "default_value": -7}})
    assert step(np, np.array([0.5, 1, 1.5], "float32")).tolist() == [-7, -7, 1.5]


KEEP_INTS = {"linear", "relu", "hard_tanh"}  # what Keras 3.15.1 gives for int32 with JAX, asked of each name


@pytest.mark.parametrize("name", sorted(set(activations.NAMES) - {"threshold"}))
def test_dtypes(name):
    """Floats keep their dtype; integers and booleans become float32 first, but for what only cuts them off."""
    activation = activations.get(name)
    for dtype in ("float16", "float32", "float64"):
        assert activation(np, np.array([[0.5, -2, 3, 1]], dtype)).dtype == dtype
    whole = np.array([[0, 1, -2, 3]])
    for dtype in ("int8", "int32", "int64"):
        y = activation(np, whole.astype(dtype))
        assert y.dtype == (dtype if name in KEEP_INTS else "float32") == activation.dtype(dtype)
        assert np.array_equal(y, activation(np, whole.astype("float32")))
    of_booleans = {"linear": "bool", "relu": "int32", "hard_tanh": "int32"}.get(name, "float32")
    assert activation(np, np.array([[True, False]])).dtype == of_booleans == activation.dtype("bool")
    assert np.array_equal(activation(np, [[0, 1, -2, 3]]), activation(np, whole.astype("float32")))


# Shapes ----------------------------------------------------------------------------------------------------------


def test_only_glu_changes_a_shape():
    for name in set(activations.NAMES) - {"glu", "threshold"}:
        assert activations.get(name).out((2, 3, 5)) == (2, 3, 5)
    assert activations.get("glu").out((2, 3, 8)) == (2, 3, 4)
    assert activations.get({"glu": {"axis": 1}}).out((2, 6, 5)) == (2, 3, 5)
    assert activations.get(np.tanh).out((2, 3)) == (2, 3)


def test_glu_needs_an_even_size():
    with pytest.raises(Refusal) as caught:
        activations.get("glu").out((2, 7))
    assert caught.value.code == "SC303"
    assert (caught.value.facts["size"], caught.value.facts["divisor"]) == (7, 2)
    owed = []
    width = dims.symbol("W")
    with need.recording(owed):
        assert activations.get("glu").out((2, width)) == (2, width // 2)
        assert activations.get("glu").out((2, 6 * width)) == (2, 3 * width)
    assert [(o.kind, o.a, o.b) for o in owed] == [("divides", 2, width)]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(-5, 5))
def test_glu_shape_is_that_of_numpy(shape, axis):
    activation = activations.get({"class_name": "glu", "config": {"axis": axis}})
    x = np.zeros(shape, "float32")
    try:
        inferred = activation.out(tuple(shape))
    except Refusal:
        with pytest.raises((ValueError, IndexError, Refusal)):
            activation(np, x)
    else:
        assert activation(np, x).shape == inferred


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax", "glu"])
def test_an_axis_that_is_not_there(name):
    with pytest.raises(Refusal) as caught:
        activations.get({name: {"axis": 2}}).out((4, 6))
    assert caught.value.code == "SC309"
    assert (caught.value.facts["axis"], caught.value.facts["rank"]) == (2, 2)


def test_softmax_wants_an_axis_and_two_under_keras_2():
    assert activations.get("softmax").out((None,)) == (None,)
    for shape, keras in (((), 3), ((8,), 2)):
        with pytest.raises(Refusal) as caught:
            activations.get("softmax", keras).out(shape)
        assert caught.value.code == "SC302"
    assert activations.get("softmax", 2).out((3, 8)) == (3, 8)


# Reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, name, config",
    [
        (None, "linear", {}),
        ("swish", "silu", {}),
        ({"class_name": "leaky_relu", "config": {"negative_slope": 0.1}}, "leaky_relu", {"negative_slope": 0.1}),
        ({"class_name": "leaky_relu"}, "leaky_relu", {"negative_slope": 0.2}),
        ({"leaky_relu": {"negative_slope": 0.1}}, "leaky_relu", {"negative_slope": 0.1}),
        ({"leaky_relu": 0.1}, "leaky_relu", {"negative_slope": 0.1}),
        ({"leaky_relu": None}, "leaky_relu", {"negative_slope": 0.2}),
        ({"type": "elu", "alpha": 2}, "elu", {"alpha": 2}),
        ({"module": "builtins", "class_name": "function", "config": "mish", "registered_name": "function"}, "mish", {}),
        ({"module": "keras.activations", "class_name": "tanh", "config": {}, "registered_name": None}, "tanh", {}),
        ({"module": "keras.layers", "class_name": "LeakyReLU", "config": {"alpha": 0.1, "name": "a"}},
         "LeakyReLU", {"negative_slope": 0.1}),
        ({"class_name": "Activation", "config": {"activation": "tanh"}}, "tanh", {}),
        ({"Softmax": [1, 2]}, "Softmax", {"axis": [1, 2]}),
    ],
)  # fmt: skip
def test_every_form_is_read_and_comes_back(value, name, config):
    activation = activations.get(value)
    assert (activation.name, activation.config) == (name, config)
    again = activations.get(activation.value)
    assert again == activation and hash(again) == hash(activation)


@pytest.mark.parametrize("name", sorted(set(activations.NAMES) - {"threshold"}))
def test_names_come_back_as_names(name):
    assert (
        activations.get(activations.get(name).value).value == activations.get(name).value == activations.get(name).name
    )


def test_a_function_is_kept_as_it_is():
    def double(x):
        return 2 * x

    activation = activations.get(double)
    assert activation.function is double and activation.value is double and activation.name == "double"
    assert activation(np, np.arange(3)).tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    "value, code, near",
    [
        ("ReLU", "SC121", "relu"),
        ("reul", "SC121", "relu"),
        ("hard-swish", "SC121", "hard_swish"),
        ("LeakyReLU", "SC121", "leaky_relu"),
        ("nope", "SC121", None),
        ("", "SC121", None),
        ("x" * 100_000, "SC121", None),
        (3, "SC121", None),
        (True, "SC121", None),
        ([], "SC121", None),
        ({}, "SC121", None),
        ({"relu": {}, "tanh": {}}, "SC121", None),
        ({3: {}}, "SC121", None),
        ({"class_name": ["relu"], "config": {}}, "SC121", None),
        ({"class_name": "PReLU", "config": {}}, "SC121", "ReLU"),
        ({"module": "mine", "class_name": "relu", "config": {}}, "SC121", None),
        ({"class_name": "relu", "config": {}, "registered_name": "mine>relu"}, "SC121", None),
        ({"class_name": "relu", "negative_slope": 0.1}, "SC108", "config"),
        ({"leaky_relu": {"negativ_slope": 1}}, "SC111", "negative_slope"),
        ({"leaky_relu": {3: 1}}, "SC111", None),
        ({"leaky_relu": {"negative_slope": "0.1"}}, "SC125", None),
        ({"leaky_relu": {"negative_slope": 10**400}}, "SC125", None),
        ({"leaky_relu": {"negative_slope": float("nan")}}, "SC125", None),
        ({"celu": {"alpha": 0}}, "SC125", None),
        ({"class_name": "LeakyReLU", "config": {"negative_slope": -1}}, "SC125", None),
        ({"class_name": "ReLU", "config": {"threshold": None}}, "SC125", None),
        ({"softmax": {"axis": 1.5}}, "SC125", None),
        ({"class_name": "relu", "config": 3}, "SC125", None),
        ({"tanh": 3}, "SC125", None),
        ({"threshold": 1.0}, "SC112", None),
    ],
)
def test_refusals(value, code, near):
    refusal = refused(value)
    assert refusal.code == code
    assert refusal.facts["near"] == near
    assert isinstance(refusal.facts["given"], str) and len(refusal.facts["given"]) < 100


def test_a_map_that_holds_itself():
    value = {"class_name": "Activation", "config": {}}
    value["config"]["activation"] = value
    assert refused(value).code == "SC121"


@pytest.mark.parametrize("name", sorted(set(activations.NAMES) - {"threshold"}))
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_the_same_formulas_follow_shapes(name, dtype):
    """On an array that only knows its shape the formula gives what `out` promises."""
    shape = (dims.symbol("B"), 4, 6)
    y = activations.get(name)(traced_np, TracedArray(shape, dtype))
    assert (y.shape, y.dtype) == (activations.get(name).out(shape), dtype if name in KEEP_INTS else "float32")


def test_what_was_read_already_is_kept():
    activation = activations.get("relu")
    assert activations.get(activation) is activation and activations.get(activation, 2) is activation

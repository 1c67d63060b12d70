"""Initializers: their distributions, their fans against those of Keras, and what is read and refused."""

import gzip
import json
import math
import pathlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecheck import dims, initializers
from shapecheck.diagnostic import Refusal

with gzip.open(pathlib.Path(__file__).with_name("data") / "named_keras3.json.gz", "rt", encoding="utf-8") as file:
    FACTS = json.load(file)  # answers of Keras 3.15.1; data/make_named_facts.py says how it was asked

# What Keras 2.2.4 has under these names: classes, functions and aliases.
KERAS2 = {
    "Zeros", "Ones", "Constant", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling",
    "Orthogonal", "Identity", "zero", "zeros", "one", "ones", "constant", "uniform", "random_uniform", "normal",
    "random_normal", "truncated_normal", "identity", "orthogonal", "lecun_uniform", "glorot_normal",
    "glorot_uniform", "he_normal", "lecun_normal", "he_uniform",
}  # fmt: skip


def draw(value, shape, seed=0, keras=None, dtype="float64"):
    return initializers.get(value, keras)(np, np.random.default_rng(seed), shape, dtype)


def refused(value, keras=None):
    with pytest.raises(Refusal) as caught:
        initializers.get(value, keras)
    return caught.value


def scaled(**config):
    return {"class_name": "VarianceScaling", "config": config}


# Names -----------------------------------------------------------------------------------------------------------


def test_names_are_those_of_keras():
    said = FACTS["identifiers"]["initializers"]
    assert set(initializers.NAMES) == {*said["accepted"], "Constant", "constant"}
    for name in said["asked"]:
        if name in said["accepted"]:
            assert initializers.get(name, 3) == initializers.get(name)
        else:  # Keras wants a value for a constant, too
            assert refused(name).code == ("SC112" if name in ("Constant", "constant") else "SC122")


def test_names_of_keras_2():
    for name in {*FACTS["identifiers"]["initializers"]["asked"], *KERAS2}:
        if name in KERAS2:
            assert initializers.get(name, 2)
        else:
            assert refused(name, 2).code == "SC122"
    assert initializers.get("constant", 2).config == {"value": 0}
    assert refused(None, 2).code == "SC122"


def test_none_is_what_keras_3_gives_a_weight_without_an_initializer():
    assert initializers.get(None) == initializers.get("glorot_uniform")


@pytest.mark.parametrize(
    "value, name, config",
    [
        ("zero", "Zeros", {}),
        ("normal", "RandomNormal", {"mean": 0, "stddev": 0.05, "seed": None}),
        ({"class_name": "RandomNormal", "config": {"stddev": 0.1}}, "RandomNormal",
         {"mean": 0, "stddev": 0.1, "seed": None}),
        ({"module": "keras.initializers", "class_name": "HeNormal", "config": {"seed": 1}, "registered_name": None},
         "HeNormal", {"seed": 1, "input_axes": None, "output_axes": None}),
        ({"class_name": "he_normal"}, "HeNormal", {"seed": None, "input_axes": None, "output_axes": None}),
        ({"HeNormal": {"seed": 1}}, "HeNormal", {"seed": 1, "input_axes": None, "output_axes": None}),
        ({"HeNormal": None}, "HeNormal", {"seed": None, "input_axes": None, "output_axes": None}),
        ({"constant": 0.5}, "Constant", {"value": 0.5}),
        ({"type": "Orthogonal", "gain": 2}, "Orthogonal", {"gain": 2, "seed": None}),
        ({"class_name": "Zeros", "config": {"dtype": "float32"}}, "Zeros", {}),
        (scaled(distribution="Normal", scale=2), "VarianceScaling",
         {"scale": 2, "mode": "fan_in", "distribution": "truncated_normal", "seed": None, "input_axes": None,
          "output_axes": None}),
        ({"Ones": {}}, "Ones", {}),
        ({"RandomUniform": {"seed": {"class_name": "SeedGenerator", "config": {"seed": 4}}}}, "RandomUniform",
         {"minval": -0.05, "maxval": 0.05, "seed": 4}),
    ],
)  # fmt: skip
def test_every_form_is_read_and_comes_back(value, name, config):
    initializer = initializers.get(value)
    assert (initializer.name, initializer.config) == (name, config)
    assert initializers.get(initializer.value) == initializer


@pytest.mark.parametrize(
    "value, code, near",
    [
        ("glorotuniform", "SC122", "glorot_uniform"),
        ("he_norml", "SC122", "he_normal"),
        ("xavier", "SC122", None),
        (3, "SC122", None),
        (True, "SC122", None),
        ({}, "SC122", None),
        ([1, 2], "SC122", None),
        ({"class_name": "Mine", "module": "mine", "config": {}}, "SC122", None),
        ({"HeNormal": {"sed": 1}}, "SC111", "seed"),
        ({"class_name": "HeNormal", "seed": 1}, "SC108", "config"),
        (scaled(scale=0), "SC125", None),
        (scaled(scale=-1), "SC125", None),
        (scaled(scale="a"), "SC125", None),
        (scaled(scale=None), "SC125", None),
        (scaled(mode="FAN_IN"), "SC125", None),
        (scaled(mode=None), "SC125", None),
        (scaled(distribution="gauss"), "SC125", None),
        (scaled(seed="a"), "SC125", None),
        (scaled(seed=1.5), "SC125", None),
        (scaled(input_axes=0), "SC125", None),
        ({"RandomNormal": {"stddev": "a"}}, "SC125", None),
        ({"RandomNormal": {"mean": None}}, "SC125", None),
        ({"Constant": "a"}, "SC125", None),
        ({"Constant": None}, "SC112", None),
        ({"Constant": [1, [2]]}, "SC125", None),
        ({"STFT": {"side": "left"}}, "SC125", None),
        ({"STFT": {"window": "x"}}, "SC125", None),
        ({"STFT": {"scaling": "x"}}, "SC125", None),
    ],
)
def test_refusals(value, code, near):
    refusal = refused(value)
    assert (refusal.code, refusal.facts["near"]) == (code, near)
    assert isinstance(refusal.facts["given"], str)
    if code == "SC125":
        assert refusal.facts.keys() >= {"name", "param", "value", "expected"}


def test_a_bottomless_list():
    value = []
    value.append(value)
    assert refused({"Constant": value}).code == "SC125"


@pytest.mark.parametrize(
    "value, shape",
    [("orthogonal", (4,)), ("orthogonal", ()), ("identity", (4,)), ("identity", (2, 3, 4)), ("stft", (3, 4)),
     ("orthogonal", (dims.symbol("H"),)), ({"Constant": [1, 2]}, (2, 3)), ({"Constant": [1, 2]}, ()),
     (np.ones(3), (4,)), (lambda shape, dtype: np.ones(3), (4,)), ({"STFT": {"window": [1, 2]}}, (3, 1, 3)),
     (scaled(input_axes=[0], output_axes=[2]), (3, 4))],
)  # fmt: skip
def test_shapes_it_is_not_defined_for(value, shape):
    with pytest.raises(Refusal) as caught:
        draw(value, shape)
    assert caught.value.code == "SC125"


def test_the_rank_is_refused_before_there_is_an_array():
    with pytest.raises(Refusal) as caught:
        initializers.get("orthogonal").fits((dims.symbol("H"),))
    assert caught.value.facts["given"] == "(H,)"
    initializers.get("orthogonal").fits((dims.symbol("H"), 3))
    initializers.get(np.ones).fits(())


# Values ----------------------------------------------------------------------------------------------------------


def test_constants():
    assert draw("zeros", (2, 3)).tolist() == [[0] * 3] * 2
    assert draw("ones", ()).tolist() == 1
    assert draw({"Constant": 2.5}, (2,)).tolist() == [2.5, 2.5]
    assert draw({"Constant": [1, 2, 3]}, (2, 3)).tolist() == [[1, 2, 3]] * 2
    assert draw({"Constant": [[1], [2]]}, (2, 3)).tolist() == [[1] * 3, [2] * 3]
    assert draw({"Identity": 3}, (2, 3)).tolist() == [[3, 0, 0], [0, 3, 0]]
    assert draw(np.arange(3), (3,)).tolist() == [0, 1, 2]
    assert draw(lambda shape, dtype: np.full(shape, 7, dtype), (2, 1)).tolist() == [[7], [7]]


def test_the_result_is_an_array_of_its_own():
    array = np.zeros(3)
    draw(array, (3,))[0] = 1
    assert array[0] == 0
    assert draw({"Constant": 1.0}, (3,)).flags.writeable


@given(st.sampled_from(sorted(set(initializers.NAMES) - {"Constant", "constant"})),
       st.lists(st.integers(0, 5), max_size=4), st.sampled_from(["float16", "float32", "float64"]))  # fmt: skip
def test_shape_and_dtype(name, shape, dtype):
    initializer = initializers.get(name)
    try:
        initializer.fits(shape)
    except Refusal:
        return
    if initializer.name == "STFT":
        shape = [shape[0], 1, shape[2]]
    with np.errstate(all="ignore"):
        made = initializer(np, np.random.default_rng(1), tuple(shape), dtype)
    assert (made.shape, made.dtype) == (tuple(shape), dtype)


@pytest.mark.parametrize("name", ["he_normal", "random_normal", "random_uniform", "truncated_normal", "orthogonal"])
def test_seeds(name):
    """The generator is used where there is no seed, and an own seed wins; a negative one is a seed of its own."""
    shape = (5, 6)
    assert np.array_equal(draw(name, shape, 1), draw(name, shape, 1))
    assert not np.array_equal(draw(name, shape, 1), draw(name, shape, 2))
    own = [{name: {"seed": seed}} for seed in (3, -3, 2**70)]
    assert all(np.array_equal(draw(value, shape, 1), draw(value, shape, 2)) for value in own)
    assert not np.array_equal(draw(own[0], shape), draw(own[1], shape))
    rng = np.random.default_rng(1)
    initializer = initializers.get(name)
    assert not np.array_equal(initializer(np, rng, shape), initializer(np, rng, shape))


def deviations(sample, variance):
    """How many standard errors the mean and the variance of a sample are away from 0 and `variance`."""
    n = sample.size
    return abs(sample.mean()) / math.sqrt(variance / n), abs(sample.var() / variance - 1) / math.sqrt(2 / n)


PRESETS = {
    "glorot_normal": lambda i, o: 2 / (i + o),
    "glorot_uniform": lambda i, o: 2 / (i + o),
    "he_normal": lambda i, o: 2 / i,
    "he_uniform": lambda i, o: 2 / i,
    "lecun_normal": lambda i, o: 1 / i,
    "lecun_uniform": lambda i, o: 1 / i,
}


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("shape", [(150, 300), (3, 3, 40, 60)])
@pytest.mark.parametrize("keras", [2, 3])
def test_variance_of_the_presets(name, shape, keras):
    positions = math.prod(shape[:-2])
    variance = PRESETS[name](positions * shape[-2], positions * shape[-1])
    sample = draw(name, shape, 5, keras)
    assert max(deviations(sample, variance)) < 4
    bound = math.sqrt(3 * variance) if "uniform" in name else 2 * math.sqrt(variance) / 0.87962566103423978
    assert 0.98 * bound < np.abs(sample).max() <= bound


@pytest.mark.parametrize("distribution", ["truncated_normal", "untruncated_normal", "uniform"])
def test_variance_scaling(distribution):
    sample = draw(scaled(scale=3.0, mode="fan_out", distribution=distribution), (200, 250), 6)
    assert max(deviations(sample, 3 / 250)) < 4
    beyond = np.mean(np.abs(sample) > 2 * math.sqrt(3 / 250) / 0.87962566103423978)
    assert (beyond > 0) == (distribution == "untruncated_normal")


def test_the_correction_of_the_truncated_normal():
    """Var of N(0, 1) cut off at 2 is 1 - 4 phi(2) / (Phi(2) - Phi(-2)); a plain TruncatedNormal is not corrected."""
    phi = math.exp(-2) / math.sqrt(2 * math.pi)
    kept = math.erf(2 / math.sqrt(2))
    sample = draw({"TruncatedNormal": {"mean": 1.0, "stddev": 3.0}}, (60_000,), 7)
    assert max(deviations(sample - 1, 9 * (1 - 4 * phi / kept))) < 4
    assert np.abs(sample - 1).max() <= 6
    assert math.isclose(initializers._TRUNCATED_STDDEV, math.sqrt(1 - 4 * phi / kept), rel_tol=1e-14)


def test_normal_and_uniform():
    assert max(deviations(draw({"RandomNormal": {"mean": 2, "stddev": 0.5}}, (50_000,), 8) - 2, 0.25)) < 4
    sample = draw({"RandomUniform": {"minval": -1, "maxval": 3}}, (50_000,), 9)
    assert max(deviations(sample - 1, 16 / 12)) < 4
    assert -1 <= sample.min() < -0.99 and 2.99 < sample.max() <= 3


class Top:
    """A generator that always draws the upper end of the range."""

    def random(self, shape):
        return np.ones(shape)


@pytest.mark.parametrize("shape, mode, fan", FACTS["initializers"]["fans"], ids=str)
def test_fans_are_those_of_keras(shape, mode, fan):
    """Keras's fan is known from 3 / max^2 of its uniform sample, which is never below and, of many, hardly above."""
    limit = initializers.get(scaled(mode=mode, distribution="uniform"))(np, Top(), shape, "float64").max()
    ours = 3 / limit**2
    assert ours * (1 - 1e-6) < fan < ours * (1.03 if shape else 2)
    if len(shape) >= 2:
        fans = {"fan_in": math.prod(shape[:-1]), "fan_out": math.prod(shape[:-2]) * shape[-1]}
        assert ours == pytest.approx(fans.get(mode, sum(fans.values()) / 2))


def test_fans_of_a_vector_under_keras_2():
    """Nothing is assumed of a vector there: both fans are the square root of its size."""
    limit = math.sqrt(3 / math.sqrt(400))
    sample = np.abs(draw("lecun_uniform", (400,), keras=2)).max()
    assert 0.97 * limit < sample <= limit


@pytest.mark.parametrize("config, fan", FACTS["initializers"]["axes"], ids=str)
def test_given_axes_are_the_fans(config, fan):
    sizes = (3, 5, 10, 20)
    exact = math.prod(sizes[axis] for axis in config["input_axes"])
    assert exact <= fan < 1.01 * exact
    sample = draw(scaled(distribution="uniform", **config), sizes)
    assert exact <= 3 / np.abs(sample).max() ** 2 < 1.01 * exact


@pytest.mark.parametrize("shape", [(4, 4), (7, 3), (3, 7), (2, 3, 5), (3, 2, 2, 20), (1, 5), (5, 1)])
def test_orthogonal(shape):
    q = draw({"Orthogonal": {"gain": 2.0}}, shape, 4).reshape(-1, shape[-1])
    product = q @ q.T if q.shape[0] < q.shape[1] else q.T @ q
    assert np.allclose(product, 4 * np.eye(len(product)))


def test_orthogonal_prefers_no_sign():
    """Uniform over the orthogonal matrices: every entry has mean 0 and variance 1 / n."""
    rng = np.random.default_rng(11)
    sample = np.array([initializers.get("orthogonal")(np, rng, (3, 3), "float64") for _ in range(2000)])
    assert np.abs(sample.mean(0)).max() < 4 * math.sqrt(1 / 3 / 2000)
    assert np.abs(sample.var(0) * 3 - 1).max() < 0.15


@pytest.mark.parametrize("config, expected", FACTS["initializers"]["stft"], ids=lambda value: str(value)[:50])
def test_stft_is_that_of_keras(config, expected):
    assert np.allclose(draw({"class_name": "STFT", "config": config}, (6, 1, 5)), expected, atol=2e-6)


def test_what_was_read_already_is_kept():
    initializer = initializers.get("he_normal")
    assert initializers.get(initializer) is initializer and initializers.get(initializer, 2) is initializer

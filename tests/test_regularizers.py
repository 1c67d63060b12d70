"""Regularizers against real Keras and against their formulas, and what is read and refused in each mode."""

import gzip
import json
import math
import pathlib

import numpy as np
import pytest

from shapecheck import regularizers
from shapecheck.diagnostic import Refusal

with gzip.open(pathlib.Path(__file__).with_name("data") / "named_keras3.json.gz", "rt", encoding="utf-8") as file:
    FACTS = json.load(file)  # answers of Keras 3.15.1; data/make_named_facts.py says how it was asked
W = np.array(FACTS["weights"]["w"], "float32")


def refused(value, keras=None):
    with pytest.raises(Refusal) as caught:
        regularizers.get(value, keras)
    return caught.value


@pytest.mark.parametrize("name, config, expected", FACTS["weights"]["penalties"], ids=lambda value: str(value)[:40])
def test_values_are_those_of_keras(name, config, expected):
    penalty = regularizers.get({"class_name": name, "config": config})(np, W)
    assert math.isclose(penalty, expected, rel_tol=1e-5)
    assert penalty.dtype == np.float32 and penalty.shape == ()


def test_formulas():
    w = np.array([[1.0, -2.0], [3.0, 0.0]])
    assert regularizers.get("l1")(np, w) == pytest.approx(0.01 * 6)
    assert regularizers.get("l2")(np, w) == pytest.approx(0.01 * 14)
    assert regularizers.get("l1l2")(np, w) == 0
    assert regularizers.get({"L1L2": {"l1": 0.5, "l2": 0.25}})(np, w) == pytest.approx(0.5 * 6 + 0.25 * 14)
    assert regularizers.get({"l1": 1})(np, np.array([1, -2])) == pytest.approx(3)
    assert regularizers.get("l1")(np, np.array([1, -2])).dtype == np.float32
    # the cosine of the angle between the two rows, which is the only pair
    cosine = 3 / (math.sqrt(5) * 3)
    assert regularizers.get({"OrthogonalRegularizer": 2})(np, w) == pytest.approx(2 * cosine)


def test_the_orthogonal_one_wants_a_matrix_and_two_rows():
    regularizer = regularizers.get("orthogonal_regularizer")
    for shape in ((3,), (2, 3, 4)):
        with pytest.raises(Refusal) as caught:
            regularizer(np, np.ones(shape))
        assert caught.value.code == "SC125"
        with pytest.raises(Refusal):
            regularizer.fits(shape)
    assert math.isnan(regularizer(np, np.ones((1, 3))))  # 0 pairs, and Keras divides by their number


def test_names_are_those_of_keras():
    said = FACTS["identifiers"]["regularizers"]
    assert set(regularizers.NAMES) == set(said["accepted"])
    for name in said["asked"]:
        if name in said["accepted"]:
            assert regularizers.get(name, 3) == regularizers.get(name)
        else:
            assert refused(name).code == "SC123"
    assert refused("l1_l2").facts["near"] == "l1l2"
    assert regularizers.get(None) is None


def test_names_of_keras_2():
    """As Keras 2.2.4 answers: `l1_l2` and `L1L2`, but neither `L1` nor `l1l2`."""
    assert regularizers.get("l1_l2", 2).config == {"l1": 0.01, "l2": 0.01}
    assert regularizers.get("L1L2", 2).config == {"l1": 0, "l2": 0}
    w = np.array([1.0, -2.0])
    assert regularizers.get("l1", 2)(np, w) == pytest.approx(0.03)
    assert regularizers.get("l2", 2)(np, w) == pytest.approx(0.05)
    assert regularizers.get({"class_name": "l1", "config": {"l": 0.5}}, 2)(np, w) == pytest.approx(1.5)
    assert regularizers.get({"L1L2": {"l1": -1, "l2": None}}, 2)(np, w) == pytest.approx(-3)
    for value in ("L1", "L2", "l1l2", "nope", {"class_name": "L2", "config": {"l2": 0.1}}, 3):
        assert refused(value, 2).code == "SC123"
    assert refused({"class_name": "l1", "config": {"l1": 0.1}}, 2).code == "SC111"
    assert refused({"l1": "a"}, 2).code == "SC125"
    assert regularizers.get(None, 2) is None


@pytest.mark.parametrize("name", FACTS["penalty_values"])
def test_factors_are_judged_as_keras_does(name):
    for value, accepted in FACTS["penalty_values"][name]:
        setting = {"L2": "l2", "OrthogonalRegularizer": "factor"}.get(name, "l1")
        if accepted:
            regularizer = regularizers.get({"class_name": name, "config": {setting: value}})
            defaults = {"L1": 0.01, "L2": 0.01, "L1L2": 0.0}
            assert regularizer.config[setting] == (defaults[name] if value is None else value)
        else:
            assert refused({"class_name": name, "config": {setting: value}}).code == "SC125"


@pytest.mark.parametrize(
    "value, name, config",
    [
        ("L2", "L2", {"l2": 0.01}),
        ({"class_name": "L1L2", "config": {"l1": 0.1, "l2": 0}}, "L1L2", {"l1": 0.1, "l2": 0}),
        ({"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.1}, "registered_name": None}, "L2",
         {"l2": 0.1}),
        ({"L2": {"l2": 0.1}}, "L2", {"l2": 0.1}),
        ({"l2": 0.1}, "L2", {"l2": 0.1}),
        ({"type": "l1", "l1": 0.1}, "L1", {"l1": 0.1}),
        ({"OrthogonalRegularizer": {"mode": "columns"}}, "OrthogonalRegularizer", {"factor": 0.01, "mode": "columns"}),
    ],
)  # fmt: skip
def test_every_form_is_read_and_comes_back(value, name, config):
    regularizer = regularizers.get(value)
    assert (regularizer.name, regularizer.config) == (name, config)
    assert regularizers.get(regularizer.value) == regularizer


def test_a_function_is_kept_as_it_is():
    regularizer = regularizers.get(np.sum)
    assert regularizer.function is np.sum and regularizer.value is np.sum
    assert regularizer(np, np.arange(4)) == 6


@pytest.mark.parametrize(
    "value, code",
    [
        (3, "SC123"), (0.1, "SC123"), ({}, "SC123"), ({"l1": 0.1, "l2": 0.1}, "SC123"), ({"l1": {"l": 0.1}}, "SC111"),
        ({"class_name": "l1_l2", "config": {"l1": 0.1}}, "SC123"), ({"class_name": "L2", "l2": 0.1}, "SC108"),
        ({"OrthogonalRegularizer": {"mode": "ROWS"}}, "SC125"), ({"L2": 10**400}, "SC125"),
    ],
)  # fmt: skip
def test_refusals(value, code):
    refusal = refused(value)
    assert refusal.code == code
    assert isinstance(refusal.facts["given"], str) and "near" in refusal.facts


def test_what_was_read_already_is_kept():
    regularizer = regularizers.get("l2")
    assert regularizers.get(regularizer) is regularizer and regularizers.get(regularizer, 2) is regularizer

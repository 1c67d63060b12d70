"""Constraints against real Keras, their fixed points, and what is read and refused."""

import gzip
import json
import pathlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from shapecheck import constraints, dims
from shapecheck.diagnostic import Refusal

with gzip.open(pathlib.Path(__file__).with_name("data") / "named_keras3.json.gz", "rt", encoding="utf-8") as file:
    FACTS = json.load(file)  # answers of Keras 3.15.1; data/make_named_facts.py says how it was asked
W = np.array(FACTS["weights"]["w"], "float32")
MATRICES = arrays.arrays("float32", (3, 4), elements=st.floats(-1e3, 1e3, width=32))


def refused(value, keras=None):
    with pytest.raises(Refusal) as caught:
        constraints.get(value, keras)
    return caught.value


@pytest.mark.parametrize("name, config, expected", FACTS["weights"]["projections"], ids=lambda value: str(value)[:40])
def test_values_are_those_of_keras(name, config, expected):
    made = constraints.get({"class_name": name, "config": config})(np, W)
    assert np.allclose(made, expected, rtol=1e-6, atol=1e-6)
    assert made.dtype == np.float32


@given(MATRICES)
def test_what_each_promises(w):
    norms = np.linalg.norm(w.astype("float64"), axis=0)
    capped = np.linalg.norm(constraints.get({"MaxNorm": 2})(np, w), axis=0)
    assert np.allclose(capped, np.minimum(norms, 2), rtol=1e-4, atol=1e-6)
    unit = np.linalg.norm(constraints.get("unit_norm")(np, w), axis=0)
    assert np.allclose(unit[norms > 1e-2], 1, rtol=1e-4)
    assert np.array_equal(constraints.get("non_neg")(np, w), w * (w >= 0))
    between = np.linalg.norm(constraints.get({"MinMaxNorm": {"min_value": 1, "max_value": 3}})(np, w), axis=0)
    assert np.allclose(between[norms > 1e-2], np.clip(norms, 1, 3)[norms > 1e-2], rtol=1e-4)
    halfway = np.linalg.norm(
        constraints.get({"MinMaxNorm": {"min_value": 1, "max_value": 3, "rate": 0.5}})(np, w), axis=0
    )
    assert np.allclose(halfway[norms > 1e-2], ((np.clip(norms, 1, 3) + norms) / 2)[norms > 1e-2], rtol=1e-4)


def test_zeros_stay_zeros():
    for name in constraints.NAMES:
        assert not constraints.get(name)(np, np.zeros((2, 3), "float32")).any()


def test_names_are_those_of_keras():
    said = FACTS["identifiers"]["constraints"]
    assert set(constraints.NAMES) == set(said["accepted"])
    for name in said["asked"]:
        if name in said["accepted"]:
            assert constraints.get(name, 3) == constraints.get(name) == constraints.get(name, 2)
        else:
            assert refused(name).code == "SC124"
    assert refused("maxnorm").facts["near"] == "max_norm"
    assert constraints.get(None) is None


def test_old_aliases_of_keras_2():
    for old, new in (("maxnorm", "max_norm"), ("nonneg", "non_neg"), ("unitnorm", "unit_norm")):
        assert constraints.get(old, 2) == constraints.get(new)


@pytest.mark.parametrize(
    "value, name, config",
    [
        ("max_norm", "MaxNorm", {"max_value": 2, "axis": 0}),
        ({"class_name": "MaxNorm", "config": {"max_value": 3}}, "MaxNorm", {"max_value": 3, "axis": 0}),
        ({"module": "keras.constraints", "class_name": "UnitNorm", "config": {"axis": [0, 1]}, "registered_name": None},
         "UnitNorm", {"axis": [0, 1]}),
        ({"max_norm": 3}, "MaxNorm", {"max_value": 3, "axis": 0}),
        ({"UnitNorm": None}, "UnitNorm", {"axis": 0}),
        ({"unit_norm": {"axis": None}}, "UnitNorm", {"axis": None}),
        ({"type": "MinMaxNorm", "rate": 0.5}, "MinMaxNorm",
         {"min_value": 0, "max_value": 1, "rate": 0.5, "axis": 0}),
        ("NonNeg", "NonNeg", {}),
    ],
)  # fmt: skip
def test_every_form_is_read_and_comes_back(value, name, config):
    constraint = constraints.get(value)
    assert (constraint.name, constraint.config) == (name, config)
    assert constraints.get(constraint.value) == constraint


def test_a_function_is_kept_as_it_is():
    constraint = constraints.get(np.abs)
    assert constraint.function is np.abs
    assert constraint(np, np.array([-1, 2])).tolist() == [1, 2]
    constraint.fits(())


@pytest.mark.parametrize(
    "value, code",
    [
        (3, "SC124"), ({}, "SC124"), ("pos", "SC124"), ({"max_norm": {"m": 3}}, "SC111"), ({"NonNeg": 3}, "SC125"),
        ({"class_name": "MaxNorm", "max_value": 3}, "SC108"), ({"MaxNorm": "a"}, "SC125"),
        ({"MaxNorm": {"max_value": None}}, "SC125"), ({"MaxNorm": {"axis": 1.5}}, "SC125"),
        ({"UnitNorm": {"axis": "a"}}, "SC125"), ({"MinMaxNorm": {"rate": [1]}}, "SC125"),
    ],
)  # fmt: skip
def test_refusals(value, code):
    refusal = refused(value)
    assert refusal.code == code
    assert isinstance(refusal.facts["given"], str) and "near" in refusal.facts


def test_an_axis_that_the_weight_does_not_have():
    constraint = constraints.get({"MaxNorm": {"axis": [0, 2]}})
    constraint.fits((2, 3, dims.symbol("C")))
    for judge in (lambda: constraint.fits((2, 3)), lambda: constraint(np, W)):
        with pytest.raises(Refusal) as caught:
            judge()
        assert caught.value.code == "SC125"
        assert caught.value.facts["param"] == "axis"


def test_what_was_read_already_is_kept():
    constraint = constraints.get("non_neg")
    assert constraints.get(constraint) is constraint and constraints.get(constraint, 2) is constraint

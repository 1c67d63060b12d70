"""Whatever is handed to a layer or to a run in Python, the answer is a result or an error of shapecheck's own."""

import fractions
import random

import numpy as np
import pytest

import shapecheck
from shapecheck import ShapecheckError, layer


class Weird:
    """An object that has no text, no truth and no equality."""

    __hash__ = None

    def __repr__(self):
        raise RuntimeError("no text")

    def __bool__(self):
        raise RuntimeError("no truth")

    def __eq__(self, other):
        raise RuntimeError("no equality")


RING = []
RING.append(RING)
LEAVES = [
    None, True, 0, 1, 2, -1, 3, 10**30, 0.5, 2.0, float("nan"), float("inf"), 1j, "", "H", "2*k", "a b", "None", "relu", "l2",
    "channels_first", "float16", "string", "lambda x: x", "lambda x: x*", "\x1b[31m", b"b", np.int64(3), np.float32(0.5),
    np.array(3), np.array([1, 2]), np.array([]), np.array("a"), np.array([[1, 2], [3, 4]], object), np.float32,
    np.dtype("int32"), int, object(), Weird(), Ellipsis, slice(1, 2), range(3), {1}, fractions.Fraction(1, 2), RING,
    lambda x: x, lambda: 1, len, np.tanh, lambda x: 1 / 0, lambda x: "a", lambda x, mask: mask, Exception("x"),
]  # fmt: skip
KEYS = ("class_name", "config", "type", "L2", "l2", "relu", "units", "value", "seed", 1, None)
GOOD = {
    "Masking": {}, "Dropout": {"rate": 0.5}, "SpatialDropout1D": {"rate": 0.5}, "SpatialDropout2D": {"rate": 0.5},
    "SpatialDropout3D": {"rate": 0.5}, "Activation": {"activation": "relu"}, "Reshape": {"target_shape": [-1, 2]},
    "Permute": {"dims": [2, 1]}, "Flatten": {}, "RepeatVector": {"n": 3}, "Lambda": {"function": lambda x: x},
    "Dense": {"units": 3}, "ActivityRegularization": {"l1": 0.1}, "InputLayer": {"shape": (3,)}, "Identity": {},
    "Add": {}, "Subtract": {}, "Multiply": {}, "Average": {}, "Maximum": {}, "Minimum": {}, "Concatenate": {},
    "Dot": {"axes": 1},
}  # fmt: skip
LISTED = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")
RANKS = {"SpatialDropout1D": 3, "SpatialDropout2D": 4, "SpatialDropout3D": 5, "Permute": 3, "RepeatVector": 2}
COMMON = ("name", "dtype", "trainable", "activity_regularizer", "autocast", "input_shape", "bogus")
MODEL = "layers:\n - Input: {name: a, shape: [T, 3]}\n - Dense: {units: 4, name: d}\n"


def anything(rng, depth=0):
    draw = rng.random()
    if depth > 2 or draw < 0.6:
        return rng.choice(LEAVES)
    several = [anything(rng, depth + 1) for _ in range(rng.choice((0, 1, 2, 3)))]
    return several if draw < 0.75 else tuple(several) if draw < 0.9 else dict(zip(KEYS, several, strict=False))


def works(call, *args, **kwargs):
    """The result of a call, None where it was refused in words; no refusal blames a bug of ours."""
    try:
        made = call(*args, **kwargs)
        repr(made)
        return made
    except ShapecheckError as error:
        assert error.code not in ("SC901", "SC902"), str(error)
        assert str(error) and repr(error)
        return None


def try_layer(rng):
    """A layer and calls of it with one thing, or more, that may be anything."""
    kind = rng.choice(list(GOOD))
    config, odd = dict(GOOD[kind]), rng.choice(("config", "config", "inputs", "mask", "dtype", "weights", "seed", "all"))
    if odd in ("config", "all"):
        config[rng.choice([*shapecheck.layers.find(kind).parameters, *COMMON])] = anything(rng)
    keras = rng.choice((None, 2, 3)) if odd != "all" else anything(rng)
    made = works(layer, kind, keras=keras, **config)
    if made is None:
        return 0
    again = works(layer, kind, keras=keras, **made.config)
    assert again is not None and repr(layer(kind, keras=keras, **again.config)) == repr(again)
    shape = tuple(rng.choice((None, "T", 2, 4)) for _ in range(RANKS.get(kind, rng.choice((2, 3, 4)))))
    numbers = np.ones([size if isinstance(size, int) else 2 for size in shape], rng.choice(("float32", "int32", "bool")))
    several = kind in LISTED
    results = []
    for call, given, more in (
        (made.infer, shape, {"mask": shape[:2], "dtype": "float16"}),
        (made.run, numbers, {"mask": np.ones(numbers.shape[:2], bool), "seed": 1, "weights": None, "training": True}),
    ):
        inputs = [given, given] if several else given
        if odd in ("inputs", "all"):
            inputs = rng.choice((anything(rng), [anything(rng), given], [given]))
        more = {name: value for name, value in more.items() if rng.random() < 0.3}
        if odd in ("mask", "dtype", "weights", "seed", "all") and (odd in ("mask", "all") or call == made.run):
            more[odd if odd != "all" else rng.choice(("mask", "seed", "training"))] = anything(rng)
        if call == made.infer:
            more = {name: value for name, value in more.items() if name in ("mask", "dtype")}
        else:
            more.pop("dtype", None)
        if several and "mask" in more and odd != "mask":
            more["mask"] = [more["mask"], None]
        results.append(works(call, inputs, **more))
    return sum(result is not None for result in results)


def try_model(rng):
    """A check and a run with an argument or two that may be anything."""
    names = rng.sample(("text", "path", "inputs", "outputs", "at", "keras", "data_format", "allow_import", "arrays",
                        "training", "seed", "weights"), rng.choice((1, 1, 2)))  # fmt: skip
    given = {"text": MODEL} | {name: anything(rng) for name in names}
    for call, leaves_out in (
        (shapecheck.check, ("arrays", "training", "seed", "weights")),
        (shapecheck.run, ("path", "data_format")),
    ):
        works(call, **{name: value for name, value in given.items() if name not in leaves_out})


def test_layers_and_models_take_anything_or_refuse_it_in_words():
    rng = random.Random(5)
    fine = sum(try_layer(rng) for _ in range(1500))
    assert fine > 600  # and the fuzz reaches what lies behind the first look
    for _ in range(300):
        try_model(rng)


@pytest.mark.slow
def test_a_hundred_thousand_layers():
    rng = random.Random(6)
    for _ in range(100_000):
        try_layer(rng)
    for _ in range(20_000):
        try_model(rng)


# What is refused, and how -----------------------------------------------------------------------------------------


def refused(code, call, *args, **kwargs):
    with pytest.raises(ShapecheckError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code, caught.value
    return str(caught.value)


def test_shapes_in_any_list_and_of_any_integers():
    dense = layer("Dense", units=3)
    for shape in ((2, 4), [2, 4], (np.int64(2), np.int32(4)), ("2", "2*2")):
        assert dense.infer(shape).outputs == [(2, 3)]
    assert layer("Add").infer(((2, 4), [2, 4])).outputs == [(2, 4)]  # a tuple of shapes is a list of inputs
    assert dense.infer(None).outputs == [None]  # nothing is known, so nothing is refused
    assert layer("Add").infer([(2, 4), None]).outputs == [None]


@pytest.mark.parametrize(
    ("shape", "code"),
    [(5, "SC113"), ("text", "SC113"), ((2, 2.5), "SC113"), ((2, -4), "SC114"), ((2, "a b"), "SC116"),
     ((2, 1 << 60), "SC807"), ((1,) * 65, "SC805"), ((2, True), "SC113")],
)  # fmt: skip
def test_what_is_no_shape(shape, code):
    refused(code, layer("Dense", units=3).infer, shape)
    refused(code, layer("Dense", units=3).infer, (2, 4), mask=shape)


def test_masks_and_dtypes_have_the_structure_of_the_inputs():
    add = layer("Add")
    assert add.infer([(2, 4)], mask=[(2,)], dtype=["int32"]).masks == [(2,)]
    assert add.infer([(2, 4)], dtype=["int32"]).dtypes == ["int32"]
    assert add.infer([(2, 4), (2, 4)], dtype="int32").dtypes == ["int32"]
    assert add.run([np.ones((2, 4))], mask=[np.array([True, False])]).masks[0].tolist() == [True, False]
    assert "a list of 2" in refused("SC113", add.infer, [(2, 4), (2, 4)], mask=[(2,)])
    refused("SC114", add.infer, [(2, 4), (2, 4)], dtype=["int32", "text"])


def test_arrays_weights_and_seeds():
    dense = layer("Dense", units=3)
    x = np.ones((2, 4))
    assert dense.run([[1.0, 2.0], [3.0, 4.0]]).outputs[0].shape == (2, 3)  # nested lists are an array
    refused("SC501", dense.run, "text")
    refused("SC501", dense.run, np.ones((2, 4), complex))
    weights = [np.ones((4, 3)), np.ones(3)]
    same = dense.run(x, weights={"bias": weights[1], "kernel": weights[0]}).outputs[0]
    assert np.array_equal(same, dense.run(x, weights=weights).outputs[0])
    assert "(4, 3), (3,)" in refused("SC502", dense.run, x, weights=weights[:1])
    assert "kernle" in refused("SC502", dense.run, x, weights={"kernle": weights[0], "bias": weights[1]})
    refused("SC502", dense.run, x, weights=5)
    refused("SC113", dense.run, x, seed="1")
    refused("SC113", dense.run, x, training="yes")
    assert np.array_equal(dense.run(x, seed=-3).outputs[0], dense.run(x, seed=-3).outputs[0])


def test_a_run_says_what_it_takes():
    refused("SC113", shapecheck.run, text=MODEL, arrays=[np.ones((2, 5, 3))])
    refused("SC503", shapecheck.run, text=MODEL, arrays={"b": np.ones((2, 5, 3))})
    refused("SC501", shapecheck.run, text=MODEL, arrays={"a": np.ones((2, 5))})
    refused("SC501", shapecheck.run, text=MODEL, arrays={"a": "text"})
    for arrays in ({"a": np.ones((2, 5, 3))}, np.ones((2, 5, 3))):
        said = refused("SC113", shapecheck.run, text=MODEL, inputs=arrays)
        assert "arrays are the second argument" in said
    refused("SC114", shapecheck.run, text=MODEL, at={"T": 0})
    refused("SC205", shapecheck.run, text=MODEL, at={"S": 3})
    refused("SC201", shapecheck.run, text=MODEL, weights={"e": []})
    refused("SC113", shapecheck.run, text=MODEL, seed=None)
    refused("SC114", shapecheck.run, text=MODEL, keras=5)
    refused("SC113", shapecheck.check, text=5)
    refused("SC113", shapecheck.check, outputs="d")
    refused("SC113", shapecheck.layer("Dense", units=3), 5)
    shared = MODEL + " - call: {layer: d, inputs: [a], name: e}\noutputs: [d, e]\n"
    refused("SC201", shapecheck.run, text=shared, weights={"e": [np.ones((3, 4)), np.ones(4)]})

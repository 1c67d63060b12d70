"""The law of every layer and example: infer(symbols)[v] == infer(v) == run(v).shape, and what is owed holds at v
exactly when infer(v) accepts and run(v) works."""

import numpy as np
import pytest
from examples import Example, all_examples, call_form

import shapecheck
from shapecheck import dims, layers
from shapecheck.apply import apply
from shapecheck.contract import TensorSpec
from shapecheck.making import make
from shapecheck.modes import STRICT

EXAMPLES = list(all_examples())
GOOD = [example for example in EXAMPLES if example.code is None]
BAD = [example for example in EXAMPLES if example.code is not None]
SIZES = (1, 2, 3, 5, 8)


def test_every_layer_has_an_example():
    assert {layers.find(kind).kind for kind in layers.names()} == {example.kind for example in EXAMPLES}


@pytest.mark.parametrize("example", GOOD, ids=repr)
def test_the_example_is_true_in_symbols(example):
    result = shapecheck.layer(example.kind, **example.config).infer(*call_form(example.kind, example.inputs))
    batch = dims.symbol("B")  # an Input gives None for a batch that is not written
    assert [tuple(batch if size is None else size for size in shape) for shape in result.outputs] == example.outputs


@pytest.mark.parametrize("example", BAD, ids=repr)
def test_the_example_is_refused(example):
    with pytest.raises(shapecheck.ShapecheckError) as refused:
        shapecheck.layer(example.kind, **example.config).infer(*call_form(example.kind, example.inputs))
    assert refused.value.code == example.code


def owed_holds(obligations, sizes):
    """The obligations at these sizes, evaluated with plain numbers."""
    for owed in obligations:
        a, b = dims.evaluate(owed.a, sizes), dims.evaluate(owed.b, sizes)
        holds = {
            "equal": a == b, "at_least": a >= b, "divides": a != 0 and b % a == 0, "broadcast": a == b or 1 in (a, b),
        }[owed.kind]  # fmt: skip
        if not holds:
            return False
    return True


FRACTIONS = {"HashedCrossing"}
"""Layers that take no fractions (SC504)."""


def ran(kind, layer, arrays, **call):
    """The run of a layer, None where it is one that does not run, or colours are asked of what is no picture."""
    try:
        return layer.run(*call_form(kind, arrays), **call)
    except shapecheck.ShapecheckError as refused:
        assert refused.code == "SC504" and (kind in FRACTIONS or layers.MODULES[kind].startswith("augmentation"))
        assert kind in FRACTIONS or call
        return None


def assignments(example):
    names = example.symbols
    for size in SIZES:
        yield dict.fromkeys(names, size)
    for start in range(3):
        yield {name: SIZES[(place * 2 + start) % len(SIZES)] for place, name in enumerate(names)}


@pytest.mark.parametrize("example", GOOD, ids=repr)
def test_symbols_numbers_and_execution_agree(example):
    if example.kind == "InputLayer":
        return
    made, refusals = make(layers.find(example.kind), example.config, STRICT)
    assert not refusals
    form = call_form(example.kind, example.inputs)
    listed = bool(form) and isinstance(form[0], list)
    symbolic = apply(made, [TensorSpec(shape) for shape in example.inputs], listed, STRICT)
    for sizes in assignments(example):
        config, inputs = example.at(sizes)
        layer = shapecheck.layer(example.kind, **config)
        call = call_form(example.kind, [tuple(shape) for shape in inputs])
        if not owed_holds(symbolic.obligations, sizes):
            with pytest.raises(shapecheck.ShapecheckError):
                layer.infer(*call)
            continue
        expected = [tuple(dims.substitute(size, sizes) for size in shape) for shape in example.outputs]
        result = layer.infer(*call)
        assert [tuple(shape) for shape in result.outputs] == expected
        rng = np.random.default_rng(0)
        arrays = [rng.standard_normal(shape).astype("float32") for shape in inputs]
        if (run := ran(example.kind, layer, arrays)) is not None:
            assert [y.shape for y in run.outputs] == expected
            assert [y.dtype.name for y in run.outputs] == result.dtypes
        if (trained := ran(example.kind, layer, arrays, training=True)) is not None:
            assert [y.shape for y in trained.outputs] == expected
        weights = {path: tuple(dims.substitute(s, sizes) for s in w.shape) for path, w in symbolic.weights.items()}
        assert weights == result.weights


def test_the_parser_of_examples_reads_what_it_says():
    example = Example("Dense", "units: 10 | (n, 2*k, 64) -> (n, 2*k, 10)")
    assert example.config == {"units": 10}
    assert example.inputs == [(dims.parse("n"), dims.parse("2*k"), 64)]

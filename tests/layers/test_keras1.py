"""What only Keras 1 had: its activations against their formulas value by value, and its ways to begin and to merge."""

import json
import math

import numpy as np
import pytest

import shapecheck
from shapecheck import layer


def srelu(x, t_left, a_left, t_right, a_right):
    right = t_left + abs(t_right)
    if x <= t_left:
        return t_left + a_left * (x - t_left)
    return x if x < right else right + a_right * (x - right)


def softplus(x, alpha, beta):
    return alpha * math.log(1 + math.exp(beta * x))


@pytest.mark.parametrize(("kind", "formula", "count"), [("SReLU", srelu, 4), ("ParametricSoftplus", softplus, 2)])
@pytest.mark.parametrize("shared", [None, [1]])
def test_learned_activations(kind, formula, count, shared):
    rng = np.random.default_rng(3)
    x = rng.normal(0, 2, (5, 4, 3))
    weights = [rng.normal(0, 1, (1 if shared else 4, 3)) for _ in range(count)]
    y = layer(kind, shared_axes=shared, dtype="float64").run(x, weights=weights).outputs[0]
    full = [np.broadcast_to(w, (4, 3)) for w in weights]
    for n, i, c in np.ndindex(x.shape):
        assert y[n, i, c] == pytest.approx(formula(x[n, i, c], *(w[i, c] for w in full)))


def test_a_parametric_softplus_starts_as_it_was_told():
    made = layer("ParametricSoftplus", alpha_init=0.5, beta_init=2).run(np.asarray([[0.0, 1.0]], "float32"))
    assert np.allclose(made.outputs[0], 0.5 * np.log1p(np.exp([[0, 2]])))
    assert list(layer("SReLU").infer((None, 3)).weights) == ["t_left", "a_left", "t_right", "a_right"]


@pytest.mark.parametrize(("length", "outputs"), [("12", [("B", 12, 8)]), ("null", [("B", "F", 8)])])
def test_an_embedding_is_a_beginning(length, outputs):
    embedding = f"Embedding: {{input_dim: 100, output_dim: 8, input_length: {length}}}"
    report = shapecheck.check(text=f"keras: 2\nlayers:\n  - {embedding}\n  - Dropout: 0.5\n")
    assert report.ok and [[str(d) for d in report.shapes["dropout"]]] == [[str(d) for d in o] for o in outputs]
    assert [d.code for d in shapecheck.check(text=f"layers:\n  - {embedding}\n").diagnostics] == ["SC207"]
    saved = {"name": "e", "input_dim": 100, "output_dim": 8, "input_length": json.loads(length)}
    text = json.dumps({"class_name": "Sequential", "keras_version": "1.2.2",
                       "config": [{"class_name": "Embedding", "config": saved}]})  # fmt: skip
    report = shapecheck.check(text=text)
    assert report.ok and [str(d) for d in report.shapes["e"]] == [str(d) for d in outputs[0]]


def branch(name, units, features):
    config = {"name": name, "output_dim": units, "batch_input_shape": [None, features], "activation": "linear"}
    return {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": config}]}


def merged(**merge):
    """A Sequential of Keras 1 that begins with a Merge of two others."""
    first = {"name": "merge_1", "layers": [branch("a", 4, 7), branch("b", 5, 9)], **merge}
    last = {"name": "out", "output_dim": 2}
    layers = [{"class_name": "Merge", "config": first}, {"class_name": "Dense", "config": last}]
    return shapecheck.check(text=json.dumps({"class_name": "Sequential", "keras_version": "1.2.2", "config": layers}))


def test_a_sequential_that_begins_with_a_merge():
    report = merged(mode="concat", concat_axis=-1)
    assert report.ok and not report.diagnostics
    assert str(report.shapes["merge_1"]) == "(B, 9)" and report.params == (7 + 1) * 4 + (9 + 1) * 5 + (9 + 1) * 2


@pytest.mark.parametrize("mode", ["<lambda>", ["4wEAAA==", None, None], "scaled"])
def test_a_merge_by_a_function_is_opaque(mode):
    report = merged(mode=mode, mode_type="lambda", output_shape=None)
    assert [d.code for d in report.diagnostics] == ["SC141"] and report.shapes["out"] is None
    report = merged(mode=mode, mode_type="lambda", output_shape=[6], output_shape_type="raw")
    assert [d.code for d in report.diagnostics] == ["SC141"] and str(report.shapes["out"]) == "(B, 2)"


def test_a_merge_by_an_expression():
    text = """
keras: 2
layers:
  - Input: {shape: [4], name: a}
  - Input: {shape: [4], name: b}
  - Merge: {mode: "lambda xs: xs[0] * xs[1]", output_shape: [4], inputs: [a, b], name: p}
"""
    assert str(shapecheck.check(text=text).shapes["p"]) == "(B, 4)"
    x = np.asarray([[1, 2, 3, 4]], "float32")
    assert (shapecheck.run(None, {"a": x, "b": x}, text=text).outputs[0] == x * x).all()

"""Functions of TensorFlow in files of Keras 2, held against tf-keras: shapes, dtypes and numbers."""

import gzip
import json
import pathlib
import sys

import numpy as np
import pytest

import shapecheck

DATA = pathlib.Path(__file__).parent.parent / "data"
sys.path.insert(0, str(DATA))

from make_tensorflow_facts import inputs  # noqa: E402

FACTS = json.loads(gzip.decompress((DATA / "tensorflow_functions.json.gz").read_bytes()))
UNKNOWN = {"tf.boolean_mask(x, x[:, :, 0] > 0.0)", "tf.image.central_crop(im, 0.5)", "tf.linalg.band_part(x, -1, 0)",
           "tf.meshgrid(x[0, :, 0], x[0, :, 1])[0]"}  # fmt: skip
"""What no operation stands for: a warning, and inference goes on."""

LOST = {"x == y", "x != y"}
"""What tf-keras saves without its second tensor, so that nobody can build it again."""


def run(fact):
    arrays = inputs(np)
    names = [layer["config"]["name"] for layer in fact["model"]["config"]["layers"] if layer["class_name"] == "InputLayer"]
    return shapecheck.run(text=json.dumps(fact["model"]), arrays={name: arrays[name] for name in names})


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["text"])
def test_a_function_gives_what_tensorflow_gives(fact):
    report = shapecheck.check(text=json.dumps(fact["model"]))
    codes = {found.code for found in report.diagnostics}
    if fact["text"] in UNKNOWN:
        assert report.ok and "SC126" in codes
        return
    if fact["text"] in LOST:
        assert "SC208" in codes
        return
    assert report.ok and not codes & {"SC126", "SC404", "SC120"}, report.diagnostics
    (output,) = report.outputs
    assert len(output.shape) == len(fact["shape"])
    for ours, theirs in zip(output.shape, fact["shape"], strict=True):
        assert theirs is None or ours == theirs or not isinstance(ours, int)
    done = run(fact)
    (array,) = done.outputs
    assert list(array.shape) == fact["got"]
    assert array.dtype.name == fact["dtype"] or (fact["dtype"] == "int64" and array.dtype.name == "int32")
    if fact["numbers"] is not None:
        np.testing.assert_allclose(array.ravel().astype("float64"), fact["numbers"], atol=2e-4)


def test_a_mask_ends_at_a_function_in_silence():
    layers = [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 5], "dtype": "int32", "name": "x"},
         "name": "x", "inbound_nodes": []},
        {"class_name": "Embedding", "config": {"input_dim": 9, "output_dim": 4, "mask_zero": True, "name": "e"},
         "name": "e", "inbound_nodes": [[["x", 0, 0, {}]]]},
        {"class_name": "TFOpLambda", "config": {"name": "m", "function": "math.multiply"}, "name": "m",
         "inbound_nodes": [["e", 0, 0, {"y": 2.0, "name": None}]]},
        {"class_name": "LSTM", "config": {"units": 3, "name": "l"}, "name": "l", "inbound_nodes": [[["m", 0, 0, {}]]]},
    ]  # fmt: skip
    model = {"class_name": "Functional", "config": {"name": "f", "layers": layers, "input_layers": [["x", 0, 0]],
             "output_layers": [["l", 0, 0]]}, "keras_version": "2.15.0", "backend": "tensorflow"}  # fmt: skip
    report = shapecheck.check(text=json.dumps(model))
    assert [found.code for found in report.diagnostics] == ["SC401"]  # tf-keras says nothing, and the LSTM sees no mask


# Nodes of graphs, as TensorFlow 2.0 to 2.3 saved them ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "constants", "inputs", "shape"),
    [
        ({"op": "AddV2"}, {}, "ab", (None, 8, 6)),
        ({"op": "Mul"}, {"1": 2.0}, "a", (None, 8, 6)),
        ({"op": "Sub"}, {"0": 1.0}, "a", (None, 8, 6)),
        ({"op": "Mean", "attr": {"keep_dims": {"b": True}}}, {"1": [1, 2]}, "a", (None, 1, 1)),
        ({"op": "Sum", "attr": {"keep_dims": {"b": False}, "T": {"type": "DT_FLOAT"}}}, {"1": 1}, "a", (None, 6)),
        ({"op": "Reshape"}, {"1": [-1, 48]}, "a", (None, 48)),
        ({"op": "Transpose"}, {"1": [0, 2, 1]}, "a", (None, 6, 8)),
        ({"op": "ExpandDims"}, {"1": -1}, "a", (None, 8, 6, 1)),
        ({"op": "ConcatV2", "attr": {"N": {"i": "2"}}}, {"2": -1}, "ab", (None, 8, 12)),
        ({"op": "Pack", "attr": {"axis": {"i": "1"}}}, {}, "ab", (None, 2, 8, 6)),
        ({"op": "Cast", "attr": {"DstT": {"type": "DT_INT32"}}}, {}, "a", (None, 8, 6)),
        ({"op": "BatchMatMulV2", "attr": {"adj_y": {"b": True}}}, {}, "ab", (None, 8, 8)),
        ({"op": "StridedSlice", "attr": {"begin_mask": {"i": "1"}, "end_mask": {"i": "1"}, "shrink_axis_mask": {"i": "2"}}},
         {"1": [0, -1], "2": [0, 0], "3": [1, 1]}, "a", (None, 6)),
        ({"op": "StridedSlice", "attr": {"begin_mask": {"i": "3"}, "end_mask": {"i": "1"}, "ellipsis_mask": {"i": "0"}}},
         {"1": [0, 0], "2": [0, 5], "3": [1, 2]}, "a", (None, 3, 6)),
        ({"op": "Relu"}, {}, "a", (None, 8, 6)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_text", [True, False])
def test_a_node_of_a_graph_is_an_operation(node, constants, inputs, shape, as_text):
    config = {"name": "op", "node_def": json.dumps(node) if as_text else node, "constants": constants}
    layers = [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 8, 6], "name": name}, "name": name,
         "inbound_nodes": []} for name in inputs
    ]  # fmt: skip
    nodes = [[[name, 0, 0, {}] for name in inputs]]
    layers.append({"class_name": "TensorFlowOpLayer", "config": config, "name": "op", "inbound_nodes": nodes})
    model = {"class_name": "Model", "config": {"name": "f", "layers": layers, "output_layers": [["op", 0, 0]],
             "input_layers": [[name, 0, 0] for name in inputs]}, "keras_version": "2.3.0-tf"}  # fmt: skip
    report = shapecheck.check(text=json.dumps(model))
    assert report.ok and not report.diagnostics, report.diagnostics
    assert tuple(size if isinstance(size, int) else None for size in report.outputs[0].shape) == shape


@pytest.mark.parametrize(
    "config",
    [
        {}, {"node_def": "{"}, {"node_def": 3}, {"node_def": {"op": "NoSuch"}}, {"node_def": {"op": 7, "attr": []}},
        {"node_def": {"op": "Mean"}, "constants": [1]}, {"node_def": {"op": "Mean"}, "constants": {"x": 1, "99999": 2}},
        {"node_def": {"op": "StridedSlice", "attr": {"begin_mask": {"i": "x"}}}, "constants": {"1": 1}},
        {"node_def": {"op": "Cast", "attr": {"DstT": {"type": []}}}}, {"node_def": {"op": "Split"}},
    ],
)  # fmt: skip
def test_a_malformed_node_gets_a_code(config):
    layers = [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 8], "name": "a"}, "name": "a",
         "inbound_nodes": []},
        {"class_name": "TensorFlowOpLayer", "config": {"name": "op", **config}, "name": "op",
         "inbound_nodes": [[["a", 0, 0, {}]]]},
    ]  # fmt: skip
    model = {"class_name": "Model", "config": {"name": "f", "layers": layers, "output_layers": [["op", 0, 0]],
             "input_layers": [["a", 0, 0]]}, "keras_version": "2.3.0-tf"}  # fmt: skip
    report = shapecheck.check(text=json.dumps(model))
    assert all(found.code != "SC902" for found in report.diagnostics) and report.diagnostics

"""Operations: the law of their examples, how constants and tensors are told apart, and calls as Keras saves them."""

import re

import numpy as np
import pytest
from examples import Example

import shapecheck
from shapecheck import dims, layers, words
from shapecheck.apply import apply
from shapecheck.contract import TensorSpec, takes_list
from shapecheck.diagnostic import Refusal
from shapecheck.executors.numpy_layer import run_layer
from shapecheck.layers import _ops, _tf_functions
from shapecheck.making import make
from shapecheck.modes import STRICT
from shapecheck.spec import Ref

SIZES = (1, 2, 3, 5)
NOT_RUN = {f"ops.{name}" for name in ("AffineTransform", "CTCDecode", "CTCLoss", "ElasticTransform",
                                      "PerspectiveTransform", "ScaleAndTranslate")}  # fmt: skip
"""Operations that say (SC504) that their numbers are not worked out."""


class OpExample(Example):
    """An example line in which `int32(n, h)` is a tensor of that dtype."""

    def __init__(self, kind, line):
        super().__init__(kind, line)
        left = line.rsplit("!!" if self.code else "->", 1)[0]
        inputs = left.rpartition("|")[2]
        self.dtypes = [name or "float32" for name in re.findall(r"(\w*)\([^()]*\)", inputs)]
        self.cls = layers.find(kind)
        self.listed = takes_list(self.cls) or len(self.inputs) > 1

    def applied(self, config, shapes):
        made, refusals = make(self.cls, config, STRICT)
        if refusals:
            raise refusals[0]
        specs = [TensorSpec(tuple(shape), name) for shape, name in zip(shapes, self.dtypes, strict=True)]
        return made, apply(made, specs, self.listed, STRICT)


def examples():
    for kind in layers.operations():
        for line in layers.find(kind).examples:
            yield OpExample(kind, line)


EXAMPLES = list(examples())


def test_every_operation_has_examples_and_a_sentence():
    for kind in layers.operations():
        assert layers.find(kind).examples and layers.find(kind).__doc__.strip(), kind
        assert layers.find(kind).kind == kind


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.code], ids=repr)
def test_what_an_example_refuses_is_refused(example):
    with pytest.raises(Refusal) as refused:
        example.applied(example.config, example.inputs)
    assert refused.value.code == example.code


def owed_holds(obligations, sizes):
    for owed in obligations:
        a, b = dims.evaluate(owed.a, sizes), dims.evaluate(owed.b, sizes)
        if not {"equal": a == b, "at_least": a >= b, "divides": a != 0 and b % a == 0,
                "broadcast": a == b or 1 in (a, b)}[owed.kind]:  # fmt: skip
            return False
    return True


@pytest.mark.parametrize("example", [one for one in EXAMPLES if not one.code], ids=repr)
def test_symbols_numbers_and_execution_agree(example):
    _, symbolic = example.applied(example.config, example.inputs)
    assert symbolic.opaque is None
    assert [spec.shape for spec in symbolic.outputs] == example.outputs
    for start, size in enumerate(SIZES):
        sizes = dict.fromkeys(example.symbols, size)
        if start == 3:
            sizes = {name: size + at for at, name in enumerate(example.symbols)}
        config, shapes = example.at(sizes)
        if not owed_holds(symbolic.obligations, sizes):
            with pytest.raises(Refusal):
                example.applied(config, shapes)
            continue
        made, applied = example.applied(config, shapes)
        expected = [tuple(dims.substitute(one, sizes) for one in shape) for shape in example.outputs]
        assert [spec.shape for spec in applied.outputs] == expected
        arrays = numbers_for(example, shapes)
        try:
            run = run_layer(made, arrays, {}, masks=[None] * len(arrays), listed=example.listed, training=False,
                            seed=[0], keras=STRICT)  # fmt: skip
        except Refusal as refused:
            assert refused.code == "SC504" and example.kind in NOT_RUN
            continue
        assert [y.shape for y in run.outputs] == expected
        assert [y.dtype.name for y in run.outputs] == [spec.dtype for spec in applied.outputs]


def numbers_for(example, shapes):
    rng = np.random.default_rng(0)
    return [
        rng.integers(0, 2, shape).astype(name)
        if name in ("int32", "bool")
        else (3 * rng.standard_normal(shape)).astype(name)
        for shape, name in zip(shapes, example.dtypes, strict=True)
    ]


# Calls as Keras saves them ---------------------------------------------------------------------------------------

A, B = Ref("a"), Ref("b")


@pytest.mark.parametrize(
    ("kind", "args", "kwargs", "inputs", "config"),
    [
        ("Add", [A, B], {}, {"x1": A, "x2": B}, {}),
        ("Add", [A, 2.0], {}, {"x1": A}, {"x2": 2.0}),
        ("Subtract", [1, A], {}, {"x2": A}, {"x1": 1}),
        ("Mean", [A], {}, A, {}),
        ("Mean", [], {"x": A}, A, {}),
        ("Concatenate", [[A, B]], {}, [A, B], {}),
        ("Concatenate", [], {"xs": [A, B]}, [A, B], {}),
        ("Meshgrid", [A, B], {}, [A, B], {}),
        ("Concatenate", [[A, 1]], {}, [A], {"xs": [None, 1]}),
        ("Concatenate", [[A]], {}, [A], {}),
        ("Einsum", [A], {}, [A], {}),
        ("Where", [A, B], {"x2": 0}, {"condition": A, "x1": B}, {"x2": 0}),
        ("GetItem", [A, [slice(None), -1]], {}, A, {"key": ":, -1"}),
        ("GetItem", [A, [{"class_name": "__slice__", "config": {"start": 1, "stop": None, "step": 2}}, None,
                         {"class_name": "__ellipsis__", "config": {}}]], {}, A, {"key": "1::2, None, ..."}),
        ("GetItem", [A, 3], {}, A, {"key": "3"}),
        ("GetItem", [A, [B, 1]], {}, A, {"key": "?, 1"}),
        ("Pad", [A], {"constant_values": 1}, A, {"constant_values": 1}),
        ("Reshape", [A], {"newshape": [B, -1]}, A, {"newshape": [None, -1]}),
        ("Mean", [A, B, 3], {}, {"x": A, "argument 2": B}, {"argument 3": 3}),
        ("NoSuch", [[A], {"k": B}], {"x": 2}, [A, B], {}),
    ],
)  # fmt: skip
def test_a_call_is_bound_to_operands_and_parameters(kind, args, kwargs, inputs, config):
    assert _ops.bind(f"ops.{kind}", args, kwargs) == (inputs, config)


def check(*lines):
    return shapecheck.check(text="layers:\n" + "".join(f"  - {line}\n" for line in lines))


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("ops.Add: {x2: 1}", "(B, 8)"),
        ("ops.Subtract: 1.5", "(B, 8)"),
        ("ops.Subtract: {x1: 1}", "(B, 8)"),
        ("ops.Add: {x2: [1, 2, 3, 4, 5, 6, 7, 8]}", "(B, 8)"),
        ("ops.Add: {inputs: {x1: x, x2: x}}", "(B, 8)"),
        ("ops.ExpandDims: -1", "(B, 8, 1)"),
        ("ops.GetItem: {key: '..., None, 2:'}", "(B, 1, 6)"),
        ("ops.GetItem: {key: [0, '::3']}", "(3,)"),
        ("ops.Concatenate: {inputs: [x, x], axis: 1}", "(B, 16)"),
    ],
)
def test_a_model_in_yaml_may_use_operations(line, shape):
    report = check("Input: {shape: [8], name: x}", line)
    assert report.ok, report.diagnostics
    (output,) = report.outputs
    assert words.shape_text(output.shape) == shape


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ops.Add: {inputs: {x1: x, x2: x}, x2: 1}", "SC118"),
        ("ops.Add", "SC208"),
        ("ops.Add: {inputs: [x, x, x]}", "SC208"),
        ("ops.Add: {x2: [1, 2, 3]}", "SC310"),
        ("ops.Add: {x2: [[1, 2], 3]}", "SC113"),
        ("ops.Add: {x2: word}", "SC113"),
        ("ops.Add: {inputs: {x1: x, y: x}}", "SC212"),
        ("ops.Mean: {axes: 1}", "SC111"),
        ("ops.Mean: {axis: one}", "SC113"),
        ("ops.Maen", "SC110"),
        ("ops.Map", "SC126"),
        ("ops.FromTheFuture", "SC126"),
        ("ops.GetItem: {key: '1:2:3:4'}", "SC114"),
        ("ops.GetItem: {key: 'x'}", "SC114"),
        ("ops.GetItem: {key: {start: 1, stop: x}}", "SC114"),
        ("ops.Cast: {dtype: flaot}", "SC114"),
        ("ops.Concatenate: {axis: 9}", "SC208"),
        ("ops.Concatenate: {inputs: [x], xs: [~, ~]}", "SC208"),
        ("ops.Concatenate: {inputs: [x, x], xs: [~, 1.0]}", "SC208"),
        ("ops.BitwiseAnd: {y: 1}", "SC403"),
    ],
)
def test_what_is_wrong_with_an_operation_has_a_code(line, code):
    report = check("Input: {shape: [8], name: x}", line)
    assert [found.code for found in report.diagnostics if found.code < "SC7"] == ([code] if code else [])


# Functions of TensorFlow -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "kind", "inputs", "config"),
    [
        ("__operators__.add", [A], {"y": B, "name": None}, "Add", {"x1": A, "x2": B}, {}),
        ("math.multiply", [A], {"y": 2.0, "name": None}, "Multiply", {"x1": A}, {"x2": 2.0}),
        ("math.subtract", [1.0], {"y": A}, "Subtract", {"x2": A}, {"x1": 1.0}),
        ("__operators__.getitem", [A], {"slice_spec": [{"start": None, "stop": None, "step": None}, 0, None]},
         "GetItem", A, {"key": ":, 0, None"}),
        ("__operators__.getitem", [A], {"slice_spec": [{"class_name": "__ellipsis__"}, {"start": 1}]},
         "GetItem", A, {"key": "..., 1:"}),
        ("math.reduce_mean", [A], {"axis": 1}, "Mean", A, {"axis": 1}),
        ("math.reduce_sum", [A], {"axis": [1, 2], "keepdims": True}, "Sum", A, {"axis": [1, 2], "keepdims": True}),
        ("math.reduce_max", [A], {}, "Max", A, {"axis": None}),
        ("concat", [[A, B]], {"axis": -1}, "Concatenate", [A, B], {"axis": -1}),
        ("reshape", [A], {"shape": [-1, 48]}, "TFReshape", [A], {"newshape": [-1, 48]}),
        ("reshape", [A], {"shape": [B, 48]}, "TFReshape", [A, B], {"newshape": [None, 48]}),
        ("compat.v1.transpose", [A], {"perm": [0, 2, 1], "name": "transpose", "conjugate": False}, "Transpose", A,
         {"axes": [0, 2, 1]}),
        ("nn.relu", [A], {"name": None}, "Relu", A, {}),
        ("linalg.matmul", [A], {"b": B, "transpose_b": True}, "TFMatmul", {"a": A, "b": B}, {"transpose_b": True}),
        ("compat.v1.gather", [A], {"indices": [0, 2], "validate_indices": None, "axis": 1, "batch_dims": 0},
         "TFGather", {"x": A}, {"indices": [0, 2], "axis": 1, "batch_dims": 0}),
        ("compat.v1.pad", [A], {"paddings": [[0, 0], [1, 1]], "mode": "CONSTANT", "constant_values": 0}, "Pad", A,
         {"pad_width": [[0, 0], [1, 1]], "mode": "CONSTANT", "constant_values": 0}),
        ("math.argmax", [A], {}, "Argmax", A, {"axis": 0}),
        ("nn.max_pool2d", [A], {"ksize": [1, 2, 2, 1], "strides": 2, "padding": "SAME", "data_format": "NHWC"},
         "MaxPool", A, {"pool_size": [2, 2], "strides": 2, "padding": "SAME", "data_format": "channels_last"}),
        ("where", [A], {"x": B, "y": 0.0}, "Where", {"condition": A, "x1": B}, {"x2": 0.0}),
        ("image.resize", [A], {"size": [4, 5], "preserve_aspect_ratio": True}, "tf.image.resize", [A], {}),
        ("compat.v1.boolean_mask", [A], {"mask": B}, "tf.compat.v1.boolean_mask", [A, B], {}),
        ("math.add_n", [[A, B]], {}, "TFAddN", [A, B], {}),
    ],
)  # fmt: skip
def test_a_function_of_tensorflow_is_an_operation(function, args, kwargs, kind, inputs, config):
    assert _tf_functions.bind(function, args, kwargs) == (f"ops.{kind}", inputs, config)


def test_every_function_of_tensorflow_stands_for_an_operation_that_exists():
    for function, row in _tf_functions._ROWS.items():
        kind, *words = row.split()
        cls = layers.find(f"ops.{kind}")
        assert cls is not None, function
        for word in words:
            own = word.partition("=")[2] if "=" in word else word
            known = {*cls.parameters, *cls.operands, *cls.called}
            assert not own or own in known or kind == "TFReshape", f"{function}: {own}"


# Anything ------------------------------------------------------------------------------------------------------------

VALUES = (
    None, 0, 1, -1, 2, 3, 7, -5, 1.5, float("nan"), float("inf"), True, "x", "same", "float32", ":, 0", "...", [], [1], [0, 1],
    [1, 2, 3], [[1, 2], [0, 1]], {}, {"class_name": "__slice__", "config": {"start": 1}}, 1 << 70, [1 << 40], ["x"], [None],
    [-1], [-1, -1], "ij->ji", "bij,bjk->bik", "channels_first", (1, 2), [1.5], b"x", object(), "T",
)  # fmt: skip
DTYPES = ("float32", "int32", "bool", "float16", "complex64", "int64", "uint8", "string", "bfloat16")


@pytest.mark.parametrize("seed", range(4))
def test_whatever_an_operation_is_given_it_answers_or_refuses(seed):
    import random

    rng = random.Random(seed)
    kinds = list(layers.operations())
    free = [dims.symbol("T"), dims.symbol("H", varies=True)]
    for _ in range(1500):
        cls = layers.find(rng.choice(kinds))
        config = {p.name: rng.choice(VALUES) for p in cls.parameters.values() if p.required or rng.random() < 0.3}
        sizes = [1, 2, 3, 4, 0, *(free if rng.random() < 0.5 else [])]
        specs = [TensorSpec(tuple(rng.choice(sizes) for _ in range(rng.randint(0, 4))), rng.choice(DTYPES))
                 for _ in range(rng.randint(0, 3))]  # fmt: skip
        specs = specs[:1] * len(specs) if rng.random() < 0.5 else specs
        listed = takes_list(cls) or len(specs) > 1
        try:
            made, refusals = make(cls, config, STRICT)
            if not refusals:
                apply(made, specs, listed, STRICT)
        except Refusal as refusal:
            assert refusal.code != "SC902"

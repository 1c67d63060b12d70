"""Models as Keras saves them, written for the test: what they come to, and what is said of them, at its place."""

import json

import pytest
from keras_files import (
    functional2,
    functional3,
    input3,
    layer2,
    layer3,
    node,
    ref,
    sequential2,
    written,
)

import shapecheck
from shapecheck import dims


def checked(model, **options):
    return shapecheck.check(text=written(model, **options))


def shapes(report):
    """Name -> sizes, with a None for the batch."""
    return {
        name: [tuple(size if isinstance(size, int) else str(size) for size in shape[1:]) for shape in entry.output_shapes]
        for name, entry in report.layers.items()
    }


def test_a_functional_of_keras_3():
    report = checked(
        functional3(
            input3("a", 5), input3("b", 5),
            layer3("Dense", "shared", node(ref("a")), node(ref("b")), units=4),
            layer3("Add", "sum", node([ref("shared"), ref("shared", 1)])),
            outputs=["sum", 0, 0],
        )
    )  # fmt: skip
    assert report.ok and not report.diagnostics
    assert report.params == 5 * 4 + 4
    assert report.shapes["sum"][1:] == (4,)
    assert [call.inputs for call in report.calls["shared"]] == [("a",), ("b",)]
    assert [inp.name for inp in report.inputs] == ["a", "b"]


@pytest.mark.parametrize(
    "ends, names",
    [
        (["d", 0, 0], ["d"]),
        ([["d", 0, 0]], ["d"]),
        ([["d", 0, 0], ["e", 0, 0]], ["d", "e"]),
        ({"x": ["e", 0, 0], "a": ["d", 0, 0]}, ["d", "e"]),
        ([["d", 0, 0], {"z": ["e", 0, 0]}], ["d", "e"]),
    ],
)
def test_ends_mirror_the_structure_of_what_the_model_gives(ends, names):
    layers = input3("i", 3), layer3("Dense", "d", node(ref("i")), units=2), layer3(
        "Dense", "e", node(ref("d")), units=1)  # fmt: skip
    report = checked(functional3(*layers, inputs=["i", 0, 0], outputs=ends))
    assert [out.name for out in report.outputs] == names and report.ok


def test_the_bare_configuration_and_the_list_of_layers():
    whole = sequential2(layer2("Dense", "d", units=4, batch_input_shape=[None, 3]), layer2("Dense", "e", units=2))
    for given in (whole, whole["config"], whole["config"]["layers"]):
        report = checked(given)
        assert report.ok and report.params == 3 * 4 + 4 + 4 * 2 + 2
        assert list(report.layers) == ["d_input", "d", "e"]
    functional = functional3(input3("i", 3), layer3("Dense", "d", node(ref("i")), units=2), outputs=["d", 0, 0])
    assert checked(functional["config"]).params == 8


def test_a_finding_names_line_column_and_path():
    model = functional3(input3("i", 9), layer3("Dense", "d", node(ref("i")), units=-4), outputs=["d", 0, 0])
    lines = written(model, indent=1)
    report = shapecheck.check(text=lines, path="m.json")
    (found,) = report.diagnostics
    line = lines.split("\n")[found.span.line - 1]
    assert found.code == "SC114" and line[found.span.column - 1 : found.span.end_column - 1] == "-4"
    assert "at config.layers[1].config.units" in found.notes


def test_generations():
    flat = layer2("Flatten", "f"), layer2("Dense", "d", units=1, batch_input_shape=[None, None, 2])
    old = checked(sequential2(*reversed(flat), version="2.2.4"))
    new = checked(sequential2(*reversed(flat), version="2.3.0"))
    tf = checked(sequential2(*reversed(flat), version="2.2.4-tf"))
    assert [report.ok for report in (old, new, tf)] == [False, True, True]
    assert [found.code for found in old.diagnostics] == ["SC307"]


@pytest.mark.parametrize("number", [0, 1])
def test_a_model_inside_is_called_with_either_way_of_counting(number):
    inner = {"class_name": "Sequential", "name": "inner", "inbound_nodes": [[["a", 0, 0, {}]]], "config": {
        "name": "inner", "layers": [{"class_name": "Dense", "config": {
            "name": "d", "units": 2, "batch_input_shape": [None, 5]}}]}}  # fmt: skip
    a = layer2("InputLayer", "a", batch_input_shape=[None, 5])
    report = checked(functional2(a, inner, outputs=[["inner", number, 0]]))
    assert report.ok and report.shapes["inner"][1:] == (2,) and report.params == 12
    assert report.layers["inner"].params == 12 and report.shapes["inner/d"][1:] == (2,)


def test_layers_with_code_are_never_decoded_and_inference_goes_on():
    code = {"class_name": "__lambda__", "config": {"code": "!!!", "defaults": None, "closure": None}}
    report = checked(
        functional3(
            input3("i", 6, 4),
            layer3("Lambda", "cut", node(ref("i", shape=[None, 6, 4])), function=code, arguments={}),
            layer3("Dense", "d", node(ref("cut", shape=[None, 4])), units=2),
            layer3("My", "mine", node(ref("d", shape=[None, 2])), module=None, registered_name="pkg>My"),
            layer3("Dense", "e", node(ref("mine")), units=3),
            outputs=["e", 0, 0],
        )
    )  # fmt: skip
    assert report.ok and {found.code for found in report.diagnostics} == {"SC141", "SC144"}
    assert report.shapes["cut"][1:] == (4,) and report.layers["d"].params == 10
    assert report.shapes["mine"] is None and report.params is None


@pytest.mark.parametrize(("said", "bias"), [({}, (12,)), ({"reset_after": True}, (2, 12)), ({"reset_after": False}, (12,))])
def test_a_gru_saved_before_it_could_reset_after_has_one_bias(said, bias):
    gru = layer2("GRU", "g", units=4, activation="tanh", recurrent_activation="hard_sigmoid", batch_input_shape=[None, 5, 3])
    gru["config"].update(said)
    report = checked({**sequential2(gru), "keras_version": "2.0.8-tf"})
    assert report.ok and [*report.layers["g"].weights.values()] == [(3, 12), (4, 12), bias]


def test_code_in_what_a_model_was_compiled_with_is_named_where_it_stands_and_changes_no_shape():
    code = {"class_name": "__lambda__", "config": {"code": "!!!", "defaults": None, "closure": None}}
    rate = {"module": "mine", "class_name": "Falling", "config": {"inner": [code]}, "registered_name": "pkg>Falling"}
    adam = {"module": "keras.optimizers", "class_name": "Adam", "config": {"learning_rate": rate}, "registered_name": None}
    score = {"module": "builtins", "class_name": "function", "config": "score", "registered_name": "function"}
    model = functional3(input3("i", 5), layer3("Dense", "d", node(ref("i")), units=2), outputs=["d", 0, 0])
    model["compile_config"] = {"optimizer": adam, "loss": code, "metrics": ["accuracy", {"d": [score]}]}
    report = checked(model)
    assert report.ok and report.params == 12
    said = [(found.code, found.notes[-1]) for found in report.diagnostics]
    assert said == [
        ("SC145", "at compile_config.optimizer.config.learning_rate"),
        ("SC141", "at compile_config.optimizer.config.learning_rate.config.inner[0]"),
        ("SC141", "at compile_config.loss"),
        ("SC145", "at compile_config.metrics[1].d[0]"),
    ]
    assert "`pkg>Falling`" in report.diagnostics[0].message and "`score`" in report.diagnostics[3].message
    model["compile_config"] = {"optimizer": "adam", "loss": {"d": "mse"}, "metrics": None, "jit_compile": True}
    assert not checked(model).diagnostics
    model["compile_config"] = [code]  # no settings, and no code that a loader would look at
    assert checked(model).ok


def test_what_a_file_tells_of_a_function_holds_for_the_inputs_it_had():
    report = checked(
        functional3(
            input3("i", 7, 4),
            layer3("Lambda", "cut", node(ref("i", shape=[None, 6, 4])), function={}),
            layer3("Dense", "d", node(ref("cut", shape=[None, 4])), units=2),
            outputs=["d", 0, 0],
        )
    )  # fmt: skip
    assert report.shapes["cut"] is None
    assert [found.code for found in report.diagnostics] == ["SC141", "SC404"]


def test_a_call_that_is_not_there():
    layers = input3("i", 3), layer3("Dense", "d", node(ref("i")), units=2)
    report = checked(functional3(*layers, outputs=["d", 1, 0]))
    assert [found.code for found in report.diagnostics if found.severity == "error"] == ["SC142"]


def test_a_layer_that_is_called_on_nothing():
    layers = input3("i", 3), layer3("Dense", "d", node(ref("i")), units=2), layer3("Dense", "e", units=2)
    assert [found.code for found in checked(functional3(*layers, outputs=["d", 0, 0])).diagnostics] == ["SC143"]


@pytest.mark.parametrize(
    "content, code",
    [
        ('{"class_name": "Sequential", "config": {"layers": [],}}', "SC140"),
        ('{"class_name": "Sequential", "config": {"layers": [', "SC140"),
        ('{"class_name": "Sequential", "config": {"layers": []}} x', "SC140"),
        ('{"class_name": "Sequential", "class_name": "Sequential", "config": {"layers": []}}', "SC102"),
        ('{"class_name": "Sequential", "config": ' + "[" * 300 + "]" * 300 + "}", "SC802"),
        ('{"class_name": "Sequential", "config": ' + "[" * 100_000, "SC802"),
        ('{"class_name": "Sequential", "config": {"layers": 1' + "0" * 5000 + "}}", "SC807"),
        ('{"class_name": "Sequential", "config": {"layers": NaN}}', "SC115"),
        ("", "SC103"),
        ("nothing", "SC140"),
    ],
)
def test_a_text_that_is_hostile_or_broken_has_a_code(content, code):
    report = shapecheck.check(text=content, path="model.json")
    assert code in [found.code for found in report.diagnostics] and not report.ok


def test_bytes_in_other_encodings():
    model = written(sequential2(layer2("Dense", "größe", units=4, batch_input_shape=[None, 3])), ensure_ascii=False)
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert shapecheck.check(text=model.encode(encoding), path="m.json").ok


def test_the_spec_language_may_be_written_in_json():
    spec = {"layers": [{"Input": {"shape": ["H", 3]}}, {"Dense": 2}]}
    report = shapecheck.check(text=json.dumps(spec))
    assert report.ok and str(report.layers["dense"].output_shapes[0][1]) == "H"
    assert isinstance(report.params, int | dims.Expr)


def test_a_model_inside_a_layer_is_checked_too():
    inner = functional3(
        input3("x", 8, 4), layer3("Flatten", "f", node(ref("x"))), layer3("Dense", "d", node(ref("f")), units=3),
        outputs=["d", 0, 0],
    )  # fmt: skip
    steps = layer3("TimeDistributed", "steps", node(ref("i")), layer=inner)
    report = checked(functional3(input3("i", 10, 8, 4), steps, outputs=["steps", 0, 0]))
    assert report.ok and report.shapes["steps"][1:] == (10, 3) and report.params == 32 * 3 + 3
    inner["config"]["layers"][2]["config"]["units"] = 0
    (found,) = checked(functional3(input3("i", 10, 8, 4), steps, outputs=["steps", 0, 0])).diagnostics
    assert found.code == "SC114"
    assert "at config.layers[1].config.layer.config.layers[2].config.units" in found.notes


def test_a_model_inside_a_layer_runs():
    inner = functional3(input3("x", 4), layer3("Dense", "d", node(ref("x")), units=3), outputs=["d", 0, 0])
    steps = layer3("TimeDistributed", "steps", node(ref("i")), layer=inner)
    model = functional3(input3("i", 10, 4), steps, outputs=["steps", 0, 0])
    alone = layer3("TimeDistributed", "steps", node(ref("i")), layer={"class_name": "Dense", "config": {"units": 3}})
    plain = functional3(input3("i", 10, 4), alone, outputs=["steps", 0, 0])
    kernel, bias = [[0.5] * 3] * 4, [1.0, 2.0, 3.0]
    made = [shapecheck.run(text=written(given), weights={"steps": [kernel, bias]}) for given in (model, plain)]
    assert (made[0].outputs[0] == made[1].outputs[0]).all()


def test_a_mask_that_a_call_names():
    report = checked(
        functional3(
            input3("i", 6, 4), input3("m", 6),
            layer3("LSTM", "rnn", node(ref("i"), mask=ref("m"), training=False), units=5, return_sequences=True),
            outputs=["rnn", 0, 0],
        )
    )  # fmt: skip
    assert report.ok and report.layers["rnn"].masks[0][1:] == (6,)
    assert report.layers["rnn"].inputs == ("i", "m")


def test_states_by_name():
    lstm = layer3("LSTM", "a", node(ref("i")), units=5, return_state=True)
    again = layer3("LSTM", "b", node(ref("i"), initial_state=[ref("a", 0, 1), ref("a", 0, 2)]), units=5)
    report = checked(functional3(input3("i", 6, 4), lstm, again, outputs=["b", 0, 0]))
    assert report.ok and report.layers["b"].inputs == ("i", "a[1]", "a[2]")


def test_an_operation_is_not_the_layer_of_its_name():
    op = layer3("Add", "add", node(ref("i"), 2.0), module="keras.src.ops.numpy", registered_name="Add")
    assert checked(functional3(input3("i", 4), op, outputs=["add", 0, 0])).ok
    op["module"], op["registered_name"] = "keras.layers", None
    assert not checked(functional3(input3("i", 4), op, outputs=["add", 0, 0])).ok


def test_an_output_that_a_layer_does_not_have():
    layers = input3("i", 3), layer3("Dense", "d", node(ref("i")), units=2)
    report = checked(functional3(*layers, outputs=["d", 0, 1]))
    assert [found.code for found in report.diagnostics if found.severity == "error"] == ["SC206"]


@pytest.mark.parametrize("kind, module", [("SequentialX", "keras"), ("Sequentail", None)])
def test_a_class_of_models_that_keras_does_not_have(kind, module):
    model = sequential2(layer2("Dense", "d", units=4, batch_input_shape=[None, 3]))
    report = checked({**model, "class_name": kind, "module": module})
    assert [found.code for found in report.diagnostics] == ["SC110"]


def test_states_in_a_sequential_are_refused():
    first = layer2("LSTM", "a", units=4, return_state=True, batch_input_shape=[None, 5, 3])
    assert not checked(sequential2(first, layer2("Dense", "d", units=1))).ok


def test_keys_that_a_file_of_its_time_may_carry():
    first = layer2("LSTM", "a", units=4, time_major=False, input_spec=None, batch_input_shape=[None, 5, 3])
    norm = layer2("BatchNormalization", "n", axis=[1], renorm=False)
    report = checked(sequential2(first, norm, version="2.9.0"))
    assert not [found for found in report.diagnostics if found.code[:3] == "SC1"] and report.ok
    assert report.layers["n"].params == 16


def test_a_key_that_is_not_known_is_up_to_the_generation():
    old = layer2("Dense", "d", units=4, beta=7, batch_input_shape=[None, 3])
    assert [found.code for found in checked(sequential2(old, version="2.9.0")).diagnostics] == ["SC146"]
    new = functional3(input3("i", 3), layer3("Dense", "d", node(ref("i")), units=4, beta=7), outputs=["d", 0, 0])
    assert [found.code for found in checked(new).diagnostics] == ["SC111"]


@pytest.mark.parametrize(
    "param, value",
    [
        ("activation", {"module": "mine", "class_name": "function", "config": "act", "registered_name": "mine>act"}),
        ("activation", {"module": "builtins", "class_name": "function", "config": "act", "registered_name": "function"}),
        ("kernel_initializer", {"module": "mine", "class_name": "Init", "config": {}, "registered_name": "mine>Init"}),
        ("kernel_regularizer", {"module": None, "class_name": "Reg", "config": {"k": 1}, "registered_name": "Reg"}),
        ("kernel_constraint", {"module": "mine", "class_name": "Con", "config": {}, "registered_name": "mine>Con"}),
    ],
)
def test_somebodys_own_functions_are_named_and_passed_over(param, value):
    dense = layer3("Dense", "d", node(ref("i")), units=4, **{param: value})
    for layer in (dense, layer3("TimeDistributed", "d", node(ref("i")), layer={**dense, "name": "x"})):
        report = checked(functional3(input3("i", 5, 3), layer, outputs=["d", 0, 0]))
        assert report.ok and [found.code for found in report.diagnostics] == ["SC145"]
        assert report.params == 16 and report.shapes["d"][1:] == (5, 4)


def test_numbers_are_not_made_up_for_an_activation_that_is_not_there():
    value = {"module": "mine", "class_name": "function", "config": "act", "registered_name": "mine>act"}
    dense = layer3("Dense", "d", node(ref("i")), units=4, activation=value)
    with pytest.raises(shapecheck.ShapecheckError):
        shapecheck.run(text=written(functional3(input3("i", 3), dense, outputs=["d", 0, 0])))


def test_relu6_in_a_file_of_keras_2():
    model = sequential2(layer2("Activation", "a", activation="relu6", batch_input_shape=[None, 3]))
    assert not checked(model).diagnostics


def test_a_layer_that_was_built_for_other_sizes_is_reported_and_not_believed():
    dense = layer3("Dense", "d", node(ref("i")), units=4, built=[None, 9])
    report = checked(functional3(input3("i", 3), dense, outputs=["d", 0, 0]))
    assert report.ok and report.params == 16
    (found,) = report.diagnostics
    assert found.code == "SC147" and "at config.layers[1].build_config.input_shape" in found.notes


def test_a_sequential_that_was_never_built():
    report = checked(sequential2(layer2("Dense", "d", units=2), layer2("Dense", "e", units=-2)))
    assert [found.code for found in report.diagnostics] == ["SC148", "SC114"]
    built = sequential2(layer2("Dense", "d", units=2))
    built["config"]["build_input_shape"] = [None, 3]
    assert checked(built).params == 8


def test_json_that_was_written_as_json_once_more():
    model = sequential2(layer2("Dense", "d", units=2, batch_input_shape=[None, 3]))
    assert shapecheck.check(text=json.dumps(written(model)), path="m.json").params == 8


@pytest.mark.parametrize(
    "content, words",
    [
        ('{"cells": [], "nbformat": 4}', "a Jupyter notebook"),
        ('{"class_name": "Dense", "config": {"units": 1}}', "one object of Keras, `Dense`"),
        ('{"class_name": "Mine", "config": {}, "registered_name": "a>Mine", "build_config": {}}', "whose layers are code"),
        ("[1, 2, 3]", "a list of values"),
    ],
)
def test_other_json_is_told_by_what_it_looks_like(content, words):
    (found,) = shapecheck.check(text=content, path="x.json").diagnostics
    assert found.code == "SC104" and words in found.message


class Live:
    """A model that can be asked for its JSON, and for nothing else."""

    def __init__(self, answer):
        self.answer = answer

    def to_json(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_live_model_is_asked_for_its_json():
    model = sequential2(layer2("Dense", "d", units=2, batch_input_shape=[None, 3]))
    assert shapecheck.check(Live(written(model))).params == 8
    for answer in (NotImplementedError("a subclass"), 3, None):
        with pytest.raises(shapecheck.SpecError) as caught:
            shapecheck.check(Live(answer))
        assert caught.value.code == "SC104"


def test_the_configuration_of_a_model_as_a_dict():
    model = functional3(input3("i", 9), layer3("Dense", "d", node(ref("i")), units=4), outputs=["d", 0, 0])
    for given in (model, model["config"]):
        assert shapecheck.check(given).params == 40
    model["config"]["layers"][1]["config"]["units"] = -4
    (found,) = shapecheck.check(model).diagnostics
    assert found.code == "SC114" and "at config.layers[1].config.units" in found.notes


def test_layers_by_class_name_in_python_are_still_the_spec_language():
    layers = [{"class_name": "Input", "config": {"shape": [3]}}, {"class_name": "Dense", "config": {"units": 2}}]
    assert shapecheck.check(layers).params == shapecheck.check({"layers": layers}).params == 8


def test_branches_that_a_merge_of_keras_1_puts_together():
    left, right = ({"class_name": "Sequential", "config": [
        {"class_name": "Dense", "config": {"name": f"dense_{n}", "output_dim": 4, "batch_input_shape": [None, n],
                                           "input_dim": n, "init": "glorot_uniform", "bias": True}}]}
        for n in (3, 5))  # fmt: skip
    merge = {"class_name": "Merge", "config": {"name": "merge_1", "mode": "concat", "concat_axis": -1,
                                               "layers": [left, right], "mode_type": "raw"}}  # fmt: skip
    last = {"class_name": "Dense", "config": {"name": "last", "output_dim": 1}}
    report = checked({"class_name": "Sequential", "config": [merge, last], "keras_version": "1.2.2"})
    assert report.ok and report.params == 4 * 3 + 4 + 4 * 5 + 4 + 9
    assert report.shapes["merge_1"][1:] == (8,) and len(report.inputs) == 2


def test_inputs_that_a_call_names_as_keras_does():
    x, h, c, m = (ref(name, shape=shape) for name, shape in (
        ("x", [None, 3, 4]), ("h", [None, 5]), ("c", [None, 5]), ("m", [None, 3])))  # fmt: skip
    report = checked(functional3(
        input3("x", 3, 4), input3("h", 5), input3("c", 5), input3("m", 3),
        layer3("Dense", "dense", node(inputs=x), units=2),
        layer3("LSTM", "lstm", node(sequences=x, initial_state=[h, c]), units=5),
        layer3("Bidirectional", "both", node(sequences=x),
               layer={"class_name": "LSTM", "config": {"name": "l", "units": 5}}),
        layer3("RMSNormalization", "rms", node(x=x)),
        layer3("Concatenate", "joined", node(inputs=[h, c])),
        layer3("RandomFlip", "flip", node(data=x)),
        layer3("MultiHeadAttention", "heads", node(query=x, value=x, query_mask=m, value_mask=m), num_heads=2, key_dim=3),
        outputs=[[name, 0, 0] for name in ("dense", "lstm", "both", "rms", "joined", "flip", "heads")],
    ))  # fmt: skip
    assert report.ok, report.diagnostics
    assert shapes(report) | {
        "dense": [(3, 2)], "lstm": [(5,)], "both": [(10,)], "rms": [(3, 4)], "joined": [(10,)], "flip": [(3, 4)],
        "heads": [(3, 4)],
    } == shapes(report)  # fmt: skip


def test_an_operation_that_is_called_twice():
    calls = node(ref("i"), 2.0), node(ref("j"), [1.0, 2.0, 3.0, 4.0])
    op = layer3("Add", "add", *calls, module="keras.src.ops.numpy", registered_name="Add")
    report = checked(functional3(input3("i", 1), input3("j", 1), op, outputs=[["add", 0, 0], ["add", 1, 0]]))
    assert report.ok and [out.shape[1:] for out in report.outputs] == [(1,), (4,)]


def test_a_setting_that_is_null_in_an_older_file_has_its_default():
    start = {"class_name": "RandomUniform", "config": {"minval": -1, "maxval": None, "seed": None}}
    model = sequential2(layer2("Dense", "d", units=2, kernel_initializer=start, batch_input_shape=[None, 3]))
    assert not checked(model).diagnostics


def test_nested_arguments_by_position():
    call = node(ref("i"), [[ref("i")], {"a": ref("i")}])
    layer = layer3("MultiHeadAttention", "m", call, num_heads=1, key_dim=2)
    assert checked(functional3(input3("i", 4, 4), layer, outputs=["m", 0, 0])).diagnostics


def test_several_tensors_where_a_recurrent_layer_takes_one():
    call = node([ref("i"), ref("i")], [ref("h")])
    layers = input3("i", 4, 4), input3("h", 2), layer3("GRU", "g", call, units=2)
    report = checked(functional3(*layers, outputs=["g", 0, 0]))
    assert [found.code for found in report.diagnostics if found.severity == "error"] == ["SC208"]

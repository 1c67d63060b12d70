"""Files of Keras written as YAML: layers whose code is not at hand, models inside wrappers, and odd names."""

import gzip
import json
import pathlib

import pytest
from keras_files import functional3, input3, layer3, node, ref, sequential3
from same_model import converts

import shapecheck
from shapecheck import conversion


def tensor(name, shape, call=0):
    return ref(name, call, 0, shape)


def layer(kind, name, config, *calls, **more):
    return layer3(kind, name, *map(node, calls), **config, **more)


def entry(name, shape):
    return input3(name, *shape[1:])


def functional(name, layers, outputs):
    made = functional3(*layers, outputs=outputs)
    made["config"]["name"] = name
    return made


CODE = {"function": {"class_name": "__lambda__", "config": {"code": "4wE=", "defaults": None, "closure": None}}, "arguments": {}}


def test_layers_of_unknown_code_give_what_the_file_says():
    layers = [
        entry("x", [None, 6]),
        layer("Lambda", "fn", {**CODE, "output_shape": [2, 3]}, tensor("x", [None, 6])),
        layer("Odd", "odd", {"a": 1}, tensor("fn", [None, 2, 3]), module="mine", registered_name="mine>Odd"),
        layer("Flatten", "flat", {}, tensor("odd", [None, 5, None])),
        layer("Odd", "lost", {"a": 2}, tensor("flat", [None, None]), module="mine", registered_name="mine>Odd"),
    ]
    text = json.dumps(functional("m", layers, [["lost", 0, 0], ["odd", 0, 0]]))
    made = converts(text=text)
    assert 'SavedLambda: {rule: "(n, ...) -> (n, 2, 3)", weights: {}}' in made
    assert 'Odd: "(n, ...) -> (n, 5, ?)"' in made and "Odd_1: ~" in made
    assert "  - SavedLambda: {name: fn}\n  - Odd: {name: odd}\n" in made


def test_models_inside_wrappers_are_written_as_models():
    inner = functional("step", [entry("i", [None, 4]), layer("Dense", "d", {"units": 3}, tensor("i", [None, 4]))], [["d", 0, 0]])
    layers = [
        entry("x", [None, 7, 4]),
        layer("TimeDistributed", "td", {"layer": inner}, tensor("x", [None, 7, 4])),
        layer("TimeDistributed", "td2", {"layer": {"class_name": "Dense", "config": {"units": 2}}}, tensor("td", [None, 7, 3])),
    ]
    made = converts(text=json.dumps(functional("m", layers, [["td2", 0, 0]])))
    assert made.startswith("name: m\nkeras: 3\nmodels:\n  step:\n    layers:\n      - Input: {name: i, shape: [4]}\n")
    assert "  - TimeDistributed: {layer: step, name: td}\n  - TimeDistributed: {layer: {Dense: 2}, name: td2}\n" in made
    assert shapecheck.check(text=made).params == (4 * 3 + 3) + (3 * 2 + 2)


with gzip.open(pathlib.Path(__file__).parents[1] / "data" / "known_models_keras3.json.gz", "rt") as file:
    KNOWN = json.load(file)["models"]


@pytest.mark.parametrize("name", KNOWN)
def test_models_that_everybody_knows_are_the_same_afterwards(name):
    text = json.dumps(KNOWN[name])
    made = converts(text=text)
    assert shapecheck.check(text=made).params == shapecheck.check(text=text).params
    assert max(map(len, made.split("\n"))) < 200


def test_a_layer_called_again_and_names_that_yaml_cannot_refer_to():
    layers = [
        entry("x", [None, 4]),
        layer("Dense", "a[1]", {"units": 4}, tensor("x", [None, 4]), tensor("a[1]", [None, 4])),
        layer("Dense", " no ", {"units": 4}, tensor("a[1]", [None, 4], 1)),
        layer("Dense", "${x}", {"units": 4}, tensor(" no ", [None, 4])),
        layer("Activation", "012", {"activation": "relu"}, tensor("${x}", [None, 4])),
    ]
    text = json.dumps(functional("a: b", layers, [["012", 0, 0]]))
    made = shapecheck.convert(text=text)
    before, after = shapecheck.check(text=text), shapecheck.check(text=made)
    assert after.ok and after.params == before.params == 3 * 20
    assert {"x", "a_1", "no", "${x}", "012"} <= {*after.layers} and len(after.layers) == len(before.layers)
    assert 'name: "a: b"' in made and 'params: {dollar: "$"}' in made


@pytest.mark.parametrize("body", ["~", "{weights: {}}"])
def test_a_custom_layer_of_which_nothing_is_known_is_opaque(body):
    report = shapecheck.check(text=f"custom: {{Mine: {body}}}\nlayers: [{{Input: {{shape: [3]}}}}, Mine, {{Dense: 2}}]")
    assert report.ok and [found.code for found in report.diagnostics if found.severity == "error"] == []
    assert report.shapes["mine"] is None and report.params is None


def test_any_size_in_a_rule():
    report = shapecheck.check(
        text='custom: {Mix: {rule: "(n, ?), (?, t, ?) -> (n, t, ?)", weights: {}}}\n'
        "layers:\n  - Input: {name: a, shape: [3]}\n  - Input: {name: b, shape: [T, 9]}\n  - Mix: {inputs: [a, b]}\n"
    )
    assert report.ok and [str(size) for size in report.shapes["mix"][:2]] == ["B", "T"]
    assert shapecheck.check(text=shapecheck.convert(text='custom: {Any: "(n, ...) -> (n, ?)"}\nlayers: [{Input: {shape: [3]}}, Any]')).ok


def test_a_model_that_would_hold_itself_is_refused():
    text = """
models:
  a: {layers: [{Input: {shape: [T, 4]}}, {TimeDistributed: {layer: b}}]}
  b: {layers: [{Input: {shape: [4]}}, {TimeDistributed: {layer: a}}]}
layers: [{Input: {shape: [T, 4]}}, a]
"""
    assert "SC213" in [found.code for found in shapecheck.check(text=text).diagnostics]


def test_a_model_inside_a_wrapper_may_call_models():
    text = """
models:
  inner: {layers: [{Input: {name: i, shape: [4]}}, {Dense: 4}]}
  step: {layers: [{Input: {name: s, shape: [4]}}, {inner: {name: one}}, {inner: {name: two}}]}
layers:
  - Input: {name: x, shape: [T, 4]}
  - TimeDistributed: step
  - TimeDistributed: {layer: inner}
"""
    report = shapecheck.check(text=text)
    assert report.ok and report.params == 20 + 20
    assert "TimeDistributed: step" in converts(text=text)


def test_layers_of_unknown_code_are_kept_for_keras():
    old = {"function": ["4wE=", None, None], "function_type": "lambda", "output_shape": [2], "output_shape_type": "raw"}
    layers = [
        entry("x", [None, 6]),
        layer("Lambda", "new", {**CODE, "output_shape": [2]}, tensor("x", [None, 6])),
        layer("Lambda", "old", old, tensor("new", [None, 2])),
        layer("Odd", "odd", {"a": 1}, tensor("old", [None, 2]), module="mine", registered_name="mine>Odd"),
    ]
    _, made = conversion.converted(None, "keras3", text=json.dumps(functional("m", layers, [["odd", 0, 0]])))
    written = {one["config"]["name"]: one for one in json.loads(made.text)["config"]["layers"]}
    assert written["new"]["config"]["function"] == CODE["function"]
    assert written["old"]["config"]["output_shape"] == [2] and written["old"]["config"]["function"]["config"] == "old_function"
    assert (written["odd"]["module"], written["odd"]["registered_name"]) == ("mine", "mine>Odd") and written["odd"]["config"]["a"] == 1
    assert made.lost == (
        "layers with code in them are loaded with `safe_mode=False` only: `new`",
        "functions that are code of an older Keras have to be given as `custom_objects`: `old_function`",
        "layers that are not Keras's have to be given as `custom_objects`: `odd`",
    )


def test_a_custom_layer_keeps_what_its_class_is_found_by():
    scale = layer("Scale", "scale", {"init": 1.0}, tensor("x", [None, 6]), module="zoo.parts", registered_name="Scale",
                  built=[None, 6])  # fmt: skip
    text = json.dumps(functional("m", [entry("x", [None, 6]), scale], [["scale", 0, 0]]))
    written = json.loads(shapecheck.convert(text=text, to="keras3"))["config"]["layers"][1]
    assert (written["module"], written["class_name"], written["registered_name"]) == (
        "zoo.parts", "Scale", "Scale"
    )  # fmt: skip
    assert written["build_config"] == {"input_shape": [None, 6]} and written["config"]["init"] == 1.0


def test_a_sequential_that_was_never_built_stays_one():
    model = sequential3(layer3("Dense", "d", units=2), layer3("Dense", "e", units=3))
    written = json.loads(shapecheck.convert(text=json.dumps(model), to="keras3"))
    assert written["class_name"] == "Sequential"
    assert [one["config"]["name"] for one in written["config"]["layers"]] == ["d", "e"]


def test_a_layer_of_unknown_code_without_a_name_keeps_the_one_it_was_given():
    odd = layer("Odd", "odd", {}, module="mine", registered_name="mine>Odd")
    del odd["config"]["name"]
    model = sequential3(input3("x", 4), odd)
    converts(text=json.dumps(model))

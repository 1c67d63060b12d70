"""What `convert --to keras3` makes was loaded by real Keras, which agrees with what is inferred here."""

import hashlib
import json

import converted_models
import pytest

import shapecheck
from shapecheck import checker, conversion

NOT_LOADED = {
    '["LSTMCell", {"units": 4}, "args", [[null, 3], [null, 4]], 3]': "one tensor for both states, which no model can save",
    '["Equalization", {}, "single", [[null, null, null, 3]], 3]': "Keras gives back its input, and then finds a ring",
    '["Dropout", {"rate": 0.5}, "list", [[null, 3, 2], [null, 3, 2]], 3]': "Keras takes a list, and cannot save that",
    '["Dropout", {"rate": 0.5}, "list", [[null, 3, 2], [null, 3, 2]], 2]': "Keras takes a list, and cannot save that",
    '["Lambda", {"function": "lambda x: ops.sum(x)"}, "single", [[2, 4, 3]], 3]': "a scalar has no `output_shape`",
    '["ActivityRegularization", {"l1": -1, "l2": 0}, "single", [[null, 3]], 2]': "Keras 2 took a penalty below 0",
}
OTHERWISE = {
    '["Hashing", {"num_bins": 6, "output_mode": "one_hot"}, "single", [[null, null]], 3]': "Keras forgets an axis whose size it does not know",
    '["RMSNormalization", {"axis": -2}, "single", [[null, 3, 0, 1]], 3]': "Keras infers the shape of its input, and gives another",
}
LOADED = converted_models.loaded()


def agree(keras, ours):
    """Whether two shapes may be the same: a None on either side is any size."""
    return ours is None or (len(keras) == len(ours) and all(a is None or type(b) is not int or a == b for a, b in zip(keras, ours, strict=True)))


def wrong(name, given):
    """What differs from what Keras said of a model; None where nothing does."""
    answer = LOADED.get(name)
    _, found = checker.inferred(**given)
    made = conversion.converted(to="keras3", **{"definition": None, **given})[1]
    if isinstance(answer, str):
        return answer
    if answer is None or hashlib.sha256(made.text.encode()).hexdigest()[:16] != answer["json"]:
        return "this is not what Keras loaded: run data/make_converted_facts.py again"
    outputs = []
    for edge in found.graph.outputs:
        several = found.applied[edge.node].outputs
        outputs += several if edge.output is None else several[edge.output : edge.output + 1]
    if len(outputs) != len(answer["outputs"]) or not all(map(agree, answer["outputs"], [spec.shape for spec in outputs])):
        return f"outputs {answer['outputs']}, not {[spec.shape for spec in outputs]}"
    if answer["dtypes"] != [spec.dtype for spec in outputs]:
        return f"dtypes {answer['dtypes']}, not {[spec.dtype for spec in outputs]}"
    weights = [(layer, w) for layer, _, w in weights_of(found)]
    if sorted([*w.shape] for _, w in weights) != answer["weights"]:
        return f"weights {answer['weights']}, not {sorted([*w.shape] for _, w in weights)}"
    trained = sum(size(w.shape) for layer, w in weights if w.trainable and layer.trainable)
    return None if trained == answer["trained"] else f"{answer['trained']} values are trained, not {trained}"


def weights_of(found):
    for node, layer, applied in zip(found.graph.nodes, found.layers, found.applied, strict=True):
        if node.owner == node.index:
            yield from ((layer, path, weight) for path, weight in applied.weights.items())


def size(shape):
    product = 1
    for one in shape:
        product *= one
    return product


@pytest.fixture(scope="module")
def judged():
    return {name: wrong(name, given) for name, given in converted_models.definitions()}


def test_keras_loads_every_model_and_agrees(judged):
    assert len(judged) > 2_500
    differing = {name: words for name, words in judged.items() if words is not None}
    assert {name: words for name, words in differing.items() if name not in (*NOT_LOADED, *OTHERWISE)} == {}
    assert {*differing} == {*NOT_LOADED, *OTHERWISE}  # an exception that is none any more


@pytest.mark.parametrize("name", converted_models.WIRING)
def test_the_json_is_read_here_as_the_same_model(name):
    given = {"text": converted_models.WIRING[name]}
    back = shapecheck.check(text=shapecheck.convert(to="keras3", **given), path="made.json")
    before = shapecheck.check(**given)
    assert not [found for found in back.diagnostics if found.severity == "error"]
    assert back.params == before.params and back.trainable_params == before.trainable_params
    assert [shape.shape and len(shape.shape) for shape in back.outputs]
    for after, first in zip(back.outputs, before.outputs, strict=False):
        assert agree([s if type(s) is int else None for s in after.shape], first.shape)


def converted(text, **choices):
    return conversion.converted(None, "keras3", text=text, **choices)[1]


def test_a_chain_is_a_sequential_and_all_else_a_functional():
    chain = "layers: [{Input: {shape: [4]}}, {Dense: 3}, {Dense: 2}]"
    made = json.loads(converted(chain).text)
    assert made["class_name"] == "Sequential" and len(made["config"]["layers"]) == 3
    fork = "layers: [{Input: {name: x, shape: [4]}}, {Dense: {units: 4, name: d}}, {Add: {inputs: [x, d]}}]"
    made = json.loads(converted(fork).text)
    assert made["class_name"] == "Functional" and made["config"]["input_layers"] == ["x", 0, 0]


def test_what_is_lost_is_said():
    made = converted("dims: {T: {min: 4}}\nlayers: [{Input: {shape: [T, 4]}}, {Lambda: {function: 'lambda x: x[:, 0]', name: first}}]")
    assert made.lost == (
        "sizes that are names become null, which Keras does not hold together: T",
        "the promises about sizes stay behind: `dims` and `assert`",
        'functions have to be given when it is loaded: custom_objects={"first_function": lambda x: x[:, 0]}',
    )
    assert made.functions == {"first_function": "lambda x: x[:, 0]"}


def test_names_are_valid_and_unique():
    text = "blocks: {b: {layers: [{Dense: 4}, {Dense: 4}]}}\nlayers: [{Input: {shape: [4]}}, {b: {name: a}}, {Dense: {units: 4, name: a_dense}}]"
    made = converted(text)
    names = [entry["config"]["name"] for entry in json.loads(made.text)["config"]["layers"]]
    assert names == ["input", "a_dense", "a_dense_1", "a_dense_2"] and len({*names}) == len(names)
    assert made.lost[0].startswith("names in which Keras allows no `/` are changed: `a/dense` is `a_dense`")


@pytest.mark.parametrize(
    "text, said",
    [
        ("layers: [{Input: {shape: [H, 3]}}, Flatten, {Dense: {units: 2, name: d}}]", "`kernel` of `d` is 3*H"),
        ("layers: [{Input: {shape: [H, 3]}}, {Dense: {units: 2*H, name: d}}]", "of `d` is 2*H"),
        ("layers: [{Input: {shape: [A, B2]}}, {Reshape: {target_shape: [B2, A], name: r}}]", "`target_shape` of `r` is B2, A"),
    ],
)
def test_a_size_that_keras_has_to_know_is_asked_for(text, said):
    with pytest.raises(shapecheck.SpecError, match="SC161") as refused:
        converted(text)
    assert said in refused.value.diagnostic.message


def test_sizes_are_given():
    text = "layers: [{Input: {shape: [H, 3]}}, Flatten, {Dense: {units: 2*H}}]"
    layers = json.loads(converted(text, at={"H": 5}).text)["config"]["layers"]
    assert layers[0]["config"]["batch_shape"] == [None, 5, 3] and layers[2]["config"]["units"] == 10

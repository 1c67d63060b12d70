"""Layers inside layers: how they are written, what they refuse, and that wrappers do what they say."""

import numpy as np
import pytest

import shapecheck
from shapecheck import dims

RNG = np.random.default_rng(11)
SEQUENCES_AND_STATES = {"return_sequences": True, "return_state": True}

FORMS = [
    {"Dense": 4}, {"Dense": {"units": 4}}, {"class_name": "Dense", "config": {"units": 4}},
    {"class_name": "Dense", "module": "keras.layers", "config": {"units": 4}, "registered_name": None},
    {"type": "Dense", "units": 4},
]  # fmt: skip


def drawn(*shape):
    return RNG.standard_normal(shape).astype("float32")


def weights_of(layer, *shapes):
    return [drawn(*shape) * 0.5 for shape in layer.infer(*shapes).weights.values()]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_an_inner_layer_is_written_in_many_ways(form):
    layer = shapecheck.layer("TimeDistributed", layer=form)
    result = layer.infer((None, "T", 3))
    assert result.outputs == [(None, dims.symbol("T"), 4)]
    assert result.weights == {"dense/kernel": (3, 4), "dense/bias": (4,)}
    again = shapecheck.layer("TimeDistributed", **layer.config)
    assert again.infer((2, 5, 3)).outputs == [(2, 5, 4)]


def test_an_inner_layer_may_be_a_layer_or_a_bare_name():
    dense = shapecheck.layer("Dense", units=4, name="mine")
    for given in (dense, dense._layer):
        layer = shapecheck.layer("TimeDistributed", layer=given)
        assert list(layer.infer((2, 5, 3)).weights) == ["mine/kernel", "mine/bias"]
    assert shapecheck.layer("TimeDistributed", layer="Flatten").infer((2, 5, 3, 4)).outputs == [(2, 5, 12)]


@pytest.mark.parametrize(
    ("form", "code", "words"),
    [
        ({"Dense": 0}, "SC114", "`Dense.units` must be a positive integer, not 0"),
        ({"Dense": {"unit": 3}}, "SC111", "`Dense` has no parameter `unit`"),
        ({"Dense": {}}, "SC112", "`Dense` needs `units`"),
        ({"Dens": 3}, "SC110", "unknown layer `Dens`"),
        ("x", "SC110", "unknown layer `x`"),
        ({"LSTM": {"units": 3, "activation": "tanhh"}}, "SC121", "unknown activation `tanhh`"),
        ({"TimeDistributed": {"layer": {"Dense": -1}}}, "SC114", "`Dense.units` must be a positive integer, not -1"),
        ({"Flatten": 3}, None, ""),
        ({"Dense": 3, "Flatten": None}, "SC113", "`layer` takes a layer, such as `{Dense: 10}`, not a mapping"),
        (3, "SC113", "`layer` takes a layer, such as `{Dense: 10}`, not 3"),
        (None, "SC113", "`layer` takes a layer, such as `{Dense: 10}`, not None"),
        ({"class_name": 3}, "SC113", "`layer` takes a layer, such as `{Dense: 10}`, not a mapping"),
        ({"class_name": "Dense", "config": 3}, "SC113", "`layer` takes a layer, such as `{Dense: 10}`, not a mapping"),
        ({}, "SC113", "`layer` takes a layer, such as `{Dense: 10}`, not a mapping"),
        ({"Input": {"shape": [3]}}, "SC110", "unknown layer `Input`"),
    ],
    ids=str,
)
def test_what_is_wrong_inside_is_said_with_the_inner_kind(form, code, words):
    if code is None:
        with pytest.raises(shapecheck.ShapecheckError):
            shapecheck.layer("TimeDistributed", layer=form)
        return
    with pytest.raises(shapecheck.SpecError) as refused:
        shapecheck.layer("TimeDistributed", layer=form)
    assert refused.value.code == code
    assert words in str(refused.value)


def spans(text):
    report = shapecheck.check(text=text)
    lines = text.splitlines()
    return [
        (d.code, lines[d.span.line - 1][d.span.column - 1 : d.span.end_column - 1]) for d in report.diagnostics
    ]  # fmt: skip


def test_all_that_is_wrong_inside_is_said_at_its_words():
    text = (
        "layers:\n"
        "  - Input: {name: x, shape: [T, 3]}\n"
        "  - TimeDistributed: {layer: {TimeDistributed: {layer: {Dense: {unit: 4, activation: nope}}}}}\n"
        "  - RNN: {cell: [{LSTMCell: 4}, {GRUCell: {units: -7}}, {Dense: 3}], inputs: x}\n"
        "  - RNN: {cell: [{LSTMCell: 4}, {GRUCell: {units: -7}}], inputs: x}\n"
        "  - Bidirectional: {layer: {class_name: LSTM, config: {units: 2.5, seed: q}}, inputs: x}\n"
        "  - Bidirectional: {layer: {LSTM: {units: 5, go_backwards: true}}, inputs: x}\n"
        "  - TimeDistributed: {layer: {Dense: U}, inputs: x}\n"
    )
    assert spans(text) == [
        ("SC111", "unit"), ("SC121", "nope"), ("SC114", "-7"), ("SC113", "{Dense: 3}"), ("SC114", "-7"),
        ("SC113", "2.5"), ("SC113", "q"), ("SC125", "true"), ("SC205", "{Dense: U}"),
    ]  # fmt: skip


def test_names_of_sizes_and_a_default_data_format_reach_inside():
    text = (
        "data_format: channels_first\n"
        "layers:\n"
        "  - Input: {shape: [T, 3, H, W]}\n"
        "  - TimeDistributed: {layer: {Conv2D: {filters: 4, kernel_size: 3}}}\n"
        "  - TimeDistributed: {layer: {GlobalAveragePooling2D: }}\n"
        "  - TimeDistributed: {layer: {Dense: 2*T}}\n"
    )
    report = shapecheck.check(text=text)
    assert report.ok, report.diagnostics
    assert str(report.shapes["time_distributed"]) == "(B, T, 4, H - 2, W - 2)"
    assert str(report.shapes["time_distributed_2"]) == "(B, T, 2*T)"


def test_obligations_inside_are_about_the_axes_outside():
    layer = shapecheck.layer("TimeDistributed", layer={"Conv1D": {"filters": 2, "kernel_size": 3}})
    with pytest.raises(shapecheck.ShapeError):
        layer.infer((1, 1, 2, 1))
    text = (
        "layers:\n  - Input: {shape: [T, H, 3]}\n  - TimeDistributed: {layer: {Conv1D: {filters: 2, kernel_size: 3}}}\n"
    )
    report = shapecheck.check(text=text)
    assert [str(r) for r in report.requirements] == ["H >= 3"]


# TimeDistributed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "config", "shape"),
    [
        ("Dense", {"units": 3}, (2, 4, 5)), ("Conv1D", {"filters": 3, "kernel_size": 2}, (2, 4, 5, 3)),
        ("LSTM", {"units": 3, "return_sequences": True}, (2, 4, 5, 3)), ("Flatten", {}, (2, 4, 5, 3)),
        ("TimeDistributed", {"layer": {"Dense": 3}}, (2, 4, 5, 3)),
        ("Bidirectional", {"layer": {"GRU": 3}}, (2, 4, 5, 3)),
    ],
    ids=str,
)  # fmt: skip
def test_time_distributed_is_the_layer_on_every_step(inner, config, shape):
    x = drawn(*shape)
    alone = shapecheck.layer(inner, **config)
    layer = shapecheck.layer("TimeDistributed", layer={inner: config})
    weights = weights_of(alone, (shape[0], *shape[2:]))
    expected = np.stack([alone.run(x[:, t], weights=weights).outputs[0] for t in range(shape[1])], axis=1)
    np.testing.assert_allclose(layer.run(x, weights=weights).outputs[0], expected, atol=1e-6)
    assert layer.infer((shape[0], 0, *shape[2:])).outputs[0][1] == 0
    assert layer.run(x[:, :0], weights=weights).outputs[0].shape == (2, 0, *expected.shape[2:])
    assert cost(layer, shape) == shape[1] * cost(alone, (shape[0], *shape[2:]))


def cost(layer, shape):
    from shapecheck.contract import call

    result = layer.infer(shape)
    offers = {"w": result.weights, "y": result.outputs[0], "keras": None, "listed": False}
    return call(layer._layer.macs, (shape,), offers)


def test_a_mask_passes_time_distributed_and_its_further_axes_reach_the_inner_layer():
    x, mask = drawn(2, 3, 4, 5), RNG.random((2, 3, 4)) < 0.6
    alone = shapecheck.layer("LSTM", units=3)
    layer = shapecheck.layer("TimeDistributed", layer={"LSTM": 3})
    weights = weights_of(alone, (2, 4, 5))
    run = layer.run(x, weights=weights, mask=mask)
    expected = np.stack([alone.run(x[:, t], weights=weights, mask=mask[:, t]).outputs[0] for t in range(3)], axis=1)
    np.testing.assert_allclose(run.outputs[0], expected, atol=1e-6)
    np.testing.assert_array_equal(run.masks[0], mask)
    with pytest.raises(shapecheck.ShapeError) as refused:  # the inner layer would see a mask (n), and Keras fails
        layer.run(x, weights=weights, mask=mask[:, :, 0])
    assert refused.value.code == "SC405"
    dense = shapecheck.layer("TimeDistributed", layer={"Dense": 3}).run(x, mask=mask[:, :, 0])
    np.testing.assert_array_equal(dense.masks[0], mask[:, :, 0])


# What Keras 3.15 does when it runs each of these on the sentences of a text, whose mask has the words as well.
ON_SENTENCES = [
    ("LSTM: 5", False), ("Bidirectional: {layer: {GRU: 5}}", False), ("GlobalAveragePooling1D:", False),
    ("BatchNormalization:", False), ("Attention: {inputs: [s, s]}", False), ("Multiply: {inputs: [s, s]}", False),
    ("MultiHeadAttention: {num_heads: 2, key_dim: 2, inputs: [s, s]}", False),
    ("Dense: 5", True), ("Add: {inputs: [s, s]}", True), ("Concatenate: {inputs: [s, s]}", True),
    ("LSTM: {units: 3, inputs: {sequences: s, initial_state: [v, v]}}", True),  # with states it looks at no mask
]  # fmt: skip


@pytest.mark.parametrize(("entry", "runs"), ON_SENTENCES)
def test_a_mask_over_words_does_not_fit_their_sentences(entry, runs):
    text = (
        "layers:\n"
        "  - Input: {shape: [3], name: v}\n"
        "  - Input: {shape: [S, W]}\n"
        "  - Embedding: {input_dim: 10, output_dim: 4, mask_zero: true}\n"
        "  - TimeDistributed: {layer: {LSTM: 3}, name: s}\n"
    )
    report = shapecheck.check(text=f"{text}  - {entry}\n")
    assert [found.code for found in report.diagnostics if found.severity == "error"] == ([] if runs else ["SC405"])
    assert shapecheck.check(text=f"keras: 3\n{text}  - {entry}\n").ok  # Keras infers no mistake


def test_a_frozen_inner_layer_is_not_trainable():
    layer = shapecheck.layer("TimeDistributed", layer={"Dense": {"units": 3, "trainable": False}})
    result = layer.infer((2, 4, 5))
    assert (result.params, result.trainable_params) == (18, 0)


def test_penalties_of_inner_weights_count():
    layer = shapecheck.layer("TimeDistributed", layer={"Dense": {"units": 3, "kernel_regularizer": {"L2": 0.5}}})
    weights = weights_of(layer, (2, 4, 5))
    (loss,) = layer.run(drawn(2, 4, 5), weights=weights).losses
    assert loss.label == "TimeDistributed/dense/kernel"
    assert np.isclose(float(loss), 0.5 * np.sum(weights[0] ** 2))


# Bidirectional ---------------------------------------------------------------------------------------------------


def two_ways(kind, units, x, weights, mask=None, **flags):
    """Both directions by the plain layer: the second on the turned sequence, turned back."""
    forward = shapecheck.layer(
        kind, units=units, **flags, **({"zero_output_for_mask": True} if mask is not None else {})
    )
    half = len(weights) // 2
    a = forward.run(x, weights=weights[:half], mask=mask).outputs
    b = forward.run(x[:, ::-1], weights=weights[half:], mask=None if mask is None else mask[:, ::-1]).outputs
    if flags.get("return_sequences"):
        b[0] = b[0][:, ::-1]
    return a, b


@pytest.mark.parametrize("merge", ["concat", "sum", "mul", "ave", None])
@pytest.mark.parametrize("flags", [{}, {"return_sequences": True}, SEQUENCES_AND_STATES], ids=str)
@pytest.mark.parametrize("masked", [False, True])
def test_bidirectional_is_two_layers(merge, flags, masked):
    x = drawn(3, 4, 2)
    mask = np.array([[0, 1, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]], bool) if masked and flags else None
    layer = shapecheck.layer("Bidirectional", layer={"LSTM": {"units": 3, **flags}}, merge_mode=merge)
    weights = weights_of(layer, x.shape)
    (y, *states), (z, *others) = two_ways("LSTM", 3, x, weights, mask, **flags)
    merged = {
        "concat": [np.concatenate([y, z], -1)],
        "sum": [y + z],
        "mul": [y * z],
        "ave": [(y + z) / 2],
        None: [y, z],
    }
    run = layer.run(x, weights=weights, mask=mask)
    expected = [*merged[merge], *states, *others]
    for got, wanted in zip(run.outputs, expected, strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-6)
    count = len(merged[merge])
    assert [m is not None for m in run.masks] == [mask is not None] * count + [False] * (len(expected) - count)


def test_the_halves_may_differ():
    x = drawn(2, 4, 3)
    back = {"GRU": {"units": 5, "go_backwards": True}}
    layer = shapecheck.layer("Bidirectional", layer={"LSTM": 3}, backward_layer=back)
    result = layer.infer(x.shape)
    assert result.outputs == [(2, 8)]
    assert list(result.weights)[::3] == ["forward_lstm/lstm_cell/kernel", "gru/gru_cell/kernel"]
    weights = weights_of(layer, x.shape)
    forward, backward = shapecheck.layer("LSTM", units=3), shapecheck.layer("GRU", units=5)
    expected = [
        forward.run(x, weights=weights[:3]).outputs[0],
        backward.run(x[:, ::-1], weights=weights[3:]).outputs[0],
    ]
    np.testing.assert_allclose(layer.run(x, weights=weights).outputs[0], np.concatenate(expected, -1), atol=1e-6)
    apart = shapecheck.layer("Bidirectional", layer={"LSTM": 3}, backward_layer=back, merge_mode=None)
    assert apart.infer(x.shape).outputs == [(2, 3), (2, 5)]
    with pytest.raises(shapecheck.ShapeError):
        shapecheck.layer("Bidirectional", layer={"LSTM": 3}, backward_layer=back, merge_mode="sum").infer(x.shape)
    alike = {"LSTM": {"units": 3, "go_backwards": True}}
    names = shapecheck.layer("Bidirectional", layer={"LSTM": 3}, backward_layer=alike).infer(x.shape).weights
    assert len(names) == 6


def test_initial_states_are_those_of_the_forward_layer_first():
    x, states = drawn(2, 4, 3), [drawn(2, 3) for _ in range(4)]
    layer = shapecheck.layer("Bidirectional", layer={"LSTM": 3})
    weights = weights_of(layer, x.shape)
    alone = shapecheck.layer("LSTM", units=3)
    y = alone.run(x, *states[:2], weights=weights[:3]).outputs[0]
    z = alone.run(x[:, ::-1], *states[2:], weights=weights[3:]).outputs[0]
    run = layer.run(x, initial_state=states, weights=weights)
    np.testing.assert_allclose(run.outputs[0], np.concatenate([y, z], -1), atol=1e-6)


# Safety ----------------------------------------------------------------------------------------------------------


def test_wrappers_in_wrappers_end():
    spec = {"Dense": 3}
    for _ in range(20):
        spec = {"TimeDistributed": {"layer": spec}}
    layer = shapecheck.layer("TimeDistributed", layer=spec)
    assert layer.infer((1,) * 22 + (4,)).outputs == [(1,) * 22 + (3,)]
    for _ in range(5000):
        spec = {"TimeDistributed": {"layer": spec}}
    with pytest.raises(shapecheck.ShapecheckError) as refused:
        shapecheck.layer("TimeDistributed", layer=spec)
    assert refused.value.code == "SC802"
    layer = shapecheck.layer("Dense", units=3)
    with pytest.raises(shapecheck.ShapecheckError) as refused:
        for _ in range(100):
            layer = shapecheck.layer("TimeDistributed", layer=layer)
    assert refused.value.code == "SC802"
    holds_itself = {}
    holds_itself["TimeDistributed"] = {"layer": holds_itself}
    with pytest.raises(shapecheck.ShapecheckError):
        shapecheck.layer("TimeDistributed", layer=holds_itself)


def test_a_stack_that_doubles_at_every_level_is_refused():
    stack = shapecheck.layer("StackedRNNCells", cells=[{"GRUCell": 2}] * 2)
    with pytest.raises(shapecheck.ShapecheckError) as refused:
        for _ in range(20):
            stack = shapecheck.layer("StackedRNNCells", cells=[stack, stack])
    assert refused.value.code == "SC804"


def test_a_layer_that_is_given_is_not_changed():
    dense = shapecheck.layer("Dense", units="H")
    inner = shapecheck.layer("TimeDistributed", layer=dense)
    definition = {"layers": [{"Input": {"shape": ["T", "S", "H"]}}, {"TimeDistributed": {"layer": inner}}]}
    for size in (3, 5):
        run = shapecheck.run(definition, at={"T": 2, "S": 2, "H": size})
        assert run.outputs[0].shape[1:] == (2, 2, size)
    assert str(dense._layer.units) == "H"


def test_roles_in_a_definition_are_run_as_they_are_checked():
    text = (
        "layers:\n"
        "  - Input: {name: x, shape: [T, 3]}\n"
        "  - LSTM: {units: 4, return_state: true, return_sequences: true, name: s}\n"
        "  - Input: {name: b, shape: [S, 5]}\n"
        '  - LSTM: {units: 4, name: decoder, inputs: {initial_state: ["s[1]", "s[2]"], sequence: b}}\n'
    )
    report = shapecheck.check(text=text)
    assert report.ok, report.diagnostics
    assert str(report.shapes["decoder"]) == "(B, 4)"
    assert report.layers["decoder"].cost() is not None


def test_an_inner_layer_that_looks_at_masks_is_asked_without_one():
    x = drawn(2, 3, 4, 5)
    softmax = shapecheck.layer("TimeDistributed", layer={"Softmax": {"axis": 1}})
    assert softmax.infer((None, None, 4, 5)).outputs == [(None, None, 4, 5)]
    assert np.allclose(softmax.run(x).outputs[0].sum(axis=2), 1, atol=1e-6)


def test_the_penalty_of_the_activities_of_a_spectrally_normalized_layer_counts():
    x = drawn(3, 4)
    layer = shapecheck.layer("SpectralNormalization", layer={"Dense": {"units": 2, "activity_regularizer": "l2"}})
    run = layer.run(x, weights=weights_of(layer, x.shape))
    assert np.isclose(sum(run.losses), 0.01 * np.sum(np.square(run.outputs[0])) / 3)


SQUARE = """
models:
  square:
    layers:
      - Input: {name: x, shape: [S, S, C]}
      - Reshape: [S * S, C]
      - Dense: C
layers:
  - Input: {name: image, shape: [H, W, 3]}
"""


def test_names_in_the_input_of_a_model_stand_for_the_sizes_of_each_call():
    calls = "  - square: {inputs: image, name: all}\n  - MaxPooling2D: {inputs: image, name: half}\n"
    report = shapecheck.check(text=f"{SQUARE}{calls}  - square: {{inputs: half, name: part}}\noutputs: [all, part]\n")
    assert report.ok and report.params == 3 * 3 + 3  # one set of weights for both
    assert [str(spec.shape) for spec in report.outputs] == ["(B, H**2, 3)", "(B, (H//2)**2, 3)"]
    assert str(report.requirements) == "H >= 2 and W >= 2 and H == W"
    # weights that would have to change with the size are refused
    calls = "  - square: {inputs: image}\n  - Dense: {units: 4, inputs: image, name: more}\n  - square: {inputs: more, name: other}\n"
    report = shapecheck.check(text=f"{SQUARE}{calls}")
    assert [found.code for found in report.diagnostics if found.severity == "error"] == ["SC215"]


def test_names_in_the_input_of_a_model_that_is_wrapped():
    text = SQUARE.replace("[H, W, 3]", "[5, H, W, 3]") + "  - TimeDistributed: {layer: square}\n"
    report = shapecheck.check(text=text)
    assert report.ok and str(report.outputs[0].shape) == "(B, 5, H**2, 3)"
    assert report.params == 3 * 3 + 3 and str(report.requirements) == "H == W"


def test_a_model_that_was_written_for_one_size_asks_for_it():
    text = "models: {m: {layers: [{Input: {shape: [8, 3]}}, {Dense: 2}]}}\nlayers: [{Input: {shape: [T, 3]}}, {m: }]\n"
    assert str(shapecheck.check(text=text).requirements) == "T == 8"


def test_spectral_normalization_passes_the_mask_that_the_layer_inside_passes():
    x, mask = drawn(2, 3, 4), np.array([[True, False, True], [True, True, False]])
    dense = shapecheck.layer("SpectralNormalization", layer={"Dense": 2})
    assert dense.infer(x.shape, mask=mask.shape).masks == [(2, 3)]
    np.testing.assert_array_equal(dense.run(x, mask=mask).masks[0], mask)
    conv = shapecheck.layer("SpectralNormalization", layer={"Conv1D": {"filters": 2, "kernel_size": 2}})
    assert conv.infer(x.shape, mask=mask.shape).masks == [None]

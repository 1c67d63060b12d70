"""Models inside something larger: TensorFlow.js, YAML that Keras wrote, the settings of an application."""

from __future__ import annotations

import json

import pytest

import shapecheck
from shapecheck import dims

# TensorFlow.js -----------------------------------------------------------------------------------------------------

LAYERS = [
    {
        "class_name": "Conv2D",
        "config": {
            "name": "conv",
            "batch_input_shape": [None, 28, 28, 1],
            "dtype": "float32",
            "filters": 8,
            "kernel_size": [5, 5],
            "strides": [1, 1],
            "padding": "valid",
            "data_format": "channels_last",
            "activation": "relu",
            "kernel_initializer": {
                "class_name": "VarianceScaling",
                "config": {"scale": 1, "mode": "fan_in", "distribution": "normal", "seed": None},
            },
            "use_bias": True,
            "trainable": True,
        },
    },
    {
        "class_name": "MaxPooling2D",
        "config": {"name": "pool", "pool_size": [2, 2], "strides": [2, 2], "padding": "valid"},
    },
    {"class_name": "Flatten", "config": {"name": "flat", "trainable": True}},
    {"class_name": "Dense", "config": {"name": "dense", "units": 10, "activation": "softmax", "use_bias": True}},
]
SEQUENTIAL = {"class_name": "Sequential", "config": {"name": "net", "layers": LAYERS}}
WEIGHTS = {"conv/kernel": [5, 5, 1, 8], "conv/bias": [8], "dense/kernel": [1152, 10], "dense/bias": [10]}


def tfjs(topology, weights=None, **more):
    """The text of a `model.json`."""
    listed = [{"name": name, "shape": shape, "dtype": "float32"} for name, shape in (weights or WEIGHTS).items()]
    manifest = [{"paths": ["group1-shard1of1.bin"], "weights": listed}]
    return json.dumps({**more, "modelTopology": topology, "weightsManifest": manifest}, indent=1)


def checked(text, path="model.json"):
    return shapecheck.check(text=text, path=path)


@pytest.mark.parametrize(
    "topology",
    [
        {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": SEQUENTIAL},
        {**SEQUENTIAL, "keras_version": "tfjs-layers 4.22.0", "backend": "tensor_flow.js"},
        {"class_name": "Sequential", "config": LAYERS, "keras_version": "tfjs-layers 1.0.0"},
    ],
    ids=["converted", "saved", "list"],
)
def test_a_layers_model_of_tensorflow_js(topology):
    for more in (
        {},
        {"format": "layers-model", "generatedBy": "TensorFlow.js", "convertedBy": None, "userDefinedMetadata": {}},
    ):
        report = checked(tfjs(topology, **more))
        assert report.diagnostics == [] and report.params == 25 * 8 + 8 + 1152 * 10 + 10
        assert report.shapes["pool"][1:] == (12, 12, 8)


def test_a_finding_points_into_the_file_of_tensorflow_js():
    wrong = json.loads(json.dumps(SEQUENTIAL))
    wrong["config"]["layers"][0]["config"]["padding"] = "sam"
    text = tfjs({"model_config": wrong})
    (finding,) = checked(text).diagnostics
    line = text.split("\n")[finding.span.line - 1]
    assert finding.code == "SC114" and line[finding.span.column - 1 :].startswith('"sam"')


@pytest.mark.parametrize("topology", [{"node": [{"name": "x", "op": "Placeholder"}]}, {}])
def test_a_graph_model_is_called_by_its_name(topology):
    (finding,) = checked(tfjs(topology, format="graph-model")).diagnostics
    assert finding.code == "SC150" and "graph model of TensorFlow.js" in finding.message and finding.help


@pytest.mark.parametrize("topology", [None, [], "text", 5])
def test_a_topology_that_is_none(topology):
    (finding,) = checked(tfjs(topology)).diagnostics
    assert finding.code == "SC152"


def test_the_shapes_of_the_manifest_are_held_against_the_layers():
    report = checked(tfjs(SEQUENTIAL, {**WEIGHTS, "dense/kernel": [1152, 12], "conv/bias": [9]}))
    found = [(finding.code, finding.message) for finding in report.diagnostics]
    assert found == [
        ("SC154", "`bias` of `conv` is (8,), and (9,) in `model.json`"),
        ("SC154", "`kernel` of `dense` is (1152, 10), and (1152, 12) in `model.json`"),
    ]
    assert not report.ok and all(finding.span is not None for finding in report.diagnostics)


def test_weights_that_the_manifest_lacks_or_has_too_many_of():
    fewer = {name: shape for name, shape in WEIGHTS.items() if name != "dense/bias"}
    (finding,) = checked(tfjs(SEQUENTIAL, fewer)).diagnostics
    assert finding.code == "SC155" and "`bias` (10,)" in finding.message
    (finding,) = checked(tfjs(SEQUENTIAL, {**WEIGHTS, "other/kernel": [3, 3]})).diagnostics
    assert (finding.code, finding.severity) == ("SC156", "warning") and "`other/kernel` (3, 3)" in finding.message


def test_weights_of_layers_that_nobody_knows_are_not_called_left_over():
    """Neither those of a layer of somebody's own, nor those of the layers behind it."""
    layers = [
        {"class_name": "Dense", "config": {"name": "first", "units": 3, "batch_input_shape": [None, 5]}},
        {"class_name": "MyThing", "config": {"name": "own"}},
        {"class_name": "Dense", "config": {"name": "last", "units": 3}},
    ]
    stored = {"first/kernel": [5, 3], "first/bias": [3], "own/w": [5], "last/kernel": [5, 3], "gone/w": [2]}
    topology = {"class_name": "Sequential", "config": {"name": "net", "layers": layers}}
    found = [finding for finding in checked(tfjs(topology, stored)).diagnostics if finding.code == "SC156"]
    assert [finding.facts["weight"] for finding in found] == ["gone/w"]


def test_older_names_of_weights_are_paired_in_order():
    separable = {
        "class_name": "DepthwiseConv2D",
        "config": {"name": "depth", "batch_input_shape": [None, 9, 9, 3], "kernel_size": 3},
    }
    topology = {"class_name": "Sequential", "config": {"name": "net", "layers": [separable]}}
    stored = {"depth/depthwise_kernel": [3, 3, 3, 1], "depth/bias": [3]}
    assert checked(tfjs(topology, stored)).diagnostics == []
    (finding,) = checked(tfjs(topology, {**stored, "depth/depthwise_kernel": [3, 3, 3, 2]})).diagnostics
    assert finding.code == "SC154"


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        5,
        [5],
        [{"weights": 3}],
        [{"weights": [{"name": "a"}, {"shape": [1]}, {"name": "conv/bias", "shape": ["8"]}]}],
    ],
)
def test_a_malformed_manifest_is_passed_over(manifest):
    text = json.dumps({"modelTopology": SEQUENTIAL, "weightsManifest": manifest})
    assert checked(text).ok


def test_json_within_a_json_text():
    """`json.dump(model.to_json(), file)` writes the text of the text."""
    report = checked(json.dumps(json.dumps(SEQUENTIAL)))
    assert report.ok and report.shapes["dense"][1:] == (10,)


# What Keras wrote as YAML -------------------------------------------------------------------------------------------

TO_YAML = """\
backend: tensorflow
class_name: Sequential
config:
  layers:
  - class_name: Conv2D
    config:
      activation: linear
      batch_input_shape: !!python/tuple [null, 32, 32, 3]
      dilation_rate: &id001 !!python/tuple [1, 1]
      dtype: float32
      filters: 8
      kernel_initializer:
        class_name: VarianceScaling
        config: {distribution: uniform, mode: fan_avg, scale: 1.0, seed: null}
      kernel_size: !!python/tuple [3, 3]
      name: !!python/unicode 'conv'
      padding: same
      strides: *id001
      trainable: true
      use_bias: false
  - class_name: BatchNormalization
    config:
      axis: 3
      name: norm
  - class_name: MaxPooling2D
    config:
      name: pool
      padding: valid
      pool_size: &id002 !!python/tuple [2, 2]
      strides: !!python/object/apply:tensorflow.python.training.tracking.data_structures.ListWrapper
      - [2, 2]
  - class_name: Flatten
    config: {name: flat, trainable: true}
  - class_name: Dense
    config: {activation: softmax, name: dense, units: !!python/long '10', use_bias: true}
  name: sequential_1
keras_version: 2.2.4
"""


def test_yaml_of_keras_is_read_with_its_tags():
    report = shapecheck.check(text=TO_YAML)
    assert report.diagnostics == []
    assert report.params == 27 * 8 + 4 * 8 + (16 * 16 * 8 * 10 + 10)


def test_yaml_of_keras_that_is_a_list_of_layers():
    text = TO_YAML.replace("config:\n  layers:\n", "config:\n", 1).replace("  name: sequential_1\n", "")
    assert shapecheck.check(text=text).ok


def test_yaml_of_a_functional_model():
    text = """\
class_name: Model
config:
  input_layers: [[x, 0, 0]]
  layers:
  - class_name: InputLayer
    config: {batch_input_shape: !!python/tuple [null, 7], dtype: float32, name: x, sparse: false}
    inbound_nodes: []
    name: x
  - class_name: Dense
    config: {name: a, units: 3}
    inbound_nodes:
    - - [x, 0, 0, {}]
    name: a
  - class_name: Concatenate
    config: {axis: -1, name: both}
    inbound_nodes:
    - - [x, 0, 0, {}]
      - [a, 0, 0, {}]
    name: both
  name: model_1
  output_layers:
  - [both, 0, 0]
keras_version: 2.3.1
"""
    report = shapecheck.check(text=text)
    assert report.ok and report.shapes["both"][1:] == (10,)


def test_a_finding_points_into_the_yaml_of_keras():
    report = shapecheck.check(text=TO_YAML.replace("padding: valid", "padding: vlid"))
    (finding,) = report.diagnostics
    assert finding.code == "SC114" and finding.span.line == TO_YAML.split("\n").index("      padding: valid") + 1
    assert finding.span.column == len("      padding: ") + 1


def test_a_file_that_was_appended_to_holds_the_last_model():
    later = (
        TO_YAML.replace("units: !!python/long '10'", "units: 4").replace("&id00", "&again").replace("*id00", "*again")
    )
    report = shapecheck.check(text=TO_YAML + later)
    assert [(finding.code, finding.severity) for finding in report.diagnostics] == [("SC102", "warning")]
    assert report.ok and report.shapes["dense"][1:] == (4,)
    assert "Keras reads the last" in report.diagnostics[0].notes[0]


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!python/object/new:subprocess.Popen", "!!python/object:a.B"]
)
def test_nothing_is_constructed(tag, tmp_path):
    target = tmp_path / "made"
    text = TO_YAML.replace("units: !!python/long '10'", f"units: {tag} ['touch {target}']")
    report = shapecheck.check(text=text)
    assert not report.ok and not target.exists()
    assert {finding.code for finding in report.diagnostics} == {"SC113"}


def test_tags_are_still_refused_in_the_spec_language():
    text = "layers:\n  - Input: {shape: [4]}\n  - Dense: {units: !!python/object/apply:int [3]}\n"
    assert "SC119" in {finding.code for finding in shapecheck.check(text=text).diagnostics}


@pytest.mark.parametrize(
    "text", ["class_name: Dense\nconfig: {units: 3}\n", '{"class_name": "Mine", "config": {"units": 3}}']
)
def test_one_layer_is_no_model(text):
    (finding,) = shapecheck.check(text=text).diagnostics
    assert finding.code == "SC104" and "it is one " in finding.message


# The settings of an application ---------------------------------------------------------------------------------------

SETTINGS = """\
general: {overwrite: false}
learner_method_parameters:
  cnn:
    seed: 0
    model:
      constants:
        KERNEL: 7
        FILTERS: 16
        BORDER: same
        ACTIVATION: relu
        DROP: 0.3
        FORMAT: channels_last
      config:
        # the first layer
        - class_name: Conv2D
          config:
            input_shape: [FEATURES, STEPS, 1]
            filters: FILTERS * 2
            kernel_size: KERNEL
            padding: BORDER
            data_format: FORMAT
        - class_name: Activation
          config: {activation: ACTIVATION}
        - class_name: MaxPooling2D
          config: {pool_size: [5, 4]}
        - class_name: Dropout
          config: {rate: DROP}
        - class_name: GRU
          wrapper: TimeDistributed
          config: {units: FILTERS//2}
        - class_name: Flatten
        - class_name: Dense
          config: {units: CLASS_COUNT}
"""


def test_settings_with_constants():
    report = shapecheck.check(text=SETTINGS)
    assert report.ok and report.params is not None
    assert dims.text(report.shapes["conv2d"][3]) == "32"
    assert [dims.text(size) for size in report.shapes["dense"][1:]] == ["CLASS_COUNT"]
    assert [dims.text(size) for size in report.shapes["time_distributed"][1:]] == ["FEATURES//5", "8"]
    assert [condition.text for condition in report.requirements] == ["FEATURES >= 5", "STEPS >= 4"]


def test_a_finding_points_into_the_settings():
    report = shapecheck.check(text=SETTINGS.replace("BORDER: same", "BORDER: sane"))
    (finding,) = report.diagnostics
    assert (
        finding.code == "SC114" and finding.span.line == SETTINGS.split("\n").index("            padding: BORDER") + 1
    )


def test_constants_that_stand_above_are_known():
    text = """\
train:
  constants: {UNITS: 12}
  first: {config: [{class_name: Dense, config: {units: UNITS, input_shape: [4]}}]}
"""
    report = shapecheck.check(text=text)
    assert report.ok and report.shapes["dense"][1:] == (12,)


def test_a_size_of_the_settings_can_be_set():
    report = shapecheck.check(text=SETTINGS, at={"FEATURES": 40, "STEPS": 500, "CLASS_COUNT": 10})
    assert report.params == (49 * 32 + 32) + 3 * (32 * 8 + 8 * 8 + 16) + (8 * 8 * 10 + 10)
    assert report.shapes["dense"][1:] == (10,)


def test_settings_without_layers_are_no_model():
    (finding,) = shapecheck.check(text="a: {b: {config: [1, 2]}}\nc: {config: {class_name: Dense}}\n").diagnostics
    assert finding.code == "SC104"


def test_where_these_are_found_in_a_folder(tmp_path):
    from shapecheck.readers.looks import looks_like_definition

    for name, text, found in (
        ("a.json", tfjs(SEQUENTIAL), True),
        ("b.yaml", TO_YAML, True),
        ("c.yaml", SETTINGS, True),
        ("d.yaml", "jobs:\n  config:\n    - class_name: something\n", False),
        ("e.json", json.dumps({"modelTopology": {"node": []}, "format": "graph-model"}), False),
    ):
        (tmp_path / name).write_text(text)
        assert looks_like_definition(str(tmp_path / name)) is found, name

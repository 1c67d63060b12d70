"""The schema of definitions: it accepts whatever the check accepts, and refuses the slips that editors should mark."""

from __future__ import annotations

import pathlib
import sys
from functools import cache

import jsonschema
import pytest
import yaml

import shapecheck
from shapecheck import layers
from shapecheck.writers import spec_schema

ROOT = pathlib.Path(__file__).parent.parent.parent

sys.path.insert(0, str(ROOT / "tests" / "layers"))
try:
    from examples import all_examples
finally:
    sys.path.pop(0)


@cache
def validator():
    schema = spec_schema.as_data()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def problems(data):
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in validator().iter_errors(data)]


def plain(text):
    """A definition as an editor reads it; None where it is no YAML."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


SPECS = sorted((ROOT / "specs").glob("**/*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_what_the_check_accepts_the_schema_accepts(path):
    text = path.read_text(encoding="utf-8")
    data = plain(text)
    report = shapecheck.check(text=text)
    said = {found.code for found in report.diagnostics}
    one_meaning = "SC732" not in said  # else PyYAML reads another definition
    described = "SC127" not in said  # an editor marks a layer of which only another framework knows what it takes
    if data is not None and report.ok and one_meaning and described:
        assert problems(data) == []


def test_the_examples_are_among_them():
    assert len([path for path in SPECS if path.parent.name == "examples"]) > 10


def test_every_example_line_of_every_layer_is_accepted():
    refused = [
        (example, found)
        for example in all_examples()
        if example.code is None and (found := problems({"layers": [{example.kind: example.config or None}]}))
    ]
    assert refused == []


def test_every_layer_and_operation_can_be_written():
    entry = validator().schema["definitions"]["entry"]["then"]["else"]["properties"]
    assert set(entry) == {*layers.names(), *layers.operations(), "repeat", "call"}


SLIPS = [
    "layers: [{Dnse: 4}]",
    "layers: [Dense]",
    "layers: [{Dense: }]",
    "layers: [{Dense: {unit: 4}}]",
    "layers: [{Dense: {units: 0}}]",
    "layers: [{Dense: {units: [4]}}]",
    "layers: [{Dense: {units: 4, activation: reul}}]",
    "layers: [{Dense: {units: 4, use_bias: 'yes'}}]",
    "layers: [{Conv2D: {filters: 4}}]",
    "layers: [{Conv2D: {filters: 4, kernel_size: [3, 3, 3]}}]",
    "layers: [{Conv2D: {filters: 4, kernel_size: 3, padding: smae}}]",
    "layers: [{Conv2D: {filters: 4, kernel_size: 3, data_format: channel_first}}]",
    "layers: [{Dropout: 1.5}]",
    "layers: [{Dropout: -0.5}]",
    "layers: [{Dense: 4, name: d}]",
    "layers: [{Dense: {units: 4, inputs: 3}}]",
    "layers: []",
    "layer: [{Dense: 4}]",
    "{layers: [Flatten], output: [x]}",
    "{layers: [Flatten], keras: 4}",
    "{layers: [Flatten], dims: {H: {multiple: 4}}}",
    "{layers: [Flatten], dims: {H: {}}}",
    "{layers: [{repeat: {time: 3, layers: [Flatten]}}]}",
    "{layers: [{call: {inputs: [a]}}]}",
    "{layers: [Flatten], custom: {X: {params: [r]}}}",
    "{layers: [{my: 3}, {Dense: {unit: 4}}], blocks: {my: [Flatten]}}",
    "[{Dnse: 4}]",
]


@pytest.mark.parametrize("text", SLIPS)
def test_slips_are_refused(text):
    assert problems(yaml.safe_load(text)), "the schema accepts it"
    assert not shapecheck.check(text=text).ok


def test_words_of_the_definition_are_accepted():
    text = """
params: {width: 4, activate: relu}
blocks:
  my: {params: [units], layers: [{Dense: {units: "${units}", activation: activate}}]}
models:
  enc: [{Input: {shape: [T, 4]}}, {Dense: width}]
custom:
  Twice: "(n, t, c) -> (n, 2*t, c)"
x-note: anything
layers:
  - Input: {name: a, shape: [T, 4]}
  - enc
  - my: {units: 4}
  - Twice
  - repeat: {times: 2, layers: [{Dense: "${2 * width}"}]}
"""
    assert problems(yaml.safe_load(text)) == [] and shapecheck.check(text=text).ok

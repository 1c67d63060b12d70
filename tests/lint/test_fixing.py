"""Fixes in the style of the text: what is touched, what is not, and when nothing is touched at all."""

from __future__ import annotations

import pytest

import shapecheck
from shapecheck import lint
from shapecheck.lint import fixing


def mend(text, **options):
    report = shapecheck.check(text=text, **options)
    before = report.diagnostics
    lint.judge(report)
    return fixing.mend(report, before, lambda made: shapecheck.check(text=made, **options), lint.judge)


def changed(text, old, new, **options):
    """The text with one thing replaced is what mending gives, and it has no error left."""
    assert text.count(old) == 1
    done = mend(text, **options)
    assert done.text == text.replace(old, new)
    assert done.fixed and done.report.ok


def untouched(text, **options):
    done = mend(text, **options)
    assert done.text == text and done.fixed == []


IN = "layers:\n  - Input: {name: x, shape: [8]}\n"


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        ("  - Dnse: 4\n", "Dnse", "Dense"),
        ("  - 'Dnse': 4\n", "Dnse", "Dense"),
        ('  - "Flaten"\n', "Flaten", "Flatten"),
        ("  - {type: Dnse, units: 4}\n", "Dnse", "Dense"),
        ("  - class_name: Dnse  # why\n    config: {units: 4}\n", "Dnse", "Dense"),
        ("  - Dense: {unit: 4}\n", "unit:", "units:"),
        ("  - Dense:\n      'unit': 4   # four\n", "unit'", "units'"),
        ('  - Dense: {units: 4, activation: "reul"}\n', "reul", "relu"),
        ("  - Dense: {units: 4, kernel_initializer: zeroes}\n", "zeroes", "zeros"),
    ],
)
def test_names(line, old, new):
    changed(IN + line, old, new)


def test_a_name_in_an_expression():
    text = "layers:\n  - Input: {name: x, shape: [rows, 8]}\n  - Reshape: {target_shape: [2 * rows, 4]}\n"
    changed(text.replace("2 * rows", "2 * rowz"), "rowz", "rows")


def test_a_name_and_an_index():
    text = IN.replace("[8]", "[T, 8]") + (
        "  - LSTM: {units: 8, return_state: true, name: state}\n  - Dense: {units: 2, inputs: 'stat[1]'}\noutputs: [dense, 'state[0]']\n"
    )
    changed(text, "stat[1]", "state[1]")


def test_mistakes_behind_a_mistake():
    text = IN + "  - Dnse: {unit: 4, activation: reul}\n"
    done = mend(text)
    assert done.text == IN + "  - Dense: {units: 4, activation: relu}\n" and len(done.fixed) == 3


def test_one_mistake_at_several_uses():
    text = "blocks:\n  b:\n    layers:\n      - Dense: {unit: 4}\n" + IN + "  - b\n  - b\n"
    changed(text, "unit:", "units:")


def test_what_only_moves_the_error_is_not_done():
    untouched(IN + "  - Reshap: {target_shape: [3, 3]}\n")


# Parameters ----------------------------------------------------------------------------------------------------------

SMALL = """\
layers:
  - Input: {name: image, shape: [2, 2, 1]}
%s
  - UpSampling2D: {size: 2, name: u}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "  - AveragePooling2D: {pool_size: 3, strides: 2, name: p}",
            "  - AveragePooling2D: {pool_size: 3, strides: 2, name: p, padding: same}",
        ),
        (
            "  - AveragePooling2D: { pool_size: 3, strides: 2,\n      name: p,  # p\n  }",
            "  - AveragePooling2D: { pool_size: 3, strides: 2,\n      name: p, padding: same,  # p\n  }",
        ),
        (
            "  - AveragePooling2D:\n        pool_size: 3\n        strides: 2  # two\n",
            "  - AveragePooling2D:\n        pool_size: 3\n        strides: 2  # two\n        padding: same\n",
        ),
        (
            "  - AveragePooling2D:\n        strides: 2\n        pool_size:\n        - 3\n        - 3\n\n  # then up",
            "  - AveragePooling2D:\n        strides: 2\n        pool_size:\n        - 3\n        - 3\n        padding: same\n\n  # then up",
        ),
        (
            "  - type: AveragePooling2D\n    pool_size: 3\n    strides: 2",
            "  - type: AveragePooling2D\n    pool_size: 3\n    strides: 2\n    padding: same",
        ),
        (
            "  - {class_name: AveragePooling2D, config: {pool_size: 3, strides: 2}}",
            "  - {class_name: AveragePooling2D, config: {pool_size: 3, strides: 2, padding: same}}",
        ),
        (
            "  - AveragePooling2D: {pool_size: 3, strides: 2, padding: 'valid'}",
            "  - AveragePooling2D: {pool_size: 3, strides: 2, padding: same}",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_parameter_in_the_style_of_its_layer(old, new, end):
    before, after = ((SMALL % text).replace("\n", end) for text in (old, new))
    done = mend(before)
    assert done.text == after and done.report.ok


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  - MaxPooling2D: 3", "  - MaxPooling2D: {pool_size: 3, padding: same}"),
        ("  - MaxPooling2D: [3, 3]  # c", "  - MaxPooling2D: {pool_size: [3, 3], padding: same}  # c"),
        ("  - MaxPooling2D", "  - MaxPooling2D: {padding: same}"),
        ("  - MaxPooling2D:", "  - MaxPooling2D: {padding: same}"),
        ("  - MaxPooling2D:  # c", "  - MaxPooling2D: {padding: same}  # c"),
        ("  - MaxPooling2D: ~", "  - MaxPooling2D: {padding: same}"),
    ],
)
def test_a_layer_without_a_map_gets_one(old, new):
    """The window is larger than what is left of the picture."""
    head = "layers:\n  - Input: {name: image, shape: [1, 1, 1]}\n"
    done = mend(head + old + "\n")
    assert done.text == head + new + "\n" and done.report.ok


def test_what_is_made_of_parameters_is_left_alone():
    untouched("params: {n: 7}\nlayers:\n  - Input: {name: x, shape: [4, 2]}\n  - Reshape: {target_shape: [2, '${n}']}\n")


# Layers --------------------------------------------------------------------------------------------------------------

UNEQUAL = """\
layers:
{i}- Input: {{name: image, shape: [21, 20, 1]}}
{i}- MaxPooling2D: {{pool_size: 2, name: p}}
{i}- UpSampling2D: {{size: 2, name: u}}
{i}# both
{i}- Concatenate:
{i}    inputs: [u, image]  # here
{i}    name: s
"""


@pytest.mark.parametrize("indent", ["", "  ", "     "])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_layer_in_front_of_another(indent, end):
    text = UNEQUAL.format(i=indent).replace("\n", end)
    crop = f"{indent}- Cropping2D: {{cropping: [[0, 1], [0, 0]], inputs: image, name: image_cropped}}{end}"
    at = text.index(f"{indent}# both")
    done = mend(text)
    assert done.text == text[:at] + crop + text[at:].replace("[u, image]", "[u, image_cropped]") and done.report.ok


def test_a_layer_in_a_list_in_one_line():
    text = (
        '{"layers": [{"Input": {"name": "image", "shape": [21, 20, 1]}}, {"MaxPooling2D": {"pool_size": 2}}, '
        '{"UpSampling2D": {"size": 2, "name": "u"}}, {"Concatenate": {"inputs": ["u", "image"]}}]}'
    )
    crop = '{"Cropping2D": {"cropping": [[0, 1], [0, 0]], "inputs": "image", "name": "image_cropped"}}, '
    done = mend(text)
    at = text.index('{"Concatenate"')
    assert done.text == text[:at] + crop + text[at:].replace('"image"]', '"image_cropped"]') and done.report.ok


def test_a_file_of_keras():
    text = (
        '{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": '
        '{"batch_shape": [null, 2, 2, 1], "name": "i"}},\n {"class_name": "Conv2D", "config": {"filters": 1, '
        '"kernel_size": [3, 3], "padding": "valid", "name": "c"}}]}}'
    )
    changed(text, '"valid"', '"same"')


def test_a_name_that_is_taken():
    text = UNEQUAL.format(i="") + "- Flatten: {name: image_cropped}\n"
    assert "name: image_cropped_1}" in mend(text).text


# Several at once -----------------------------------------------------------------------------------------------------


def test_many_mistakes_in_one_text():
    layers = "".join(f"  - Dnse: {{unit: {n}, activation: reul}}  # {n}\n" for n in range(1, 12))
    done = mend(IN + layers)
    assert done.text == IN + layers.replace("Dnse", "Dense").replace("unit:", "units:").replace("reul", "relu")


def test_what_cannot_be_mended_stands_in_no_ones_way():
    text = IN + "  - Dense: {unit: 4, name: a}\n  - Reshape: {target_shape: [3, 7], name: b, inputs: a}\n  - Dense: {unit: 3, inputs: x}\n"
    done = mend(text)
    assert done.text == text.replace("unit: 3", "units: 3") and len(done.fixed) == 1


def test_only_what_counts_is_mended():
    text = IN + "  - Dense: {unit: 4}  # shapecheck: ignore[SC111]\n  - Flaten\n"
    done = mend(text)
    assert "unit: 4" in done.text and "Flatten" in done.text


def test_nothing_is_done_to_a_text_that_is_no_yaml():
    untouched("layers: [\n")
    untouched("")
    untouched("{{ template }}\n")

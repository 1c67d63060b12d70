"""A definition written as YAML is the same model, and reads well."""

import pathlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from same_model import converts

from shapecheck.readers import yaml_text
from shapecheck.readers.text import decoded
from shapecheck.writers import yaml_values

EXAMPLES = sorted((pathlib.Path(__file__).parents[2] / "specs" / "examples").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_the_same_model_afterwards(path):
    converts(str(path))


def test_a_definition_is_written_as_briefly_as_it_can_be_read():
    long = """
params: {width: 32}
blocks:
  dense_bn:
    params: [units]
    layers:
      - Dense: {units: "${units}", use_bias: false, activation: linear}
      - Activation: relu
models:
  encoder: {layers: [{Input: {shape: [T, 64]}}, {Dense: 32}]}
layers:
  - Input: {name: a, shape: [T, 64]}
  - encoder: {inputs: a, name: coded}
  - dense_bn: {units: "${width}"}
  - repeat: {times: 2, layers: [{Dense: {units: 32, kernel_regularizer: {type: L2, l2: 0.01}}}]}
  - Dropout: 0.5
  - Add: {inputs: [coded, dropout], name: sum}
  - call: {layer: sum, inputs: [coded, coded], name: twice}
outputs: [sum, twice]
"""
    assert converts(text=long) == """\
models:
  encoder:
    layers:
      - Input: {name: input, shape: [T, 64]}
      - Dense: 32
layers:
  - Input: {name: a, shape: [T, 64]}
  - encoder: {name: coded}
  - Dense: {units: 32, use_bias: false, name: dense_bn/dense}
  - Activation: {activation: relu, name: dense_bn/activation}
  - Dense: {units: 32, kernel_regularizer: l2}
  - Dense: {units: 32, kernel_regularizer: l2}
  - Dropout: {rate: 0.5, name: dropout}
  - Add: {inputs: [coded, dropout], name: sum}
  - call: {layer: sum, inputs: [coded, coded], name: twice}
outputs: [sum, twice]
"""


WORDS = [
    "no", "on", "Yes", "OFF", "y", "N", "true", "null", "Null", "~", "", " ", " a", "a ", "1e3", "1e+3", "012", "0o17", "0x1F",
    "1_000", "1:30", "190:20:30", ".5", "5.", "+1", "-1", "1.5", ".inf", "-.INF", ".nan", "inf", "nan", "2001-12-14",
    "2001-12-14t21:59:43.10-05:00", "a: b", "a:", "a #b", "#b", "*a", "&a", "!a", "%a", "@a", "`a", "- a", "-", "? a", "?",
    "[a]", "{a}", "a, b", "a]", "a}", "'a'", '"a"', "|", ">", "<<", "=", "H//2", "2*T", "(H + 1)//2", "H * 2", "a\\b", "a\nb",
    "a\tb", "a\rb", "\x00", "\x07", "\x1b[0m", "\x85", "\xa0", "\u2028", "\ufeff", "größe", "層", "\U0001f600", "lambda x: x[:, 0]",
    "conv2d/kernel", "conv.1", "a-b", "None", "---", "...", "a" * 300, "dollar", "a b", "x[1]", "0", "1e", "e1", "_", "__x", "1a", "e", "E5",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_both_yamls_read_the_text_that_was_written(word):
    written = yaml_values.text(word)
    for text in (f"[{written}]", f"- {written}", f"{{a: {written}}}", f"a: {written}"):
        (value,) = values if isinstance(values := yaml.safe_load(text), list) else values.values()
        assert value == word and type(value) is str  # YAML 1.1
        assert ours(text) == values  # YAML 1.2


@pytest.mark.parametrize("word", [word for word in WORDS if len(word) < 100])
def test_both_yamls_read_the_key_that_was_written(word):
    text = f"{{{yaml_values.text(word)}: 1}}"
    assert yaml.safe_load(text) == {word: 1} == ours(text)


@pytest.mark.parametrize(
    "number", [0, -1, 10**15, 0.0, -0.0, 1.0, 1e-7, 1.5e-7, 1e16, 1e22, 1e300, -2.5, 0.1, 1 / 3, float("inf"), -float("inf")]
)
def test_both_yamls_read_the_number_that_was_written(number):
    text = f"[{yaml_values.scalar(number)}]"
    for (value,) in (yaml.safe_load(text), ours(text)):
        assert value == number and type(value) is type(number) and str(value) == str(number)


def test_what_is_no_number_is_written():
    assert str(yaml.safe_load(yaml_values.scalar(float("nan")))) == "nan"
    assert [yaml.safe_load(yaml_values.scalar(value)) for value in (None, True, False)] == [None, True, False]


def ours(text):
    """The values of a text by the project's own reader, which follows YAML 1.2."""
    source, findings = decoded(text, "x.yaml")
    document, more = yaml_text.compose(source)
    assert not findings and not more
    return document.root


@given(st.text(), st.text(alphabet="0123456789+-.eExXoO_:aAnNoOfFyY~ ", max_size=8))
def test_any_text_comes_back(text, like_a_number):
    for word in (text, like_a_number):
        written = f"[{yaml_values.text(word)}, {{a: {yaml_values.text(word)}}}]"
        assert yaml.safe_load(written) == [word, {"a": word}] == ours(written)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(min_size=1, max_size=9), inner, max_size=6),
    max_leaves=60,
)


@given(PLAIN, st.integers(10, 120))
def test_any_value_comes_back_however_it_is_wrapped(value, end):
    text = f"key: {yaml_values.flow(value, 5, 2, end)}\n"
    assert yaml.safe_load(text)["key"] == value == ours(text)["key"]


def test_a_long_value_is_wrapped_at_its_commas():
    text = yaml_values.flow({"vocabulary": [f"word{number}" for number in range(40)]}, 30, 4)
    assert max(map(len, text.split("\n"))) <= yaml_values.WIDTH
    assert all(line.startswith("    ") and not line.endswith(" ") for line in text.split("\n")[1:])

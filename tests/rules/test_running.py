"""How rules are run: once for what is written once, with the limits that are set, in linear time, and out of the way."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import time

import pytest

import shapecheck
from shapecheck import rules

ROOT = pathlib.Path(__file__).parent.parent.parent


def codes(text, **more):
    return [d.code for d in shapecheck.check(text=text, **more).diagnostics]


TWICE = """\
models:
  encoder:
    layers:
      - Input: {name: t, shape: [8]}
      - Dense: {units: 8, name: a}
      - Dense: {units: 8, activation: relu, name: b}
layers:
  - Input: {name: x, shape: [8]}
  - Input: {name: y, shape: [8]}
  - encoder: {inputs: x, name: of_x}
  - encoder: {inputs: y, name: of_y}
  - Dropout: {rate: 1, inputs: of_x, name: drop}
  - call: {layer: drop, inputs: of_y, name: again}
  - Concatenate: {inputs: [drop, again]}
  - Dense: {units: 1, name: out}
"""


def test_what_is_written_once_is_said_once():
    assert codes(TWICE) == ["SC709", "SC715"]


def test_a_template_is_spoken_of_where_it_is_written():
    text = "blocks:\n  b: {layers: [{Dense: 8}, BatchNormalization, ReLU]}\nlayers:\n  - Input: {shape: [8]}\n  - b\n  - b\n"
    (finding,) = shapecheck.check(text=text).diagnostics
    assert finding.code == "SC718" and finding.span.line == 2


def test_a_graph_in_python_is_spoken_of_too():
    x = shapecheck.input((None, 1), name="x")
    y = shapecheck.layer("Dense", units=1, activation="softmax", name="y")(x)
    (finding,) = shapecheck.check(inputs=x, outputs=y).diagnostics
    assert finding.code == "SC706" and finding.span is None and "always 1" in finding.notes[0]


def test_what_an_error_points_at_is_not_said_again():
    text = (
        "layers:\n  - Input: {name: x, shape: [9, 9, 1]}\n  - MaxPooling2D: {name: p}\n  - UpSampling2D: {name: u}\n"
        "  - Add: {inputs: [u, x]}\n"
    )
    assert codes(text) == ["SC301"] or codes(text) == ["SC310"]


def test_a_model_that_is_not_wired_is_not_spoken_of():
    text = "layers:\n  - Input: {shape: [8]}\n  - Dropout: 0\n  - Dense: {units: 2, inputs: nobody}\n"
    assert codes(text) == ["SC201"]


@pytest.mark.parametrize(
    "options, code",
    [({"flatten-kernal": 1}, "SC108"), ({"flatten-kernel": -1}, "SC125"), ({"flatten-kernel": True}, "SC125"), (3, "SC113")],
)  # fmt: skip
def test_a_limit_that_does_not_exist_is_refused(options, code):
    with pytest.raises(shapecheck.SpecError) as caught:
        shapecheck.check(text=TWICE, options=options)
    assert caught.value.code == code


def test_a_configuration_sets_the_limits(tmp_path):
    (tmp_path / "shapecheck.toml").write_text("[limits]\nflatten-kernel = 10\n")
    (tmp_path / "m.yaml").write_text("layers:\n  - Input: {shape: [4, 4, 2]}\n  - Flatten\n  - Dense: 2\n")
    command = [sys.executable, "-m", "shapecheck", "check", "--output-format", "concise", "m.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "warning[SC716]" in done.stdout and done.returncode == 0


def test_only_rules_for_the_layers_of_a_model_are_loaded():
    program = (
        "import sys, shapecheck; shapecheck.check(text='layers: [{Input: {shape: [4]}}, {Embedding: [4, 4]}]');"
        "print(*(name for name in sys.modules if name.startswith('shapecheck.rules.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.rpartition(".")[2] for name in done.stdout.split()}
    assert "axis_and_format" not in loaded and "lost_rows" not in loaded


def spent(count):
    """CPU seconds of all rules on a model of so many layers, the least of three."""
    layer = "{Conv2D: {filters: 8, kernel_size: 3, padding: same, use_bias: false}}, BatchNormalization, ReLU, {Dropout: 0.1}"
    text = "layers: [{Input: {shape: [64, 64, 3]}}, " + ", ".join([layer] * (count // 4)) + "]"
    spec = shapecheck.readers.read(text, "m")[1]
    found = shapecheck.infer.infer(shapecheck.graph.build(spec))
    times = []
    for _ in range(3):
        start = time.process_time()
        assert rules.lint(found) == []
        times.append(time.process_time() - start)
    return min(times)


def test_the_rules_are_linear_in_the_number_of_layers():
    assert spent(8_000) < 6 * spent(2_000) + 0.05


def test_the_readme_shows_a_rule_as_it_is():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = text.partition("```python\nclass PoolingOfOne")[2].partition("```")[0]
    assert (
        shown
        and f"class PoolingOfOne{shown}" in (ROOT / "shapecheck" / "rules" / "pooling_of_one.py").read_text() + "\n"
    )

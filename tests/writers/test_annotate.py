"""Annotated definitions: the comment where it belongs, and nothing else touched."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shapecheck import dims
from shapecheck.readers import yaml_text
from shapecheck.report import LayerReport, Report
from shapecheck.source import Place, Source
from shapecheck.writers import annotate


def report_of(text, *entries):
    """A report whose layers stand at `(path, shape)`; a path ends at the configuration, as the reader has it."""
    source = Source("m.yaml", text)
    document, findings = yaml_text.compose(source)
    assert document is not None, findings
    report = Report("m.yaml", document.source)
    for index, (path, *shapes) in enumerate(entries):
        made = tuple(shape and tuple(map(dims.parse, shape.split())) for shape in shapes)
        place = Place(document, path)
        report.layers[f"l{index}"] = LayerReport(
            f"l{index}", "Dense", (), made, 0, 0, {}, (), (), lambda: 0, place
        )  # fmt: skip
    return report


def annotated(text, *entries):
    once = annotate.write(report_of(text, *entries))
    assert annotate.write(report_of(once, *entries)) == once
    assert plain(once) == plain(text)
    return once


def plain(text):
    return yaml.load(text, yaml.BaseLoader)


def test_flow_block_scalar_and_bare_entries():
    text = """\
name: m   # mine
layers:
  - Input: {shape: [H, W]}
  - Conv2D:
      filters: 8
      kernel_size: [3,
                    3]

  - Flatten
  - Flatten:
  - {Dense: 10}   # ten

# the end
  - Dense: {units: "# -> 3"}
outputs: [x]  # -> production
"""
    paths = [("layers", 0, "Input"), ("layers", 1, "Conv2D"), ("layers", 2), ("layers", 3, "Flatten")]
    paths += [("layers", 4, "Dense"), ("layers", 5, "Dense")]
    assert (
        annotated(text, *((path, "B 4") for path in paths))
        == """\
name: m   # mine
layers:
  - Input: {shape: [H, W]}  # -> (B, 4)
  - Conv2D:
      filters: 8
      kernel_size: [3,
                    3]  # -> (B, 4)

  - Flatten  # -> (B, 4)
  - Flatten:  # -> (B, 4)
  - {Dense: 10}   # ten  # -> (B, 4)

# the end
  - Dense: {units: "# -> 3"}  # -> (B, 4)
outputs: [x]  # -> production
"""
    )


def test_stale_comments_are_replaced_wherever_they_stand_in_the_entry():
    text = """\
layers:
  - Conv2D:
      filters: 8  # -> (B, 1, 1)
      kernel_size: 3 # eight # -> (B, 2, 2)
  - Dense: 10 #->(9)
  - Dense: 5  # -> gone
"""
    entries = [(("layers", 0, "Conv2D"), "B 8"), (("layers", 1, "Dense"), "B 10"), (("layers", 2, "Dense"), None)]
    assert (
        annotated(text, *entries)
        == """\
layers:
  - Conv2D:
      filters: 8
      kernel_size: 3 # eight  # -> (B, 8)
  - Dense: 10  # -> (B, 10)
  - Dense: 5
"""
    )


def test_several_outputs():
    text = "layers:\n  - LSTM: 4\n"
    assert annotated(text, (("layers", 0, "LSTM"), "B 4", "B 5")) == "layers:\n  - LSTM: 4  # -> (B, 4), (B, 5)\n"


def test_templates_show_the_first_use_and_dots_where_uses_differ():
    text = """\
blocks:
  two:
    layers:
      - Dense: 4
      - Add
layers:
  - two:
  - two:
"""
    same, other = ("blocks", "two", "layers", 0, "Dense"), ("blocks", "two", "layers", 1)
    made = annotated(text, (same, "B 4"), (other, "B 4"), (same, "B 4"), (other, "B T 4"))
    assert "- Dense: 4  # -> (B, 4)\n" in made and "- Add  # -> (B, 4) ...\n" in made
    assert made.endswith("  - two:\n  - two:\n")


def test_entries_on_one_line_get_none():
    text = "layers: [{Dense: 1}, {Dense: 2}]  # -> (1)\n"
    entries = [(("layers", index, "Dense"), "B 1") for index in (0, 1)]
    assert annotated(text, *entries) == "layers: [{Dense: 1}, {Dense: 2}]\n"
    text = "layers: [{Dense: 1},\n {Dense: 2}]\n"
    assert annotated(text, *entries) == "layers: [{Dense: 1},  # -> (B, 1)\n {Dense: 2}]  # -> (B, 1)\n"


def test_texts_in_blocks_are_never_entered():
    text = """\
layers:
  - Lambda:
      function: |
        x # -> y
        z
  - Lambda:
      function: >-  # folded
        lambda s: s

        # -> not a comment

  - Dense: 3
"""
    entries = [(("layers", 0, "Lambda"), "B 3"), (("layers", 1, "Lambda"), "B 4"), (("layers", 2, "Dense"), "B 5")]
    made = annotated(text, *entries)
    assert "      function: |  # -> (B, 3)\n        x # -> y\n        z\n" in made
    assert "      function: >-  # folded  # -> (B, 4)\n        lambda s: s\n\n        # -> not a comment\n" in made
    assert made.endswith("  - Dense: 3  # -> (B, 5)\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_stay(end):
    text = end.join(["layers:", "  - Dense: 1", "  - Dense: 2"])
    made = annotated(text, *((("layers", index, "Dense"), "B 1") for index in (0, 1)))
    assert made == end.join(["layers:", "  - Dense: 1  # -> (B, 1)", "  - Dense: 2  # -> (B, 1)"])


def test_anchors_aliases_and_wide_characters():
    text = 'layers:\n  - Dense: &d {units: 1, name: "日本"}\n  - Dense: *d\n  - Dense: &e !!int 5\n  - Dense: é\n'
    made = annotated(text, *((("layers", index, "Dense"), "B 1") for index in range(4)))
    assert made.count("  # -> (B, 1)\n") == 4


def test_nothing_to_say():
    assert annotate.write(report_of("layers: []\n")) == "layers: []\n"
    assert annotate.write(Report("<definition>")) == ""


NAMES = st.text(st.sampled_from("ab #->|'\"\\:{}[],é\t"), max_size=12)
COMMENTS = st.sampled_from(["", "  # x", " # -> (9)", "  # 'x", ' # "-> #'])


@given(st.lists(st.tuples(NAMES, st.sampled_from(["flow", "block", "plain"]), COMMENTS), min_size=1, max_size=5))
def test_any_text_keeps_its_values(layers):
    lines = ["layers:"]
    for name, form, comment in layers:
        quoted = "'" + name.replace("'", "''") + "'"
        if form == "flow":
            lines.append(f"  - Dense: {{units: 3, name: {quoted}}}{comment}")
        elif form == "block":
            lines += ["  - Dense:", f"      name: {quoted}{comment}", f"      units: 3{comment}"]
        else:
            lines.append(f"  - Dense: {quoted}{comment}")
    text = "\n".join(lines) + "\n"
    made = annotated(text, *((("layers", index, "Dense"), "B 3") for index in range(len(layers))))
    assert made.count("  # -> (B, 3)") == len(layers)

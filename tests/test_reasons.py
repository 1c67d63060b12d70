"""Why a layer refuses: the way of the sizes, as places that a viewer can walk through."""

from __future__ import annotations

import shapecheck

SKIP = """\
layers:
  - Input: {name: image, shape: [358, 8, 1]}
  - Activation: {activation: relu, name: same}
  - MaxPooling2D: {pool_size: [4, 1], name: pool}
  - UpSampling2D: {size: [4, 1], name: up}
  - Concatenate: {inputs: [up, image], name: skip}
"""


def flows_of(text):
    """The words of the text and what is said of them, flow by flow, of the only finding."""
    (found,) = shapecheck.check(text=text).diagnostics
    lines = text.splitlines()
    return [[(lines[s.line - 1][s.column - 1 : s.end_column - 1], said) for s, said in flow] for flow in found.flows]


def test_a_flow_leads_from_the_input_through_what_changed_the_size():
    assert flows_of(SKIP) == [
        [("Input", "H: image 358"), ("MaxPooling2D", "H: pool 89"), ("UpSampling2D", "H: up 356")],
    ]


def test_both_sizes_have_their_flow_where_both_were_changed():
    other = SKIP.replace("[up, image]", "[up, half]").replace(
        "  - Concatenate", "  - MaxPooling2D: {pool_size: [2, 1], inputs: same, name: half}\n  - Concatenate"
    )
    assert [[said for _, said in flow] for flow in flows_of(other)] == [
        ["H: image 358", "H: pool 89", "H: up 356"],
        ["H: image 358", "H: half 179"],
    ]


def test_what_no_layer_changed_has_no_flow():
    assert flows_of("layers:\n  - Input: {name: a, shape: [4]}\n  - Input: {name: b, shape: [5]}\n  - Add: {inputs: [a, b]}\n") == []


def test_a_graph_without_a_text_has_no_flow():
    a = shapecheck.input((None, 8, 8, 1), name="a")
    b = shapecheck.layer("MaxPooling2D", pool_size=3)(a)
    c = shapecheck.layer("UpSampling2D", size=3)(b)
    found, lint = shapecheck.check(outputs=shapecheck.layer("Add")([a, c])).diagnostics
    assert (found.code, lint.code) == ("SC310", "SC705")
    assert found.code == "SC310" and found.notes and found.flows == ()

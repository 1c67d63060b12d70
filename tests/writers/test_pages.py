"""The pages of codes and layers."""

from __future__ import annotations

import pytest

from shapecheck import layers
from shapecheck.codes import CODES, Code
from shapecheck.contract import DROP, PASS
from shapecheck.writers import layer_help, rule

KINDS = sorted({layers.found(name) for name in layers.names()}, key=lambda kind: kind.kind)


def test_a_code_has_its_page():
    code = Code("SC999", "a title", "`{layer}` is wrong", "warning")
    page = "It is explained.\n\nKeras says:\n  Negative dimension size\n"
    assert rule.write(code, page) == (
        "SC999: a title (warning)\n\n  `{layer}` is wrong\n\nIt is explained.\n\nKeras says:\n  Negative dimension size"
    )


def test_all_codes_are_listed():
    listing = rule.listing()
    assert all(f"  {code}  {entry.title}" in listing for code, entry in CODES.items())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_layer_has_a_page(kind):
    page = layer_help.write(kind)
    assert page.startswith(f"{kind.kind}(")
    for parameter in kind.parameters.values():
        assert parameter.name in page and parameter.reader.expected in page
    assert {PASS: "passed on", DROP: "dropped"}.get(kind.mask, "Mask\n  ") in page
    assert page.count("->") >= sum("->" in example for example in kind.examples)
    assert len(page) < 6000


def test_the_page_shows_weights():
    page = layer_help.write(layers.found("Dense"))
    assert "with units: 10 on (n, 64)" in page and "kernel   (64, 10)" in page and "bias     (10,)" in page


def test_layers_are_listed_with_a_sentence_each():
    lines = [line for line in layer_help.listing(KINDS).split("\n") if line.startswith("  ")]
    assert len(lines) == len(KINDS) and all(len(line.split("   ")) > 1 for line in lines)

"""Values of YAML texts, by the YAML 1.2 core schema; encodings; and what composing costs."""

import math
import sys
import time

import pytest
import yaml

from shapecheck.readers import yaml_text
from shapecheck.readers.text import decoded
from shapecheck.readers.yaml_text import Items, Table, compose
from shapecheck.source import Source


def load(text):
    document, findings = compose(Source("m.yaml", text))
    assert findings == [], [str(finding) for finding in findings]
    assert document is not None
    return document


def codes_of(text):
    return [finding.code for finding in compose(Source("m.yaml", text))[1]]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nUll", "nUll"), ("None", "None"),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("NO", "NO"),
        ("0", 0), ("-0", 0), ("12", 12), ("+12", 12), ("-12", -12), ("012", 12), ("0o14", 12), ("0xfF", 255),
        ("-0x1", "-0x1"), ("0o8", "0o8"), ("0b1", "0b1"), ("1_000", "1_000"), ("1:30", "1:30"), ("1,5", "1,5"),
        ("1e-3", 0.001), ("1e3", 1000.0), ("12e03", 12000.0), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("+1.5", 1.5),
        ("1.5e+2", 150.0), (".", "."), ("+", "+"), ("e3", "e3"), ("1e", "1e"), ("1.2.3", "1.2.3"),
        (".inf", math.inf), ("-.inf", -math.inf), ("+.INF", math.inf), ("inf", "inf"), ("nan", "nan"),
        ("2020-01-01", "2020-01-01"), ("=", "="), ("3x3", "3x3"), ("1 2", "1 2"), ("²", "²"), ("١", "١"),
        ("'12'", "12"), ('"true"', "true"), ("''", ""), ('"\\x41\\n"', "A\n"), ("'it''s'", "it's"),
        ("9223372036854775808", 2**63), ("-9223372036854775808", -(2**63)), ("0" * 5000 + "7", 7),
        ("!!str 12", "12"), ("!!str", ""), ("! 12", "12"), ("!!int '12'", 12), ("!!int 0x1F", 31), ("!!float 1", 1.0),
        ("!!float '1e-3'", 0.001), ("!!bool 'true'", True), ("!!null ''", None), ("!<tag:yaml.org,2002:str> 1", "1"),
        ("!!seq [1]", [1]), ("!!map {a: 1}", {"a": 1}), ("!!python/tuple [3, 3]", [3, 3]),
        ("|\n  a\n  b\n", "a\nb\n"), (">-\n  a\n  b\n", "a b"),
    ],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(text, value):
    root = load(f"a: {text}").root["a"]
    assert root == value
    assert type(root) in (type(value), Items, Table)


def test_nan():
    assert math.isnan(load("a: .nan").root["a"])


@pytest.mark.usefixtures("parser")
def test_collections_are_plain():
    root = load("a: {b: [1, {c: d}]}\ne:\n- f\n- g: h\n  i:\n").root
    assert root == {"a": {"b": [1, {"c": "d"}]}, "e": ["f", {"g": "h", "i": None}]}
    assert isinstance(root, dict)
    assert isinstance(root["e"], list)


@pytest.mark.usefixtures("parser")
def test_merge():
    root = load(
        "base: &base {units: 8, activation: relu}\n"
        "more: &more {units: 9, name: x}\n"
        "one: {<<: *base, units: 1}\n"
        "two: {units: 2, <<: [*base, *more]}\n"
        "inline:\n  <<: {a: 1}\n  b: 2\n"
        "text: {'<<': 3}\n"
    ).root
    assert root["one"] == {"units": 1, "activation": "relu"}
    assert root["two"] == {"units": 2, "activation": "relu", "name": "x"}
    assert root["inline"] == {"b": 2, "a": 1}
    assert root["text"] == {"<<": 3}


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    "head", ["", "\ufeff", "# a comment\n", "%YAML 1.2\n---\n", "---\n", "--- # c\n", "---\n---\n"]
)
@pytest.mark.parametrize("tail", ["", "...\n", "---\n", "# end\n"])
def test_one_document_however_it_begins_and_ends(head, tail):
    document = load(head + "a: b\n" + tail)
    assert document.root == {"a": "b"}
    span = document.span(("a",))
    assert (span.line, span.column) == (head.count("\n") + 1, 4)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings(encoding):
    source, findings = decoded("é: «𝄞»\r\n".encode(encoding), "m.yaml")
    assert findings == []
    document = compose(source)[0]
    assert document.root == {"é": "«𝄞»"}
    assert document.span(("é",))[1:] == (1, 4, 1, 7)


def test_a_byte_order_mark_that_was_left_in_is_no_column():
    assert load("\ufeffa: b").span(("a",), key=True)[1:] == (1, 1, 1, 2)


@pytest.mark.parametrize(
    ("data", "line", "column", "problem"),
    [
        ("é: a\né: b".encode() + b"\xe9\n", 2, 5, "byte 0xe9 at position 11"),
        (b"\xff\xfea\0\0\xd8", 1, 2, "byte 0x00 at position 4"),
        (b"\x80", 1, 1, "byte 0x80 at position 0"),
        ("a: \ud800", 1, 4, "U+D800"),
        ("\ufeffa: \udcff", 1, 4, "U+DCFF"),
    ],
)
def test_what_is_no_text(data, line, column, problem):
    source, findings = decoded(data, "m.yaml")
    assert [finding.code for finding in findings] == ["SC105"]
    assert problem in findings[0].message
    assert (findings[0].span.line, findings[0].span.column) == (line, column)
    source.text.encode()


def test_a_source_with_half_a_character_is_refused_too():
    assert codes_of("a: \ud800") == ["SC105"]


def spec(layers):
    lines = ["name: unet", "layers:", "  - Input: {name: image, shape: [H, W, 1]}"]
    for n in range(0, layers, 2):
        lines += ["  - Conv2D:", f"      name: conv{n}", "      filters: 8", "      kernel_size: [3, 3]"]
        lines += ["      padding: same", "      kernel_regularizer: {l2: 1e-4}", "      strides: [1, 1]", "  # next"]
        lines += [f"  - Activation: {{activation: relu, name: act{n}}}"]
    return "\n".join(lines) + "\n"


@pytest.mark.skipif(yaml_text.PARSER is yaml_text.PureParser, reason="the measure is libyaml")
def test_composing_costs_little_more_than_the_events_alone():
    text = spec(2_000)
    source = Source("m.yaml", text)

    def events():
        for _ in yaml.parse(text, Loader=yaml.CLoader):
            pass

    def best(work):
        times = []
        for _ in range(5):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
        return min(times)

    ratio = best(lambda: compose(source)) / best(events)
    print(f"compose / events = {ratio:.2f}", file=sys.stderr)
    assert ratio < 2.6  # 1.6 where this was written

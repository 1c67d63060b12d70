"""JSON texts: the place of every value and key, the path of every place, and what is said of texts that are wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecheck.readers.json_text import DEPTH, compose
from shapecheck.source import Source

KEYS = st.text(max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def paths(value, path=()):
    """Every path into a value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def words(text, span):
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: span.line - 1])) + span.column - 1
    return text[start : sum(map(len, lines[: span.end_line - 1])) + span.end_column - 1]


@given(VALUES, st.sampled_from([None, 0, 1]), st.randoms())
def test_every_value_and_key_has_its_place_and_every_place_its_path(value, indent, chance):
    text = json.dumps(value, indent=indent)
    document, findings = compose(Source("m.json", text))
    assert document is not None and not findings and document.root == value
    asked = [*paths(value)]
    chance.shuffle(asked)
    for path in asked:
        span = document.span(path)
        assert json.loads(words(text, span)) == at(value, path)
        assert document.path_of(span) == path
        if path and isinstance(path[-1], str):
            key = document.span(path, key=True)
            assert json.loads(words(text, key)) == path[-1] and document.path_of(key) == path
    assert document.span(("nowhere", 0, "at all")) is None


@pytest.mark.parametrize(
    "text, code, column",
    [
        ('{"a": 1,}', "SC140", 9),
        ("{'a': 1}", "SC140", 2),
        ('{"a": 1} {"b": 2}', "SC140", 10),
        ('{"a": tru}', "SC140", 7),
        ('{"a": "b', "SC140", 7),
        ('{"a": [1, 2}', "SC140", 12),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "SC102", 24),
        ("[" * (DEPTH + 1) + "]" * (DEPTH + 1), "SC802", 1),
        ("[" * 200_000, "SC802", 1),
        ('{"a": ' + "9" * 5000 + "}", "SC807", 7),
    ],
)
def test_what_is_wrong_stands_where_it_is(text, code, column):
    findings = compose(Source("m.json", text))[1]
    assert [(found.code, found.span.line, found.span.column) for found in findings] == [(code, 1, column)]


def test_a_key_that_stands_twice_has_its_last_value():
    document, findings = compose(Source("m.json", '{"a": 1, "a": 2, "b": [3]}'))
    assert document.root == {"a": 2, "b": [3]} and [found.code for found in findings] == ["SC102"]
    assert document.span(("a",)).column == 15 and document.span(("b", 0)).column == 24


def test_a_few_hundred_keys_that_stand_twice_are_told_once_for_a_while():
    text = "{" + ", ".join(f'"k": {n}' for n in range(500)) + "}"
    assert len(compose(Source("m.json", text))[1]) == 20

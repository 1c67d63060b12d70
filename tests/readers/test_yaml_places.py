"""Where every key and value of a YAML text stands.

Expected places are marked by hand in the texts, or written down by a renderer that knows where it puts each word. Its
values, and those that PyYAML writes, must be read back; PyYAML's own loader is a witness where YAML 1.1 and 1.2 agree.
"""

import re
import time

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shapecheck.readers import yaml_text
from shapecheck.readers.yaml_text import compose
from shapecheck.source import Place, Source


def load(text):
    document, findings = compose(Source("m.yaml", text))
    assert findings == [], [str(finding) for finding in findings]
    assert document is not None
    return document


def words(span):
    """The text of a span, found again from lines and columns alone."""
    lines = span.source.text.replace("\r\n", "\n").split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    middle = lines[span.line : span.end_line - 1]
    return "\n".join(
        [lines[span.line - 1][span.column - 1 :], *middle, lines[span.end_line - 1][: span.end_column - 1]]
    )


# places: the words between « and » are what `path` must give


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "path", "key"),
    [
        ("a: «1»\n", ("a",), False),
        ("«a»: 1\n", ("a",), True),
        ("«a: 1\nb: 2»\n# end\n", (), False),
        ("a:\n  «b: 1  # x\n  c: 'd'»  # y\n\n# z\ne: 1\n", ("a",), False),
        ("a:\n  b: 1\n  c: «'d'»  # y\n", ("a", "c"), False),
        ("a:\n  b: 1\n  «\"c\"»: 'd'\n", ("a", "c"), True),
        ("a:\n«- x\n- y: z»\n\nb: 1\n", ("a",), False),
        ("a:\n- x\n- «y: z»\n", ("a", 1), False),
        ("a:\n- x\n- «y»: z\n", ("a", 1, "y"), True),
        ("- «Dense: 10»\n- Flatten\n", (0,), False),
        ("- Dense: 10\n- «Flatten»\n", (1,), False),
        ("- Flatten:«»\n- Dense: 10\n", (0, "Flatten"), False),
        ("- «Flatten:»\n- Dense: 10\n", (0,), False),
        ("-«»\n- x\n", (0,), False),
        ("a: «[1, {b: c}, d]» # x\n", ("a",), False),
        ("a: [1, «{b: c}», d]\n", ("a", 1), False),
        ("a: [1, {b: «c»}, d]\n", ("a", 1, "b"), False),
        ("a: [1, {«b»: c}, d]\n", ("a", 1, "b"), True),
        ("a: [1,\n  «[2,\n   3 ]»]\n", ("a", 1), False),
        ("a: [«x: 1», y]\n", ("a", 0), False),
        ("a: {x«», y: 1}\n", ("a", "x"), False),
        ("a: {x«» , y: 1}\n", ("a", "x"), False),
        ("a: {x:«» }\n", ("a", "x"), False),
        ("? a«»\n# c\nb: 1\n", ("a",), False),
        ("? «a»\n: 1\n", ("a",), True),
        ("a: &x «1»\n", ("a",), False),
        ("a: !!str   «1»\n", ("a",), False),
        ("a: &x !!str «'1'»\n", ("a",), False),
        ("a: !!str &x «'1'»\n", ("a",), False),
        ("a: &x«»\nb: 1\n", ("a",), False),
        ("&x «a»: 1\n", ("a",), True),
        ("&x «a: 1»\n", (), False),
        ("a: &x  # c\n  «b: 1\n  c: 2»\nd: 3\n", ("a",), False),
        ("a: &x\n  &y «b»: 1\n", ("a", "b"), True),
        ("a: &x\n«- 1\n- 2»\n", ("a",), False),
        ("a: !!seq «[1]»\n", ("a",), False),
        ("a: &x [1, 2]\nb: «*x»\n", ("b",), False),
        ("a: &x [1, «2»]\nb: *x\n", ("b", 1), False),
        ("a: &x [1]\nb: [*x , «*x»]\n", ("b", 1), False),
        ("a: &x 7\nb:\n  c: «*x»\nd: 1\n", ("b", "c"), False),
        ("a: &x 7\nb:\n  «c: *x»\nd: 1\n", ("b",), False),
        ("a: &x b\n«*x» : 1\n", ("b",), True),
        ("a: &x {b: 1, c: «2»}\nd: {<<: *x, b: 3}\n", ("d", "c"), False),
        ("a: &x {b: 1, «c»: 2}\nd: {<<: *x, b: 3}\n", ("d", "c"), True),
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, b: «3»}\n", ("d", "b"), False),
        ("a: «|\n  x\n  y»\n\nb: 1\n", ("a",), False),
        ("a: «>-\n  x\n\n  y»\n# c\nb: 1\n", ("a",), False),
        ("a:\n  b: &x «|\n    t»\nc: d", ("a", "b"), False),
        ("a: «x\n  y\n  z»   # c\n", ("a",), False),
        ('a: «"x\n  y"»\n', ("a",), False),
        ("é𝄞: «ü𝄞»  # 𝄞\n", ("é𝄞",), False),
        ("«é𝄞»: ü𝄞\n", ("é𝄞",), True),
        ("𝄞: {é: «x»}\n", ("𝄞", "é"), False),
        ("a: b\r\nc:\r\n  d: «e»\r\n", ("c", "d"), False),
        ("a: x\x85 y\nb: «1»\n", ("b",), False),
        ("a: 'x\u2028y'\nb: «1»\n", ("b",), False),
        ("1: «a»\n", (1,), False),
        ("~: «a»\n", (None,), False),
        ("a: «{}»\n", ("a",), False),
        ("a:   «[ ]»  \n", ("a",), False),
        ("- - - «x»\n    - y\n", (0, 0, 0), False),
        ("- - «- x\n    - y»\n  - z\n", (0, 0), False),
        ("--- «x»\n", (), False),
    ],
)
def test_spans(text, path, key):
    start, end = text.index("«"), text.index("»") - 1
    clean = text.replace("«", "").replace("»", "")
    document = load(clean)
    span = document.span(path, key)

    def place(offset):
        return clean.count("\n", 0, offset) + 1, offset - clean.rfind("\n", 0, offset)

    assert (span.line, span.column) == place(start)
    assert (span.end_line, span.end_column) == place(end)


@pytest.mark.skipif(yaml_text.PARSER is yaml_text.PureParser, reason="the parser in Python takes no tabs here")
def test_a_tab_is_one_column():
    assert load("a:\tx\t# c\n").span(("a",))[1:] == (1, 4, 1, 5)


def test_a_path_that_leads_nowhere_has_no_span_but_its_place_has():
    document = load("a: {b: [1, 2]}\n")
    for path in (
        ("x",),
        ("a", "x"),
        ("a", "b", 2),
        ("a", "b", -1),
        ("a", "b", "0"),
        ("a", "b", 0, "x"),
        ("a", "b", True),
    ):
        assert document.span(path) is None
    assert document.span((), key=True) is None
    assert document.span(("a", "b", 0), key=True) is None
    assert words(Place(document, ("a", "b", 7)).span()) == "[1, 2]"
    assert words(Place(document, ("a", "b", 0)).span(key=True)) == "b"


def test_many_keys_are_found_in_linear_time():
    def spent(count):
        document = load("".join(f"key{i}: {i}\n" for i in range(count)))
        start = time.process_time()
        for i in range(count):
            document.span((f"key{i}",))
        return time.process_time() - start

    assert spent(20_000) < 8 * spent(5_000) + 0.05


@pytest.mark.usefixtures("parser")
def test_was_quoted():
    document = load(
        "a: 'x'\nb: x\nc: \"x\"\nd: |\n  x\ne: &q !!str 'x'\nf: *q\ng: &p x\nh: *p\n'i': {\"j\": 1}\nk: !!int '1'\n"
    )
    assert [key for key in "abcdefghik" if document.was_quoted((key,))] == ["a", "c", "d", "e", "f"]
    assert document.was_quoted(("i",), key=True)
    assert document.was_quoted(("i", "j"), key=True)
    assert not document.was_quoted(("a",), key=True)
    assert not document.was_quoted(("nowhere",))


class Writer:
    """Writes a value as YAML in a drawn style, and notes where it puts every key and value."""

    def __init__(self, draw):
        self.draw = draw
        self.text = ""
        self.places = {}

    def put(self, words, path=None, key=False):
        start = len(self.text)
        self.text += words
        if path is not None:
            self.places[path, key] = (start, len(self.text))

    def scalar(self, value, path, key=False):
        if value is None:
            words = self.draw(st.sampled_from(["null", "~"]))
        elif isinstance(value, bool):
            words = str(value).lower()
        elif isinstance(value, (int, float)):
            words = repr(value)
        else:
            quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            styles = [quoted, "'" + value.replace("'", "''") + "'"]
            if value and value[0].isalpha() and value not in ("null", "true", "false") and value.isalnum():
                styles += [value, value]
            words = self.draw(st.sampled_from(styles))
        self.put(words, path, key)

    def gap(self):
        self.put(self.draw(st.sampled_from(["", "", " ", "  "])))

    def flow(self, value, path):
        start = len(self.text)
        if isinstance(value, (dict, list)):
            brackets = "{}" if isinstance(value, dict) else "[]"
            self.put(brackets[0])
            for n, item in enumerate(value):
                if n:
                    self.put(",")
                    self.put(self.draw(st.sampled_from([" ", "  ", "\n   ", " # no\n    "])))
                self.gap()
                if isinstance(value, dict):
                    self.scalar(item, (*path, item), key=True)
                    self.put(": ")
                    self.gap()
                    self.flow(value[item], (*path, item))
                else:
                    self.flow(item, (*path, n))
                self.gap()
            self.put(brackets[1])
            self.places[path, False] = (start, len(self.text))
        else:
            self.scalar(value, path)

    def end_line(self):
        self.put(self.draw(st.sampled_from(["\n", "\n", "  # no\n", "\n\n", "\n# no\n", "  \n"])))

    def block(self, value, path, indent):
        """Writes from the current column on, and ends with a line break."""
        if not value or not isinstance(value, (dict, list)) or self.draw(st.booleans()):
            self.flow(value, path)
            self.end_line()
            return
        start = len(self.text)
        for n, item in enumerate(value):
            if n:
                self.put(" " * indent)
            inner = (*path, item) if isinstance(value, dict) else (*path, n)
            if isinstance(value, dict):
                self.scalar(item, inner, key=True)
                self.put(":")
                child = value[item]
            else:
                self.put("-")
                child = item
            if isinstance(child, (dict, list)) and child and isinstance(value, dict) and self.draw(st.booleans()):
                deeper = indent + self.draw(st.integers(1, 4))
                self.put(self.draw(st.sampled_from(["\n", "  # no\n"])) + " " * deeper)
                self.block(child, inner, deeper)
            elif isinstance(value, list):
                extra = self.draw(st.integers(1, 3))
                self.put(" " * extra)
                self.block(child, inner, indent + 1 + extra)
            else:
                self.put(" ")
                self.flow(child, inner)
                self.end_line()
            end = self.places[inner, False][1]
        self.places[path, False] = (start, end)


TEXT = st.text(st.sampled_from("abTx09 _-:#,[]{}&*!|>'\"%@`é𝄞\\"), max_size=6)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: float(repr(x))),
    TEXT,
    st.sampled_from(["filters", "relu", "H", "no", "012", "1e-3", "null", "true", "~", "<", "- a", "a: b", "${w}"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(TEXT | st.sampled_from(["name", "shape"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.data(), VALUES)
def test_every_value_and_place_of_a_written_text(data, value):
    writer = Writer(data.draw)
    writer.put(data.draw(st.sampled_from(["", "# head\n", "---\n"])))
    writer.block(value, (), 0)
    text = writer.text
    assume(not any(len(part) > 1000 for part in text.split("\n")))
    document = load(text)
    assert document.root == value
    for (path, key), (start, end) in writer.places.items():
        span = document.span(path, key)
        assert words(span) == text[start:end].rstrip(), (text, path)
        before = text[:start]
        assert (span.line, span.column) == (before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1)


ONLY_IN_1_2 = re.compile(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?|0o[0-7]+")


def agree(value):
    """Whether YAML 1.1 and 1.2 read every text in `value` alike when it is written without quotes."""
    if isinstance(value, dict):
        return all(agree(key) and agree(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(agree, value))
    return not isinstance(value, str) or not ONLY_IN_1_2.fullmatch(value)


@settings(max_examples=150, deadline=None)
@given(
    VALUES, st.sampled_from([None, True, False]), st.integers(2, 8), st.sampled_from([10, 80, 10_000]), st.booleans()
)
def test_what_pyyaml_writes_is_read_back(value, flow, indent, width, unicode):
    assume(agree(value))
    text = yaml.safe_dump(value, default_flow_style=flow, indent=indent, width=width, allow_unicode=unicode)
    assert load(text).root == value == yaml.safe_load(text)

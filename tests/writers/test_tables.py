"""Summary, notebook, graphs: every layer, every number that is known, and `?` for every one that is not."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.writers import graph_dot, graph_mermaid, html, summary, table


def cnn(make):
    h, w = dims.symbol("H"), dims.symbol("W")
    return make.model(
        make.layer("image", "InputLayer", shapes=("B, H, W, 3",)),
        make.layer("conv1", "Conv2D", "image", ("B, H, W, 32",), 896, 864 * h * w),
        make.layer("logits", "Dense", "conv1", ("B, 10",), 330, 320),
        requires=("H >= 2",),
    )


def test_summary_has_a_row_for_each_layer_and_totals(make):
    lines = summary.write(cnn(make)).split("\n")
    assert lines[0] == "cnn.yaml   inputs: image (B, H, W, 3)   outputs: logits (B, 10)"
    cells = [re.split(r"\s{2,}", line.strip()) for line in lines]
    assert ["layer", "type", "output", "params", "MACs", "connected to"] in cells
    assert ["image", "InputLayer", "(B, H, W, 3)", "0", "0"] in cells
    assert ["conv1", "Conv2D", "(B, H, W, 32)", "896", "864*H*W", "image"] in cells
    assert ["logits", "Dense", "(B, 10)", "330", "320", "conv1"] in cells
    assert ["total", "1,226", "864*H*W + 320"] in cells
    assert ["valid when", "H >= 2"] in cells


def test_summary_in_numbers(make):
    said = summary.write(cnn(make), {"H": 224, "W": 224})
    assert "43,352,064" in said  # 864 * 224 * 224
    assert "43,352,384" in said  # and 320
    assert "(B, 224, 224, 32)" in said and "H=224, W=224" in said


def test_what_is_not_known_is_said_and_never_zero(make):
    report = make.model(
        make.layer("x", "InputLayer", shapes=("B, 3",)),
        make.layer("f", "Lambda", "x", (None,), None, None),
        make.layer("d", "Dense", "x", ("B, 4",), 16, 12),
        outputs="d",
    )
    cells = [re.split(r"\s{2,}", line.strip()) for line in summary.write(report).split("\n")]
    assert ["f", "Lambda", "?", "?", "?", "x"] in cells
    assert ["total", "?", "12 + ?"] in cells
    assert ["not known", "f"] in cells


def test_a_shared_layer_is_counted_once(make):
    first = make.layer("enc", "Dense", "a", ("B, 4",), 16, 12)
    second = make.layer("enc_1", "Dense", "b", ("B, 4",), 16, 12)
    report = make.model(make.layer("a", "InputLayer", shapes=("B, 3",)), first, second)
    report._calls = {"a": [report.layers["a"]], "enc": [first, second]}
    report.size = len(report._calls)
    cells = [re.split(r"\s{2,}", line.strip()) for line in summary.write(report).split("\n")]
    assert ["enc", "Dense", "(B, 4)", "16", "12", "a"] in cells
    assert ["enc_1", "Dense", "(B, 4)", "shared", "12", "b"] in cells
    del report.layers["enc_1"]
    assert ["enc_1", "Dense", "(B, 4)", "shared", "12", "b"] in [
        re.split(r"\s{2,}", line.strip()) for line in summary.write(report).split("\n")
    ]


def test_trainable_and_frozen_are_told_apart(make):
    report = cnn(make)
    report.trainable_params = 1_000
    assert "1,000 trainable, 226 not" in summary.write(report)


def test_long_names_are_whole_and_do_not_widen_the_table(make):
    name = "n" * 300
    start = make.layer("x", "InputLayer", shapes=("B, 3",))
    report = make.model(start, make.layer(name, "Dense", "x", ("B, 4",), 16, 12))
    lines = summary.write(report).split("\n")
    assert sum(name in line for line in lines) == 2  # its row and the head
    assert all(len(line) < 120 for line in lines if name not in line)


def test_columns_measure_wide_characters():
    assert table.columns([("日本", "x"), ("abcd", "y"), ("e\u0301", "z")]) == ["日本   x", "abcd   y", "e\u0301      z"]
    assert table.columns([("a", "1"), ("b", "22")], right=(1,)) == ["a    1", "b   22"]


# HTML -------------------------------------------------------------------------------------------------------------


class Reading(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.words, self.open = set(), [], []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def read_html(text):
    reader = Reading()
    reader.feed(text)
    reader.close()
    assert not reader.open
    return reader


def test_html_shows_findings_and_layers(make):
    report = cnn(make)
    report.diagnostics = [Diagnostic("SC301", "88 < 89", span=make.span(report.source, ""))]
    reader = read_html(html.write(report))
    words = "".join(reader.words)
    assert "88 < 89" in words and "conv1" in words and "(B, H, W, 32)" in words and "Found 1 error in 1 file" in words
    assert reader.tags <= {"div", "p", "pre", "table", "tr", "th", "td"}
    assert "ok cnn.yaml" in html.write(cnn(make))


def test_html_of_anything_is_only_text(make):
    for word in make.HOSTILE:
        report = make.model(make.layer(word, word, shapes=("B",)), path=word)
        report.diagnostics = [Diagnostic("SC1", word, notes=[word])]
        made = html.write(report)
        assert read_html(made).tags <= {"div", "p", "pre", "table", "tr", "th", "td"}
        assert "$" not in made and "`" not in made and all(line.isprintable() for line in made.split("\n"))


def test_html_of_a_huge_model_is_bounded(make):
    layers = [make.layer(f"l{index}", "InputLayer", shapes=("B",)) for index in range(1000)]
    made = html.write(make.model(*layers))
    assert "and 800 more layers" in made and len(made) < 100_000


# Graphs -----------------------------------------------------------------------------------------------------------


def two_outputs(make):
    return make.model(
        make.layer("x", "InputLayer", shapes=("B, T, 8",)),
        make.layer("s", "LSTM", "x", ("B, 4", "B, 5", None)),
        make.layer("a", "Add", "s[1] s[2] s x[7] nowhere", ("B, 5",)),
    )


def test_dot_has_shapes_on_its_edges(make):
    lines = graph_dot.write(two_outputs(make)).split("\n")
    assert lines[0] == 'digraph "cnn.yaml" {' and lines[-1] == "}"
    assert '  n1 [label="s\\nLSTM"];' in lines
    edges = [line.strip() for line in lines if "->" in line]
    assert edges == [
        'n0 -> n1 [label="(B, T, 8)"];',
        'n1 -> n2 [label="(B, 5)"];',
        'n1 -> n2 [label="?"];',
        'n1 -> n2 [label="(B, 4), (B, 5), ?"];',
        'n0 -> n2 [label="?"];',
        'n2 -> out0 [label="(B, 5)"];',
    ]


def test_mermaid_has_shapes_on_its_edges(make):
    lines = graph_mermaid.write(two_outputs(make)).split("\n")
    assert lines[0] == "flowchart TD"
    assert '  n1["s<br/>LSTM"]' in lines and '  out0(["a"])' in lines
    assert '  n0 -->|"(B, T, 8)"| n1' in lines and '  n2 -->|"(B, 5)"| out0' in lines


STRING = r'"(?:[^"\\\n]|\\.)*"'
DOT = re.compile(
    rf"digraph {STRING} \{{|  node \[shape=box\];|  \w+ \[label={STRING}(, style=rounded)?\];"
    rf"|  \w+ -> \w+ \[label={STRING}\];|\}}"
)
WORD = r'[^"\[\]<>`|]*'
MERMAID = re.compile(
    rf'flowchart TD|  \w+\["{WORD}<br/>{WORD}"\]|  \w+\(\["{WORD}"\]\)|  \w+ -->\|"{WORD}"\| \w+',
)


def test_graphs_of_anything_stay_well_formed(make):
    for word in make.HOSTILE:
        report = make.model(make.layer(word, word, shapes=("B",)), make.layer("end", "Dense", shapes=("B",)), path=word)
        report.name = word
        assert all(DOT.fullmatch(line) for line in graph_dot.write(report).split("\n")), word
        assert all(MERMAID.fullmatch(line) for line in graph_mermaid.write(report).split("\n")), word

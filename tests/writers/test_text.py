"""The report for people, character by character, and what a hostile definition can do to it: nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecheck.diagnostic import Diagnostic, Label
from shapecheck.report import Report
from shapecheck.source import Source, Span
from shapecheck.writers import concise, phrases, text


def rows(report, **options):
    return text.write(report, **options).split("\n")


def only(found, source_text="- Dense: 10\n", path="m.yaml"):
    report = Report(path, Source(path, source_text))
    report.diagnostics = [found]
    return report


def test_looks_like_the_design(make):
    source = Source("unet.yaml", make.UNET)
    found = Diagnostic(
        "SC301",
        "`skip2` cannot concatenate 88 and 89 on axis 1 (H)",
        layer="skip2",
        span=make.span(source, "[up2, enc2]"),
        label="88 from up2, 89 from enc2",
        labels=[Label(make.span(source, "MaxPooling2D", 2), "drops the last row of 89")],
        notes=["H: image 358 -> pool0 179 -> pool1 89 -> pool2 44 -> up2 88"],
        help=["this model is valid only when H % 8 == 0 and W % 8 == 0; the nearest are 352 and 360"],
    )
    report = make.report(make.UNET, "unet.yaml", found)
    assert text.write(report) == (
        "error[SC301]: `skip2` cannot concatenate 88 and 89 on axis 1 (H)\n"
        "  --> unet.yaml:12:27\n"
        "   |\n"
        " 9 |   - MaxPooling2D: {pool_size: 2, name: pool2}\n"
        "   |     ------------ drops the last row of 89\n"
        "12 |   - Concatenate: {inputs: [up2, enc2], name: skip2}\n"
        "   |                           ^^^^^^^^^^^ 88 from up2, 89 from enc2\n"
        "   = note: H: image 358 -> pool0 179 -> pool1 89 -> pool2 44 -> up2 88\n"
        "   = help: this model is valid only when H % 8 == 0 and W % 8 == 0; the nearest are 352 and 360"
    )


def test_several_labels_on_one_line_hang_below(make):
    source = Source("unet.yaml", make.UNET)
    found = Diagnostic(
        "SC301",
        "m",
        span=make.span(source, "Concatenate"),
        label="joins",
        labels=[Label(make.span(source, "up2", 1), "88"), Label(make.span(source, "enc2", 1), "89")],
    )
    assert rows(make.report(make.UNET, "unet.yaml", found))[3:] == [
        "12 |   - Concatenate: {inputs: [up2, enc2], name: skip2}",
        "   |     ^^^^^^^^^^^            ---  ---- 89",
        "   |     |                      |",
        "   |     |                      88",
        "   |     joins",
    ]


def test_a_label_inside_the_main_one_stays_visible(make):
    source = Source("unet.yaml", make.UNET)
    inner = Label(make.span(source, "up2", 1), "88")
    found = Diagnostic("SC301", "m", span=make.span(source, "[up2, enc2]"), label="both", labels=[inner])
    assert rows(make.report(make.UNET, "unet.yaml", found))[4:] == [
        "   |                           ^---^^^^^^^ both",
        "   |                            |",
        "   |                            88",
    ]


def test_labels_far_away_have_dots_between_and_line_numbers_stay_aligned():
    lines = [f"line {number}" for number in range(1, 1201)]
    source = Source("m.yaml", "\n".join(lines))
    spans = [Span(source, number, 1, number, 5) for number in (2, 4, 9, 1100)]
    labels = [Label(span, "x") for span in (spans[0], spans[1], spans[3])]
    found = Diagnostic("SC301", "m", span=spans[2], labels=labels)
    assert rows(only(found, "\n".join(lines))) == [
        "error[SC301]: m",
        "    --> m.yaml:9:1",
        "     |",
        "   2 | line 2",
        "     | ---- x",
        "   4 | line 4",
        "     | ---- x",
        "...",
        "   9 | line 9",
        "     | ^^^^",
        "...",
        "1100 | line 1100",
        "     | ---- x",
    ]


def test_a_label_in_another_file_has_its_own_block(make):
    here, there = Source("a.yaml", "abc\n"), Source("b.yaml", "x: y\n")
    found = Diagnostic("SC1", "m", span=make.span(here, "abc"), labels=[Label(make.span(there, "y"), "defined here")])
    assert rows(only(found, "abc\n", "a.yaml")) == [
        "error[SC1]: m",
        " --> a.yaml:1:1",
        "  |",
        "1 | abc",
        "  | ^^^",
        " ::: b.yaml:1:4",
        "  |",
        "1 | x: y",
        "  |    - defined here",
    ]


def test_without_a_place_the_path_stands_alone():
    assert rows(only(Diagnostic("SC103", "the file is empty", help=["write one"]))) == [
        "error[SC103]: the file is empty",
        " --> m.yaml",
        "  = help: write one",
    ]


def test_tabs_and_wide_characters_keep_the_carets_in_place():
    line = "\t日本: é x"
    source = Source("m.yaml", line)
    start = line.index("x")
    shown = rows(only(Diagnostic("SC1", "m", span=Span(source, 1, start + 1, 1, start + 2)), line))
    assert shown[3] == "1 |     日本: é x"
    wide = [unicodedata.east_asian_width(char) == "W" for char in "日本: é "]
    assert sum(wide) == 2
    columns = len("日本: é ") + 2
    assert shown[4] == "  | " + " " * (4 + columns) + "^"


@pytest.mark.parametrize(
    ("span", "carets"),
    [
        ((1, 9, 1, 99), "        ^^^"),  # past the end of the line
        ((1, 50, 1, 60), "           ^"),  # wholly past it
        ((1, 3, 1, 3), "  ^"),  # empty
        ((1, 9, 1, 4), "        ^"),  # inside out
        ((1, 3, 4, 2), "  ^^^^^^^^^"),  # over several lines: the first
        ((7, 1, 7, 5), "^"),  # beyond the last line
    ],
)
def test_odd_spans_are_shown_as_well_as_can_be(span, carets):
    source = Source("m.yaml", "- Dense: 10\n")
    shown = rows(only(Diagnostic("SC1", "m", span=Span(source, *span))))
    assert shown[-1] == f"  | {carets}"


@pytest.mark.parametrize("at", [0, 3, 150, 5000, 9990])
def test_a_long_line_is_cut_around_the_mark(at):
    line = "".join(chr(ord("a") + index % 26) for index in range(10_000))
    source = Source("m.yaml", line)
    shown = rows(only(Diagnostic("SC1", "m", span=Span(source, 1, at + 1, 1, at + 6), label="here"), line))
    drawn, marks = shown[3][4:], shown[4][4:]
    assert len(drawn) <= 160 + 6
    start = marks.index("^")
    assert drawn[start : start + 5] == line[at : at + 5]
    assert marks.strip() == "^^^^^ here"
    assert drawn.startswith("...") == (at > 40) and drawn.endswith("...") == (at < 9980)


def test_a_label_outside_the_cut_points_at_the_dots():
    line = "x" * 10_000
    source = Source("m.yaml", line)
    spans = [Span(source, 1, column, 1, column + 3) for column in (1, 5000, 9900)]
    labels = [Label(spans[0], "left"), Label(spans[2], "right")]
    found = Diagnostic("SC1", "m", span=spans[1], label="here", labels=labels)
    shown = "\n".join(rows(only(found, line)))
    assert all(word in shown for word in ("left", "here", "right"))
    assert max(map(len, shown.split("\n"))) < 190


def test_what_a_user_wrote_cannot_leave_its_line(make):
    for word in make.HOSTILE:
        line = f"a: {word}".replace("\n", " ").replace("\r", " ")
        source = Source(word or "p", f"{line}\nb\n")
        found = Diagnostic(
            "SC110", f"unknown layer `{word}`", layer=word, span=Span(source, 1, 4, 1, 6), label=word,
            labels=[Label(Span(source, 2, 1, 2, 2), word)], notes=[word], help=[word],
        )  # fmt: skip
        plain = text.write(only(found, source.text, word or "p"))
        labels = 2 if word.strip() else 0
        assert len(plain.split("\n")) == 9, (word, labels, plain)
        assert all(row.isprintable() for row in plain.split("\n"))
        assert "##[" not in plain
        assert concise.write(only(found, source.text, word or "p")).isprintable()


@given(st.text(max_size=200), st.text(max_size=40), st.integers(0, 210), st.integers(-5, 210), st.integers(0, 210))
def test_any_text_any_span_any_label(body, label, column, more, second):
    source = Source("m.yaml", body)
    found = Diagnostic(
        "SC1", label, span=Span(source, 1, column, 1, column + more), label=label,
        labels=[Label(Span(source, 1, second, 1, second + 3), label)],
    )  # fmt: skip
    shown = text.write(only(found, body))
    assert all(row.isprintable() for row in shown.split("\n"))
    assert "^" in shown


def test_paint_is_asked_for_every_part_and_changes_nothing_else(make):
    source = Source("unet.yaml", make.UNET)
    found = Diagnostic(
        "SC301", "m", severity="warning", span=make.span(source, "[up2, enc2]"), label="a",
        labels=[Label(make.span(source, "up2", 1), "88")], notes=["n"], help=["h"],
    )  # fmt: skip
    report = make.report(make.UNET, "unet.yaml", found)
    kinds = set()

    def paint(kind, words):
        kinds.add(kind)
        return f"\x1b[1m{words}\x1b[0m" if words else ""

    painted = text.write(report, paint)
    assert painted.replace("\x1b[1m", "").replace("\x1b[0m", "") == text.write(report)
    assert kinds == {"warning", "bold", "gutter", "secondary", "note", "help", "ok"} <= set(text.KINDS)


def test_success_is_one_line(make):
    report = make.model(
        make.layer("image", "InputLayer", shapes=("B, H, W, 1",)),
        make.layer("mask", "Conv2D", "image", ("B, H, W, 1",), 31_481),
        path="unet.yaml", requires=("H % 8 == 0", "W % 8 == 0"),
    )  # fmt: skip
    line = "ok unet.yaml: 2 layers, (B, H, W, 1) -> (B, H, W, 1), 31,481 params, valid when H % 8 == 0 and W % 8 == 0"
    assert text.write(report) == line
    assert text.write(report, quiet=True) == ""


def test_conditions_with_or_are_kept_together(make):
    report = make.model(make.layer("x", "InputLayer", shapes=("B",)), requires=("H % 32 == 0 or H == 1", "W >= 2"))
    assert text.write(report) == (
        "ok cnn.yaml: 1 layer, (B,) -> (B,), 0 params, valid when (H % 32 == 0 or H == 1) and W >= 2"
    )


def test_a_shared_layer_is_one_layer(make):
    first, second = (make.layer(name, "Dense", "x", ("B, 4",), 16) for name in ("enc", "enc_1"))
    report = make.model(first, second)
    report._calls = {"enc": [first, second]}
    report.size = len(report._calls)
    assert text.write(report).startswith("ok cnn.yaml: 1 layer, ")


def test_many_inputs_are_not_all_listed(make):
    inputs = [make.layer(f"x{index}", "InputLayer", shapes=("B, 1",)) for index in range(9)]
    assert "(B, 1), (B, 1), (B, 1), (B, 1) and 5 more -> (B, 1), 0 params" in text.write(make.model(*inputs))


def test_a_warning_does_not_hide_that_all_is_well(make):
    report = make.model(make.layer("x", "InputLayer", shapes=("B",)))
    report.diagnostics = [Diagnostic("SC401", "m", severity="warning")]
    assert text.write(report).split("\n\n")[-1].startswith("ok cnn.yaml")


def test_the_reader_is_told_that_hints_ran_out(make):
    report = only(Diagnostic("SC1", "m"))
    report.truncated = 5
    assert text.write(report).endswith("note: 5 more findings without hints, because there are so many")


def test_tally():
    def reports(*severities):
        made = []
        for words in severities:
            report = Report("x")
            report.diagnostics = [Diagnostic("SC1", "m", severity=severity) for severity in words.split()]
            made.append(report)
        return made

    assert phrases.tally(reports("error error", "warning", "error")) == "Found 3 errors and 1 warning in 3 files"
    assert phrases.tally(reports("error")) == "Found 1 error in 1 file"
    assert phrases.tally(reports("warning warning note", "")) == "Found 2 warnings and 1 note in 1 of 2 files"
    assert phrases.tally(reports("", "")) == ""


def test_concise_is_one_line_each():
    source = Source("m.yaml", "- Dnse: 1\n")
    report = only(Diagnostic("SC110", "unknown layer `Dnse`", span=Span(source, 1, 3, 1, 7)))
    report.diagnostics.append(Diagnostic("SC401", "lost", severity="warning"))
    assert concise.write(report) == "m.yaml:1:3: error[SC110] unknown layer `Dnse`\nm.yaml: warning[SC401] lost"

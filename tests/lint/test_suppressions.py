"""Comments that hide findings: where they count, what they hide, and what is said of those that hide nothing."""

from __future__ import annotations

import time

import pytest

import shapecheck
from shapecheck import lint
from shapecheck.lint.configuration import Configuration

HEAD = "layers:\n  - Input: {name: x, shape: [8]}\n"
AUX = "  - Dense: {units: 4, name: aux, inputs: x}"
TAIL = "\n  - Dense: {units: 4, name: y, inputs: x}\noutputs: [y]\n"


def judged(text, **configuration):
    given = {name.replace("_", "-"): value for name, value in configuration.items()}
    given.setdefault("ignore", ("SC7",))  # so that no lint of the models here is counted
    report = shapecheck.check(text=text)
    lint.judge(report, Configuration(given))
    return report


def codes(text, **configuration):
    return [(found.code, found.span.line if found.span else 0) for found in judged(text, **configuration).diagnostics]


def test_without_a_comment():
    assert codes(HEAD + AUX + TAIL) == [("SC204", 3)]


@pytest.mark.parametrize(
    "comment",
    [
        "  # shapecheck: ignore[SC204] the trainer reads it",
        "  # shapecheck: ignore",
        "  # shapecheck: ignore for now",
        "  # shapecheck: ignore[SC2]",
        "  # shapecheck: ignore[sc204]",
        "  # shapecheck: ignore[ SC204 ]",
        "  # shapecheck: ignore [SC204]",
        "  #shapecheck:ignore[SC204]",
        "  # what a layer # shapecheck: ignore[SC204]",
        "  # shapecheck: ignore[SC204]  # -> (B, 4)",
    ],
)
def test_on_the_line(comment):
    assert codes(HEAD + AUX + comment + TAIL) == []


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "  - Dense: # shapecheck: ignore[SC121]\n      units: 4\n\n      activation: reul\n",
        HEAD + "  - Dense:\n      units: 4\n      activation: reul  # shapecheck: ignore[SC121]\n",
        HEAD + "  # shapecheck: ignore[SC121]\n\n  - Dense: {units: 4, activation: reul}\n",
        HEAD + "  - # shapecheck: ignore[SC121]\n    Dense: {units: 4, activation: reul}\n",
        HEAD + "  - Dense: {units: 4, # shapecheck: ignore[SC121]\n      activation: reul}\n",
        HEAD + "  - {class_name: Dense, # shapecheck: ignore[SC121]\n     config: {units: 4, \n activation: reul}}\n",
        "blocks:\n  b:\n    layers:\n    - Dense:  # shapecheck: ignore[SC121]\n        units: 4\n        activation: reul\n"
        + HEAD
        + "  - b\n  - b\n",
        "- Input: {shape: [8]}\n- Dense:  # shapecheck: ignore[SC121]\n    units: 4\n    activation: reul\n",
        "# shapecheck: file-ignore[SC121]\n" + HEAD + "  - Dense: {units: 4, activation: reul}\n",
        HEAD + "  - Dense: {units: 4, activation: reul}\n# shapecheck: file-ignore\n",
        (HEAD + "  - Dense: # shapecheck: ignore[SC121]\n      units: 4\n      activation: reul\n").replace(
            "\n", "\r\n"
        ),
    ],
)
def test_on_the_first_line_of_the_entry_above_it_or_for_the_file(text):
    assert codes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "  - Dense: {units: 3} # shapecheck: ignore[SC121]\n  - Dense: {units: 4, activation: reul}\n",
        HEAD + "  - Dense: {units: 4, activation: reul}\n  - Dense: {units: 3} # shapecheck: ignore[SC121]\n",
        HEAD + "  - Dense:\n      units: 4 # shapecheck: ignore[SC121]\n      activation: reul\n",
    ],
)
def test_elsewhere_it_hides_nothing(text):
    assert "SC121" in [code for code, _ in codes(text)]


@pytest.mark.parametrize(
    "name", ['"# shapecheck: ignore"', "'# shapecheck: ignore[SC204]'", "|-\n        # shapecheck: ignore"]
)
def test_a_text_is_no_comment(name):
    text = HEAD + f"  - Dense: {{units: 4, inputs: x, name: {name}}}" if "|" not in name else (
        HEAD + f"  - Dense:\n      units: 4\n      inputs: x\n      name: {name}"
    )  # fmt: skip
    assert [code for code, _ in codes(text + TAIL)] == ["SC204"]


def test_a_json_text_has_no_comments():
    text = (
        '{"layers": [{"Input": {"name": "x", "shape": [8]}}, {"Dense": {"units": 4, "name": "# shapecheck: ignore"}}]}'
    )
    assert codes(text) == []


def test_what_is_no_yaml_cannot_be_hidden():
    assert codes("# shapecheck: file-ignore\nlayers: [\n") == [("SC101", 2)]


# What hides nothing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comment", "what", "left"),
    [
        ("  # shapecheck: ignore[SC121] once needed", "`SC121`", ""),
        ("  # shapecheck: ignore", "`ignore`", ""),
        ("  # shapecheck: ignore[SC121, SC204, SC3]", "`SC121` or `SC3`", "  # shapecheck: ignore[SC204]"),
        ("  # hm # shapecheck: ignore[SC3]", "`SC3`", "  # hm"),
        ("  # shapecheck: ignore[SC3] # hm", "`SC3`", "  # hm"),
        ("\n  # shapecheck: ignore[SC3]", "`SC3`", ""),
    ],
)
def test_unused(comment, what, left):
    layer = AUX if "SC204" in comment else "  - Dense: {units: 4, name: z, inputs: x}"
    text = HEAD + layer + comment + TAIL.replace("[y]", "[y, z]" if layer != AUX else "[y]")
    (found,) = judged(text).diagnostics
    assert found.code == "SC174" and found.severity == "warning" and what in found.message
    mended = edited(text, found.fix)
    assert mended == text.replace(comment, left)
    assert codes(mended) == []


def edited(text, fix):
    """A text with the edits of a fix, made by hand."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:n])) for n in range(len(lines) + 1)]
    for edit in sorted(fix.edits, reverse=True):
        span = edit.span
        start, end = starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1
        text = text[:start] + edit.text + text[end:]
    return text


def test_a_code_that_is_not_reported_is_not_called_unused():
    text = HEAD + "  - Dense: {units: 4, name: y} # shapecheck: ignore[SC204]\n"
    assert codes(text) == [("SC174", 3)]
    assert codes(text, select=("SC1",)) == []
    assert codes(text, ignore=("SC204",)) == [] and codes(text, ignore=("SC174",)) == []


def test_nothing_is_called_unused_where_a_mistake_left_it_open():
    wrong = HEAD + "  - Dense: {units: 4, activation: reul}\n"
    assert codes(wrong + "  - Flatten # shapecheck: ignore[SC3]\n") == [("SC121", 3)]
    assert codes("# shapecheck: file-ignore[SC3]\n" + wrong) == [("SC121", 4)]
    apart = wrong + "  - Dense: {units: 4, inputs: x} # shapecheck: ignore[SC3]\n"
    assert codes(apart) == [("SC121", 3), ("SC174", 4)]
    assert codes("layers: 3 # shapecheck: ignore[SC3]\n") == [("SC115", 1)]


@pytest.mark.parametrize(
    ("comment", "help"),
    [
        ("ignor[SC204]", "did you mean `ignore`?"),
        ("disable=SC204", "did you mean `ignore`?"),
        ("fileignore[SC204]", "did you mean `file-ignore`?"),
        ("ignore[SC204", "write `ignore[SC301]`"),
        ("ignore[]", "write `ignore[SC301]`, or `ignore` for all codes"),
        ("ignore[SC204,]", "write `ignore[SC301]`, or `ignore` for all codes"),
        ("ignore[unreachable-layer]", "did you mean `SC204`?"),
        ("ignore[SC2O4]", "did you mean `SC204`?"),
        ("ignore SC204", "write `ignore[SC301]`"),
        ("ignore: SC204", "write `ignore[SC301]`"),
        ("", "write `# shapecheck: ignore[SC301] reason`"),
    ],
)
def test_malformed(comment, help):
    report = judged(HEAD + AUX + f"  # shapecheck: {comment}" + TAIL)
    by_code = {found.code: found for found in report.diagnostics}
    assert set(by_code) == {"SC204", "SC175"}
    assert by_code["SC175"].help == (help,) and by_code["SC175"].span.line == 3
    assert by_code["SC175"].span.column == len(AUX) + 3


def test_severities_of_the_configuration():
    report = judged(HEAD + AUX + TAIL, severity={"SC204": "error"})
    assert not report.ok and report.diagnostics[0].severity == "error"


def test_the_time_grows_with_the_comments():
    def seconds(count):
        comments = "# shapecheck: ignore[SC111, SC712]", "# shapecheck: ignore[SC301]"
        dense = [f"  - Dense: {{units: 4, inputs: x, name: d{n}{', unit: 4' * (n % 2 == 0)}}}" for n in range(count)]
        rows = [f"{row}  {comments[n % 2]}" for n, row in enumerate(dense)]
        report = shapecheck.check(text="\n".join([HEAD, *rows]))
        start = time.process_time()
        lint.judge(report, Configuration({"ignore": ("SC204",)}))
        spent = time.process_time() - start
        assert {found.code for found in report.diagnostics} == {"SC174"}
        assert len(report.diagnostics) == count // 2
        return spent

    seconds(100)
    assert seconds(3000) < 12 * seconds(750)

"""JSON and workflow commands: what other tools read."""

from __future__ import annotations

import json
import re

from shapecheck.diagnostic import Diagnostic, Edit, Fix, Label
from shapecheck.report import Report
from shapecheck.source import Source, Span
from shapecheck.writers import github, json_report

FINDING = [
    "code", "title", "severity", "message", "layer", "location", "label", "related", "flows", "notes", "help",
    "fix", "fingerprint", "url",
]  # fmt: skip
PROPERTIES = {"file", "line", "endLine", "col", "endColumn", "title"}


def one(*findings, path="m.yaml"):
    report = Report(path)
    report.diagnostics = list(findings)
    return report


def span(line=2, column=3, end_line=2, end_column=7, path="m.yaml"):
    return Span(Source(path, "a\nb\n"), line, column, end_line, end_column)


# JSON -------------------------------------------------------------------------------------------------------------


def test_json_has_exactly_the_promised_keys_in_order(make):
    report = make.model(
        make.layer("image", "InputLayer", shapes=("B, H, W, 1",)),
        make.layer("s", "Custom", "image", ("B, H//2, ?", None), None),
        requires=("H % 2 == 0",),
    )
    report.diagnostics = [
        Diagnostic(
            "SC301", "no", layer="s", span=span(), label="here", labels=[Label(span(1, 1, 1, 2), "there")],
            flows=[(Label(span(1, 1, 1, 2), "from"),)], notes=["why"], help=["do"],
            fix=Fix("mend", (Edit(span(1, 1, 1, 2), "z"),)),
        ),
        Diagnostic("SC401", "hm", severity="warning"),
    ]
    text = json_report.write([report, make.model()])
    data = json.loads(text)
    assert list(data) == ["schema_version", "tool", "summary", "files"] and data["schema_version"] == 1
    assert data["summary"] == {"files": 2, "errors": 1, "warnings": 1, "notes": 0}
    first, second = data["files"]
    assert list(first) == [
        "path", "name", "ok", "inputs", "outputs", "params", "trainable_params", "layers", "requirements", "diagnostics",
    ]  # fmt: skip
    prints = [found.pop("fingerprint") for found in first["diagnostics"]]
    assert len(set(prints)) == 2 and all(re.fullmatch("[0-9a-f]{32}", text) for text in prints)
    assert [found.pop("url").rpartition("/")[2] for found in first["diagnostics"]] == ["SC301.md", "SC401.md"]
    assert first == {
        "path": "cnn.yaml",
        "name": None,
        "ok": False,
        "inputs": [{"name": "image", "shape": ["B", "H", "W", 1]}],
        "outputs": [{"name": "s", "shape": ["B", "H//2", None]}],
        "params": None,
        "trainable_params": None,
        "layers": [
            {"name": "image", "type": "InputLayer", "inputs": [], "output_shapes": [["B", "H", "W", 1]], "params": 0},
            {
                "name": "s", "type": "Custom", "inputs": ["image"], "output_shapes": [["B", "H//2", None], None],
                "params": None,
            },
        ],
        "requirements": ["H % 2 == 0"],
        "diagnostics": [
            {
                "code": "SC301", "title": "unequal sizes", "severity": "error", "message": "no", "layer": "s",
                "location": {"path": "m.yaml", "line": 2, "column": 3, "end_line": 2, "end_column": 7}, "label": "here",
                "related": [
                    {"message": "there", "location": {"path": "m.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 2}},
                ],
                "flows": [
                    [{"message": "from", "location": {"path": "m.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 2}}],
                ],
                "notes": ["why"], "help": ["do"],
                "fix": {
                    "description": "mend",
                    "edits": [{"location": {"path": "m.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 2}, "text": "z"}],
                },
            },
            {
                "code": "SC401", "title": "mask lost", "severity": "warning", "message": "hm", "layer": None,
                "location": None, "label": "", "related": [], "flows": [], "notes": [], "help": [], "fix": None,
            },
        ],
    }  # fmt: skip
    assert all([*found, "fingerprint", "url"] == FINDING for found in first["diagnostics"])
    assert second["ok"] is True and second["layers"] == second["diagnostics"] == []


def test_json_is_one_line_of_printable_ascii_that_gives_the_words_back(make):
    for word in make.HOSTILE:
        text = json_report.write([one(Diagnostic("SC1", word, layer=word, notes=[word]), path=word)])
        assert text.isascii() and text.isprintable()
        entry = json.loads(text)["files"][0]
        assert entry["path"] == word and entry["diagnostics"][0]["message"] == word


def test_json_counts_shared_weights_once(make):
    first, second = (make.layer(name, "Dense", "x", ("B, 4",), 16) for name in ("enc", "enc_1"))
    report = make.model(first, second)
    report._calls = {"enc": [first, second]}
    report.size = len(report._calls)
    layers = json.loads(json_report.write([report]))["files"][0]["layers"]
    assert [(layer["name"], layer["params"]) for layer in layers] == [("enc", 16), ("enc_1", 0)]


def test_json_can_say_huge_numbers(make):
    huge = 10**5000
    report = make.model(make.layer("x", "InputLayer", shapes=((huge,),), params=huge))
    said = json.loads(json_report.write([report]))["files"][0]["layers"][0]
    assert int(said["params"], 16) == huge and int(said["output_shapes"][0][0], 16) == huge


# GitHub -----------------------------------------------------------------------------------------------------------

COMMAND = re.compile(r"^::(error|warning|notice) ([^:]*)::(.*)$")


def properties(row):
    """What the runner reads from a command: it splits at `,` and `=`, then undoes the escapes."""
    command, listed, message = COMMAND.match(row).groups()
    pairs = dict(pair.split("=", 1) for pair in listed.split(","))
    undo = (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%"))
    for sign, char in undo:
        pairs = {name: value.replace(sign, char) for name, value in pairs.items()}
        message = message.replace(sign, char)
    return command, pairs, message


def test_github_command(make):
    found = Diagnostic("SC301", "88 and 89, 100%", span=span(path="a,b:c.yaml"), notes=["n"], help=["h"])
    command, listed, message = properties(github.write([one(found)]))
    assert command == "error"
    assert listed == {
        "file": "a,b:c.yaml", "line": "2", "endLine": "2", "col": "3", "endColumn": "7", "title": "SC301 unequal sizes",
    }  # fmt: skip
    assert message == "88 and 89, 100%\nnote: n\nhelp: h"


def test_github_columns_only_on_one_line():
    _, listed, _ = properties(github.write([one(Diagnostic("SC301", "m", span=span(2, 3, 4, 1)))]))
    assert set(listed) == {"file", "line", "endLine", "title"}


def test_github_without_a_place_or_a_file():
    _, listed, _ = properties(github.write([one(Diagnostic("SC103", "m"))]))
    assert set(listed) == {"file", "title"}
    _, listed, _ = properties(github.write([one(Diagnostic("SC103", "m"), path="<stdin>")]))
    assert set(listed) == {"title"}


def test_github_says_the_worst_first_and_how_many_more():
    findings = [Diagnostic("SC401", f"w{index}", severity="warning") for index in range(12)]
    findings += [Diagnostic("SC301", f"e{index}", span=span()) for index in range(13)]
    lines = github.write([one(*findings[:20], path="a.yaml"), one(*findings[20:], path="b.yaml")]).split("\n")
    commands = [properties(row)[0] for row in lines if row.startswith("::")]
    assert commands == ["error"] * 10 + ["warning"] * 10 + ["notice"]
    assert lines[20].endswith("::5 more findings in the log")
    assert lines[21:] == [f"m.yaml:2:3: error[SC301] e{index}" for index in (10, 11, 12)] + [
        f"a.yaml: warning[SC401] w{index}" for index in (10, 11)
    ]


def test_github_is_empty_where_nothing_was_found():
    assert github.write([one(), one()]) == ""


def test_github_cannot_be_made_to_say_more_than_one_command(make):
    for word in make.HOSTILE:
        found = Diagnostic("SC110", word, layer=word, span=span(path=word), label=word, notes=[word], help=[word])
        text = github.write([one(found, path=word)])
        assert "\n" not in text and text.isprintable() and "##[" not in text
        _, listed, message = properties(text)
        assert message.count("\nnote: ") == 1 and set(listed) <= PROPERTIES

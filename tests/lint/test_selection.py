"""Which codes count: by prefix, the longer one wins; what kept a definition from being checked always counts."""

from __future__ import annotations

import pytest

from shapecheck.codes import CODES
from shapecheck.diagnostic import Diagnostic
from shapecheck.lint.selection import Selection, is_prefix, meant


def wanted(**given):
    selection = Selection(**given)
    return {code for code in CODES if selection.wants(code)}


ALWAYS = {code for code in CODES if code in ("SC101", "SC105", "SC106", "SC153") or code[:3] in ("SC8", "SC9")}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, set(CODES)),
        ({"select": ["SC2"]}, {code for code in CODES if code[:3] == "SC2"}),
        ({"select": ["SC204", "SC30"]}, {code for code in CODES if code == "SC204" or code[:4] == "SC30"}),
        ({"ignore": ["SC2"]}, {code for code in CODES if code[:3] != "SC2"}),
        ({"ignore": ["SC2"], "select": ["ALL", "SC204"]}, {c for c in CODES if c[:3] != "SC2" or c == "SC204"}),
        ({"ignore": ["SC204"], "select": ["SC2"]}, {c for c in CODES if c[:3] == "SC2" and c != "SC204"}),
        ({"ignore": ["SC2"], "select": ["SC2"]}, set()),
        ({"ignore": ["ALL"]}, set()),
        ({"ignore": ["ALL"], "select": ["SC3"]}, {code for code in CODES if code[:3] == "SC3"}),
    ],
)
def test_the_longer_prefix_wins(given, expected):
    assert wanted(**given) == expected | ALWAYS


def test_severities_by_the_longest_prefix():
    selection = Selection(severity={"SC2": "note", "SC204": "error", "ALL": "warning", "SC1": "note"})
    assert selection.severity("SC204", "warning") == "error"
    assert selection.severity("SC201", "error") == "note"
    assert selection.severity("SC301", "error") == "warning"
    assert selection.severity("SC101", "error") == "error", "a file that was not checked stays an error"


def test_files_of_their_own():
    selection = Selection(per_file=[(lambda path: path.startswith("old/"), ["SC2", "SC101"])])
    given = [Diagnostic(code, "m") for code in ("SC101", "SC204", "SC301")]
    assert [found.code for found in selection.apply("old/m.yaml", given)] == ["SC101", "SC301"]
    assert [found.code for found in selection.apply("m.yaml", given)] == ["SC101", "SC204", "SC301"]


@pytest.mark.parametrize(
    ("text", "near"),
    [("sc204", "SC204"), ("204", "SC204"), ("SC-204", "SC204"), ("unknown-layer", "SC110"), ("SC2O4", "SC204")],
)
def test_what_was_meant(text, near):
    assert not is_prefix(text) and meant(text) == near

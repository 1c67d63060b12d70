"""The table of codes and their pages: complete, used, and worded as the house words things."""

from __future__ import annotations

import ast
import pathlib
import re
import string
import subprocess
import sys

import pytest

from shapecheck import codes
from shapecheck.codes import CODES

ROOT = pathlib.Path(__file__).parent.parent
PAGES = ROOT / "shapecheck" / "pages"
SERIES = "12345678" + "9"
SECTIONS = ("Bad:", "Good:", "Keras says:")


def used():
    """The codes that the source raises: constants that are nothing but a code."""
    found = set()
    for path in [*ROOT.glob("shapecheck/**/*.py"), *ROOT.glob("cli/**/*.py")]:
        if path.name != "codes.py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found |= {node.value} if re.fullmatch(r"SC\d{3}", node.value) else set()
    return found


def test_what_is_raised_is_in_the_table_and_what_is_in_the_table_is_raised():
    assert used() == set(CODES)


def test_codes_are_in_order_and_of_a_known_series():
    assert list(CODES) == sorted(CODES)
    assert all(re.fullmatch(rf"SC[{SERIES}]\d\d", code) and entry.code == code for code, entry in CODES.items())
    assert len({entry.title for entry in CODES.values()}) == len(CODES)


def test_every_code_has_a_page_and_every_page_a_code():
    assert {path.stem for path in PAGES.iterdir()} == set(CODES)


@pytest.mark.parametrize("entry", CODES.values(), ids=CODES)
def test_messages_are_lower_case_without_a_full_stop(entry):
    for text in (entry.title, entry.message, entry.advice):
        assert not text.endswith(".") and text == text.strip()
        assert text[:1] == text[:1].lower() or text.startswith("{") or text.startswith(("YAML", "Keras"))
    assert entry.severity in ("error", "warning", "note")
    assert entry.message.count("`") % 2 == 0


@pytest.mark.parametrize("entry", CODES.values(), ids=CODES)
def test_a_message_without_facts_still_reads(entry):
    filled = codes.message(entry.code, {})
    fields = [name for _, name, _, _ in string.Formatter().parse(entry.message) if name]
    assert all(re.fullmatch(r"[a-z_]+", name) for name in fields)
    assert "{" not in filled and "  " not in filled


def test_what_follows_from_facts():
    assert codes.message("SC206", {"name": "d", "ref": "d[1]", "count": 1}).endswith("1 output, counted from 0")
    assert codes.message("SC206", {"name": "d", "ref": "d[3]", "count": 3}).endswith("3 outputs, counted from 0")
    assert codes.message("SC310", {"layer": "add", "a": 3, "b": 4}) == "`add` cannot broadcast 3 and 4"
    assert codes.message("SC310", {"layer": "add", "a": 3, "b": 4, "axis": "1 (H)"}).endswith("3 and 4 on axis 1 (H)")


@pytest.mark.parametrize("code", CODES)
def test_a_page_explains_in_plain_short_lines(code):
    page = codes.explain(code)
    words, _, quotes = page.partition("\nKeras says:\n")
    assert page == page.strip() + "\n" and all(line == line.rstrip() for line in page.split("\n"))
    assert all(len(line) <= 100 for line in words.split("\n"))
    explanation = [line for line in words.split("\n") if line and not line.startswith("    ") and line not in SECTIONS]
    assert 1 <= len(explanation) <= 10
    assert explanation[0][0].isupper() or explanation[0][0] in "`"
    assert explanation[-1].endswith(".")
    assert quotes == "" or all(line.startswith("    ") for line in quotes.strip("\n").split("\n"))


@pytest.mark.parametrize("code", CODES)
def test_a_bad_line_comes_with_a_good_one(code):
    page = codes.explain(code)
    assert "\nBad:\n" not in page or "\nGood:\n" in page


@pytest.mark.parametrize(
    "code, quote",
    [
        ("SC304", "total size of new array must be unchanged"),
        ("SC306", "Negative dimension size caused by subtracting"),
        ("SC307", 'The shape of the input to "Flatten" is not fully defined'),
        ("SC308", "Shapes used to initialize variables must be fully-defined"),
        ("SC311", "`output_shape` must be a list, a tuple, or a function"),
        ("SC302", "expected ndim=3, found ndim=2"),
        ("SC301", "requires inputs with matching shapes except for the concatenation axis"),
        ("SC310", "Operands could not be broadcast together with shapes"),
        ("SC201", "Graph disconnected"),
        ("SC402", "does not support masking, but was passed an input_mask"),
    ],
)
def test_what_people_search_for_is_quoted(code, quote):
    assert quote in codes.explain(code).partition("Keras says:")[2]


def test_there_is_no_page_for_no_code():
    with pytest.raises(KeyError):
        codes.explain("SC000")
    with pytest.raises(KeyError):
        codes.explain("../pages/SC101")


def test_the_table_is_cheap_to_load():
    done = subprocess.run(
        [sys.executable, "-c", "import sys; import shapecheck.codes; print(len(open(shapecheck.codes.__file__).read()))"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert int(done.stdout) < 20_000


def test_the_rule_reference_is_fresh():
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        import make_docs
    finally:
        sys.path.pop(0)
    made, kept = make_docs.pages(), {path.name: path.read_text(encoding="utf-8") for path in make_docs.RULES.iterdir()}
    stale = sorted(name for name in {*made, *kept} if made.get(name) != kept.get(name))
    assert not stale, "run: python tests/make_docs.py"

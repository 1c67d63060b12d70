"""Five hundred broken definitions are mended: never is a text broken, and what was mended does not come back.

The good ones are the examples and those of the lints, each with one to three mistakes in it that people make; the
broken ones are those of `specs/errors`, as they are.
"""

from __future__ import annotations

import pathlib
import random
import re

import pytest
import yaml

import shapecheck
from shapecheck import lint
from shapecheck.codes import CODES
from shapecheck.lint import fixing

ROOT = pathlib.Path(__file__).parent.parent.parent
GOOD = sorted([*(ROOT / "specs" / "examples").glob("*.yaml"), *(ROOT / "specs" / "lints").glob("*-good.yaml")])
BROKEN = sorted((ROOT / "specs" / "errors").glob("*.yaml"))
BROKEN_TOTAL = 500


def typo(rng, text):
    """A word with a letter lost, doubled or swapped."""
    words = [match for match in re.finditer(r"[A-Za-z_]{4,}[0-9]?[A-Z]?", text) if "#" not in line_before(text, match.start())]
    match = rng.choice(words)
    at = rng.randrange(match.start() + 1, match.end() - 1)
    return text[:at] + rng.choice([text[at] * 2, "", text[at + 1] + text[at] * (rng.random() < 0.5)]) + text[at + 1 :]


def line_before(text, at):
    return text[text.rfind("\n", 0, at) + 1 : at]


def number(rng, text):
    """Another number."""
    numbers = [match for match in re.finditer(r"(?<![\w.-])\d+(?![\w.])", text) if "#" not in line_before(text, match.start())]
    if not numbers:
        return text
    match = rng.choice(numbers)
    fresh = max(0, int(match[0]) + rng.choice([-2, -1, 1, 2, 3, 7]))
    return text[: match.start()] + str(fresh) + text[match.end() :]


def padding(rng, text):
    """A layer without its padding."""
    return re.sub(r"padding: same,? ?", "", text, count=rng.randrange(1, 3))


def idle(rng, text):
    """A comment that hides nothing."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    if lines[at].endswith(("}", "]")) and "#" not in lines[at]:
        lines[at] += "  # shapecheck: ignore[SC3, SC602] hm"
    return "\n".join(lines)


def windows(rng, text):
    return text.replace("\n", "\r\n")


def corpus():
    rng = random.Random(20261129)
    cases = [(path.stem, path.read_text(encoding="utf-8")) for path in BROKEN]
    while len(cases) < BROKEN_TOTAL:
        path = rng.choice(GOOD)
        text = path.read_text(encoding="utf-8")
        for change in rng.choices([typo, typo, number, padding, idle], k=rng.randrange(1, 4)):
            text = change(rng, text)
        if rng.random() < 0.2:
            text = windows(rng, text)
        cases.append((f"{path.stem} {len(cases)}", text))
    return cases


CASES = corpus()


def comments(text):
    return sorted(re.findall(r"(?<!\S)#(?! shapecheck)[^\n\"']*$", text, re.MULTILINE))


def keys(report):
    return {(found.code, found.layer) for found in report.diagnostics if CODES[found.code].severity == "error"}


def mended(text):
    report = shapecheck.check(text=text)
    before = report.diagnostics
    lint.judge(report)
    return fixing.mend(report, before, lambda made: shapecheck.check(text=made), lint.judge)


@pytest.mark.parametrize("part", range(10))
def test_nothing_is_broken_and_what_was_mended_stays_mended(part):
    fixed = 0
    for name, text in CASES[part::10]:
        done = mended(text)
        if not done.fixed:
            assert done.text == text, name
            continue
        fixed += len(done.fixed)
        before, after = shapecheck.check(text=text), shapecheck.check(text=done.text)
        assert keys(after) <= keys(before), name
        wrong = [found for found in done.fixed if CODES[found.code].severity == "error" and (found.code, found.layer) in keys(before)]
        counted = [(found.code, found.layer) for found in before.diagnostics]
        left = [(found.code, found.layer) for found in after.diagnostics]
        assert all(left.count((found.code, found.layer)) < counted.count((found.code, found.layer)) for found in wrong), name
        yaml.compose(done.text)
        assert comments(done.text) == comments(text), name
        assert ("\r\n" in text) == ("\r\n" in done.text) and done.text.count("\n") - done.text.count("\r\n") == (
            0 if "\r\n" in text and "\n" not in text.replace("\r\n", "") else done.text.count("\n") - done.text.count("\r\n")
        ), name
        again = mended(done.text)
        assert again.fixed == [] and again.text == done.text, name
    assert fixed > 0


def test_a_good_part_of_the_corpus_is_mended():
    """So that the test above does not pass because nothing is ever mended."""
    assert sum(bool(mended(text).fixed) for _, text in CASES[::5]) > 20

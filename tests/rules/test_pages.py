"""The page of a rule is right: what it calls bad is found, and what it calls good is not."""

from __future__ import annotations

import re
import textwrap

import pytest
from make_rules import rules

import shapecheck
from shapecheck import codes

RULES = dict(rules())


@pytest.mark.parametrize("cls", RULES.values(), ids=lambda cls: cls.code)
def test_the_examples_of_a_page_are_what_it_says(cls):
    page = codes.explain(cls.code)
    bad, good = re.search(r"\nBad:\n\n(.*?)\nGood:\n\n(.*?)(?:\nKeras says:|\Z)", page, re.S).groups()
    assert {d.code for d in shapecheck.check(text=textwrap.dedent(bad)).diagnostics} == {cls.code}
    assert shapecheck.check(text=textwrap.dedent(good)).diagnostics == []


@pytest.mark.parametrize("cls", RULES.values(), ids=lambda cls: cls.code)
def test_a_page_says_what_why_and_instead(cls):
    words = codes.explain(cls.code).partition("\nBad:")[0]
    assert re.fullmatch(r"What: .*\nWhy: .*\nInstead: .*\n", words, re.S)


@pytest.mark.parametrize("cls", RULES.values(), ids=lambda cls: cls.code)
def test_a_rule_states_its_law_and_warns(cls):
    assert len(cls.__doc__) > 60
    assert codes.CODES[cls.code].severity in ("warning", "note")

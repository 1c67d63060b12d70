"""Mending the text of a definition: every fix is made on a copy, and checked there before it counts.

A fix counts when the finding is gone and no error has come in its place, except for errors that can be mended as well:
a layer whose kind was mistyped was not looked at before. Fixes that touch the same words are made one after the other,
over several passes; those that do not work together are tried one by one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic, Edit, Fix
from shapecheck.readers.yaml_words import Lines
from shapecheck.report import Report

PASSES = 20
TRIES = 200
DEPTH = 5
"""How many times a fix may bring another mistake to light that can be mended as well."""
LAYERS = 5_000
"""Of a larger model no fix is tried unless it is asked for: each takes a whole check."""

_WORD = re.compile(r"[^\W\d]\w*(?:[./-]\w+)*")
_WRONG = ("key", "param", "name", "value", "kind", "given")
"""The facts that may hold the mistyped name, the most telling first."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")

Check = Callable[[str], Report]
"""Checks a text as the text of the report was checked, with nothing hidden."""
Judge = Callable[[Report], None]
"""Leaves in a report what counts."""


class Mended(NamedTuple):
    """A text with its fixes made, the findings that are gone, and the report of what is left."""

    text: str
    fixed: list[Diagnostic]
    report: Report


def offer(report: Report) -> None:
    """Give a fix to the findings of which only a name is wrong, and another was probably meant."""
    for found in report.diagnostics:
        if found.fix is None and isinstance(found.facts.get("near"), str):
            found.fix = renaming(found)


def renaming(found: Diagnostic) -> Fix | None:
    """The name that was meant, in place of the one that was written; None where it is not clear which words that is."""
    near, span = found.facts["near"], found.span
    if span is None or span.line != span.end_line or f"did you mean `{near}`?" not in found.help:
        return None
    line = span.source.line(span.line)
    written = line[span.column - 1 : span.end_column - 1]
    for name in _WRONG:
        wrong = found.facts.get(name)
        if not isinstance(wrong, str) or not wrong or wrong == near:
            continue
        if written.strip("'\"") == wrong:
            places = [written.index(wrong)]
        else:
            places = [match.start() for match in _WORD.finditer(written) if match[0] == wrong]
        if len(places) != 1:
            continue
        whole = written == wrong
        text = near if not whole or _PLAIN.fullmatch(near) else f'"{near}"' if '"' not in near + "\\" else ""
        start = span.column + places[0]
        edit = Edit(span._replace(column=start, end_column=start + len(wrong)), text)
        return Fix(f"write `{near}` instead of `{wrong}`", (edit,)) if text else None
    return None


def verified(report: Report, before: Sequence[Diagnostic], check: Check, judge: Judge) -> int:
    """Take away the fixes that do not work on the text of a report; how many are left. Otherwise as `mend`."""
    fixable = [found for found in report.diagnostics if found.fix is not None]
    small = report.size <= LAYERS and len(fixable) <= TRIES
    fixed = mend(report, before, check, judge).fixed if fixable and small else []
    works = {_name(found) for found in fixed}
    for found in fixable:
        if _name(found) not in works:
            found.fix = None
    return sum(found.fix is not None for found in fixable)


def mend(report: Report, before: Sequence[Diagnostic], check: Check, judge: Judge) -> Mended:
    """Make every fix that works. `report` holds what counts of a text, and `before` is what the check found.

    A text that cannot be mended is left as it is.
    """
    fixed: list[Diagnostic] = []
    state = _State(report.source.text if report.source else "", list(before), report)
    refused: set[str] = set()
    for _ in range(PASSES):
        offered = [found for found in state.report.diagnostics if found.fix is not None and _name(found) not in refused]
        chosen = list(islice(_apart(offered), TRIES))
        if not chosen:
            break
        steps = _together(state, chosen, check, judge) or _one_by_one(state, chosen, refused, check, judge)
        if steps:
            state, made = steps
            fixed += made
    return Mended(state.text, fixed, state.report)


class _State(NamedTuple):
    """A text, what the check found in it, and what of that counts."""

    text: str
    findings: list[Diagnostic]
    report: Report


_Step = tuple[_State, list[Diagnostic]]
"""A state, and what was mended on the way to it."""


def _together(state: _State, chosen: list[Diagnostic], check: Check, judge: Judge) -> _Step | None:
    """All of the fixes at once, with those of what comes to light behind them; None where that does not work."""
    text, made, fixes = state.text, list[Diagnostic](), chosen
    for _ in range(DEPTH):
        text = _made(text, fixes)
        made += fixes
        report = check(text)
        after = list(report.diagnostics)
        worse = _worse(state.findings, after)
        if not worse:
            judge(report)
            return (_State(text, after, report), made) if _gone(state.findings, after, chosen) else None
        judge(report)
        fixes = list(_apart(found for found in report.diagnostics if (found.code, found.layer) in worse))
        if not fixes:
            return None
    return None


def _one_by_one(
    state: _State, chosen: list[Diagnostic], refused: set[str], check: Check, judge: Judge
) -> _Step | None:
    """Those fixes that work alone, together if that works, or else the first; the others are refused."""
    if len(chosen) == 1:
        refused.add(_name(chosen[0]))
        return None
    good = []
    first = None
    for found in chosen:
        step = _together(state, [found], check, judge)
        first = first or step
        if step:
            good.append(found)
        else:
            refused.add(_name(found))
    return (_together(state, good, check, judge) if len(good) > 1 else None) or first


def _name(found: Diagnostic) -> str:
    """What a finding is known by from one pass to the next, when lines have moved."""
    return f"{found.code} {found.layer} {found.message} {found.fix.text if found.fix else ''}"


def _apart(fixable: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Those findings, in order, whose fixes touch other words than all before them."""
    taken: list[tuple[tuple[int, int], tuple[int, int]]] = []
    seen: set[Fix] = set()
    for found in fixable:
        if found.fix is None:
            continue
        ranges = [((span.line, span.column), (span.end_line, span.end_column)) for span, _ in found.fix.edits]
        same = found.fix in seen  # one mistake that was found at several uses
        if same or all(end < other or last < start for start, end in ranges for other, last in taken):
            yield found
            seen.add(found.fix)
            taken += [] if same else ranges


def _made(text: str, findings: Sequence[Diagnostic]) -> str:
    """A text with the fixes of some findings made."""
    lines = Lines(text)
    edits = {edit for found in findings if found.fix for edit in found.fix.edits}
    placed = [(lines.offset(*span[1:3]), lines.offset(*span[3:5]), fresh) for span, fresh in edits]
    for start, end, fresh in sorted(placed, reverse=True):
        text = text[:start] + fresh + text[end:]
    return text


def _worse(before: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> set[tuple[str, str | None]]:
    """The errors that were not there before, by code and layer."""
    more = _counted(after) - _counted(before)
    return {key for key in more if codes.CODES[key[0]].severity == "error"}


def _gone(before: Sequence[Diagnostic], after: Sequence[Diagnostic], fixed: Sequence[Diagnostic]) -> bool:
    """Whether there is less of each finding that was mended; what the check does not find itself is not looked at."""
    was, now = _counted(before), _counted(after)
    numbers = _counted(fixed)
    return all(now[key] <= was[key] - number for key, number in numbers.items() if key in was)


def _counted(findings: Sequence[Diagnostic]) -> Counter[tuple[str, str | None]]:
    return Counter((found.code, found.layer) for found in findings)

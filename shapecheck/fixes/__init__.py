"""Verified fixes: each is made on a copy of the model and checked before it is offered.

A fix is offered when the finding is gone and no other error has come in its place; one that only moves the error is
not. The work is bounded: the first findings, a few candidates each, and a budget of layers inferred in all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from shapecheck import requirements
from shapecheck.diagnostic import Diagnostic, Fix
from shapecheck.fixes.editing import Edit, edited
from shapecheck.infer import infer
from shapecheck.inference import Inference

FINDINGS = 20
OFFERED = 3  # fixes for one finding
BUDGET = 60_000  # layers inferred while trying


class Change(NamedTuple):
    """A change in words, and as edits of the graph (none for a change of the input sizes).

    `asks` where it depends on what is wanted, so that nobody but its author may make it.
    """

    text: str
    edits: tuple[Edit, ...] = ()
    asks: bool = False


class Budget:
    """How many more layers may be inferred."""

    __slots__ = ("left",)

    def __init__(self, left: int = BUDGET) -> None:
        self.left = left

    def take(self, amount: int) -> bool:
        self.left -= amount
        return self.left >= 0


def mend(found: Inference, diagnostics: Sequence[Diagnostic]) -> None:
    """Add verified fixes to the help of the first findings of a model."""
    wanted = [d for d in diagnostics if d.severity == "error" and d.layer is not None and d.code in _CODES]
    if not wanted:
        return
    from shapecheck.fixes import candidates, sizes

    budget = Budget()
    nodes = {node.name: node for node in found.graph.nodes}
    said: set[str] = set()
    for finding in wanted[:FINDINGS]:
        node = nodes.get(finding.layer or "")
        if node is None:
            continue
        fixes: list[Change] = []
        sized = sizes.suggest(found, finding, budget) if finding.code in _SIZE_CODES else []
        if isinstance(sized, str):
            finding.notes = (*finding.notes, sized)
        else:
            fixes.extend(fix for fix in sized if fix.text not in said)
            said.update(fix.text for fix in sized)
        for family in candidates.of(found, node, finding):
            if len(fixes) < OFFERED:
                fixes.extend(islice((fix for fix in family if works(found, finding, fix, budget)), 1))
        finding.help = (*finding.help, *(fix.text for fix in fixes))
        finding.fix = next(_written(found, fixes), None)


def _written(found: Inference, fixes: Sequence[Change]) -> Iterator[Fix]:
    """Those of the fixes that can be written into the text."""
    from shapecheck.fixes import texts

    for fix in fixes:
        if fix.edits and not fix.asks and (edits := texts.edits(found, fix.edits)):
            yield Fix(fix.text, edits)


def works(found: Inference, finding: Diagnostic, fix: Change, budget: Budget) -> bool:
    """Whether a fix removes a finding and brings no other error."""
    if not budget.take(len(found.graph.nodes)):
        return False
    return clean(infer(edited(found.graph, fix.edits), _at(found)), found, finding)


def clean(after: Inference, before: Inference, finding: Diagnostic) -> bool:
    """Whether the errors of `after` are those of `before`, without the finding."""
    left = errors(after.findings)
    return (
        (finding.code, finding.layer) not in left
        and left <= errors(before.findings)
        and (not after.obligations or requirements.of(after).empty is None)
    )


def errors(findings: Sequence[Diagnostic]) -> set[tuple[str, str | None]]:
    return {(found.code, found.layer) for found in findings if found.severity == "error"}


def _at(found: Inference) -> dict[str, int]:
    return {name: size for name, size in found.symbols.items() if isinstance(size, int)}


_SIZE_CODES = frozenset({"SC301", "SC303", "SC304", "SC306", "SC310"})
_CODES = _SIZE_CODES | {"SC302", "SC308", "SC307", "SC215"}

"""Lints: bugs that build without a word. One rule a file, each loaded when a model has a layer that it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapecheck.apply import Undescribed
from shapecheck.diagnostic import Diagnostic
from shapecheck.inference import Inference
from shapecheck.rules._view import Model, Rule
from shapecheck.rules.index import KINDS, OPTIONS

__all__ = ["OPTIONS", "Rule", "lint", "rule"]

MOST = 10
"""Of one rule in one model; what a model does more often is its habit, and is said once."""

_by_kind: dict[str, list[str]] = {}
for _path, _kinds in KINDS.items():
    for _kind in _kinds.split() or ("",):
        _by_kind.setdefault(_kind, []).append(_path)

_loaded: dict[str, Rule] = {}


def rule(path: str) -> Rule:
    """The rule that the index names as `file.Class`."""
    known = _loaded.get(path)
    if known is None:
        file, _, name = path.partition(".")
        module = __import__(f"shapecheck.rules.{file}", fromlist=[name])
        known = _loaded[path] = getattr(module, name)()
    return known


def lint(found: Inference, options: Mapping[str, Any] | None = None) -> list[Diagnostic]:
    """What the rules have to say of a model whose wiring is sound, in the order of the rules and the layers.

    `options` sets limits, see OPTIONS. A call whose shapes were refused is passed over, and so is what an error says
    already: a layer that it points at. Rules for the whole model wait until it has no error.
    """
    model = Model(found, {**OPTIONS, **(options or {})})
    checks: dict[str, list[Rule]] = {}
    findings: dict[str, list[Diagnostic]] = {}
    spoken: set[Any] = set()  # of a layer that is called again, or of a model that is, the first call speaks
    for index, applied in enumerate(found.applied):
        layer = found.layers[index]
        if applied is None or layer is None or isinstance(layer, Undescribed):
            continue
        looking = checks.get(layer.kind)
        if looking is None:
            kind = "(custom)" if layer.kind in found.graph.spec.custom else layer.kind
            looking = checks[layer.kind] = [rule(path) for path in _by_kind.get(kind, ())]
        call = model.call(index)
        for one in looking:
            if (said := list(one.check(call))) and (one.code, call.node.owner) not in spoken:
                said = [finding for finding in said if (one.code, finding.span) not in spoken]
                spoken |= {(one.code, finding.span) for finding in said if finding.span is not None}
                spoken.add((one.code, call.node.owner))
                news = [finding for finding in said if found.is_news(finding, call.node)]
                findings.setdefault(one.code, []).extend(news)
    for path in () if any(one.severity == "error" for one in found.findings) else _by_kind[""]:
        for finding in rule(path).check_model(model):
            findings.setdefault(finding.code, []).append(finding)
    for one in _loaded.values():
        if findings.get(one.unless):
            findings.pop(one.code, None)
    shown = {span for error in found.findings if error.severity == "error" for span in _spans(error)}
    if shown:
        findings = {code: [one for one in several if one.span not in shown] for code, several in findings.items()}
    return [finding for several in findings.values() for finding in _folded(several)]


def _spans(error: Diagnostic) -> set[Any]:
    return {error.span, *(label.span for label in error.labels)} - {None}


def _folded(several: list[Diagnostic]) -> list[Diagnostic]:
    """The findings of one rule; more than MOST of them are one, which names the other layers in its facts."""
    if len(several) <= MOST:
        return several
    first = several[0]
    others = list(dict.fromkeys(finding.layer for finding in several[1:] if finding.layer != first.layer))
    if len(others) < MOST:
        return several
    first.notes = (*first.notes, f"so it is with {len(others):,} more layers of this model")
    first.facts["others"] = others
    return [first]

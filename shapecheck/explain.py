"""From a layer's refusal to a finding: the words, the place, the derivation of the sizes that clash."""

from __future__ import annotations

from typing import Any

from shapecheck import axes, codes, dims, places, reasons
from shapecheck.diagnostic import Diagnostic, Label, Refusal
from shapecheck.findings import uses
from shapecheck.graph import Node
from shapecheck.inference import Inference
from shapecheck.origins import given
from shapecheck.words import listing, shape_text

HINTED = 20  # findings beyond this many get no derivation, so that a report of thousands stays linear


def plain(value: Any) -> Any:
    """A fact as text: dims and shapes as people write them."""
    if isinstance(value, (dims.Expr, dims.Unknown)):
        return dims.text(value)
    if isinstance(value, tuple) and all(v is None or isinstance(v, (int, dims.Expr, dims.Unknown)) for v in value):
        return shape_text(value)
    return value


def worded(
    refusal: Refusal, layer: str, rank: int | None = None, channels_first: bool = False
) -> tuple[str, list[str]]:
    """The message of a refusal, and the advice that goes with it."""
    facts = {name: plain(value) for name, value in refusal.facts.items()}
    facts.setdefault("param", refusal.param)
    facts.setdefault("layer", layer)
    if refusal.axis is not None:
        facts.setdefault("axis", axes.described(refusal.axis, rank, channels_first))
    advice = codes.CODES[refusal.code].advice
    help = [advice.format_map(codes.Facts(facts))] if advice else []
    if refusal.facts.get("near"):
        help.insert(0, f"did you mean `{refusal.facts['near']}`?")
    elif refusal.facts.get("later"):
        help.append("a later Keras has it: `keras: 2` stands for 2.2.4")
    elif refusal.facts.get("known"):
        names = listing(f"`{name}`" for name in refusal.facts["known"][:10])
        help.append(f"it has {names}")
    elif refusal.facts.get("unquoted"):
        meant, written = refusal.facts["unquoted"], refusal.facts["value"].strip()
        help.append(f"write `{meant}`" + " without quotes" * (meant == written))
    elif refusal.code == "SC111":
        help.append(_what_it_takes(refusal.facts))
    return codes.message(refusal.code, facts), help


def _what_it_takes(facts: dict[str, Any]) -> str:
    """Help for a parameter whose name is not even near to one that exists."""
    kind = facts.get("kind")
    if "expected" in facts:
        return f"`{kind}` takes {facts['expected'] or 'nothing'}"
    return f"`shapecheck layers {kind}` lists what it takes"


def finding(found: Inference, node: Node, refusal: Refusal) -> Diagnostic:
    """A refusal at its place, with the derivation of what it speaks of."""
    message, help = worded(_as_written(node, refusal), node.name, _rank(found, node), found.channels_first)
    span, label = places.at_fault(node, refusal), reasons.label(found, node, refusal)
    notes: list[str] = []
    labels: list[Label] = []
    flows: list[tuple[Label, ...]] = []
    if len(found.findings) < HINTED:
        notes = reasons.notes(found, node, refusal)
        labels = reasons.further(found, node, refusal)
        flows = reasons.flows(found, node, refusal)
        help = [*help, *reasons.hints(found, node, refusal)]
    if span is None:
        notes = [*filter(None, [label, *notes, places.path_of(node, refusal)])]
    return Diagnostic(
        refusal.code,
        message,
        severity=codes.CODES[refusal.code].severity,
        layer=node.name,
        span=span,
        label=label,
        labels=[*labels, *uses(node.spec.trail)],
        flows=flows,
        notes=notes,
        help=help,
        facts=refusal.facts,
    )


def _as_written(node: Node, refusal: Refusal) -> Refusal:
    """The refusal, of a parameter under the name of Keras 1 or 2 where that is how it was written."""
    param = refusal.facts.get("param", refusal.param)
    if not isinstance(param, str) or param not in node.spec.written:
        return refusal
    made = Refusal(refusal.code, refusal.param, axis=refusal.axis)
    made.facts.update(refusal.facts, param=node.spec.written[param])
    return made


def mask_lost(found: Inference, dropper: Node, consumer: Node) -> Diagnostic:
    """The warning for a mask that died on its way to a layer that wants it."""
    message, help = worded(Refusal("SC401", consumer=consumer.name), dropper.name)
    wants = places.kind_span(consumer.spec)
    return Diagnostic(
        "SC401",
        message,
        severity="warning",
        layer=dropper.name,
        span=places.kind_span(dropper.spec),
        label="the mask ends here",
        labels=[Label(wants, "a mask is wanted here")] if wants else [],
        help=help,
    )


def _rank(found: Inference, node: Node) -> int | None:
    ranks = [len(spec.shape) for spec in given(found, node) if spec.shape is not None]
    return max(ranks) if ranks else None

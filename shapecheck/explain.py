"""From a layer's refusal to a finding: the words, the place, the derivation of the sizes that clash."""

from __future__ import annotations

from typing import Any

from shapecheck import axes, codes, dims
from shapecheck.apply import Applied, apply
from shapecheck.contract import TensorSpec
from shapecheck.diagnostic import Diagnostic, Label, Refusal
from shapecheck.graph import Node
from shapecheck.inference import Inference
from shapecheck.source import Span
from shapecheck.words import listing, shape_text

HINTED = 20  # findings beyond this many get no derivation, so that a report of thousands stays linear
MAX_STEPS = 10  # of a derivation


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
    return codes.message(refusal.code, facts), help


def finding(found: Inference, node: Node, refusal: Refusal) -> Diagnostic:
    """A refusal at its place, with the derivation of what it speaks of."""
    rank = _rank(found, node)
    message, help = worded(refusal, node.name, rank, found.channels_first)
    span, label = _primary(found, node, refusal)
    notes: list[str] = []
    if len(found.findings) < HINTED:
        notes = _notes(found, node, refusal)
    return Diagnostic(
        refusal.code,
        message,
        severity=codes.CODES[refusal.code].severity,
        layer=node.name,
        span=span,
        label=label,
        labels=trail_labels(node),
        notes=notes,
        help=help,
        facts=refusal.facts,
    )


def mask_lost(found: Inference, dropper: Node, consumer: Node) -> Diagnostic:
    """The warning for a mask that died on its way to a layer that wants it."""
    message, help = worded(Refusal("SC401", consumer=consumer.name), dropper.name)
    wants = _span(consumer, None)
    return Diagnostic(
        "SC401",
        message,
        severity="warning",
        layer=dropper.name,
        span=_span(dropper, None),
        label="the mask ends here",
        labels=[Label(wants, "a mask is wanted here")] if wants else [],
        help=help,
    )


def _rank(found: Inference, node: Node) -> int | None:
    ranks = [len(spec.shape) for spec in _given(found, node) if spec.shape is not None]
    return max(ranks) if ranks else None


def _given(found: Inference, node: Node) -> list[TensorSpec]:
    """What is known of the inputs of a node; empty where one of them failed."""
    specs = []
    for producer, output in found.producers(node):
        applied = found.applied[producer.index] if producer.index < len(found.applied) else None
        if applied is None or output >= len(applied.outputs):
            return []
        specs.append(applied.outputs[output])
    return specs


# Places ----------------------------------------------------------------------------------------------------------

_KEY_AT_FAULT = ("SC111", "SC212")


def _span(node: Node, param: str | None, key: bool = False) -> Span | None:
    spec = node.spec
    if param is not None and param in spec.config and spec.place is not None:
        return spec.place.at(param).span(key)
    place = spec.kind_place or spec.place
    return place.span(spec.kind_place is not None) if place else None


def _primary(found: Inference, node: Node, refusal: Refusal) -> tuple[Span | None, str]:
    if refusal.param is not None:
        return _span(node, refusal.param, refusal.code in _KEY_AT_FAULT), ""
    label = _clash(found, node, refusal)
    spec = node.spec
    if spec.inputs is not None and spec.place is not None:
        return spec.place.at("inputs").span(), label
    return _span(node, None), label


def _clash(found: Inference, node: Node, refusal: Refusal) -> str:
    """Which of two clashing sizes comes from which layer: `88 from up2, 89 from enc2`."""
    sides = _sides(found, node, refusal)
    return ", ".join(f"{dims.text(size)} from {found.graph.nodes[index].name}" for size, index, _, _ in sides)


def _sides(found: Inference, node: Node, refusal: Refusal) -> list[tuple[dims.Dim, int, int, int]]:
    """(size, producer, its output, axis there) for each of the two sizes that a refusal compares."""
    a, b = refusal.facts.get("a"), refusal.facts.get("b")
    specs, producers = _given(found, node), found.producers(node)
    if a is None or b is None or refusal.axis is None or len(specs) < 2:
        return []
    rank = max(len(spec.shape or ()) for spec in specs)
    sides: list[tuple[dims.Dim, int, int, int]] = []
    for size in (a, b):
        for spec, (producer, output) in zip(specs, producers, strict=True):
            shape = spec.shape or ()
            axis = refusal.axis - (rank - len(shape)) if refusal.axis else 0
            if (
                0 <= axis < len(shape)
                and shape[axis] == size
                and (producer.index, output) not in [s[1:3] for s in sides]
            ):
                sides.append((size, producer.index, output, axis))
                break
    return sides if len(sides) == 2 else []


def trail_labels(node: Node) -> list[Label]:
    """Where a template was used, for a node that comes from a block or a repetition."""
    labels = []
    for use in node.spec.trail:
        span = use.place.span() if use.place else None
        if span is not None:
            labels.append(Label(span, use.text))
    return labels


# Derivations -----------------------------------------------------------------------------------------------------


def _notes(found: Inference, node: Node, refusal: Refusal) -> list[str]:
    notes = []
    for _, index, output, axis in _sides(found, node, refusal):
        chain = derivation(found, index, output, axis)
        if chain and chain not in notes:
            notes.append(chain)
    if refusal.code == "SC308":
        notes.extend(_maker(found, node))
    elif not notes and refusal.param is None and (specs := _given(found, node)):
        sources = [
            f"`{p.name}` {shape_text(s.shape or ())}" for (p, _), s in zip(found.producers(node), specs, strict=True)
        ]
        if len(sources) <= 4:
            notes.append(f"it reads {listing(sources)}")
    return notes


def _maker(found: Inference, node: Node) -> list[str]:
    """Which layer gave the size that a weight would depend on, and which of its sizes are free."""
    for producer, output in found.producers(node):
        applied = found.applied[producer.index]
        shape = applied.outputs[output].shape if applied else None
        if not shape or type(shape[-1]) is int:
            continue
        free = [symbol.name for symbol in dims.symbols_of(shape[-1]) if symbol.varies]
        made = [shape_text(spec.shape or ()) for spec in _given(found, producer)]
        source = f" from {listing(made)}" if made else ""
        verb = "varies" if len(free) == 1 else "vary"
        return [
            f"the last axis of its input is {dims.text(shape[-1])}, made by `{producer.name}`{source}; "
            f"{listing(free)} {verb} between calls"
        ]
    return []


def derivation(found: Inference, index: int, output: int, axis: int) -> str:
    """How a size came about: `H: image 358 -> pool0 179 -> pool1 89 -> pool2 44 -> up2 88`."""
    steps: list[tuple[str, dims.Dim]] = []
    letter = ""
    for _ in range(len(found.graph.nodes)):
        node, applied = found.graph.nodes[index], found.applied[index]
        shape = applied.outputs[output].shape if applied and output < len(applied.outputs) else None
        if shape is None or axis >= len(shape):
            break
        letter = axes.letter(axis, len(shape), found.channels_first)
        if steps and steps[-1][1] == shape[axis]:
            steps.pop()
        steps.append((node.name, shape[axis]))
        if len(steps) > 4 * MAX_STEPS:
            break
        before = _before(found, node, output, axis)
        if before is None:
            break
        index, output, axis = before
    if len(steps) < 2:
        return ""
    steps.reverse()
    if len(steps) > MAX_STEPS:
        half = MAX_STEPS // 2
        words = [f"{name} {dims.text(size)}" for name, size in steps]
        return f"{letter}: " + " -> ".join([*words[:half], "...", *words[-half:]])
    return f"{letter}: " + " -> ".join(f"{name} {dims.text(size)}" for name, size in steps)


def _before(found: Inference, node: Node, output: int, axis: int) -> tuple[int, int, int] | None:
    """Which axis of which producer an output axis comes from, found by asking the layer about marked sizes."""
    specs, producers = _given(found, node), found.producers(node)
    layer = found.layers[node.index]
    if not specs or layer is None or isinstance(node.inputs, dict):
        return None
    marks: dict[str, tuple[int, int]] = {}
    marked = []
    for i, spec in enumerate(specs):
        shape = []
        for j, _size in enumerate(spec.shape or ()):
            name = f"mark_{i}_{j}"
            marks[name] = (i, j)
            shape.append(dims.symbol(name))
        marked.append(spec._replace(shape=tuple(shape), mask=None))
    try:
        answer: Applied = apply(layer, marked, node.listed or len(marked) > 1, found.semantics)
        size = (answer.outputs[output].shape or ())[axis]
    except (Refusal, IndexError):
        shape0 = specs[0].shape or ()
        return (producers[0][0].index, producers[0][1], axis) if axis < len(shape0) else None
    names = [symbol.name for symbol in dims.symbols_of(size) if symbol.name in marks]
    if not names:
        return None
    i, j = min((marks[name] for name in names), key=lambda place: (place[1] != axis, place[0]))
    return producers[i][0].index, producers[i][1], j

"""From a layer's refusal to a finding: the words, the place, the derivation of the sizes that clash."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from shapecheck import axes, codes, dims, layers, origins
from shapecheck.diagnostic import Diagnostic, Label, Refusal
from shapecheck.graph import Node
from shapecheck.inference import Inference
from shapecheck.origins import given, sides
from shapecheck.source import Place, Span
from shapecheck.spec import LayerSpec
from shapecheck.wiring import refs_of
from shapecheck.words import listing, shape_text

MAX_WAY = 200  # layers on the way of a size that are looked at for what they leave out
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
    message, help = worded(refusal, node.name, _rank(found, node), found.channels_first)
    span, label = _primary(found, node, refusal)
    notes: list[str] = []
    labels: list[Label] = []
    if len(found.findings) < HINTED:
        notes = _notes(found, node, refusal)
        labels = _further(found, node, refusal)
        help = [*help, *_hints(found, node, refusal)]
    return Diagnostic(
        refusal.code,
        message,
        severity=codes.CODES[refusal.code].severity,
        layer=node.name,
        span=span,
        label=label,
        labels=[*labels, *trail_labels(node)],
        notes=notes,
        help=help,
        facts=refusal.facts,
    )


def mask_lost(found: Inference, dropper: Node, consumer: Node) -> Diagnostic:
    """The warning for a mask that died on its way to a layer that wants it."""
    message, help = worded(Refusal("SC401", consumer=consumer.name), dropper.name)
    wants = _kind_span(consumer.spec)
    return Diagnostic(
        "SC401",
        message,
        severity="warning",
        layer=dropper.name,
        span=_kind_span(dropper.spec),
        label="the mask ends here",
        labels=[Label(wants, "a mask is wanted here")] if wants else [],
        help=help,
    )


def _rank(found: Inference, node: Node) -> int | None:
    ranks = [len(spec.shape) for spec in given(found, node) if spec.shape is not None]
    return max(ranks) if ranks else None


# Places ----------------------------------------------------------------------------------------------------------


def _kind_span(spec: LayerSpec) -> Span | None:
    place = spec.kind_place or spec.place
    return place.span(spec.kind_place is not None) if place else None


def param_place(spec: LayerSpec, param: str) -> Place | None:
    """Where the value of a parameter stands; a scalar or a list instead of a map is that of the first parameter."""
    if spec.place is None or param not in spec.config:
        return None
    place = spec.place.at(param)
    return place if spec.place.document.span(place.path) is not None else spec.place


def _param_span(spec: LayerSpec, refusal: Refusal, param: str) -> Span | None:
    place = param_place(spec, param)
    if place is None:
        return _kind_span(spec)
    inner = refusal.facts.get("key") if refusal.code == "SC108" else refusal.facts.get("param")
    if isinstance(inner, str) and inner != param:
        path = _setting(spec.config[param], inner)
        return place.at(*path).span(bool(path) and refusal.code in ("SC108", "SC111"))
    if "item" in refusal.facts:
        return place.at(refusal.facts["item"]).span()
    return place.span(refusal.code in ("SC111", "SC118"))


def _setting(value: Any, name: str) -> tuple[str, ...]:
    """The path of a setting in the map of an activation, initializer, regularizer or constraint."""
    if isinstance(value, dict):
        if name in value:
            return (name,)
        for key, inner in value.items():
            if isinstance(inner, dict) and name in inner:
                return (key, name)
    return ()


def _primary(found: Inference, node: Node, refusal: Refusal) -> tuple[Span | None, str]:
    spec = node.spec
    label = _label(found, node, refusal)
    if refusal.param is not None:
        return _param_span(spec, refusal, refusal.param), label
    if spec.inputs is None or spec.place is None:
        return _kind_span(spec), label
    inputs = spec.place.at("inputs")
    if refusal.code == "SC212":
        return inputs.at(str(refusal.facts.get("name"))).span(True), label
    if refusal.code == "SC206":
        asked = (ref.place for ref in refs_of(spec.inputs) if f"{ref.name}[{ref.output}]" == refusal.facts.get("ref"))
        inputs = next((place for place in asked if place is not None), inputs)
    return inputs.span(), label


def _label(found: Inference, node: Node, refusal: Refusal) -> str:
    """What stands under the carets: which size comes from which layer, as in `88 from up2, 89 from enc2`."""
    if refusal.code in ("SC307", "SC308"):
        names = origins.varying(_sizes(refusal))
        return f"{listing(names)} {'varies' if len(names) == 1 else 'vary'} between calls" if names else ""
    if refusal.code == "SC402":
        return f"the mask comes from {made.name}" if (made := origins.mask_maker(found, node)) else ""
    if refusal.param is not None or refusal.code[:3] != "SC3":
        return ""
    if two := sides(found, node, refusal):
        return ", ".join(f"{dims.text(size)} from {found.graph.nodes[index].name}" for size, index, _, _ in two)
    specs = given(found, node)
    if len(specs) == 1 and specs[0].shape is not None:
        return f"{shape_text(specs[0].shape)} from {found.producers(node)[0][0].name}"
    return ""


def _sizes(refusal: Refusal) -> Sequence[dims.Dim]:
    """The sizes of which some should be fixed and are not."""
    sizes: Sequence[dims.Dim] = refusal.facts["shape"][1:] if refusal.code == "SC307" else (refusal.facts["dim"],)
    return sizes


def _further(found: Inference, node: Node, refusal: Refusal) -> list[Label]:
    """Other places that belong to a refusal."""
    labels: list[tuple[Span | None, str]] = []
    other = refusal.facts.get("other")
    if isinstance(other, str) and (place := param_place(node.spec, other)):
        labels.append((place.span(True), "given here as well"))
    if refusal.code == "SC215" and node.owner != node.index:
        labels.append((_kind_span(found.graph.nodes[node.owner].spec), "built here"))
    if refusal.code == "SC308" and (made := _maker(found, node)) is not None and made.inputs:
        labels.append((_kind_span(made.spec), "makes this axis"))
    labels += _losses(found, node, refusal)
    return [Label(span, text) for span, text in labels if span is not None]


_ROWS = {"H": "row", "W": "column", "T": "step", "D": "slice"}


def _losses(found: Inference, node: Node, refusal: Refusal) -> list[tuple[Span | None, str]]:
    """Where the way of one of two clashing sizes, and not that of the other, leaves out the end of an axis."""
    ways = [list(origins.way_back(found, side[1:])) for side in sides(found, node, refusal)]
    if len(ways) < 2 or max(map(len, ways)) > MAX_WAY:
        return []
    shared = {spot for spot, _ in ways[0]} & {spot for spot, _ in ways[1]}
    labels = []
    for way in ways:
        for (spot, _), (source, size) in pairwise(way):
            if spot not in shared and (lost := origins.dropped(found, spot)):
                maker = found.graph.nodes[spot[0]]
                noun = _ROWS.get(origins.letter_of(found, source), "value")
                ends = f"the last {noun}" if lost == 1 else f"the last {lost} {noun}s"
                labels.append((_kind_span(maker.spec), f"drops {ends} of {dims.text(size)}"))
    return labels


def trail_labels(node: Node) -> list[Label]:
    """Where a template was used, for a node that comes from a block or a repetition."""
    labels = []
    for use in node.spec.trail:
        span = use.place.span() if use.place else None
        if span is not None:
            labels.append(Label(span, use.text))
    return labels


# Reasons ---------------------------------------------------------------------------------------------------------

_QUIET = ("SC206", "SC212", "SC313", "SC402")  # whose message says all that their inputs could


def _notes(found: Inference, node: Node, refusal: Refusal) -> list[str]:
    if refusal.code == "SC205":
        declared = [f"`{name}`" for name in refusal.facts["declared"] if name != "B"]
        return [f"the inputs declare {listing(declared)}"] if declared else []
    if refusal.code in ("SC307", "SC308"):
        return _free(found, node, refusal)
    notes: list[str] = []
    specs = given(found, node)
    chains = [origins.derivation(found, side[1:]) for side in sides(found, node, refusal)]
    notes += [chain for chain in dict.fromkeys(chains) if chain and not any(f"{chain} ->" in other for other in chains)]
    if len(specs) == 1 and refusal.axis is not None and "size" in refusal.facts:
        producer, output = found.producers(node)[0]
        if chain := origins.derivation(found, (producer.index, output, refusal.axis)):
            notes.append(chain)
    late = refusal.code[:2] == "SC" and refusal.code[2] in "34" and refusal.code not in ("SC305", "SC311")
    said = len(specs) == 1 and refusal.param is None and late  # the label says it
    if specs and not notes and not said and (refusal.param is None or late) and refusal.code not in _QUIET:
        reads = [
            f"`{producer.name}` {shape_text(spec.shape or ())}"
            for (producer, _), spec in zip(found.producers(node), specs, strict=True)
        ]
        notes += [f"it reads {listing(reads)}"] if len(reads) <= 4 else []
    return notes


def _maker(found: Inference, node: Node) -> Node | None:
    """The layer that made the last axis of the input of a layer."""
    for producer, output in found.producers(node):
        applied = found.applied[producer.index]
        shape = applied.outputs[output].shape if applied else None
        if shape and type(shape[-1]) is not int:
            return origins.maker(found, (producer.index, output, len(shape) - 1))
    return None


def _free(found: Inference, node: Node, refusal: Refusal) -> list[str]:
    """Where the sizes come from that are not fixed."""
    notes = []
    if refusal.code == "SC308" and (made := _maker(found, node)) is not None and made.inputs:
        shapes = [shape_text(spec.shape or ()) for spec in given(found, made)]
        notes.append(f"`{made.name}` makes {dims.text(refusal.facts['dim'])} out of {listing(shapes)}")
    for declarer, names in origins.free(found, _sizes(refusal)):
        notes.append(f"{listing(names)} {'is' if len(names) == 1 else 'are'} None in the shape of `{declarer}`")
    return notes


def _hints(found: Inference, node: Node, refusal: Refusal) -> list[str]:
    """What to do, where the model around the refusal tells."""
    if refusal.code == "SC112":
        kind = layers.find(node.spec.kind)
        parameter = kind.parameters.get(refusal.param or "") if kind else None
        return [f"`{refusal.param}` is {parameter.reader.expected}"] if parameter else []
    if refusal.code == "SC302" and refusal.facts.get("rank") == 2:
        for producer, _ in found.producers(node):
            if getattr(found.layers[producer.index], "return_sequences", None) is False:
                return [f"`return_sequences: true` on `{producer.name}` gives it a sequence"]
    if refusal.code == "SC307":
        return _pooled(found, node)
    if refusal.code == "SC308":
        made = _maker(found, node)
        owners = origins.free(found, _sizes(refusal))
        fix = [f"give {listing(names)} a size or a name in `{declarer}`" for declarer, names in owners]
        return fix + (_pooled(found, made) if made is not None and made.spec.kind == "Flatten" else [])
    return []


def _pooled(found: Inference, flatten: Node) -> list[str]:
    """A pooling that gives a fixed number of values, where Flatten does not."""
    shape = next((spec.shape for spec in given(found, flatten)), None) or ()
    kind = f"GlobalAveragePooling{len(shape) - 2}D"
    channels = shape[1 if found.channels_first else -1] if shape else None
    if layers.find(kind) is None or type(channels) is not int:
        return []
    return [f"or use {kind} in place of `{flatten.name}`: it gives (B, {channels}) at every size"]

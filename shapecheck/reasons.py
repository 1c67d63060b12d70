"""Why a layer refuses: from where the sizes come that clash, which layers lost rows, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from shapecheck import dims, layers, origins, places
from shapecheck.diagnostic import Label, Refusal
from shapecheck.graph import Node
from shapecheck.inference import Inference
from shapecheck.origins import given, sides
from shapecheck.source import Span
from shapecheck.words import listing, shape_text

MAX_WAY = 200  # layers on the way of a size that are looked at for what they leave out
MOST_READ = 4  # inputs whose shapes are shown
_QUIET = ("SC206", "SC212", "SC313", "SC402", "SC405")  # whose message says all that their inputs could


def label(found: Inference, node: Node, refusal: Refusal) -> str:
    """What stands under the carets: which size comes from which layer, as in `88 from up2, 89 from enc2`."""
    if refusal.code in ("SC307", "SC308"):
        names = origins.varying(_sizes(refusal))
        return f"{listing(names)} {'varies' if len(names) == 1 else 'vary'} between calls" if names else "a size is 0"
    if refusal.code == "SC402":
        return f"the mask comes from {made.name}" if (made := origins.mask_maker(found, node)) else ""
    if refusal.param is not None or refusal.code[2] not in "34":
        return ""
    if refusal.code == "SC405":
        masks = zip(found.producers(node), given(found, node), strict=False)
        return ", ".join(f"{shape_text(s.mask)} from {p.name}" for (p, _), s in masks if s.mask is not None)
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


def further(found: Inference, node: Node, refusal: Refusal) -> list[Label]:
    """Other places that belong to a refusal."""
    labels: list[tuple[Span | None, str]] = []
    other = refusal.facts.get("other")
    if isinstance(other, str) and (place := places.param_place(node.spec, other)):
        labels.append((place.span(True), "given here as well"))
    if refusal.code == "SC215" and node.owner != node.index:
        labels.append((places.kind_span(found.graph.nodes[node.owner].spec), "built here"))
    if refusal.code == "SC308" and (made := _maker(found, node)) is not None and made.inputs:
        labels.append((places.kind_span(made.spec), "makes this axis"))
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
                labels.append((places.kind_span(maker.spec), f"drops {ends} of {dims.text(size)}"))
    return labels


def notes(found: Inference, node: Node, refusal: Refusal) -> list[str]:
    """Why: how the sizes came about that a refusal speaks of, or else what the layer reads."""
    if refusal.code == "SC205":
        declared = [f"`{name}`" for name in refusal.facts["declared"] if name != "B"]
        return [f"the inputs declare {listing(declared)}"] if declared else []
    if refusal.code in ("SC307", "SC308"):
        return _free(found, node, refusal)
    if ways := _ways(found, node, refusal):
        return list(map(str, ways))
    specs, producers = given(found, node), found.producers(node)
    if not _is_about_inputs(refusal) or len(specs) > MOST_READ or label(found, node, refusal).startswith("("):
        return []
    reads = [f"`{p.name}` {shape_text(s.shape or ())}" for (p, _), s in zip(producers, specs, strict=False)]
    return [f"it reads {listing(reads)}"] if reads else []


def flows(found: Inference, node: Node, refusal: Refusal) -> list[tuple[Label, ...]]:
    """The places that the notes lead through: where each of the sizes was given, and each layer that changed it."""
    shown = []
    for way in _ways(found, node, refusal):
        steps = [(maker, f"{way.letter}: {maker.name} {dims.text(size)}") for maker, size in way.steps]
        shown.append(tuple(Label(span, text) for maker, text in steps if (span := places.kind_span(maker.spec))))
    return [flow for flow in shown if flow]


def _ways(found: Inference, node: Node, refusal: Refusal) -> list[origins.Way]:
    """How the sizes came about that a refusal speaks of; one that is the beginning of another is left out."""
    specs, producers = given(found, node), found.producers(node)
    spots = [side[1:] for side in sides(found, node, refusal)]
    if len(specs) == 1 and refusal.axis is not None and "size" in refusal.facts:
        spots.append((producers[0][0].index, producers[0][1], refusal.axis))
    ways = {str(way): way for spot in spots if (way := origins.way_to(found, spot))}
    return [way for said, way in ways.items() if not any(f"{said} ->" in other for other in ways)]


def _is_about_inputs(refusal: Refusal) -> bool:
    """Whether the shapes of the inputs help to understand a refusal that does not show them itself."""
    if refusal.code in _QUIET:
        return False
    return refusal.param is None or (refusal.code[2] in "34" and refusal.code not in ("SC305", "SC311"))


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


def hints(found: Inference, node: Node, refusal: Refusal) -> list[str]:
    """What to do, where the model around the refusal tells."""
    if refusal.code == "SC112":
        kind = layers.find(node.spec.kind)
        parameter = kind.parameters.get(refusal.param or "") if kind else None
        return [f"`{refusal.param}` is {parameter.reader.expected}"] if parameter else []
    if refusal.code == "SC211" and refusal.param != "shape":
        return [f"leave `{refusal.param}` out: only the first layer of a model without an Input needs it"]
    if refusal.code == "SC306":
        return _looks_channels_first(found, node)
    if refusal.code == "SC307":
        return _pooled(found, node)
    if refusal.code == "SC308":
        made = _maker(found, node)
        return _pooled(found, made) if made is not None and made.spec.kind == "Flatten" else []
    return []


def _pooled(found: Inference, flatten: Node) -> list[str]:
    """A pooling that gives a fixed number of values, where Flatten does not."""
    shape = next((spec.shape for spec in given(found, flatten)), None) or ()
    kind = f"GlobalAveragePooling{len(shape) - 2}D"
    channels = shape[1 if found.channels_first else -1] if shape else None
    if layers.find(kind) is None or type(channels) is not int:
        return []
    return [f"{kind} in place of `{flatten.name}` gives (B, {channels}) at every size"]


def _looks_channels_first(found: Inference, node: Node) -> list[str]:
    """An image of 1 to 4 rows and many channels is one whose channels come first."""
    specs = given(found, node)
    shape = specs[0].shape if len(specs) == 1 and specs[0].shape else ()
    image = found.producers(node)[0][0].spec.kind == "InputLayer" if specs else False
    if not image or len(shape) != 4 or getattr(found.layers[node.index], "data_format", "") != "channels_last":
        return []
    rows, channels = shape[1], shape[3]
    if isinstance(rows, int) and rows <= 4 and isinstance(channels, int) and channels > 2 * rows:
        return [f"{shape_text(shape)} looks like channels first: `data_format: channels_first` reads it so"]
    return []

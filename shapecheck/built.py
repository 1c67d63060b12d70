"""What a file says its layers were built for, held against what they get.

Keras builds a layer for the shapes under its `build_config` when it loads a file, whatever it is called on then; so a
file that was edited loads wrong, or not at all. Inference does without these shapes.
"""

from __future__ import annotations

from typing import Any

from shapecheck import codes, dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.graph import Node, edges_of
from shapecheck.inference import Inference
from shapecheck.source import Place
from shapecheck.words import shape_text


def contradiction(found: Inference) -> Diagnostic | None:
    """The first layer that was built for other sizes than it gets, with the number of the others."""
    wrong: list[tuple[Node, Any, Any]] = []
    for node in found.graph.nodes:
        if node.spec.built is not None and node.owner == node.index:
            pair = _differing(found, node)
            if pair is not None:
                wrong.append((node, *pair))
    if not wrong:
        return None
    node, saved, got = wrong[0]
    place = node.spec.kind_place
    span = Place(place.document, place.path[:-1]).at("build_config", "input_shape").span() if place else None
    facts = {"layer": node.name, "saved": shape_text(saved), "got": shape_text(got)}
    many = len(wrong) - 1
    notes = [f"so it is with {many} more layer{'s' * (many != 1)}"] if many else []
    help = ["Keras would build it for the sizes that were saved: remove the `build_config` of what was edited"]
    return Diagnostic("SC147", codes.message("SC147", facts), severity="warning", layer=node.name, span=span,
                      notes=notes, help=help, facts=facts)  # fmt: skip


def _differ(saved: int | None, now: dims.Dim) -> bool:
    return saved is not None and dims.same(saved, now) is False


def _differing(found: Inference, node: Node) -> tuple[Any, Any] | None:
    """A shape that was saved and the one that comes in its place, where no size makes them the same."""
    saved = node.spec.built
    if not isinstance(saved, list) or not saved:
        return None
    several = saved if isinstance(saved[0], list) else [saved]
    edges = edges_of(node)
    if len(several) != len(edges):
        return None
    for before, edge in zip(several, edges, strict=True):
        applied = found.applied[edge.node]
        output = edge.output or 0
        known = applied is not None and 0 <= output < len(applied.outputs)
        now = applied.outputs[output].shape if applied is not None and known else None
        if now is None or not isinstance(before, list):
            continue
        sizes = [size if type(size) is int else None for size in before]
        if len(sizes) != len(now) or any(map(_differ, sizes, now)):
            return tuple(sizes), now
    return None

"""Which words of a definition a refusal is about."""

from __future__ import annotations

from typing import Any

from shapecheck.diagnostic import Refusal
from shapecheck.findings import dotted, kind_place
from shapecheck.graph import Node
from shapecheck.source import Place, Span
from shapecheck.spec import LayerSpec
from shapecheck.wiring import refs_of

GRAPH = "<graph>"
"""What a graph of tensors is shown as; its list of layers is not what the user wrote."""


def at_fault(node: Node, refusal: Refusal) -> Span | None:
    """The words that a refusal is about: those of a parameter, of what the layer reads, or else its kind."""
    spec = node.spec
    if refusal.param is not None:
        return param_span(spec, refusal, refusal.param)
    inputs = spec.inputs_place
    if spec.inputs is None or inputs is None:
        return kind_span(spec)
    if refusal.code == "SC212":
        return inputs.at(str(refusal.facts.get("name"))).span(True)
    if refusal.code == "SC206":
        asked = (ref.place for ref in refs_of(spec.inputs) if f"{ref.name}[{ref.output}]" == refusal.facts.get("ref"))
        inputs = next((place for place in asked if place is not None), inputs)
    return inputs.span()


def path_of(node: Node, refusal: Refusal) -> str:
    """Where it is in a definition in Python, of which no words can be shown: `at layers[2].Dense.units`."""
    place = node.spec.place or node.spec.kind_place
    if place is None or not place.path or place.document.source.path == GRAPH:
        return ""
    inner = (refusal.param,) if refusal.param is not None and refusal.param in node.spec.config else ()
    return f"at {dotted(place.at(*inner).path)}"


def kind_span(spec: LayerSpec) -> Span | None:
    """Where the word stands that names the kind of a layer."""
    place, at_key = kind_place(spec)
    return place.span(at_key) if place else None


def param_place(spec: LayerSpec, param: str) -> Place | None:
    """Where the value of a parameter stands; a scalar or a list instead of a map is that of the first parameter.

    That of an operation may stand among the arguments of its call.
    """
    if spec.place is None or param not in spec.config:
        return None
    place = spec.place.at(spec.written.get(param, param))
    if spec.place.document.span(place.path) is not None:
        return place
    return spec.inputs_place if spec.kind.startswith("ops.") else spec.place


def param_span(spec: LayerSpec, refusal: Refusal, param: str) -> Span | None:
    """The words of a parameter that a refusal is about: its value, an item or a setting in it, or its name."""
    place = param_place(spec, param)
    if place is None:
        return kind_span(spec)
    if path := refusal.facts.get("path"):  # into a layer inside this one
        return place.at(*path).span(refusal.code in ("SC111", "SC118")) or place.span()
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

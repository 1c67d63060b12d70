"""Edits of a graph, applied to a copy: a parameter set, an input rewired, a layer put in front of an input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shapecheck.graph import Edge, Graph, Node
from shapecheck.spec import LayerSpec


class Set(NamedTuple):
    """Parameters of the layer of a node, set to other values."""

    node: int
    values: Mapping[str, Any]


class Rewire(NamedTuple):
    """An input of a node, read from elsewhere."""

    node: int
    old: Edge
    new: Edge


class Insert(NamedTuple):
    """A new layer between a node and one of its inputs."""

    node: int
    edge: Edge
    kind: str
    config: Mapping[str, Any]


Edit = Set | Rewire | Insert


def edited(graph: Graph, edits: tuple[Edit, ...]) -> Graph:
    """A copy of a graph with the edits made; nodes that no edit touches are shared."""
    copy = Graph(graph.spec)
    copy.inputs, copy.outputs, copy.nodes = list(graph.inputs), list(graph.outputs), list(graph.nodes)
    for edit in edits:
        if isinstance(edit, Set):
            node = copy.nodes[edit.node]
            copy.nodes[edit.node] = _node(node, spec=_spec(node.spec, {**node.spec.config, **edit.values}))
        elif isinstance(edit, Rewire):
            _read(copy, edit.node, edit.old, edit.new)
    inserted = [edit for edit in edits if isinstance(edit, Insert)]
    for edit in sorted(inserted, key=lambda edit: -edit.node):  # from the back, so that the numbers before stay
        _insert(copy, edit)
    return copy


def _spec(spec: LayerSpec, config: Mapping[str, Any]) -> LayerSpec:
    return spec.but(config=config)


def _node(node: Node, **changes: Any) -> Node:
    copy = Node(node.index, node.name, node.spec)
    for slot in Node.__slots__:
        setattr(copy, slot, changes.get(slot, getattr(node, slot)))
    return copy


def _read(graph: Graph, index: int, old: Edge, new: Edge) -> None:
    node = graph.nodes[index]
    if isinstance(node.inputs, dict):
        inputs: Any = {role: new if edge == old else edge for role, edge in node.inputs.items()}
    else:
        inputs = [new if edge == old else edge for edge in node.inputs]
    graph.nodes[index] = _node(node, inputs=inputs)


def _insert(graph: Graph, edit: Insert) -> None:
    """Put a layer before node `edit.node`, and let that node read it instead of `edit.edge`."""
    at = edit.node

    def moved(edge: Any) -> Any:
        if isinstance(edge, list):
            return [moved(item) for item in edge]
        return edge._replace(node=edge.node + 1) if edge.node >= at else edge

    fresh = Node(at, f"{edit.kind} before {graph.nodes[at].name}", LayerSpec(edit.kind, edit.config))
    fresh.inputs = [edit.edge]
    later = []
    for node in graph.nodes[at:]:
        inputs: Any = node.inputs
        inputs = {r: moved(e) for r, e in inputs.items()} if isinstance(inputs, dict) else [moved(e) for e in inputs]
        owner = node.owner + 1 if node.owner >= at else node.owner
        later.append(_node(node, index=node.index + 1, owner=owner, inputs=inputs))
    graph.nodes[at:] = [fresh, *later]
    _read(graph, at + 1, edit.edge, Edge(at, 0))
    graph.inputs = [index + 1 if index >= at else index for index in graph.inputs]
    graph.outputs = [moved(edge) for edge in graph.outputs]

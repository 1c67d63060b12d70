"""ModelSpec -> Graph: names, order, and what is wrong with the wiring."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from shapecheck import layers, rings
from shapecheck.calls import Call, Link, outermost
from shapecheck.diagnostic import Diagnostic, Label
from shapecheck.findings import Context, kind_place, related
from shapecheck.inline import Inliner
from shapecheck.source import Place
from shapecheck.spec import LayerSpec, ModelSpec

SHOWN = 6  # layers of a ring, or of a branch, that a message names


class Edge(NamedTuple):
    """Output `output` of node number `node`; `output` None where a node gives its outputs as a list to one reader."""

    node: int
    output: int | None = None


class Node:
    """One call of a layer. Calls of the same layer have the same `owner`, the index of its first call.

    `inputs` holds edges in order, or by call argument; a node whose wiring is broken is `broken`, and silent. `within`
    is the call of a model that wrote it out, by number, 0 for none; it `enters` where it is an Input of that model.
    """

    __slots__ = ("broken", "enters", "index", "inputs", "listed", "name", "owner", "spec", "within")

    def __init__(self, index: int, name: str, spec: LayerSpec) -> None:
        self.index = index
        self.name = name
        self.spec = spec
        self.owner = index
        self.inputs: list[Edge] | dict[str, Any] = []
        self.listed = False
        self.broken = False
        self.within = 0
        self.enters = False

    def __repr__(self) -> str:
        return f"<Node {self.index} {self.name}: {self.spec.kind}>"


class ModelCall(NamedTuple):
    """One call of a model, which the graph has written out: `nodes` are those of its layers.

    `owner` is the name of the first call of that model.
    """

    name: str
    owner: str
    spec: LayerSpec
    outputs: list[Edge]
    nodes: list[int]


class Graph:
    """The calls of a model in the order of their wiring: every node comes after the nodes that it reads."""

    __slots__ = ("findings", "inputs", "models", "nodes", "outputs", "spec")

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.nodes: list[Node] = []
        self.inputs: list[int] = []
        self.outputs: list[Edge] = []
        self.models: list[ModelCall] = []
        self.findings: list[Diagnostic] = []


def build(spec: ModelSpec) -> Graph:
    """Name and wire the layers of a definition; what is wrong with the wiring is in `.findings`.

    Models that are called are written out in place, their layers under the name of the call. A layer that reads what
    does not exist, that is on a ring, or whose kind is not known, is broken; everything else is wired. Never raises.
    """
    graph = Graph(spec)
    context = Context(spec, graph.findings)
    inliner = Inliner(context)
    if spec.generation == 2:
        _renew(spec)
    with layers.also(spec.kinds):
        inliner.run()
    if inliner.full:
        return graph
    if not inliner.calls:
        if not any(found.severity == "error" for found in spec.findings):
            context.say("SC209", spec.place, what="layers")
        return graph
    calls = inliner.calls
    reads = [_sources(call) for call in calls]
    order = rings.order(reads)
    if len(order) < len(calls):
        _report_rings(context, calls, reads)
        reads = [_sources(call) for call in calls]
        order = rings.order(reads)
    place = _arrange(graph, calls, order)
    graph.inputs = [place[number] for number in inliner.inputs]
    graph.outputs = [Edge(place[number], output) for number, output in inliner.outputs]
    for instance, owner, item in inliner.called():
        ends = [Edge(place[number], output) for number, output in instance.outputs]
        inside = place[instance.start : instance.end]
        graph.models.append(ModelCall(instance.prefix[:-1], owner, item, ends, inside))
    if not any(found.severity == "error" for found in (*graph.findings, *spec.findings)):
        _report_unreachable(context, graph, [calls[number] for number in order])
    return graph


def _renew(spec: ModelSpec) -> None:
    """Put the layers of a definition of Keras 2 into the names of today."""
    from shapecheck import legacy

    for model in (spec, *spec.models.values()):
        for item in model.layers:
            if item.kind and item.again is None and item.model is None and item.kind not in spec.custom:
                item.kind, item.config, written = legacy.today(item.kind, item.config)
                item.written = {**item.written, **written}


def _sources(call: Call) -> list[int]:
    """The calls that a call reads, by number."""
    if call.broken:
        return []
    if call.by_role is None:
        return [number for number, _ in call.links]
    several = (item if isinstance(item, list) else [item] for item in call.by_role.values())
    return [number for item in several for number, _ in item]


def _arrange(graph: Graph, calls: Sequence[Call], order: Sequence[int]) -> list[int]:
    """Make the nodes in wiring order; the index of each call's node."""
    place = [0] * len(calls)
    owners: dict[tuple[int, int], int] = {}
    instances: dict[int, int] = {}
    for index, number in enumerate(order):
        place[number] = index
        call = calls[number]
        node = Node(index, call.name, call.item)
        node.owner = owners.setdefault(call.key, index)
        node.listed = call.listed
        node.broken = call.broken
        if call.instance.caller is not None:
            node.within = instances.setdefault(id(call.instance), len(instances) + 1)
            node.enters = call in call.instance.feeds.values() and call.item.kind == "Identity"
        if call.broken:
            pass
        elif call.by_role is None:
            node.inputs = [Edge(place[source], output) for source, output in call.links]
        else:
            node.inputs = {role: _edges(item, place) for role, item in call.by_role.items()}
        graph.nodes.append(node)
    return place


def _edges(item: list[Link] | Link, place: Sequence[int]) -> list[Edge] | Edge:
    if isinstance(item, list):
        return [Edge(place[number], output) for number, output in item]
    return Edge(place[item[0]], item[1])


# What is wrong -----------------------------------------------------------------------------------------------------


def _report_rings(context: Context, calls: Sequence[Call], reads: rings.Reads) -> None:
    """A finding for each set of layers that wait for one another; they are broken, so that the rest has an order."""
    for knot in rings.knots(reads):
        ring = rings.ring(knot, reads)
        way = [calls[number].name for number in ring]
        labels = [
            label
            for source, number in pairwise(ring[:SHOWN])
            if number != ring[0]
            for label in _reading_label(calls[number].item, f"reads `{calls[source].name}`")
        ]
        name, last = way[0], way[-2]
        if len(way) > SHOWN + 1:
            way = [*way[: SHOWN - 2], "...", *way[-2:]]
        notes = [" -> ".join(way)] if len(way) > 2 else []
        if len(knot) > SHOWN:
            notes.append(f"{len(knot):,} layers depend on one another")
        item = calls[knot[0]].item
        label = f"reads `{last}`" if last != name else "reads itself"
        place, at_key = _reading_place(item)
        context.say("SC203", place, item, at_key=at_key, layer=name, name=name, label=label, notes=notes, labels=labels)
        for number in knot:
            calls[number].broken = True


def _reading_place(item: LayerSpec) -> tuple[Place | None, bool]:
    """Where a layer says what it reads, or else the word that names it, and whether that is a key."""
    return (item.inputs_place, False) if item.place and item.inputs is not None else kind_place(item)


def _reading_label(item: LayerSpec, text: str) -> list[Label]:
    place, at_key = _reading_place(item)
    return related(place, text, at_key)


def _report_unreachable(context: Context, graph: Graph, calls: Sequence[Call]) -> None:
    """A warning for each layer that nobody reads and that is no output, and for each Input that leads nowhere."""
    reached = bytearray(len(graph.nodes))
    read = bytearray(len(graph.nodes))
    for edge in graph.outputs:
        reached[edge.node] = 1
    for node in reversed(graph.nodes):
        for edge in edges_of(node):
            read[edge.node] = 1
            if reached[node.index]:
                reached[edge.node] = 1
    for node, call in zip(graph.nodes, calls, strict=True):
        if reached[node.index] or read[node.index]:
            continue
        name, item = outermost(call)
        chain = [other for other in _only_for(graph, node, reached) if not other.startswith(f"{name}/")]
        notes = [f"nor does what only it reads: {', '.join(f'`{other}`' for other in chain)}"] if chain else []
        place, at_key = kind_place(item)
        context.say("SC204", place, item, at_key=at_key, layer=name, name=name, notes=notes)


def _only_for(graph: Graph, node: Node, reached: bytearray) -> list[str]:
    """The last few layers before a dead end that lead nowhere either."""
    names: list[str] = []
    while len(names) < SHOWN:
        before = next((edge.node for edge in edges_of(node) if not reached[edge.node]), None)
        if before is None:
            break
        node = graph.nodes[before]
        names.append(node.name)
    return names


def edges_of(node: Node) -> list[Edge]:
    """The edges of a node, whatever the structure of its inputs."""
    if isinstance(node.inputs, list):
        return node.inputs
    return [edge for item in node.inputs.values() for edge in (item if isinstance(item, list) else [item])]

"""ModelSpec -> Graph: names, order, and what is wrong with the wiring."""

from __future__ import annotations

from typing import Any, NamedTuple

from shapecheck.diagnostic import Diagnostic
from shapecheck.spec import LayerSpec, ModelSpec


class Edge(NamedTuple):
    """Output `output` of node number `node`; `output` None where a node gives its outputs as a list to one reader."""

    node: int
    output: int | None = None


class Node:
    """One call of a layer. Calls of the same layer have the same `owner`, the index of its first call.

    `inputs` holds edges in order, or by call argument; a node whose wiring is broken is `broken`, and silent.
    """

    __slots__ = ("broken", "index", "inputs", "listed", "name", "owner", "spec")

    def __init__(self, index: int, name: str, spec: LayerSpec) -> None:
        self.index = index
        self.name = name
        self.spec = spec
        self.owner = index
        self.inputs: list[Edge] | dict[str, Any] = []
        self.listed = False
        self.broken = False

    def __repr__(self) -> str:
        return f"<Node {self.index} {self.name}: {self.spec.kind}>"


class Graph:
    """The calls of a model in the order of their wiring: every node comes after the nodes that it reads."""

    __slots__ = ("findings", "inputs", "nodes", "outputs", "spec")

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.nodes: list[Node] = []
        self.inputs: list[int] = []
        self.outputs: list[Edge] = []
        self.findings: list[Diagnostic] = []

"""What was inferred of a graph, as data: the layers, the outcomes of their calls, what is owed and what was found."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shapecheck import axes, dims, layers, modes
from shapecheck.apply import Applied
from shapecheck.contract import Layer
from shapecheck.diagnostic import Diagnostic, Refusal
from shapecheck.graph import Edge, Graph, Node
from shapecheck.making import make
from shapecheck.need import Obligation, Shape

UNREAD = ("SC107", "SC117", "SC131", "SC806", "SC807")
"""What a reader says of a value of which it then leaves nothing."""


class Inference:
    """For each node its layer and its outcome, None where it failed. `at` fixes the sizes of some symbols."""

    __slots__ = (
        "_said",
        "_unread",
        "applied",
        "findings",
        "fixed",
        "graph",
        "input_shapes",
        "layers",
        "local",
        "obligations",
        "semantics",
        "symbols",
    )

    def __init__(self, graph: Graph, at: Mapping[str, int]) -> None:
        self.graph = graph
        self.semantics = modes.MODES[graph.spec.generation]
        self.layers: list[Layer | None] = []
        self.applied: list[Applied | None] = []
        self.obligations: list[Obligation] = []
        self.findings: list[Diagnostic] = []
        self._said: set[Any] = set()
        self._unread: list[tuple[int, int]] | None = None
        self.symbols: dict[str, dims.Dim] = {"B": dims.symbol("B", varies=True)}
        """Every symbol that an input declares, and what it stands for: itself, or the size set by `at`."""
        self.local: dict[int, dict[str, dims.Dim]] = {}
        """For a call of a model, by its number, what the names in its Inputs stand for."""
        self.input_shapes: dict[int, Shape | Refusal] = {}
        self.fixed = False
        self._declare(at)

    @property
    def channels_first(self) -> bool:
        return self.graph.spec.data_format == "channels_first"

    def is_news(self, finding: Diagnostic, node: Node) -> bool:
        """Whether what is wrong was not said already: of another use of the same template, or by the reader."""
        span, spec = finding.span, node.spec
        if span is None:
            return True
        if spec.trail:
            key = finding.code, span[1:], finding.message.replace(f"`{node.name}`", "")
            if key in self._said:
                return False
            self._said.add(key)
        if finding.code == "SC112" and not spec.config and spec.place is not None:
            span = spec.place.span() or span
        if self._unread is None:
            spans = (other.span for other in self.graph.spec.findings if other.code in UNREAD)
            self._unread = sorted((other.line, other.column) for other in spans if other is not None)
        at = bisect_left(self._unread, (span.line, span.column))
        return at == len(self._unread) or self._unread[at] >= (span.end_line, span.end_column)

    def names(self, node: Node) -> Mapping[str, dims.Dim]:
        """What every name in the parameters of a node may stand for."""
        local = self.local.get(node.within)
        return {**self.symbols, **local} if local else self.symbols

    def bind(self, node: Node, declared: Sequence[Any], actual: Sequence[Any]) -> list[Any]:
        """Let the names in an Input of a model stand for the sizes of what it is called on, each for the first.

        What the declared sizes are now; None where that is not known, as for a name that stands only in a formula.
        """
        local = self.local.setdefault(node.within, {})
        for a, b in zip(declared, actual, strict=True):
            for symbol in dims.symbols_of(a) if isinstance(a, dims.Expr) else ():
                if a == dims.symbol(symbol.name):
                    local.setdefault(symbol.name, a if b is dims.UNKNOWN else b)
        known = self.names(node) if node.within else local
        return [
            None if isinstance(a, dims.Expr) and any(symbol.name not in known for symbol in dims.symbols_of(a))
            else dims.substitute(a, known)
            for a in declared
        ]  # fmt: skip

    def producers(self, node: Node) -> list[tuple[Node, int]]:
        """The nodes that a node reads, and which of their outputs."""
        return [(self.graph.nodes[edge.node], edge.output or 0) for edge in edges_of(node)]

    def _declare(self, at: Mapping[str, int]) -> None:
        """Read the shapes of the inputs; give every None a readable name that no other size has."""
        self.symbols |= {name: dims.symbol(name) for name in self.graph.spec.free}
        written: dict[int, tuple[Any, ...]] = {}
        named: dict[str, int] = {}
        for node in self.graph.nodes:
            if node.spec.kind in ("InputLayer", "Input") and not node.broken:
                layer, refusals = make(layers.found("InputLayer"), node.spec.config, self.semantics)
                if refusals:
                    continue
                shape: Any = layer.shape()  # type: ignore[call-arg]
                written[node.index] = shape
                for axis, size in enumerate(shape):
                    if isinstance(size, dims.Expr):
                        named |= {symbol.name: 2 for symbol in dims.symbols_of(size)}
                    elif size is None and axis > 0:
                        name = self._letter(axis, len(shape))
                        named[name] = named.get(name, 0) + 1
        for index, shape in written.items():
            self.input_shapes[index] = self._named(self.graph.nodes[index], shape, named)
        for name, size in at.items():
            if name in self.symbols:
                self.symbols[name] = size
                self.fixed = True
        if self.fixed:
            for index, known in self.input_shapes.items():
                if not isinstance(known, Refusal):
                    self.input_shapes[index] = tuple(dims.substitute(size, self.symbols) for size in known)

    def _letter(self, axis: int, rank: int) -> str:
        return axes.letter(axis, rank, self.channels_first)

    def _named(self, node: Node, written: tuple[Any, ...], named: Mapping[str, int]) -> Shape | Refusal:
        """The shape of an Input with a symbol for every None."""
        if len(written) == 1 and not self.semantics.scalar_inputs:
            return Refusal("SC114", "shape", expected="a list of at least one size", given="()")
        shape: list[dims.Dim] = []
        for axis, size in enumerate(written):
            if size is None and axis > 0:
                letter = self._letter(axis, len(written))
                clear = named[letter] == 1 and letter != "B"
                name = letter if clear else f"{letter}_{identifier(node.name)}"
                size = self.symbols[name] = dims.symbol(name, varies=True)
            elif size is None:
                size = self.symbols["B"]
            elif isinstance(size, dims.Expr):
                for symbol in dims.symbols_of(size):
                    if symbol.name == "B" and axis > 0:
                        whole = "batch_shape" if "batch_shape" in node.spec.config else ""
                        item = axis if whole else axis - 1
                        return Refusal("SC214", whole or "shape", item=item, name="B", what="the batch")
                    self.symbols.setdefault(symbol.name, dims.symbol(symbol.name))
                size = dims.substitute(size, self.symbols)
            shape.append(size)
        return tuple(shape)


def identifier(name: str) -> str:
    """A layer's name as part of a symbol."""
    return "".join(c if c.isalnum() or c == "_" else "_" for c in name)


def edges_of(node: Node) -> Iterator[Edge]:
    """The edges of a node, whatever the structure of its inputs."""
    given: Any = node.inputs.values() if isinstance(node.inputs, dict) else node.inputs
    for item in given:
        if isinstance(item, list):
            yield from item
        else:
            yield item

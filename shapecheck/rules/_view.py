"""What a rule sees: a model read only, each call with its layer, its shapes and its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from shapecheck import codes, explain, places
from shapecheck.contract import Layer, TensorSpec
from shapecheck.diagnostic import Diagnostic, Label, Refusal
from shapecheck.dims import Dim
from shapecheck.findings import uses
from shapecheck.graph import Edge, Node, edges_of
from shapecheck.inference import Inference
from shapecheck.origins import given
from shapecheck.source import Span

Shape = tuple[Dim, ...]


class Rule:
    """One silent bug. The docstring of a rule states its law: when it speaks, and why that is always true.

    `kinds` are the layers at whose calls it looks; a rule without any looks at the model once. `options` are the
    limits that a user may set, with their defaults. A rule speaks only of what it can show, and not at all where a
    finding of the rule `unless` is the cause of what it would say.
    """

    code: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[Mapping[str, Any]] = {}
    unless: ClassVar[str] = ""

    def check(self, call: Call) -> Iterator[Diagnostic]:
        """The findings at one call of one of the `kinds`."""
        yield from ()

    def check_model(self, model: Model) -> Iterator[Diagnostic]:
        """The findings of a rule without `kinds`."""
        yield from ()


class Model:
    """An inference as rules see it; what several of them ask is worked out once, and all of it is linear."""

    __slots__ = ("_calls", "_memo", "_outputs", "_readers", "budget", "found", "options", "shared")

    def __init__(self, found: Inference, options: Mapping[str, Any]) -> None:
        self.found = found
        self.options = options
        self.budget = 5_000
        """How many layers may still be inferred to verify what a help proposes."""
        self._calls: dict[int, Call] = {}
        self._memo: dict[str, Any] = {}
        self._readers: list[list[int]] | None = None
        self._outputs = {edge.node for edge in found.graph.outputs}
        self.shared = {node.owner for node in found.graph.nodes if node.owner != node.index}
        """The first calls of layers that are called again."""

    def call(self, index: int) -> Call:
        """The call of node number `index`."""
        made = self._calls.get(index)
        if made is None:
            made = self._calls[index] = Call(self, self.found.graph.nodes[index])
        return made

    @property
    def calls(self) -> Iterator[Call]:
        """Every call that was inferred, in the order of the wiring."""
        for index, applied in enumerate(self.found.applied):
            if applied is not None:
                yield self.call(index)

    def readers(self, index: int) -> Sequence[int]:
        """The nodes that read a node, once for each edge."""
        if self._readers is None:
            self._readers = [[] for _ in self.found.graph.nodes]
            for node in self.found.graph.nodes:
                for edge in edges_of(node):
                    self._readers[edge.node].append(node.index)
        return self._readers[index]

    def is_output(self, index: int) -> bool:
        return index in self._outputs

    def finding(self, code: str, span: Span | None, label: str = "", **facts: Any) -> Diagnostic:
        """A finding about words of the definition that are no layer's own."""
        entry = codes.CODES[code]
        return Diagnostic(
            code, codes.message(code, facts), severity=entry.severity, span=span, label=label,
            help=[entry.advice] if entry.advice else [], facts=facts,
        )  # fmt: skip

    def memo(self, rule: Rule, work_out: Callable[[Model], Any]) -> Any:
        """What a rule asks of the whole model, worked out once."""
        if rule.code not in self._memo:
            self._memo[rule.code] = work_out(self)
        return self._memo[rule.code]

    def survives(self, *edits: Any) -> bool:
        """Whether the model has no error that it does not have already, once these edits of the graph are made."""
        from shapecheck import fixes, requirements
        from shapecheck.fixes.editing import edited
        from shapecheck.infer import infer

        self.budget -= len(self.found.graph.nodes)
        if self.budget < 0:
            return False
        fixed = {name: size for name, size in self.found.symbols.items() if isinstance(size, int)}
        after = infer(edited(self.found.graph, edits), fixed)
        return fixes.errors(after.findings) <= fixes.errors(self.found.findings) and (
            not after.obligations or requirements.of(after).empty is None
        )


class Call:
    """One call of a layer that was inferred, or, as a neighbour, one that was not: then `layer` is None."""

    __slots__ = ("_inputs", "kind", "layer", "model", "node")

    def __init__(self, model: Model, node: Node) -> None:
        self.model = model
        self.node = node
        self.layer: Any = model.found.layers[node.index] if model.found.applied[node.index] is not None else None
        self.kind: str = self.layer.kind if self.layer is not None else node.spec.kind
        self._inputs: list[TensorSpec] | None = None

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def written(self) -> Mapping[str, Any]:
        """The parameters as they stand in the text, the name among them; empty where there is no text."""
        value: Any = None
        if self.node.spec.place is not None:
            document, path = self.node.spec.place
            value = document.root
            for key in path:
                inside = isinstance(value, dict) if isinstance(key, str) else isinstance(value, list)
                value = value[key] if inside else None
        return value if isinstance(value, dict) else {}

    @property
    def weighs(self) -> bool:
        """Whether the layer has weights."""
        return self.layer is not None and type(self.layer).weights is not Layer.weights

    # Tensors -----------------------------------------------------------------------------------------------------

    @property
    def inputs(self) -> list[TensorSpec]:
        """What it reads, each tensor of known rank; empty where something is not known."""
        if self._inputs is None:
            specs = given(self.model.found, self.node)
            self._inputs = specs if all(spec.shape is not None for spec in specs) else []
        return self._inputs

    @property
    def outputs(self) -> Sequence[TensorSpec]:
        applied = self.model.found.applied[self.node.index]
        return applied.outputs if applied is not None else ()

    @property
    def x(self) -> Shape | None:
        """The shape of its only input."""
        inputs = self.inputs
        return inputs[0].shape if len(inputs) == 1 else None

    @property
    def y(self) -> Shape | None:
        """The shape of its only output."""
        outputs = self.outputs
        return outputs[0].shape if len(outputs) == 1 else None

    def role(self, name: str, position: int) -> tuple[Call, Shape] | None:
        """The call behind one of its inputs, by the name or by the place of the argument, and the shape of it."""
        inputs: Any = self.node.inputs
        edge: Any = (
            inputs.get(name) if isinstance(inputs, dict) else inputs[position] if position < len(inputs) else None
        )
        applied = self.model.found.applied[edge.node] if isinstance(edge, Edge) else None
        if applied is None:
            return None
        shape = applied.outputs[edge.output or 0].shape
        return (self.model.call(edge.node), shape) if shape is not None else None

    # Neighbours --------------------------------------------------------------------------------------------------

    @property
    def sources(self) -> list[Call]:
        """The calls that it reads."""
        return [self.model.call(edge.node) for edge in edges_of(self.node)]

    @property
    def source(self) -> Call | None:
        """The call that it reads, where it reads one tensor only."""
        edges = list(edges_of(self.node))
        return self.model.call(edges[0].node) if len(edges) == 1 else None

    @property
    def readers(self) -> list[Call]:
        return [self.model.call(index) for index in self.model.readers(self.node.index)]

    @property
    def reader(self) -> Call | None:
        """The call that reads it, where nobody else does and the model does not give it away."""
        readers = self.model.readers(self.node.index)
        return self.model.call(readers[0]) if len(readers) == 1 and not self.is_output else None

    @property
    def is_output(self) -> bool:
        return self.model.is_output(self.node.index)

    @property
    def called_again(self) -> bool:
        """Whether the layer is called more than once."""
        return self.node.owner != self.node.index or self.node.index in self.model.shared

    # Findings ----------------------------------------------------------------------------------------------------

    def mark(self, text: str, param: str | None = None) -> list[Label]:
        """A label at this layer, for a finding about another."""
        span = places.param_span(self.node.spec, Refusal("", param), param) if param else None
        span = span or places.kind_span(self.node.spec)
        return [Label(span, text)] if span else []

    def finding(
        self,
        code: str,
        param: str | None = None,
        *,
        label: str = "",
        labels: Iterable[Label] = (),
        notes: Iterable[str] = (),
        help: Iterable[str] = (),
        **facts: Any,
    ) -> Diagnostic:
        """A finding at this layer, or at the value of one of its parameters."""
        spec, refusal = self.node.spec, Refusal(code, param, **facts)
        message, advice = explain.worded(refusal, self.name)
        span = places.param_span(spec, refusal, param) if param else places.kind_span(spec)
        if param == "name" and spec.place is not None and "name" in self.written:
            span = spec.place.at("name").span()
        notes = [*notes]
        if span is None:
            notes = [*filter(None, [label, *notes, places.path_of(self.node, refusal)])]
        return Diagnostic(
            code,
            message,
            severity=codes.CODES[code].severity,
            layer=self.name,
            span=span,
            label=label,
            labels=[*labels, *uses(spec.trail)],
            notes=notes,
            help=[*help, *advice],
            facts=facts,
        )

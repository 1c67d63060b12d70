"""What was inferred, as a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from shapecheck import built, codes, explain, infer, settings
from shapecheck.contract import Layer, TensorSpec, call, call_arguments
from shapecheck.diagnostic import Diagnostic
from shapecheck.dims import Dim
from shapecheck.findings import dotted
from shapecheck.graph import Edge, Node, edges_of
from shapecheck.inference import Inference
from shapecheck.python_layers import count_params
from shapecheck.report import LayerReport, NamedShape, Report
from shapecheck.source import Document, Source
from shapecheck.spec import ModelSpec


def empty(source: Source, findings: list[Diagnostic]) -> Report:
    """A report of findings alone."""
    report = Report(source.path, source)
    report.diagnostics = findings
    report._write = _writer
    return report


def _writer(form: str, report: Report) -> str:
    from shapecheck import writers

    return writers.write(form, report)


def report_of(
    source: Source, spec: ModelSpec, found: Inference, options: Mapping[str, Any] | None = None
) -> Report:
    """The report of a definition that could be read; `options` are the limits of the lints."""
    from shapecheck import requirements

    report = empty(source, [])
    report.name = spec.name
    conditions = requirements.of(found)
    if found.findings:
        from shapecheck import fixes

        fixes.mend(found, found.findings)
    findings = [*spec.findings, *found.graph.findings, *found.findings, *requirements.judge(found, conditions)]
    findings.extend(_changed_default(found))
    if (stale := built.contradiction(found)) is not None:
        findings.append(stale)
    if spec.stored and not any(finding.severity == "error" for finding in findings):
        from shapecheck.weights_io import manifest

        findings.extend(manifest.judge(found, spec.stored))
    if not any(finding.severity == "error" for finding in (*spec.findings, *found.graph.findings)):
        from shapecheck import rules

        findings.extend(rules.lint(found, options))
    report.diagnostics = sorted(findings, key=_place)
    if spec.place is not None and report.diagnostics:
        _tell_paths(spec.place.document, report.diagnostics)
    report.truncated = max(0, len(found.findings) - explain.HINTED)
    report.requirements = conditions
    total: Dim = 0
    trained: Dim = 0
    known = True
    for node in found.graph.nodes:
        if node.owner == node.index:
            report.size += 1
            here, changed = _params(found, node)
            if here is None or changed is None:
                known = False
            elif here != 0:
                total, trained = total + here, trained + changed
    report._entries = lambda: _entries(found)
    report._called = lambda: _called(found)
    report.params, report.trainable_params = (total, trained) if known else (None, None)
    for index in found.graph.inputs:
        node = found.graph.nodes[index]
        report.inputs.append(NamedShape(node.name, _shape(found, index, 0)))
    for edge in found.graph.outputs:
        report.outputs.append(NamedShape(_ref(found, edge), _shape(found, edge.node, edge.output or 0)))
    report._graph = lambda: _networkx(found, report)
    return report


def _changed_default(found: Inference) -> Iterable[Diagnostic]:
    """A note where Keras's config file decided the data format of a layer."""
    if found.graph.spec.data_format is not None:
        return
    for layer in found.layers:
        if layer is not None and "data_format" in layer.parameters and layer.given.get("data_format") is None:
            path = settings.changed_by()
            if path:
                yield Diagnostic("SC702", codes.message("SC702", {"path": path}), severity="note", facts={"path": path})
            return


def _tell_paths(document: Document, findings: Iterable[Diagnostic]) -> None:
    """Name the path to what a finding is about, where the document is one in which people follow paths."""
    for found in findings:
        if found.span is not None and found.span.source is document.source:
            path = document.path_of(found.span)
            if path:
                found.notes = (*found.notes, f"at {dotted(path)}")


def _place(found: Diagnostic) -> tuple[int, int]:
    return (found.span.line, found.span.column) if found.span else (0, 0)


def _shape(found: Inference, index: int, output: int) -> Any:
    return _spec(found, index, output).shape


def _spec(found: Inference, index: int, output: int) -> TensorSpec:
    """What is known of an output of a node; nothing but its name where the node failed."""
    applied = found.applied[index]
    return applied.outputs[output] if applied and 0 <= output < len(applied.outputs) else TensorSpec(None)


def _entries(found: Inference) -> Iterator[tuple[str, LayerReport]]:
    for node in found.graph.nodes:
        yield found.graph.nodes[node.owner].name, _layer_report(found, node)


def _called(found: Inference) -> Iterator[tuple[str, LayerReport]]:
    """Each call of a model as if it were one layer, under the name of its first made."""
    for made in found.graph.models:
        members = [found.graph.nodes[index] for index in made.nodes]
        inside = set(made.nodes)
        inputs = {edge: None for node in members for edge in edges_of(node) if edge.node not in inside}
        owners = {node.owner: node for node in reversed(members)}.values()
        counts = [_params(found, node) for node in owners]
        weights = {
            f"{node.name.removeprefix(made.name + '/')}/{path}": weight.shape
            for node in reversed(owners) if (applied := found.applied[node.index]) is not None
            for path, weight in applied.weights.items()
        }  # fmt: skip
        outputs = [_spec(found, edge.node, edge.output or 0) for edge in made.outputs]
        yield made.owner, LayerReport(
            made.name,
            made.spec.kind,
            tuple(_ref(found, edge) for edge in inputs),
            tuple(spec.shape for spec in outputs),
            _sum(total for total, _ in counts),
            _sum(trained for _, trained in counts),
            weights,
            tuple(spec.dtype for spec in outputs),
            tuple(spec.mask for spec in outputs),
            _cost_of_all(found, members),
            made.spec.kind_place or made.spec.place,
        )


def _sum(values: Iterable[Dim | None]) -> Dim | None:
    """The sum, None where one of them is not known."""
    total: Dim = 0
    for value in values:
        if value is None:
            return None
        total = total + value
    return total


def _cost_of_all(found: Inference, nodes: Iterable[Node]) -> Callable[[], Dim | None]:
    def cost() -> Dim | None:
        layers = ((node, found.layers[node.index]) for node in nodes)
        return _sum(None if layer is None else _cost_of(found, node, layer)() for node, layer in layers)

    return cost


def _params(found: Inference, node: Node) -> tuple[Dim | None, Dim | None]:
    """The size of the weights of a call and of those that training changes; None where nothing is known."""
    applied, layer = found.applied[node.index], found.layers[node.index]
    if applied is None or layer is None or (applied.opaque and type(layer).weights is not Layer.weights):
        return None, None
    return count_params(applied, layer.trainable) if applied.weights else (0, 0)


def _layer_report(found: Inference, node: Node) -> LayerReport:
    applied, layer = found.applied[node.index], found.layers[node.index]
    inputs = tuple(_ref(found, edge) for edge in edges_of(node))
    place = node.spec.kind_place or node.spec.place
    if applied is None or layer is None:
        return LayerReport(node.name, node.spec.kind, inputs, (None,), None, None, {}, (), (None,), _nothing, place)
    total, trained = _params(found, node)
    return LayerReport(
        node.name,
        layer.kind,
        inputs,
        tuple(spec.shape for spec in applied.outputs),
        total,
        trained,
        {path: weight.shape for path, weight in applied.weights.items()},
        tuple(spec.dtype for spec in applied.outputs),
        tuple(spec.mask for spec in applied.outputs),
        _cost_of(found, node, layer),
        place,
    )


def _ref(found: Inference, edge: Edge) -> str:
    """What a node reads, as a definition refers to it: `x`, or `x[1]` where x has several outputs."""
    producer, applied = found.graph.nodes[edge.node], found.applied[edge.node]
    single = edge.output is None or applied is None or applied.single
    return producer.name if single else f"{producer.name}[{edge.output}]"


def _nothing() -> None:
    return None


def _cost_of(found: Inference, node: Node, layer: Layer) -> Callable[[], Dim | None]:
    def cost() -> Dim | None:
        applied = found.applied[node.index]
        if applied is None or applied.opaque:
            return None
        if type(layer).macs is Layer.macs:
            return 0
        specs = infer.input_specs(found, node)
        shapes: Any = {k: s.shape for k, s in specs.items()} if isinstance(specs, dict) else [s.shape for s in specs]
        outputs = [spec.shape for spec in applied.outputs]
        offers = {"y": outputs[0] if applied.single else outputs, "w": {k: w.shape for k, w in applied.weights.items()},
                  "keras": found.semantics, "listed": node.listed,
                  "call": call_arguments(type(layer), node.spec.call, found.semantics)}  # fmt: skip
        macs: Dim = call(layer.macs, shapes, offers)
        return macs

    return cost


def _networkx(found: Inference, report: Report) -> Any:
    import networkx as nx

    made = nx.MultiDiGraph(name=report.name or report.path)
    for node in found.graph.nodes:
        entry = report.layers[node.name]
        made.add_node(node.name, kind=entry.kind, output_shapes=entry.output_shapes, params=entry.params)
    for node in found.graph.nodes:
        for producer, output in found.producers(node):
            made.add_edge(producer.name, node.name, shape=_shape(found, producer.index, output), output=output)
    return made

"""check() and run(): the only orchestration. Text, file or Python in; a report or the numbers of a forward pass out."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from shapecheck import codes, dims, explain, graph, infer, need, readers
from shapecheck.contract import Layer, call
from shapecheck.diagnostic import Diagnostic, Refusal
from shapecheck.dims import Dim
from shapecheck.graph import Node
from shapecheck.inference import Inference
from shapecheck.library import Tensor, count_params
from shapecheck.report import LayerReport, NamedShape, Report, error_of
from shapecheck.source import Source
from shapecheck.spec import LayerSpec, ModelSpec
from shapecheck.words import near


def check(
    definition: Any = None,
    *,
    text: str | bytes | None = None,
    path: str | None = None,
    inputs: Any = None,
    outputs: Any = None,
    at: Mapping[str, int] | None = None,
    keras: int | None = None,
    data_format: str | None = None,
    allow_import: Iterable[str] = (),
) -> Report:
    """Check a definition: a path, `text`, a dict, a list of layers, or a graph given by its `inputs` and `outputs`.

    `at` fixes the sizes of symbols, `keras` (2 or 3) chooses the semantics where the definition names none, and
    `path` is the name under which a text is shown. Everything that is wrong with the definition is in the report;
    SpecError is raised for a file that cannot be opened.
    """
    return _checked(definition, text, path, inputs, outputs, at, keras, data_format, allow_import)[0]


def _checked(
    definition: Any,
    text: str | bytes | None,
    path: str | None,
    inputs: Any,
    outputs: Any,
    at: Mapping[str, int] | None,
    keras: int | None,
    data_format: str | None,
    allow_import: Iterable[str],
) -> tuple[Report, Inference | None]:
    collecting = gc.isenabled()
    gc.disable()
    try:
        source, spec, findings = _read(definition, text, path, inputs, outputs)
        if spec is None:
            report = _empty(source, findings)
            return report, None
        spec.generation = spec.generation or keras
        spec.data_format = spec.data_format or data_format
        allowed = frozenset(allow_import)
        if allowed:
            _import_functions(spec, allowed)
        found = infer.infer(graph.build(spec), at)
        return _report(source, spec, found), found
    finally:
        if collecting:
            gc.enable()


# Reading ---------------------------------------------------------------------------------------------------------


def _read(
    definition: Any, text: str | bytes | None, path: str | None, inputs: Any, outputs: Any
) -> tuple[Source, ModelSpec | None, list[Diagnostic]]:
    if outputs is not None:
        return readers.read_plain(_entries(inputs, outputs), path or "<graph>")
    if text is not None:
        return readers.read(text, path or "<text>")
    if isinstance(definition, (str, os.PathLike)):
        name = os.fspath(definition)
        return readers.read(_bytes(name), path or name)
    if isinstance(definition, Tensor):
        return readers.read_plain(_entries(None, definition), path or "<graph>")
    return readers.read_plain(definition, path or "<definition>")


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(readers.MAX_BYTES + 1)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        message = codes.message("SC106", {"path": path, "problem": problem.lower()})
        raise error_of(Diagnostic("SC106", message, help=_similar(path), facts={"path": path})) from None


def _similar(path: str) -> list[str]:
    """Did-you-mean for a file that does not exist."""
    folder, name = os.path.split(path)
    try:
        known = os.listdir(folder or ".")
    except OSError:
        return []
    found = near(name, known)
    return [f"did you mean `{os.path.join(folder, found)}`?"] if found and found != name else []


def _entries(inputs: Any, outputs: Any) -> dict[str, Any]:
    """A graph written in Python as the definition that the reader knows; walked without recursion."""
    wanted = list(outputs.values()) if isinstance(outputs, dict) else outputs if isinstance(outputs, (list, tuple)) else [outputs]
    order: list[Tensor] = []
    seen: set[int] = set()
    stack: list[tuple[Tensor, bool]] = [(tensor.of, False) for tensor in reversed(wanted)]
    stack.extend((tensor.of, False) for tensor in reversed(_tensors(inputs)))
    while stack:
        tensor, ready = stack.pop()
        if ready:
            order.append(tensor)
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            stack.append((tensor, True))
            stack.extend((t.of, False) for t in reversed([*_tensors(tensor.inputs), *_tensors(tensor.named.values())]))
    names: dict[int, str] = {}
    first: dict[int, str] = {}
    taken = {tensor.layer.name for tensor in order if tensor.layer.name}
    entries = []
    for tensor in order:
        layer = tensor.layer
        name = layer.name if layer.name and id(layer) not in first else _free(layer.kind.lower(), taken)
        names[id(tensor)] = name
        reads = _refs(tensor.inputs, names)
        if tensor.named:
            reads = {**_positional(layer, reads), **{role: _refs(given, names) for role, given in tensor.named.items()}}
        if id(layer) in first:
            entries.append({"call": {"layer": first[id(layer)], "inputs": reads, "name": name}})
        else:
            first[id(layer)] = name
            config = {**layer._layer.given, "name": name}
            entries.append({layer.kind: config if layer.kind == "InputLayer" else {**config, "inputs": reads}})
    return {"layers": entries, "outputs": [_refs(tensor, names) for tensor in wanted]}


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    return [t for item in value for t in _tensors(item)] if isinstance(value, (list, tuple)) or hasattr(value, "__iter__") else []


def _refs(value: Any, names: Mapping[int, str]) -> Any:
    if isinstance(value, Tensor):
        name = names[id(value.of)]
        return name if value.output is None else f"{name}[{value.output}]"
    return [_refs(item, names) for item in value]


def _positional(layer: Any, reads: Any) -> dict[str, Any]:
    from shapecheck.contract import input_names

    given = reads if isinstance(reads, list) else [reads]
    return dict(zip(input_names(type(layer._layer))[0], given, strict=False))


def _free(word: str, taken: set[Any]) -> str:
    """A name that nothing has yet."""
    name, turn = word, 0
    while name in taken:
        turn += 1
        name = f"{word}_{turn}"
    taken.add(name)
    return name


def _import_functions(spec: ModelSpec, allowed: frozenset[str]) -> None:
    """Replace `module:function` by the function, for the modules that the user has allowed by name."""
    for entry in [*spec.layers, *(layer for model in spec.models.values() for layer in model.layers)]:
        if entry.kind == "Lambda":
            entry.config = {key: _imported(value, allowed) for key, value in entry.config.items()}


def _imported(value: Any, allowed: frozenset[str]) -> Any:
    module, colon, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if not colon or module not in allowed:
        return value
    import importlib

    try:
        return getattr(importlib.import_module(module), name.strip(), value)
    except ImportError:
        return value


# Reporting -------------------------------------------------------------------------------------------------------


def _empty(source: Source, findings: list[Diagnostic]) -> Report:
    report = Report(source.path, source)
    report.diagnostics = findings
    report._write = _writer
    return report


def _writer(form: str, report: Report) -> str:
    from shapecheck import writers

    return writers.write(form, report)


def _report(source: Source, spec: ModelSpec, found: Inference) -> Report:
    from shapecheck import requirements

    report = _empty(source, [])
    report.name = spec.name
    conditions = requirements.of(found)
    findings = [*spec.findings, *found.graph.findings, *found.findings, *requirements.judge(found, conditions)]
    report.diagnostics = sorted(findings, key=_place)
    report.truncated = max(0, len(found.findings) - explain.HINTED)
    report.requirements = conditions
    total: Dim = 0
    trained: Dim = 0
    known = True
    for node in found.graph.nodes:
        entry = _layer_report(found, node)
        owner = found.graph.nodes[node.owner].name
        report.calls.setdefault(owner, []).append(entry)
        report.layers[node.name] = entry
        if node.owner == node.index:
            known = known and entry.params is not None
            total, trained = total + (entry.params or 0), trained + (entry.trainable_params or 0)
    report.params, report.trainable_params = (total, trained) if known else (None, None)
    for index in found.graph.inputs:
        node = found.graph.nodes[index]
        report.inputs.append(NamedShape(node.name, _shape(found, index, 0)))
    for edge in found.graph.outputs:
        report.outputs.append(NamedShape(found.graph.nodes[edge.node].name, _shape(found, edge.node, edge.output or 0)))
    report._graph = lambda: _networkx(found, report)
    return report


def _place(found: Diagnostic) -> tuple[int, int]:
    return (found.span.line, found.span.column) if found.span else (0, 0)


def _shape(found: Inference, index: int, output: int) -> Any:
    applied = found.applied[index]
    return applied.outputs[output].shape if applied and output < len(applied.outputs) else None


def _layer_report(found: Inference, node: Node) -> LayerReport:
    applied, layer = found.applied[node.index], found.layers[node.index]
    inputs = tuple(producer.name for producer, _ in found.producers(node))
    place = node.spec.kind_place or node.spec.place
    if applied is None or layer is None:
        return LayerReport(node.name, node.spec.kind, inputs, (None,), None, None, {}, (), (None,), _nothing, place)
    total, trained = count_params(applied, layer.trainable) if applied.weights else (0, 0)
    unknown = bool(applied.opaque)
    return LayerReport(
        node.name,
        layer.kind,
        inputs,
        tuple(spec.shape for spec in applied.outputs),
        None if unknown and type(layer).weights is not Layer.weights else total,
        None if unknown and type(layer).weights is not Layer.weights else trained,
        {path: weight.shape for path, weight in applied.weights.items()},
        tuple(spec.dtype for spec in applied.outputs),
        tuple(spec.mask for spec in applied.outputs),
        _cost_of(found, node, layer),
        place,
    )


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
                  "keras": found.semantics, "listed": node.listed}  # fmt: skip
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


# Running ---------------------------------------------------------------------------------------------------------


def run(
    definition: Any = None,
    arrays: Mapping[str, Any] | None = None,
    *,
    text: str | bytes | None = None,
    inputs: Any = None,
    outputs: Any = None,
    at: Mapping[str, int] | None = None,
    training: bool = False,
    seed: int = 0,
    weights: Mapping[str, Any] | None = None,
    keras: int | None = None,
    allow_import: Iterable[str] = (),
) -> Any:
    """A forward pass with NumPy: the definition as for `check`, arrays by input name, sizes of symbols in `at`.

    Missing arrays are drawn from `seed`; symbols that are not set take the smallest valid size of at least 2.
    `weights` maps layer names to arrays in Keras's order, or to path -> array. Raises SpecError or ShapeError when the
    definition has errors or an array does not fit.
    """
    return run_report(definition, arrays, text=text, inputs=inputs, outputs=outputs, at=at, training=training,
                      seed=seed, weights=weights, keras=keras, allow_import=allow_import)[1]  # fmt: skip


def run_report(
    definition: Any = None,
    arrays: Mapping[str, Any] | None = None,
    *,
    text: str | bytes | None = None,
    inputs: Any = None,
    outputs: Any = None,
    at: Mapping[str, int] | None = None,
    training: bool = False,
    seed: int = 0,
    weights: Mapping[str, Any] | None = None,
    keras: int | None = None,
    allow_import: Iterable[str] = (),
) -> tuple[Report, Any]:
    """The report of the check, and the run."""
    report, found = _checked(definition, text, None, inputs, outputs, None, keras, None, allow_import)
    report.raise_for_errors()
    if found is None:
        raise error_of(Diagnostic("SC104", "there is no model to run"))
    from shapecheck.executors import numpy_model, sizes

    given = dict(arrays or {})
    names = {found.graph.nodes[index].name for index in found.graph.inputs}
    for name in given:
        if name not in names:
            raise _run_error("SC503", name=name, near=near(name, names))
    for name in weights or {}:
        if name not in report.layers:
            raise _run_error("SC201", layer="weights", name=name, near=near(name, report.layers))
    chosen = sizes.choose(found, report.requirements, at or {}, {name: _array(array).shape for name, array in given.items()})
    numeric = infer.infer(found.graph, chosen)
    for finding in numeric.findings:
        if finding.severity == "error":
            raise error_of(finding)
    try:
        numpy_model.hold_symbols(found, numeric, chosen)
        return report, numpy_model.run_model(numeric, given, chosen, training=training, seed=seed, weights=weights)
    except numpy_model.NodeRefusal as failed:
        raise error_of(explain.finding(found, failed.node, failed.refusal)) from None


def _array(value: Any) -> Any:
    import numpy as np

    return np.asarray(value)


def _run_error(code: str, **facts: Any) -> Exception:
    message, help = explain.worded(Refusal(code, **facts), facts.get("layer", ""))
    return error_of(Diagnostic(code, message, help=help, facts=facts))

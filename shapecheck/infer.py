"""One pass over the graph: every layer made once, every call inferred, every mistake a finding.

The parameters of a layer are always judged, its shapes only if its inputs are clean. A node that failed yields
poison, which is silent: one cause, one message. Nothing recurses over the model, and all of it is linear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from shapecheck import axes, dims, explain, layers, need
from shapecheck.apply import Applied, Undescribed, apply, undescribed
from shapecheck.by_keras import contradiction
from shapecheck.contract import DROP, Layer, TensorSpec, in_order, without_masks
from shapecheck.diagnostic import Refusal
from shapecheck.graph import Edge, Graph, Node
from shapecheck.inference import Inference
from shapecheck.making import FIRST, make
from shapecheck.model_layer import model_layer
from shapecheck.spec import ModelSpec
from shapecheck.symbols import put, undeclared
from shapecheck.words import shape_text, shown

HUGE = 1 << 62
_FIRST = frozenset(FIRST)
LARGE = 64  # an expression of more atoms than this goes on under the name of the place where it arose


def infer(graph: Graph, at: Mapping[str, int] | None = None) -> Inference:
    """Infer every node of a graph; `at` fixes the sizes of some symbols."""
    with layers.also(graph.spec.kinds):
        found = Inference(graph, at or {})

        def note(node: Node, refusal: Refusal) -> None:
            finding = explain.finding(found, node, refusal)
            if found.is_news(finding, node):
                found.findings.append(finding)

        _infer(found, note)
        return found


def _infer(found: Inference, refused: Callable[[Node, Refusal], None]) -> None:
    for node in found.graph.nodes:
        again = node.owner != node.index and node.within not in found.local
        layer = found.layers[node.owner] if again else _made(found, node, refused)
        found.layers.append(layer)
        found.applied.append(None)
        if layer is None or node.broken:
            continue
        try:
            found.applied[node.index] = _applied(found, node, layer)
        except Refusal as refusal:
            refused(node, refusal)
    _check_ends(found, refused)


def _check_ends(found: Inference, refused: Callable[[Node, Refusal], None]) -> None:
    """Refuse an output of the model that its layer does not have."""
    for edge in found.graph.outputs:
        applied, node = found.applied[edge.node], found.graph.nodes[edge.node]
        if applied is None or applied.opaque or edge.output is None:
            continue
        if not 0 <= edge.output < len(applied.outputs):
            ref = f"{node.name}[{edge.output}]"
            refused(node, Refusal("SC206", name=node.name, count=len(applied.outputs), ref=ref))


def _infer_inside(found: Inference) -> None:
    """Infer the nodes of a model that is a layer inside another; what is refused is raised with the way to it."""

    def refuse(node: Node, refusal: Refusal) -> None:
        home, place = found.graph.spec.place, node.spec.place
        path = place.path[len(home.path) :] if home is not None and place is not None else ()
        own = (refusal.param,) if refusal.param in node.spec.config else ()
        raised = Refusal(refusal.code, "layer", axis=refusal.axis)
        raised.facts.update(refusal.facts)
        raised.facts.update(path=(*path, *own, *refusal.facts.get("path", ())), kind=node.spec.kind)
        raised.facts.setdefault("layer", node.name)
        raised.facts.setdefault("param", refusal.param)
        raise raised

    with layers.also(found.graph.spec.kinds):
        _infer(found, refuse)


def _with_models(value: Any) -> Any:
    """A configuration with a layer for each model that stands in it."""
    if isinstance(value, ModelSpec):
        return model_layer(value, _infer_inside)
    if isinstance(value, dict):
        return {name: _with_models(item) for name, item in value.items()}
    return [_with_models(item) for item in value] if isinstance(value, list) else value


# Layers ----------------------------------------------------------------------------------------------------------


def _made(found: Inference, node: Node, refused: Callable[[Node, Refusal], None]) -> Layer | None:
    spec = node.spec
    kind = layers.find(spec.kind)
    if kind is None:
        return None if node.broken else undescribed(spec.kind, spec.config)
    config = _with_models(spec.config) if found.graph.spec.holds_models else spec.config
    layer, refusals = make(kind, config, found.semantics, found.graph.spec.data_format)
    names = found.names(node)
    refusals.extend(undeclared(layer, names))
    if found.fixed or names is not found.symbols:
        put(layer, names)
    for refusal in refusals:
        refused(node, refusal)
    return None if refusals else layer


# First-layer arguments ---------------------------------------------------------------------------------------------


def _check_first(found: Inference, node: Node, layer: Layer, inputs: list[TensorSpec]) -> None:
    """Refuse `input_shape` and its kin where they contradict the input that the layer really has."""
    if _FIRST.isdisjoint(layer.given):
        return
    names = [name for name in FIRST if name not in layer.parameters]
    given = {name: layer.given[name] for name in names if layer.given.get(name) is not None}
    if not given or layer.kind == "InputLayer" or not inputs or inputs[0].shape is None:
        return
    actual = inputs[0].shape
    for name, value in given.items():
        config: Mapping[str, Any] = {
            "input_shape": {"shape": value}, "batch_input_shape": {"batch_shape": value},
            "input_dim": {"shape": (value,)}, "batch_size": {"shape": (), "batch_size": value},
        }[name]  # fmt: skip
        hint, refusals = make(layers.found("InputLayer"), config, found.semantics)
        if refusals:
            raise Refusal("SC113", name, expected="a list of sizes", given=shown(value))
        declared: Any = hint.shape()  # type: ignore[call-arg]
        against: Any = actual
        if name == "batch_size":
            declared, against = declared[:1], actual[:1]
        elif name == "input_dim":
            declared, against = (None, *declared[1:]), (None, actual[-1])
        if node.enters and len(declared) == len(against):
            declared = found.bind(node, declared, against)
        if len(declared) != len(against) or any(
            a is not None and b is not None and dims.same(dims.substitute(a, found.symbols), b) is False
            for a, b in zip(declared, against, strict=False)
        ):
            written = shape_text(value) if isinstance(value, (list, tuple)) else value
            raise Refusal("SC211", "shape" if node.enters else name, declared=written, actual=actual)
        if node.enters and found.semantics.generation != 2:  # Keras 2.2.4 does not look again when it runs
            owed: list[need.Obligation] = []
            with need.recording(owed):
                for axis, (a, b) in enumerate(zip(declared, against, strict=True)):
                    if a is not None:
                        need.equal(b, a, verb="was written for another size:", axis=axis)
            _owed(found, node, owed)


# Calls -----------------------------------------------------------------------------------------------------------


def _applied(found: Inference, node: Node, layer: Layer) -> Applied | None:
    if layer.kind == "InputLayer" and not node.inputs:
        shape = found.input_shapes[node.index]
        if isinstance(shape, Refusal):
            raise shape
        return Applied((TensorSpec(shape, layer.policy.compute),), True, {}, [])
    inputs = input_specs(found, node)
    if inputs is None:
        return None
    specs = list(inputs.values()) if isinstance(inputs, dict) else inputs
    if any(spec.shape is None for spec in specs):
        lost = next((spec.lost for spec in specs if spec.lost is not None), None)
        return Applied((TensorSpec(None, lost=lost),), True, {}, [], "its input is not known")
    _check_first(found, node, layer, specs)
    owner = found.applied[node.owner]
    listed = node.listed or len(specs) > 1
    applied = apply(layer, inputs, listed, found.semantics, owner.weights if owner else None, node.spec.call)
    if layer.wants_mask:
        for spec in specs:
            if spec.mask is None and spec.lost is not None:
                found.findings.append(explain.mask_lost(found, found.graph.nodes[spec.lost], node))
    _owed(found, node, applied.obligations)
    if applied.opaque and not (isinstance(layer, Undescribed) and layer.said):
        found.findings.append(explain.finding(found, node, Refusal("SC404", problem=applied.opaque)))
    elif note := contradiction(layer, inputs, listed, found.semantics, node.spec.call, applied.outputs):
        found.findings.append(explain.finding(found, node, note))
    return applied._replace(outputs=tuple(_kept(node, spec) for spec in applied.outputs))


def _owed(found: Inference, node: Node, obligations: Iterable[need.Obligation]) -> None:
    for obligation in obligations:
        obligation.node = node
        found.obligations.append(obligation)


def _kept(node: Node, spec: TensorSpec) -> TensorSpec:
    """An output with its large expressions under a name, and with the node that dropped its mask."""
    if spec.lost is DROP:
        spec = spec._replace(lost=node.index)
    for axis, size in enumerate(spec.shape or ()):
        if type(size) is int:
            if size > HUGE:
                raise Refusal("SC807", axis=axis, given=shown(size), limit="2^62")
        elif dims.size(size) > LARGE:
            shape = list(spec.shape or ())
            shape[axis] = dims.named(size, f"{node.name}.{axes.letter(axis, len(shape))}")
            spec = spec._replace(shape=tuple(shape))
    return spec


def input_specs(found: Inference, node: Node) -> Any:
    """The inputs of a node in the structure of its wiring; None where one of them is poison."""
    layer, inputs = found.layers[node.index], node.inputs
    masks: Masks = []
    if isinstance(inputs, dict) and layer is not None:
        inputs, masks = without_masks(type(layer), inputs)
        inputs = in_order(type(layer), inputs)
    if isinstance(inputs, dict):
        by_role: dict[str, Any] = {}
        for role, item in inputs.items():
            edges = item if isinstance(item, list) else [item]
            specs = [spec for edge in edges for spec in _outputs(found, node, edge) or [None]]
            if None in specs:
                return None
            if len(specs) != 1:
                raise Refusal("SC208", expected=f"one tensor as `{role}`", given=len(specs))
            by_role[role] = specs[0]
        return by_role if _put_masks(found, node, masks, by_role, [*by_role]) else None
    several: list[TensorSpec] = []
    for edge in inputs:
        specs_ = _outputs(found, node, edge)
        if specs_ is None:
            return None
        several.extend(specs_)
    return several if _put_masks(found, node, masks, several, range(len(several))) else None


Masks = list[tuple[int | str, Any]]
"""Masks that a call names, by the number or the role of their inputs."""


def _put_masks(found: Inference, node: Node, masks: Masks, inputs: Any, keys: Sequence[Any]) -> bool:
    """Give inputs the masks that the call names for them; False where one of those is poison."""
    for place, edge in masks:
        if isinstance(place, int) and place >= len(keys):
            break
        key = keys[place] if isinstance(place, int) else place
        specs = _outputs(found, node, edge)
        if not specs:
            return False
        if key not in keys:
            raise Refusal("SC208", expected=f"an input `{key}` for its mask", given="none")
        inputs[key] = inputs[key]._replace(mask=specs[0].shape, lost=None)
    return True


def _outputs(found: Inference, node: Node, edge: Edge) -> tuple[TensorSpec, ...] | None:
    applied = found.applied[edge.node]
    if applied is None:
        return None
    if edge.output is None:
        return applied.outputs
    if applied.opaque:
        return (TensorSpec(None),)
    if not 0 <= edge.output < len(applied.outputs):
        name = found.graph.nodes[edge.node].name
        raise Refusal("SC206", name=name, count=len(applied.outputs), ref=f"{name}[{edge.output}]")
    return (applied.outputs[edge.output],)

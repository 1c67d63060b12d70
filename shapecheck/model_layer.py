"""A whole model as a layer inside another, such as the one that a TimeDistributed runs on each step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from shapecheck import dims, graph, need
from shapecheck.apply import Opaque
from shapecheck.contract import END, Layer, TensorSpec, Weight, in_order, takes_list
from shapecheck.diagnostic import Refusal
from shapecheck.dims import Dim
from shapecheck.inference import Inference
from shapecheck.layers._wrapping import ask, run_called
from shapecheck.making import make
from shapecheck.need import Shape
from shapecheck.spec import ModelSpec

Pass = Callable[[Inference], None]
"""The inference of all nodes; it raises what is refused, with the path to it in the facts."""


class ModelLayer(Layer):
    """The layers of a model, on what the wrapper gives it. `infer` is handed in, as it stands above."""

    takes_one_or_list = True
    mask = END
    spec: ModelSpec
    infer: Pass  # in the instance, so that it is no method
    known: dict[tuple[Shape, ...], Inference]

    def found(self, xs: tuple[Shape, ...]) -> Inference:
        """What is inferred for inputs of these shapes, once for all methods."""
        if xs not in self.known:
            made = graph.build(self.spec)
            found = Inference(made, {})
            if any(finding.severity == "error" for finding in made.findings):
                raise Opaque(f"`{self.spec.name}` cannot be wired: {made.findings[0].message}")
            if len(made.inputs) != len(xs):
                expected = f"{len(made.inputs)} input{'s' * (len(made.inputs) != 1)}"
                raise Refusal("SC208", expected=expected, given=len(xs))
            for index, x in zip(made.inputs, xs, strict=True):
                declared = found.input_shapes.get(index)
                if declared is not None and not isinstance(declared, Refusal):
                    _hold(found, made.nodes[index], declared, x)
                found.input_shapes[index] = x
            self.infer(found)
            self.known[xs] = found
        return self.known[xs]

    def shape(self, *xs: Any) -> Any:
        found = self.found(xs)
        need.owe(found.obligations)
        outputs = [spec.shape if spec.shape is not None else spec for spec in _outputs(found)]
        return outputs[0] if len(outputs) == 1 else outputs

    def weights(self, *xs: Any) -> Iterator[tuple[str, Weight]]:
        found = self.found(xs)
        for node, applied, layer in zip(found.graph.nodes, found.applied, found.layers, strict=True):
            if applied is not None and layer is not None and node.owner == node.index:
                for path, weight in applied.weights.items():
                    yield f"{node.name}/{path}", weight._replace(trainable=weight.trainable and layer.trainable)

    def macs(self, *xs: Any, keras: Any) -> Dim:  # type: ignore[override]
        found = self.found(xs)
        total: Dim = 0
        for node, layer, applied in zip(found.graph.nodes, found.layers, found.applied, strict=True):
            if layer is None or applied is None or applied.opaque:
                return dims.UNKNOWN
            if node.index not in found.graph.inputs:
                y = [spec.shape for spec in applied.outputs]
                w = {path: weight.shape for path, weight in applied.weights.items()}
                given = _given(node, layer, found.applied, lambda made, output: made.outputs[output].shape)
                offers = {"y": y[0] if applied.single else y, "w": w, "keras": keras, "listed": node.listed}
                total = total + ask(layer, "macs", given, **offers)  # type: ignore[no-untyped-call]
        return total

    def run(  # type: ignore[override]
        self, np: Any, *xs: Any, w: Any, training: Any, rng: Any, keras: Any, losses: Any
    ) -> Any:
        found = self.found(tuple(x.shape for x in xs))
        made: list[list[Any]] = []
        offers = {"np": np, "training": training, "rng": rng, "keras": keras}
        for node, layer in zip(found.graph.nodes, found.layers, strict=True):
            if node.index in found.graph.inputs:
                made.append([xs[found.graph.inputs.index(node.index)]])
                continue
            assert layer is not None
            given = _given(node, layer, made, lambda arrays, output: arrays[output])
            masks = [None] * len(given) if takes_list(type(layer)) else None
            prefix = found.graph.nodes[node.owner].name
            more = {"mask": masks, "listed": node.listed, **offers}
            made.append(run_called(layer, prefix, given, w, losses, **more))  # type: ignore[no-untyped-call]
        outputs = [made[edge.node][edge.output or 0] for edge in found.graph.outputs]
        return outputs[0] if len(outputs) == 1 else outputs


def _given(node: graph.Node, layer: Layer, made: Any, take: Callable[[Any, int], Any]) -> Any:
    """What a node reads of what was made, in order."""
    inputs: Any = in_order(type(layer), node.inputs) if isinstance(node.inputs, dict) else node.inputs
    several = inputs.values() if isinstance(inputs, dict) else inputs
    edges = [edge for item in several for edge in (item if isinstance(item, list) else [item])]
    return [take(made[edge.node], edge.output or 0) for edge in edges]


def _outputs(found: Inference) -> Iterator[TensorSpec]:
    for edge in found.graph.outputs:
        applied = found.applied[edge.node]
        if applied is None or applied.opaque:
            raise Opaque(applied.opaque if applied and applied.opaque else "a layer in it is not known")
        yield from applied.outputs if edge.output is None else applied.outputs[edge.output : edge.output + 1]


def _hold(found: Inference, node: graph.Node, declared: Shape, given: Shape) -> None:
    """Refuse an input that contradicts the sizes for which the model was written."""
    if len(declared) != len(given):
        raise Refusal("SC302", rank=len(given), shape=given, expected=f"rank {len(declared)}")
    for axis, (a, b) in enumerate(zip(found.bind(node, declared, given), given, strict=True)):
        if a is not None:
            need.equal(b, a, verb="was written for another size:", axis=axis)


def model_layer(spec: ModelSpec, infer: Pass) -> ModelLayer:
    """The layer that a model is; `infer` infers the nodes of its graph."""
    made, _ = make(ModelLayer, {})
    made.__dict__.update(spec=spec, infer=infer, name=spec.name, kind="Functional", known={})
    return made

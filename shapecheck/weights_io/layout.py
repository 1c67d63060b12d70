"""Where Keras 3 keeps the weights of each layer: by class and number within its container, and never by name.

The second Dense of a model is `layers/dense_1`, and what is inside a layer stands below the attribute that holds it:
`layers/bidirectional/forward_layer/cell/vars/0`. The order of the layers is that of the definition.

Keras 2.12 and 2.13 list each layer that has weights twice, and count it twice: their second Dense is `dense_2`.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from shapecheck.contract import Layer, Weight
from shapecheck.findings import Context
from shapecheck.inference import Inference
from shapecheck.model_layer import ModelLayer
from shapecheck.naming import Names, snake
from shapecheck.wiring import Plan

_CLASSES = {"GroupQueryAttention": "GroupedQueryAttention"}  # exported under another name than that of the class
_ATTENTION = ("MultiHeadAttention", "GroupQueryAttention")
_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
_WRAPPERS = ("TimeDistributed", "SpectralNormalization")


class Held(NamedTuple):
    """A layer with weights. `name` is that of its first call, `group` where Keras 3 keeps it, `top` the name of the
    layer of the outermost model that it is, or is inside of."""

    name: str
    kind: str
    layer: Layer
    weights: Mapping[str, Weight]
    group: str
    top: str


class Group(NamedTuple):
    """Weights that stand below one another, in Keras's order. `paths` are those of the layer; `group` is relative.

    `older` is what an older Keras called the group.
    """

    group: str
    older: str
    paths: tuple[str, ...]


def held(found: Inference, *, twice: bool = False) -> list[Held]:
    """All layers that have weights, each once, in the order of the definition; `twice` where they are counted so."""
    spec = found.graph.spec
    context = Context(spec, [])
    plans = {None: Plan(spec, context)}
    nodes = {node.name: node for node in found.graph.nodes}
    made: list[Held] = []
    seen: set[str | None] = {None}
    counted = _with_weights(found) if twice else frozenset()
    stack: list[Any] = [_entries(plans[None], "", "", None, counted)]
    while stack:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
            continue
        name, model, group, top = entry
        if model is not None:
            if model not in seen:
                seen.add(model)
                plan = plans.setdefault(model, Plan(spec.models[model], context))
                stack.append(_entries(plan, f"{name}/", f"{group}/", top, counted))
            continue
        node = nodes.get(name)
        if node is None:
            continue
        owner = found.graph.nodes[node.owner]
        layer, applied = found.layers[owner.index], found.applied[owner.index]
        if layer is not None and applied is not None and applied.weights:
            made.append(Held(owner.name, layer.kind, layer, applied.weights, group, top))
    return made


def _with_weights(found: Inference) -> frozenset[str]:
    """The names of all layers and called models that have weights."""
    names: set[str] = set()
    for node in found.graph.nodes:
        applied = found.applied[node.owner]
        name = node.name if applied is not None and applied.weights else ""
        while name and name not in names:
            names.add(name)
            name = name.rpartition("/")[0]
    return frozenset(names)


def _entries(
    plan: Plan, prefix: str, above: str, top: str | None, twice: Container[str]
) -> Iterator[tuple[str, str | None, str, str]]:
    """(name, model that is called, group, top) for each layer of a model, without calls of the same layer.

    The layers in `twice` are counted two times.
    """
    names = Names()
    for position, item in enumerate(plan.items):
        if plan.made[position] != position or item.kind.startswith("ops."):
            continue
        model = plan.model_of(position)
        kind = "Functional" if model is not None and item.kind in (model, "") else item.kind
        name = prefix + plan.names[position]
        stem = _stem(kind)
        yield name, model, f"{above}layers/{names.fresh(stem)}", name if top is None else top
        if name in twice:
            names.fresh(stem)


def _stem(kind: str) -> str:
    """How the groups of a class are called."""
    kind = kind.rpartition(">")[2]
    return "input_layer" if kind in ("InputLayer", "Input") else snake(_CLASSES.get(kind, kind))


def groups(layer: Layer, weights: Mapping[str, Weight]) -> list[Group]:
    """The groups of a layer, those inside it behind its own."""
    made: list[Group] = []
    stack: list[tuple[Layer | None, str, str, str, list[str]]] = [(layer, "", "", "", list(weights))]
    while stack:
        inside, prefix, group, older, paths = stack.pop()
        if isinstance(inside, ModelLayer):
            made.extend(_of_a_model(inside, prefix, group, older))
            continue
        own = [path for path in paths if "/" not in path[len(prefix) :]]
        deeper: dict[str, list[str]] = {}
        for path in paths:
            first, slash, _ = path[len(prefix) :].partition("/")
            if slash:
                deeper.setdefault(first, []).append(path)
        if inside is not None and inside.kind == "SpectralNormalization":
            kernels = ("kernel", "embeddings", "depthwise_kernel")  # which Keras keeps a second time
            own = [path for path in paths if path.rpartition("/")[2] in kernels][:1] + own
        if own:
            made.append(Group(group, older, tuple(by_trainability(own, weights))))
        for name, attribute, old in reversed(list(_attributes(inside, deeper))):
            inner = inside.inner.get(name) if inside is not None else None
            stack.append((inner, f"{prefix}{name}/", f"{group}{attribute}/", f"{older}{old}/", deeper[name]))
    return made


def _of_a_model(model: ModelLayer, prefix: str, group: str, older: str) -> Iterator[Group]:
    """The groups of a model that stands for a layer inside another."""
    for layer in held(next(iter(model.known.values()))):
        for part in groups(layer.layer, layer.weights):
            paths = tuple(f"{prefix}{layer.name}/{path}" for path in part.paths)
            yield Group(f"{group}{layer.group}/{part.group}", f"{older}{layer.group}/{part.older}", paths)


def by_trainability(paths: list[str], weights: Mapping[str, Weight]) -> list[str]:
    """The weights that training changes, then the others; in both the order stays."""
    return sorted(paths, key=lambda path: not weights[path].trainable)


def _attributes(layer: Layer | None, names: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(part of the path of our weights, attribute of Keras that holds it, the same in an older Keras)."""
    kind = layer.kind if layer is not None else ""
    inner = layer.inner if layer is not None else {}
    if kind == "Bidirectional":
        both = dict(zip(inner, ("forward_layer", "backward_layer"), strict=True))
    fresh = Names()
    numbered = {name: fresh.fresh(_stem(one.kind)) for name, one in inner.items()}
    for name in names:
        if kind == "Bidirectional":
            yield name, both[name], both[name]
        elif kind in _RECURRENT:
            yield name, "cell", "cell"
        elif kind in _ATTENTION:
            dense = f"{'output' if name == 'attention_output' else name}_dense"
            public = kind == "MultiHeadAttention" and name != "gate"
            yield name, dense if public else f"_{dense}", f"_{dense}"
        elif kind in _WRAPPERS:
            yield name, "layer", "layer"
        elif kind in ("StackedRNNCells", "Pipeline") and name in numbered:
            what = "cells" if kind == "StackedRNNCells" else "layers"
            yield name, f"{what}/{numbered[name]}", f"{what}/{numbered[name]}"
        else:
            yield name, name, name

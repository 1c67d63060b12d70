"""What might mend a finding, most likely first; nothing here is offered before it was checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shapecheck import dims, layers
from shapecheck.diagnostic import Diagnostic
from shapecheck.fixes import Change
from shapecheck.fixes.editing import Insert, Rewire, Set
from shapecheck.graph import Node
from shapecheck.inference import Inference, edges_of
from shapecheck.origins import given, way_back
from shapecheck.words import listing

NEARBY = 40  # layers before a node that are looked at for another input


def of(found: Inference, node: Node, finding: Diagnostic) -> Iterator[Iterator[Change]]:
    """The candidates for a finding at a node, in families of which one fix is enough."""
    match finding.code:
        case "SC301" | "SC310":
            yield _crops_and_pads(found, node)
            yield _same_padding(found, node)
            yield _other_inputs(found, node)
            yield _units(found, node)
        case "SC304":
            yield _targets(found, node)
        case "SC302":
            yield _sequences(found, node)
        case "SC307" | "SC308":
            yield _names(found)
        case "SC306":
            yield _same_padding(found, node, itself=True)


def _parameter(found: Inference, index: int, name: str) -> Any:
    layer = found.layers[index]
    return getattr(layer, name, None) if layer is not None and name in layer.parameters else None


def _same_padding(found: Inference, node: Node, *, itself: bool = False) -> Iterator[Change]:
    """`padding: same` where a window without it lies on the way of a size, one alone, then all of them."""
    valid: list[int] = [node.index] if itself and _parameter(found, node.index, "padding") == "valid" else []
    for edge in edges_of(node):
        applied = found.applied[edge.node]
        shape = applied.outputs[edge.output or 0].shape if applied else None
        for axis in range(1, len(shape or ()) - 1):
            for (index, _, _), _ in way_back(found, (edge.node, edge.output or 0, axis)):
                if index not in valid and _parameter(found, index, "padding") == "valid":
                    valid.append(index)
    for chosen in [[index] for index in valid[:6]] + ([valid] if len(valid) > 1 else []):
        names = listing([f"`{found.graph.nodes[index].name}`" for index in chosen])
        yield Change(f"give {names} `padding: same`", tuple(Set(index, {"padding": "same"}) for index in chosen))


def _shapes(found: Inference, node: Node) -> list[tuple[Any, tuple[int, ...]]]:
    """(edge, shape) for each input whose sizes behind the batch are all numbers; empty if one is not."""
    specs = given(found, node)
    pairs = []
    for edge, spec in zip(edges_of(node), specs, strict=False):
        shape = spec.shape or ()
        if any(type(size) is not int for size in shape[1:-1]):
            return []
        pairs.append((edge, shape))
    return pairs if len({len(shape) for _, shape in pairs}) == 1 else []  # type: ignore[return-value]


def _crops_and_pads(found: Inference, node: Node) -> Iterator[Change]:
    """Crop the inputs that are larger than the smallest, or pad those that are smaller than the largest."""
    pairs = _shapes(found, node)
    rank = len(pairs[0][1]) if pairs else 0
    if not 3 <= rank <= 5 or found.channels_first or len(pairs) < 2:
        return
    axes = range(1, rank - 1)
    for kind, param, pick in (("Cropping", "cropping", min), ("ZeroPadding", "padding", max)):
        wanted = [pick(shape[axis] for _, shape in pairs) for axis in axes]
        edits, words = [], []
        for edge, shape in pairs:
            amounts = [abs(shape[axis] - size) for axis, size in zip(axes, wanted, strict=True)]
            if any(amounts):
                value: Any = [[0, amount] for amount in amounts]
                value = value[0] if rank == 3 else value
                name = f"{kind}{rank - 2}D"
                edits.append(Insert(node.index, edge, name, {param: value}))
                words.append(f"`{name}: {{{param}: {value}, inputs: {found.graph.nodes[edge.node].name}}}`")
        if len(edits) == 1:
            yield Change(f"put {listing(words)} before `{node.name}`", tuple(edits))


def _other_inputs(found: Inference, node: Node) -> Iterator[Change]:
    """Another layer of the same kind as an input, whose output has the sizes that are wanted."""
    pairs = _shapes(found, node)
    if len(pairs) != 2:
        return
    for (wrong, bad), (_, good) in (pairs, pairs[::-1]):
        if bad[1:-1] == good[1:-1]:
            return
        producer = found.graph.nodes[wrong.node]
        nearest = sorted(
            range(max(0, wrong.node - NEARBY), min(node.index, wrong.node + NEARBY)), key=lambda i: abs(i - wrong.node)
        )
        for index in nearest:
            applied = found.applied[index]
            shape = applied.outputs[0].shape if applied else None
            if index == wrong.node or shape is None or len(shape) != len(bad) or shape[1:-1] != good[1:-1]:
                continue
            other = found.graph.nodes[index]
            if other.spec.kind == producer.spec.kind:
                yield Change(
                    f"read `{other.name}` instead of `{producer.name}`",
                    (Rewire(node.index, wrong, wrong._replace(node=index, output=0)),),
                )
                break


_WIDTHS = ("units", "filters", "output_dim")


def _units(found: Inference, node: Node) -> Iterator[Change]:
    """The width of the layer that made the last axis of one input, as the other input has it."""
    specs = given(found, node)
    if len(specs) != 2 or any(not spec.shape for spec in specs):
        return
    edges = list(edges_of(node))
    for edge, spec, other in ((edges[1], specs[1], specs[0]), (edges[0], specs[0], specs[1])):
        size, wanted = (spec.shape or ())[-1], (other.shape or ())[-1]
        if type(wanted) is not int or size == wanted:
            continue
        spots = [spot for spot, _ in way_back(found, (edge.node, edge.output or 0, len(spec.shape or ()) - 1))]
        index = spots[-1][0] if spots else edge.node
        for width in _WIDTHS:
            if _parameter(found, index, width) == size:
                name = found.graph.nodes[index].name
                yield Change(f"give `{name}` `{width}: {wanted}`", (Set(index, {width: wanted}),))


def _targets(found: Inference, node: Node) -> Iterator[Change]:
    """A `target_shape` with one entry changed so that the number of values is kept."""
    specs, target = given(found, node), _parameter(found, node.index, "target_shape")
    if len(specs) != 1 or not isinstance(target, tuple):
        return
    count = dims.product((specs[0].shape or ())[1:])
    for place in reversed(range(len(target))):
        rest = dims.product(size for i, size in enumerate(target) if i != place and size not in (-1, None))
        fits = dims.exact_quotient(count, rest) if rest != 0 else None
        if isinstance(fits, int) and fits > 0:
            fresh = [fits if i == place else size for i, size in enumerate(target)]
            yield Change(f"write `target_shape: {fresh}`", (Set(node.index, {"target_shape": fresh}),))


def _sequences(found: Inference, node: Node) -> Iterator[Change]:
    """`return_sequences: true` for a recurrent layer before one that wants every step."""
    for edge in edges_of(node):
        kind = layers.find(found.graph.nodes[edge.node].spec.kind)
        if kind is not None and "return_sequences" in kind.parameters:
            name = found.graph.nodes[edge.node].name
            yield Change(f"give `{name}` `return_sequences: true`", (Set(edge.node, {"return_sequences": True}),))


def _names(found: Inference) -> Iterator[Change]:
    """Names in the place of the Nones of the inputs: a size that is chosen once may give a weight its size."""
    edits, words = [], []
    for index, shape in found.input_shapes.items():
        if isinstance(shape, tuple) and any(dims.varies(size) for size in shape[1:]):
            config = found.graph.nodes[index].spec.config
            if any(config.get(key) is not None for key in ("batch_shape", "batch_input_shape", "batch_size")):
                return
            names = [dims.text(size) for size in shape[1:]]
            fresh = [dims.symbol(name) if name.isidentifier() else int(name) for name in names]
            edits.append(Set(index, {"shape": fresh}))
            words.append(f"`shape: [{', '.join(names)}]` in `{found.graph.nodes[index].name}`")
    if edits:
        yield Change(f"name the sizes, {listing(words)}, if each model is built for one size", tuple(edits), asks=True)

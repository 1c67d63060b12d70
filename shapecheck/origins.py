"""Where a size comes from: through which layers it came, which of them made it, and which sizes in it are free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from shapecheck import axes, dims
from shapecheck.apply import Applied, apply
from shapecheck.contract import TensorSpec
from shapecheck.diagnostic import Refusal
from shapecheck.graph import Node
from shapecheck.inference import Inference

MAX_STEPS = 10  # of a derivation
MOST_DROPPED = 64  # rows that a window leaves out

Spot = tuple[int, int, int]
"""An axis of an output: the index of the node, the output, the axis."""


def given(found: Inference, node: Node) -> list[TensorSpec]:
    """What is known of the inputs of a node; empty where one of them failed."""
    specs = []
    for producer, output in found.producers(node):
        applied = found.applied[producer.index] if producer.index < len(found.applied) else None
        if applied is None or not 0 <= output < len(applied.outputs):
            return []
        specs.append(applied.outputs[output])
    return specs


def sides(found: Inference, node: Node, refusal: Refusal) -> list[tuple[dims.Dim, int, int, int]]:
    """(size, producer, its output, axis there) for each of the two sizes that a refusal compares."""
    a, b = refusal.facts.get("a"), refusal.facts.get("b")
    specs, producers = given(found, node), found.producers(node)
    if a is None or b is None or refusal.axis is None or len(specs) < 2:
        return []
    rank = max(len(spec.shape or ()) for spec in specs)
    found_sides: list[tuple[dims.Dim, int, int, int]] = []
    for size in (a, b):
        for spec, (producer, output) in zip(specs, producers, strict=True):
            shape = spec.shape or ()
            axis = refusal.axis - (rank - len(shape)) if refusal.axis else 0
            known = [side[1:3] for side in found_sides]
            if 0 <= axis < len(shape) and shape[axis] == size and (producer.index, output) not in known:
                found_sides.append((size, producer.index, output, axis))
                break
    return found_sides if len(found_sides) == 2 else []


def size_at(found: Inference, spot: Spot) -> dims.Dim | None:
    """The size of an axis of an output; None where it is not known."""
    index, output, axis = spot
    applied = found.applied[index]
    shape = applied.outputs[output].shape if applied and output < len(applied.outputs) else None
    return shape[axis] if shape is not None and axis < len(shape) else None


def letter_of(found: Inference, spot: Spot) -> str:
    """What people call an axis of an output."""
    index, output, axis = spot
    applied = found.applied[index]
    shape = applied.outputs[output].shape if applied else None
    return axes.letter(axis, len(shape or ()), found.channels_first)


def way_back(found: Inference, spot: Spot) -> Iterator[tuple[Spot, dims.Dim]]:
    """An axis and its size, then those it came from, layer by layer, back to an Input or to where it was made."""
    at: Spot | None = spot
    for _ in range(len(found.graph.nodes)):
        size = size_at(found, at) if at else None
        if at is None or size is None:
            return
        yield at, size
        index, output, axis = at
        at = before(found, found.graph.nodes[index], output, axis)


class Way(NamedTuple):
    """How a size came about: what people call its axis, and the layers that changed it, each with the size it gave."""

    letter: str
    steps: tuple[tuple[Node, dims.Dim], ...]

    def __str__(self) -> str:
        """`H: image 358 -> pool0 179 -> pool1 89 -> pool2 44 -> up2 88`."""
        words = [f"{node.name} {dims.text(size)}" for node, size in self.steps]
        if len(words) > MAX_STEPS:
            words = [*words[: MAX_STEPS // 2], "...", *words[-(MAX_STEPS // 2) :]]
        return f"{self.letter}: {' -> '.join(words)}"


def way_to(found: Inference, spot: Spot) -> Way | None:
    """How a size came about, from an Input on; None where no layer changed it."""
    steps: list[tuple[Node, dims.Dim]] = []
    letter = ""
    for at, size in way_back(found, spot):
        letter = letter_of(found, at)
        if steps and steps[-1][1] == size:
            steps.pop()
        steps.append((found.graph.nodes[at[0]], size))
        if len(steps) > 4 * MAX_STEPS:
            break
    return Way(letter, tuple(reversed(steps))) if len(steps) > 1 else None


def derivation(found: Inference, spot: Spot) -> str:
    """How a size came about, in words; empty where no layer changed it."""
    way = way_to(found, spot)
    return str(way) if way else ""


def before(found: Inference, node: Node, output: int, axis: int) -> Spot | None:
    """Which axis of which producer an output axis comes from."""
    return _step(found, node, output, axis)[0]


def _step(found: Inference, node: Node, output: int, axis: int) -> tuple[Spot | None, dims.Dim, str]:
    """What an output axis comes from, the formula by which it does, and the symbol in it that stands for the source.

    It is found by asking the layer about marked sizes.
    """
    nothing = None, dims.UNKNOWN, ""
    specs, producers = given(found, node), found.producers(node)
    layer = found.layers[node.index]
    if not specs or layer is None or isinstance(node.inputs, dict):
        return nothing
    marks: dict[str, tuple[int, int]] = {}
    marked = []
    for i, spec in enumerate(specs):
        shape = []
        for j, _size in enumerate(spec.shape or ()):
            name = f"mark_{i}_{j}"
            marks[name] = (i, j)
            shape.append(dims.symbol(name))
        marked.append(spec._replace(shape=tuple(shape), mask=None))
    try:
        answer: Applied = apply(layer, marked, node.listed or len(marked) > 1, found.semantics)
        size = (answer.outputs[output].shape or ())[axis]
    except (Refusal, IndexError):
        shape0 = specs[0].shape or ()
        return ((producers[0][0].index, producers[0][1], axis), dims.UNKNOWN, "") if axis < len(shape0) else nothing
    names = [symbol.name for symbol in dims.symbols_of(size) if symbol.name in marks]
    if not names:
        return nothing
    name = min(names, key=lambda name: (marks[name][1] != axis, marks[name][0]))
    i, j = marks[name]
    return (producers[i][0].index, producers[i][1], j), size, name if len(names) == 1 else ""


def dropped(found: Inference, spot: Spot) -> int:
    """How many values at the end of an axis a layer leaves out, because its window does not reach them."""
    index, output, axis = spot
    source, formula, mark = _step(found, found.graph.nodes[index], output, axis)
    size = size_at(found, source) if source else None
    if not isinstance(size, int) or not isinstance(formula, dims.Expr) or not mark:
        return 0
    after = dims.evaluate(formula, {mark: size})
    most = min(size, MOST_DROPPED)
    return next((n for n in range(most) if n + 1 >= size or dims.evaluate(formula, {mark: size - n - 1}) != after), 0)


def maker(found: Inference, spot: Spot) -> Node:
    """The layer that made a size, behind all that only pass it on."""
    made, wanted = spot, size_at(found, spot)
    for at, size in way_back(found, spot):
        if size != wanted:
            break
        made = at
    return found.graph.nodes[made[0]]


def mask_maker(found: Inference, node: Node) -> Node | None:
    """The layer that made the mask that a node gets."""
    made = None
    for _ in range(len(found.graph.nodes)):
        masked = [
            producer
            for (producer, _), spec in zip(found.producers(node), given(found, node), strict=False)
            if spec.mask is not None
        ]
        if not masked:
            break
        made = node = masked[0]
    return made


def varying(sizes: Iterable[dims.Dim]) -> list[str]:
    """The symbols that vary between calls, in order of appearance."""
    symbols = (symbol for size in sizes if type(size) is not int for symbol in dims.symbols_of(size))
    return list(dict.fromkeys(symbol.name for symbol in symbols if symbol.varies))


def free(found: Inference, sizes: Iterable[dims.Dim]) -> list[tuple[str, list[str]]]:
    """The Inputs that declare the sizes that vary between calls, each with their names; the batch is not counted."""
    declarers: dict[str, list[str]] = {}
    for name in varying(sizes):
        for index, shape in found.input_shapes.items() if name != "B" else ():
            if not isinstance(shape, Refusal) and name in varying(shape):
                declarers.setdefault(found.graph.nodes[index].name, []).append(name)
                break
    return list(declarers.items())

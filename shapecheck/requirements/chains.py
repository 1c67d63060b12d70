"""Where a size comes from: the chain of an axis back to an input, and which layers on it lose rows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from shapecheck import axes, dims, origins, places
from shapecheck.diagnostic import Refusal
from shapecheck.dims import Dim, Expr
from shapecheck.graph import Node
from shapecheck.inference import Inference
from shapecheck.need import Obligation
from shapecheck.requirements.asserting import Asserted
from shapecheck.source import Span

LONGEST = 4_096
"""A chain is followed over so many layers."""
SHOWN = 10
"""So many steps of a chain are shown."""
NAMED = 8
"""So many causes are named."""


class Spot(NamedTuple):
    """An axis of an output of a node."""

    node: int
    output: int
    axis: int


class Chains:
    """The chains of one inference, each step found once."""

    __slots__ = ("_before", "_lengths", "inference")

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self._before: dict[Spot, Spot | None] = {}

    def size(self, spot: Spot) -> Dim | None:
        """The size at a spot; None where it is not known."""
        applied = self.inference.applied[spot.node]
        shape = applied.outputs[spot.output].shape if applied and spot.output < len(applied.outputs) else None
        return shape[spot.axis] if shape is not None and 0 <= spot.axis < len(shape) else None

    def before(self, spot: Spot) -> Spot | None:
        """The spot that a size was made from; of several of the same size the first in the wiring."""
        if spot not in self._before:
            self._before[spot] = self._found(spot)
        return self._before[spot]

    def _found(self, spot: Spot) -> Spot | None:
        node, size = self.inference.graph.nodes[spot.node], self.size(spot)
        if isinstance(size, Expr) and isinstance(node.inputs, list):
            same = []
            for producer, output in self.inference.producers(node):
                source = Spot(producer.index, output, spot.axis)
                if self.size(source) == size and self._once(source, size):
                    same.append(source)
            if same:
                return min(same)
        found = origins.before(self.inference, node, spot.output, spot.axis)
        return Spot(*found) if found else None

    def _once(self, spot: Spot, size: Expr) -> bool:
        """Whether no other axis there has the same size, so that the axis is told by it."""
        applied = self.inference.applied[spot.node]
        return applied is not None and (applied.outputs[spot.output].shape or ()).count(size) == 1

    def back(self, spot: Spot) -> list[Spot]:
        """A spot and all that it was made from, back to an input."""
        found = [spot]
        for _ in range(LONGEST):
            source = self.before(found[-1])
            if source is None:
                break
            found.append(source)
        return found

    # What an obligation looked at ----------------------------------------------------------------------------------

    def sides(self, owed: Obligation) -> list[Spot]:
        """The axes of the inputs that an obligation compares, or the axes that make up its size."""
        if isinstance(owed, Asserted):
            return [Spot(*spot) for spot in owed.spots]
        node: Node | None = owed.node
        if node is None:
            return []
        refusal = Refusal(owed.code, owed.param, axis=owed.axis, **{**owed.facts, "a": owed.a, "b": owed.b})
        two = origins.sides(self.inference, node, refusal)
        if two:
            return [Spot(index, output, axis) for _, index, output, axis in two]
        names = {s.name for f in (owed.a, owed.b) for s in dims.symbols_of(f)}
        found = []
        for producer, output in self.inference.producers(node):
            applied = self.inference.applied[producer.index]
            shape = (applied.outputs[output].shape if applied and output < len(applied.outputs) else None) or ()
            for axis, size in enumerate(shape):
                if axis == owed.axis and owed.axis and size in (owed.a, owed.b):
                    return [Spot(producer.index, output, axis)]
                if isinstance(size, Expr) and any(s.name in names for s in dims.symbols_of(size)):
                    found.append(Spot(producer.index, output, axis))
        exact = [spot for spot in found if self.size(spot) in (owed.a, owed.b)]
        return exact[:1] or found

    def names(self, owed: Obligation) -> list[str]:
        """The layers whose sizes an obligation compares."""
        return [self.inference.graph.nodes[spot.node].name for spot in self.sides(owed)]

    def causes(self, owed: Obligation) -> list[str]:
        """The layers that lose rows on the way to what an obligation compares, after the ways have parted."""
        sides = [self.back(spot) for spot in self.sides(owed)]
        shared = set.intersection(*map(set, sides)) if len(sides) > 1 else set()
        lossy: dict[str, None] = {}
        changed: dict[str, None] = {}
        for chain in sides:
            for spot, source in pairwise(chain):
                if spot in shared:
                    break
                after, ahead = self.size(spot), self.size(source)
                if after is None or ahead is None or after == ahead:
                    continue
                name = self.inference.graph.nodes[spot.node].name
                changed[name] = None
                if _loses(ahead, after):
                    lossy[name] = None
        return list(lossy or changed)[:NAMED]

    # Text ----------------------------------------------------------------------------------------------------------

    def texts(self, owed: Obligation, sizes: Mapping[str, int]) -> list[str]:
        """The chains of what an obligation compares at some sizes; one that is a part of another is left out."""
        spots = self.sides(owed)
        chains = [self.steps(spot, sizes) for spot in spots]
        if len(spots) == 1 and owed.node is not None:  # what the layer itself would make of it
            letter, steps = chains[0]
            chains = [(letter, [*steps, *self._made(owed.node, spots[0], sizes)])]
        found: list[str] = []
        for letter, steps in sorted(chains, key=lambda chain: -len(chain[1])):
            if len(steps) < 2 and len(chains) > 1:
                continue
            if any(len(other) > len(steps) and _within(steps, other) for _, other in chains):
                continue
            text = chain_text(letter, steps)
            if text not in found:
                found.append(text)
        return found

    def _made(self, node: Node, source: Spot, sizes: Mapping[str, int]) -> list[tuple[str, int]]:
        """What a layer makes of an axis that it reads, at some sizes."""
        applied = self.inference.applied[node.index]
        for output, spec in enumerate(applied.outputs if applied else ()):
            for axis, size in enumerate(spec.shape or ()):
                if self.before(Spot(node.index, output, axis)) == source:
                    try:
                        return [(node.name, dims.evaluate(size, sizes))]
                    except (KeyError, TypeError, ZeroDivisionError):
                        return []
        return []

    def symbolic(self, owed: Obligation) -> list[str]:
        """The chains of what an obligation compares, as formulas."""
        found = []
        for spot in self.sides(owed):
            text = origins.derivation(self.inference, (spot.node, spot.output, spot.axis))
            if text and text not in found:
                found.append(text)
        return found

    def steps(self, spot: Spot, sizes: Mapping[str, int]) -> tuple[str, list[tuple[str, int]]]:
        """The letter of an axis, and (layer, size) for each layer that changed it, input first."""
        inference = self.inference
        found: list[tuple[str, Dim]] = []
        letter = ""
        for place in self.back(spot):
            size = self.size(place)
            if size is None:
                break
            applied = inference.applied[place.node]
            rank = len((applied.outputs[place.output].shape if applied else None) or ())
            letter = axes.letter(place.axis, rank, inference.channels_first)
            if found and found[-1][1] == size:
                found.pop()
            found.append((inference.graph.nodes[place.node].name, size))
        found.reverse()
        known = []
        for name, size in found:
            try:
                known.append((name, dims.evaluate(size, sizes)))
            except (KeyError, TypeError, ZeroDivisionError):
                break
        return letter, known


def chain_text(letter: str, steps: list[tuple[str, int]]) -> str:
    """`H: image 358 -> pool0 179 -> pool1 89 -> pool2 44 -> up2 88`."""
    words = [f"{name} {dims.text(size)}" for name, size in steps]
    if len(words) > SHOWN:
        half = SHOWN // 2
        words = [*words[:half], "...", *words[-half:]]
    return f"{letter}: " + " -> ".join(words)


def _within(steps: list[tuple[str, int]], other: list[tuple[str, int]]) -> bool:
    return other[: len(steps)] == steps


def _loses(before: Dim, after: Dim) -> bool:
    """Whether a layer makes fewer rows of more by a stride: its slope is smaller."""
    if isinstance(before, int) or isinstance(after, int):
        return isinstance(before, int) and isinstance(after, int) and 2 * after <= before + 1
    for symbol in dims.symbols_of(before):
        old, new = dims.slope(before, symbol.name), dims.slope(after, symbol.name)
        if old and new and new[0] * old[1] < old[0] * new[1]:
            return True
    return False


def span(owed: Obligation) -> Span | None:
    """Where the layer of an obligation says what it reads, or where it stands."""
    if isinstance(owed, Asserted):
        return owed.assertion.place.span() if owed.assertion.place else None
    node: Node | None = owed.node
    if node is None:
        return None
    spec = node.spec
    inputs = spec.inputs_place
    found = inputs.span() if spec.inputs is not None and inputs is not None else None
    return places.kind_span(spec) if found is None else found

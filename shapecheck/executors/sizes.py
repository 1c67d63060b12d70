"""The sizes that stand for the symbols of a model in a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic, Refusal, ShapeError
from shapecheck.explain import worded
from shapecheck.inference import Inference

LEAST = 2
MOST = 4096
FEW = 64


def choose(found: Inference, requirements: Any, at: Mapping[str, int], shapes: Mapping[str, Any]) -> dict[str, int]:
    """A size for every symbol: as given, as the arrays have it, else the smallest valid one of at least 2, or 1.

    Raises ShapeError where the sizes that were given are not valid together, or none is found.
    """
    sizes = {name: size for name, size in at.items() if name in found.symbols}
    for index in found.graph.inputs:
        name = found.graph.nodes[index].name
        if name in shapes:
            _match(found, index, shapes[name], sizes)
    free = [name for name in found.symbols if name not in sizes]
    for name in free:
        sizes[name] = LEAST
    if requirements.holds(**sizes) is not False:
        return sizes
    if _search(requirements, sizes, free) or _with_ones(requirements, sizes, free):
        return sizes
    given = ", ".join(f"{name}={size}" for name, size in sizes.items() if name not in free)
    conditions = " and ".join(condition.text for condition in requirements)
    refusal = Refusal("SC601", conditions=f"{conditions}{f', at {given}' if given else ''}")
    message, help = worded(refusal, "")
    raise ShapeError(Diagnostic("SC601", message, help=help))


def _match(found: Inference, index: int, shape: Any, sizes: dict[str, int]) -> None:
    """Read the sizes of symbols off the shape of an array."""
    applied = found.applied[index]
    inferred = (applied.outputs[0].shape if applied else None) or ()
    if len(inferred) == len(shape):
        for axis, (size, number) in enumerate(zip(inferred, shape, strict=True)):
            symbols = dims.symbols_of(size)
            if len(symbols) != 1 or symbols[0].name in sizes:
                continue
            name = symbols[0].name
            plain = size == dims.symbol(name, varies=symbols[0].varies)
            sought = (number,) if plain else range(1, 4 * min(number, MOST) + 2)
            solution = next((n for n in sought if n > 0 and dims.evaluate(size, {name: n}) == number), None)
            if solution is None:
                node = found.graph.nodes[index]
                facts = {"name": node.name, "expected": inferred, "given": shape}
                message, help = worded(Refusal("SC501", **facts, axis=axis), "")
                raise ShapeError(Diagnostic("SC501", message, layer=node.name, help=help, facts=facts))
            sizes[name] = solution


def _search(requirements: Any, sizes: dict[str, int], free: list[str]) -> bool:
    """Raise the free sizes, all alike first, then one after the other."""
    for size in range(LEAST, MOST):
        trial = sizes | dict.fromkeys((name for name in free if name != "B"), size)
        if requirements.holds(**trial):
            sizes.update(trial)
            break
    else:
        for name in free:
            least = requirements.minimum(name)
            sizes[name] = max(LEAST, least or LEAST)
        if requirements.holds(**sizes) is False and not _one_by_one(requirements, sizes, free):
            return False
    for name in free:  # then as small as each can be with the others
        for size in range(LEAST, sizes[name]):
            if requirements.holds(**{**sizes, name: size}):
                sizes[name] = size
                break
    return True


def _with_ones(requirements: Any, sizes: dict[str, int], free: list[str]) -> bool:
    """Where nothing of at least 2 is valid: all of size 1, or one of them, and the others alike."""
    names = [name for name in free if name != "B"]
    for ones in (names, *([name] for name in names)):
        for size in range(1, FEW):
            trial = sizes | dict.fromkeys(names, size) | dict.fromkeys(ones, 1)
            if requirements.holds(**trial):
                sizes.update(trial)
                return True
    return False


def _one_by_one(requirements: Any, sizes: dict[str, int], free: list[str]) -> bool:
    for name in free:
        for size in range(LEAST, MOST):
            if requirements.holds(**{**sizes, name: size}):
                sizes[name] = size
                return True
    return False

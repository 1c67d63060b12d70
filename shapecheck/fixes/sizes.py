"""A model whose fixed sizes fail: the condition on the sizes, and the nearest that are valid."""

from __future__ import annotations

from collections.abc import Mapping

from shapecheck import requirements
from shapecheck.diagnostic import Diagnostic
from shapecheck.fixes import Budget, Change, clean
from shapecheck.infer import infer
from shapecheck.inference import Inference
from shapecheck.requirements.freeing import Freed, free
from shapecheck.words import listing


def suggest(found: Inference, finding: Diagnostic, budget: Budget) -> list[Change] | str:
    """What the sizes of the inputs would have to be, checked at the nearest sizes before it is said.

    A text instead of a fix says that no sizes help. Where the sizes hang together, one is let free at a time.
    """
    if not budget.take(4 * len(found.graph.nodes)):
        return []
    freed = free(found)
    if freed is None:
        return []
    if (finding.code, finding.layer) in {(f.code, f.layer) for f in freed.inference.findings}:
        return "this is so at every size of the inputs"
    whole = _stated(freed.inference, freed.sizes, freed, found, finding)
    if whole is not None or len(freed.sizes) < 2 or not budget.take(3 * len(freed.sizes) * len(found.graph.nodes)):
        return [whole] if whole is not None else []
    fixes = []
    for name, size in freed.sizes.items():
        rest = {other: now for other, now in freed.sizes.items() if other != name}
        fixes.append(_stated(infer(freed.inference.graph, rest), {name: size}, freed, found, finding))
    return [fix for fix in fixes if fix is not None]


def _stated(
    way: Inference, sizes: dict[str, int], freed: Freed, found: Inference, finding: Diagnostic
) -> Change | None:
    """The condition on the sizes that are free in `way`, and the nearest sizes that meet it."""
    conditions = requirements.solve(way.obligations, way.symbols)  # whatever else is wrong with the model
    stated = [condition for condition in conditions if set(condition.symbols) & set(sizes)]
    if conditions.empty is not None or not stated or any(len(condition.symbols) > 1 for condition in stated):
        return None
    near = [
        new
        for new in _nearest(conditions, sizes)
        if clean(infer(freed.inference.graph, freed.sizes | new), found, finding)
    ]
    if not near:
        return None
    texts = [condition.text for condition in stated]
    joined = " and ".join(f"({text})" if " or " in text and len(texts) > 1 else text for text in texts)
    fixed = [f"{name} = {size}" for name, size in freed.sizes.items() if name not in sizes]
    given = f"with {listing(fixed)} " if fixed else ""
    said = listing([_changes(new, sizes, named=bool(fixed)) for new in near])
    verb = "is" if len(near) == 1 else "are"
    nearest = "" if all(" == " in text and "%" not in text for text in texts) else f"; the nearest {verb} {said}"
    return Change(f"{given}this model is valid only when {joined}{nearest}")


def _nearest(conditions: requirements.Requirements, sizes: Mapping[str, int]) -> list[dict[str, int]]:
    """The sizes with every wrong one lowered to the nearest that is valid, and with every wrong one raised."""
    below, above = dict(sizes), dict(sizes)
    for name, size in sizes.items():
        if conditions.values(name, size, size):
            continue
        low, high = conditions.nearest(name, size)
        below[name], above[name] = low or 0, high or 0
    return [near for near in (below, above) if all(near.values()) and near != dict(sizes)]


def _changes(near: Mapping[str, int], sizes: Mapping[str, int], named: bool) -> str:
    """The sizes that differ: `352` where all of them become the same, else `H = 352, W = 360`."""
    changed = {name: size for name, size in near.items() if sizes[name] != size}
    if not named and len(changed) == len(sizes) and len(set(changed.values())) == 1:
        return str(next(iter(changed.values())))
    said = ", ".join(f"{name} = {size}" for name, size in changed.items())
    return f"({said})" if len(changed) > 1 else said

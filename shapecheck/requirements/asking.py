"""Questions to a set of claims: do they hold at some sizes, and which sizes of one symbol are left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shapecheck.requirements.boxes import Box
from shapecheck.requirements.claims import Claim
from shapecheck.requirements.cycles import Steps
from shapecheck.requirements.sets import EVERY, OverBudget
from shapecheck.requirements.system import COST, System

EACH = 8
"""What an atom of a claim at one size counts as, in evaluations of a column."""


def partly(claims: Sequence[Claim], bound: Mapping[str, int], steps: Steps | None = None) -> bool | None:
    """Whether claims hold for all (True) or none (False) of the sizes left free; None: for some, or not known."""
    left = [claim.substitute(bound) for claim in claims]
    left = [claim for claim in left if claim.truth is not True]
    if not left:
        return True
    system = System(left, steps)
    if system.empty:
        return False
    solved = not system.joints and not system.open
    return True if solved and all(sizes.everything for sizes in system.sets.values()) else None


def possible(system: System, name: str, low: int, high: int | None, up: bool) -> Iterator[int]:
    """The sizes of one symbol from low to high that some sizes of the others may go with; downwards if not `up`.

    Where claims on several symbols are too much work, a size is left out only if it is refuted. Without a `high` the
    search ends when it is too much work.
    """
    if system.empty:
        return
    joints = [joint for joint in system.joints if name in joint.claim.symbols]
    boxes = [joint.boxes for joint in joints if joint.boxes]
    alone = [claim for claim in system.open if claim.symbols == (name,)]
    tied = joints and (len(joints) > 1 or not boxes)
    claims = [claim for claim in system.claims if claim.truth is None]
    steps = Steps()
    h: int | None = low if up else high
    try:
        while h is not None and h >= low and (high is None or h <= high):
            h = _next(system, name, boxes, h, up)
            if h is None or h < low or (high is not None and h > high):
                return
            if high is None and not steps.take(EACH * sum(claim.weight for claim in alone)):
                return
            good = all(claim.at({name: h}) for claim in alone)
            if good and tied and steps.take(COST):
                good = partly(claims, {name: h}, steps) is not False
            if good:
                yield h
            h += 1 if up else -1
    except OverBudget:
        return


def _next(system: System, name: str, boxes: Sequence[Sequence[Box]], h: int, up: bool) -> int | None:
    """The first size from h on that lies in the set of the symbol and in a box of every claim."""
    unions = [[system.sets.get(name, EVERY)], *[[box.sizes.get(name, EVERY) for box in several] for several in boxes]]
    while True:
        start = h
        for several in unions:
            found = [s.after(h) if up else s.before(h) for s in several]
            ends = [size for size in found if size is not None]
            if not ends:
                return None
            h = min(ends) if up else max(ends)
        if h == start:
            return h

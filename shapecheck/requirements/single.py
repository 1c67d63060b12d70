"""All claims on one symbol together: the exact set of its sizes.

Bounds come first. Sizes below the point from which every claim repeats are evaluated one by one. Beyond it claims are
taken in order of their period, and only residues that survived the earlier ones are lifted to the next period.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, lcm
from typing import NamedTuple

from shapecheck import dims
from shapecheck.dims import Expr
from shapecheck.dims.nodes import Floor, Symbol
from shapecheck.requirements import cycles as cyclic
from shapecheck.requirements.bounding import DIGIT
from shapecheck.requirements.claims import NATURAL, ZERO, Claim
from shapecheck.requirements.cycles import SURVIVORS, Cycle, Steps
from shapecheck.requirements.rhythm import Rhythm, settle
from shapecheck.requirements.sets import EVERY, NONE, OverBudget, Sizes, runs_of, tidy

EARLY = 1 << 17
"""At most this many sizes are evaluated one by one below the point from which a claim repeats."""
SPLITS = 4_096
"""Residue classes that are split for a claim whose period is over the limit."""
SPLIT = 256
"""What putting a class into an atom counts as, in evaluations."""
BLOCK = 1_024
"""A class whose claim has at most this period is evaluated instead of split."""


class Solved(NamedTuple):
    """`sizes` are those at which all claims but the `open` ones hold; `used` are the claims that ruled some out."""

    sizes: Sizes
    used: list[Claim]
    open: list[Claim]


def solve(name: str, claims: Sequence[Claim], steps: Steps) -> Solved:
    """The sizes of one symbol at which all claims hold, each of which is on that symbol alone."""
    if any(claim.truth is False for claim in claims):
        return Solved(NONE, [claim for claim in claims if claim.truth is False], [])
    used: list[Claim] = []
    left = list(claims)
    sizes = EVERY
    for last in (False, True):  # products may be monotone only above the bounds that the other claims give
        sizes, left, rhythms = _bounded(name, sizes, left, used, steps, final=last)
        if sizes is NONE:
            return Solved(NONE, used, [])
    low = sizes.after(1) or 1
    if sizes.start is None and left:
        first, last_ = sizes.runs[0][0], sizes.runs[-1][1]
        if len(sizes.runs) > 1 or last_ - first < EARLY:
            return _listed(name, sizes, left, used, steps)
        sizes = Sizes((), first, (), last_)
    if not left:
        return Solved(sizes, used, [])
    beats: list[tuple[Rhythm, Claim]] = []
    late: list[Claim] = []
    for claim in left:
        rhythm = rhythms.get(claim.key)
        if rhythm is not None and rhythm.start <= low + EARLY:
            beats.append((rhythm, claim))
        else:
            late.append(claim)
    beats.sort(key=lambda beat: (beat[0].period, beat[0].start, beat[1].weight, beat[1].key[1]))
    start = max([sizes.start or 1, *[rhythm.start for rhythm, _ in beats]])
    early = [h for a, b in sizes.between(1, start - 1) for h in range(a, b + 1)]
    cycles: tuple[Cycle, ...] = ()
    for rhythm, claim in beats:
        if not steps.take(len(early) * claim.weight):
            late.append(claim)
            continue
        before = len(early)
        kept = [h for h, good in zip(early, claim.table(name, early), strict=True) if good] if early else early
        found = _with_claim(name, cycles, rhythm.period, claim, start, steps)
        if found is None:
            late.append(claim)
            continue
        early = kept
        if found != cycles or len(kept) < before:
            used.append(claim)
        cycles = found
    return Solved(tidy(runs_of(early), start, cycles, sizes.stop), used, late)


def _bounded(
    name: str, sizes: Sizes, claims: list[Claim], used: list[Claim], steps: Steps, final: bool
) -> tuple[Sizes, list[Claim], dict[object, Rhythm]]:
    """The sizes with every claim taken in that leaves an interval; the claims that are left, and their rhythms."""
    left: list[Claim] = []
    rhythms: dict[object, Rhythm] = {}
    low = sizes.after(1) or 1
    for claim in claims:
        simple = len(claim.atoms) == 1 and claim.atoms[0].kind == NATURAL
        if not final and not simple:
            left.append(claim)
            continue
        found = _settled(claim, name, low, steps)
        if isinstance(found, Sizes):
            try:
                both = sizes & found
            except OverBudget:
                left.append(claim)
                continue
            if both.runs != sizes.runs or both.start != sizes.start or both.stop != sizes.stop or both.cycles:
                used.append(claim)
            sizes = both
            if sizes.empty:
                return NONE, [], {}
        else:
            left.append(claim)
            if found is not None:
                rhythms[claim.key] = found
    return sizes, left, rhythms


def _plain(name: str, claim: Claim, start: int, steps: Steps) -> Cycle | None:
    """`h - m*((h + e)//m) == c` is `h % m == c`, however long the period; other atoms may hold below `start` only."""
    alive = []
    for atom in claim.atoms:
        known = settle(atom, name, 1, steps)
        if not isinstance(known, Sizes) or known.start is not None or any(b >= start for _, b in known.runs):
            alive.append(atom)
    if len(alive) != 1 or alive[0].kind != ZERO:
        return None
    f = alive[0].f
    if not isinstance(f, Expr) or len(f.terms) != 2:
        return None
    for (h, one), (quotient, by) in (f.terms, f.terms[::-1]):
        if isinstance(h, Symbol) and isinstance(quotient, Floor) and abs(one) == 1 and quotient.den == -by * one:
            inside = quotient.num - dims.symbol(h.name, h.varies)
            modulus = abs(by)
            if isinstance(inside, int):
                # one*f = (h + e) % m - e + one*const, so the remainder has to be e - one*const
                wanted = inside - one * f.const
                found = ((wanted - inside) % modulus,) if 0 <= wanted < modulus else ()
                return Cycle(modulus, found)
    return None


def _settled(claim: Claim, name: str, low: int, steps: Steps) -> Sizes | Rhythm | None:
    """The interval in which a claim holds, or the rhythm of its truth."""
    found = [settle(atom, name, low, steps) for atom in claim.atoms]
    if len(found) == 1:
        return found[0]
    start = period = 1
    for one in found:
        if one is None:
            return None
        if isinstance(one, Sizes):
            ends = [b for _, b in one.runs]
            one = Rhythm(one.start if one.start is not None else max(ends, default=0) + 1, 1)
        start, period = max(start, one.start), lcm(period, one.period)
    if start > low + EARLY and all(isinstance(one, Sizes) for one in found):
        union = NONE
        for one in found:
            assert isinstance(one, Sizes)
            union = union | one
        return union
    return Rhythm(start, period)


def _listed(name: str, sizes: Sizes, claims: list[Claim], used: list[Claim], steps: Steps) -> Solved:
    """A finite set, each of its sizes evaluated."""
    count = sum(b - a + 1 for a, b in sizes.runs)
    if count > EARLY:
        return Solved(sizes, used, claims) if claims else Solved(sizes, used, [])
    column = [h for a, b in sizes.runs for h in range(a, b + 1)]
    late = []
    for claim in sorted(claims, key=lambda c: (c.weight, c.key[1])):
        if not steps.take(len(column) * claim.weight):
            late.append(claim)
            continue
        kept = [h for h, good in zip(column, claim.table(name, column), strict=True) if good] if column else column
        if len(kept) < len(column):
            used.append(claim)
        column = kept
    return Solved(Sizes(runs_of(column)), used, late)


# Residues --------------------------------------------------------------------------------------------------------


def _with_claim(
    name: str, cycles: tuple[Cycle, ...], period: int, claim: Claim, start: int, steps: Steps
) -> tuple[Cycle, ...] | None:
    """The conjunction with one claim more, of a given period from `start` on; None where that is too much work."""
    plain = _plain(name, claim, start, steps) if period > BLOCK else None
    if plain is not None:
        return cyclic.add(cycles, plain, steps)
    near = [cycle for cycle in cycles if gcd(cycle.modulus, period) > 1]
    apart = [cycle for cycle in cycles if gcd(cycle.modulus, period) == 1]
    known: Cycle | None = Cycle(1, (0,))
    for cycle in near:
        known = known and cyclic.join(known, cycle, steps)
    if known is not None:
        modulus = lcm(known.modulus, period)
        if len(known.residues) * (modulus // known.modulus) <= SURVIVORS:
            candidates = [r + k for k in range(0, modulus, known.modulus) for r in known.residues]
            kept = _surviving(name, claim, modulus, candidates, start, steps)
            if kept is None:
                return None
            return _sorted([*apart, cyclic.reduced(modulus, kept)])
    if period <= SURVIVORS:
        kept = _surviving(name, claim, period, range(period), start, steps)
        return None if kept is None else cyclic.add(cycles, cyclic.reduced(period, kept), steps)
    if known is None or period % known.modulus:
        known = Cycle(1, (0,))
    fresh = _split(name, claim, known, period, start, steps)
    return None if fresh is None else cyclic.add(cycles, fresh, steps)


def _sorted(cycles: Sequence[Cycle]) -> tuple[Cycle, ...]:
    return tuple(sorted(cycle for cycle in cycles if cycle.modulus > 1 or not cycle.residues))


def _surviving(
    name: str, claim: Claim, modulus: int, residues: Sequence[int], start: int, steps: Steps
) -> list[int] | None:
    """The residues at which a claim holds from `start` on."""
    if not steps.take(len(residues) * claim.weight):
        return None
    if not residues:
        return []
    column = [start + (r - start) % modulus for r in residues]
    return [r for r, good in zip(residues, claim.table(name, column), strict=True) if good]


def _split(name: str, claim: Claim, known: Cycle, period: int, start: int, steps: Steps) -> Cycle | None:
    """The residues of a claim of long period: a class that is not decided is split by the next prime.

    With h = m*t + r in its place, an expression simplifies, and whole classes come out true or false by their bounds.
    """
    kept: list[int] = []
    waiting = [(known.modulus, r) for r in reversed(known.residues)]
    splits = 0
    whole = period
    classes: list[tuple[int, int]] = []
    while waiting:
        modulus, r = waiting.pop()
        splits += 1
        if splits > SPLITS or not steps.take(SPLIT * claim.weight * (1 + modulus.bit_length() // DIGIT)):
            return None
        first = start + (r - start) % modulus
        inner = claim.substitute({name: modulus * dims.symbol(name) + (first - modulus)})
        if inner.truth is not None:
            if inner.truth:
                classes.append((modulus, r))
            continue
        rest = whole // modulus
        if rest <= BLOCK:
            column = range(1, rest + 1)
            if not steps.take(rest * claim.weight):
                return None
            for t, good in zip(column, inner.table(name, column), strict=True):
                if good:
                    classes.append((whole, (first + modulus * (t - 1)) % whole))
            continue
        p = cyclic.least_prime(rest)
        if p > BLOCK:
            return None
        waiting += [(modulus * p, r + modulus * k) for k in reversed(range(p))]
    deepest = lcm(1, *[modulus for modulus, _ in classes])
    if sum(deepest // modulus for modulus, _ in classes) > SURVIVORS:
        return None
    for modulus, r in classes:
        kept += range(r, deepest, modulus)
    return cyclic.reduced(deepest, kept)


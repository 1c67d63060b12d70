"""A product of one-symbol factors against a number or a divisor: a union of boxes over its divisors.

`(H//4)*(W//4) == 576` holds where H//4 is a divisor of 576 and W//4 the other one; `5 divides H*W` where 5 divides
one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shapecheck import dims
from shapecheck.dims import Dim, Expr
from shapecheck.dims.nodes import Product
from shapecheck.requirements import single
from shapecheck.requirements.claims import MULTIPLE, ZERO, Atom, Claim, claim
from shapecheck.requirements.cycles import Steps
from shapecheck.requirements.sets import EVERY, NONE, Sizes


class Box(NamedTuple):
    """A set for each symbol of a claim, and the claims on one symbol that say so."""

    sizes: dict[str, Sizes]
    claims: tuple[Claim, ...]


COST = 4_000
"""What solving for one divisor counts as, in evaluations."""
MOST = 4_096
"""At most this many boxes stand for one claim."""
LARGEST = 1 << 40
"""A larger number is not taken apart into its divisors."""


def boxes(made: Claim, steps: Steps) -> list[Box] | None:
    """The boxes in which a claim holds; None where it is no such product, or there are too many."""
    if len(made.atoms) != 1:
        return None
    (atom,) = made.atoms
    groups = _groups(atom)
    if groups is None:
        return None
    names = sorted(groups)
    if atom.kind == ZERO:
        assert isinstance(atom.f, Expr)
        number = -atom.f.const
    else:
        assert isinstance(atom.d, int)
        number = atom.d
    if abs(number) > LARGEST or len(names) > 8:
        return None
    signed = [atom.kind == ZERO and (dims.bounds(groups[name])[0] is None or (dims.bounds(groups[name])[0] or 0) < 0)
              for name in names]  # fmt: skip
    known: dict[tuple[str, int], tuple[Claim, Sizes] | None] = {}
    found: list[Box] = []
    for count, shares in enumerate(_shares(number, signed)):
        if count >= MOST:
            return None
        box: dict[str, Sizes] = {}
        claims = []
        for name, share in zip(names, shares, strict=True):
            if (name, share) not in known:
                if not steps.take(COST):
                    return None
                known[name, share] = _solved(made, name, groups[name], share, steps)
            solved = known[name, share]
            if solved is None:
                return None
            claims.append(solved[0])
            box[name] = solved[1]
        if not any(sizes.empty for sizes in box.values()):
            found.append(Box(box, tuple(claims)))
    return found


def _groups(atom: Atom) -> dict[str, Dim] | None:
    """The factors of a product by their symbol, where every factor has only one."""
    f = atom.f
    if not isinstance(f, Expr) or len(f.terms) != 1:
        return None
    node, c = f.terms[0]
    against_number = atom.kind == ZERO and c == 1 and f.const != 0
    against_divisor = atom.kind == MULTIPLE and isinstance(atom.d, int) and not f.const and c > 0
    if not isinstance(node, Product) or not (against_number or against_divisor):
        return None
    found: dict[str, Dim] = {}
    for factor in dims.factors(f - f.const)[1]:
        names = dims.symbols_of(factor)
        if len(names) != 1:
            return None
        found[names[0].name] = found.get(names[0].name, 1) * factor
    return found if len(found) > 1 else None


def _solved(made: Claim, name: str, factor: Dim, share: int, steps: Steps) -> tuple[Claim, Sizes] | None:
    """Where one factor is its share of the number, or a multiple of its share of the divisor."""
    kind = made.atoms[0].kind
    wanted = claim([(kind, factor - share, 0) if kind == ZERO else (kind, factor, share)], made.obligations)
    if wanted.truth is not None:
        return wanted, EVERY if wanted.truth else NONE
    solved = single.solve(name, [wanted], steps)
    return None if solved.open else (wanted, solved.sizes)


def _shares(number: int, signed: Sequence[bool]) -> Iterator[tuple[int, ...]]:
    """The ways to write a number as an ordered product, with negative factors only where they are allowed."""
    divisors = _divisors(abs(number))

    def ways(rest: int, places: int) -> Iterator[tuple[int, ...]]:
        if places == 1:
            yield (rest,)
            return
        for d in divisors:
            if rest % d == 0:
                for others in ways(rest // d, places - 1):
                    yield (d, *others)

    for shares in ways(abs(number), len(signed)):
        for signs in _signs(signed, number < 0):
            yield tuple(-share if minus else share for share, minus in zip(shares, signs, strict=True))


def _signs(signed: Sequence[bool], negative: bool) -> Iterator[tuple[bool, ...]]:
    places = [i for i, may in enumerate(signed) if may]
    for mask in range(1 << len(places)):
        if mask.bit_count() % 2 == negative:
            minus = {place for bit, place in enumerate(places) if mask >> bit & 1}
            yield tuple(i in minus for i in range(len(signed)))


def _divisors(number: int) -> list[int]:
    found = []
    d = 1
    while d * d <= number:
        if number % d == 0:
            found.append(d)
            if d * d < number:
                found.append(number // d)
        d += 1
    return sorted(found)

"""Claims on several symbols: sizes and formulas put in the place of symbols, and relations made simpler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import lcm

from shapecheck import dims
from shapecheck.dims import Dim, Expr
from shapecheck.dims.nodes import Symbol
from shapecheck.requirements import cycles as cyclic
from shapecheck.requirements.claims import MULTIPLE, NATURAL, ZERO, Claim, claim
from shapecheck.requirements.sets import EVERY, Sizes


def simpler(made: Claim, sets: Mapping[str, Sizes]) -> Claim:
    """A relation without quotients, where every size of its symbols lies in one residue class.

    With H = 2*t and W = 2*u, `ceil(H/2) == ceil(W/2)` is t == u, which is `H == W`.
    """
    if len(made.atoms) != 1 or made.atoms[0].kind not in (ZERO, NATURAL):
        return made
    classes = {name: _class(sets.get(name, EVERY)) for name in made.symbols}
    if all(modulus == 1 for modulus, _ in classes.values()):
        return made
    # Each symbol is modulus*t + first - modulus with t >= 1; what is left without quotients is turned back.
    places = {name: m * _same_symbol(made, name) + (first - m) for name, (m, first) in classes.items()}
    fresh = made.substitute(places)
    if fresh.truth is not None or len(fresh.atoms) != 1:
        return made
    f = fresh.atoms[0].f
    if not isinstance(f, Expr) or any(not isinstance(node, Symbol) for node, _ in f.terms):
        return made
    scale = lcm(*[m for m, _ in classes.values()])
    turned: Dim = f.const * scale
    for node, c in f.terms:
        assert isinstance(node, Symbol)
        m, first = classes[node.name]
        turned = turned + (_same_symbol(made, node.name) + (m - first)) * (c * scale // m)
    again = claim([(made.atoms[0].kind, turned, 0)], made.obligations)
    return again if again.truth is None and again.weight <= made.weight else made


def _class(sizes: Sizes) -> tuple[int, int]:
    """(modulus, least size) of a residue class that holds all sizes of a set; (1, 1) where there is none."""
    for modulus, residues in cyclic.canonical(sizes.cycles):
        strays = (h for a, b in sizes.runs for h in {a, min(a + 1, b), b} if h % modulus != residues[0])
        if len(residues) == 1 and next(strays, None) is None:
            return modulus, residues[0] or modulus
    return 1, 1


def _same_symbol(made: Claim, name: str) -> Expr:
    """The symbol of that name as it stands in a claim: one that varies is another symbol than one that does not."""
    for atom in made.atoms:
        for symbol in (*dims.symbols_of(atom.f), *dims.symbols_of(atom.d)):
            if symbol.name == name:
                return dims.symbol(name, symbol.varies)
    return dims.symbol(name)


def reduced(claims: Sequence[Claim]) -> tuple[list[Claim], list[Claim]]:
    """(claims on several symbols, claims on one) after formulas of symbols were put into the other claims.

    From `H == 2*(W//2)` and `W == 2*(H//2)` the first becomes `H % 2 == 0`.
    """
    left = list(claims)
    alone: list[Claim] = []
    formulas = [(made, solved) for made in claims if (solved := _formula(made)) is not None and solved[2] == 1]
    for made, (name, formula, _) in sorted(formulas, key=lambda pair: pair[1][0], reverse=True):
        if not any(made is claim for claim in left):
            continue
        for place, other in enumerate(left):
            if other is not made and name in other.symbols:
                fresh = other.substitute({name: formula})
                if len(fresh.symbols) < 2 and fresh.weight <= 4 * other.weight:
                    left[place] = fresh
        alone += [claim for claim in left if len(claim.symbols) == 1 or claim.truth is False]
        left = [claim for claim in left if len(claim.symbols) > 1]
    return left, alone


def eliminated(claims: Sequence[Claim]) -> list[Claim] | None:
    """The claims without those symbols that one of them gives as a formula of the others; None where that ends.

    From `W == 2*(H//2)` the symbol W goes, `2*(H//2) >= 1` comes.
    """
    left = list(claims)
    while True:
        several = [c for c in left if len(c.symbols) > 1]
        if not several:
            return left
        for made in several:
            solved = _formula(made)
            if solved is not None:
                break
        else:
            return None
        name, formula, divisor = solved
        whole = claim([(MULTIPLE, formula, divisor)], made.obligations)
        at_least_one = claim([(NATURAL, formula - divisor, 0)], made.obligations)
        place = {name: formula // divisor}
        left = [c.substitute(place) if name in c.symbols else c for c in left if c is not made]
        left = [c for c in [*left, whole, at_least_one] if c.truth is not True]


def _formula(made: Claim) -> tuple[str, Dim, int] | None:
    """(s, f, d) for a symbol s of an equality that says s == f/d, d >= 1, with f a formula of the other symbols."""
    if len(made.atoms) != 1 or made.atoms[0].kind != ZERO:
        return None
    f = made.atoms[0].f
    if not isinstance(f, Expr):
        return None
    for node, c in sorted(f.terms, key=lambda term: abs(term[1])):
        if isinstance(node, Symbol):
            others = f - c * dims.symbol(node.name, node.varies)
            if all(s.name != node.name for s in dims.symbols_of(others)):
                return node.name, -others if c > 0 else others, abs(c)
    return None

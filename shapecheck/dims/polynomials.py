"""Products multiplied out, and exact division of polynomials in atoms."""

from __future__ import annotations

from shapecheck.dims.form import build, factored, from_factors, scale, total_of
from shapecheck.dims.nodes import CAP, Expr, Known, Node, Product

Monomial = tuple[Node, ...]
Polynomial = dict[Monomial, int]


def exact_quotient(a: Known, b: Known) -> Known | None:
    """q where a == q*b as polynomials in the atoms, else None. A zero b divides nothing."""
    if not isinstance(b, Expr):
        if not b:
            return None
        if not isinstance(a, Expr):
            return None if a % b else a // b
        if a.const % b or any(c % b for _, c in a.terms):
            return None
        return build(a.const // b, [(t, c // b) for t, c in a.terms])
    if not isinstance(a, Expr):
        return None if a else 0
    top, over = factored(a)
    bottom, under = factored(b)
    if top % bottom:
        return None
    left, wanted = list(over), []
    for factor in under:
        if factor in left:
            left.remove(factor)
        else:
            wanted.append(factor)
    if not wanted:
        return from_factors(top // bottom, left)
    if not any(isinstance(f, Expr) for f in left):
        return None  # distinct atoms are independent, and a sum does not divide a product of them
    numerator = expanded(from_factors(1, left))
    denominator = expanded(from_factors(1, wanted))
    if numerator is None or denominator is None:
        return None
    quotient = _divide_polynomials(numerator, denominator)
    if quotient is None:
        return None
    return scale(total_of(from_factors(c, m) for m, c in quotient.items()), top // bottom)


def expanded(a: Known) -> Polynomial | None:
    """All products multiplied out, as monomial -> coefficient; None where that takes more than CAP monomials."""
    if not isinstance(a, Expr):
        return {(): a} if a else {}
    found: Polynomial = {(): a.const} if a.const else {}
    for node, c in a.terms:
        for monomial, k in _monomials(node, c).items():
            found[monomial] = found.get(monomial, 0) + k
            if len(found) > CAP:
                return None
    return {m: k for m, k in found.items() if k}


def _monomials(node: Node, c: int) -> Polynomial:
    if not isinstance(node, Product):
        return {(node,): c}
    found: Polynomial = {(): c}
    for factor in node.factors:
        pieces: Polynomial = {(factor,): 1}
        if isinstance(factor, Expr):
            pieces = expanded(factor) or {}
        if not pieces or len(found) * len(pieces) > 16 * CAP:
            return {(node,): c}  # too many to multiply out: the product stays one atom
        fresh: Polynomial = {}
        for m, k in found.items():
            for m2, k2 in pieces.items():
                both = tuple(sorted(m + m2, key=lambda f: f.key))
                fresh[both] = fresh.get(both, 0) + k * k2
        found = fresh
    return found


def _divide_polynomials(a: Polynomial, b: Polynomial) -> Polynomial | None:
    """a / b by leading terms in lexicographic order, or None where it leaves a remainder."""
    atoms = sorted({f for m in (*a, *b) for f in m}, key=lambda f: f.key)
    place = {atom: i for i, atom in enumerate(atoms)}

    def powers(m: Monomial) -> tuple[int, ...]:
        found = [0] * len(atoms)
        for f in m:
            found[place[f]] += 1
        return tuple(found)

    rest = {powers(m): c for m, c in a.items()}
    divisor = {powers(m): c for m, c in b.items()}
    lead = max(divisor)
    quotient: dict[tuple[int, ...], int] = {}
    while rest:
        top = max(rest)
        power = tuple(x - y for x, y in zip(top, lead, strict=True))
        if min(power, default=0) < 0 or rest[top] % divisor[lead] or len(quotient) >= CAP:
            return None
        q = quotient[power] = rest[top] // divisor[lead]
        for m, c in divisor.items():
            at = tuple(x + y for x, y in zip(m, power, strict=True))
            value = rest.get(at, 0) - q * c
            if value:
                rest[at] = value
            else:
                rest.pop(at, None)
    return {tuple(atom for atom, n in zip(atoms, m, strict=True) for _ in range(n)): c for m, c in quotient.items()}

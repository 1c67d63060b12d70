"""How a product of quasi-linear sizes grows along its one symbol: from which size on its sign is settled.

Where `facts` gives a band around a line, this gives one around a polynomial: low_k and high_k with
sum(low_k * h**k) <= q*f(h) <= sum(high_k * h**k) for h >= start.
"""

from __future__ import annotations

from math import lcm
from typing import NamedTuple

from shapecheck.dims.facts import line
from shapecheck.dims.nodes import Expr, Floor, Known, Node, Product

DEGREE = 8


class Envelope(NamedTuple):
    """Coefficient intervals from the constant upwards, over q, from `start` on."""

    coefficients: list[tuple[int, int]]
    q: int
    start: int


def settled_sign(f: Expr, name: str) -> tuple[int, int] | None:
    """(sign, first) such that f has that sign for all sizes >= first; None where the envelope does not tell."""
    if f.level:
        return None
    found = _sum(f, name)
    if found is None:
        return None
    low, high = found.coefficients[-1]
    if low > 0:
        return 1, max(found.start, _past_roots([c[0] for c in found.coefficients]))
    if high < 0:
        return -1, max(found.start, _past_roots([-c[1] for c in found.coefficients]))
    return None


def _past_roots(coefficients: list[int]) -> int:
    """A size from which a polynomial with a positive leading coefficient stays positive.

    No positive root exceeds 2*max((-a_k/a_n)**(1/(n - k)) for a_k < 0) (Kioustelidis, 1986).
    """
    lead, degree = coefficients[-1], len(coefficients) - 1
    most = 0
    for k, c in enumerate(coefficients[:-1]):
        below, above = most, 1
        while above ** (degree - k) * lead < -c:
            above *= 2
        while below < above:
            middle = (below + above) // 2
            if middle ** (degree - k) * lead >= -c:
                above = middle
            else:
                below = middle + 1
        most = max(most, above if c < 0 else 0)
    return 2 * most + 1


def _sum(f: Known, name: str) -> Envelope | None:
    if not isinstance(f, Expr):
        return Envelope([(f, f)], 1, 1)
    total = Envelope([(f.const, f.const)], 1, 1)
    for node, c in f.terms:
        found = _node(node, name)
        if found is None:
            return None
        total = _add(total, found, c)
    return total


def _add(a: Envelope, b: Envelope, c: int) -> Envelope:
    q = lcm(a.q, b.q)
    left, right = q // a.q, q // b.q * c
    found = []
    for k in range(max(len(a.coefficients), len(b.coefficients))):
        low, high = a.coefficients[k] if k < len(a.coefficients) else (0, 0)
        x, y = b.coefficients[k] if k < len(b.coefficients) else (0, 0)
        x, y = sorted((x * right, y * right))
        found.append((low * left + x, high * left + y))
    while len(found) > 1 and found[-1] == (0, 0):
        found.pop()
    return Envelope(found, q, max(a.start, b.start))


def _node(node: Node, name: str) -> Envelope | None:
    known = line(node, name)
    if known is not None and known.low is not None and known.high is not None:
        ends = [(known.low, known.high), (known.p, known.p)]
        return Envelope(ends if known.p else ends[:1], known.q, known.start)
    if isinstance(node, Expr):
        return _sum(node, name)
    if isinstance(node, Floor) and isinstance(node.den, int):
        inner = _sum(node.num, name)
        if inner is None:
            return None
        low, high = inner.coefficients[0]
        lowest = low - inner.q * (node.den - 1)
        return Envelope([(lowest, high), *inner.coefficients[1:]], inner.q * node.den, inner.start)
    if not isinstance(node, Product):
        return None
    total = Envelope([(1, 1)], 1, 1)
    for factor in node.factors:
        found = _node(factor, name)
        if found is None or len(total.coefficients) + len(found.coefficients) > DEGREE + 2:
            return None
        total = _times(total, found)
    return total


def _times(a: Envelope, b: Envelope) -> Envelope:
    found = [(0, 0)] * (len(a.coefficients) + len(b.coefficients) - 1)
    for i, (low, high) in enumerate(a.coefficients):
        for j, (x, y) in enumerate(b.coefficients):
            ends = (low * x, low * y, high * x, high * y)
            found[i + j] = (found[i + j][0] + min(ends), found[i + j][1] + max(ends))
    return Envelope(found, a.q * b.q, max(a.start, b.start))

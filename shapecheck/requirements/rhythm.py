"""One atom along one symbol: where it is true for good, and from where on its truth repeats.

Three ways, cheapest first. A monotone expression is bisected. A quasi-linear one lies in a band about a line, so with
a slope it is settled beyond a short window, and without one its period decides. A product of quasi-linear factors
runs along a polynomial on every residue class, whose sign is settled beyond its last root.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import gcd, lcm
from typing import NamedTuple

from shapecheck import dims
from shapecheck.dims import Dim, Expr
from shapecheck.dims.facts import facts
from shapecheck.dims.form import definitions, wrap
from shapecheck.dims.nodes import Extreme, Floor, Named, Node, Product, Symbol
from shapecheck.requirements.bounding import bisected, one_quotient
from shapecheck.requirements.claims import MULTIPLE, NATURAL, Atom
from shapecheck.requirements.cycles import Steps
from shapecheck.requirements.sets import Sizes

NARROW = 16
"""A window of at most this many sizes is evaluated, not bisected."""
CLASSES = 1 << 17
"""At most this many sizes are evaluated to follow residue classes along their polynomials."""

class Rhythm(NamedTuple):
    """For h >= start, truth at h + period is truth at h. Both are at least 1."""

    start: int
    period: int


def settle(atom: Atom, name: str, low: int, steps: Steps) -> Sizes | Rhythm | None:
    """The sizes >= low of the only symbol at which an atom holds, or the rhythm of its truth; None: not known."""
    f = atom.f
    at_once = one_quotient(atom)
    if at_once is not None:
        return at_once
    if atom.kind == MULTIPLE:
        return _multiples(f, atom.d, name) if isinstance(atom.d, int) else _shared(f, atom.d, name, steps)
    band = facts(f, name)
    if band is None or band.low is None or band.high is None:
        return bisected(atom, name, low, None, steps) or _along_classes(atom, name, steps)
    p, least, most, start = band.p, band.low, band.high, band.start
    if not p:
        return Rhythm(start, band.period)
    if p < 0:
        p, least, most = -p, -most, -least
    # Now |slope| = p, and the expression lies in p*h + least .. p*h + most, up to its sign.
    first, last = max(1, -(most // p)), max(0, -(least // p))
    end = max(start, last + 1)
    if last - first <= NARROW and end <= NARROW:
        return Rhythm(end, 1)
    return bisected(atom, name, low, end, steps) or Rhythm(end, 1)


# Divisors --------------------------------------------------------------------------------------------------------


def _multiples(f: Dim, d: int, name: str) -> Rhythm | None:
    """Where d divides f: f repeats modulo d."""
    band = facts(f, name)
    if band is not None:
        step = band.p * band.period // band.q
        return Rhythm(band.start, band.period * d // gcd(step, d))
    wave = _wave(f, name)
    return Rhythm(wave[0], wave[1] * d) if wave else None


def _shared(f: Dim, d: Dim, name: str, steps: Steps) -> Rhythm | None:
    """Where a growing d divides f: the remainder f - k*d is small in the end, so it has to be 0."""
    over, under = facts(f, name), facts(d, name)
    if over is None or under is None:
        return _small_dividend(f, d, name, steps)
    if not under.p:
        start = max(over.start, under.start)
        # On each class of the divisor's period d is one number, and f repeats modulo it.
        period = lcm(over.period, under.period)
        if under.high is None or under.low is None:
            return None
        span = max(abs(under.low), abs(under.high)) // under.q
        if span > 64 or (over.p and under.low <= 0 <= under.high):
            return None
        return Rhythm(start, period * lcm(*range(1, span + 1)))
    if over.low is None or over.high is None or under.low is None or under.high is None:
        return None
    if under.p < 0:
        return _shared(f, -d, name, steps)
    # k: the whole number nearest to the ratio of the slopes; r = f - k*d has at most half the slope of d.
    top, bottom = over.p * under.q, over.q * under.p
    k = (2 * top + bottom) // (2 * bottom)
    rest = f - k * d if k else f
    slow = facts(rest, name)
    if slow is None or slow.low is None or slow.high is None:
        return None
    q = lcm(slow.q, under.q)
    a, b = q // slow.q, q // under.q
    start = max(over.start, under.start, slow.start)
    for p, edge in ((slow.p * a, slow.high * a), (-slow.p * a, -slow.low * a)):
        # |rest| < d, that is p*h + edge < under.p*h + under.low, once h passes the crossing
        gain = under.p * b - p
        start = max(start, (edge - under.low * b) // gain + 1)
    if slow.p:
        slope, least, most = (slow.p, slow.low, slow.high) if slow.p > 0 else (-slow.p, -slow.high, -slow.low)
        return Rhythm(max(start, -(least // slope) + 1, -(most // slope) + 1), 1)
    return Rhythm(max(start, slow.start), slow.period)


def _small_dividend(f: Dim, d: Dim, name: str, steps: Steps) -> Rhythm | None:
    """Where a product grows past a number that it should divide, it divides it no more."""
    if not isinstance(f, int) or not f:
        return None
    grown = bisected(Atom(NATURAL, d - abs(f) - 1), name, 1, None, steps)
    return Rhythm(grown.start, 1) if grown is not None and grown.start is not None else None


# Products --------------------------------------------------------------------------------------------------------

Wave = tuple[int, int, int]
"""(start, period, degree): on each class of the period the dim is a polynomial with whole coefficients."""


def _wave(dim: Dim, name: str) -> Wave | None:
    """How a dim runs along a symbol; None where that is not known."""
    if not isinstance(dim, Expr):
        return 1, 1, 0
    known: dict[Node, Wave | None] = {}
    for atom in definitions(dim):
        known[atom] = _wave_of(atom.definition, name, known)
    return _wave_of(dim, name, known)


def _wave_of(node: Dim | Node, name: str, known: dict[Node, Wave | None]) -> Wave | None:
    if isinstance(node, int):
        return 1, 1, 0
    if isinstance(node, Named):
        return known[node]
    if isinstance(node, Symbol):
        return 1, 1, int(node.name == name)
    if isinstance(node, Floor):
        band = facts(wrap(node), name)
        if band is not None:
            return band.start, band.period, int(band.p != 0)
        inner = _wave_of(node.num, name, known)
        if inner is None or not isinstance(node.den, int):
            return None
        return inner[0], inner[1] * node.den, inner[2]
    if isinstance(node, Extreme):
        band = facts(wrap(node), name)
        return None if band is None else (band.start, band.period, int(band.p != 0))
    found = [_wave_of(part, name, known) for part in _parts(node)]
    start, period, degree = 1, 1, 0
    for wave in found:
        if wave is None:
            return None
        start, period = max(start, wave[0]), lcm(period, wave[1])
        degree = degree + wave[2] if isinstance(node, Product) else max(degree, wave[2])
    return start, period, degree


def _parts(node: Dim | Node) -> Iterator[Node]:
    if isinstance(node, Product):
        yield from node.factors
    elif isinstance(node, Expr):
        yield from (term for term, _ in node.terms)


def _along_classes(atom: Atom, name: str, steps: Steps) -> Rhythm | None:
    """The rhythm of an atom whose expression is a polynomial on each residue class."""
    wave = _wave(atom.f, name)
    if wave is None:
        return None
    start, period, degree = wave
    count = period * (degree + 1)
    if count > CLASSES or not steps.take(count * dims.size(atom.f)):
        return None
    values = dims.table(atom.f, {name: range(start, start + count)})
    last = 0
    for r in range(period):
        last = max(last, _settled(values[r::period]))
    return Rhythm(start + period * last, period)


def _settled(values: list[int]) -> int:
    """From which j on a polynomial, given by its first values, keeps its sign.

    In Newton's form it is sum(c_i * binomial(j, i)). For i < n and j >= 2*n, binomial(j, i) is at most
    binomial(j, n) * n/(j - n + 1), so the leading term outweighs the others once j - n + 1 > n * sum(|c_i|)/|c_n|.
    """
    row, newton = list(values), []
    while row:
        newton.append(row[0])
        row = [b - a for a, b in pairwise(row)]
    while newton and not newton[-1]:
        newton.pop()
    n = len(newton) - 1
    if n < 1:
        return 0
    lower = sum(map(abs, newton[:-1]))
    return max(2 * n, n + n * lower // abs(newton[-1]) + 1)


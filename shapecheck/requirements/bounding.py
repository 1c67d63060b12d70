"""Bounds of one symbol from one atom: by arithmetic where it is one quotient, else by bisection if it is monotone."""

from __future__ import annotations

from shapecheck import dims
from shapecheck.dims import Dim, Expr
from shapecheck.dims.form import definitions, symbols, wrap
from shapecheck.dims.nodes import Extreme, Floor, Named, Node, Product, Symbol
from shapecheck.requirements.claims import NATURAL, ZERO, Atom
from shapecheck.requirements.cycles import Steps
from shapecheck.requirements.sets import NONE, Sizes, interval

FAR = 1 << 62
"""Bisection looks no further."""
DIGIT = 256
"""So many bits of a number cost as much as one more evaluation."""


def one_quotient(atom: Atom) -> Sizes | None:
    """`c*((a*h + b)//d) + e`, compared with 0: the bounds of h by arithmetic alone, however deep the strides."""
    f = atom.f
    if atom.kind not in (ZERO, NATURAL) or not isinstance(f, Expr) or len(f.terms) != 1:
        return None
    ((node, c),) = f.terms
    inside, d = (node.num, node.den) if isinstance(node, Floor) else (wrap(node), 1)
    if not isinstance(inside, Expr) or not isinstance(d, int) or d < 1 or len(inside.terms) != 1:
        return None
    ((h, a),) = inside.terms
    if not isinstance(h, Symbol) or a < 1:
        return None

    def first(value: int) -> int:
        """The first h at which the quotient is at least `value`."""
        return -((inside.const - value * d) // a)

    if atom.kind == ZERO:
        return NONE if f.const % c else interval(first(-f.const // c), first(-f.const // c + 1) - 1)
    if c > 0:
        return interval(first(-(f.const // c)), None)
    return interval(1, first(f.const // -c + 1) - 1)


def bisected(atom: Atom, name: str, low: int, end: int | None, steps: Steps) -> Sizes | None:
    """The sizes where a monotone expression is zero, or not negative; from `end` on its sign is settled."""
    if atom.kind not in (ZERO, NATURAL):
        return None
    way = direction(atom.f, name, low)
    if way is None:
        return None
    f = atom.f if way >= 0 else -atom.f
    top = max(low, end if end is not None else FAR)
    bits = top.bit_length()
    if not steps.take(2 * bits * (1 + bits // DIGIT) * dims.size(f)):
        return None

    def reaches(value: int, h: int) -> bool:
        return dims.evaluate(f, {name: h}) >= value

    def first(value: int) -> int | None:
        """The first size from low on at which f >= value."""
        if reaches(value, low):
            return low
        below, step = low, 1
        while not reaches(value, min(below + step, top)):
            below += step
            step *= 2
            if below >= top:
                return None
        above = min(below + step, top)
        while above - below > 1:
            middle = (above + below) // 2
            if reaches(value, middle):
                above = middle
            else:
                below = middle
        return above

    if atom.kind == NATURAL and way >= 0:
        begin = first(0)
        return NONE if begin is None else interval(begin, None)
    if atom.kind == NATURAL:  # -f >= 0: up to the size before f >= 1
        beyond = first(1)
        return interval(low, None if beyond is None else beyond - 1)
    begin, beyond = first(0), first(1)
    if begin is None or begin == beyond:
        return NONE
    return interval(begin, None if beyond is None else beyond - 1)


def direction(dim: Dim, name: str, low: int = 1) -> int | None:
    """1 or -1 for an expression that never falls or never rises along a symbol from `low` on, 0 for a constant."""
    if not isinstance(dim, Expr):
        return 0
    known: dict[Node, int | None] = {}
    for atom in definitions(dim):
        known[atom] = _of_sum(atom.definition, name, low, known)
    return _of_sum(dim, name, low, known)


def _of_sum(f: Dim, name: str, low: int, known: dict[Node, int | None]) -> int | None:
    if not isinstance(f, Expr):
        return 0
    found = 0
    for node, c in f.terms:
        way = _of_node(node, name, low, known)
        if way is None:
            return None
        way = way if c > 0 else -way
        if way and found and way != found:
            return None
        found = found or way
    return found


def _of_node(node: Node, name: str, low: int, known: dict[Node, int | None]) -> int | None:
    if isinstance(node, Symbol):
        return int(node.name == name)
    if isinstance(node, Named):
        return known[node]
    if isinstance(node, Expr):
        return _of_sum(node, name, low, known)
    if isinstance(node, Floor):
        if not isinstance(node.den, int) or node.den < 1:
            return None
        return _of_sum(node.num, name, low, known)
    if isinstance(node, Extreme):
        ways = {_of_sum(arg, name, low, known) for arg in node.args} - {0}
        return None if None in ways or len(ways) > 1 else ways.pop() if ways else 0
    assert isinstance(node, Product)
    for factor in node.factors:
        if _of_node(factor, name, low, known) not in (0, 1):
            return None
        factor = factor if isinstance(factor, Expr) else wrap(factor)
        if any(s.name != name for s in symbols(factor)) or dims.evaluate(factor, {name: low}) < 0:
            return None
    return 1

"""What is true of a dim for all sizes: bounds, slope, period, start, for `dims`.

Along one symbol h, with all others fixed, a sum of floor quotients is quasi-linear: f(h + period) == f(h) +
slope*period for h >= start, and slope*h + low <= f(h) <= slope*h + high. This band settles most questions at once:
with a slope, f can be zero only in a short window; without one, a period decides.
"""

from __future__ import annotations

from math import gcd, lcm
from typing import NamedTuple

from shapecheck.dims.form import build, definitions, symbols
from shapecheck.dims.nodes import Dim, Expr, Extreme, Floor, Known, Named, Node, Product, Symbol
from shapecheck.dims.walk import table

Interval = tuple[int | None, int | None]


class Facts(NamedTuple):
    """(p*h + low)/q <= f(h) <= (p*h + high)/q from `start` on; low and high are None where other symbols take part."""

    p: int
    q: int
    low: int | None
    high: int | None
    period: int
    start: int


def bounds(dim: Dim) -> Interval:
    """(low, high) such that low <= dim <= high for all symbols >= 1; None where there is no such number."""
    if isinstance(dim, int):
        return dim, dim
    if not isinstance(dim, Expr):
        return None, None
    try:
        return dim._bounds
    except AttributeError:
        pass
    for atom in definitions(dim, lambda definition: hasattr(definition, "_bounds")):
        _bounds(atom.definition)
    return _bounds(dim)


def _bounds(dim: Known) -> Interval:
    if not isinstance(dim, Expr):
        return dim, dim
    try:
        return dim._bounds
    except AttributeError:
        pass
    low: int | None = dim.const
    high: int | None = dim.const
    for node, c in dim.terms:
        a, b = _node_bounds(node)
        if c < 0:
            a, b = b, a
        low = None if low is None or a is None else low + c * a
        high = None if high is None or b is None else high + c * b
    if len(dim.terms) > 1 and (low is None or high is None or any(c < 0 for _, c in dim.terms)):
        low, high = _meet((low, high), _band_bounds(dim))
    dim._bounds = low, high
    return low, high


def _meet(a: Interval, b: Interval) -> Interval:
    lows = [x for x in (a[0], b[0]) if x is not None]
    highs = [x for x in (a[1], b[1]) if x is not None]
    return max(lows, default=None), min(highs, default=None)


def _band_bounds(dim: Expr) -> Interval:
    """Bounds of a sum from its slopes, one group of terms that share symbols at a time."""
    groups = _groups(dim)
    if len(groups) == 1:
        found = symbols(dim)
        facts = _facts(dim, found[0].name) if len(found) == 1 else None
        if facts is None or facts.low is None or facts.high is None:
            return None, None
        low = -(-(facts.p * facts.start + facts.low) // facts.q) if facts.p >= 0 else None
        high = (facts.p * facts.start + facts.high) // facts.q if facts.p <= 0 else None
        if facts.start > 1:
            if facts.start > 1024:
                return None, None
            early = table(dim, {found[0].name: range(1, facts.start)})
            low = None if low is None else min(low, *early)
            high = None if high is None else max(high, *early)
        return low, high
    low, high = dim.const, dim.const
    for group in groups:
        a, b = _bounds(build(0, group))
        low = None if low is None or a is None else low + a
        high = None if high is None or b is None else high + b
    return low, high


def _groups(dim: Expr) -> list[list[tuple[Node, int]]]:
    """The terms of a sum, those that share a symbol together."""
    groups: list[tuple[set[Symbol], list[tuple[Node, int]]]] = []
    for pair in dim.terms:
        mine = set(symbols(pair[0]))
        joined = [pair]
        apart = []
        for names, pairs in groups:
            if names & mine:
                mine |= names
                joined = pairs + joined
            else:
                apart.append((names, pairs))
        groups = [*apart, (mine, joined)]
    return [pairs for _, pairs in groups]


def _node_bounds(node: Node) -> Interval:
    if isinstance(node, Symbol):
        return 1, None
    if isinstance(node, Named):
        return _bounds(node.definition)
    if isinstance(node, Expr):
        return _bounds(node)
    if isinstance(node, Floor):
        return _floor_bounds(_bounds(node.num), _bounds(node.den))
    if isinstance(node, Extreme):
        pick = max if node.largest else min
        lows, highs = zip(*map(_bounds, node.args), strict=True)
        if node.largest:
            low = max((x for x in lows if x is not None), default=None)
            return low, None if None in highs else pick(highs)
        return None if None in lows else pick(lows), min((x for x in highs if x is not None), default=None)
    assert isinstance(node, Product)
    found: Interval = (1, 1)
    for factor in node.factors:
        found = times(found, _node_bounds(factor))
    return found


def times(a: Interval, b: Interval) -> Interval:
    """The bounds of a product, with None for an infinite end."""
    ends: list[tuple[int, int]] = []  # (sign of infinity, finite value)
    for x, x_sign in ((a[0], -1), (a[1], 1)):
        for y, y_sign in ((b[0], -1), (b[1], 1)):
            if x is not None and y is not None:
                ends.append((0, x * y))
            elif x == 0 or y == 0:
                ends.append((0, 0))
            else:
                sign = (x_sign if x is None else (x > 0) - (x < 0)) * (y_sign if y is None else (y > 0) - (y < 0))
                ends.append((sign, 0))
    (low_sign, low), (high_sign, high) = min(ends), max(ends)
    return (None if low_sign else low), (None if high_sign else high)


def _floor_bounds(num: Interval, den: Interval) -> Interval:
    low, high = num
    least, most = den
    if least is None or least < 1:
        return None, None
    if low is not None:
        low = low // least if low < 0 else (low // most if most is not None else 0)
    if high is not None:
        high = high // least if high >= 0 else (high // most if most is not None else -1)
    return low, high


def facts(dim: Dim, name: str) -> Facts | None:
    """How a dim runs along one symbol, the others fixed; None when it is not quasi-linear there."""
    if isinstance(dim, int):
        return Facts(0, 1, dim, dim, 1, 1)
    if not isinstance(dim, Expr):
        return None
    for atom in definitions(dim, lambda definition: name in getattr(definition, "_facts", ())):
        _facts(atom.definition, name)
    return _facts(dim, name)


def _facts(dim: Known, name: str) -> Facts | None:
    if not isinstance(dim, Expr):
        return Facts(0, 1, dim, dim, 1, 1)
    try:
        cache = dim._facts
    except AttributeError:
        cache = dim._facts = {}
    if name not in cache:
        cache[name] = _sum_facts(dim, name)
    return cache[name]  # type: ignore[no-any-return]


def _sum_facts(dim: Expr, name: str) -> Facts | None:
    p, q, period, start = 0, 1, 1, 1
    low: int | None = dim.const
    high: int | None = dim.const
    for node, c in dim.terms:
        f = line(node, name)
        if f is None:
            return None
        common = lcm(q, f.q)
        old, new = common // q, common // f.q * c
        a, b = (f.low, f.high) if c > 0 else (f.high, f.low)
        p = p * old + f.p * new
        low = None if low is None or a is None else low * old + a * new
        high = None if high is None or b is None else high * old + b * new
        q = common
        period = lcm(period, f.period)
        start = max(start, f.start)
    if low is not None and high is not None:
        common = gcd(p, q, low, high)
        return Facts(p // common, q // common, low // common, high // common, period, start)
    return Facts(p, q, low, high, period, start)


def line(node: Node, name: str) -> Facts | None:
    """The facts of one atom or product."""
    if isinstance(node, Symbol):
        return Facts(1, 1, 0, 0, 1, 1) if node.name == name else Facts(0, 1, None, None, 1, 1)
    if all(s.name != name for s in symbols(node)):
        return Facts(0, 1, None, None, 1, 1)
    if isinstance(node, Named):
        return _facts(node.definition, name)
    if isinstance(node, Floor):
        f = _facts(node.num, name)
        d = node.den
        if f is None or not isinstance(d, int):
            return None
        period = f.period * d // gcd(f.p * f.period // f.q, d)
        low = None if f.low is None else f.low - f.q * (d - 1)
        return Facts(f.p, f.q * d, low, f.high, period, f.start)
    if isinstance(node, Extreme):
        found = [_facts(arg, name) for arg in node.args]
        best = found[0]
        for other in found[1:]:
            if best is None or other is None:
                return None
            best = _extreme_facts(best, other, node.largest)
        return best
    if isinstance(node, Expr):
        return _facts(node, name)
    assert isinstance(node, Product)
    return _product_facts(node, name)


def _extreme_facts(f: Facts, g: Facts, largest: bool) -> Facts | None:
    q = lcm(f.q, g.q)
    f, g = _over(f, q), _over(g, q)
    period, start = lcm(f.period, g.period), max(f.start, g.start)
    if f.p == g.p:
        if f.low is None or g.low is None or f.high is None or g.high is None:
            return Facts(f.p, q, None, None, period, start)
        pick = max if largest else min
        return Facts(f.p, q, pick(f.low, g.low), pick(f.high, g.high), period, start)
    big, small = (f, g) if f.p > g.p else (g, f)
    if big.low is None or small.high is None:
        return None
    # From here on the steeper one is above for good.
    start = max(start, -(-(small.high - big.low) // (big.p - small.p)))
    winner = big if largest else small
    return Facts(winner.p, q, winner.low, winner.high, winner.period, start)


def _over(f: Facts, q: int) -> Facts:
    k = q // f.q
    low = None if f.low is None else f.low * k
    high = None if f.high is None else f.high * k
    return Facts(f.p * k, q, low, high, f.period, f.start)


def _product_facts(node: Product, name: str) -> Facts | None:
    """A product is quasi-linear only where nothing in it grows: all its factors with this symbol are periodic."""
    period = start = 1
    for factor in node.factors:
        f = line(factor, name)
        if f is None or f.p:
            return None
        period, start = lcm(period, f.period), max(start, f.start)
    low, high = _node_bounds(node) if len(symbols(node)) == 1 else (None, None)
    return Facts(0, 1, low, high, period, start)


def slope(dim: Dim, name: str) -> tuple[int, int] | None:
    """The slope along a symbol as (numerator, denominator) in lowest terms."""
    f = facts(dim, name)
    if f is None:
        return None
    common = gcd(f.p, f.q)
    return f.p // common, f.q // common


def period(dim: Dim, name: str) -> int | None:
    """A period along a symbol: f(h + period) == f(h) + slope*period from `start` on."""
    f = facts(dim, name)
    return None if f is None else f.period


def start(dim: Dim, name: str) -> int | None:
    """A size from which `period` and `slope` hold."""
    f = facts(dim, name)
    return None if f is None else f.start

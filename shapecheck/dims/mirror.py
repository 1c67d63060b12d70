"""A second, stronger normal form, for comparing only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shapecheck.dims.division import divide
from shapecheck.dims.form import add, build, from_factors, keep, product, scale, subtract, total_of, wrap
from shapecheck.dims.nodes import Expr, Extreme, Floor, Known, Named, Node, key
from shapecheck.dims.polynomials import expanded


def canonical(a: Known) -> Known:
    """A slower, stronger normal form for comparing: products expanded, each quotient in one of its two mirror forms.

    floor((x + c)/d) and floor((-x - c + d - 1)/d) say the same up to sign; max(a, b) is -min(-a, -b). The display
    form keeps what people wrote, this one chooses.
    """
    if not isinstance(a, Expr):
        return a
    return _remembered(a, _canonical)


def _remembered(node: Node, work: Callable[[Any], Known]) -> Known:
    try:
        return node._mirror  # type: ignore[no-any-return]
    except AttributeError:
        node._mirror = work(node)
        return node._mirror  # type: ignore[no-any-return]


def _canonical(a: Expr) -> Known:
    flat = expanded(a)
    if flat is None:
        return a
    sums = []
    for monomial, c in flat.items():
        sums.append(scale(product([_remembered(node, _canonical_atom) for node in monomial]), c))
    again = total_of(sums)
    flat = expanded(again)
    if flat is None:
        return again
    return total_of(from_factors(c, m) for m, c in flat.items())


def _canonical_atom(node: Node) -> Known:
    if isinstance(node, Floor):
        num = canonical(node.num)
        if isinstance(node.den, int):
            return _mirrored(num, node.den)
        den = canonical(node.den)
        return divide(num, den) if den != 0 else wrap(node)
    if isinstance(node, Extreme):
        sign = 1 if node.largest else -1
        args = [scale(canonical(arg), sign) for arg in node.args]
        shift = min([arg.const if isinstance(arg, Expr) else arg for arg in args])
        moved = sorted([subtract(arg, shift) for arg in args], key=key)
        return scale(add(wrap(Extreme(True, tuple(moved))), shift), sign)
    if isinstance(node, Named):
        return keep(node.definition)  # one name for all that stand for the same
    return node if isinstance(node, Expr) else wrap(node)


def _mirrored(num: Known, d: int) -> Known:
    quotient = divide(num, d)
    if not isinstance(quotient, Expr):
        return quotient
    found: list[Known] = [quotient.const]
    for node, c in quotient.terms:
        if not isinstance(node, Floor) or not isinstance(node.den, int) or not isinstance(node.num, Expr):
            found.append(build(0, [(node, c)]))
            continue
        m, x = node.den, node.num
        plain = [(t, k % m) for t, k in x.terms]
        out = total_of(build(0, [(t, k // m)]) for t, k in x.terms if k // m)
        mirror = [(t, m - k) for t, k in plain]
        const = x.const % m
        if [k for _, k in mirror] + [(m - 1 - const) % m] < [k for _, k in plain] + [const]:
            # floor((x + c)/m) = sum of terms - floor((-x - c + m - 1)/m)
            out = add(out, total_of(build(0, [(t, 1)]) for t, _ in plain))
            other = Floor(build(m - 1 - const, mirror), m)
            found.append(scale(subtract(out, wrap(other)), c))
        else:
            found.append(scale(add(out, wrap(Floor(build(const, plain), m))), c))
    return total_of(found)

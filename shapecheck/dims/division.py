"""Floor quotients in normal form. Laws, for integers n, x and positive a, b (Graham, Knuth, Patashnik, Concrete
Mathematics, 3.1-3.2):

    floor((n + floor(x/a))/b) = floor((a*n + x)/(a*b))      floor((b*n + x)/b) = n + floor(x/b)
    floor((a*x + n)/(a*b)) = floor((x + floor(n/a))/b)      floor(-x/b) = -floor((x + b - 1)/b)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from shapecheck.dims.form import (
    add,
    build,
    factored,
    from_factors,
    gather,
    keep,
    multiply,
    scale,
    subtract,
    total_of,
    wrap,
)
from shapecheck.dims.nodes import CAP, Expr, Extreme, Floor, Known, Node, Product
from shapecheck.dims.polynomials import exact_quotient


def remainder(a: Known, b: Known) -> Known:
    """a % b with the sign of b, as Python has it."""
    if not isinstance(a, Expr) and not isinstance(b, Expr):
        return a % b
    return subtract(a, multiply(b, divide(a, b)))


def divide(a: Known, b: Known) -> Known:
    """floor(a / b); raises ZeroDivisionError when b is 0."""
    if isinstance(b, Expr):
        from shapecheck.dims.division import divide_by_expr

        return divide_by_expr(a, b)
    if not isinstance(a, Expr):
        return a // b
    if b == 1:
        return a
    if b < 0:
        return divide(scale(a, -1), -b)
    if b == 0:
        raise ZeroDivisionError("division of a dim by zero")
    return _divide_by_int(a.const, a.terms, b)


def _divide_by_int(const: int, terms: Sequence[tuple[Node, int]], d: int) -> Known:
    """floor((const + terms) / d) for d > 1, by the laws of the module until none applies."""
    out: list[tuple[Node, int]] = []
    whole = 0
    while True:
        if const >= d or const < 0:
            q, const = divmod(const, d)
            whole += q
        rest = []
        common = d
        positive = negative = False
        for node, coefficient in terms:
            c = coefficient
            if c >= d or -c >= d:
                q = c // d if c > 0 else -(-c // d)
                out.append((node, q))
                c -= q * d
                if not c:
                    continue
            rest.append((node, c))
            common = gcd(common, c)
            if c > 0:
                positive = True
            else:
                negative = True
        if not rest:
            return gather(whole, out)
        if not positive:
            flipped = _divide_by_int(d - 1 - const, [(node, -c) for node, c in rest], d)
            return subtract(gather(whole, out), flipped)
        if common > 1:
            rest = [(node, c // common) for node, c in rest]
            const //= common
            d //= common
            if d == 1:
                return gather(whole + const, out + rest)
        found = None
        for node, c in rest:
            if node.__class__ is Floor and (c == 1 or c == -1):
                if found is not None:
                    found = None
                    break
                found = node, c
        if found is None or not isinstance(found[0], Floor):
            break
        inner, sign = found
        m = inner.den
        if not isinstance(m, int):
            if len(rest) == 1 and not const and sign == 1 and is_positive(m):
                return add(gather(whole, out), divide(inner.num, scale(m, d)))
            break
        x = inner.num
        merged = {node: c * m for node, c in rest if node is not inner}
        const *= m
        if sign == -1:
            const += m - 1
        if isinstance(x, Expr):
            const += sign * x.const
            for node, c in x.terms:
                merged[node] = merged.get(node, 0) + sign * c
        else:
            const += sign * x
        terms = [pair for pair in merged.items() if pair[1]]
        d *= m
    num = build(const, rest)
    if negative or any(isinstance(node, Extreme) for node, _ in rest):
        from shapecheck.dims.facts import bounds

        low, high = bounds(num)
        if low is not None and high is not None and low // d == high // d:
            return gather(whole + low // d, out)
    node = Floor(num, d)
    if not out:
        expr = Expr(whole, ((node, 1),), node.size, node.level)
        return expr if expr.size <= CAP else keep(expr)
    return gather(whole, [*out, (node, 1)])


def is_positive(dim: Known) -> bool:
    """Whether a dim is at least 1 for all sizes, as far as its bounds tell."""
    from shapecheck.dims.facts import bounds

    low = bounds(dim)[0]
    return low is not None and low >= 1


def divide_by_expr(a: Known, b: Expr) -> Known:
    """floor(a / b) for a symbolic b: what provably divides is cancelled, the rest stays as one quotient."""
    if not isinstance(a, Expr) and a == 0:
        return 0
    if b.terms[0][1] < 0:
        a, b = -a, -b
    exact = exact_quotient(a, b)
    if exact is not None:
        return exact
    positive = is_positive(b)
    if isinstance(a, Expr) and positive and all(c < 0 for _, c in a.terms):
        return -divide(add(subtract(-a, 1), b), b)
    out, rest = _multiples(a, b)
    if positive and isinstance(rest, Expr) and all(c < 0 for _, c in rest.terms) and rest is not a:
        return add(out, divide(rest, b))
    rest, den = _cancel(rest, b, positive)
    if not isinstance(den, Expr):
        return add(out, divide(rest, den))
    if den != b:
        return add(out, divide(rest, den))
    if positive and isinstance(rest, Expr):
        merged = _nested(rest, den)
        if merged is not None:
            return add(out, merged)
    settled = _constant(rest, den) if positive else None
    if settled is not None:
        return add(out, settled)
    node = Floor(rest, den)
    atom = wrap(node)
    return add(out, atom if atom.size <= CAP else keep(atom))


def _expr(a: Known) -> Expr:
    assert isinstance(a, Expr)
    return a


def _without(factors: tuple[Node, ...], gone: tuple[Node, ...]) -> list[Node] | None:
    """The factors that are left when `gone` is taken away, or None when it is not all there."""
    left = list(factors)
    for factor in gone:
        if factor not in left:
            return None
        left.remove(factor)
    return left


def _multiples(a: Known, b: Expr) -> tuple[Known, Known]:
    """(q, r) with a = q*b + r, where q collects the terms of `a` that are multiples of b."""
    if not isinstance(a, Expr):
        return 0, a
    content, gone = factored(b)
    out: list[Known] = []
    rest: list[Known] = [a.const]
    for node, c in a.terms:
        left = _without(node.factors if isinstance(node, Product) else (node,), gone)
        if left is None:
            rest.append(build(0, [(node, c)]))
            continue
        q = abs(c) // content * (1 if c > 0 else -1)
        out.append(from_factors(q, left))
        rest.append(build(0, [(node, c - q * content)] if c != q * content else []))
    if len(b.terms) > 1 or b.const:
        # A sum comes out as a whole: (2*H + 3)//(H + 1) is 2 + 1//(H + 1).
        lead, width = b.terms[0]
        for node, c in a.terms:
            if node == lead and abs(c) >= abs(width):
                q = abs(c) // abs(width) * (1 if (c > 0) == (width > 0) else -1)
                smaller = subtract(a, scale(b, q))
                if not isinstance(smaller, Expr) or len(smaller.terms) < len(a.terms):
                    return q, smaller
    return total_of(out), total_of(rest)


def _cancel(a: Known, b: Expr, positive: bool) -> tuple[Known, Known]:
    """The two sides of a quotient without what they have in common."""
    content, gone = factored(b)
    if not isinstance(a, Expr):
        common = content if positive else gcd(a, content)
        return a // common, from_factors(content // common, gone)
    common = gcd(content, *[c for _, c in a.terms])
    if not positive:
        common = gcd(common, a.const)
    if common > 1:
        a = _expr(build(a.const // common, [(t, c // common) for t, c in a.terms]))
        content //= common
    kept = list(gone)
    if not a.const:
        for factor in gone:
            lists = [_without(t.factors if isinstance(t, Product) else (t,), (factor,)) for t, _ in a.terms]
            if all(left is not None for left in lists):
                shrunk = total_of(
                    from_factors(c, left) for left, (_, c) in zip(lists, a.terms, strict=True) if left is not None
                )
                kept.remove(factor)
                if not isinstance(shrunk, Expr):
                    return shrunk, from_factors(content, kept)
                a = shrunk
                if a.const:
                    break
    return a, from_factors(content, kept)


def _nested(a: Expr, b: Expr) -> Known | None:
    """floor((n + floor(x/m)) / b) as one quotient, where exactly one term of `a` is a floor quotient."""
    floors = [t for t, c in a.terms if isinstance(t, Floor) and c == 1]
    if len(floors) != 1:
        return None
    (inner,) = floors
    alone = len(a.terms) == 1 and not a.const
    m = inner.den
    if not alone and not isinstance(m, int):
        return None
    if isinstance(m, Expr) and not is_positive(m):
        return None
    n = subtract(a, wrap(inner))
    return divide(add(multiply(n, m), inner.num), multiply(m, b))


def _constant(a: Known, b: Expr) -> int | None:
    """The value of floor(a/b) where bounds leave one value; b is positive."""
    from shapecheck.dims.facts import bounds

    low, high = bounds(a)
    least = bounds(b)[0]
    if low is None or high is None or least is None:
        return None
    if low >= 0 and high < least:
        return 0
    return -1 if high < 0 and -low <= least else None

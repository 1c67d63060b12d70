"""Division by a size that is itself an expression, and exact division of polynomials, for `dims`."""

from __future__ import annotations

from math import gcd

from shapecheck.dims_form import (
    CAP,
    Expr,
    Extreme,
    Floor,
    Known,
    Named,
    Node,
    Product,
    Symbol,
    add,
    build,
    divide,
    factored,
    from_factors,
    is_positive,
    keep,
    multiply,
    product,
    scale,
    subtract,
    total_of,
    wrap,
)

Monomial = tuple[Node, ...]
Polynomial = dict[Monomial, int]


def divide_by_expr(a: Known, b: Expr) -> Known:
    """floor(a / b) for a symbolic b: what provably divides is cancelled, the rest stays as one quotient."""
    if not isinstance(a, Expr) and a == 0:
        return 0
    if b.terms[0][1] < 0:
        a, b = _negative(a), _expr(_negative(b))
    exact = exact_quotient(a, b)
    if exact is not None:
        return exact
    positive = is_positive(b)
    if isinstance(a, Expr) and positive and all(c < 0 for _, c in a.terms):
        return _negative(divide(add(subtract(_negative(a), 1), b), b))
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


def _negative(a: Known) -> Known:
    return scale(a, -1) if isinstance(a, Expr) else -a


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
    from shapecheck.dims_facts import bounds

    low, high = bounds(a)
    least = bounds(b)[0]
    if low is None or high is None or least is None:
        return None
    if low >= 0 and high < least:
        return 0
    return -1 if high < 0 and -low <= least else None


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
    return scale_any(total_of(from_factors(c, m) for m, c in quotient.items()), top // bottom)


def scale_any(a: Known, k: int) -> Known:
    """k * a."""
    return scale(a, k) if isinstance(a, Expr) else a * k


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


def canonical(a: Known) -> Known:
    """A slower, stronger normal form for comparing: products expanded, each quotient in one of its two mirror forms.

    floor((x + c)/d) and floor((-x - c + d - 1)/d) say the same up to sign; max(a, b) is -min(-a, -b). The display
    form keeps what people wrote, this one chooses.
    """
    if not isinstance(a, Expr):
        return a
    flat = expanded(a)
    if flat is None:
        return a
    sums = []
    for monomial, c in flat.items():
        sums.append(scale_any(product([_canonical_atom(node) for node in monomial]), c))
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
        return divide(num, canonical(node.den))
    if isinstance(node, Extreme):
        args = [canonical(arg) for arg in node.args]
        shift = min(arg.const if isinstance(arg, Expr) else arg for arg in args)
        if not node.largest:
            args = [_negative(arg) for arg in args]
            shift = -max(-arg.const if isinstance(arg, Expr) else -arg for arg in args)
            return _negative(add(_largest([add(arg, shift) for arg in args]), -shift))
        return add(_largest([subtract(arg, shift) for arg in args]), shift)
    if isinstance(node, Symbol | Named):
        return wrap(node)
    return wrap(node) if not isinstance(node, Expr) else node


def _largest(args: list[Known]) -> Known:
    from shapecheck.dims_form import key

    node = Extreme(True, tuple(sorted(args, key=key)))
    return wrap(node)


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
            found.append(scale_any(subtract(out, wrap(other)), c))
        else:
            found.append(scale_any(add(out, wrap(Floor(build(const, plain), m))), c))
    return total_of(found)

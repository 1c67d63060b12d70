"""Sums and products in normal form: equal sizes look equal where that is cheap, products are never expanded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import count
from math import gcd
from typing import Any

from shapecheck.dims.nodes import CAP, MAX_BITS, Dim, Expr, Extreme, Floor, Known, Named, Node, Product, Symbol


def _by_key(pair: tuple[Node, int]) -> tuple[Any, ...]:
    return pair[0].key


def wrap(node: Node) -> Expr:
    """An atom or product as an expression."""
    return Expr(0, ((node, 1),), node.size, node.level)


def build(const: int, terms: Sequence[tuple[Node, int]]) -> Known:
    """The sum of distinct terms with coefficients that are not zero, in any order."""
    if not terms:
        return const
    if len(terms) == 1:
        node = terms[0][0]
        expr = Expr(const, tuple(terms), node.size, node.level)
    else:
        weight, deep = sum([t.size for t, _ in terms]), max([t.level for t, _ in terms])
        expr = Expr(const, tuple(sorted(terms, key=_by_key)), weight, deep)
    return expr if expr.size <= CAP else keep(expr)


def add(a: Known, b: Known) -> Known:
    """a + b."""
    if isinstance(a, Expr):
        return total_of((a, b)) if isinstance(b, Expr) else _shift(a, b)
    return _shift(b, a) if isinstance(b, Expr) else a + b


def _shift(a: Expr, n: int) -> Expr:
    return Expr(a.const + n, a.terms, a.size, a.level) if n else a


def total_of(dims: Iterable[Known]) -> Known:
    """The sum of many dims, in time linear in their sizes."""
    const = 0
    found: dict[Node, int] = {}
    for dim in dims:
        if isinstance(dim, Expr):
            const += dim.const
            for node, coefficient in dim.terms:
                found[node] = found.get(node, 0) + coefficient
        else:
            const += dim
    return build(const, [pair for pair in found.items() if pair[1]])


def subtract(a: Known, b: Known) -> Known:
    """a - b."""
    return add(a, -b)


def scale(a: Known, k: int) -> Known:
    """k * a for an int k."""
    if not isinstance(a, Expr):
        return a * k
    if k == 1:
        return a
    if k == 0:
        return 0
    return Expr(a.const * k, tuple([(t, c * k) for t, c in a.terms]), a.size, a.level)


def factored(a: Known) -> tuple[int, tuple[Node, ...]]:
    """An integer content and factors whose product is `a`; a sum of several terms is one primitive factor."""
    if not isinstance(a, Expr):
        return a, ()
    if len(a.terms) == 1 and not a.const:
        node, coefficient = a.terms[0]
        return coefficient, node.factors if isinstance(node, Product) else (node,)
    content = gcd(a.const, *[c for _, c in a.terms])
    if a.terms[0][1] < 0:
        content = -content
    if content == 1:
        return 1, (a,)
    return content, (Expr(a.const // content, tuple([(t, c // content) for t, c in a.terms]), a.size, a.level),)


def from_factors(content: int, factors: Sequence[Node]) -> Known:
    """The product of an int and of factors in any order."""
    if not factors or not content:
        return content
    if len(factors) == 1:
        (factor,) = factors
        if isinstance(factor, Expr):
            return scale(factor, content)
        return Expr(0, ((factor, content),), factor.size, factor.level)
    node = Product(tuple(sorted(factors, key=lambda f: f.key)))
    if node.level and _bits(node) > MAX_BITS:
        raise OverflowError("the size grows too large")
    return build(0, [(node, content)])


def multiply(a: Known, b: Known) -> Known:
    """a * b; products of sums stay factored."""
    if not isinstance(b, Expr):
        return scale(a, b)
    return product((a, b)) if isinstance(a, Expr) else scale(b, a)


def product(dims: Iterable[Known]) -> Known:
    """The product of many dims."""
    content = 1
    factors: list[Node] = []
    for dim in dims:
        c, more = factored(dim)
        content *= c
        factors += more
    return from_factors(content, factors)


def gather(const: int, pairs: Sequence[tuple[Node, int]]) -> Known:
    """The sum of terms that may repeat."""
    if len(pairs) < 2:
        return build(const, pairs)
    found: dict[Node, int] = {}
    for node, c in pairs:
        found[node] = found.get(node, 0) + c
    return build(const, [pair for pair in found.items() if pair[1]])


_serials = count(1)


@cache
def _kept() -> Any:
    from weakref import WeakValueDictionary

    return WeakValueDictionary()


def keep(expr: Expr, name: str | None = None) -> Expr:
    """The expression as one atom that remembers its definition."""
    return wrap(atom_of(expr, name or automatic_name(expr)))


def automatic_name(expr: Expr) -> str:
    """What an expression is called while nobody has named it."""
    names = [s.name for s in symbols(expr)]
    shown = names if len(names) <= 4 else [*names[:3], "..."]
    return f"size{expr.level + 1}({', '.join(shown)})"


def atom_of(definition: Expr, name: str) -> Named:
    """The one atom of that name and definition."""
    atom: Named | None = _kept().get((name, definition))
    if atom is None:
        symbols(definition)  # now, so that asking an outer name later never goes deep; the same for its bits
        magnitude(definition)
        atom = _kept()[name, definition] = Named(name, definition, tuple(named_in(definition)), next(_serials))
    return atom


def alone(dim: Dim) -> Named | None:
    """The named expression that a dim consists of, if it does."""
    if isinstance(dim, Expr) and not dim.const and len(dim.terms) == 1 and dim.terms[0][1] == 1:
        node = dim.terms[0][0]
        return node if isinstance(node, Named) else None
    return None


def magnitude(dim: Dim) -> int:
    """How many bits the value of a dim may take where each symbol takes 64: what a limit on numbers looks at."""
    if isinstance(dim, int):
        return dim.bit_length()
    return _bits(dim) if isinstance(dim, Expr) else 0


def _bits(node: Node) -> int:
    try:
        return node._bits
    except AttributeError:
        pass
    if isinstance(node, Symbol):
        bits = 64
    elif isinstance(node, Named):
        bits = _bits(node.definition)
    elif isinstance(node, Product):
        bits = sum([_bits(f) for f in node.factors])
    elif isinstance(node, Floor):
        bits = magnitude(node.num)
    elif isinstance(node, Extreme):
        bits = max(map(magnitude, node.args))
    else:
        assert isinstance(node, Expr)
        bits = max(node.const.bit_length(), *[_bits(t) + c.bit_length() for t, c in node.terms])
    node._bits = bits
    return bits


def children(node: Node) -> list[Node]:
    """The nodes directly below a node; a named expression has none."""
    if isinstance(node, Expr):
        return [t for t, _ in node.terms]
    if isinstance(node, Product):
        return list(node.factors)
    if isinstance(node, Floor):
        return [e for e in (node.num, node.den) if isinstance(e, Expr)]
    if isinstance(node, Extreme):
        return [e for e in node.args if isinstance(e, Expr)]
    return []


def named_in(expr: Node) -> list[Named]:
    """The named expressions that stand directly in an expression, each once."""
    found: dict[Named, None] = {}
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Named):
            found[node] = None
        elif node.level:
            stack += children(node)
    return list(found)


def definitions(dim: Dim, settled: Callable[[Expr], bool] = lambda _: False) -> list[Named]:
    """All named expressions below a dim, inner ones before outer ones, save what stands in a settled definition."""
    if not isinstance(dim, Expr) or not dim.level:
        return []
    found: dict[Named, None] = {}
    stack = named_in(dim)
    while stack:
        atom = stack.pop()
        if atom not in found and not settled(atom.definition):
            found[atom] = None
            stack += atom.inner
    return sorted(found, key=lambda atom: (atom.level, atom.name, atom.serial))


def symbols(dim: Dim | Node) -> tuple[Symbol, ...]:
    """The symbols of a dim, sorted by name."""
    if not isinstance(dim, Node):
        return ()
    try:
        return dim._symbols
    except AttributeError:
        pass
    found: dict[Symbol, None] = {}
    if isinstance(dim, Symbol):
        found[dim] = None
    elif isinstance(dim, Named):
        # An inner name always knows its symbols first: they are asked for when it is made.
        found.update(dict.fromkeys(symbols(dim.definition)))
    else:
        for node in children(dim):
            found.update(dict.fromkeys(symbols(node)))
    dim._symbols = tuple(sorted(found, key=lambda s: (s.name, s.varies)))
    return dim._symbols

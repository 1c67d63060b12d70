"""The normal form behind `dims`: integer sums of products, kept so that equal sizes look equal.

An `Expr` is `const + sum(coefficient * term)`. A term is an atom (symbol, floor quotient, max or min, named
expression) or a product of atoms and of primitive sums; products are never expanded. Everything is an integer and a
result without symbols is a plain int. Laws used, for integers n, x and positive a, b (Graham, Knuth, Patashnik,
Concrete Mathematics, 3.1-3.2):

    floor((n + floor(x/a))/b) = floor((a*n + x)/(a*b))      floor((b*n + x)/b) = n + floor(x/b)
    floor((a*x + n)/(a*b)) = floor((x + floor(n/a))/b)      floor(-x/b) = -floor((x + b - 1)/b)

Longer than other files, because the operators, the sum and the quotient need each other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import count
from math import gcd
from typing import Any, NoReturn

CAP = 128
"""An expression of more atoms than this is named and kept (this also bounds every recursion over one)."""


class Undecided(TypeError):
    """A comparison of dims that holds for some sizes and not for others, or that could not be decided."""


class Node:
    """Anything structural: compared and ordered by its key, never by hash or address."""

    __slots__ = ("_facts", "_hash", "_key", "_symbols", "level", "size")
    level: int
    size: int
    _key: tuple[Any, ...]
    _symbols: tuple[Symbol, ...]
    _facts: dict[str, Any]

    def _make_key(self) -> tuple[Any, ...]:
        raise NotImplementedError

    @property
    def key(self) -> tuple[Any, ...]:
        """Nested tuples that order nodes the same way in every process."""
        try:
            return self._key
        except AttributeError:
            self._key = self._make_key()
            return self._key

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash = hash(self.key)
            return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return self.__class__ is other.__class__ and hash(self) == hash(other) and self.key == other.key

    def __ne__(self, other: object) -> bool:
        return not self == other

    _hash: int


class Symbol(Node):
    """A size that is not known yet, an integer of at least 1. `varies` says that it came from a None."""

    __slots__ = ("name", "varies")

    def __init__(self, name: str, varies: bool) -> None:
        self.name = name
        self.varies = varies
        self.size = 1
        self.level = 0

    def _make_key(self) -> tuple[Any, ...]:
        return (0, self.name, self.varies)

    def __repr__(self) -> str:
        return self.name


class Floor(Node):
    """floor(num / den); den is an int above 1 or an Expr."""

    __slots__ = ("den", "num")

    def __init__(self, num: Known, den: Known) -> None:
        self.num = num
        self.den = den
        self.size = 1 + size(num) + size(den)
        self.level = max(level(num), level(den))

    def _make_key(self) -> tuple[Any, ...]:
        return (1, key(self.num), key(self.den))


class Extreme(Node):
    """The largest or smallest of several sizes, in the order of their keys."""

    __slots__ = ("args", "largest")

    def __init__(self, largest: bool, args: tuple[Known, ...]) -> None:
        self.largest = largest
        self.args = args
        self.size = 1 + sum(map(size, args))
        self.level = max(map(level, args))

    def _make_key(self) -> tuple[Any, ...]:
        return (2, self.largest, tuple(map(key, self.args)))


class Named(Node):
    """An expression kept under a name. One object per name and definition, so equality is identity."""

    __slots__ = ("__weakref__", "definition", "inner", "name", "serial")

    def __init__(self, name: str, definition: Expr, inner: tuple[Named, ...], serial: int) -> None:
        self.name = name
        self.definition = definition
        self.inner = inner
        self.serial = serial
        self.size = 1
        self.level = definition.level + 1

    def _make_key(self) -> tuple[Any, ...]:
        return (3, self.name, self.level, self.serial)


class Product(Node):
    """Two factors or more, atoms or primitive sums, in the order of their keys."""

    __slots__ = ("factors",)

    def __init__(self, factors: tuple[Node, ...]) -> None:
        self.factors = factors
        self.size = sum([f.size for f in factors])
        self.level = max([f.level for f in factors])

    def _make_key(self) -> tuple[Any, ...]:
        return (5, tuple([f.key for f in self.factors]))


class Unknown:
    """The size nothing is known about. It swallows arithmetic; no question about it has an answer."""

    __slots__ = ()

    def _swallow(self, *_: object) -> Unknown:
        return self

    def _refuse(self, *_: object) -> NoReturn:
        raise Undecided("nothing is known about this size")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __floordiv__ = __rfloordiv__ = _swallow
    __mod__ = __rmod__ = __pow__ = __neg__ = __pos__ = _swallow
    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = _refuse

    def __repr__(self) -> str:
        return "?"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()

Terms = tuple[tuple[Node, int], ...]


class Expr(Node):
    """`const + sum(coefficient * term)`, immutable, with at least one term. See the module for its laws."""

    __slots__ = ("_bounds", "_text", "const", "terms")
    __array_ufunc__ = None  # numpy integers leave arithmetic to us
    _bounds: tuple[int | None, int | None]
    _text: str

    def __init__(self, const: int, terms: Terms, size: int, level: int) -> None:
        self.const = const
        self.terms = terms
        self.size = size
        self.level = level

    def _make_key(self) -> tuple[Any, ...]:
        return (4, tuple([(t.key, c) for t, c in self.terms]), self.const)

    __hash__ = Node.__hash__

    def __add__(self, other: Any) -> Dim:
        if other.__class__ is int:
            return Expr(self.const + other, self.terms, self.size, self.level) if other else self
        return _apply(add, self, other)

    def __sub__(self, other: Any) -> Dim:
        if other.__class__ is int:
            return Expr(self.const - other, self.terms, self.size, self.level) if other else self
        return _apply(subtract, self, other)

    def __mul__(self, other: Any) -> Dim:
        return scale(self, other) if other.__class__ is int else _apply(multiply, self, other)

    def __floordiv__(self, other: Any) -> Dim:
        return _apply(divide, self, other)

    def __mod__(self, other: Any) -> Dim:
        return _apply(remainder, self, other)

    def __rsub__(self, other: Any) -> Dim:
        return _apply(lambda a, b: subtract(b, a), self, other)

    def __rfloordiv__(self, other: Any) -> Dim:
        return _apply(lambda a, b: divide(b, a), self, other)

    def __rmod__(self, other: Any) -> Dim:
        return _apply(lambda a, b: remainder(b, a), self, other)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Dim:
        return scale(self, -1)

    def __pos__(self) -> Expr:
        return self

    def __pow__(self, exponent: Any) -> Dim:
        if not isinstance(exponent, int) or isinstance(exponent, bool):
            return NotImplemented
        if not 0 <= exponent <= CAP:
            raise ValueError(f"an exponent of a dim must lie in 0..{CAP}, not {exponent}")
        return product([self] * exponent)

    def __lt__(self, other: Any) -> Any:
        return _compare(other, self, 1, "<", self, other)

    def __le__(self, other: Any) -> Any:
        return _compare(other, self, 0, "<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return _compare(self, other, 1, ">", self, other)

    def __ge__(self, other: Any) -> Any:
        return _compare(self, other, 0, ">=", self, other)

    def __bool__(self) -> bool:
        from shapecheck.dims_answers import same

        zero = same(self, 0)
        if zero is None:
            raise Undecided(f"whether {self} is zero is not decided")
        return not zero

    def __str__(self) -> str:
        from shapecheck.dims_text import text

        return text(self)

    __repr__ = __str__

    def sympy(self) -> Any:
        """This size as a sympy expression over positive integer symbols."""
        from shapecheck.dims_sympy import to_sympy

        return to_sympy(self)

    _sympy_ = sympy


Known = int | Expr
Dim = int | Expr | Unknown


def coerce(value: Any) -> Any:
    """A number-like operand as a Dim, else NotImplemented: ints, numpy integers, dims and sympy expressions."""
    kind = value.__class__
    if kind is int or kind is Expr or kind is Unknown:
        return value
    if isinstance(value, int):
        return int(value)
    if "sympy" in sys.modules and kind.__module__.startswith("sympy"):
        from shapecheck.dims_sympy import from_sympy

        return from_sympy(value)
    if hasattr(kind, "__index__"):
        try:
            return int(value.__index__())
        except TypeError:
            return NotImplemented
    return NotImplemented


def _apply(operation: Callable[[Any, Any], Known], self: Expr, other: Any) -> Dim:
    value: Any = coerce(other)
    if value is UNKNOWN or value is NotImplemented:
        return value
    return operation(self, value)


def _compare(big: Any, small: Any, gap: int, sign: str, left: Any, right: Any) -> Any:
    from shapecheck.dims_answers import at_least

    big, small = coerce(big), coerce(small)
    if big is NotImplemented or small is NotImplemented:
        return NotImplemented
    answer = None if big is UNKNOWN or small is UNKNOWN else at_least(subtract(big, small), gap)
    if answer is None:
        raise Undecided(f"{left} {sign} {right} is not decided for all sizes")
    return answer


def size(dim: Dim) -> int:
    """The number of atoms in a dim, 0 for an int: what the cap looks at."""
    return dim.size if isinstance(dim, Expr) else 0


def level(dim: Dim) -> int:
    """How deep named expressions stand inside each other in a dim."""
    return dim.level if isinstance(dim, Expr) else 0


def key(dim: Known) -> tuple[Any, ...]:
    """An order on dims that does not depend on the process."""
    return dim.key if isinstance(dim, Expr) else (4, (), dim)


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
    return add(a, scale(b, -1) if isinstance(b, Expr) else -b)


def scale(a: Expr, k: int) -> Known:
    """k * a for an int k."""
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
    return build(0, [(Product(tuple(sorted(factors, key=lambda f: f.key))), content)])


def multiply(a: Known, b: Known) -> Known:
    """a * b; products of sums stay factored."""
    return product((a, b))


def product(dims: Iterable[Known]) -> Known:
    """The product of many dims."""
    content = 1
    factors: list[Node] = []
    for dim in dims:
        c, more = factored(dim)
        content *= c
        factors += more
    return from_factors(content, factors)


def remainder(a: Known, b: Known) -> Known:
    """a % b with the sign of b, as Python has it."""
    if not isinstance(a, Expr) and not isinstance(b, Expr):
        return a % b
    return subtract(a, multiply(b, divide(a, b)))


def divide(a: Known, b: Known) -> Known:
    """floor(a / b); raises ZeroDivisionError when b is 0."""
    if isinstance(b, Expr):
        from shapecheck.dims_divide import divide_by_expr

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
            return _gather(whole, out)
        if not positive:
            flipped = _divide_by_int(d - 1 - const, [(node, -c) for node, c in rest], d)
            return subtract(_gather(whole, out), flipped)
        if common > 1:
            rest = [(node, c // common) for node, c in rest]
            const //= common
            d //= common
            if d == 1:
                return _gather(whole + const, out + rest)
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
                return add(_gather(whole, out), divide(inner.num, scale(m, d)))
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
        from shapecheck.dims_facts import bounds

        low, high = bounds(num)
        if low is not None and high is not None and low // d == high // d:
            return _gather(whole + low // d, out)
    node = Floor(num, d)
    if not out:
        expr = Expr(whole, ((node, 1),), node.size, node.level)
        return expr if expr.size <= CAP else keep(expr)
    return _gather(whole, [*out, (node, 1)])


def _gather(const: int, pairs: Sequence[tuple[Node, int]]) -> Known:
    """The sum of terms that may repeat."""
    if len(pairs) < 2:
        return build(const, pairs)
    found: dict[Node, int] = {}
    for node, c in pairs:
        found[node] = found.get(node, 0) + c
    return build(const, [pair for pair in found.items() if pair[1]])


def is_positive(dim: Known) -> bool:
    """Whether a dim is at least 1 for all sizes, as far as its bounds tell."""
    from shapecheck.dims_facts import bounds

    low = bounds(dim)[0]
    return low is not None and low >= 1


_serials = count(1)


@cache
def _kept() -> Any:
    from weakref import WeakValueDictionary

    return WeakValueDictionary()


def keep(expr: Expr, name: str | None = None) -> Expr:
    """The expression as one atom that remembers its definition."""
    names = symbols(expr)
    if name is None:
        name = f"size{expr.level + 1}({', '.join([s.name for s in names])})"
    atom = _kept().get((name, expr))
    if atom is None:
        atom = _kept()[name, expr] = Named(name, expr, tuple(named_in(expr)), next(_serials))
    return wrap(atom)


def alone(dim: Dim) -> Named | None:
    """The named expression that a dim consists of, if it does."""
    if isinstance(dim, Expr) and not dim.const and len(dim.terms) == 1 and dim.terms[0][1] == 1:
        node = dim.terms[0][0]
        return node if isinstance(node, Named) else None
    return None


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


def definitions(dim: Dim) -> list[Named]:
    """All named expressions below a dim, inner ones before outer ones."""
    if not isinstance(dim, Expr) or not dim.level:
        return []
    found: dict[Named, None] = {}
    stack = named_in(dim)
    while stack:
        atom = stack.pop()
        if atom not in found:
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

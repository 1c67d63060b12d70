"""What a size is made of: atoms, products, and the sum `Expr` with its operators.

An `Expr` is `const + sum(coefficient * term)`. A term is an atom (symbol, floor quotient, max or min, named
expression) or a product of atoms and of primitive sums. Everything is an integer, and a result without symbols is a
plain int. The arithmetic stands in `form` and `division`; the operators import it when they are used, because it
builds on the classes here, which refer to each other: that makes this file longer than others.
"""

from __future__ import annotations

import sys
from typing import Any, NoReturn

CAP = 128
"""An expression of more atoms than this is named and kept (this also bounds every recursion over one)."""
MAX_BITS = 1 << 20
"""A product of named expressions whose value may take more bits than this, at 64 a symbol, raises OverflowError."""


class Undecided(TypeError):
    """A comparison of dims that holds for some sizes and not for others, or that could not be decided."""


class Node:
    """Anything structural: compared and ordered by its key, never by hash or address."""

    __slots__ = ("_bits", "_facts", "_hash", "_key", "_mirror", "_symbols", "level", "size")
    _parts: tuple[str, ...] = ()
    level: int
    size: int
    _hash: int
    _key: tuple[Any, ...]
    _symbols: tuple[Symbol, ...]
    _facts: dict[str, Any]
    _mirror: Any
    _bits: int

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
        if self.__class__ is other.__class__:
            return hash(self) == hash(other) and self.key == other.key
        return NotImplemented

    def __reduce__(self) -> Any:
        return self.__class__, tuple([getattr(self, part) for part in self._parts])


class Symbol(Node):
    """A size that is not known yet, an integer of at least 1. `varies` says that it came from a None."""

    __slots__ = ("name", "varies")
    _parts = ("name", "varies")

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
    _parts = ("num", "den")

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
    _parts = ("largest", "args")

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

    def __reduce__(self) -> Any:
        from shapecheck.dims.form import atom_of

        return atom_of, (self.definition, self.name)

    def _make_key(self) -> tuple[Any, ...]:
        return (3, self.name, self.level, self.serial)


class Product(Node):
    """Two factors or more, atoms or primitive sums, in the order of their keys."""

    __slots__ = _parts = ("factors",)

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
    _parts = ("const", "terms", "size", "level")
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
        return _apply("add", self, other)

    def __sub__(self, other: Any) -> Dim:
        if other.__class__ is int:
            return Expr(self.const - other, self.terms, self.size, self.level) if other else self
        return _apply("subtract", self, other)

    def __mul__(self, other: Any) -> Dim:
        return _apply("multiply", self, other)

    def __floordiv__(self, other: Any) -> Dim:
        return _apply("divide", self, other)

    def __mod__(self, other: Any) -> Dim:
        return _apply("remainder", self, other)

    def __truediv__(self, other: Any) -> NoReturn:
        raise TypeError("a size is a whole number: divide it with `//`, not `/`")

    def __rsub__(self, other: Any) -> Dim:
        return _apply("subtract", other, self)

    def __rfloordiv__(self, other: Any) -> Dim:
        return _apply("divide", other, self)

    def __rmod__(self, other: Any) -> Dim:
        return _apply("remainder", other, self)

    __radd__ = __add__
    __rmul__ = __mul__
    __rtruediv__ = __truediv__

    def __neg__(self) -> Expr:
        return Expr(-self.const, tuple([(t, -c) for t, c in self.terms]), self.size, self.level)

    def __pos__(self) -> Expr:
        return self

    def __pow__(self, exponent: Any) -> Dim:
        from shapecheck.dims.form import product

        if exponent.__class__ is not int:
            return NotImplemented
        if not 0 <= exponent <= CAP:
            raise ValueError(f"an exponent of a dim must lie in 0..{CAP}, not {exponent}")
        return product([self] * exponent)

    def __lt__(self, other: Any) -> Any:
        return _compare(self, other, "<", -1, 1)

    def __le__(self, other: Any) -> Any:
        return _compare(self, other, "<=", -1, 0)

    def __gt__(self, other: Any) -> Any:
        return _compare(self, other, ">", 1, 1)

    def __ge__(self, other: Any) -> Any:
        return _compare(self, other, ">=", 1, 0)

    def __bool__(self) -> bool:
        from shapecheck.dims.answers import same

        zero = same(self, 0)
        if zero is None:
            raise Undecided(f"whether {self} is zero is not decided")
        return not zero

    def __str__(self) -> str:
        from shapecheck.dims.wording import text

        return text(self)

    __repr__ = __str__

    def sympy(self) -> Any:
        """This size as a sympy expression over positive integer symbols."""
        from shapecheck.dims.bridge import to_sympy

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
        from shapecheck.dims.bridge import from_sympy

        return from_sympy(value)
    if hasattr(kind, "__index__"):
        try:
            return int(value.__index__())
        except TypeError:
            return NotImplemented
    return NotImplemented


def _apply(operation: str, a: Any, b: Any) -> Dim:
    from shapecheck.dims import division

    left: Any = coerce(a)
    right: Any = coerce(b)
    for side in (left, right):
        if side is UNKNOWN or side is NotImplemented:
            return side
    return getattr(division, operation)(left, right)  # type: ignore[no-any-return]


def _compare(a: Expr, b: Any, sign: str, way: int, gap: int) -> Any:
    """Whether way*(a - b) >= gap."""
    from shapecheck.dims.answers import at_least

    difference = a - b if way > 0 else b - a
    answer = at_least(difference, gap)
    if answer is None:
        raise Undecided(f"{a} {sign} {b} is not decided for all sizes")
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

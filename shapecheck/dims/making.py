"""Making dims: symbols, values from outside, and the operations that are not operators, for `dims`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shapecheck.dims.division import is_positive
from shapecheck.dims.extremes import extreme
from shapecheck.dims.form import alone, keep, total_of, wrap
from shapecheck.dims.form import product as product_of
from shapecheck.dims.nodes import UNKNOWN, Dim, Expr, Symbol, coerce

_symbols: dict[tuple[str, bool], Expr] = {}


def symbol(name: str, varies: bool = False) -> Expr:
    """The symbol of that name, an integer >= 1. `varies` says that it came from a None: no weight may depend on it."""
    found = _symbols.get((name, varies))
    if found is None:
        if not isinstance(name, str) or not name:
            raise TypeError(f"a symbol needs a name, not {name!r}")
        found = _symbols[name, varies] = wrap(Symbol(name, varies))
    return found


def as_dim(value: Any) -> Dim:
    """A dim from an int, a numpy integer, a dim, a sympy expression or text; raises TypeError for anything else.

    Text raises DimSyntaxError where it is no dim.
    """
    if value.__class__ is int or value.__class__ is Expr or value is UNKNOWN:
        return value
    if isinstance(value, str):
        from shapecheck.dims.wording import parse

        return parse(value)
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        raise TypeError(f"{value} is no size")
    from shapecheck.dims.asked import bare

    found = coerce(bare(value))
    if found is NotImplemented:
        raise TypeError(f"a {type(value).__name__} is no size")
    return found  # type: ignore[no-any-return]


def ceil_div(a: Dim, b: Dim) -> Dim:
    """ceil(a / b); raises ZeroDivisionError when b is 0."""
    if isinstance(b, int) or (isinstance(b, Expr) and is_positive(b)):
        return (a + (b - 1)) // b if not isinstance(b, int) or b > 0 else (-a) // -b
    return -(-a // b)


def maximum(*dims: Dim) -> Dim:
    """The largest of one or more dims."""
    return UNKNOWN if UNKNOWN in dims else extreme(True, dims)  # type: ignore[arg-type]


def minimum(*dims: Dim) -> Dim:
    """The smallest of one or more dims."""
    return UNKNOWN if UNKNOWN in dims else extreme(False, dims)  # type: ignore[arg-type]


def product(dims: Iterable[Dim]) -> Dim:
    """The product of dims, 1 for none."""
    found = tuple(dims)
    return UNKNOWN if UNKNOWN in found else product_of(found)  # type: ignore[arg-type]


def total(dims: Iterable[Dim]) -> Dim:
    """The sum of dims, 0 for none."""
    found = tuple(dims)
    return UNKNOWN if UNKNOWN in found else total_of(found)  # type: ignore[arg-type]


def named(dim: Dim, name: str) -> Dim:
    """The expression as one atom under a readable name; evaluation and substitution see through it.

    One that was named automatically gets this name instead. Ints and UNKNOWN stay as they are.
    """
    if not isinstance(dim, Expr):
        return dim
    atom = alone(dim)
    return keep(dim if atom is None else atom.definition, name)

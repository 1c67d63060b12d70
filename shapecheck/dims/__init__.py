"""Sizes: `Dim = int | Expr | UNKNOWN`, the only algebra of the project.

Ints are never wrapped, and an operation whose result is constant gives an int. An Expr is immutable and hashable;
`==` compares structure, `same` asks whether two sizes are equal for all values of their symbols. All symbols are
integers >= 1. `dims_form` holds the normal form and its laws, `dims_facts` and `dims_answers` what can be proved.
"""

from __future__ import annotations

from shapecheck.dims.answers import at_least, divides, same
from shapecheck.dims.bridge import from_sympy, latex, to_sympy
from shapecheck.dims.facts import bounds, period, slope, start
from shapecheck.dims.form import factored as _factored
from shapecheck.dims.form import magnitude
from shapecheck.dims.form import symbols as symbols_of
from shapecheck.dims.form import wrap as _wrap
from shapecheck.dims.making import as_dim, ceil_div, maximum, minimum, named, product, symbol, total
from shapecheck.dims.nodes import UNKNOWN, Dim, Expr, Symbol, Undecided, Unknown, size
from shapecheck.dims.polynomials import exact_quotient as _exact_quotient
from shapecheck.dims.walk import evaluate, substitute, table
from shapecheck.dims.wording import parse, text
from shapecheck.expression import ExpressionError as DimSyntaxError

__all__ = [
    "UNKNOWN",
    "Dim",
    "DimSyntaxError",
    "Expr",
    "Symbol",
    "Undecided",
    "Unknown",
    "as_dim",
    "at_least",
    "bounds",
    "ceil_div",
    "divides",
    "evaluate",
    "exact_quotient",
    "factors",
    "from_sympy",
    "latex",
    "magnitude",
    "maximum",
    "minimum",
    "named",
    "parse",
    "period",
    "product",
    "same",
    "size",
    "slope",
    "start",
    "substitute",
    "symbol",
    "symbols_of",
    "table",
    "text",
    "to_sympy",
    "total",
    "varies",
]


def exact_quotient(a: Dim, b: Dim) -> Dim | None:
    """q where a == q*b as polynomials, else None (also for b == 0 and for UNKNOWN)."""
    if a is UNKNOWN or b is UNKNOWN:
        return None
    return _exact_quotient(a, b)  # type: ignore[arg-type]


def factors(dim: Dim) -> tuple[int, tuple[Dim, ...]]:
    """(content, factors) with dim == content * product(factors), as far as it is factored."""
    if dim is UNKNOWN:
        return 1, (dim,)
    content, found = _factored(dim)  # type: ignore[arg-type]
    return content, tuple([f if isinstance(f, Expr) else _wrap(f) for f in found])


def varies(dim: Dim) -> bool:
    """Whether a size hangs on a None, and so may differ from call to call."""
    return isinstance(dim, Expr) and any(symbol.varies for symbol in symbols_of(dim))

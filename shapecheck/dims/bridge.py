"""The bridge to sympy, both ways. sympy is imported inside, because it costs more than a whole check."""

from __future__ import annotations

from collections.abc import Mapping
from math import lcm
from typing import Any

from shapecheck.dims.form import subtract, wrap
from shapecheck.dims.nodes import UNKNOWN, Dim, Expr, Extreme, Floor, Named, Node, Product, Symbol

LIMIT = 10_000
"""At most this many nodes are read from one sympy expression."""

_kept: dict[Any, Named] = {}
_dummies: dict[Named, Any] = {}


def to_sympy(dim: Dim) -> Any:
    """A dim as a sympy expression. Symbols become positive integers; one that varies also says so in its assumptions.

    A named expression becomes an integer dummy that `from_sympy` knows again. UNKNOWN raises TypeError.
    """
    import sympy

    if isinstance(dim, int):
        return sympy.Integer(dim)
    if not isinstance(dim, Expr):
        raise TypeError("a size nothing is known about is no sympy expression")
    return sympy.Add(dim.const, *[sympy.Integer(c) * _node(node) for node, c in dim.terms])


def _node(node: Node) -> Any:
    import sympy

    if isinstance(node, Symbol):
        varies = {"varies": True} if node.varies else {}
        return sympy.Symbol(node.name, integer=True, positive=True, **varies)
    if isinstance(node, Floor):
        if isinstance(node.den, int) and isinstance(node.num, Expr) and node.num.const == node.den - 1:
            return sympy.ceiling(to_sympy(subtract(node.num, node.num.const)) / node.den)
        return sympy.floor(to_sympy(node.num) / to_sympy(node.den))
    if isinstance(node, Extreme):
        return (sympy.Max if node.largest else sympy.Min)(*map(to_sympy, node.args))
    if isinstance(node, Product):
        return sympy.Mul(*map(_node, node.factors))
    if isinstance(node, Named):
        dummy = _dummies.get(node)
        if dummy is None:
            dummy = _dummies[node] = sympy.Dummy(node.name, integer=True)
            _kept[dummy] = node
        return dummy
    assert isinstance(node, Expr)
    return to_sympy(node)


def latex(dim: Dim) -> str:
    """A dim in LaTeX; `?` for UNKNOWN."""
    if dim is UNKNOWN:
        return "?"
    import sympy

    return str(sympy.latex(to_sympy(dim)))


def from_sympy(expression: Any, names: Mapping[str, Dim] | None = None) -> Dim:
    """The dim that a sympy expression says; symbols are taken by name, `names` may map them to dims.

    Raises TypeError for what is no integer expression over + * floor ceiling Mod Max Min and whole powers.
    """
    import sympy

    from shapecheck.dims.answers import divides
    from shapecheck.dims.division import divide

    top, bottom = _ratio(expression, names)
    if bottom == 1:
        return top
    if UNKNOWN in (top, bottom):
        return UNKNOWN
    if divides(bottom, top):
        return divide(top, bottom)  # type: ignore[arg-type]
    raise TypeError(f"{sympy.sstr(expression)} is not always a whole number")


def _ratio(expression: Any, names: Mapping[str, Dim] | None) -> tuple[Dim, Dim]:
    """Numerator and denominator of a sympy expression, worked out children first without recursion."""
    import sympy

    if not isinstance(expression, sympy.Basic):
        raise TypeError(f"a {type(expression).__name__} is no size")
    values: dict[Any, tuple[Dim, Dim]] = {}
    stack = [expression]
    seen = 0
    while stack:
        node = stack[-1]
        waiting = [child for child in node.args if child not in values]
        if waiting:
            stack += waiting
            seen += len(waiting)
            if seen > LIMIT:
                raise TypeError(f"a sympy expression of more than {LIMIT} parts is too large for a size")
            continue
        stack.pop()
        if node not in values:
            values[node] = _combine(node, [values[child] for child in node.args], names)
    return values[expression]


def _combine(node: Any, args: list[tuple[Dim, Dim]], names: Mapping[str, Dim] | None) -> tuple[Dim, Dim]:
    import sympy

    from shapecheck.dims.making import ceil_div, maximum, minimum, product, symbol, total

    if node.is_Rational:
        return int(node.p), int(node.q)
    if node.is_Symbol:
        if node in _kept:
            return wrap(_kept[node]), 1
        if names is not None and node.name in names:
            return names[node.name], 1
        return symbol(node.name, bool(node.assumptions0.get("varies"))), 1
    if node.is_Add:
        common = lcm(*[b for _, b in args if isinstance(b, int)])
        if all(isinstance(b, int) for _, b in args):
            return total([a * (common // b) for a, b in args]), common
        top, bottom = args[0]
        for a, b in args[1:]:
            top, bottom = top * b + a * bottom, bottom * b
        return top, bottom
    if node.is_Mul:
        return product([a for a, _ in args]), product([b for _, b in args])
    if node.is_Pow and node.exp.is_Integer and abs(int(node.exp)) <= 64:
        (a, b), power = args[0], int(node.exp)
        return (a**power, b**power) if power >= 0 else (b**-power, a**-power)
    if isinstance(node, sympy.floor):
        return args[0][0] // args[0][1], 1
    if isinstance(node, sympy.ceiling):
        return ceil_div(*args[0]), 1
    if isinstance(node, sympy.Mod):
        (a, b), (c, d) = args
        return (a * d) % (c * b), b * d
    if isinstance(node, sympy.Max | sympy.Min) and all(b == 1 for _, b in args):
        return (maximum if isinstance(node, sympy.Max) else minimum)(*[a for a, _ in args]), 1
    raise TypeError(f"{sympy.sstr(node)} is no size")

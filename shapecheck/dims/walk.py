"""Putting sizes into a dim: evaluation at one size or at many, and substitution, for `dims`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from shapecheck.dims.division import divide
from shapecheck.dims.form import alone, automatic_name, definitions, keep, product, scale, symbols, total_of, wrap
from shapecheck.dims.nodes import UNKNOWN, Dim, Expr, Extreme, Floor, Known, Named, Node, Product, Symbol

Column = Sequence[int]


def evaluate(dim: Dim, sizes: Mapping[str, int]) -> int:
    """The value of a dim at given sizes.

    Raises KeyError for a symbol without a size, ZeroDivisionError where a divisor is 0, TypeError for UNKNOWN.
    """
    if isinstance(dim, int):
        return dim
    if not isinstance(dim, Expr):
        raise TypeError("a size nothing is known about has no value")
    known: dict[Node, int] = {}
    for atom in definitions(dim):
        known[atom] = _at(atom.definition, sizes, known)
    return _at(dim, sizes, known)


def _at(dim: Known, sizes: Mapping[str, int], known: dict[Node, int]) -> int:
    if not isinstance(dim, Expr):
        return dim
    value = dim.const
    for node, c in dim.terms:
        value += c * _node_at(node, sizes, known)
    return value


def _node_at(node: Node, sizes: Mapping[str, int], known: dict[Node, int]) -> int:
    if isinstance(node, Symbol):
        return sizes[node.name]
    if isinstance(node, Floor):
        return _at(node.num, sizes, known) // _at(node.den, sizes, known)
    if isinstance(node, Product):
        value = 1
        for factor in node.factors:
            value *= _node_at(factor, sizes, known)
        return value
    if isinstance(node, Extreme):
        values = [_at(arg, sizes, known) for arg in node.args]
        return max(values) if node.largest else min(values)
    if isinstance(node, Named):
        return known[node]
    assert isinstance(node, Expr)
    return _at(node, sizes, known)


def table(dim: Dim, sizes: Mapping[str, Column]) -> list[int]:
    """The values of a dim at many sizes: one column of equal length per symbol. Raises as `evaluate` does."""
    length = min(map(len, sizes.values()), default=1)
    if isinstance(dim, int):
        return [dim] * length
    if not isinstance(dim, Expr):
        raise TypeError("a size nothing is known about has no value")
    known: dict[Node, Column] = {}
    for atom in definitions(dim):
        known[atom] = _column(atom.definition, sizes, known, length)
    return list(_column(dim, sizes, known, length))


def _column(dim: Known, sizes: Mapping[str, Column], known: dict[Node, Column], length: int) -> Column:
    if not isinstance(dim, Expr):
        return [dim] * length
    const = dim.const
    values: Column | None = None
    for node, c in dim.terms:
        column = _node_column(node, sizes, known, length)
        if values is None:
            values = column if c == 1 and not const else [const + c * v for v in column]
        else:
            values = [a + c * v for a, v in zip(values, column, strict=False)]
    assert values is not None
    return values


def _node_column(node: Node, sizes: Mapping[str, Column], known: dict[Node, Column], length: int) -> Column:
    if isinstance(node, Symbol):
        return sizes[node.name]
    if isinstance(node, Floor):
        top = _column(node.num, sizes, known, length)
        if isinstance(node.den, int):
            d = node.den
            return [v // d for v in top]
        bottom = _column(node.den, sizes, known, length)
        return [a // b for a, b in zip(top, bottom, strict=False)]
    if isinstance(node, Product):
        values = _node_column(node.factors[0], sizes, known, length)
        for factor in node.factors[1:]:
            more = _node_column(factor, sizes, known, length)
            values = [a * b for a, b in zip(values, more, strict=False)]
        return values
    if isinstance(node, Extreme):
        columns = [_column(arg, sizes, known, length) for arg in node.args]
        return [*map(max if node.largest else min, *columns)]
    if isinstance(node, Named):
        return known[node]
    assert isinstance(node, Expr)
    return _column(node, sizes, known, length)


def substitute(dim: Dim, sizes: Mapping[str, Dim]) -> Dim:
    """The dim with other dims in the place of symbols, all at once; UNKNOWN in a symbol's place gives UNKNOWN.

    What is put in must be a size of at least 1 as well: simplifications have relied on that.
    """
    if not isinstance(dim, Expr) or not any(s.name in sizes for s in symbols(dim)):
        return dim
    if any(sizes.get(s.name) is UNKNOWN for s in symbols(dim)):
        return UNKNOWN
    found = cast("Mapping[str, Known]", sizes)
    known: dict[Node, Known] = {}
    for atom in definitions(dim):
        if any(s.name in sizes for s in symbols(atom)):
            fresh = known[atom] = _replace(atom.definition, found, known)
            # What is small now is seen through, what is still too big keeps its name.
            inner = alone(fresh)
            if inner is not None and atom.name != automatic_name(atom.definition):
                known[atom] = keep(inner.definition, atom.name)
    return _replace(dim, found, known)


def _replace(dim: Known, sizes: Mapping[str, Known], known: dict[Node, Known]) -> Known:
    if not isinstance(dim, Expr) or not any(s.name in sizes for s in symbols(dim)):
        return dim
    sums: list[Known] = [dim.const]
    for node, c in dim.terms:
        value = _replace_node(node, sizes, known)
        sums.append(scale(value, c) if isinstance(value, Expr) else value * c)
    return total_of(sums)


def _replace_node(node: Node, sizes: Mapping[str, Known], known: dict[Node, Known]) -> Known:
    from shapecheck.dims.extremes import extreme

    if isinstance(node, Symbol):
        return sizes[node.name] if node.name in sizes else wrap(node)
    if isinstance(node, Named):
        return known[node] if node in known else wrap(node)
    if isinstance(node, Expr):
        return _replace(node, sizes, known)
    if isinstance(node, Product):
        return product([_replace_node(f, sizes, known) for f in node.factors])
    if isinstance(node, Floor):
        return divide(_replace(node.num, sizes, known), _replace(node.den, sizes, known))
    assert isinstance(node, Extreme)
    return extreme(node.largest, [_replace(arg, sizes, known) for arg in node.args])

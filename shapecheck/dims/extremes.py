"""The maximum and the minimum of sizes, without the arguments that another one provably beats."""

from __future__ import annotations

from collections.abc import Sequence

from shapecheck.dims.answers import not_negative
from shapecheck.dims.form import keep, subtract, wrap
from shapecheck.dims.nodes import CAP, Expr, Extreme, Known, key

ARGUMENTS = 16
"""More arguments than this are not compared with each other."""
QUICK = 1_024
"""At most this many sizes are tried to drop an argument."""


def extreme(largest: bool, dims: Sequence[Known]) -> Known:
    """The maximum or minimum of dims; an argument that another one beats for all sizes is dropped."""
    flat: dict[Known, None] = {}
    const: int | None = None
    for dim in dims:
        for arg in _arguments(dim, largest):
            if isinstance(arg, Expr):
                flat[arg] = None
            elif const is None or (arg > const if largest else arg < const):
                const = arg
    args: list[Known] = sorted(flat, key=key)
    if const is not None:
        args.append(const)
    if len(args) <= ARGUMENTS:
        kept: list[Known] = []
        for arg in args:
            if any(_beats(other, arg, largest) for other in kept):
                continue
            kept = [other for other in kept if not _beats(arg, other, largest)]
            kept.append(arg)
        args = kept
    if len(args) == 1:
        return args[0]
    atom = wrap(Extreme(largest, tuple(args)))
    return atom if atom.size <= CAP else keep(atom)


def _arguments(dim: Known, largest: bool) -> tuple[Known, ...]:
    if isinstance(dim, Expr) and not dim.const and len(dim.terms) == 1 and dim.terms[0][1] == 1:
        node = dim.terms[0][0]
        if isinstance(node, Extreme) and node.largest == largest:
            return node.args
    return (dim,)


def _beats(a: Known, b: Known, largest: bool) -> bool:
    return not_negative(subtract(a, b) if largest else subtract(b, a), QUICK) is True

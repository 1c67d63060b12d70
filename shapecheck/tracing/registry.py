"""The table of NumPy's functions on shapes, and how one of them is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shapecheck.tracing import dtypes as dt
from shapecheck.tracing.dtypes import Untraceable
from shapecheck.tracing.rules import Trace, refuse

Function = Callable[..., Any]
FUNCTIONS: dict[str, Function] = {}
"""NumPy's functions by name, `linalg.norm` included; each takes the trace first, then NumPy's own arguments."""


def function(*names: str) -> Callable[[Function], Function]:
    """Enter a function under NumPy's names for it."""

    def enter(made: Function) -> Function:
        FUNCTIONS.update(dict.fromkeys(names, made))
        return made

    return enter


def plain(name: str, out: Any = None, where: Any = True) -> None:
    """Pass over the arguments `out` and `where` where they are not used."""
    if out is not None or where is not True:
        raise Untraceable(f"`{name}` with `out` or `where`")


def call(trace: Trace, name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Call one of NumPy's functions or ufuncs by name, its arguments checked as Python would."""
    name = dt.ALIASES.get(name, name)
    if name in dt.UNARY or name in dt.BINARY:
        return FUNCTIONS["_ufunc"](trace, name, args, keywords)
    known: Any = FUNCTIONS.get(name)
    if known is None:
        raise Untraceable(f"`{name}`")
    takes, named, more = takes_of(known)
    for keyword in keywords:
        if keyword not in takes and keyword not in named:
            raise Untraceable(f"`{name}` with `{keyword}`")
        if keyword in takes[: len(args)]:
            refuse("argument", f"`{keyword}` twice", "each argument once", name)
    required = takes[len(args) : len(takes) - len(known.__defaults__ or ())]
    if (len(args) > len(takes) and not more) or any(missing not in keywords for missing in required):
        refuse("argument", f"{len(args) + len(keywords)} arguments", "those that it takes", name)
    return known(trace, *args, **keywords)


def takes_of(known: Any) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """The arguments of a function of the table, those by name only, and whether it takes any number."""
    code = known.__code__
    names, count = code.co_varnames, code.co_argcount
    return names[1:count], names[count : count + code.co_kwonlyargcount], bool(code.co_flags & 4)

"""NumPy's reductions, running sums and products of matrices on shapes. See `shapes`."""

from __future__ import annotations

from typing import Any

from shapecheck import dims
from shapecheck.tracing import dtypes as dt
from shapecheck.tracing import rules
from shapecheck.tracing.array import TracedArray, as_array
from shapecheck.tracing.dtypes import BOOL, INT, DType, Untraceable
from shapecheck.tracing.registry import call, function, plain
from shapecheck.tracing.rules import Shape, Trace, axes_of, axis_of, refuse

# Reductions --------------------------------------------------------------------------------------------------


def _reduce(x: TracedArray, axis: Any, keepdims: Any, gives: DType, name: str) -> TracedArray:
    axes = None if axis is None else _axes(x, axis, name)
    return TracedArray(rules.reduced(x.sizes, axes, keepdims), gives, x.trace)


def _axes(x: TracedArray, axis: Any, name: str) -> tuple[int, ...]:
    if not x.sizes and name not in _STRICT and axis in (0, -1):
        return ()  # the reductions of ufuncs let an array without axes pass
    if isinstance(axis, list) and name != "median":
        refuse("argument", "a list of axes", "a tuple", name)
    return axes_of(axis, x.ndim, name)


def _not_empty(x: TracedArray, axis: Any, name: str) -> None:
    axes = range(x.ndim) if axis is None else _axes(x, axis, name)
    for k in axes:
        x.trace.at_least(x.sizes[k], 1, name)


_STRICT = frozenset({"mean", "std", "var", "median"})


def _sums(name: str, *aliases: str) -> None:
    @function(name, *aliases)
    def reduction(
        t: Trace, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = None, where: Any = True,
    ) -> Any:  # fmt: skip
        plain(name, out, where)
        x = as_array(t, a, name)
        return _reduce(x, axis, keepdims, dt.summed(x.dtype) if dtype is None else dt.dtype(dtype), name)


def _extremes(name: str, *aliases: str) -> None:
    @function(name, *aliases)
    def reduction(
        t: Trace, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None,
        where: Any = True,
    ) -> Any:  # fmt: skip
        plain(name, out, where)
        x = as_array(t, a, name)
        if initial is None:
            _not_empty(x, axis, name)
        return _reduce(x, axis, keepdims, x.dtype, name)


def _truths(name: str) -> None:
    @function(name)
    def reduction(t: Trace, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, where: Any = True) -> Any:
        plain(name, out, where)
        return _reduce(as_array(t, a, name), axis, keepdims, BOOL, name)


def _places(name: str) -> None:
    @function(name, f"nan{name}")
    def reduction(t: Trace, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
        plain(name, out)
        x = as_array(t, a, name)
        if axis is not None:
            rules.integer(axis, name)
        _not_empty(x, axis, name)
        return _reduce(x, axis, keepdims, INT, name)


for _name in ("sum", "prod"):
    _sums(_name, f"nan{_name}")
for _name in ("max", "min"):
    _extremes(_name, f"a{_name}", f"nan{_name}")
for _name in ("all", "any"):
    _truths(_name)
for _name in ("argmax", "argmin"):
    _places(_name)


@function("mean", "nanmean")
def mean(
    t: Trace, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, where: Any = True
) -> Any:
    plain("mean", out, where)
    x = as_array(t, a, "mean")
    return _reduce(x, axis, keepdims, dt.averaged(x.dtype) if dtype is None else dt.dtype(dtype), "mean")


@function("std", "var", "nanstd", "nanvar")
def var(
    t: Trace, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False,
    where: Any = True, correction: Any = 0,
) -> Any:  # fmt: skip
    plain("var", out, where)
    x = as_array(t, a, "var")
    gives = dt.averaged(x.dtype) if dtype is None else dt.dtype(dtype)
    return _reduce(x, axis, keepdims, dt.of_ufunc("absolute", (gives,)), "var")


@function("median", "nanmedian")
def median(
    t: Trace, a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False
) -> Any:
    plain("median", out)
    x = as_array(t, a, "median")
    return _reduce(x, axis, keepdims, dt.averaged(x.dtype), "median")


@function("average")
def average(t: Trace, a: Any, axis: Any = None, weights: Any = None, keepdims: Any = False) -> Any:
    if weights is not None:
        raise Untraceable("`average` with weights")
    return mean(t, a, axis, keepdims=keepdims)


@function("count_nonzero")
def count_nonzero(t: Trace, a: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return _reduce(as_array(t, a, "count_nonzero"), axis, keepdims, INT, "count_nonzero")


@function("ptp")
def ptp(t: Trace, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    x = call(t, "max", (as_array(t, a, "ptp"), axis, out, keepdims), {})
    return call(t, "subtract", (x, x), {})


@function("cumsum", "cumprod")
def cumsum(t: Trace, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    plain("cumsum", out)
    x = as_array(t, a, "cumsum")
    gives = dt.summed(x.dtype) if dtype is None else dt.dtype(dtype)
    return TracedArray(_along(x, axis, "cumsum"), gives, t)


def _along(x: TracedArray, axis: Any, name: str) -> Shape:
    """The shape of what runs along an axis: flat without one; an array without axes counts as one value."""
    if axis is None:
        return (dims.product(x.sizes),)
    axis_of(axis, max(x.ndim, 1), name)
    return x.sizes or (1,)


@function("sort")
def sort(t: Trace, a: Any, axis: Any = -1, kind: Any = None, order: Any = None, stable: Any = None) -> Any:
    x = as_array(t, a, "sort")
    if axis is None:
        return TracedArray((dims.product(x.sizes),), x.dtype, t)
    axis_of(axis, x.ndim, "sort")
    return x


@function("argsort")
def argsort(t: Trace, a: Any, axis: Any = -1, kind: Any = None, order: Any = None, stable: Any = None) -> Any:
    return TracedArray(_along(as_array(t, a, "argsort"), axis, "argsort"), INT, t)


@function("diff")
def diff(t: Trace, a: Any, n: Any = 1, axis: Any = -1) -> Any:
    x, count = as_array(t, a, "diff"), rules.integer(n, "diff")
    if count == 0:
        return x
    t.at_least(count, 0, "diff")
    k = axis_of(axis, x.ndim, "diff")
    return TracedArray((*x.sizes[:k], dims.maximum(x.sizes[k] - count, 0), *x.sizes[k + 1 :]), x.dtype, t)

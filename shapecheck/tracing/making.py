"""NumPy's functions that make arrays from sizes, on shapes; and its functions that answer with sizes."""

from __future__ import annotations

from typing import Any

from shapecheck import dims
from shapecheck.dims import UNKNOWN, Expr
from shapecheck.dims.asked import bare
from shapecheck.tracing import dtypes as dt
from shapecheck.tracing import rules
from shapecheck.tracing.array import TracedArray, as_array, operand
from shapecheck.tracing.dtypes import FLOAT, INT, Untraceable
from shapecheck.tracing.registry import function
from shapecheck.tracing.rules import Trace, refuse


def _made(t: Trace, shape: Any, dtype: Any, default: Any, name: str) -> TracedArray:
    found = rules.sizes(shape, name)
    for n in found:
        t.at_least(n, 0, name)
    return TracedArray(found, default if dtype is None else dt.dtype(dtype), t)


@function("zeros", "ones", "empty")
def zeros(t: Trace, shape: Any, dtype: Any = None, order: Any = "C") -> Any:
    return _made(t, shape, dtype, FLOAT, "zeros")


@function("full")
def full(t: Trace, shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C") -> Any:
    value = as_array(t, fill_value, "full")
    made = _made(t, shape, dtype, value.dtype, "full")
    rules.broadcast_to(t, value.sizes, made.sizes, "full")
    return made


@function("zeros_like", "ones_like", "empty_like")
def zeros_like(t: Trace, a: Any, dtype: Any = None, order: Any = "K", subok: Any = True, shape: Any = None) -> Any:
    x = as_array(t, a, "zeros_like")
    return _made(t, x.sizes if shape is None else shape, dtype, x.dtype, "zeros_like")


@function("full_like")
def full_like(
    t: Trace, a: Any, fill_value: Any, dtype: Any = None, order: Any = "K", subok: Any = True, shape: Any = None
) -> Any:
    made = zeros_like(t, a, dtype, order, subok, shape)
    rules.broadcast_to(t, operand(t, fill_value, "full_like").sizes, made.sizes, "full_like")
    return made


@function("eye")
def eye(t: Trace, N: Any, M: Any = None, k: Any = 0, dtype: Any = None) -> Any:
    return _made(t, (N, N if M is None else M), dtype, FLOAT, "eye")


@function("identity")
def identity(t: Trace, n: Any, dtype: Any = None) -> Any:
    return _made(t, (n, n), dtype, FLOAT, "identity")


@function("arange")
def arange(t: Trace, start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    if stop is None:
        start, stop = 0, start
    start, stop, step = bare((start, stop, step))
    given = [value for value in (start, stop, step) if not isinstance(value, (int, Expr)) and value is not UNKNOWN]
    if given and all(isinstance(value, (int, float)) for value in (start, stop, step)):
        from math import ceil, isfinite

        if not step or not isfinite((stop - start) / step):
            refuse("argument", f"a step of {step}", "a finite length", "arange")
        return TracedArray((max(ceil((stop - start) / step), 0),), FLOAT if dtype is None else dt.dtype(dtype), t)
    if given:
        raise Untraceable("`arange` between values that are not known")
    if step == 0:
        refuse("argument", "a step of 0", "a step", "arange")
    up = dims.at_least(step, 1)
    if up is None:
        raise Untraceable(f"`arange` with step {step}, of either sign")
    many = dims.ceil_div(stop - start, step) if up else dims.ceil_div(start - stop, -step)
    return TracedArray((dims.maximum(many, 0),), INT if dtype is None else dt.dtype(dtype), t)


@function("linspace")
def linspace(t: Trace, start: Any, stop: Any, num: Any = 50, endpoint: Any = True, dtype: Any = None) -> Any:
    ends = [operand(t, value, "linspace") for value in (start, stop)]
    count = rules.size(num, "linspace")
    t.at_least(count, 0, "linspace")
    gives = dt.promote(*(item.dtype for item in ends), dt.WEAK_FLOAT) if dtype is None else dt.dtype(dtype)
    return TracedArray((count, *rules.broadcast(t, [item.sizes for item in ends], "linspace")), gives, t)


@function("array", "asarray", "asanyarray")
def asarray(t: Trace, a: Any, dtype: Any = None, copy: Any = None, ndmin: Any = 0) -> Any:
    x = as_array(t, a, "array")
    shape = (1,) * (rules.integer(ndmin, "array") - x.ndim) + x.sizes
    return TracedArray(shape, x.dtype if dtype is None else dt.dtype(dtype), t)


@function("shape")
def shape(t: Trace, a: Any) -> Any:
    return operand(t, a, "shape").sizes


@function("ndim")
def ndim(t: Trace, a: Any) -> Any:
    return len(operand(t, a, "ndim").sizes)


@function("size")
def size(t: Trace, a: Any, axis: Any = None) -> Any:
    found = operand(t, a, "size").sizes
    return dims.product(found) if axis is None else found[rules.axis_of(axis, len(found), "size")]

"""NumPy's array functions on shapes. Each takes the trace, then its arguments in NumPy's order and by NumPy's names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from shapecheck import dims
from shapecheck.dims import Dim
from shapecheck.dims.asked import bare
from shapecheck.tracing import dtypes as dt
from shapecheck.tracing import rules
from shapecheck.tracing.array import LIST_LIMIT, TracedArray, as_array
from shapecheck.tracing.dtypes import Untraceable
from shapecheck.tracing.indexing import length
from shapecheck.tracing.registry import function, plain
from shapecheck.tracing.rules import Trace, axes_of, axis_of, refuse

# Shapes ------------------------------------------------------------------------------------------------------


@function("reshape")
def reshape(t: Trace, a: Any, shape: Any = None, order: Any = "C", newshape: Any = None, copy: Any = None) -> Any:
    x = as_array(t, a, "reshape")
    target = rules.sizes(newshape if shape is None else shape, "reshape")
    return TracedArray(rules.reshape(t, x.sizes, target), x.dtype, t)


@function("_reshape_method")
def reshape_method(t: Trace, x: Any, *shape: Any, order: Any = "C", copy: Any = None) -> Any:
    return reshape(t, x, shape[0] if len(shape) == 1 else shape)


@function("transpose", "permute_dims")
def transpose(t: Trace, a: Any, axes: Any = None) -> Any:
    x = as_array(t, a, "transpose")
    return TracedArray(rules.transpose(x.sizes, axes), x.dtype, t)


@function("_transpose_method")
def transpose_method(t: Trace, x: Any, *axes: Any) -> Any:
    return transpose(t, x, axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None)


@function("matrix_transpose", "linalg.matrix_transpose")
def matrix_transpose(t: Trace, x: Any) -> Any:
    return swapaxes(t, x, -1, -2)


@function("swapaxes")
def swapaxes(t: Trace, a: Any, axis1: Any, axis2: Any) -> Any:
    x = as_array(t, a, "swapaxes")
    shape, k, m = list(x.sizes), axis_of(axis1, x.ndim, "swapaxes"), axis_of(axis2, x.ndim, "swapaxes")
    shape[k], shape[m] = shape[m], shape[k]
    return TracedArray(shape, x.dtype, t)


@function("moveaxis")
def moveaxis(t: Trace, a: Any, source: Any, destination: Any) -> Any:
    x = as_array(t, a, "moveaxis")
    return TracedArray(rules.moveaxis(x.sizes, source, destination), x.dtype, t)


@function("squeeze")
def squeeze(t: Trace, a: Any, axis: Any = None) -> Any:
    x = as_array(t, a, "squeeze")
    return TracedArray(rules.squeeze(t, x.sizes, axis), x.dtype, t)


@function("expand_dims")
def expand_dims(t: Trace, a: Any, axis: Any) -> Any:
    x = as_array(t, a, "expand_dims")
    return TracedArray(rules.expand_dims(x.sizes, axis), x.dtype, t)


@function("ravel")
def ravel(t: Trace, a: Any, order: Any = "C") -> Any:
    x = as_array(t, a, "ravel")
    return TracedArray((dims.product(x.sizes),), x.dtype, t)


@function("broadcast_to")
def broadcast_to(t: Trace, array: Any, shape: Any, subok: Any = False) -> Any:
    x = as_array(t, array, "broadcast_to")
    return TracedArray(rules.broadcast_to(t, x.sizes, rules.sizes(shape, "broadcast_to")), x.dtype, t)


@function("broadcast_arrays")
def broadcast_arrays(t: Trace, *args: Any) -> Any:
    given = [as_array(t, value, "broadcast_arrays") for value in args]
    shape = rules.broadcast(t, [x.sizes for x in given], "broadcast_arrays")
    return tuple(TracedArray(shape, x.dtype, t) for x in given)


@function("flip")
def flip(t: Trace, m: Any, axis: Any = None) -> Any:
    x = as_array(t, m, "flip")
    if axis is not None:
        axes_of(axis, x.ndim, "flip")
    return x


@function("roll")
def roll(t: Trace, a: Any, shift: Any, axis: Any = None) -> Any:
    x = as_array(t, a, "roll")
    if axis is not None:
        axes, shifts = ([*v] if isinstance(v, (tuple, list)) else [v] for v in (axis, shift))
        for k in axes:
            axis_of(k, x.ndim, "roll")
        rules.broadcast(t, ((len(axes),), (len(shifts),)), "roll")
    return x


for _least in (1, 2, 3):

    @function(f"atleast_{_least}d")
    def atleast_nd(t: Trace, *arys: Any, _least: int = _least) -> Any:
        found = tuple(_atleast(as_array(t, value, "atleast"), _least) for value in arys)
        return found[0] if len(found) == 1 else found


def _atleast(x: TracedArray, least: int) -> TracedArray:
    shape = x.sizes
    if least == 3 and len(shape) in (1, 2):
        shape = (1, *shape, 1) if len(shape) == 1 else (*shape, 1)
    return TracedArray((1,) * (least - len(shape)) + shape, x.dtype, x.trace)


# Several arrays ----------------------------------------------------------------------------------------------


def _arrays(t: Trace, given: Any, name: str) -> list[TracedArray]:
    if isinstance(given, TracedArray):
        return list(given)
    if not isinstance(given, (list, tuple)):
        raise Untraceable(f"`{name}` of a {type(given).__name__}")
    return [as_array(t, value, name) for value in given]


def _joined(t: Trace, given: Sequence[TracedArray], axis: Any, dtype: Any, name: str) -> TracedArray:
    shape = rules.concatenate(t, [x.sizes for x in given], axis, name)
    return TracedArray(shape, dt.promote(*(x.dtype for x in given)) if dtype is None else dt.dtype(dtype), t)


@function("concatenate", "concat")
def concatenate(t: Trace, arrays: Any, axis: Any = 0, out: Any = None, dtype: Any = None, casting: Any = None) -> Any:
    plain("concatenate", out)
    given = _arrays(t, arrays, "concatenate")
    if axis is None:
        given, axis = [ravel(t, x) for x in given], 0
    return _joined(t, given, axis, dtype, "concatenate")


@function("stack")
def stack(t: Trace, arrays: Any, axis: Any = 0, out: Any = None, dtype: Any = None, casting: Any = None) -> Any:
    plain("stack", out)
    given = _arrays(t, arrays, "stack")
    if not given:
        refuse("argument", "no array", "at least one", "stack")
    if any(x.ndim != given[0].ndim for x in given):
        refuse("rank", next(x.ndim for x in given if x.ndim != given[0].ndim), given[0].ndim, "stack")
    k = axis_of(axis, given[0].ndim + 1, "stack")
    for n, x in zip(given[0].sizes, zip(*(x.sizes for x in given), strict=True), strict=True):
        for other in x[1:]:
            t.equal(n, other, "stack")
    return _joined(t, [expand_dims(t, x, k) for x in given], k, dtype, "stack")


@function("vstack", "row_stack")
def vstack(t: Trace, tup: Any, dtype: Any = None, casting: Any = None) -> Any:
    return _joined(t, [_atleast(x, 2) for x in _arrays(t, tup, "vstack")], 0, dtype, "vstack")


@function("hstack")
def hstack(t: Trace, tup: Any, dtype: Any = None, casting: Any = None) -> Any:
    given = [_atleast(x, 1) for x in _arrays(t, tup, "hstack")]
    return _joined(t, given, 0 if given and given[0].ndim == 1 else 1, dtype, "hstack")


@function("dstack")
def dstack(t: Trace, tup: Any) -> Any:
    return _joined(t, [_atleast(x, 3) for x in _arrays(t, tup, "dstack")], 2, None, "dstack")


@function("append")
def append(t: Trace, arr: Any, values: Any, axis: Any = None) -> Any:
    return concatenate(t, [arr, values], axis)


@function("meshgrid")
def meshgrid(t: Trace, *xi: Any, indexing: Any = "xy") -> Any:
    given = [ravel(t, x) for x in xi]
    shape = [x.sizes[0] for x in given]
    if indexing == "xy":
        shape[:2] = shape[:2][::-1]
    return tuple(TracedArray(shape, x.dtype, t) for x in given)


def _parts(t: Trace, x: TracedArray, k: int, lengths: Sequence[Dim]) -> list[TracedArray]:
    return [TracedArray((*x.sizes[:k], n, *x.sizes[k + 1 :]), x.dtype, t) for n in lengths]


@function("split")
def split(t: Trace, ary: Any, indices_or_sections: Any, axis: Any = 0, _even: bool = True) -> Any:
    x = as_array(t, ary, "split")
    k = axis_of(axis, x.ndim, "split")
    n, given = x.sizes[k], indices_or_sections
    if isinstance(given, (list, tuple)):
        ends = [0, *bare(given), n]
        return _parts(t, x, k, [length(t, n, slice(a, b), "split") for a, b in pairwise(ends)])
    count = rules.integer(given, "split")
    t.at_least(count, 1, "split")
    if count > LIST_LIMIT:
        raise Untraceable(f"a split into {count} arrays")
    if _even:
        t.divides(count, n, "split")
        return _parts(t, x, k, [n // count] * count)
    return _parts(t, x, k, [(n + (count - 1 - i)) // count for i in range(count)])


@function("array_split")
def array_split(t: Trace, ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    return split(t, ary, indices_or_sections, axis, False)

"""NumPy's functions that choose, move and repeat values, on shapes."""

from __future__ import annotations

from typing import Any

from shapecheck import dims
from shapecheck.tracing import dtypes as dt
from shapecheck.tracing import rules
from shapecheck.tracing.array import TracedArray, as_array, listed, operand
from shapecheck.tracing.dtypes import Untraceable
from shapecheck.tracing.indexing import Chosen, index
from shapecheck.tracing.registry import call, function, plain
from shapecheck.tracing.rules import Trace, axis_of, refuse

# Values ------------------------------------------------------------------------------------------------------


@function("where")
def where(t: Trace, condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None and y is None:
        raise Untraceable("`where` with one argument: the shape depends on the values")
    found = [operand(t, value, "where") for value in (condition, x, y)]
    shape = rules.broadcast(t, [item.sizes for item in found], "where")
    return TracedArray(shape, dt.promote(found[1].dtype, found[2].dtype), t)


_NOT_GIVEN = object()


@function("clip")
def clip(
    t: Trace, a: Any, a_min: Any = _NOT_GIVEN, a_max: Any = _NOT_GIVEN, out: Any = None, min: Any = None,
    max: Any = None,
) -> Any:  # fmt: skip
    plain("clip", out)
    if (a_min is _NOT_GIVEN) != (a_max is _NOT_GIVEN):
        refuse("argument", "one end by place", "both", "clip")
    return clip_method(t, a, min if a_min is _NOT_GIVEN else a_min, max if a_max is _NOT_GIVEN else a_max)


@function("_clip_method")
def clip_method(t: Trace, x: Any, min: Any = None, max: Any = None, out: Any = None) -> Any:
    plain("clip", out)
    ends = [end for end in (min, max) if end is not None]
    found = [operand(t, value, "clip") for value in (x, *ends)]
    shape = rules.broadcast(t, [item.sizes for item in found], "clip")
    return TracedArray(shape, dt.promote(*(item.dtype for item in found)), t)


@function("astype")
def astype(
    t: Trace, x: Any, dtype: Any, order: Any = "K", casting: Any = "unsafe", subok: Any = True, copy: Any = True
) -> Any:
    return TracedArray(as_array(t, x, "astype").sizes, dt.dtype(dtype), t)


@function("copy", "nan_to_num", "real", "ascontiguousarray")
def copy(t: Trace, a: Any, order: Any = "K", copy: Any = None, nan: Any = 0, posinf: Any = None,
         neginf: Any = None) -> Any:  # fmt: skip
    return as_array(t, a, "copy")


@function("round", "around")
def round_(t: Trace, a: Any, decimals: Any = 0, out: Any = None) -> Any:
    plain("round", out)
    x = as_array(t, a, "round")
    return TracedArray(x.sizes, "float16" if x.dtype == "bool" else x.dtype, t)


@function("divmod")
def divmod_(t: Trace, x1: Any, x2: Any) -> Any:
    return call(t, "floor_divide", (x1, x2), {}), call(t, "remainder", (x1, x2), {})


@function("modf")
def modf(t: Trace, x: Any) -> Any:
    made = call(t, "fabs", (x,), {})
    return made, made


@function("isclose")
def isclose(t: Trace, a: Any, b: Any, rtol: Any = 0, atol: Any = 0, equal_nan: Any = False) -> Any:
    return call(t, "equal", (a, b), {})


@function("take")
def take(t: Trace, a: Any, indices: Any, axis: Any = None, out: Any = None, mode: Any = "raise") -> Any:
    plain("take", out)
    x = as_array(t, a, "take")
    if axis is None:
        x, axis = call(t, "ravel", (x,), {}), 0
    k = axis_of(axis, max(x.ndim, 1), "take")
    chosen = _chosen(t, indices, mode)
    shape = x.sizes or (1,)
    index(t, (shape[k],), (chosen,), "take")
    return TracedArray((*shape[:k], *chosen.sizes, *shape[k + 1 :]), x.dtype, t)


def _chosen(t: Trace, indices: Any, mode: Any) -> Chosen:
    found = as_array(t, indices, "take")
    if dims.product(found.sizes) != 0 and found.dtype.kind not in "biu":
        refuse("argument", f"indices of {found.dtype}", "integers", "take")
    if mode == "raise" and isinstance(indices, (int, list, tuple)):
        leaves = listed(indices, "take")[1]
        if all(isinstance(leaf, int) for leaf in leaves):
            return Chosen(found.sizes, min(leaves, default=None), max(leaves, default=None))
    return Chosen(found.sizes)


@function("take_along_axis")
def take_along_axis(t: Trace, arr: Any, indices: Any, axis: Any = -1) -> Any:
    x, chosen = as_array(t, arr, "take_along_axis"), as_array(t, indices, "take_along_axis")
    if axis is None:
        x, axis = call(t, "ravel", (x,), {}), 0
    if x.ndim != chosen.ndim:
        refuse("rank", chosen.ndim, x.ndim, "take_along_axis")
    k = axis_of(axis, x.ndim, "take_along_axis")
    index(t, (x.sizes[k],), (Chosen(chosen.sizes),), "take_along_axis")
    rest = (*x.sizes[:k], 1, *x.sizes[k + 1 :])
    return TracedArray(rules.broadcast(t, (rest, chosen.sizes), "take_along_axis"), x.dtype, t)


@function("repeat")
def repeat(t: Trace, a: Any, repeats: Any, axis: Any = None) -> Any:
    x = as_array(t, a, "repeat")
    if axis is None:
        x, axis = call(t, "ravel", (x,), {}), 0
    k = axis_of(axis, max(x.ndim, 1), "repeat")
    shape = x.sizes or (1,)
    counts = rules.sizes(repeats, "repeat")
    for count in counts:
        if isinstance(count, int) and count < 0 and len(counts) == 1:
            t.equal(shape[k], 0, "repeat")  # NumPy notices only where there is something to repeat
        else:
            t.at_least(count, 0, "repeat")
    if len(counts) != 1:
        t.equal(shape[k], len(counts), "repeat")
    made = shape[k] * counts[0] if len(counts) == 1 else dims.total(counts)
    return TracedArray((*shape[:k], made, *shape[k + 1 :]), x.dtype, t)


@function("tile")
def tile(t: Trace, A: Any, reps: Any) -> Any:
    x, counts = as_array(t, A, "tile"), rules.sizes(reps, "tile")
    for count in counts:
        t.at_least(count, 0, "tile")
    rank = max(len(counts), x.ndim)
    shape = (1,) * (rank - x.ndim) + x.sizes
    counts = (1,) * (rank - len(counts)) + counts
    return TracedArray([n * count for n, count in zip(shape, counts, strict=True)], x.dtype, t)


_PADDINGS = ("constant", "edge", "empty", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric",
             "wrap")  # fmt: skip


@function("pad")
def pad(
    t: Trace, array: Any, pad_width: Any, mode: Any = "constant", constant_values: Any = 0, stat_length: Any = None,
    reflect_type: Any = "even", end_values: Any = 0,
) -> Any:  # fmt: skip
    x = as_array(t, array, "pad")
    if callable(mode) or isinstance(pad_width, dict):
        raise Untraceable("`pad` by a function or a map")
    if mode not in _PADDINGS:
        refuse("argument", f"mode {mode!r}"[:40], "a mode of padding", "pad")
    outer, leaves = listed(pad_width, "pad")
    rules.broadcast_to(Trace(), outer, (x.ndim, 2), "pad")
    widths = [rules.size(leaf, "pad") for leaf in leaves]
    for width in widths:
        t.at_least(width, 0, "pad")
    columns = outer[-1] if outer else 1
    rows = len(widths) // max(int(columns), 1) if isinstance(columns, int) else 1
    shape = []
    for k, n in enumerate(x.sizes):
        row = k if rows > 1 else 0
        both = widths[row * (len(widths) // rows)] + widths[(row + 1) * (len(widths) // rows) - 1]
        if mode not in ("constant", "empty"):
            t.at_least(n + 1 - dims.minimum(both, 1), 1, "pad")
        shape.append(n + both)
    return TracedArray(shape, x.dtype, t)

"""NumPy's products of matrices and sums over labels, on shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapecheck import dims
from shapecheck.dims import Dim
from shapecheck.tracing import dtypes as dt
from shapecheck.tracing import rules
from shapecheck.tracing.array import TracedArray, as_array
from shapecheck.tracing.dtypes import Untraceable
from shapecheck.tracing.registry import call, function, plain
from shapecheck.tracing.rules import Shape, Trace, axes_of, broadcast, integer, reduced, refuse


def matmul_shape(trace: Trace, a: Shape, b: Shape, what: str = "matmul") -> Shape:
    """(..., n, k) @ (..., k, m) -> (..., n, m); a vector is a row on the left and a column on the right."""
    if not a or not b:
        refuse("rank", 0, "at least 1", what)
    trace.equal(a[-1], b[-2] if len(b) > 1 else b[0], what)
    return (*broadcast(trace, (a[:-2], b[:-2]), what), *a[-2:-1], *(b[-1:] if len(b) > 1 else ()))


def dot_shape(trace: Trace, a: Shape, b: Shape, what: str = "dot") -> Shape:
    """The last axis of `a` with the last but one of `b`."""
    if not a or not b:
        return a + b
    trace.equal(a[-1], b[-2] if len(b) > 1 else b[0], what)
    return a[:-1] + (b[:-2] + b[-1:] if len(b) > 1 else ())


def tensordot_shape(trace: Trace, a: Shape, b: Shape, axes: Any) -> Shape:
    what = "tensordot"
    if isinstance(axes, (tuple, list)):
        if len(axes) != 2:
            refuse("argument", f"axes of length {len(axes)}", 2, what)
        left, right = ([*side] if isinstance(side, (tuple, list)) else [side] for side in axes)
    else:
        count = max(integer(axes, what), 0)
        left, right = [*range(-count, 0)], [*range(count)]
    if len(left) != len(right):
        refuse("argument", f"{len(left)} axes", f"{len(right)} axes", what)
    gone = axes_of(left, len(a), what), axes_of(right, len(b), what)
    for k, m in zip(*gone, strict=True):
        trace.equal(a[k], b[m], what)
    return reduced(a, gone[0], False) + reduced(b, gone[1], False)


def einsum_shape(trace: Trace, subscripts: Any, shapes: Sequence[Shape]) -> tuple[Shape, Dim]:
    """The shape of an Einstein sum, and the product of all its sizes (what it costs)."""
    what = "einsum"
    if not isinstance(subscripts, str):
        raise Untraceable("einsum without a text of subscripts")
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    letters = list((left + right).replace("...", "").replace(",", ""))
    if not all(c.isascii() and c.isalpha() for c in letters) or "," in right:
        refuse("argument", repr(subscripts[:40]), "subscripts of letters", what)
    if len(terms) != len(shapes):
        refuse("argument", f"{len(shapes)} arrays", f"{len(terms)} arrays", what)
    found: dict[str, Dim] = {}
    rest: Shape = ()
    for term, shape in zip(terms, shapes, strict=True):
        before, dots, after = term.partition("...")
        if "..." in after or len(before) + len(after) > len(shape) or (not dots and len(term) != len(shape)):
            refuse("rank", len(shape), f"`{term}`", what)
        end = len(shape) - len(after)
        own: dict[str, Dim] = {}
        for c, d in zip(before + after, shape[: len(before)] + shape[end:], strict=True):
            own[c] = trace.equal(own[c], d, what) if c in own else d
        for c, d in own.items():
            found[c] = trace.broadcast(found[c], d, what) if c in found else d
        rest = broadcast(trace, (rest, shape[len(before) : end]), what)
    if not arrow:
        once = sorted(c for c in found if letters.count(c) == 1)
        right = "..." + "".join(once)
    elif "..." not in right and rest:
        refuse("rank", len(rest), "`...` in the output", what)
    before, dots, after = right.partition("...")
    kept = before + after
    if len(set(kept)) < len(kept) or any(c not in found for c in kept) or "..." in after:
        refuse("argument", f"output `{right}`", "labels of the inputs, each once", what)
    cost = dims.product([*found.values(), *rest])
    return (*(found[c] for c in before), *(rest if dots else ()), *(found[c] for c in after)), cost


# Products of matrices ----------------------------------------------------------------------------------------


def _product(t: Trace, a: TracedArray, b: TracedArray, shape: Shape, name: str) -> TracedArray:
    return TracedArray(shape, dt.promote(a.dtype, b.dtype), t)


@function("matmul", "linalg.matmul")
def matmul(t: Trace, x1: Any, x2: Any, out: Any = None, dtype: Any = None) -> Any:
    plain("matmul", out)
    a, b = as_array(t, x1, "matmul"), as_array(t, x2, "matmul")
    return _product(t, a, b, matmul_shape(t, a.sizes, b.sizes), "matmul")


@function("dot")
def dot(t: Trace, a: Any, b: Any, out: Any = None) -> Any:
    plain("dot", out)
    x, y = as_array(t, a, "dot"), as_array(t, b, "dot")
    return _product(t, x, y, dot_shape(t, x.sizes, y.sizes), "dot")


@function("inner")
def inner(t: Trace, a: Any, b: Any) -> Any:
    x, y = as_array(t, a, "inner"), as_array(t, b, "inner")
    if x.ndim and y.ndim:
        t.equal(x.sizes[-1], y.sizes[-1], "inner")
        return _product(t, x, y, x.sizes[:-1] + y.sizes[:-1], "inner")
    return _product(t, x, y, x.sizes + y.sizes, "inner")


@function("vdot")
def vdot(t: Trace, a: Any, b: Any) -> Any:
    x, y = as_array(t, a, "vdot"), as_array(t, b, "vdot")
    t.equal(dims.product(x.sizes), dims.product(y.sizes), "vdot")
    return _product(t, x, y, (), "vdot")


@function("vecdot", "linalg.vecdot")
def vecdot(t: Trace, x1: Any, x2: Any, axis: Any = -1) -> Any:
    a, b = as_array(t, x1, "vecdot"), as_array(t, x2, "vecdot")
    a, b = (call(t, "moveaxis", (x, axis, -1), {}) for x in (a, b))
    t.equal(a.sizes[-1], b.sizes[-1], "vecdot")
    return _product(t, a, b, rules.broadcast(t, (a.sizes[:-1], b.sizes[:-1]), "vecdot"), "vecdot")


@function("outer", "linalg.outer")
def outer(t: Trace, a: Any, b: Any, out: Any = None) -> Any:
    plain("outer", out)
    x, y = as_array(t, a, "outer"), as_array(t, b, "outer")
    return _product(t, x, y, (dims.product(x.sizes), dims.product(y.sizes)), "outer")


@function("kron")
def kron(t: Trace, a: Any, b: Any) -> Any:
    x, y = as_array(t, a, "kron"), as_array(t, b, "kron")
    rank = max(x.ndim, y.ndim)
    left, right = ((1,) * (rank - z.ndim) + z.sizes for z in (x, y))
    return _product(t, x, y, tuple(n * m for n, m in zip(left, right, strict=True)), "kron")


@function("tensordot", "linalg.tensordot")
def tensordot(t: Trace, a: Any, b: Any, axes: Any = 2) -> Any:
    x, y = as_array(t, a, "tensordot"), as_array(t, b, "tensordot")
    return _product(t, x, y, tensordot_shape(t, x.sizes, y.sizes, axes), "tensordot")


@function("einsum")
def einsum(t: Trace, subscripts: Any, *operands: Any, optimize: Any = False) -> Any:
    given = [as_array(t, value, "einsum") for value in operands]
    shape, _ = einsum_shape(t, subscripts, [x.sizes for x in given])
    return TracedArray(shape, dt.promote(*(x.dtype for x in given)), t)


@function("linalg.norm")
def norm(t: Trace, x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    a = as_array(t, x, "norm")
    if isinstance(axis, list):
        refuse("argument", "a list of axes", "a tuple", "norm")
    axes = None if axis is None else axes_of(axis, a.ndim, "norm")
    count = a.ndim if axes is None else len(axes)
    if not (axes is None and ord is None) and count not in (1, 2):
        refuse("rank", count, "1 or 2", "norm")
    if isinstance(ord, str) and not (count == 2 and ord in ("fro", "nuc")):
        refuse("argument", f"ord {ord!r}"[:40], "a norm", "norm")
    gives = dt.of_ufunc("absolute", (dt.averaged(a.dtype),))
    return TracedArray(rules.reduced(a.sizes, axes, keepdims), gives, t)


@function("diagonal", "linalg.diagonal")
def diagonal(t: Trace, a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    x, shift = as_array(t, a, "diagonal"), rules.integer(offset, "diagonal")
    if x.ndim < 2:
        refuse("rank", x.ndim, "at least 2", "diagonal")
    k, m = axes_of((axis1, axis2), x.ndim, "diagonal")
    long = dims.maximum(dims.minimum(x.sizes[k] + min(shift, 0), x.sizes[m] - max(shift, 0)), 0)
    return TracedArray((*rules.reduced(x.sizes, (k, m), False), long), x.dtype, t)


@function("trace", "linalg.trace")
def trace(t: Trace, a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1, dtype: Any = None) -> Any:
    return call(t, "sum", (diagonal(t, a, offset, axis1, axis2), -1, dtype), {})


@function("diag")
def diag(t: Trace, v: Any, k: Any = 0) -> Any:
    x, shift = as_array(t, v, "diag"), abs(rules.integer(k, "diag"))
    if x.ndim == 1:
        return TracedArray((x.sizes[0] + shift, x.sizes[0] + shift), x.dtype, t)
    if x.ndim != 2:
        refuse("rank", x.ndim, "1 or 2", "diag")
    return diagonal(t, x, k)


@function("tril", "triu")
def tril(t: Trace, m: Any, k: Any = 0) -> Any:
    x = as_array(t, m, "tril")
    if not x.ndim:
        refuse("rank", 0, "at least 1", "tril")
    return TracedArray(x.sizes * 2 if x.ndim == 1 else x.sizes, x.dtype, t)

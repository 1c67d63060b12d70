"""Tracing held against NumPy itself: every operation, on known sizes and on symbols put in afterwards."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shapecheck import dims
from shapecheck.tracing import (
    DType,
    Trace,
    TracedArray,
    TracedNumpy,
    TraceMismatch,
    Untraceable,
    dtypes,
    outputs,
    run,
    sizes_of,
    traced_np,
)

# Each line is an operation; {k} {m} are axes or small ints, {f} is a flag, {n} a size. x y z are arrays.
UNARY = """
-x | +x | abs(x) | ~x | x + 1 | 2 - x | x * 2.5 | x / 3 | 7 // x | x % 2 | x ** 2 | 2 ** x | x > 0 | x == 1 | x != 0.5
x & 1 | x | True | x ^ x | x << 1 | x * True | x + 2j | x - 1 | 1.5 < x | divmod(x, 2) | x @ x | x @ x.T | x.T @ x
x[{k}] | x[{k}, {m}] | x[..., {k}] | x[:, {k}] | x[None] | x[..., None] | x[:, None, {k}] | x[()] | x[..., ...]
x[{k}:] | x[:{k}] | x[{k}:{m}] | x[::{k}] | x[{k}::{m}] | x[:{k}:{m}] | x[{k}:{m}:2] | x[{k}:{m}:-1] | x[::-1]
x[:, {k}:{m}] | x[..., {k}:] | x[1:, {k}] | x[{k}:{m}:-2] | x[9:] | x[:9] | x[-9:] | x[:-9] | x[9::-1] | x[:-9:-1]
x[[{k}, {m}]] | x[:, [{k}, {m}]] | x[{k}, :, [0, {m}]] | x[[0, {k}], [0, {m}]] | x[[0, {k}], :, [0, {m}]]
x[:, [0, {k}], [0, {m}]] | x[:, [0, 0], None, [0, {m}]] | x[[[0, {k}]]] | x[..., [0, {k}]] | x[0, [0, {k}]] | x[1.0]
x[[0, 0], ..., [0, 0]] | x[:, [0, 0], ..., [0, 0]] | x[[]] | x[:, 0, [0, {k}]] | np.sum(x) | np.sum(x, axis={k})
np.sum(x, axis={k}, keepdims={f}) | np.sum(x, axis=({k}, {m})) | np.sum(x, axis=()) | np.sum(x, axis=[0])
np.max(x, axis=[0]) | np.squeeze(x, axis=[0]) | np.flip(x, [0]) | np.median(x, axis=[0]) | np.linalg.norm(x, axis=[0])
np.expand_dims(x, [0]) | np.transpose(x, [1, 0]) | np.moveaxis(x, [0], [-1]) | np.argmax(x, axis=[0])
np.mean(x, axis=[0]) | np.any(x, axis=[0]) | np.cumsum(x, [0]) | np.prod(x, {k}) | np.mean(x, axis={k}, keepdims={f})
np.mean(x) | np.std(x, axis={k}) | np.var(x, ({k}, {m}), keepdims={f}) | np.max(x) | np.max(x, axis={k}, keepdims={f})
np.min(x, axis=({k}, {m})) | np.amax(x, {k}) | np.ptp(x, axis={k}) | np.any(x, axis={k})
np.all(x, axis={k}, keepdims={f}) | np.any(x) | np.argmax(x, axis={k}) | np.argmin(x)
np.argmax(x, axis={k}, keepdims={f}) | np.median(x, axis={k}) | np.count_nonzero(x, axis={k})
np.sum(x, dtype="float32") | np.cumsum(x) | np.cumsum(x, axis={k}) | np.cumprod(x, {k}) | np.sort(x, axis={k})
np.sort(x) | np.argsort(x, axis={k}) | np.sort(x, axis=None) | np.argsort(x, axis=None) | np.diff(x)
np.diff(x, {n}, axis={k}) | np.add.reduce(x) | np.maximum.reduce(x, axis={k})
np.add.reduce(x, axis={k}, keepdims={f}) | np.add.accumulate(x) | np.reshape(x, -1) | np.reshape(x, ({n}, -1))
np.reshape(x, (-1, {n})) | np.reshape(x, (-1, {n}, 2)) | x.reshape({n}, 2) | x.reshape(2, {n}, 3)
x.reshape((x.shape[0], -1)) | x.reshape(-1, x.shape[-1]) | x.reshape(-1, -1) | x.reshape({n})
x.reshape(True, -1) | np.sum(x, axis=True) | x[:True] | np.tile(x, True) | np.repeat(x, True)
np.expand_dims(x, True) | np.broadcast_to(x, (True, 2, 3)) | np.transpose(x, (True, False)) | np.flip(x, True)
np.concatenate([x, x], axis=True) | np.stack([x, x], axis=True) | np.argmax(x, axis=True) | np.sort(x, axis=True)
x.reshape(x.shape[::-1]) | x.reshape(()) | x.reshape(0, -1) | x.reshape(x.shape[0], 1, *x.shape[1:]) | np.transpose(x)
np.transpose(x, (0, 2, 1)) | x.transpose(1, 0) | x.transpose(({k}, {m})) | x.T | x.transpose()
np.swapaxes(x, {k}, {m}) | np.moveaxis(x, {k}, {m}) | np.moveaxis(x, ({k}, {m}), (0, -1)) | x.swapaxes({k}, {m})
np.squeeze(x, axis={k}) | np.squeeze(x, axis=({k}, {m})) | np.expand_dims(x, {k}) | np.expand_dims(x, ({k}, {m}))
np.ravel(x) | x.flatten() | np.flip(x) | np.flip(x, {k}) | np.roll(x, 1) | np.roll(x, {k}, axis={m})
np.roll(x, (1, 2), axis=({k}, {m})) | np.atleast_1d(x) | np.atleast_2d(x) | np.atleast_3d(x) | np.copy(x)
np.round(x) | np.nan_to_num(x) | np.isclose(x, 1) | np.split(x, {n}) | np.split(x, {n}, axis={k})
np.split(x, [1, {n}], axis={k}) | np.array_split(x, {n}, axis={k}) | np.split(x, [{k}, {m}])
np.stack([x, x], axis={k}) | np.concatenate([x, x, x], axis={k}) | np.concatenate([x, x], axis=None)
np.vstack([x, x]) | np.hstack([x, x]) | np.dstack([x, x]) | np.append(x, x, axis={k}) | np.append(x, 1)
np.tile(x, {n}) | np.tile(x, (2, {n})) | np.tile(x, ({n}, 1, 1, 2)) | np.tile(x, ()) | np.repeat(x, {n})
np.repeat(x, {n}, axis={k}) | np.repeat(x, [1, {n}], axis={k}) | np.repeat(x, [{n}], axis={k}) | np.repeat(x, -1)
np.pad(x, 1) | np.pad(x, (1, {n})) | np.pad(x, ((1, {n}), (0, 2))) | np.pad(x, ((1,), ({n},)))
np.pad(x, {n}, mode="edge") | np.pad(x, ((0, {n}),), mode="constant") | np.pad(x, -1)
np.pad(x, ((0, 0), (1, {n}), (0, 0)), mode="edge") | np.clip(x, 0, 1) | np.clip(x, 0) | np.clip(x, min=0) | np.clip(x, min=0, max=2.0) | x.clip(0) | x.clip(max=1)
 np.clip(x, 0.5, None) | x.clip(0, 1)
np.where(x, 1, 0) | np.where(x > 0, x, 0.0) | np.where(x, x, 2) | np.take(x, {k}) | np.take(x, {k}, axis={m})
np.take(x, [0, {k}], axis={m}) | np.take(x, [[0], [{k}]]) | x.take([0, {n}]) | np.broadcast_to(x, (2, {n}))
np.broadcast_to(x, ({n}, 1)) | np.broadcast_to(x, ({n},)) | np.broadcast_to(x, (2, 3, {n}))
np.broadcast_to(x, (2,) + x.shape) | np.broadcast_to(x, x.shape[:1] + x.shape) | np.zeros_like(x)
np.ones_like(x, dtype="int32") | np.full_like(x, 2) | np.zeros_like(x, shape=(2, {n})) | x.astype("int32")
x.astype(np.float32) | x.astype(bool) | x.astype(float) | np.exp(x) | np.sqrt(x) | np.tanh(x) | np.sign(x)
np.square(x) | np.floor(x) | np.isnan(x) | np.logical_not(x) | np.reciprocal(x + 1) | np.deg2rad(x) | np.negative(x)
np.absolute(x) | np.maximum(x, 0) | np.maximum(x, 0.0) | np.power(x, 2) | np.arctan2(x, 1) | np.logical_and(x, True)
np.hypot(x, x) | np.outer(x, x) | np.tensordot(x, x, {n}) | np.tensordot(x, x, ([{k}], [{m}])) | np.dot(x, 2)
np.linalg.norm(x) | np.dot(x, x) | np.linalg.norm(x, axis={k}) | np.linalg.norm(x, axis={k}, keepdims={f})
np.linalg.norm(x, axis=({k}, {m})) | np.einsum("ij->ji", x) | np.einsum("ii", x) | np.einsum("ij->", x)
np.einsum("...i->...", x) | np.einsum("bij,bkj->bik", x, x) | np.einsum("ij,ij", x, x) | np.einsum("i...,i...", x, x)
np.einsum("ijj->ij", x) | np.einsum("i...j->j...", x) | np.einsum("ij->ik", x) | np.tril(x) | np.diag(x)
np.diagonal(x) | np.trace(x) | np.diagonal(x, 1, {k}, {m}) | np.meshgrid(x, [1, 2]) | np.kron(x, x)
np.mean(x, axis=({k}, {m})) | np.shape(x)[0] + x | np.inner(x, x) | np.vdot(x, x) | x.dot(x) | x.sum({k})
x.mean(axis={k}) | x.max({k}) | x.any(axis={k}) | x.std() | x.repeat(2, {k}) | x.squeeze({k}) | x.argmax({k})
x.cumsum({k}) | x.prod(axis={k}) | x / x.shape[0] | x.size + x | x * len(x.shape) | [x, x[..., 0]]
np.add.outer(x, [1, 2]) | x + [1, 2] | [[1, 2]] * x
""".strip()
SEVERAL = """
x + y | x - y | x * y | x / y | x // y | x % y | x ** y | x @ y | x < y | x == y | x & y | x + y + z
(x + y) * (z + x) | np.maximum(x, y) | np.where(x, y, z) | np.clip(x, y, z) | np.matmul(x, y) | np.dot(x, y)
np.inner(x, y) | np.outer(x, y) | np.concatenate([x, y], axis={k}) | np.concatenate([x, y, z], axis={k})
np.stack([x, y], axis={k}) | np.hstack([x, y]) | np.vstack([x, y]) | np.dstack([x, y]) | np.tensordot(x, y, {n})
np.tensordot(x, y, ([{k}], [{m}])) | np.append(x, y, {k}) | np.tensordot(x, y, axes=([0, {k}], [1, {m}]))
np.einsum("ij,jk->ik", x, y) | np.einsum("ij,jk", x, y) | np.einsum("bij,bjk->bik", x, y)
np.einsum("...ij,...jk->...ik", x, y) | np.einsum("ij,kj,kl->il", x, y, z) | np.einsum("i,j", x, y)
np.einsum("i...,j...->ij...", x, y) | np.broadcast_arrays(x, y) | np.broadcast_to(x, y.shape) | np.reshape(x, y.shape)
x.reshape(-1, *y.shape) | x.reshape(y.shape[0], -1) | np.add(x, y) | np.logical_or(x, y) | np.arctan2(x, y)
np.equal(x, y) | np.vdot(x, y) | np.kron(x, y) | x @ y + z | np.take(x, y.astype("int32") * 0)
np.take(x, y.astype("int32") * 0, axis={k}) | np.isclose(x, y) | x[..., :y.shape[0]] + y | x[:y.shape[0]]
x[y.shape[0]:] | x[-y.shape[-1]:] | x[:, y.shape[0] - 2:] | x[y.shape[0] - 2:{k}] | x[{k}:y.shape[0] - 2]
x[y.shape[0] - 3] | x[::y.shape[0]] | x[y.shape[0]:x.shape[0] - 1:2] | x[y.shape[-1]::-1] | x[:y.shape[0] - 2:-1]
np.tile(x, y.shape) | np.repeat(x, y.shape[0], axis={k}) | np.divmod(x, y)
np.take_along_axis(x, y.astype("int64") * 0, axis={k}) | np.vecdot(x, y)
""".strip()


def _operations(text: str) -> list[str]:
    found = []
    for line in text.splitlines():
        parts = line.split(" | ")
        for at, part in enumerate(parts):
            if part == "True":  # `x | True` is one operation
                found[-1] += " | True"
            else:
                found.append(parts[at].strip())
    return found


OPERATIONS = _operations(UNARY) + _operations(SEVERAL)
DTYPES = ("float32", "int32", "bool")
INTS = st.sampled_from((1, 2, 3, 2, 3, 4, 6, 0))
B, T, U = dims.symbol("B"), dims.symbol("T"), dims.symbol("U")
SIZES = st.sampled_from((B, T, U, T, 1, 2, 3, T + 1, 2 * T, T // 2, T * U, dims.maximum(T - 2, 0), 2 * U + 1, 6))
VALUES = st.fixed_dictionaries({"B": st.sampled_from((1, 2, 3)), "T": st.integers(1, 7), "U": st.integers(1, 4)})


def _run(function, namespace, arrays):
    """What comes out, as a list of (shape, dtype), or the exception."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            made = function(namespace, *arrays)
        except (Untraceable, dims.Undecided) as error:
            return error
        except (TraceMismatch, ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError) as error:
            return error
    return [(sizes_of(item), str(item.dtype)) for item in (made if isinstance(made, (list, tuple)) else [made])]


@st.composite
def operations(draw, size):
    """An operation on x, y, z with everything in it drawn, and shapes that often fit each other."""
    text = draw(st.sampled_from(OPERATIONS))
    small = st.sampled_from((0, 1, 2, -1, -2, 3, -3, 4))
    text = text.format(k=draw(small), m=draw(small), f=draw(st.booleans()), n=draw(st.sampled_from((1, 2, 3, 0, 4, 6))))
    shape = draw(st.lists(size, max_size=4))
    shapes = [tuple(shape)]
    for _ in range(2):
        other = [d if draw(st.integers(0, 3)) else draw(size) for d in shape]
        cut = draw(st.integers(0, 2)) if draw(st.booleans()) else 0
        other = other[cut:]
        if draw(st.integers(0, 3)) == 0:
            other = other[:-2] + other[-2:][::-1]
        shapes.append(tuple(other))
    kinds = draw(st.tuples(*[st.sampled_from(DTYPES)] * 3))
    function = eval("lambda np, x, y, z: " + text, {})
    return text, function, shapes, kinds


def _real(shapes, kinds):
    return [np.ones(shape, dtype) for shape, dtype in zip(shapes, kinds, strict=True)]


def holds(obligation, at):
    kind, a, b = obligation
    a, b = dims.evaluate(a, at), dims.evaluate(b, at)
    if kind == "divides":
        return b % a == 0 if a else b == 0
    return {"equal": a == b, "at_least": a >= b, "broadcast": a == b or 1 in (a, b)}[kind]


def _lax(text, shapes):
    """Where NumPy checks nothing because an array is empty (it lets index 9 or unequal sizes pass there)."""
    return ("np.take(" in text or "jj" in text or '"ii' in text) and any(0 in shape for shape in shapes)


def check_known(case):
    text, function, shapes, kinds = case
    if _lax(text, shapes):
        return
    want = _run(function, np, _real(shapes, kinds))
    for namespace in (np, TracedNumpy()):
        trace = Trace(lambda *obligation: pytest.fail(f"{text} on {shapes} left {obligation}"))
        got = _run(function, namespace, [TracedArray(s, d, trace) for s, d in zip(shapes, kinds, strict=True)])
        if isinstance(want, Exception):
            own = isinstance(want, IndexError) and repr(got) == repr(want)  # `shape[0]` of a scalar, in the operation
            assert own or isinstance(got, TraceMismatch), (text, shapes, kinds, want, got)
        else:
            assert got == want, (text, shapes, kinds, want, got)


def check_symbolic(case, values):
    text, function, shapes, kinds = case
    wanted = {}
    for plain in (True, False):
        owed = []
        trace = Trace(lambda *obligation, owed=owed: owed.append(obligation))
        arrays = [TracedArray(s, d, trace) for s, d in zip(shapes, kinds, strict=True)]
        got = _run(function, np if plain else TracedNumpy(trace), arrays)
        if isinstance(got, (Untraceable, dims.Undecided)):
            return False
        assert not isinstance(got, Exception) or isinstance(got, (TraceMismatch, IndexError)), (text, shapes, got)
        for at in values:
            shapes_at = tuple(tuple(dims.evaluate(d, at) for d in shape) for shape in shapes)
            if _lax(text, shapes_at) or max(map(math.prod, shapes_at)) > 5000:
                continue
            if shapes_at not in wanted:
                wanted[shapes_at] = _run(function, np, _real(shapes_at, kinds))
            want = wanted[shapes_at]
            accepted = not isinstance(got, Exception) and all(holds(obligation, at) for obligation in owed)
            assert accepted == (not isinstance(want, Exception)), (text, shapes, kinds, at, owed, want, got)
            if accepted:
                found = [(tuple(dims.evaluate(d, at) for d in shape), dtype) for shape, dtype in got]
                assert found == want, (text, shapes, kinds, at, got)
    return True


CHECKS = settings(
    max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
LONG = settings(CHECKS, max_examples=30_000)


@CHECKS
@given(operations(INTS))
def test_known_sizes_give_what_numpy_gives(case):
    check_known(case)


@CHECKS
@given(operations(SIZES), st.lists(VALUES, min_size=3, max_size=3))
def test_symbols_give_what_numpy_gives_wherever_the_obligations_hold(case, values):
    check_symbolic(case, values)


@pytest.mark.slow
@LONG
@given(operations(INTS))
def test_known_sizes_at_length(case):
    check_known(case)


@pytest.mark.slow
@LONG
@given(operations(SIZES), st.lists(VALUES, min_size=3, max_size=3))
def test_symbols_at_length(case, values):
    check_symbolic(case, values)


# What a symbol leaves open is told exactly ------------------------------------------------------------------


def traced(function, *shapes, dtype="float32"):
    """The result of a function on traced arrays, as text, and what it owes."""
    owed = []
    trace = Trace(lambda kind, a, b: owed.append((kind, str(a), str(b))))
    made = function(*(TracedArray(shape, dtype, trace) for shape in shapes))
    return tuple(map(str, made.shape)), owed


@pytest.mark.parametrize(
    ("function", "shapes", "shape", "owed"),
    [
        (lambda x: x[:, 5:], [(B, T, 3)], ("B", "max(T - 5, 0)", "3"), []),
        (lambda x: x[:, :2], [(B, T, 3)], ("B", "min(T, 2)", "3"), []),
        (lambda x: x[:, 1:], [(B, T, 3)], ("B", "T - 1", "3"), []),
        (lambda x: x[:, -1], [(B, T, 3)], ("B", "3"), []),
        (lambda x: x[:, -2], [(B, T, 3)], ("B", "3"), [("at_least", "T", "2")]),
        (lambda x: x[:, 4], [(B, T, 3)], ("B", "3"), [("at_least", "T", "5")]),
        (lambda x: x[:, : x.shape[1] // 2], [(B, T, 3)], ("B", "T//2", "3"), []),
        (lambda x: x[:, ::-2], [(B, T, 3)], ("B", "ceil(T/2)", "3"), []),
        (lambda x: x @ x, [(B, T, 3)], ("B", "T", "3"), [("equal", "3", "T")]),
        (lambda x: x.reshape(x.shape[0], -1, 6), [(B, 2 * T, 3)], ("B", "T", "6"), []),
        (lambda x: x.reshape(-1, 6), [(T,)], ("T//6", "6"), [("divides", "6", "T")]),
        (lambda x: x.reshape(2, 3), [(T,)], ("2", "3"), [("equal", "T", "6")]),
        (lambda x: np.split(x, 3, axis=1)[0], [(B, T)], ("B", "T//3"), [("divides", "3", "T")]),
        (lambda x: np.squeeze(x, 1), [(B, T)], ("B",), [("equal", "T", "1")]),
        (lambda x, y: x + y, [(B, T, 3), (B, U, 1)], ("B", "max(T, U)", "3"), [("broadcast", "T", "U")]),
        (lambda x, y: x + y, [(T, 3), (2, 3)], ("2", "3"), [("broadcast", "T", "2")]),
        (lambda x, y: np.concatenate([x, y], -1), [(T, 3), (U, U)], ("T", "U + 3"), [("equal", "T", "U")]),
        (lambda x: np.max(x[:, 2:], axis=1), [(B, T)], ("B",), [("at_least", "max(T - 2, 0)", "1")]),
        (lambda x: np.einsum("btc,bsc->bts", x, x), [(B, T, 3)], ("B", "T", "T"), []),
        (lambda x: np.pad(x, ((0, 0), (T, 1))), [(B, T)], ("B", "2*T + 1"), []),
        (lambda x: np.tile(x, (1, U)), [(B, T)], ("B", "T*U"), []),
        (lambda x: x / x.shape[1] + T * x, [(B, T)], ("B", "T"), []),
    ],
)
def test_obligations(function, shapes, shape, owed):
    assert traced(function, *shapes) == (shape, owed)


def test_the_side_that_the_recorder_returns_is_gone_on_with():
    trace = Trace(lambda kind, a, b: U)
    assert np.concatenate([TracedArray((T, 1), trace=trace), TracedArray((U, 1), trace=trace)], 1).shape == (U, 2)


def test_unknown_sizes_are_passed_on_and_owe_nothing():
    unknown = dims.UNKNOWN
    shape, owed = traced(lambda x, y: (x + y)[:, 1:] @ y.T, (unknown, 4), (3, unknown))
    assert (shape, owed) == (("3", "3"), [])
    assert traced(lambda x: x.reshape(2, -1), (unknown, 3)) == (("2", "?"), [])
    assert traced(lambda x: x[2], (unknown, 3)) == (("3",), [])


@pytest.mark.parametrize(
    ("function", "shapes", "said"),
    [
        (lambda x: x @ x, [(B, 4, 3)], "matmul: 3 and 4 are not equal"),
        (lambda x, y: x + y, [(2, 3), (2, 4)], "add: 3 and 4 do not broadcast"),
        (lambda x: x[:, 5], [(B, 4)], "index: 4 is less than 6"),
        (lambda x: x[0, 0, 0], [(B, 4)], "index: rank 2 where at least 3 is needed"),
        (lambda x: np.sum(x, axis=2), [(B, 4)], "sum: there is no axis 2 in rank 2"),
        (lambda x: x.reshape(B, 5), [(B, 4)], "reshape: 4*B and 5*B are not equal"),
        (lambda x: x.reshape(-1, 5), [(3, 4)], "reshape: 12 is not a multiple of 5"),
        (lambda x: x + None, [(3, 4)], "add: None where an array is needed"),
        (lambda x: (x > 0) - (x > 1), [(3, 4)], "subtract: the ufunc takes no bool"),
    ],
)
def test_mismatches_say_what_clashes(function, shapes, said):
    with pytest.raises(TraceMismatch) as caught:
        traced(function, *shapes)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x[x > 0],
        lambda x: x if x.sum() > 0 else -x,
        float,
        np.asarray,
        lambda x: np.array([x, x]),
        lambda x: np.where(x > 0),
        np.unique,
        np.nonzero,
        np.fft.fft,
        lambda x: x.get_shape(),
        np.squeeze,
        lambda x: np.add(x, x, out=x),
        lambda x: np.sum(x, where=x > 0),
        lambda x: np.apply_along_axis(sum, 0, x),
        lambda x: x.sort(),
        lambda x: x.__setitem__(0, 1),
        lambda x: [1, 2, 3][x],
        lambda x: x * object(),
    ],
)
def test_what_needs_values_is_untraceable(function):
    with pytest.raises(Untraceable):
        traced(function, (B, T))


@pytest.mark.parametrize("function", [len, list, lambda x: x if x.shape[1] > 3 else -x, lambda x: [*x]])
def test_what_hangs_on_a_symbol_is_undecided(function):
    with pytest.raises(dims.Undecided):
        traced(function, (T, U))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.zeros((x.shape[1],)) + x,
        lambda x: x / np.sqrt(x.shape[1]),
        lambda x: x * (1.0 / x.shape[1]),
        lambda x: x.shape[1] ** 0.5 * x,
    ],
)
def test_fractions_of_symbols_are_untraceable_and_of_numbers_are_not(function):
    with pytest.raises(Untraceable):
        run(function, TracedArray((B, T)))
    assert run(function, TracedArray((B, 4))).shape == (B, 4)


def test_other_errors_of_the_function_stay_what_they_are():
    with pytest.raises(TypeError, match="concatenate tuple"):
        run(lambda x: x.shape + 1, TracedArray((B, T)))


def test_outputs_of_a_function():
    x, trace = TracedArray((B, T)), Trace()
    assert outputs(x, trace) == ([x], False)
    found, listed = outputs((x, 2.5, np.ones(3, "int32")), trace)
    assert listed and [(y.shape, str(y.dtype)) for y in found] == [
        ((B, T), "float32"),
        ((), "float64"),
        ((3,), "int32"),
    ]
    for bad in (None, "x", {"x": x}, [[x]]):
        with pytest.raises(TypeError, match="is no array"):
            outputs(bad, trace)


def test_arrays_from_a_closure_join_in():
    table = np.ones((7, 3), "float32")
    assert traced(lambda x: x[:, None] + table, (B, 3)) == (("B", "7", "3"), [])
    assert traced(lambda x: table @ x, (3, T)) == (("7", "T"), [])
    assert traced(lambda x: x[np.array([0, 4])], (T,)) == (("2",), [("at_least", "T", "5")])
    assert traced(lambda x: np.take(x, np.zeros((2, 2), int), axis=0), (T,)) == (("2", "2"), [])


# dtypes ------------------------------------------------------------------------------------------------------

ALL_DTYPES = ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32",
              "float64", "complex64", "complex128")  # fmt: skip
SCALARS = (True, 2, 2.5, 1j)


def _dtype_of(make):
    """What one dtype law gives: the dtype, or None where the operation is refused."""
    with np.errstate(all="ignore"):
        try:
            made = make()
        except (TypeError, TraceMismatch):
            return None
    return str(made.dtype)


def test_promotion_is_numpys():
    for a in ALL_DTYPES:
        for b in ALL_DTYPES:
            assert dtypes.promote(DType(a), DType(b)) == np.result_type(a, b).name, (a, b)
        for scalar in SCALARS:
            want = np.result_type(np.dtype(a), scalar).name
            assert dtypes.promote(DType(a), dtypes.weak(scalar)) == want, (a, scalar)


@pytest.mark.parametrize("name", sorted(dtypes.UNARY))
def test_dtypes_of_unary_ufuncs(name):
    for a in ALL_DTYPES:
        x = TracedArray((2,), a)
        assert _dtype_of(lambda x=x: getattr(np, name)(x)) == _dtype_of(lambda a=a: getattr(np, name)(np.ones(2, a))), a


@pytest.mark.parametrize("name", sorted(dtypes.BINARY))
def test_dtypes_of_binary_ufuncs(name):
    ufunc = getattr(np, name)
    for a in ALL_DTYPES:
        for b in (*("bool", "int32", "float32", "uint8"), *SCALARS):
            real = np.ones(2, b) if isinstance(b, str) else b
            ours = TracedArray((2,), b) if isinstance(b, str) else b
            want = _dtype_of(lambda a=a, real=real: ufunc(np.ones(2, a), real))
            got = _dtype_of(lambda a=a, ours=ours: ufunc(TracedArray((2,), a), ours))
            assert got == want, (name, a, b)


def test_a_dtype_equals_what_others_call_it():
    x = TracedArray((2,), "float32")
    assert x.dtype == "float32" and x.dtype == np.float32 and x.dtype == np.dtype("f4") and np.float32 == x.dtype
    assert x.dtype != np.int32 and x.dtype != "float64" and np.dtype("int32") != x.dtype
    assert np.issubdtype(x.dtype, np.floating) and x.dtype.kind == "f" and x.dtype.itemsize == 4
    assert TracedArray((2,), np.dtype("bool")).dtype == bool and TracedArray((2,), int).dtype == np.int64
    assert traced_np.float32(TracedArray((2,), "bool")).dtype == "float32"


# Without NumPy -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda np: np.zeros((2, 3)), lambda np: np.ones(4, "int32"), lambda np: np.full((2,), True),
        lambda np: np.full((2, 3), [1, 2, 3]), lambda np: np.eye(3), lambda np: np.eye(2, 4), lambda np: np.identity(2),
        lambda np: np.arange(5), lambda np: np.arange(2, 9, 3), lambda np: np.arange(9, 2, -3),
        lambda np: np.arange(0, 1, 0.3), lambda np: np.arange(5.0), lambda np: np.arange(3, 1),
        lambda np: np.linspace(0, 1), lambda np: np.linspace(0, 1, 7), lambda np: np.array([[1, 2], [3, 4]]),
        lambda np: np.array([1, 2.5]), lambda np: np.asarray(3), lambda np: np.array([]), lambda np: np.sqrt(2.0),
        lambda np: np.array([True]), lambda np: np.array([1], dtype=np.float32), lambda np: np.exp([1, 2]),
        lambda np: np.full_like(np.zeros((2, 1)), 3), lambda np: np.array([1, 2], ndmin=2), lambda np: np.empty((0, 2)),
    ],
)  # fmt: skip
def test_arrays_made_from_sizes(make):
    ours, real = make(traced_np), make(np)
    assert (ours.shape, str(ours.dtype)) == (real.shape, str(real.dtype))


def test_the_namespace_works_with_sizes():
    n = traced_np
    assert n.prod((T, 3)) == 3 * T and n.maximum(T, 1) == T and n.sum([T, T, 1]) == 2 * T + 1 and n.prod((2, 3)) == 6
    assert n.arange(T).shape == (T,) and n.zeros((T, 2 * U)).shape == (T, 2 * U) and n.newaxis is None
    assert n.pi == np.pi and n.float32 == np.float32 and n.linalg.norm(n.zeros((T, 3)), axis=1).shape == (T,)
    assert n.shape(n.zeros((T, 2))) == (T, 2) and n.ndim(n.zeros((T, 2))) == 2 and n.size(n.zeros((T, 2))) == 2 * T
    assert not hasattr(n, "load") and not hasattr(n, "fromfile")


def test_nothing_heavy_is_loaded():
    code = """
import sys
from shapecheck import dims
from shapecheck.tracing import Trace, TracedArray, TracedNumpy
B, T = dims.symbol("B"), dims.symbol("T")
owed = []
trace = Trace(lambda *found: owed.append(found))
np, x = TracedNumpy(trace), TracedArray((B, T, 3), trace=trace)
assert np.any(x != 0.0, axis=-1).shape == (B, T)
assert np.concatenate([x[:, 1:], np.zeros((B, 1, 3))], axis=1).shape == (B, T, 3)
assert (x @ np.swapaxes(x, 1, 2)).shape == (B, T, T) and not owed
print([name for name in ("numpy", "sympy", "networkx", "dataclasses", "inspect") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")

"""Sizes as the functions of a user see them: `==` answers what holds for all sizes, and raises for everything else."""

from __future__ import annotations

import copy
import operator
import pickle

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from shapecheck import dims
from shapecheck.dims.asked import Asked, asked, bare
from shapecheck.tracing import Trace, TracedArray, TracedNumpy, Untraceable, run

B, T, U = dims.symbol("B", varies=True), dims.symbol("T"), dims.symbol("U")
t, u, unknown = asked((T, U, dims.UNKNOWN))

# Each makes a size of h, a number or a symbol.
LINES = [
    lambda h: h, lambda h: h + 1, lambda h: 2 * h, lambda h: h // 2, lambda h: h % 3, lambda h: h - h, lambda h: 4,
    lambda h: 2 * h + 1, lambda h: (h + 1) // 2, lambda h: -h, lambda h: h**2, lambda h: h // 2 * 2 + h % 2,
    lambda h: 5 - h, lambda h: True, lambda h: 4.0, lambda h: 2.5,
]  # fmt: skip


@given(st.sampled_from(LINES), st.sampled_from(LINES), st.sampled_from((operator.eq, operator.ne)))
def test_a_comparison_is_what_holds_for_every_number_or_raises(left, right, compare):
    seen = {compare(left(n), right(n)) for n in range(1, 200)}
    try:
        answer = compare(left(t), right(t))
    except dims.Undecided:
        assert seen == {True, False}
    else:
        assert seen == {answer}
        assert type(answer) is bool


def test_what_is_open_names_the_comparison():
    for said, ask in {
        "T == 4": lambda: t == 4,
        "T != 4": lambda: t != 4,
        "T == 3": lambda: t in (3, 4),
        "T//2 == 3": lambda: t // 2 == 3,
        "T == U": lambda: (t, 5) == (u, 5),
        "T > 4": lambda: t > 4,
        "? == 4": lambda: unknown == 4,
        "? == ?": lambda: unknown == asked(dims.UNKNOWN),
    }.items():
        with pytest.raises(dims.Undecided) as raised:
            ask()
        assert str(raised.value) == f"{said} is not decided for all sizes"


def test_nothing_but_a_number_equals_a_size():
    for other in (None, "T", (T,), [], "4", float("inf"), np.float32):
        assert (t == other) is False
        assert (t != other) is True
    for a, b in ((t, T), (T, t)):  # with a dim of the algebra on either side
        assert a == b and (a != b) is False and a + 1 != b and (a + 1 == b) is False
        assert a < b + 1 and a * b + 1 > b
    assert t - t == np.int64(0) and t == sympy.Symbol("T", integer=True, positive=True)
    for four in (np.int64(4), np.float32(4), 4.0):
        with pytest.raises(dims.Undecided):
            t == four  # noqa: B015


def test_dicts_and_lists_find_a_size_again():
    assert {t: 1, u: 2}[asked(T)] == 1
    assert {t: 1}[T] == {T: 1}[t] == 1
    assert len({t, asked(T), t + 1}) == 2
    assert hash(t) == hash(T) and (t, 3) == (asked(T), 3) and [t + 1, t].index(t) == 1
    assert t in [t + 1, t] and t not in [t + 1, None]
    assert copy.deepcopy(t) == t and pickle.loads(pickle.dumps(t)) == t


def test_it_is_read_and_counted_like_a_size():
    assert str(t) == repr(t) == f"{t}" == "T"
    assert str(2 * t // 3 - 1) == "2*T//3 - 1" and str(unknown) == "?"
    assert t.sympy() == sympy.sympify(t) == sympy.Symbol("T", integer=True, positive=True)
    for made in (t + 1, 1 + t, t - u, 3 - t, 2 * t, np.int64(2) * t, t * u, t // 2, 9 // t, t % 2, 9 % t, -t, t**2, T + t,
                 sum((t, 1)), +t, unknown + 1, 4 // unknown):  # fmt: skip
        assert type(made) is Asked
    for made in (t - t, 0 * t, t // t, (2 * t) % 2):
        assert type(made) is int
    assert bool(t) and t >= 1 and t < t + 1 and t > 0
    for fails in (lambda: t / 2, lambda: t * 0.5, lambda: int(t), lambda: range(t), lambda: [1][t], lambda: t**u):
        with pytest.raises(TypeError):
            fails()


def test_the_algebra_gets_the_dim_back():
    assert dims.as_dim(t) is T and bare(asked(((B, T, 4), [U]))) == ((B, T, 4), [U])
    shapes = [(B, T, 4), (B, 5)]
    assert bare(asked(shapes)) == shapes and type(bare(asked(shapes))[0][1]) is dims.Expr
    x = TracedArray((t, 4))
    assert x.sizes == (T, 4) and type(x.sizes[0]) is dims.Expr and type(x.shape[0]) is Asked and x.shape[1] == 4


USES = {
    "x.reshape(-1, x.shape[1] * x.shape[2])": (B, 4 * T),
    "x.reshape(x.shape[0], -1)": (B, 4 * T),
    "x.reshape((x.shape[0], np.prod(x.shape[1:])))": (B, 4 * T),
    "x[:, :x.shape[1] // 2]": (B, T // 2, 4),
    "x[:, x.shape[1] - 1]": (B, 4),
    "x[:, ::-1] + np.shape(x)[1]": (B, T, 4),
    "x * x.size": (B, T, 4),
    "x == x.shape[1]": (B, T, 4),
    "x.shape[1] / x": (B, T, 4),
    "np.where(x > 0, x.shape[1], np.size(x, 1))": (B, T, 4),
    "np.tile(x, (1, x.shape[1], 1))": (B, T**2, 4),
    "np.repeat(x, x.shape[1], axis=2)": (B, T, 4 * T),
    "np.pad(x, ((0, 0), (1, x.shape[1]), (0, 0)))": (B, 2 * T + 1, 4),
    "np.broadcast_to(x, (3, *x.shape))": (3, B, T, 4),
    "np.split(x, [x.shape[1] // 2], axis=1)[0]": (B, T // 2, 4),
    "np.full_like(x, x.shape[1])": (B, T, 4),
    "np.zeros_like(x, shape=x.shape[1])": (T,),
}


@pytest.mark.parametrize("text", USES)
def test_sizes_go_wherever_numpy_takes_one(text):
    function = eval("lambda np, x: " + text, {})
    for namespace in (np, TracedNumpy()):
        trace = Trace(lambda *owed: None)
        made = run(function, namespace, TracedArray((B, T, 4), trace=trace))
        assert made.sizes == USES[text]
        assert all(type(d) is not Asked for d in made.sizes)


def test_the_namespace_without_numpy_makes_sizes_that_ask():
    x, ours = TracedArray((B, T, 4)), TracedNumpy()
    for made in (ours.maximum(x.shape[1], 3), ours.prod(x.shape[1:]), ours.shape(x)[1], ours.size(x), x.size):
        assert type(made) is Asked
    assert ours.arange(x.shape[1]).sizes == ours.zeros(x.shape[1]).sizes == (T,)


@pytest.mark.parametrize("text", ["np.zeros(n)", "np.ones(n)", "np.zeros((n, 2))", "np.full(n // 2, 1)", "np.arange(n)",
                                  "np.zeros(unknown)", "range(n)", "[1, 2][n]", "n * 0.5", "'%d' % n", "float(n)"])  # fmt: skip
def test_numpy_itself_cannot_make_an_array_of_a_symbolic_size(text):
    with pytest.raises(Untraceable):
        run(eval("lambda n: " + text, {"np": np, "unknown": unknown}), t)


@pytest.mark.parametrize("text", ["np.zeros('T')", "np.zeros(2.5)", "np.zeros({})", "1 + 'x'"])
def test_a_mistake_of_the_function_stays_one(text):
    with pytest.raises(TypeError):
        run(eval("lambda n: " + text, {"np": np}), t)


def test_an_array_whose_shape_is_set_is_changed_in_place():
    x = TracedArray((B, T, 4))
    with pytest.raises(Untraceable):
        x.shape = (B, 4, T)

"""The algebra of sizes against plain Python integers: values, the laws of the normal form, questions, refusals."""

import itertools
import math
import operator
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecheck import dims
from shapecheck.dims import UNKNOWN, Expr, ceil_div, evaluate, exact_quotient, maximum, minimum, symbol

H, W, B = symbol("H"), symbol("W"), symbol("B")
NUMBERS = st.integers(-9, 12)
DIVISORS = st.sampled_from([2, 3, 4, 5, 6, 8, 12, -1, -2, -3])
SIZES = st.one_of(
    st.integers(1, 40),
    st.sampled_from([1, 2, 3, 97, 128, 255, 1009, 65_537, 2**31 - 1, 10**12 + 39, 2**63]),
)


def grow(inner):
    """Larger expressions, written in Python, so that Python itself can say what they mean."""
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["//", "%", "//"]), DIVISORS),
        st.builds("({} {} {})".format, inner, st.sampled_from(["//", "%"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), inner, inner),
    )


TEXTS = st.recursive(st.one_of(st.sampled_from(["H", "W", "B"]), NUMBERS.map(str)), grow, max_leaves=10)
SYMBOLIC = {"H": H, "W": W, "B": B, "max": maximum, "min": minimum}


def value(text, sizes):
    """What Python says, or None where it divides by zero."""
    try:
        return eval(text, {"max": max, "min": min, **sizes})
    except ZeroDivisionError:
        return None


def build(text):
    """The dim made by the operators, or None where a divisor is plainly zero."""
    try:
        return eval(text, dict(SYMBOLIC))
    except ZeroDivisionError:
        return None


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.lists(st.fixed_dictionaries({"H": SIZES, "W": SIZES, "B": SIZES}), min_size=1, max_size=6))
def test_value_is_what_python_says(text, points):
    dim = build(text)
    for sizes in points:
        expected = value(text, sizes)
        if dim is not None and expected is not None:
            assert evaluate(dim, sizes) == expected


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.lists(st.tuples(SIZES, SIZES, SIZES), min_size=1, max_size=5))
def test_table_is_evaluate_many_times(text, points):
    dim = build(text)
    columns = dict(zip("HWB", zip(*points, strict=True), strict=True))
    rows = [dict(zip("HWB", point, strict=True)) for point in points]
    if dim is not None and all(value(text, sizes) is not None for sizes in rows):
        assert dims.table(dim, columns) == [value(text, sizes) for sizes in rows]


@settings(max_examples=250, deadline=None)
@given(TEXTS, TEXTS, TEXTS, SIZES, SIZES, SIZES)
def test_substitution_commutes_with_evaluation(text, for_h, for_w, h, w, b):
    dim, one, two = build(text), build(for_h), build(for_w)
    if dim is None or one is None or two is None:
        return
    sizes = {"H": h, "W": w, "B": b}
    new = {"H": value(for_h, sizes), "W": value(for_w, sizes), "B": b}
    if None in new.values() or min(new.values()) < 1 or value(text, new) is None:
        return  # symbols stand for sizes of at least 1, and simplification relies on it
    try:
        replaced = dims.substitute(dim, {"H": one, "W": two})
    except ZeroDivisionError:  # a divisor that became 0 for all sizes
        return
    assert evaluate(replaced, sizes) == value(text, new)


@given(TEXTS, NUMBERS)
def test_results_are_plain_ints_or_expressions(text, n):
    dim = build(text)
    if dim is not None:
        assert type(dim) in (int, Expr)
        assert type(dim - dim) is int
        assert dim - dim == 0
        assert dim + n - n == dim
        assert hash(dim + n - n) == hash(dim)
        assert -1 * (-dim) == dim
        assert dim * 0 == 0


@pytest.mark.parametrize("x", [H, H + W, 3 * H - 2 * W, H * W, maximum(H, W), H // 3, H * (W + 1)])
def test_quotient_laws(x):
    for a, b, n in itertools.product((1, 2, 3, 4, 6, 10), (2, 3, 4, 9), (-7, -1, 0, 1, 5)):
        assert (x // a + n) // b == (x + a * n) // (a * b)
        assert (b * H + x) // b == H + x // b
        assert (a * x) // (a * b) == x // b
        assert (a * x + n) // (a * b) == (x + n // a) // b
        assert x % b == x - b * (x // b)
        assert dims.same((x // a + n * H) // b, (x + a * n * H) // (a * b)) is True
        assert dims.same(ceil_div(x, b), -(-x // b)) is True


def test_the_identities_other_engines_cannot_prove():
    assert H // 2 // 2 == H // 4
    assert ceil_div(H, 2) == (H - 1) // 2 + 1  # VALID, kernel 1, stride 2; SAME, stride 2
    assert ceil_div(H, 2) == (H + 1) // 2
    assert ceil_div(H, 2) == -(-H // 2)
    assert (H + H // 2) // 2 == 3 * H // 4
    assert ceil_div(ceil_div(H, 2), 2) == ceil_div(H, 4)
    for k in (2, 3, 7):
        assert (H + k - 1) // k == ceil_div(H, k)
    assert (2 * H + 1) // 2 == H
    assert (H - H // 2 + 1) // 2 == (H + 3) // 4


@pytest.mark.parametrize(
    ("a", "b", "quotient"),
    [
        (B * 2 * W * 3, 6 * B, W),
        (B * H * W * 12, 4 * W * B, 3 * H),
        (H * (W + 1), W + 1, H),
        (H * W + H, H, W + 1),
        (H * W + H, W + 1, H),
        ((H + 1) ** 2, H + 1, H + 1),
        (H**2 - 1, H + 1, H - 1),
        (H**3 - W**3, H - W, H**2 + H * W + W**2),
        ((2 * H + 2) * W, 2 * W, H + 1),
        (6 * (H // 2) * W, 3 * (H // 2), 2 * W),
        ((H // 2) * W + 5 * W, W, H // 2 + 5),
        (0, H, 0),
        (12, 4, 3),
        (6 * H + 9, 3, 2 * H + 3),
        (H - W, W - H, -1),
    ],
)
def test_exact_quotient(a, b, quotient):
    assert exact_quotient(a, b) == quotient
    assert a // b == quotient


@pytest.mark.parametrize(
    ("a", "b"), [(H, 2), (7, 2), (3, 0), (H, 0), (H, W), (H * W, H + 1), (H * W + 1, H), (6 * H, 4 * H), (1, H)]
)
def test_no_exact_quotient(a, b):
    assert exact_quotient(a, b) is None


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_a_factor_is_always_found_again(left, right):
    a, b = build(left), build(right)
    if a is None or b is None or b == 0 or dims.size(a) + dims.size(b) > 20:
        return
    found = exact_quotient(a * b, b)
    assert found is not None
    assert dims.same(found, a) is True


def test_symbolic_division_cancels():
    assert (3 * B * H + 5 * B) // B == 3 * H + 5
    assert (2 * H + 3) // (H + 1) == 2
    assert (6 * H * W) // (4 * W) == 3 * H // 2
    assert (H * W + W - 1) // W == H + (W - 1) // W
    assert str((H // 2) // W) == "H//(2*W)"
    assert (H // W) // 2 == H // (2 * W)
    assert (B * 2 * W * 3) % (6 * B) == 0
    assert 0 // H == 0
    assert H // (H + 1) == 0
    assert 1 // (H + 1) == 0


def test_maximum_and_minimum_are_simplified_where_that_is_proved():
    assert maximum(H, H - 3) == H
    assert maximum(H, 1) == H
    assert minimum(H, 1) == 1
    assert maximum(H, 8 * (H // 8)) == H
    assert maximum(H, 2 * ceil_div(H, 2)) == 2 * ceil_div(H, 2)
    assert maximum(H, W, H, W - 1) == maximum(W, H)
    assert maximum(maximum(H, W), B) == maximum(H, maximum(W, B))
    assert minimum(H * W, H) == H
    assert maximum(3, 7, 5) == 7
    assert maximum(H) == H
    assert dims.size(maximum(H - 3, 0)) > 1
    assert maximum(UNKNOWN, H) is UNKNOWN


def test_unknown_swallows_arithmetic_and_refuses_questions():
    for result in (UNKNOWN + 1, 1 + UNKNOWN, H - UNKNOWN, UNKNOWN * H, H // UNKNOWN, UNKNOWN % 2, UNKNOWN**2, -UNKNOWN):
        assert result is UNKNOWN
    assert dims.product([2, UNKNOWN]) is UNKNOWN
    assert dims.total([2, UNKNOWN]) is UNKNOWN
    assert dims.substitute(H + W, {"H": UNKNOWN}) is UNKNOWN
    assert dims.substitute(W, {"H": UNKNOWN}) == W
    assert dims.same(UNKNOWN, UNKNOWN) is None
    assert str(UNKNOWN) == "?"
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN
    for ask in (bool, lambda x: x < 3, lambda x: x > 3, lambda x: x <= H):
        with pytest.raises(dims.Undecided):
            ask(UNKNOWN)


def test_comparisons_answer_or_raise():
    assert H >= 1
    assert H > 0
    assert not H < 1
    assert H > 0
    assert H + W >= 2
    assert H <= 2 * H
    assert bool(H)
    assert not H // 2 > H
    for ask in (lambda: H < 5, lambda: H >= W, lambda: H < 3, lambda: bool(H - 1), lambda: bool(H % 2)):
        with pytest.raises(dims.Undecided):
            ask()
    assert H != 1
    assert symbol("H") == H
    assert len({H, symbol("H"), H + 0, W}) == 2


def test_what_is_no_size_is_refused():
    for wrong in (1.5, None, [3], b"3", True, object()):
        with pytest.raises(TypeError):
            dims.as_dim(wrong)
    for operation in (operator.add, operator.mul, operator.floordiv, operator.truediv):
        with pytest.raises(TypeError):
            operation(H, 2.5)
    for call in (int, float, range, math.sqrt):
        with pytest.raises(TypeError):
            call(H)
    with pytest.raises(ZeroDivisionError):
        H // 0
    with pytest.raises(ValueError, match="exponent"):
        H**-1
    with pytest.raises(KeyError):
        evaluate(H, {"W": 1})


def test_numpy_integers_are_ints():
    numpy = pytest.importorskip("numpy")
    three = numpy.int64(3)
    for result in (three + H, H + three, three * H, H * three):
        assert type(result) is Expr
    assert three * H == 3 * H
    assert three - H == 3 - H
    assert H // three == H // 3
    assert type(dims.as_dim(three)) is int


def test_a_name_and_a_none_are_different_symbols():
    varying = symbol("H", varies=True)
    assert varying != H
    assert symbol("H") is H
    assert dims.varies(varying // 2 + W)
    assert not dims.varies(H + W)
    assert not dims.varies(3)
    assert [(s.name, s.varies) for s in dims.symbols_of(W * varying + H)] == [("H", False), ("H", True), ("W", False)]


def test_factors():
    content, found = dims.factors(6 * H * (W + 1))
    assert content == 6
    assert set(found) == {H, W + 1}
    assert dims.factors(2 * H + 4) == (2, (H + 2,))
    assert dims.factors(12) == (12, ())

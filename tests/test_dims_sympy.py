"""The bridge to sympy, and sympy as an independent witness of the normal form."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecheck import dims
from shapecheck.dims import Expr, ceil_div, evaluate, from_sympy, latex, maximum, minimum, symbol, to_sympy

sympy = pytest.importorskip("sympy")

H, W = symbol("H"), symbol("W")
h, w = (sympy.Symbol(name, integer=True, positive=True) for name in "HW")
SYMBOLIC = {"H": H, "W": W, "max": maximum, "min": minimum}


def grow(inner):
    """Python expressions over two sizes."""
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["//", "//", "%"]), st.sampled_from([2, 3, 4, 6])),
        st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), inner, inner),
    )


TEXTS = st.recursive(st.one_of(st.sampled_from(["H", "W"]), st.integers(0, 9).map(str)), grow, max_leaves=6)


def value(expression, sizes):
    """The value of a sympy expression as an int."""
    found = expression.subs(sizes)
    assert found.is_Integer
    return int(found)


@settings(max_examples=120, deadline=None)
@given(TEXTS, st.integers(1, 200), st.integers(1, 200))
def test_sympy_sees_the_same_values(text, a, b):
    dim = eval(text, dict(SYMBOLIC))
    assert value(to_sympy(dim), {h: a, w: b}) == evaluate(dim, {"H": a, "W": b})


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.integers(1, 200), st.integers(1, 200))
def test_the_normal_form_means_what_sympy_means(text, a, b):
    """sympy builds the expression on its own, from floor and Mod, and never sees ours."""
    names = {"H": h, "W": w, "max": sympy.Max, "min": sympy.Min}
    theirs, ours = sympy.sympify(eval(text, names)), eval(text, dict(SYMBOLIC))
    assert value(theirs, {h: a, w: b}) == evaluate(ours, {"H": a, "W": b})
    assert evaluate(from_sympy(theirs), {"H": a, "W": b}) == evaluate(ours, {"H": a, "W": b})


@settings(max_examples=80, deadline=None)
@given(TEXTS)
def test_there_and_back_again(text):
    dim = eval(text, dict(SYMBOLIC))
    assert dims.same(from_sympy(to_sympy(dim)), dim) is True or from_sympy(to_sympy(dim)) == dim


@pytest.mark.parametrize(
    "dim",
    [
        5,
        H,
        64 * H * W,
        (H + 1) * (W + 1),
        ceil_div(H, 2),
        (H - 3) // 4,
        H // W,
        ceil_div(H, W),
        H % 7,
        maximum(H, W) + minimum(H, 3 * W),
        H // 2 * (W // 2),
        H**3,
    ],
)
def test_simple_dims_come_back_the_same(dim):
    assert from_sympy(to_sympy(dim)) == dim


@pytest.mark.parametrize(
    ("expression", "dim"),
    [
        (sympy.Integer(7), 7),
        (h * (h + 1) / 2 * 2, H * (H + 1)),
        (sympy.floor(h / 2 + sympy.Rational(1, 2)), (H + 1) // 2),
        (sympy.floor((h + 1) / 2 + w / 3), (3 * H + 2 * W + 3) // 6),
        (sympy.ceiling(h / w), ceil_div(H, W)),
        (sympy.Mod(h + 1, 4), (H + 1) % 4),
        (sympy.Max(h, w) - 1, maximum(H, W) - 1),
        (h**2 * w / h, H * W),
        (2 * h * w / w, 2 * H),
    ],
)
def test_from_sympy(expression, dim):
    assert from_sympy(expression) == dim
    assert dims.as_dim(expression) == dim


@pytest.mark.parametrize(
    "expression",
    [
        h / 2,
        sympy.sqrt(h),
        sympy.pi,
        sympy.oo,
        sympy.nan,
        sympy.I,
        sympy.sin(h),
        h**w,
        h > 3,
        sympy.true,
        h ** sympy.Rational(1, 2),
    ],
)
def test_what_is_no_size_is_refused(expression):
    with pytest.raises(TypeError):
        from_sympy(expression)


def test_sympy_is_accepted_wherever_a_dim_is():
    assert H + w == H + W
    assert h * H - h * H == 0
    assert 2 * H // sympy.Integer(2) == H
    assert type(H * w) is Expr
    assert (H + 1).sympy() == h + 1
    assert sympy.sympify(H // 2) == sympy.floor(h / 2)
    assert sympy.solve(sympy.Eq((2 * H - 6).sympy(), 0), h) == [3]
    with pytest.raises(TypeError):
        H + sympy.sqrt(h)
    with pytest.raises(TypeError):
        H + sympy.Matrix([1])


def test_a_none_keeps_its_flag_on_the_way_through_sympy():
    varying = symbol("H", varies=True)
    assert from_sympy(to_sympy(varying * 2 + H)) == varying * 2 + H
    assert to_sympy(varying) != h


def test_names_are_never_read_as_sympy_builtins():
    for name in ("N", "S", "I", "E", "Q", "O", "beta", "gamma", "pi"):
        dim = symbol(name) // 2 + 1
        assert from_sympy(to_sympy(dim)) == dim
        assert from_sympy(sympy.Symbol(name)) == symbol(name)


def test_names_can_be_mapped():
    assert from_sympy(h + w, {"H": 3 * W}) == 4 * W
    assert from_sympy(h + w, {"H": dims.UNKNOWN}) is dims.UNKNOWN


def test_a_named_expression_keeps_its_definition():
    dim = dims.named(H // 2 + W, "wide") * 3
    assert from_sympy(to_sympy(dim)) == dim
    assert str(to_sympy(dim)) == "3*_wide"


def test_a_long_sum_comes_over_in_time():
    total = sympy.Add(*[sympy.floor(sympy.Symbol(f"n{i}", integer=True, positive=True) / 2) for i in range(300)])
    assert dims.size(from_sympy(total)) == 1
    deep = h
    for _ in range(150):
        deep = sympy.Max(sympy.floor(deep / 2, evaluate=False), w, evaluate=False)
    assert evaluate(from_sympy(deep), {"H": 10, "W": 3}) == 3


def test_unknown_is_no_expression():
    with pytest.raises(TypeError):
        to_sympy(dims.UNKNOWN)
    assert latex(dims.UNKNOWN) == "?"


def test_latex():
    assert latex(64 * H * W) == "64 H W"
    assert latex(ceil_div(H, 2)) == r"\left\lceil{\frac{H}{2}}\right\rceil"
    assert latex(H // 4) == r"\left\lfloor{\frac{H}{4}}\right\rfloor"
    assert latex(12) == "12"

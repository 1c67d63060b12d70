"""Dims as text, both ways, and the limits of what is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecheck import dims
from shapecheck.dims import DimSyntaxError, ceil_div, evaluate, maximum, minimum, parse, symbol, text

H, W, B = symbol("H"), symbol("W"), symbol("B")


def grow(inner):
    """Python expressions that use every operator of the language."""
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["//", "%"]), st.sampled_from([2, 3, 4, 8, -3])),
        st.builds("({} {} {})".format, inner, st.sampled_from(["//", "%"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), inner, inner),
        st.builds("({})**{}".format, inner, st.integers(0, 3)),
        st.builds("-{}".format, inner),
    )


TEXTS = st.recursive(st.one_of(st.sampled_from(["H", "W", "B"]), st.integers(0, 12).map(str)), grow, max_leaves=9)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.integers(1, 99), st.integers(1, 99), st.integers(1, 99))
def test_parse_means_what_python_means(words, h, w, b):
    sizes = {"H": h, "W": w, "B": b}
    try:
        expected = eval(words, {"max": max, "min": min, **sizes})
        dim = parse(words)
    except ZeroDivisionError:
        return
    except DimSyntaxError as error:
        assert "division by zero" in error.message or "too large" in error.message or "at most" in error.message
        return
    assert evaluate(dim, sizes) == expected


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_text_reads_back_as_the_same_dim(words):
    try:
        dim = parse(words)
    except DimSyntaxError:
        return
    written = text(dim)
    try:
        again = parse(written)
    except DimSyntaxError as error:
        assert "at most" in error.message  # longer than what is read, or an int above 2**63
        return
    if dims.size(dim) > 1:
        assert again == dim
        assert text(again) == written


@pytest.mark.parametrize(
    ("dim", "written"),
    [
        (7, "7"),
        (-7, "-7"),
        (H, "H"),
        (-H, "-H"),
        (3 - H, "3 - H"),
        (-H - 3, "-H - 3"),
        (64 * H * W, "64*H*W"),
        (2 * H + 1, "2*H + 1"),
        (W - H, "W - H"),
        (ceil_div(H, 2), "ceil(H/2)"),
        (ceil_div(H + W, 4), "ceil((H + W)/4)"),
        (ceil_div(3 * H, 4), "ceil(3*H/4)"),
        (ceil_div(H, W), "ceil(H/W)"),
        (-(-H // 2), "ceil(H/2)"),
        (-H // 2, "-ceil(H/2)"),
        (-(H // 2), "-(H//2)"),
        (H // 4, "H//4"),
        ((H + 1) // 4, "(H + 1)//4"),
        ((H - 3) // 4, "(H - 3)//4"),
        ((H - 1) // 2, "(H - 1)//2"),
        ((H - 3) // 2 + 1, "(H - 1)//2"),
        (3 * H // 4, "3*H//4"),
        (2 * (H // 2), "2*(H//2)"),
        (2 * (H // 2) * W, "2*W*(H//2)"),
        (H * W // 6, "H*W//6"),
        ((H * W + 1) // 6, "(H*W + 1)//6"),
        (H // W, "H//W"),
        (H // (2 * W), "H//(2*W)"),
        (H // (W + 1), "H//(W + 1)"),
        (H % 2, "H % 2"),
        ((H + 1) % 4, "(H + 1) % 4"),
        (3 * (H % 2) + 1, "3*(H % 2) + 1"),
        (H // 2 % 2, "(H//2) % 2"),
        (H % W, "H % W"),
        (W - H % 2, "W - H % 2"),
        (2 * (H // 2) - H, "-(H % 2)"),
        (5 - 3 * ((H + 2) % 7), "5 - 3*((H + 2) % 7)"),
        (H + (-H) % 8, "8*ceil(H/8)"),
        (maximum(H, W), "max(H, W)"),
        (minimum(H, 4), "min(H, 4)"),
        (2 * maximum(H - 3, 0) + 1, "2*max(H - 3, 0) + 1"),
        (H**2, "H**2"),
        (H**10, "H**8*H**2"),
        ((H + 1) * (W + 1), "(H + 1)*(W + 1)"),
        ((H + 1) ** 2 * 3, "3*(H + 1)**2"),
        (dims.UNKNOWN, "?"),
        (symbol("H_image"), "H_image"),
    ],
)
def test_dims_are_written_as_people_write_them(dim, written):
    assert text(dim) == written
    assert str(dim) == written


def test_terms_are_ordered_by_name_and_minus_comes_later():
    assert text(W + H + B) == "B + H + W"
    assert text(W * H * B) == "B*H*W"
    assert text(W - B + H) == "H + W - B"


def test_huge_numbers_are_written_by_their_magnitude():
    assert text(10**18) == "1" + "0" * 18
    assert text(10**5000).startswith("about 2**166")
    assert text(-(10**5000)).startswith("-about 2**")
    assert "about 2**" in text(H * 10**5000)


@pytest.mark.parametrize(
    ("words", "dim"),
    [
        ("12", 12),
        (" H ", H),
        ("2*H", 2 * H),
        ("floor(H/2)", H // 2),
        ("ceil(H/2)", ceil_div(H, 2)),
        ("ceil((H + 1)/(2*W))", ceil_div(H + 1, 2 * W)),
        ("floor(H)", H),
        ("max(1, H, W)", maximum(H, W)),
        ("min(H)", H),
        ("-(-H//2)", ceil_div(H, 2)),
        ("+H", H),
        ("(H\n + 1)", H + 1),
        ("H**0", 1),
        ("N*S + I*E", symbol("N") * symbol("S") + symbol("I") * symbol("E")),
        ("max", symbol("max")),
        ("größe", symbol("größe")),
    ],
)
def test_parse(words, dim):
    assert parse(words) == dim
    assert dims.as_dim(words) == dim


def test_names_are_looked_up_when_they_are_given():
    assert parse("width*H", {"width": 32, "H": H}) == 32 * H
    assert parse("H", {"H": symbol("H", varies=True)}) == symbol("H", varies=True)
    assert parse("H//2", ["H"]) == H // 2
    assert parse("H + 1", {"H": dims.UNKNOWN}) is dims.UNKNOWN
    for words, place in (("W", 0), ("H + W", 4), ("H*(1 + oops)", 7)):
        with pytest.raises(DimSyntaxError, match="unknown name") as caught:
            parse(words, {"H": H})
        assert caught.value.offset == place


@pytest.mark.parametrize(
    ("words", "offset"),
    [
        ("", 0),
        ("   ", 0),
        ("H +", None),
        ("H $ 2", 2),
        ("H; W", 1),
        ("H/2", 0),
        ("H + W/2", 4),
        ("ceil(H/2 + 1)", 5),
        ("ceil(H, W)", 0),
        ("ceil()", 0),
        ("max()", 0),
        ("max(H, key=W)", 10),
        ("max(*H)", 4),
        ("sqrt(H)", 0),
        ("H(2)", 0),
        ("H.shape", 1),
        ("H[0]", 1),
        ("'H'", 0),
        ("H if W else B", 0),
        ("H < 3", 2),
        ("not H", 0),
        ("~H", 0),
        ("H ^ 2", 2),
        ("lambda: H", 6),
        ("[H]", 0),
        ("H, W", 0),
        ("(H := 3)", 3),
        ("None", 0),
        ("True", 0),
        ("1.5", 0),
        ("H*1e3", 2),
        ("0x10", 0),
        ("1_000", 0),
        ("3j", 0),
        ("2or 3", 0),
        ("007", None),
        ("H # no", 2),
        ("H\\", 1),
        ("H\x00", 1),
        ("\ud800", 0),
        ("class", None),
        ("H**W", 0),
        ("H**9", 0),
        ("H**-1", 0),
        ("2**H", 0),
        ("H//0", 0),
        ("5 % 0", 0),
        ("H + W//(B - B)", 4),
        ("ceil(H/0)", 0),
        ("9223372036854775809", 0),
        ("H + 18446744073709551616", 4),
        ("__import__('os')", 11),
        ("(a + b", None),
        ("größe + 1.0", 8),
    ],
)
def test_what_is_no_dim_is_one_clean_error(words, offset):
    with pytest.raises(DimSyntaxError) as caught:
        parse(words)
    error = caught.value
    assert offset is None or error.offset == offset
    assert 0 <= error.offset <= max(len(words), 0)
    assert error.message
    assert "\n" not in error.message
    assert isinstance(error, ValueError)


HOSTILE = [
    "9" * 512,
    "9" * 5000,
    "(" * 512,
    "(" * 255 + "H" + ")" * 255,
    "-" * 511 + "H",
    "+-" * 255 + "H",
    "H**8" + "**8" * 100,
    "(" * 60 + "9" + "**8)" * 60,
    "(" * 60 + "H" + "**8)" * 60,
    "(" * 60 + "(H + W)" + "**8)" * 60,
    "*".join(["9223372036854775807"] * 25),
    "+".join(["H"] * 250),
    "max(" * 100 + "H" + ")" * 100,
    "max(H//2, " * 40 + "W" + ")" * 40,
    "(H//7 + W//" * 40 + "3" + ")" * 40,
    "max(" + ", ".join(f"a{i}//{i + 2}" for i in range(40)) + ")",
    "max(" + ", ".join(f"H//{i + 2} + {i}" for i in range(35)) + ")",
    "*".join(f"(H + {i})" for i in range(1, 50)),
    "*".join(f"(H + a{i})" for i in range(1, 40)) + "//(H + W)",
    "[" * 512,
    "H " * 256,
    "\t" * 600,
    "ceil(" * 100 + "H" + "/2)" * 100,
    "H%" * 200 + "2",
    "\u0660\u0661",
    "H" * 513,
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_is_a_dim_or_a_clean_error(words):
    try:
        dim = parse(words)
    except DimSyntaxError as error:
        assert 0 <= error.offset <= len(words)
        return
    assert text(dim)
    assert dims.same(dim, 3) in (True, False, None)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="HWab019 +-*/%(),<=.'[]\\#\n~^:é²", max_size=40))
def test_any_text_is_a_dim_or_a_clean_error(words):
    try:
        dim = parse(words)
    except DimSyntaxError as error:
        assert 0 <= error.offset <= len(words)
    else:
        assert parse(text(dim)) == dim

"""Operations value by value: one tensor, or two that NumPy broadcasts."""

from typing import ClassVar

from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers._op import Op, derived, numbers
from shapecheck.layers._op_dtypes import boolean, common, counted, doubling, first, floating


class Unary(Op):
    """One tensor, value by value."""

    examples: ClassVar[tuple[str, ...]] = ("| (n, h, 3) -> (n, h, 3)",)

    def gives(self, x):
        return self.result(x)

    def rule(self, np, x):
        if not numbers(np):
            return x
        return getattr(np, self.formula)(x) if isinstance(self.formula, str) else self.formula(np, x)


class Binary(Op):
    """Two tensors value by value, sizes of 1 repeated as in NumPy."""

    examples = (
        "| (n, h, 3), (n, 1, 3) -> (n, h, 3)",
        "x2: 2 | (n, h) -> (n, h)",
        "x1: [1, 2, 3] | (n, 3) -> (n, 3)",
        "| (n, 3), (n, 4) !! SC310",
    )

    def gives(self, x1, x2):
        return self.result(x1, x2)

    def rule(self, np, x1, x2):
        if not numbers(np):
            return np.equal(x1, x2)
        return getattr(np, self.formula)(x1, x2) if isinstance(self.formula, str) else self.formula(np, x1, x2)


class Bits(Op):
    """Two tensors of ints or booleans bit by bit, sizes of 1 repeated as in NumPy."""

    works = "result"
    examples = (
        "| int32(n, h, 3), int32(n, 1, 3) -> (n, h, 3)",
        "y: 2 | int32(n, h) -> (n, h)",
        "| int32(n, 3), int32(n, 4) !! SC310",
        "| (n, 3), (n, 3) !! SC403",
    )

    def gives(self, x, y):
        return common(x, y)

    def rule(self, np, x, y):
        return getattr(np, self.formula)(x, y)


_INTS = (
    "| int32(n, h, 3), int32(n, 1, 3) -> (n, h, 3)",
    "x2: 2 | int32(n, h) -> (n, h)",
    "| int32(n, 3), int32(n, 4) !! SC310",
)


class OfInts(Binary):
    """Two tensors of whole numbers."""

    examples = (*_INTS, "| (n, 3), (n, 3) !! SC403")

    def rule(self, np, x1, x2):
        return getattr(np, self.formula)(x1, x2)


class Turned(Unary):
    """A tensor of ints or booleans, bit by bit."""

    examples = ("| int32(n, h) -> (n, h)", "| (n, h) !! SC403")

    def rule(self, np, x):
        return np.invert(x)


def unary(name, formula, result, about, works="result", base=Unary):
    derived(globals(), base, name, about, formula=formula, result=result, works=works)


def binary(name, formula, result, about, works="result", base=Binary, **more):
    derived(globals(), base, name, about, formula=formula, result=result, works=works, **more)


# One tensor --------------------------------------------------------------------------------------------------------

for _name, _formula, _about in (
    ("Arccos", "arccos", "The angle whose cosine is x."),
    ("Arccosh", "arccosh", "The number whose hyperbolic cosine is x."),
    ("Arcsin", "arcsin", "The angle whose sine is x."),
    ("Arcsinh", "arcsinh", "The number whose hyperbolic sine is x."),
    ("Arctan", "arctan", "The angle whose tangent is x."),
    ("Arctanh", "arctanh", "The number whose hyperbolic tangent is x."),
    ("Ceil", "ceil", "The least whole number that is not below x."),
    ("Cos", "cos", "The cosine of x."),
    ("Cosh", "cosh", "The hyperbolic cosine of x."),
    ("Exp", "exp", "e to the power x."),
    ("Exp2", "exp2", "2 to the power x."),
    ("Expm1", "expm1", "exp(x) - 1, without loss near 0."),
    ("Fabs", "abs", "The absolute value of x, as a float."),
    ("Floor", "floor", "The greatest whole number that is not above x."),
    ("Log", "log", "The natural logarithm of x."),
    ("Log10", "log10", "The logarithm of x to the base 10."),
    ("Log1p", "log1p", "log(1 + x), without loss near 0."),
    ("Log2", "log2", "The logarithm of x to the base 2."),
    ("Sin", "sin", "The sine of x."),
    ("Sinc", "sinc", "sin(pi x) / (pi x), and 1 at 0."),
    ("Sinh", "sinh", "The hyperbolic sine of x."),
    ("Sqrt", "sqrt", "The square root of x."),
    ("Tan", "tan", "The tangent of x."),
    ("Tanh", "tanh", "The hyperbolic tangent of x."),
):
    unary(_name, _formula, floating, _about)

unary("Angle", "angle", floating, "The angle of a complex number; 0 or pi for a real one.", None)
unary("Cbrt", "cbrt", doubling, "The cube root of x.")
unary("Deg2rad", "deg2rad", doubling, "Degrees as radians: x * pi / 180.")
unary("Rad2deg", "rad2deg", doubling, "Radians as degrees: x * 180 / pi.")
unary("I0", "i0", doubling, "The modified Bessel function of the first kind, of order 0.")
unary("Absolute", "abs", first, "The absolute value of x.")
unary("Abs", "abs", first, "The absolute value of x.")
unary("Conjugate", "conjugate", first, "The complex conjugate of x.")
unary("Conj", "conjugate", first, "The complex conjugate of x.")
unary("Imag", "imag", first, "The imaginary part of x.")
unary("Real", "real", first, "The real part of x.")
unary("Negative", "negative", first, "-x.")
unary("Sign", "sign", first, "-1, 0 or 1: the sign of x.")
unary("Square", "square", counted, "x * x.")
unary("Trunc", "trunc", first, "x without its fraction.")
unary("Reciprocal", "reciprocal", dt.float32, "1 / x.")
unary("Isfinite", "isfinite", boolean, "Whether x is neither infinite nor nan.", None)
unary("Isinf", "isinf", boolean, "Whether x is infinite.", None)
unary("Isnan", "isnan", boolean, "Whether x is nan.", None)
unary("Isneginf", "isneginf", boolean, "Whether x is minus infinity.", None)
unary("Isposinf", "isposinf", boolean, "Whether x is infinity.", None)
unary("Isreal", "isreal", boolean, "Whether the imaginary part of x is 0.", None)
unary("Signbit", "signbit", boolean, "Whether the sign of x is minus, that of -0.0 too.", None)
unary("LogicalNot", "logical_not", boolean, "Whether x is 0.", None)
unary("BitwiseInvert", "invert", first, "Every bit of x turned over.", None, Turned)
unary("BitwiseNot", "invert", first, "Every bit of x turned over.", None, Turned)
unary("Copy", "array", first, "x.")
unary("Rsqrt", lambda np, x: 1 / np.sqrt(x), first, "1 / sqrt(x).")

# Two tensors -------------------------------------------------------------------------------------------------------

binary("Add", "add", common, "x1 + x2.")
binary("Subtract", "subtract", common, "x1 - x2.")
binary("Multiply", "multiply", common, "x1 * x2.")
binary("Divide", "divide", floating, "x1 / x2.")
binary("TrueDivide", "divide", floating, "x1 / x2.")
binary(
    "DivideNoNan",
    lambda np, a, b: np.where(b == 0, 0, a / np.where(b == 0, 1, b)),
    floating,
    "x1 / x2, and 0 where x2 is 0.",
)
binary("FloorDivide", "floor_divide", common, "x1 / x2, rounded down.")
binary("Mod", "mod", counted, "What is left of x1 divided by x2, with the sign of x2.")
binary("Fmod", "fmod", counted, "What is left of x1 divided by x2, with the sign of x1.")
binary("Power", "power", common, "x1 to the power x2.")
binary("Maximum", "maximum", common, "The larger of x1 and x2; nan where one is nan.")
binary("Minimum", "minimum", common, "The smaller of x1 and x2; nan where one is nan.")
binary("Fmax", "fmax", common, "The larger of x1 and x2; one that is nan gives way.")
binary("Fmin", "fmin", common, "The smaller of x1 and x2; one that is nan gives way.")
binary("Arctan2", "arctan2", floating, "The angle of the point (x2, x1).")
binary("Logaddexp", "logaddexp", floating, "log(exp(x1) + exp(x2)).")
binary("Logaddexp2", "logaddexp2", floating, "The logarithm to the base 2 of 2^x1 + 2^x2.")
binary("Hypot", "hypot", doubling, "sqrt(x1^2 + x2^2).")
binary("Heaviside", "heaviside", doubling, "0 where x1 < 0, 1 where x1 > 0, and x2 at 0.")
binary("Nextafter", "nextafter", floating, "The next float after x1, on the way to x2.")
for _name, _formula, _about in (
    ("Equal", "equal", "x1 == x2."),
    ("NotEqual", "not_equal", "x1 != x2."),
    ("Greater", "greater", "x1 > x2."),
    ("GreaterEqual", "greater_equal", "x1 >= x2."),
    ("Less", "less", "x1 < x2."),
    ("LessEqual", "less_equal", "x1 <= x2."),
    ("LogicalAnd", "logical_and", "Whether both are other than 0."),
    ("LogicalOr", "logical_or", "Whether one of the two is other than 0."),
    ("LogicalXor", "logical_xor", "Whether exactly one of the two is other than 0."),
):
    binary(_name, _formula, boolean, _about, common)

binary("Gcd", "gcd", common, "The greatest common divisor of x1 and x2.", base=OfInts)
binary("Lcm", "lcm", common, "The least common multiple of x1 and x2.", base=OfInts)

for _name, _formula, _about in (
    ("BitwiseAnd", "bitwise_and", "The bits that x and y have both."),
    ("BitwiseOr", "bitwise_or", "The bits that x or y has."),
    ("BitwiseXor", "bitwise_xor", "The bits that exactly one of x and y has."),
    ("BitwiseLeftShift", "left_shift", "x with its bits moved up by y places."),
    ("LeftShift", "left_shift", "x with its bits moved up by y places."),
    ("BitwiseRightShift", "right_shift", "x with its bits moved down by y places."),
    ("RightShift", "right_shift", "x with its bits moved down by y places."),
):
    binary(_name, _formula, common, _about, "result", Bits)

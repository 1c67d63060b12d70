"""dtypes as NumPy 2 promotes them, without NumPy: what an operation makes of the dtypes of its operands.

A Python scalar is weak: it takes the dtype of the array it meets, where that can hold its kind.
"""

from __future__ import annotations

from typing import Any


class Untraceable(Exception):
    """Something that no shape can be told for without the values, or that is not supported; not a mistake."""


class BadDType(Exception):
    """Dtypes that NumPy refuses for an operation."""


class DType(str):
    """The name of a dtype, which also equals the objects that NumPy and others have for it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        name = _name_of(other)
        return name is not None and str.__eq__(self, name)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __call__(self, value: Any) -> Any:
        """A cast, as in `np.float32(x)`."""
        if hasattr(value, "astype"):
            return value.astype(self)
        raise Untraceable(f"{self} of {type(value).__name__}")

    @property
    def name(self) -> str:
        return str(self)

    @property
    def kind(self) -> str:
        return _KIND.get(str(self), "?")

    @property
    def itemsize(self) -> int:
        return max(_BITS.get(str(self), 8) // 8, 1)

    def __repr__(self) -> str:
        return f"dtype('{self!s}')"


_INTS = ("int8", "int16", "int32", "int64")
_UINTS = ("uint8", "uint16", "uint32", "uint64")
_FLOATS = ("float16", "bfloat16", "float32", "float64")
_COMPLEX = ("complex64", "complex128")
_KIND = {"bool": "b"} | dict.fromkeys(_INTS, "i") | dict.fromkeys(_UINTS, "u")
_KIND |= dict.fromkeys(_FLOATS, "f") | dict.fromkeys(_COMPLEX, "c")
_BITS = {name: int("0" + "".join(filter(str.isdigit, name))) for name in _KIND} | {"bool": 1, "bfloat16": 16}
_ALIASES = {
    "bool_": "bool", "int": "int64", "int_": "int64", "intp": "int64", "uint": "uint64", "long": "int64",
    "float": "float64", "float_": "float64", "half": "float16", "single": "float32", "double": "float64",
    "complex": "complex128", "cfloat": "complex128", "csingle": "complex64", "cdouble": "complex128",
    "f2": "float16", "f4": "float32", "f8": "float64", "i4": "int32", "i8": "int64",
}  # fmt: skip

NAMES = tuple(_KIND)
BOOL, INT, FLOAT = DType("bool"), DType("int64"), DType("float64")

# What a Python scalar counts as; no dtype has these names.
WEAK_INT, WEAK_FLOAT, WEAK_COMPLEX = DType("~int"), DType("~float"), DType("~complex")
_DEFAULTS = {WEAK_INT: "int64", WEAK_FLOAT: "float64", WEAK_COMPLEX: "complex128"}


def _name_of(value: object) -> str | None:
    if isinstance(value, str):
        name: object = str(value)
    elif isinstance(value, type):
        name = value.__name__
    else:
        name = getattr(value, "name", None)
    return _ALIASES.get(name, name) if isinstance(name, str) else None


def dtype(value: object) -> DType:
    """The dtype that a `dtype` argument means: a name, a NumPy dtype or scalar type, or `int`, `float`, `bool`."""
    if isinstance(value, DType):
        return value
    name = _name_of(value)
    if name not in _KIND:
        raise Untraceable(f"dtype {str(value)[:40]!r}")
    return DType(name)


def weak(value: object) -> DType:
    """What the Python scalar counts as beside arrays."""
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, float):
        return WEAK_FLOAT
    return WEAK_COMPLEX if isinstance(value, complex) else WEAK_INT


def strong(name: DType) -> DType:
    """The dtype that an array made of it has."""
    return DType(_DEFAULTS.get(name, name))


def fits(value: int, name: DType) -> bool:
    """Whether an array of this dtype can meet the Python int (NumPy raises OverflowError where not)."""
    kind, bits = name.kind, _BITS.get(name, 64)
    if kind == "u":
        return 0 <= value < 1 << bits
    return kind != "i" or -(1 << bits - 1) <= value < 1 << bits - 1


def promote(*names: DType) -> DType:
    """The common dtype of arrays and Python scalars, as `numpy.result_type` gives it."""
    arrays = [str(name) for name in names if name not in _DEFAULTS]
    scalars = [str(name) for name in names if name in _DEFAULTS]
    if not arrays:
        return DType(_DEFAULTS[max((DType(name) for name in scalars), key=lambda name: list(_DEFAULTS).index(name))])
    best = arrays[0]
    for other in arrays[1:]:
        best = _common(best, other)
    for scalar in scalars:
        best = _beside(best, scalar)
    return DType(best)


def _beside(array: str, scalar: str) -> str:
    kind = _KIND.get(array)
    if scalar == WEAK_INT:
        return "int64" if kind == "b" else array
    if scalar == WEAK_FLOAT:
        return array if kind in ("f", "c") else "float64"
    if kind == "c":
        return array
    return "complex64" if array in ("float16", "bfloat16", "float32") else "complex128"


def _common(a: str, b: str) -> str:
    if a == b:
        return a
    if a not in _KIND or b not in _KIND:
        raise Untraceable(f"arithmetic between {a} and {b}")
    first, second = sorted((a, b), key=lambda name: ("biufc".index(_KIND[name]), _BITS[name]))
    kinds = _KIND[first] + _KIND[second]
    if kinds[0] == "b" or kinds in ("ii", "uu"):
        return second
    if kinds == "iu":
        signed, unsigned = _BITS[first], _BITS[second]
        bits = max(signed, unsigned * 2)
        return f"int{bits}" if bits <= 64 else "float64"
    if kinds == "ff":
        return second if _BITS[first] != _BITS[second] else "float32"
    if kinds == "cc":
        return second
    if kinds[1] == "f":
        needs = {8: 16, 16: 32}.get(_BITS[first], 64)
        return second if _BITS[second] >= needs else f"float{needs}"
    needs = {8: 32, 16: 32, 32: 64, 64: 64}[_BITS[first]] if kinds[0] != "f" else max(_BITS[first], 32)
    return "complex64" if needs <= 32 and second == "complex64" else "complex128"


def floating(name: DType) -> DType:
    """The dtype of `exp` and its like: the smallest float that holds the ints."""
    if name.kind in "fc":
        return name
    return DType({1: "float16", 8: "float16", 16: "float32"}.get(_BITS[name], "float64"))


def averaged(name: DType) -> DType:
    """The dtype of a mean."""
    return name if name.kind in "fc" else FLOAT


def summed(name: DType) -> DType:
    """The dtype of a sum or a product, which NumPy widens for small ints."""
    return DType("uint64") if name.kind == "u" else INT if name.kind in "bi" else name


# What a ufunc takes (kinds) and gives; the names of the rules are this module's own.
_TAKES = {"real": "biuf", "signed": "iufc", "bits": "biu", "ints": "iu", "rounded": "biuf", "modulo": "biuf",
          "shift": "biu", "sign": "biuf"}  # fmt: skip


def _table(**rules: str) -> dict[str, str]:
    return {name: rule for rule, names in rules.items() for name in names.split()}


UNARY = _table(
    float="arccos arccosh arcsin arcsinh arctan arctanh cos cosh exp exp2 expm1 log log10 log1p log2 rint sin sinh"
    " sqrt tan tanh",
    real="cbrt deg2rad degrees fabs rad2deg radians spacing",
    rounded="ceil floor trunc",
    number="conjugate reciprocal square",
    signed="negative positive sign",
    magnitude="absolute",
    bits="invert",
    test="isfinite isinf isnan logical_not",
    sign="signbit",
)
BINARY = _table(
    any="add fmax fmin maximum minimum multiply",
    signed="subtract",
    number="power",
    modulo="floor_divide fmod remainder",
    real="arctan2 copysign heaviside hypot logaddexp logaddexp2 nextafter",
    bits="bitwise_and bitwise_or bitwise_xor",
    shift="left_shift right_shift",
    ints="gcd lcm",
    divide="divide",
    wide="float_power",
    test="equal greater greater_equal less less_equal logical_and logical_or logical_xor not_equal",
)
ALIASES = {
    "abs": "absolute", "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan",
    "atan2": "arctan2", "atanh": "arctanh", "bitwise_invert": "invert", "bitwise_left_shift": "left_shift",
    "bitwise_not": "invert", "bitwise_right_shift": "right_shift", "conj": "conjugate", "mod": "remainder",
    "pow": "power", "true_divide": "divide",
}  # fmt: skip


def of_ufunc(name: str, operands: tuple[DType, ...]) -> DType:
    """The dtype a ufunc gives for operands of these; BadDType where it takes none such."""
    rule = (UNARY if len(operands) == 1 else BINARY)[name]
    common = promote(*operands)
    kind = common.kind
    if kind not in _TAKES.get(rule, "biufc") and (kind in "biufc" or kind == "?"):
        raise BadDType(f"{name} takes no {common}")
    if rule in ("test", "sign"):
        return BOOL
    if kind == "?":
        raise Untraceable(f"{name} of {common}")
    if rule in ("float", "real"):
        weaks = [name for name in operands if name in _DEFAULTS]
        strongs = [name for name in operands if name not in _DEFAULTS]
        return promote(*(floating(promote(name, *weaks)) for name in strongs)) if strongs else floating(common)
    if rule == "divide":
        return averaged(common)
    if rule == "wide":
        return promote(common, FLOAT)
    if rule == "magnitude" and kind == "c":
        return DType("float32" if common == "complex64" else "float64")
    if rule in ("number", "modulo", "shift") and kind == "b":
        return DType("int8")
    return common

"""Names of dtypes, and Keras's policies: the dtype of the arithmetic and the dtype of the weights."""

from __future__ import annotations

from typing import Any, NamedTuple

from shapecheck.diagnostic import Refusal
from shapecheck.words import shown

FLOATS = ("float16", "bfloat16", "float32", "float64")
NAMES = (
    *FLOATS, "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "string",
    "float8_e4m3fn", "float8_e5m2", "complex64", "complex128",
)  # fmt: skip


class Policy(NamedTuple):
    """`compute` is the dtype of the arithmetic, `variable` that of the weights."""

    name: str
    compute: str
    variable: str


_OF_PYTHON = {"float": "float32", "int": "int32"}
_FLOAT32 = Policy("float32", "float32", "float32")
_MIXED = {
    "mixed_float16": Policy("mixed_float16", "float16", "float32"),
    "mixed_bfloat16": Policy("mixed_bfloat16", "bfloat16", "float32"),
}


def policy(value: Any) -> Policy:
    """The policy that a `dtype` argument names: a dtype, a mixed policy, or a saved DTypePolicy."""
    if value is None:
        return _FLOAT32
    if isinstance(value, dict):
        config = value.get("config")
        value = config.get("name") if isinstance(config, dict) else None
    if isinstance(value, str) and value in _MIXED:
        return _MIXED[value]
    name = named(value)
    if name is None:
        raise _unknown(value, "a dtype such as `float32` or a policy such as `mixed_float16`")
    return Policy(name, name, name)


def read(value: Any) -> str:
    """The name of the dtype of an input; float32 for None. Refuses (SC114) what is no dtype."""
    name = "float32" if value is None else named(value)
    if name is None:
        raise _unknown(value, "a dtype such as `float32`")
    return name


def named(value: Any) -> str | None:
    """The name of a dtype: its name, NumPy's object or type for it, or a type of Python; None where it is none."""
    if not isinstance(value, str):
        value = _OF_PYTHON.get(value.__name__, value.__name__) if isinstance(value, type) else (
            getattr(value, "name", None))  # fmt: skip
    return str(value) if isinstance(value, str) and value in NAMES else None


def _unknown(value: Any, expected: str) -> Refusal:
    return Refusal("SC114", "dtype", expected=expected, given=shown(value))


def autocast(dtype: str, to: str) -> str:
    """The dtype in which a layer sees an input: floats are cast to its compute dtype, others are left."""
    return to if dtype in FLOATS else dtype


def promote(*dtypes: str) -> str:
    """The dtype of arithmetic between arrays of these, as Keras 3 has it.

    Complex wins over floats, floats over ints, ints over booleans, wider over narrower. float16 with bfloat16 gives
    float32; a signed int with an unsigned one gives the signed int that holds both, or float32 where there is none.
    """
    best = dtypes[0]
    for other in dtypes[1:]:
        best = _wider(best, other)
    return best


_SORTS = ("bool", "uint", "int", "bfloat", "float", "complex")


def _wider(a: str, b: str) -> str:
    if a == b or a == "string" or b == "string":
        return a
    (low, few), (high, many) = sorted((_sort(a), _sort(b)))
    if low == high or low == 0:
        return _name(high, max(few, many))
    if high == 5:
        return _name(5, max(many, 128 if low > 2 and few == 64 else 64))
    if high == 2:  # the other is unsigned
        bits = max(many, 2 * few)
        return f"int{bits}" if bits <= 64 else "float32"
    if low == 3:  # bfloat16 beside a float
        return _name(4, max(many, 32))
    return _name(high, many)


def _sort(name: str) -> tuple[int, int]:
    """The place of a dtype among the sorts, and its bits."""
    word = name.partition("_")[0].rstrip("0123456789")
    return _SORTS.index(word) if word in _SORTS else 0, int("0" + name.partition("_")[0][len(word) :])


def _name(sort: int, bits: int) -> str:
    return "bool" if sort == 0 else f"{_SORTS[sort]}{bits}"

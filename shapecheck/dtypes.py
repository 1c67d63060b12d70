"""Names of dtypes, and Keras's policies: the dtype of the arithmetic and the dtype of the weights."""

from __future__ import annotations

from typing import Any, NamedTuple

from shapecheck.diagnostic import Refusal

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
    if isinstance(value, str):
        if value in _MIXED:
            return _MIXED[value]
        if value in NAMES:
            return Policy(value, value, value)
    elif isinstance(name := getattr(value, "name", None), str) and name in NAMES:  # a numpy dtype
        return Policy(name, name, name)
    given = f"`{value}`" if isinstance(value, str) else type(value).__name__
    raise Refusal(
        "SC114", "dtype", expected="a dtype such as `float32` or a policy such as `mixed_float16`", given=given
    )


def autocast(dtype: str, to: str) -> str:
    """The dtype in which a layer sees an input: floats are cast to its compute dtype, others are left."""
    return to if dtype in FLOATS else dtype


def promote(*dtypes: str) -> str:
    """The dtype of arithmetic between arrays of these: floats win over ints, wider over narrower."""
    best = dtypes[0]
    for other in dtypes[1:]:
        best = _wider(best, other)
    return best


_ORDER = {name: place for place, name in enumerate(
    ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", *FLOATS)
)}  # fmt: skip


def _wider(a: str, b: str) -> str:
    if {a, b} == {"float16", "bfloat16"}:
        return "float32"
    return a if _ORDER.get(a, 99) >= _ORDER.get(b, 99) else b

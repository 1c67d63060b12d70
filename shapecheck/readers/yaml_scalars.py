"""Plain scalars and tags by the YAML 1.2 core schema: `on`, `012` and `1e-3` mean what people think they mean."""

from __future__ import annotations

import re

LARGEST = 2**63
"""Integers are read up to this size, either sign; more has no meaning as a size, a seed or a count."""

_INFINITIES = {sign + name: float(sign + "inf") for sign in ("", "+", "-") for name in (".inf", ".Inf", ".INF")}
CORE: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **_INFINITIES,
}

_FIRST = frozenset("0123456789+-.")
_DECIMAL = re.compile(r"([-+]?)0*([0-9]+)")
_BASED = re.compile(r"0o(?P<oct>[0-7]+)|0x(?P<hex>[0-9a-fA-F]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
DIGITS = 30  # more digits than this are too large in every base, and are never handed to int()

YAML = "tag:yaml.org,2002:"
LIST_TAGS = (YAML + "seq", YAML + "python/tuple", YAML + "python/list")
MAP_TAGS = (YAML + "map", YAML + "python/dict")
OBJECT = YAML + "python/object"
"""How the tags begin that PyYAML would construct something for."""


def resolve(text: str) -> object:
    """The value of an unquoted scalar.

    Raises:
        OverflowError: an integer beyond `LARGEST`.
    """
    if text in CORE:
        return CORE[text]
    return text if text[0] not in _FIRST else number(text, text)


def number(text: str, otherwise: object) -> object:
    """The int or float that `text` spells, or `otherwise`. Raises OverflowError as `resolve` does."""
    if match := _DECIMAL.fullmatch(text):
        return _bounded(match[2], 10, match[1] == "-")
    if match := _BASED.fullmatch(text):
        return _bounded((match["oct"] or match["hex"]).lstrip("0") or "0", 8 if match["oct"] else 16, False)
    return float(text) if _FLOAT.fullmatch(text) else otherwise


def _bounded(digits: str, base: int, negative: bool) -> int:
    value = int(digits, base) if len(digits) <= DIGITS else LARGEST + 1
    if value > LARGEST:
        raise OverflowError
    return -value if negative else value


def tagged(tag: str, text: str) -> object:
    """The value of a scalar under an explicit tag.

    Raises:
        KeyError: a tag that is not read.
        ValueError: a text that the tag does not fit.
        OverflowError: as `resolve` does.
    """
    kind = tag.removeprefix(YAML) if tag.startswith(YAML) else tag
    kind = _PYTHON.get(kind, kind)
    if kind == "str":
        return text
    if kind not in _KINDS:
        raise KeyError(tag)
    value = resolve(text)
    if kind == "float" and type(value) is int:
        return float(value)
    if type(value) is not _KINDS[kind]:
        raise ValueError
    return value


_KINDS: dict[str, type] = {"int": int, "float": float, "bool": bool, "null": type(None)}
_PYTHON = {
    "python/str": "str", "python/unicode": "str", "python/int": "int", "python/long": "int", "python/float": "float",
    "python/bool": "bool", "python/none": "null",
}  # fmt: skip
TAGS = frozenset({*LIST_TAGS, *MAP_TAGS, YAML + "str", *(YAML + kind for kind in (*_KINDS, *_PYTHON))})
"""Every tag that is read."""


def shown(tag: str) -> str:
    """A tag as people write it: `!!str`."""
    return "!!" + tag[len(YAML) :] if tag.startswith(YAML) else tag

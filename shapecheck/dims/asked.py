"""Sizes as a user's function sees them: a comparison that the symbols leave open raises, where `Expr` says False.

`asked` goes in front of the functions of a user, `bare` takes back what they give. The algebra never holds an Asked.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

from shapecheck.dims.answers import same
from shapecheck.dims.nodes import UNKNOWN, Expr, Undecided, Unknown, coerce


class Asked:
    """A symbolic size, or one that nothing is known of, whose `==` and `!=` ask whether sizes are equal.

    They answer with a plain bool, or raise Undecided; so do the orders and `bool`. Arithmetic gives ints and other
    Asked. The hash is that of the dim: a symbol in a dict is found again, and is never taken for the key 4.
    """

    __slots__ = ("dim",)
    __array_ufunc__ = None  # numpy integers leave arithmetic to us
    dim: Expr | Unknown

    def __init__(self, dim: Expr | Unknown) -> None:
        self.dim = dim

    def __eq__(self, other: object) -> Any:
        return self._same(other, "==")

    def __ne__(self, other: object) -> Any:
        answer = self._same(other, "!=")
        return answer if answer is NotImplemented else not answer

    def _same(self, other: Any, sign: str) -> Any:
        if not isinstance(other, int) and callable(getattr(type(other), "is_integer", None)):  # a float may be whole
            if not other.is_integer():
                return False
            other = int(other)
        value = _operand(other)
        if value is NotImplemented:
            return value
        answer = same(self.dim, value)
        if answer is None:
            raise Undecided(f"{self} {sign} {value} is not decided for all sizes")
        return answer

    def __hash__(self) -> int:
        return hash(self.dim)

    def __bool__(self) -> bool:
        return bool(self.dim)

    def __index__(self) -> NoReturn:
        raise TypeError("a symbolic size is no number")

    def __truediv__(self, other: Any) -> Any:
        if _operand(other) is NotImplemented:
            return NotImplemented
        raise TypeError("a size is a whole number: divide it with `//`, not `/`")

    __rtruediv__ = __truediv__

    def __neg__(self) -> Any:
        return asked(-self.dim)

    def __pos__(self) -> Asked:
        return self

    def __str__(self) -> str:
        return str(self.dim)

    __repr__ = __str__

    def sympy(self) -> Any:
        """This size as a sympy expression over positive integer symbols."""
        from shapecheck.dims.bridge import to_sympy

        return to_sympy(self.dim)

    _sympy_ = sympy


def _operand(value: Any) -> Any:
    return value.dim if isinstance(value, Asked) else coerce(value)


def _operator(function: Callable[[Any, Any], Any], turned: bool) -> Callable[[Asked, Any], Any]:
    def apply(own: Asked, other: Any) -> Any:
        value = _operand(other)
        if value is NotImplemented:
            return value
        return asked(function(value, own.dim) if turned else function(own.dim, value))

    return apply


for _name in ("add", "sub", "mul", "floordiv", "mod", "pow", "lt", "le", "gt", "ge"):
    _function = getattr(operator, _name)
    setattr(Asked, f"__{_name}__", _operator(_function, False))
    if _name in ("add", "sub", "mul", "floordiv", "mod"):
        setattr(Asked, f"__r{_name}__", _operator(_function, True))


def asked(value: Any) -> Any:
    """What a user's function gets for a size, a shape, or a list of shapes; ints and all else stay as they are."""
    return _through(value, lambda one: Asked(one) if isinstance(one, Expr) or one is UNKNOWN else one)


def bare(value: Any) -> Any:
    """What `asked` was given: the dims behind the sizes of a user's function."""
    return _through(value, lambda one: one.dim if isinstance(one, Asked) else one)


def _through(value: Any, change: Callable[[Any], Any]) -> Any:
    """A change of a value, of the items of a list, and of the items of the lists in it."""
    if type(value) not in (tuple, list):
        return change(value)
    return type(value)(
        [type(item)(map(change, item)) if type(item) in (tuple, list) else change(item) for item in value]
    )

"""How one kind of value is read, and what is made of readers: one of a few words, the same or None."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from shapecheck.diagnostic import Refusal
from shapecheck.modes import Semantics
from shapecheck.words import listing, near, shown

MAX_RANK = 64
MAX_SIZE = 1 << 48  # no axis has more; a number beyond is a slip of the hand, or an attack


class Reader:
    """How to read one kind of value. `expected` says in words what is accepted."""

    __slots__ = ("expected", "read")

    def __init__(self, expected: str, read: Callable[[Any, str, Semantics], Any]) -> None:
        self.expected = expected
        self.read = read


def wrong(param: str, value: Any, expected: str) -> Refusal:
    return Refusal("SC113", param, expected=expected, given=shown(value))


def outside(param: str, value: Any, expected: str) -> Refusal:
    return Refusal("SC114", param, expected=expected, given=shown(value))


def no_word(param: str, value: str, names: Sequence[str]) -> Refusal:
    """A word that is none of a few, and the one of them that was probably meant."""
    expected = listing((f"`{name}`" for name in names), "or")
    return Refusal("SC114", param, expected=expected, given=shown(value), value=value, near=near(value, names))


def huge(param: str, value: Any) -> Refusal:
    return Refusal("SC807", param, given=shown(value), limit="2^48")


def is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def whole(value: Any) -> int | None:
    """An int, or a boolean as one."""
    return int(value) if isinstance(value, int) else None


def one_of(*names: str, fold: bool = False) -> Any:
    """A reader of a few words; `fold` ignores case, as Keras does for some."""
    expected = listing((f"`{name}`" for name in names), "or")

    def read(value: Any, param: str, keras: Semantics) -> str:
        if not isinstance(value, str):
            raise wrong(param, value, expected)
        word = value.lower() if fold else value
        if word not in names:
            raise no_word(param, value, names)
        return word

    return Annotated[str, Reader(expected, read)]


def optional(kind: Any, words: str = "") -> Any:
    """The same kind of value, or None."""
    reader: Reader = kind.__metadata__[0]

    def read(value: Any, param: str, keras: Semantics) -> Any:
        return None if value is None else reader.read(value, param, keras)

    return Annotated[Any, Reader(words or f"{reader.expected}, or none", read)]

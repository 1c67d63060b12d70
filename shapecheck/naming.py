"""Names for layers that were given none, as Keras makes them: `conv2d`, `conv2d_1`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_known = {"InputLayer": "input", "Input": "input"}
_ODD = re.compile(r"\W+")
_WORD = re.compile(r"(.)([A-Z][a-z]+)")
_CAPITAL = re.compile(r"([a-z])([A-Z])")


def snake(kind: str) -> str:
    """`SpatialDropout1D` -> `spatial_dropout1d`, by Keras's own two substitutions; `ops.TopK` is a `top_k`."""
    name = _known.get(kind)
    if name is None:
        plain = _WORD.sub(r"\1_\2", _ODD.sub("", kind.removeprefix("ops.")))
        name = _CAPITAL.sub(r"\1_\2", plain).lower() or "layer"
        if len(_known) < 1000:
            _known[kind] = name
    return name


class Names:
    """Hands out names that nobody else has; names that people gave come first."""

    __slots__ = ("_next", "_taken")

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def fresh(self, base: str, least: int = 0) -> str:
        """The first of `base`, `base_1`, `base_2`, ... that is free, with a number of at least `least`."""
        number = max(least, self._next.get(base, 0))
        name = f"{base}_{number}" if number else base
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        self._next[base] = number + 1
        return name

"""How much a definition comes to, found from its templates before any of them is written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck import rings
from shapecheck.readers.blocks import Block
from shapecheck.spec import MAX_LAYERS

LIMIT = MAX_LAYERS + 1


class Sizes:
    """The least number of layers that entries and blocks come to; from LIMIT on, numbers are not told apart.

    A repetition whose `times` is no plain number counts as nothing.
    """

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self._blocks = blocks
        self._of_blocks: dict[str, int] = {}
        self._of_lists: dict[int, tuple[int, list[tuple[str, int]]]] = {}

    def of(self, entries: Sequence[Any]) -> int:
        """The least number of layers of a list of entries."""
        own, used = self._plain(entries)
        return min(LIMIT, own + sum(times * self.of_block(name) for name, times in used))

    def of_block(self, name: str) -> int:
        """The least number of layers of one use of a block."""
        return rings.weigh(name, lambda name: self._plain(self._blocks[name].entries), self._of_blocks, LIMIT)

    def _plain(self, entries: Sequence[Any]) -> tuple[int, list[tuple[str, int]]]:
        """The layers that stand in a list itself, and how often it uses which block."""
        known = self._of_lists.get(id(entries))
        if known is not None:
            return known
        own = 0
        used: list[tuple[str, int]] = []
        stack = [(entries, 1)]
        for _ in range(LIMIT):
            if not stack:
                break
            inner, times = stack.pop()
            for item in inner:
                kind, body = next(iter(item.items())) if isinstance(item, dict) and len(item) == 1 else (item, None)
                if not isinstance(kind, str):
                    own = min(LIMIT, own + times)
                elif kind == "repeat" and isinstance(body, dict):
                    turns, below = body.get("times"), body.get("layers")
                    if type(turns) is int and turns > 0 and isinstance(below, (list, tuple)):
                        stack.append((below, min(LIMIT, times * turns)))
                elif kind in self._blocks:
                    used.append((kind, times))
                else:
                    own = min(LIMIT, own + times)
        self._of_lists[id(entries)] = own, used
        return own, used

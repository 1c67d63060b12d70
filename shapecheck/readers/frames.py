"""Where the writing out of a definition stands: the lists of entries that are being followed, and what is left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from shapecheck.readers.blocks import Repeat
from shapecheck.readers.scope import Scope
from shapecheck.readers.sizes import Sizes
from shapecheck.readers.spaces import BlockUse, Member, Reads, Space
from shapecheck.source import Place
from shapecheck.spec import MAX_LAYERS, Use


class Budget:
    """How many layers a definition may still come to, and how many entries may still be looked at for that."""

    __slots__ = ("layers", "sizes", "steps", "used")

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self.used: set[str] = set()  # blocks
        self.layers = MAX_LAYERS
        self.steps = 4 * MAX_LAYERS


class Flow:
    """What the next layer without `inputs` reads: None for the layer before it."""

    __slots__ = ("last", "place", "reads")

    def __init__(self, reads: Reads | None = None, place: Place | None = None) -> None:
        self.reads = reads
        self.place = place  # of inputs that the first layer alone can read
        self.last: Member | None = None


class Frame:
    """A list of entries that is being written out, in the current turn."""

    __slots__ = (
        "at", "entries", "flow", "home", "next", "outer", "repeat", "scope", "space", "suffixes", "trail", "turn",
        "use",
    )  # fmt: skip

    def __init__(
        self, entries: Sequence[Any], at: Place, scope: Scope, space: Space, flow: Flow, trail: tuple[Use, ...]
    ) -> None:
        self.entries = entries
        self.at = at
        self.scope = scope
        self.space = space
        self.flow = flow
        self.trail = trail
        self.next = 0
        self.turn = 0
        self.suffixes: tuple[tuple[int, Collection[str]], ...] = ()
        self.use: BlockUse | None = None
        self.repeat: Repeat | None = None
        self.outer: Frame | None = None
        self.home: Place | None = None

"""What people call the axes of a tensor: B, H, W, C and so on, by rank and data format."""

from __future__ import annotations

_LAST = {1: "B", 2: "BF", 3: "BTC", 4: "BHWC", 5: "BDHWC"}
_FIRST = {1: "B", 2: "BF", 3: "BCT", 4: "BCHW", 5: "BCDHW"}


def letter(axis: int, rank: int, channels_first: bool = False) -> str:
    """The letter of an axis, such as `H` for axis 1 of rank 4; `D3` and so on where there is no custom."""
    letters = (_FIRST if channels_first else _LAST).get(rank)
    if letters is None or axis >= rank:
        return "B" if axis == 0 else f"D{axis}"
    return letters[axis]


def described(axis: int, rank: int | None, channels_first: bool = False) -> str:
    """An axis as a message shows it: `1 (H)`."""
    if axis == 0:
        return "0 (the batch)"
    if rank is None or not 2 < rank < 6:
        return str(axis)
    return f"{axis} ({letter(axis, rank, channels_first)})"

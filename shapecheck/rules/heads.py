"""Heads that do not divide the width."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._view import Call, Rule
from shapecheck.words import listing


class Heads(Rule):
    """The size of a head is width // heads, and heads do not divide the width: some features are rounded away.

    Keras takes any size of a head, so only the one that a floor division gives is spoken of.
    """

    code = "SC724"
    kinds = ("MultiHeadAttention", "GroupQueryAttention")

    def check(self, call: Call) -> Iterator[Diagnostic]:
        read = call.role("query", 0)
        many, param = ("num_heads", "key_dim") if call.kind == "MultiHeadAttention" else ("num_query_heads", "head_dim")
        heads, size = getattr(call.layer, many), getattr(call.layer, param)
        if read is None or not isinstance(heads, int) or not isinstance(read[1][-1], int):
            return
        width = read[1][-1]
        if heads > 1 and size == width // heads and width % heads:
            fitting = [n for n in range(1, width + 1) if width % n == 0]
            near = sorted(sorted(fitting, key=lambda n: (abs(n - heads), n))[:2])
            yield call.finding(
                self.code,
                param,
                heads=heads,
                size=size,
                width=width,
                total=heads * size,
                label=f"{width} // {heads} = {size}, and {heads} * {size} = {heads * size}",
                help=[f"{listing(map(str, near), 'or')} heads divide {width}"],
            )

"""Pooling over a single place."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import GLOBAL_POOLING
from shapecheck.rules._view import Call, Rule
from shapecheck.words import shape_text


class PoolingOfOne(Rule):
    """The mean and the maximum of one place are that place: the layer only takes axes of size 1 away."""

    code = "SC731"
    kinds = GLOBAL_POOLING

    def check(self, call: Call) -> Iterator[Diagnostic]:
        x = call.x
        if x is not None and all(size == 1 for size in call.layer.last(x)[1:-1]):
            yield call.finding(self.code, shape=x, label=f"reads {shape_text(x)}")

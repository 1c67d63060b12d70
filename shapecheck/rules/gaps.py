"""Windows that leave gaps."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import CONV, DEPTHWISE, POOLING, SEPARABLE
from shapecheck.rules._view import Call, Rule
from shapecheck.rules.lost_rows import strides_of, window_of


class Gaps(Rule):
    """A stride that is longer than its window: between two windows lie values that nobody reads.

    A window of 1 only picks values, which is meant (a shortcut with strides), and is passed over.
    """

    code = "SC729"
    kinds = (*CONV, *DEPTHWISE, *SEPARABLE, *POOLING)

    def check(self, call: Call) -> Iterator[Diagnostic]:
        layer = call.layer
        y = call.y if max(strides_of(layer)) > 1 else None
        if y is None:
            return
        for i, places in enumerate(layer.last(y)[1:-1]):
            reach, stride = window_of(layer, i)
            if 1 < reach < stride and places != 1:
                yield call.finding(
                    self.code,
                    "strides",
                    stride=stride,
                    reach=reach,
                    gap=stride - reach,
                    label=f"{stride - reach} of every {stride} {'is' if stride - reach == 1 else 'are'} passed over",
                )
                return

"""A Dropout that lets nothing through."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import RECURRENT
from shapecheck.rules._view import Call, Rule


class DropsEverything(Rule):
    """With a rate of 1 every value is 0 in training, and no gradient comes through.

    `keras: 2` is another matter: there a Dropout of rate 1 drops nothing.
    """

    code = "SC715"
    kinds = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", *RECURRENT)

    def check(self, call: Call) -> Iterator[Diagnostic]:
        layer = call.layer
        for param in ("rate", "dropout", "recurrent_dropout"):
            if param in layer.parameters and getattr(layer, param) == 1:
                if param == "rate" and call.model.found.semantics.rate_of_one_keeps_all:
                    continue
                what = {"rate": "its input", "dropout": "its input", "recurrent_dropout": "its state"}[param]
                yield call.finding(self.code, param, what=what, label="all values are 0 in training")

"""Weights that serve one size."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._paths import before
from shapecheck.rules._view import Call, Rule
from shapecheck.words import listing, shape_text


class OneSize(Rule):
    """A Dense on a flattened tensor of named sizes: its kernel has a row for each value, so it fits one size only.

    A name is a size that is chosen once for each model, so this is right, and worth knowing.
    """

    code = "SC726"
    kinds = ("Dense",)

    def check(self, call: Call) -> Iterator[Diagnostic]:
        x = call.x
        if x is None or isinstance(x[-1], int) or x[-1] is dims.UNKNOWN:
            return
        flat = before(call, ("BatchNormalization", "Activation"))
        if flat is None or flat.kind not in ("Flatten", "Reshape") or flat.x is None or flat.x[-1] == x[-1]:
            return
        names = listing(dict.fromkeys(symbol.name for symbol in dims.symbols_of(x[-1])))
        yield call.finding(
            self.code,
            names=names,
            labels=flat.mark(f"lays out {shape_text(flat.x)}"),
            label=f"its kernel has {dims.text(x[-1])} rows",
        )

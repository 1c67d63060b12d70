"""A recurrence of one step."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import RECURRENT
from shapecheck.rules._view import Call, Rule
from shapecheck.words import shape_text


class OneStep(Rule):
    """A recurrent layer that reads a single step begins with a state of zeros, and ends before it could use another.

    Its recurrent kernel is multiplied with zeros only. With states that are given, kept or returned it is one step of a
    longer recurrence, and passed over.
    """

    code = "SC727"
    kinds = (*RECURRENT, "Bidirectional")

    def check(self, call: Call) -> Iterator[Diagnostic]:
        x = call.x
        layer = call.layer.layer if call.kind == "Bidirectional" else call.layer
        if x is None or len(x) < 3 or x[1] != 1 or layer.stateful or layer.return_state:
            return
        source = call.source
        labels = source.mark(f"gives {shape_text(x)}") if source is not None else []
        swapped = len(x) == 3 and source is not None and source.kind == "InputLayer" and isinstance(x[2], int)
        yield call.finding(
            self.code,
            shape=x,
            labels=labels,
            label="its recurrent kernel is multiplied with zeros only",
            help=[f"if they are {x[2]} steps of one value, the shape is [{x[2]}, 1]"] if swapped and x[2] != 1 else [],
        )

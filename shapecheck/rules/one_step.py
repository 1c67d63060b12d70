"""A recurrence of one step."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import RECURRENT
from shapecheck.rules._view import Call, Rule, Shape
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
        yield call.finding(
            self.code,
            shape=x,
            labels=labels,
            label="its recurrent kernel is multiplied with zeros only",
            help=[f"if they are {x[2]} steps of one value, the shape is [{x[2]}, 1]"] if _turned(call, x) else [],
        )


def _turned(call: Call, x: Shape) -> bool:
    """Whether the Input in front can have its axes the other way round."""
    from shapecheck.fixes.editing import Set

    source = call.source
    if source is None or source.kind != "InputLayer" or len(x) != 3 or not isinstance(x[2], int) or x[2] == 1:
        return False
    return call.model.survives(Set(source.node.index, {"shape": [x[2], 1]}))

"""Several outputs, and one without a name."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._view import Model, Rule


class UnnamedOutput(Rule):
    """A model with several outputs, of which one has a name by counting, such as `dense_2`.

    Losses, metrics and labels find an output by its name; one more layer above it, and it is another.
    """

    code = "SC723"

    def check_model(self, model: Model) -> Iterator[Diagnostic]:
        graph = model.found.graph
        outputs = list(dict.fromkeys(edge.node for edge in graph.outputs))
        if len(outputs) < 2:
            return
        for index in outputs:
            call = model.call(index)
            spec = call.node.spec
            known = spec.place is not None and spec.again is None and "/" not in call.name
            if known and "name" not in call.written:
                yield call.finding(self.code, count=len(outputs), label=f"called `{call.name}` by counting")

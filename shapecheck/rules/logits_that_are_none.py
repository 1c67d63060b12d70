"""Logits that are probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import ACTIVATED
from shapecheck.rules._paths import activation
from shapecheck.rules._view import Call, Rule


class LogitsThatAreNone(Rule):
    """An output whose own name says `logits`, and which ends with a softmax or a sigmoid.

    Who reads the name will give it to a loss with `from_logits=True`, which takes the softmax a second time.
    """

    code = "SC712"
    kinds = (*ACTIVATED, "Activation", "Softmax")

    def check(self, call: Call) -> Iterator[Diagnostic]:
        if "logits" not in call.name.lower():
            return
        words = call.name.lower().replace("-", "_").replace(".", "_").replace("/", "_").split("_")
        if "logits" in words and call.is_output and activation(call) in ("softmax", "sigmoid"):
            name = activation(call)
            yield call.finding(self.code, "activation", name=name, label="gives probabilities")

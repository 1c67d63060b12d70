"""Dropout of what the model answers."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import ACTIVATED, DROPOUT
from shapecheck.rules._paths import activation, before
from shapecheck.rules._view import Call, Rule


class DropoutOfOutput(Rule):
    """A Dropout behind the last layer with weights: in training, answers of the model itself are set to 0.

    The output of the model is the Dropout, or the softmax or sigmoid behind it, and the layer in front ends with
    nothing, a softmax or a sigmoid, so what is dropped are scores or probabilities and not features.
    """

    code = "SC714"
    kinds = DROPOUT

    def check(self, call: Call) -> Iterator[Diagnostic]:
        if not (call.is_output or any(reader.is_output for reader in call.readers)):
            return
        reader = call.reader
        ends = reader is not None and reader.is_output and activation(reader) in ("softmax", "sigmoid", "log_softmax")
        if not call.layer.rate or not (ends or (call.is_output and not call.readers)):
            return
        last = before(call)
        if last is None or not last.weighs or last.kind not in ACTIVATED:
            return
        if activation(last) in ("linear", "softmax", "sigmoid"):
            yield call.finding(
                self.code,
                last=last.name,
                labels=last.mark("the last layer with weights"),
                label="behind it",
                help=[f"put it before `{last.name}`"],
            )

"""Attention to a single step."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._view import Call, Rule


class AttentionToOne(Rule):
    """With one step to attend to, all weight is on it, whatever is asked: queries and keys have no effect."""

    code = "SC707"
    kinds = ("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention")

    def check(self, call: Call) -> Iterator[Diagnostic]:
        read = call.role("value", 1)
        if read is None or getattr(call.layer, "attention_axes", None) is not None:
            return
        value, shape = read
        if len(shape) == 3 and shape[1] == 1:
            yield call.finding(self.code, name=value.name, label="the softmax over one score is always 1", shape=shape)

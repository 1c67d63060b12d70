"""Words of YAML that mean one thing here and another to most readers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._view import Model, Rule
from shapecheck.source import Key, Place, Span

WORDS = ("yes", "no", "on", "off")
SUSPECT = r"[:,\[-]\s*(?:[-+]?0[0-9]|(?:[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)\b)"
"""What is looked for first, because few texts have it: one of them where a value may stand."""


class AmbiguousScalar(Rule):
    """An unquoted number with a leading 0, or an unquoted yes, no, on or off.

    YAML 1.2, which is read here, takes 010 for ten and `no` for a text. YAML 1.1, which PyYAML reads, and with it most
    training scripts, takes 010 for eight and `no` for false.
    """

    code = "SC732"

    def check_model(self, model: Model) -> Iterator[Diagnostic]:
        import re

        place = model.found.graph.spec.place
        if place is None or not place.document.has_bare_words:
            return
        if not re.search(SUSPECT, place.document.source.text):
            return
        for path, value in _scalars(place.document.root):
            span = Place(place.document, path).span()
            text = _text(span) if span is not None else ""
            if re.fullmatch(r"[-+]?0[0-9]+", text) and isinstance(value, int) and value:
                octal = int(text, 8) if not {"8", "9"} & {*text} else None
                other = f"the number {octal}" if octal is not None else f"the text `{text}`"
                yield model.finding(self.code, span, text=text, here=f"the number {value}", other=other)
            elif text.lower() in WORDS and isinstance(value, str):
                other = "true" if text.lower() in ("yes", "on") else "false"
                yield model.finding(self.code, span, text=text, here="a text", other=other)


def _scalars(root: Any) -> Iterator[tuple[tuple[Key, ...], Any]]:
    """The path and the value of each number and of each short text, each collection once."""
    waiting: list[tuple[tuple[Key, ...], Any]] = [((), root)]
    seen: set[int] = set()
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, (dict, list)):
            if id(value) not in seen:
                seen.add(id(value))
                items = value.items() if isinstance(value, dict) else enumerate(value)
                waiting.extend([((*path, key), inner) for key, inner in items][::-1])
        elif (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and len(value) < 4):
            yield path, value


def _text(span: Span) -> str:
    """The words of a span within one line."""
    return span.source.line(span.line)[span.column - 1 : span.end_column - 1] if span.line == span.end_line else ""

"""What a check has to say, as data: diagnostics, reports, and the errors that carry them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from shapecheck.source import Span


class Label(NamedTuple):
    """A secondary place that helps to understand a diagnostic."""

    span: Span
    text: str


class Edit(NamedTuple):
    """Words of a text, and what is to stand there instead; an empty span is a place to write at."""

    span: Span
    text: str


class Fix(NamedTuple):
    """What would mend a finding, in words and as edits of the text; the edits of one fix are made together."""

    text: str
    edits: tuple[Edit, ...]


class Refusal(Exception):
    """A layer's no: a code and the facts. The engine adds place and trace, and the table of codes the words.

    `param` names the parameter at fault; `input` is the index of the input at fault and `axis` its axis.
    """

    def __init__(
        self, code: str, param: str | None = None, *, input: int | None = None, axis: int | None = None, **facts: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self.param = param
        self.input = input
        self.axis = axis
        self.facts = facts


class Refusals(Exception):
    """Several refusals at once: all that is wrong with a layer inside another."""

    def __init__(self, found: Sequence[Refusal]) -> None:
        super().__init__(*(refusal.code for refusal in found))
        self.found = found


class Diagnostic:
    """One mistake, once, at its cause. Writers turn it into text; nothing parses text back.

    `labels` are further places that belong to it; each of the `flows` leads, place by place, from where a size was
    given to the mistake.
    """

    __slots__ = (
        "code", "facts", "fix", "flows", "help", "label", "labels", "layer", "message", "notes", "severity", "span",
    )  # fmt: skip

    def __init__(
        self,
        code: str,
        message: str,
        *,
        severity: str = "error",
        layer: str | None = None,
        span: Span | None = None,
        label: str = "",
        labels: Sequence[Label] = (),
        flows: Sequence[tuple[Label, ...]] = (),
        notes: Sequence[str] = (),
        help: Sequence[str] = (),
        facts: Mapping[str, Any] | None = None,
        fix: Fix | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.severity = severity
        self.layer = layer
        self.span = span
        self.label = label
        self.labels = tuple(labels)
        self.flows = tuple(flows)
        self.notes = tuple(notes)
        self.help = tuple(help)
        self.facts = dict(facts or {})
        self.fix = fix

    def __str__(self) -> str:
        said = f"{self.severity}[{self.code}] {self.message}"
        return f"{self.span.source.path}:{self.span.line}:{self.span.column}: {said}" if self.span else said

    def __repr__(self) -> str:
        return f"<Diagnostic {self}>"


class ShapecheckError(Exception):
    """Anything that shapecheck refuses. `.code` is the SC code, `.diagnostic` the whole finding.

    `.others` are the findings that came with it, where one thing was looked at and several are wrong with it.
    """

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(str(diagnostic))
        self.diagnostic = diagnostic
        self.others: Sequence[Diagnostic] = ()

    @property
    def code(self) -> str:
        return self.diagnostic.code


class SpecError(ShapecheckError):
    """A definition that cannot be read, wired or configured."""


class ShapeError(ShapecheckError):
    """Shapes, dtypes or masks that no size can satisfy, or numbers that cannot be computed."""

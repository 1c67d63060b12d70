"""What a solved set of sizes is handed out as: conditions, and contradictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shapecheck.need import Obligation
from shapecheck.source import Span


class Condition:
    """One condition on the sizes.

    text      as a person writes it: `H % 32 == 0`
    symbols   the names in it
    layers    the layers that demand it, then those that caused it, such as the pool that dropped a row
    spans     where the layers that demand it stand, as far as they stand in a text
    """

    __slots__ = ("_blame", "_holds", "_sympy", "symbols", "text")

    def __init__(
        self,
        text: str,
        symbols: Sequence[str],
        holds: Callable[[Mapping[str, int]], bool],
        sympy: Callable[[], Any],
        blame: Any,
    ) -> None:
        self.text = text
        self.symbols = tuple(symbols)
        self._holds = holds
        self._sympy = sympy
        self._blame = blame

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """The fewest obligations that were found to imply it, in the order of the wiring."""
        return self._blame.obligations  # type: ignore[no-any-return]

    @property
    def demanded_by(self) -> tuple[str, ...]:
        """The layers whose obligations it stands on."""
        return self._blame.demanders  # type: ignore[no-any-return]

    @property
    def asserted_by(self) -> tuple[str, ...]:
        """The lines under `assert:` that it stands on."""
        return self._blame.assertions  # type: ignore[no-any-return]

    @property
    def caused_by(self) -> tuple[str, ...]:
        """The layers that make the demand hard to meet: strides that drop rows, else those that change sizes."""
        return self._blame.causes  # type: ignore[no-any-return]

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.demanded_by, *self.caused_by)))

    @property
    def spans(self) -> tuple[Span, ...]:
        return self._blame.spans  # type: ignore[no-any-return]

    def holds(self, **sizes: int) -> bool:
        """Whether it holds; every symbol of it needs a size."""
        return self._holds(sizes)

    def to_sympy(self) -> Any:
        """The condition as a sympy Boolean; sympy is imported here."""
        return self._sympy()

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Condition {self.text}>"


class Contradiction:
    """Obligations of which no size satisfies all: two, where two are enough."""

    __slots__ = ("obligations", "text")

    def __init__(self, text: str, obligations: Sequence[Obligation]) -> None:
        self.text = text
        self.obligations = tuple(obligations)

    def __repr__(self) -> str:
        return f"<Contradiction {self.text}>"

"""The verbs of refusal. What is refuted raises; what is undecided becomes an obligation of the current call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any, NoReturn

from shapecheck import dims
from shapecheck.diagnostic import Refusal
from shapecheck.dims import Dim

Shape = tuple[Dim, ...]


class Obligation:
    """Something that must hold of the sizes, and that a layer went on assuming.

    `kind` is one of
      equal      a == b
      divides    a divides b
      at_least   a >= b
      broadcast  a == b or a == 1 or b == 1
    `input` and `axis` say where the layer looked; the engine adds the node that made it.
    """

    __slots__ = ("a", "axis", "b", "code", "facts", "input", "kind", "node", "param")

    def __init__(self, kind: str, a: Dim, b: Dim, refusal: Refusal) -> None:
        self.kind = kind
        self.a = a
        self.b = b
        self.code = refusal.code
        self.facts = refusal.facts
        self.param = refusal.param
        self.input = refusal.input
        self.axis = refusal.axis
        self.node: Any = None

    def __repr__(self) -> str:
        sign = {"equal": "==", "divides": "divides", "at_least": ">=", "broadcast": "broadcasts with"}[self.kind]
        return f"{dims.text(self.a)} {sign} {dims.text(self.b)}"


_recorder: ContextVar[list[Obligation] | None] = ContextVar("recorder", default=None)


def begin(obligations: list[Obligation]) -> Token[list[Obligation] | None]:
    """From here to the matching `end`, what the verbs leave undecided is appended to `obligations`."""
    return _recorder.set(obligations)


def end(token: Token[list[Obligation] | None]) -> None:
    _recorder.reset(token)


@contextmanager
def recording(obligations: list[Obligation]) -> Iterator[None]:
    """A block between `begin` and `end`."""
    token = begin(obligations)
    try:
        yield
    finally:
        end(token)


def _owe(kind: str, a: Dim, b: Dim, refusal: Refusal) -> None:
    obligations = _recorder.get()
    if obligations is not None:
        obligations.append(Obligation(kind, a, b, refusal))


def owe(obligations: Sequence[Obligation]) -> None:
    """Pass on what was recorded inside another layer."""
    recorded = _recorder.get()
    if recorded is not None:
        recorded.extend(obligations)


def record(kind: str, a: Dim, b: Dim) -> None:
    """An obligation found while tracing a function."""
    _owe(kind, a, b, Refusal({"equal": "SC301", "broadcast": "SC310"}.get(kind, "SC303"), a=a, b=b))


def refuse(code: str, param: str | None = None, **facts: Any) -> NoReturn:
    raise Refusal(code, param, **facts)


def that(condition: object, code: str, param: str | None = None, **facts: Any) -> None:
    """Refuse unless `condition` holds."""
    if not condition:
        raise Refusal(code, param, **facts)


def equal(a: Dim, b: Dim, code: str = "SC301", param: str | None = None, **facts: Any) -> Dim:
    """a == b; returns the side to go on with, the one of smaller period.

    A None may turn out to be 0 in a call, so against a 0 it is left to the sizes.
    """
    answer = dims.same(a, b)
    if answer is True:
        return a
    if answer is False and ((a == 0 and dims.varies(b)) or (b == 0 and dims.varies(a))):
        answer = None
    refusal = Refusal(code, param, a=a, b=b, **facts)
    if answer is False:
        raise refusal
    if a is dims.UNKNOWN or b is dims.UNKNOWN:
        return b if a is dims.UNKNOWN else a
    _owe("equal", a, b, refusal)
    return simpler(a, b)


def at_least(a: Dim, least: Dim, what: str, code: str = "SC306", param: str | None = None, **facts: Any) -> None:
    """a >= least. `what` names the size in words, such as `axis 1 (h)`."""
    answer = dims.at_least(a, least) if isinstance(least, int) else dims.at_least(a - least, 0)
    if answer is not True:
        refusal = Refusal(code, param, what=what, size=a, least=least, **facts)
        if answer is False:
            raise refusal
        if a is not dims.UNKNOWN:
            _owe("at_least", a, least, refusal)


def divides(divisor: Dim, a: Dim, what: str, code: str = "SC303", param: str | None = None, **facts: Any) -> None:
    """`a` is a multiple of `divisor`."""
    answer = dims.divides(divisor, a)
    if answer is not True:
        refusal = Refusal(code, param, what=what, size=a, divisor=divisor, **facts)
        if answer is False:
            raise refusal
        if a is not dims.UNKNOWN and divisor is not dims.UNKNOWN:
            _owe("divides", divisor, a, refusal)


def broadcast(a: Dim, b: Dim, **facts: Any) -> Dim:
    """a == b, or one of them is 1; returns the size of the result."""
    if a == 1:
        return b
    if b == 1:
        return a
    if a is dims.UNKNOWN or b is dims.UNKNOWN:
        return dims.UNKNOWN
    answer = dims.same(a, b)
    if answer is True:
        return a
    if answer is False and dims.same(a, 1) is False and dims.same(b, 1) is False:
        raise Refusal("SC310", a=a, b=b, **facts)
    _owe("broadcast", a, b, Refusal("SC310", a=a, b=b, **facts))
    return dims.maximum(a, b)


def simpler(a: Dim, b: Dim) -> Dim:
    """The side of smaller period, then of smaller size: what inference goes on with after an equality."""
    return min((a, b), key=_weight)


def _weight(dim: Dim) -> tuple[int, int]:
    if isinstance(dim, int):
        return 0, 0
    period = 1
    for symbol in dims.symbols_of(dim):
        period *= dims.period(dim, symbol.name) or 1 << 64
    return period, dims.size(dim)


def axes(x: Shape, pattern: str, **facts: Any) -> None:
    """`x` has one axis for each word of `pattern`; words before a `...` are the least there must be.

    `n t c` is rank 3 exactly, `n ... c` is rank 2 and more.
    """
    words = pattern.split()
    if "..." in words:
        least = len(words) - 1
        if len(x) < least:
            raise Refusal("SC302", rank=len(x), shape=x, expected=f"rank {least} or more", **facts)
    elif len(x) != len(words):
        raise Refusal("SC302", rank=len(x), shape=x, expected=f"rank {len(words)}", **facts)


def axis(value: int, rank: int, param: str = "axis") -> int:
    """An axis counted from either end, as one counted from the front."""
    if not -rank <= value < rank:
        raise Refusal("SC309", param, given=value, rank=rank)
    return value % rank


def permutation(values: Sequence[int], first: int, param: str) -> None:
    """`values` holds each of first, first + 1, ... once."""
    expected = list(range(first, first + len(values)))
    if sorted(values) != expected:
        raise Refusal("SC305", param, expected=expected, given=list(values))

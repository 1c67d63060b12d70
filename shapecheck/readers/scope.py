"""What a definition's own names stand for: `params:`, the parameters of a block, the variables of a repetition.

A value that is exactly the name of a parameter, unquoted, becomes its value, and so do names within unquoted
arithmetic (`2*width`). `${...}` is replaced in any text; a text that is nothing else keeps the type of the value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any

from shapecheck.findings import finding
from shapecheck.readers import values
from shapecheck.source import Document, Key, Place, Source, Span
from shapecheck.spec import Use
from shapecheck.words import near

MAX_DEPTH = 100
MAX_VALUES = 1_000_000
MAX_TEXT = 10_000
HINTED = 20  # names that a near one is looked for; a look goes through all that are known

_HOLE = re.compile(r"\$\{([^{}]*)\}")
_ARITHMETIC = re.compile(r"[\w\s+*/%()-]*[*/%+(-][\w\s+*/%()-]*")
_NAME = re.compile(r"[^\W\d]\w*")

Path = tuple[Key, ...]


class OverBudget(Exception):
    """The definition comes to more than there is room for; the finding is there."""


class Nowhere(Document):
    """A definition that was written in Python: its values stand in no text."""

    __slots__ = ()

    def span(self, path: Path, key: bool = False) -> Span | None:
        return None


def inside(place: Place, key: object) -> Place:
    """The place of a key, or the place itself for a key that is neither a text nor a number."""
    return place.at(key) if isinstance(key, (str, int)) else place


class Scope:
    """Names and their values; those of the outer scope are seen where they are not hidden."""

    __slots__ = ("names", "outer")

    def __init__(self, names: dict[str, Any], outer: Scope | None = None) -> None:
        self.names = names
        self.outer = outer

    def __contains__(self, name: str) -> bool:
        return self._holder(name) is not None

    def get(self, name: str) -> Any:
        """The value of a name; None where it has none."""
        holder = self._holder(name)
        return None if holder is None else holder.names[name]

    def _holder(self, name: str) -> Scope | None:
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.outer
        return scope

    def __bool__(self) -> bool:
        return bool(self.names) or (self.outer is not None and bool(self.outer))

    def known(self) -> list[str]:
        found: list[str] = []
        scope: Scope | None = self
        while scope is not None:
            found.extend(scope.names)
            scope = scope.outer
        return found


class Reading:
    """One definition while it is read: its text, what was found wrong, and what replacing may still cost."""

    __slots__ = ("_hints", "_left", "_seen", "document", "findings", "holes", "said")

    def __init__(self, source: Source, document: Document | None) -> None:
        self.document = document or Nowhere(source, None)
        self.findings: list[Any] = []
        self.said = 0  # how often something was wrong, also where that had been noted before
        self.holes = document is None or "${" in source.text
        self._seen: set[Any] = set()
        self._left = MAX_VALUES
        self._hints = HINTED

    def place(self, *path: Key) -> Place:
        return Place(self.document, path)

    def say(self, code: str, place: Place, *, trail: Sequence[Use] = (), **more: Any) -> None:
        """Note a finding; one in a template is noted for its first use only."""
        self.said += 1
        where = (code, place.path, more.get("param") or more.get("name") or more.get("key"))
        if not trail or where not in self._seen:
            self.findings.append(finding(code, place, trail=trail, **more))
        self._seen.add(where)

    def near(self, name: object, names: Iterable[str]) -> str | None:
        """The name that was probably meant, for the first few that are asked for."""
        self._hints -= 1
        return near(name, names) if self._hints >= 0 else None

    def unknown_key(
        self, what: str, key: object, known: Collection[str], place: Place, trail: Sequence[Use] = ()
    ) -> None:
        """SC108 for a key in the map at `place` that is none of `known`."""
        close, shown = self.near(key, known), values.shown_key(key)
        self.say("SC108", inside(place, key), at_key=True, what=what, key=shown, near=close, trail=trail)

    def malformed(self, place: Place, what: str, expected: str, value: Any, *, given: str = "", **more: Any) -> None:
        """SC115: something is not of the form it has to have; `given` replaces what is said of the value."""
        self.say("SC115", place, what=what, expected=expected, given=given or values.described(value), **more)

    # Replacing ----------------------------------------------------------------------------------------------------

    def fill(self, value: Any, place: Place, scope: Scope, trail: Sequence[Use] = (), bare: bool = True) -> Any:
        """`value` with its names replaced; `bare` false replaces `${...}` only. What cannot be replaced stays."""
        if not (self.holes or scope.names or scope.outer):
            return value
        return _Filling(self, scope, trail, bare).filled(value, place.path, 0)

    def spend(self, count: int, place: Place) -> None:
        """Take from the budget of values. Raises OverBudget."""
        self._left -= count
        if self._left < 0:
            self.say("SC803", place, limit=f"{MAX_VALUES:,} values")
            raise OverBudget

    def too_deep(self, path: Path) -> None:
        """SC802, once; going on costs much, so that what is deep and wide comes to an end."""
        if "SC802" not in self._seen:
            self._seen.add("SC802")
            self.say("SC802", self.place(*path[:MAX_DEPTH]), limit=MAX_DEPTH)
        self.said += 1
        self.spend(MAX_VALUES // 1000, self.place())


class _Filling:
    """One value being filled in one scope."""

    __slots__ = ("bare", "reading", "scope", "trail")

    def __init__(self, reading: Reading, scope: Scope, trail: Sequence[Use], bare: bool) -> None:
        self.reading = reading
        self.scope = scope
        self.trail = trail
        self.bare = bare and bool(scope)

    def filled(self, value: Any, path: Path, depth: int) -> Any:
        if isinstance(value, str):
            return self.text(value, path, depth)
        if not isinstance(value, (dict, list, tuple)):
            return value
        if depth > MAX_DEPTH:
            self.reading.too_deep(path)
            return None
        self.reading.spend(len(value), self.reading.place(*path))
        if isinstance(value, dict):
            made = {key: self.filled(item, (*path, key), depth + 1) for key, item in value.items()}
            return made if any(made[key] is not value[key] for key in made) else value
        items = [self.filled(item, (*path, index), depth + 1) for index, item in enumerate(value)]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else tuple(items) if isinstance(value, tuple) else items

    def text(self, text: str, path: Path, depth: int) -> Any:
        if "${" in text:
            return self._holes(text, path, depth)
        if not self.bare or len(text) > MAX_TEXT:
            return text
        if text in self.scope:
            return text if self._quoted(path) else self._inserted(self.scope.get(text), path, depth)
        if _ARITHMETIC.fullmatch(text) and any(name in self.scope for name in _NAME.findall(text)):
            return text if self._quoted(path) else self._arithmetic(text)
        return text

    def _quoted(self, path: Path) -> bool:
        quoted = getattr(self.reading.document, "was_quoted", None)
        return quoted is not None and bool(quoted(path))

    def _inserted(self, value: Any, path: Path, depth: int) -> Any:
        if not isinstance(value, (dict, list, tuple)):
            return value
        count, deep = values.measure(value, MAX_VALUES)
        self.reading.spend(count, self.reading.place(*path))
        if depth + deep > MAX_DEPTH:
            self.reading.too_deep(path)
            return None
        return value

    def _arithmetic(self, text: str) -> Any:
        """Arithmetic over parameters, and possibly over sizes, which stay as they are."""
        names = _NAME.findall(text)
        if all(name in self.scope or name in values.FUNCTIONS for name in names):
            with suppress(values.ValueProblem):
                return values.evaluate(text, self.scope)
        return _NAME.sub(lambda match: self._as_term(match[0]), text)

    def _as_term(self, name: str) -> str:
        value = self.scope.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 64:
            return str(value)
        plain = isinstance(value, (int, str)) and not isinstance(value, bool) and len(str(value)) < 100
        return f"({value})" if plain else name

    def _holes(self, text: str, path: Path, depth: int) -> Any:
        whole = _HOLE.fullmatch(text)
        if whole:
            return self._inserted(self._value(whole[1], path), path, depth)
        filled, count = _HOLE.subn(lambda match: self._words(match[1], path), text)
        if not count:
            self._refuse(path, "a `${` is not closed by `}`")
        if len(filled) > MAX_TEXT:
            self.reading.say("SC806", self.reading.place(*path), limit=f"{MAX_TEXT:,} characters", trail=self.trail)
            return None
        return filled

    def _words(self, inner: str, path: Path) -> str:
        value = self._value(inner, path)
        if isinstance(value, (str, int, float)) or value is None:
            return str(value)[: MAX_TEXT + 1]
        self._refuse(path, f"`{inner.strip()[:40]}` is {values.kind_of(value)}, which cannot stand within a text")
        return ""

    def _value(self, inner: str, path: Path) -> Any:
        word = inner.strip()
        if word in self.scope:
            return self.scope.get(word)
        try:
            return values.evaluate(word, self.scope)
        except values.UnknownName as problem:
            known = self.scope.known()
            self.reading.say("SC117", self.reading.place(*path), name=problem.name, trail=self.trail,
                             near=self.reading.near(problem.name, known))  # fmt: skip
        except values.ValueProblem as problem:
            self._refuse(path, str(problem))
        return None

    def _refuse(self, path: Path, problem: str) -> None:
        param = next((str(step) for step in reversed(path) if isinstance(step, str)), "value")
        self.reading.say("SC131", self.reading.place(*path), param=param, problem=problem, trail=self.trail)

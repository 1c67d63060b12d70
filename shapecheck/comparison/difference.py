"""What is different between two definitions, whatever forms they are in, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shapecheck import dims
from shapecheck.comparison.entries import Change, Entry, changes, entries_of
from shapecheck.comparison.matching import match
from shapecheck.dims import Dim
from shapecheck.inference import Inference
from shapecheck.report import Report


class Pair(NamedTuple):
    """A layer of the first definition and the same layer in the second one, with what is different between them."""

    before: Entry
    after: Entry
    changes: tuple[Change, ...]

    @property
    def renamed(self) -> bool:
        return self.before.name != self.after.name

    @property
    def follows(self) -> bool:
        """Whether nothing is different but what other layers hand to it."""
        return not self.renamed and all(change.follows for change in self.changes)


class Condition(NamedTuple):
    """What is asked of some sizes, before and after; an empty text asks nothing."""

    symbols: tuple[str, ...]
    before: str
    after: str

    @property
    def text(self) -> str:
        """`H % 16 == 0 became H % 32 == 0`."""
        free = f"any {' and '.join(self.symbols)}"
        return f"{self.before or free} became {self.after or free}"


class Difference:
    """What is different between two definitions.

    before, after   the reports of both
    added, removed  layers that only the second, or only the first, has: entries
    changed         pairs of layers with a different name, kind, parameters, inputs, shapes, dtypes, masks or weights
    ends            changes of the inputs and outputs
    totals          changes of `params`, `trainable_params` and `macs`, which are ints, formulas, or None for unknown
    conditions      changes of what is asked of the sizes; not known where a definition has errors
    notes           differences of the definitions that are none of the models
    """

    __slots__ = ("added", "after", "before", "changed", "conditions", "ends", "notes", "removed", "totals")

    def __init__(self, before: tuple[Report, Inference | None], after: tuple[Report, Inference | None]) -> None:
        self.before, self.after = before[0], after[0]
        first, second = entries_of(before[1]), entries_of(after[1])
        pairs = match(first, second)
        names = {first[a].name: second[b].name for a, b in pairs}
        kept, new = {a for a, _ in pairs}, {b for _, b in pairs}
        self.removed = [entry for number, entry in enumerate(first) if number not in kept]
        self.added = [entry for number, entry in enumerate(second) if number not in new]
        found = [Pair(first[a], second[b], changes(first[a], second[b], names)) for a, b in pairs]
        self.changed = [pair for pair in found if pair.renamed or pair.changes]
        self.ends = tuple(_ends(self.before, self.after, names))
        self.totals = tuple(_totals(self.before, self.after, first, second))
        self.conditions = tuple(_conditions(self.before, self.after))
        self.notes = tuple(_notes(before[1], after[1]))

    @property
    def errors(self) -> tuple[int, int]:
        """How many errors each of the definitions has."""
        return _errors(self.before), _errors(self.after)

    @property
    def equal(self) -> bool:
        """Whether nothing is different: the same layers, sizes, weights and conditions, and no errors in only one."""
        found = self.added or self.removed or self.changed or self.ends or self.totals or self.conditions
        return not found and self.errors[0] == self.errors[1]

    def as_data(self) -> dict[str, Any]:
        """The same as plain values, as `--output-format json` writes them."""
        from shapecheck.writers import differences

        return differences.as_data(self)

    def __bool__(self) -> bool:
        return not self.equal

    def __str__(self) -> str:
        from shapecheck.writers import differences

        return differences.write(self)

    def __repr__(self) -> str:
        if self.equal:
            return "<Difference: none>"
        return f"<Difference: {len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed>"


def _errors(report: Report) -> int:
    return sum(found.severity == "error" for found in report.diagnostics)


def _ends(before: Report, after: Report, names: Mapping[str, str]) -> Any:
    for what in ("inputs", "outputs"):
        first = [(_renamed(end.name, names), _shape(end.shape)) for end in getattr(before, what)]
        second = [(end.name, _shape(end.shape)) for end in getattr(after, what)]
        if first != second:
            was = [f"{end.name} {_shape(end.shape)}" for end in getattr(before, what)]
            yield Change(what, was, [" ".join(end) for end in second], False)


def _renamed(ref: str, names: Mapping[str, str]) -> str:
    """A reference such as `x[1]` under the name that its layer has now."""
    name, bracket, index = ref.partition("[")
    return names.get(ref) or f"{names.get(name, name)}{bracket}{index}"


def _shape(shape: Any) -> str:
    return "?" if shape is None else f"({', '.join(map(dims.text, shape))})"


def _totals(before: Report, after: Report, first: list[Entry], second: list[Entry]) -> Any:
    for what in ("params", "trainable_params"):
        was, now = getattr(before, what), getattr(after, what)
        if not _same(was, now):
            yield Change(what, was, now, True)
    was, now = _macs(before), _macs(after)
    if not _same(was, now):
        yield Change("macs", was, now, True)


def _macs(report: Report) -> Dim | None:
    costs = [call.macs for calls in report.calls.values() for call in calls]
    known = [cost for cost in costs if cost is not None and cost is not dims.UNKNOWN]
    return dims.total(known) if len(known) == len(costs) else None


def _same(a: Dim | None, b: Dim | None) -> bool:
    if a is None or b is None:
        return a is b
    return dims.text(a) == dims.text(b)


def _conditions(before: Report, after: Report) -> Any:
    if not (before.ok and after.ok):
        return
    first, second = _by_symbols(before), _by_symbols(after)
    for symbols in {**first, **second}:
        was, now = first.get(symbols, ""), second.get(symbols, "")
        if was != now:
            yield Condition(symbols, was, now)


def _by_symbols(report: Report) -> dict[tuple[str, ...], str]:
    """The conditions on the same sizes as one text."""
    texts: dict[tuple[str, ...], list[str]] = {}
    for condition in report.requirements:
        texts.setdefault(tuple(sorted(condition.symbols)), []).append(condition.text)
    return {
        symbols: " and ".join(f"({text})" if " or " in text and len(several) > 1 else text for text in several)
        for symbols, several in texts.items()
    }


def _notes(before: Inference | None, after: Inference | None) -> Any:
    if before is None or after is None:
        return
    first, second = before.graph.spec, after.graph.spec
    if first.generation != second.generation:
        yield f"the first is read as {_mode(first.generation)}, the second as {_mode(second.generation)}"
    was, now = _varying(before), _varying(after)
    for name in [name for name in was if name in now and was[name] != now[name]]:
        words = ("a name", "a None") if now[name] else ("a None", "a name")
        yield f"the size {name} is {words[0]} in the first, {words[1]} in the second"


def _mode(generation: int | None) -> str:
    return "strict" if generation is None else f"Keras {generation}"


def _varying(found: Inference) -> dict[str, bool]:
    """Of each size of the inputs but the batch whether it is a None."""
    return {name: dims.varies(size) for name, size in found.symbols.items() if name != "B" and type(size) is not int}

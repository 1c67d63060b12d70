"""Which layer of one definition is which layer of another.

Names decide where they tell something; where layers were numbered anew, their order does. Both are tried, and the one
that leaves fewer differences is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from shapecheck.comparison.entries import Entry, moved

MAX_WORK = 300_000
"""The most pairs of layers that look the same for which an order is looked for; beyond, the names decide alone."""


def match(first: Sequence[Entry], second: Sequence[Entry]) -> list[tuple[int, int]]:
    """The pairs of positions, in the order of the second definition."""
    found = [_matched(first, second, dict(_by_name(first, second)))]
    work = _work(first, second)
    if any(entry.is_numbered for entry in first) and work <= MAX_WORK:
        found.append(_matched(first, second, dict(_by_order(first, second))))
    best = min(found, key=lambda pairs: _cost(first, second, pairs))
    return sorted(best.items(), key=lambda pair: pair[1])


def _by_name(first: Sequence[Entry], second: Sequence[Entry]) -> Iterable[tuple[int, int]]:
    at = {entry.name: number for number, entry in enumerate(second)}
    for number, entry in enumerate(first):
        other = at.get(entry.name)
        if other is not None and (entry.kind == second[other].kind or not entry.is_numbered):
            yield number, other


def _work(first: Sequence[Entry], second: Sequence[Entry]) -> int:
    counts = Counter(entry.key for entry in second)
    return sum(counts[entry.key] for entry in first)


def _by_order(first: Sequence[Entry], second: Sequence[Entry]) -> Iterable[tuple[int, int]]:
    """Names that somebody gave, and between them the longest runs of layers that look the same."""
    given = {entry.name for entry in first if not entry.is_numbered} & {entry.name for entry in second}
    from difflib import SequenceMatcher

    def tokens(entries: Sequence[Entry]) -> list[str]:
        return [f"name {entry.name}" if entry.name in given else entry.key for entry in entries]

    matcher = SequenceMatcher(None, tokens(first), tokens(second), autojunk=False)
    blocks = matcher.get_matching_blocks()
    pairs = {start + step: other + step for start, other, size in blocks for step in range(size)}
    taken = set(pairs.values())
    yield from pairs.items()
    yield from ((a, b) for a, b in _by_name(first, second) if a not in pairs and b not in taken)


def _matched(first: Sequence[Entry], second: Sequence[Entry], pairs: dict[int, int]) -> dict[int, int]:
    """The pairs, with layers that were renamed: the same kind and parameters, and the same place among the others."""
    names = {first[a].name: second[b].name for a, b in pairs.items()}
    readers, others = _readers(first), _readers(second)

    def take(order: Iterable[int], sign: Callable[[Entry], Any], other_sign: Callable[[Entry], Any]) -> None:
        """Pair layers that have the same sign, which is None for none."""
        taken = set(pairs.values())
        free: dict[Any, list[int]] = {}
        for other in range(len(second) - 1, -1, -1):
            if other not in taken:
                free.setdefault((second[other].key, other_sign(second[other])), []).append(other)
        for number in order:
            if number in pairs or (found := sign(first[number])) is None:
                continue
            if several := free.get((first[number].key, found)):
                pairs[number] = other = several.pop()
                names[first[number].name] = second[other].name

    take(  # each comes after the layers that it reads
        range(len(first)),
        lambda entry: _hashable(moved(entry.inputs, names)),
        lambda entry: _hashable(entry.inputs),
    )
    take(  # and before those that read it
        range(len(first) - 1, -1, -1),
        lambda entry: frozenset(names.get(name, "") for name in readers.get(entry.name, ())) or None,
        lambda entry: frozenset(others.get(entry.name, ())),
    )
    return pairs


def _hashable(inputs: Any) -> Any:
    if isinstance(inputs, dict):
        return tuple((role, tuple(item)) for role, item in sorted(inputs.items()))
    return tuple(inputs)


def _readers(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """Name -> the names of the layers that read it."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        several = entry.inputs.values() if isinstance(entry.inputs, dict) else [entry.inputs]
        for item in several:
            for name, _ in item:
                found.setdefault(name, []).append(entry.name)
    return found


def _cost(first: Sequence[Entry], second: Sequence[Entry], pairs: dict[int, int]) -> float:
    """How much is different: layers, kinds, parameters and wires; a new number in a name counts next to nothing."""
    names = {first[a].name: second[b].name for a, b in pairs.items()}
    cost = 3.0 * (len(first) + len(second) - 2 * len(pairs))
    for a, b in pairs.items():
        one, other = first[a], second[b]
        if one.name != other.name:
            cost += 0.1 if one.is_numbered and other.is_numbered else 2
        cost += 3 * (one.kind != other.kind)
        if one.key != other.key:
            names_ = {**one.settings, **other.settings}
            cost += sum(one.settings.get(name) != other.settings.get(name) for name in names_)
        cost += moved(one.inputs, names) != other.inputs
    return cost

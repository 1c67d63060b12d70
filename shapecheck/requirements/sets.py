"""Sets of sizes: some runs of numbers, and from `start` on the sizes of a conjunction of cycles."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from shapecheck.requirements import cycles as cyclic
from shapecheck.requirements.cycles import Cycle, Steps

Run = tuple[int, int]

STEPS = 1_000_000
"""At most this many sizes are looked at to find one."""
JOINS = 4_000_000
"""What the joins may cost that make a cycle to climb on."""
LISTED = 1 << 17
"""At most this many sizes are written out as runs."""


class OverBudget(Exception):
    """A question that would take more work than is allowed; its answer is `undecided`."""


class Sizes:
    """A set of sizes >= 1.

    Below `start` it is the union of `runs` (first and last size of each, in order, apart by 2 at least); from `start`
    to `stop` (both included, None: without end) it holds the sizes that all `cycles` hold. Without a start there are
    only runs.
    """

    __slots__ = ("_ladder", "_starts", "cycles", "runs", "start", "stop")

    def __init__(
        self,
        runs: Iterable[Run] = (),
        start: int | None = None,
        cycles: Sequence[Cycle] = (),
        stop: int | None = None,
    ) -> None:
        self.runs = tuple(runs)
        self.start = start
        self.stop = stop if start is not None else None
        self.cycles = tuple(cycles) if start is not None else ()
        self._starts = [run[0] for run in self.runs]
        self._ladder: tuple[Cycle, list[Cycle]] | None = None

    def __repr__(self) -> str:
        tail = "" if self.start is None else f", {self.start}..{self.stop or ''} {[*map(tuple, self.cycles)]}"
        return f"<Sizes {list(self.runs)}{tail}>"

    def __contains__(self, h: int) -> bool:
        if self.start is not None and h >= self.start:
            return (self.stop is None or h <= self.stop) and all(cycle.holds(h) for cycle in self.cycles)
        place = bisect_right(self._starts, h) - 1
        return place >= 0 and h <= self.runs[place][1]

    def after(self, h: int) -> int | None:
        """The smallest size >= h; None where there is none. Raises OverBudget."""
        h = max(h, 1)
        if self.start is None or h < self.start:
            place = bisect_right(self._starts, h) - 1
            if place >= 0 and h <= self.runs[place][1]:
                return h
            if place + 1 < len(self.runs):
                return self.runs[place + 1][0]
        if self.start is None:
            return None
        return self._periodic(max(h, self.start), 1)

    def before(self, h: int) -> int | None:
        """The largest size <= h; None where there is none. Raises OverBudget."""
        if self.start is not None and h >= self.start:
            found = self._periodic(h if self.stop is None else min(h, self.stop), -1)
            if found is not None:
                return found
            h = self.start - 1
        place = bisect_right(self._starts, h) - 1
        return min(h, self.runs[place][1]) if place >= 0 else None

    def _rungs(self) -> tuple[Cycle, list[Cycle]]:
        """One cycle to climb on, with as much in it as the limit allows, and the others, to be asked at each step."""
        if self._ladder is None:
            climb, rest, steps = Cycle(1, (0,)), [], Steps(JOINS)
            for cycle in sorted(self.cycles, key=lambda c: (len(c.residues) / c.modulus, c)):
                both = cyclic.join(climb, cycle, steps)
                if both is None:
                    rest.append(cycle)
                else:
                    climb = both
            self._ladder = climb, rest
        return self._ladder

    def _periodic(self, h: int, way: int) -> int | None:
        """The first size from h on, up or down, between start and stop."""
        (modulus, residues), rest = self._rungs()
        if not residues:
            return None
        place = bisect_left(residues, h % modulus) if way > 0 else bisect_right(residues, h % modulus) - 1
        base = h - h % modulus
        for _ in range(STEPS):
            turns, index = divmod(place, len(residues))
            found = base + turns * modulus + residues[index]
            if (self.stop is not None and found > self.stop) or found < (self.start or 1):
                return None
            if all(cycle.holds(found) for cycle in rest):
                return found
            place += way
        raise OverBudget

    @property
    def empty(self) -> bool:
        """Whether there is no size at all. Raises OverBudget."""
        return self.after(1) is None

    @property
    def everything(self) -> bool:
        return not self.cycles and self.stop is None and self.after(1) == 1 and (
            self.start == 1 or self.runs == ((1, (self.start or 1) - 1),))  # fmt: skip

    @property
    def endless(self) -> bool:
        """Whether the sizes go on for ever."""
        return self.start is not None and self.stop is None and all(cycle.residues for cycle in self.cycles)

    @property
    def only(self) -> int | None:
        """The size, where there is just one."""
        if self.start is None and len(self.runs) == 1 and self.runs[0][0] == self.runs[0][1]:
            return self.runs[0][0]
        return None

    def each(self, low: int = 1, high: int | None = None) -> Iterator[int]:
        """The sizes from low to high in ascending order."""
        h = self.after(low)
        while h is not None and (high is None or h <= high):
            yield h
            h = self.after(h + 1)

    def between(self, low: int, high: int) -> list[Run]:
        """What lies between two sizes, both included, as runs."""
        found = [(max(a, low), min(b, high)) for a, b in self.runs if b >= low and a <= high]
        if self.start is not None and high >= self.start:
            low, high = max(low, self.start), high if self.stop is None else min(high, self.stop)
            if not self.cycles:
                tail = [(low, high)] if low <= high else []
            else:
                if (high - low) // self.cycles[0].modulus * len(self.cycles[0].residues) > LISTED:
                    raise OverBudget
                tail = runs_of(self.each(low, high))
            found = joined([*found, *tail])
        return found

    def __and__(self, other: Sizes) -> Sizes:
        """The sizes in both. Raises OverBudget."""
        if self.start is None or other.start is None:
            few, many = (self, other) if self.start is None else (other, self)
            if len(few.runs) == 1 and few.runs[0][1] - few.runs[0][0] > LISTED and many.cycles:
                low, high = few.runs[0]
                start = max(low, many.start or 1)
                return tidy(many.between(low, start - 1), start, many.cycles, _least(high, many.stop))
            return Sizes(joined(run for a, b in few.runs for run in many.between(a, b)))
        start = max(self.start, other.start)
        early: list[Run] = []
        if start > 1:
            few, many = (self, other) if self.start == start else (other, self)
            early = joined(run for a, b in few.runs for run in many.between(a, b))
        stop = _least(self.stop, other.stop)
        cycles = self.cycles
        for cycle in other.cycles:
            cycles = cyclic.add(cycles, cycle)
        return tidy(early, start, cycles, stop)

    def __or__(self, other: Sizes) -> Sizes:
        """The sizes in either. Raises OverBudget."""
        start = max((s for s in (self.start, other.start) if s is not None), default=None)
        ends = [s.stop + 1 for s in (self, other) if s.stop is not None]
        if start is None:
            return Sizes(joined([*self.runs, *other.runs]))
        start = max([start, *ends])
        early = joined([*self.between(1, start - 1), *other.between(1, start - 1)])
        tails = [s.cycles for s in (self, other) if s.start is not None and s.stop is None]
        if not tails:
            return Sizes(early)
        if len(tails) == 1 or not all(tails):
            return tidy(early, start, tails[0] if len(tails) == 1 else (), None)
        a, b = _single(tails[0]), _single(tails[1])
        both = _either(a, b)
        return tidy(early, start, (both,) if both.modulus > 1 else (), None)


EVERY = Sizes((), 1)
NONE = Sizes()


def interval(low: int, high: int | None) -> Sizes:
    """All sizes from low to high; to no end where high is None."""
    low = max(low, 1)
    if high is None:
        return Sizes((), low)
    return Sizes([(low, high)]) if low <= high else NONE


def tidy(runs: Sequence[Run], start: int, cycles: Sequence[Cycle], stop: int | None) -> Sizes:
    """A set from its parts: a tail that ends or that holds nothing is no tail."""
    if any(not cycle.residues for cycle in cycles) or (stop is not None and stop < start):
        return Sizes(runs)
    if stop is not None and not cycles:
        return Sizes(joined([*runs, (start, stop)]))
    return Sizes(runs, start, cycles, stop)


def runs_of(sizes: Iterable[int]) -> list[Run]:
    """Ascending sizes as runs."""
    found: list[Run] = []
    for h in sizes:
        if found and found[-1][1] == h - 1:
            found[-1] = found[-1][0], h
        else:
            found.append((h, h))
        if len(found) > LISTED:
            raise OverBudget
    return found


def joined(runs: Iterable[Run]) -> list[Run]:
    """Runs in any order, overlapping or not, as runs in order that lie apart."""
    found: list[Run] = []
    for a, b in sorted(runs):
        if found and a <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], b)
        else:
            found.append((a, b))
    return found


def _least(a: int | None, b: int | None) -> int | None:
    return min((s for s in (a, b) if s is not None), default=None)


def _single(cycles: Sequence[Cycle]) -> Cycle:
    found = Cycle(1, (0,))
    for cycle in cycles:
        both = cyclic.join(found, cycle)
        if both is None:
            raise OverBudget
        found = both
    return found


def _either(a: Cycle, b: Cycle) -> Cycle:
    from math import lcm

    modulus = lcm(a.modulus, b.modulus)
    if len(a.residues) * (modulus // a.modulus) + len(b.residues) * (modulus // b.modulus) > cyclic.SURVIVORS:
        raise OverBudget
    found = {r + k for c in (a, b) for r in c.residues for k in range(0, modulus, c.modulus)}
    return cyclic.reduced(modulus, found)

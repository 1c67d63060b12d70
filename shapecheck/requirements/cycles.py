"""Residues: the sizes h with h mod m in a set, joined by the Chinese remainder theorem, split where independent.

A conjunction of cycles keeps coprime moduli apart, so that six conditions of a few residues each never become one
list of millions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import gcd
from typing import NamedTuple

SURVIVORS = 65_536
"""At most this many residues are kept in one list."""
JOINED = 8
"""What one residue of a join counts as, in evaluations."""
PRIMES = 1 << 16
"""Divisors up to this are tried; what is left of a modulus counts as one prime."""


WORK = 16_000_000
"""Evaluations of atoms for one call of `solve`."""


class Steps:
    """What is left of the work that may be done. It counts evaluations, so that answers do not depend on a clock."""

    __slots__ = ("left",)

    def __init__(self, left: int = WORK) -> None:
        self.left = left

    def take(self, amount: int) -> bool:
        """Whether the work can be afforded; it is taken if so."""
        if amount > self.left:
            return False
        self.left -= amount
        return True


class Cycle(NamedTuple):
    """h % modulus in residues; the residues are sorted."""

    modulus: int
    residues: tuple[int, ...]

    def holds(self, h: int) -> bool:
        found = h % self.modulus
        place = bisect_left(self.residues, found)
        return place < len(self.residues) and self.residues[place] == found


def primes(number: int) -> list[int]:
    """The distinct prime factors of a number in ascending order, a large rest as one."""
    found = []
    while number > 1:
        p = least_prime(number)
        found.append(p)
        while number % p == 0:
            number //= p
    return found


def least_prime(number: int) -> int:
    """The least prime factor of a number above 1; the number itself where that is large."""
    p = 2
    while p * p <= number and p <= PRIMES:
        if number % p == 0:
            return p
        p += 1 if p == 2 else 2
    return number


def reduced(modulus: int, residues: Iterable[int]) -> Cycle:
    """The same sizes under the smallest modulus."""
    found = set(residues)
    for p in primes(modulus):
        while modulus % p == 0 and len(found) % p == 0:
            smaller = modulus // p
            folded = {r % smaller for r in found}
            if len(folded) * p != len(found):
                break
            modulus, found = smaller, folded
    return Cycle(modulus, tuple(sorted(found)))


def join(a: Cycle, b: Cycle, steps: Steps | None = None, limit: int = SURVIVORS) -> Cycle | None:
    """Both at once as one cycle, or None where that takes more than `limit` residues, or more than the work left."""
    common = gcd(a.modulus, b.modulus)
    both = a.modulus // common * b.modulus
    # At least as many are in both as in either, less all that there are.
    least = len(a.residues) * (both // a.modulus) + len(b.residues) * (both // b.modulus) - both
    if least > limit or (steps is not None and not steps.take(JOINED * (len(a.residues) + len(b.residues)))):
        return None
    left = _by_remainder(a.residues, common)
    right = _by_remainder(b.residues, common)
    shared = [key for key in left if key in right]
    if sum(len(left[key]) * len(right[key]) for key in shared) > limit:
        return None
    step = b.modulus // common
    turn = pow(a.modulus // common, -1, step) if step > 1 else 0
    found = [
        r + a.modulus * ((s - r) // common * turn % step) for key in shared for r in left[key] for s in right[key]
    ]
    return reduced(a.modulus * step, found)


def _by_remainder(residues: Iterable[int], modulus: int) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for r in residues:
        found.setdefault(r % modulus, []).append(r)
    return found


def add(cycles: Sequence[Cycle], fresh: Cycle, steps: Steps | None = None) -> tuple[Cycle, ...]:
    """A conjunction with one cycle more: joined with those whose moduli share a factor, as far as the limit goes."""
    kept: list[Cycle] = []
    for cycle in cycles:
        both = join(cycle, fresh, steps) if gcd(cycle.modulus, fresh.modulus) > 1 else None
        if both is None:
            kept.append(cycle)
        else:
            fresh = both
    if fresh.modulus > 1 or not fresh.residues:
        kept.append(fresh)
    return tuple(sorted(kept))


def canonical(cycles: Sequence[Cycle]) -> tuple[Cycle, ...]:
    """A conjunction as it reads best: independent factors apart, single residues together."""
    factors = [factor for cycle in cycles for factor in _split(cycle)]
    single: Cycle | None = None
    many = []
    for factor in factors:
        if len(factor.residues) == 1:
            single = factor if single is None else join(single, factor)
        else:
            many.append(factor)
    return tuple(([single] if single else []) + sorted(many))


def _split(cycle: Cycle) -> list[Cycle]:
    """Factors of coprime moduli of which a cycle is the conjunction."""
    modulus, residues = cycle
    found = []
    for p in primes(modulus):
        power = p
        while modulus % (power * p) == 0:
            power *= p
        rest = modulus // power
        if rest == 1:
            break
        inner, outer = {r % power for r in residues}, {r % rest for r in residues}
        if len(inner) * len(outer) == len(residues):
            found.append(Cycle(power, tuple(sorted(inner))))
            modulus, residues = rest, tuple(sorted(outer))
    return [*found, Cycle(modulus, residues)]

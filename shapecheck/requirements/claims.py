"""What has to hold, in a normal form: a claim is one atom, or any of several.

An atom is `f == 0`, `f >= 0`, `d divides f` or `f != 0` over sizes. Obligations that say the same are one claim,
whatever their order and their sides, so the result does not depend on the order of the layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from math import gcd
from typing import Any

from shapecheck import dims
from shapecheck.dims import Dim, Expr
from shapecheck.dims.form import build, definitions, scale, total_of
from shapecheck.dims.nodes import Product
from shapecheck.need import Obligation

DIVISORS = 1 << 16
"""Of a number up to this, the divisors are looked at."""
FEW = 4
"""A number of so few divisors is divided where the divisor is one of them."""
ZERO, NATURAL, MULTIPLE, NONZERO = "zero", "natural", "multiple", "nonzero"


class Atom:
    """`f == 0`, `f >= 0`, `f != 0`, or `d` divides `f` (0 divides only 0)."""

    __slots__ = ("d", "f", "kind")

    def __init__(self, kind: str, f: Dim, d: Dim = 0) -> None:
        self.kind = kind
        self.f = f
        self.d = d

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.kind, _key(self.f), _key(self.d))

    def __repr__(self) -> str:
        return f"<{self.kind} {self.f} {self.d}>"

    def at(self, sizes: Mapping[str, int]) -> bool:
        """Whether it holds at these sizes. Where a divisor is 0 nothing holds."""
        try:
            value = dims.evaluate(self.f, sizes)
            if self.kind == MULTIPLE:
                divisor = dims.evaluate(self.d, sizes)
                return value % divisor == 0 if divisor else value == 0
        except ZeroDivisionError:
            return False
        return _HOLDS[self.kind](value)

    def table(self, name: str, column: Sequence[int]) -> list[bool]:
        """Whether it holds at many sizes of its only symbol."""
        try:
            values = dims.table(self.f, {name: column})
            if self.kind == MULTIPLE:
                if isinstance(self.d, int):
                    d = self.d
                    return [v % d == 0 for v in values]
                divisors = dims.table(self.d, {name: column})
                return [v % d == 0 if d else v == 0 for v, d in zip(values, divisors, strict=True)]
        except ZeroDivisionError:
            return [self.at({name: h}) for h in column]
        if self.kind == ZERO:
            return [v == 0 for v in values]
        if self.kind == NATURAL:
            return [v >= 0 for v in values]
        return [v != 0 for v in values]


_HOLDS: dict[str, Callable[[int], bool]] = {
    ZERO: lambda v: v == 0,
    NATURAL: lambda v: v >= 0,
    NONZERO: lambda v: v != 0,
}


def _key(dim: Dim) -> tuple[Any, ...]:
    return dim.key if isinstance(dim, Expr) else (4, (), dim)


class Claim:
    """Any of its atoms holds. `truth` is set where that is known for all sizes; `obligations` are those behind it."""

    __slots__ = ("atoms", "key", "obligations", "symbols", "truth", "weight")

    def __init__(self, atoms: Sequence[Atom], truth: bool | None, obligations: Sequence[Obligation] = ()) -> None:
        self.atoms = () if truth is not None else tuple(atoms)
        self.truth = truth
        self.obligations = list(obligations)
        self.key = (truth, tuple(atom.key for atom in self.atoms))
        names = {s.name for atom in self.atoms for f in (atom.f, atom.d) for s in dims.symbols_of(f)}
        self.symbols = tuple(sorted(names))
        self.weight = sum(_weight(f) for atom in self.atoms for f in (atom.f, atom.d))

    def __repr__(self) -> str:
        return f"<Claim {self.truth if self.truth is not None else ' or '.join(map(repr, self.atoms))}>"

    def at(self, sizes: Mapping[str, int]) -> bool:
        return any(atom.at(sizes) for atom in self.atoms) if self.truth is None else self.truth

    def table(self, name: str, column: Sequence[int]) -> list[bool]:
        """Whether it holds at many sizes of its only symbol."""
        if self.truth is not None:
            return [self.truth] * len(column)
        first, *others = [atom.table(name, column) for atom in self.atoms]
        for other in others:
            first = [a or b for a, b in zip(first, other, strict=True)]
        return first

    def substitute(self, sizes: Mapping[str, Dim]) -> Claim:
        """The claim with dims in the place of symbols; an atom that would divide by zero does not hold."""
        if not any(name in sizes for name in self.symbols):
            return self
        found: list[tuple[str, Dim, Dim]] = []
        for atom in self.atoms:
            with suppress(ZeroDivisionError):
                found.append((atom.kind, dims.substitute(atom.f, sizes), dims.substitute(atom.d, sizes)))
        return claim(found, self.obligations)


def _weight(dim: Dim) -> int:
    return dims.size(dim) + sum(dims.size(atom.definition) for atom in definitions(dim))


def claims_of(obligations: Iterable[Obligation]) -> list[Claim]:
    """The claims behind obligations, each once, in an order that depends on what they say alone."""
    found: dict[Any, Claim] = {}
    seen: dict[Any, Claim] = {}
    for owed in obligations:
        key = (owed.kind, owed.a, owed.b)
        known = seen.get(key)
        if known is None:
            known = of(owed)
            known = seen[key] = found.setdefault(known.key, known)
        known.obligations.append(owed)
    owing = [claim for claim in found.values() if claim.truth is not True]
    return sorted(owing, key=lambda c: (c.weight, c.truth is None, c.key[1]))


def of(owed: Obligation) -> Claim:
    """What an obligation claims, without the obligation."""
    a, b = owed.a, owed.b
    if owed.kind == "equal":
        return claim([(ZERO, a - b, 0)])
    if owed.kind == "at_least":
        return claim([(NATURAL, a - b, 0)])
    if owed.kind == "divides":
        return claim([(MULTIPLE, b, a)])
    if owed.kind == "unequal":
        return claim([(NONZERO, a - b, 0)])
    return claim([(ZERO, a - b, 0), (ZERO, a - 1, 0), (ZERO, b - 1, 0)])


def claim(parts: Iterable[tuple[str, Dim, Dim]], obligations: Sequence[Obligation] = ()) -> Claim:
    """Any of the parts (kind, f, d), each brought to its normal form."""
    atoms: dict[Any, Atom] = {}
    for kind, f, d in parts:
        for made in _normal(kind, f, d):
            if made is True:
                return Claim((), True, obligations)
            if isinstance(made, Atom):
                atoms.setdefault(made.key, made)
    if not atoms:
        return Claim((), False, obligations)
    return Claim([atoms[key] for key in sorted(atoms)], None, obligations)


def _normal(kind: str, f: Dim, d: Dim) -> list[Atom | bool]:
    """One atom or a few of which any has to hold; True and False where that is plain to see."""
    if kind == MULTIPLE:
        return _multiple(f, d)
    if not isinstance(f, Expr):
        assert isinstance(f, int)
        return [_HOLDS[kind](f)]
    low, high = dims.bounds(f)
    common = gcd(*[c for _, c in f.terms])
    if kind == NATURAL:
        if (low is not None and low >= 0) or (high is not None and high < 0):
            return [low is not None and low >= 0]
        return [Atom(NATURAL, _over(f, common, f.const // common))]
    apart = f.const % common or (low is not None and low > 0) or (high is not None and high < 0)
    if apart:
        return [kind == NONZERO]
    f = _over(f, common if f.terms[0][1] > 0 else -common, f.const // common)
    if kind == ZERO and not f.const and all(isinstance(node, Product) or len(f.terms) > 1 for node, _ in f.terms):
        factors = _shared_factors(f)
        if len(factors) > 1:
            return [made for factor in factors for made in _normal(ZERO, factor, 0)]
    return [Atom(kind, f)]


def _shared_factors(f: Expr) -> list[Dim]:
    """The factors that all terms of a sum share, each once, and what is left of it."""
    lists = [list(dims.factors(build(0, [term]))[1]) for term in f.terms]
    shared: list[Dim] = []
    for factor in list(lists[0]):
        if all(factor in factors for factors in lists):
            shared.append(factor)
            for factors in lists:
                factors.remove(factor)
    rest = dims.total(c * dims.product(factors) for factors, (_, c) in zip(lists, f.terms, strict=True))
    return [*dict.fromkeys(shared), rest] if isinstance(rest, Expr) or not rest else list(dict.fromkeys(shared))


def _over(f: Expr, common: int, const: int) -> Expr:
    """f with its coefficients divided by what they have in common, and another constant in the place of its own."""
    if common < 0:
        const = -const
    if common == 1 and const == f.const:
        return f
    made = build(const, [(node, c // common) for node, c in f.terms])
    assert isinstance(made, Expr)
    return made


def _cancelled(f: Dim, d: Expr) -> list[Atom | bool]:
    """`d` divides `f` without the positive factors that both have."""
    (top, over), (bottom, under) = dims.factors(f), dims.factors(d)
    left, rest = list(over), []
    for factor in under:
        low = dims.bounds(factor)[0]
        if factor in left and low is not None and low > 0:
            left.remove(factor)
        else:
            rest.append(factor)
    common = gcd(top, bottom)
    if common == 1 and len(rest) == len(under):
        return _reduced(f, d)
    return _multiple(top // common * dims.product(left), bottom // common * dims.product(rest))


def _reduced(f: Dim, d: Expr) -> list[Atom | bool]:
    """`d` divides `f` without the multiple of d that stands in f: H + 1 divides H + 7 where it divides 6."""
    lead, c = d.terms[-1]
    if isinstance(f, Expr):
        rest = build(f.const, [term for term in f.terms if dims.exact_quotient(build(0, [term]), d) is None])
        if not isinstance(rest, Expr) or len(rest.terms) < len(f.terms):
            return _multiple(rest, d)
        k = next((a // c for node, a in f.terms if node == lead), 0)
        rest = total_of((f, scale(d, -k)))
        if k and (not isinstance(rest, Expr) or len(rest.terms) < len(f.terms)):
            return _multiple(rest, d)
    low = dims.bounds(d)[0]
    if isinstance(f, int) and f and abs(f) <= DIVISORS and low is not None:
        small = [k for k in range(1, abs(f) + 1) if f % k == 0]
        signed = small if low >= 0 else [*small, *[-k for k in small]]
        if len(signed) <= FEW:
            return [made for k in signed for made in _normal(ZERO, d - k, 0)]
    return [Atom(MULTIPLE, f, d)]


def _multiple(f: Dim, d: Dim) -> list[Atom | bool]:
    answer = dims.divides(d, f)
    if answer is not None:
        return [answer]
    if isinstance(d, Expr):
        return _cancelled(f, d)
    assert isinstance(f, Expr) and isinstance(d, int)
    if not d:
        return _normal(ZERO, f, 0)
    d = abs(d)
    const = f.const % d
    terms = [(node, c % d) for node, c in f.terms if c % d]
    if not terms:
        return [const == 0]
    common = gcd(d, *[c for _, c in terms])
    if const % common:
        return [False]
    terms = [(node, c // common) for node, c in terms]
    if d == common:
        return [True]
    if len(terms) == 1 and not const and gcd(terms[0][1], d // common) == 1:
        terms = [(terms[0][0], 1)]
    return [Atom(MULTIPLE, build(const // common, terms), d // common)]


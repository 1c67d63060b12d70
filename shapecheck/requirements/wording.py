"""Conditions as a person writes them: `H % 32 == 0`, `H mod 64 in {63, 0, 1, 2}`, `48 <= W <= 51`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from shapecheck import dims
from shapecheck.dims import Dim, Expr
from shapecheck.dims.form import build
from shapecheck.dims.nodes import Named, Node
from shapecheck.dims.wording import number
from shapecheck.requirements import cycles as cyclic
from shapecheck.requirements.claims import MULTIPLE, NATURAL, ZERO, Atom, Claim
from shapecheck.requirements.cycles import Cycle
from shapecheck.requirements.sets import Run, Sizes, joined, runs_of

ITEMS = 8
"""So many sizes or residues are listed; of more, the first ones and how many there are."""
HOLES = 3
"""So many sizes are named as exceptions."""
NEAR = 1 << 15
"""Below this, a set is compared with its pattern size by size."""


class Part(NamedTuple):
    """One condition on one symbol: its text, and the set that it describes on its own."""

    text: str
    sizes: Sizes


def parts(name: str, sizes: Sizes) -> list[Part]:
    """The conditions whose conjunction says that a symbol is in the set; none for all sizes."""
    if sizes.everything:
        return []
    if sizes.start is None:
        return [Part(finite(name, sizes.runs), sizes)]
    cycles = cyclic.canonical(sizes.cycles)
    pattern = Sizes((), 1, cycles)
    texts = [cycle_text(name, cycle) for cycle in cycles]
    found = [Part(text, Sizes((), 1, [cycle])) for text, cycle in zip(texts, cycles, strict=True)]
    if sizes.stop is not None:
        texts.append(f"{name} <= {number(sizes.stop)}")
        found.append(Part(texts[-1], Sizes([(1, sizes.stop)])))
    listed, strange, holes = _exceptions(sizes, pattern)
    least = sizes.after(1) or 1
    if not strange and (not listed or len(holes) <= HOLES):
        early = pattern.after(1)
        if early is not None and early < least:
            found.append(Part(f"{name} >= {number(least)}", Sizes((), least)))
        if holes:
            found.append(Part(_excluded(name, holes), _without(holes)))
        return found
    if holes or not strange:  # the pattern only from where it settles, and all the sizes before
        texts.append(f"{name} >= {number(sizes.after(listed[-1][1] + 1) or 1)}")
    else:
        first = next(h for h in pattern.each() if h in sizes)
        if pattern.after(1) != first:
            texts.append(f"{name} >= {number(first)}")
        listed = runs_of(strange)
    both = f"({' and '.join(texts)})" if len(texts) > 1 else texts[0]
    return [Part(f"{both} or {finite(name, listed)}", sizes)]


def _exceptions(sizes: Sizes, pattern: Sizes) -> tuple[list[Run], list[int], list[int]]:
    """What is not as the pattern says: (the sizes before the pattern settles, those of them that are not in the
    pattern, and the sizes above the least one that the pattern has and the set has not).
    """
    start = sizes.start or 1
    if start > NEAR:
        own = [h for a, b in sizes.runs for h in (a, b)]
        return list(sizes.runs), [h for h in own if h not in pattern] or own[:1], []
    settled = start
    while settled > 1 and (settled - 1 in sizes) == (settled - 1 in pattern):
        settled -= 1
    listed = [(a, min(b, settled - 1)) for a, b in sizes.runs if a < settled]
    strange = [h for a, b in listed for h in range(a, b + 1) if h not in pattern]
    least = sizes.after(1) or 1
    return listed, strange, [h for h in range(least, settled) if h in pattern and h not in sizes]


def _without(holes: Sequence[int]) -> Sizes:
    last = max(holes)
    return Sizes(runs_of(h for h in range(1, last) if h not in holes), last + 1)


def _excluded(name: str, holes: Sequence[int]) -> str:
    return f"{name} != {number(holes[0])}" if len(holes) == 1 else f"{name} not in {{{', '.join(map(str, holes))}}}"


def finite(name: str, runs: Sequence[Run]) -> str:
    """A finite set: `H == 7`, `48 <= H <= 51`, `H in {1, 3, 10..20}`."""
    runs = joined(runs)
    if not runs:
        return f"{name} in {{}}"
    first, last = runs[0][0], runs[-1][1]
    if len(runs) == 1:
        if first == last:
            return f"{name} == {number(first)}"
        return f"{name} <= {number(last)}" if first == 1 else f"{number(first)} <= {name} <= {number(last)}"
    step = runs[1][0] - first
    if len(runs) > 4 and all(a == b == first + step * i for i, (a, b) in enumerate(runs)):
        bound = f"{name} <= {number(last)}" if first <= step else f"{number(first)} <= {name} <= {number(last)}"
        return f"{name} % {number(step)} == {number(first % step)} and {bound}"
    return f"{name} in {{{_items(runs)}}}"


def _items(runs: Sequence[Run]) -> str:
    """Runs as a list; short ones number by number."""
    words: list[str] = []
    for a, b in runs:
        if b - a < 3 and len(words) + b - a < ITEMS:
            words += map(number, range(a, b + 1))
        else:
            words.append(f"{number(a)}..{number(b)}")
    if len(words) <= ITEMS:
        return ", ".join(words)
    total = sum(b - a + 1 for a, b in runs)
    return f"{', '.join(words[:ITEMS])}, ... {number(runs[-1][1])}; {total:,} sizes"


# Residues --------------------------------------------------------------------------------------------------------


def cycle_text(name: str, cycle: Cycle) -> str:
    """`H % 32 == 0`, `H % 3 != 1`, `H mod 32 in 0..7`, `H mod 64 in {63, 0, 1, 2}`."""
    modulus, residues = cycle
    said = number(modulus)
    if len(residues) == 1:
        return f"{name} % {said} == {number(residues[0])}"
    missing = modulus - len(residues)
    if missing == 1:
        (hole,) = set(range(modulus)) - set(residues)
        return f"{name} % {said} != {number(hole)}"
    arcs = _arcs(modulus, residues)
    if len(arcs) == 1 and len(residues) > 4 and arcs[0][0] <= arcs[0][1]:
        return f"{name} mod {said} in {number(arcs[0][0])}..{number(arcs[0][1])}"
    if len(residues) > ITEMS and missing <= HOLES:
        holes = sorted(set(range(modulus)) - set(residues))
        return f"{name} mod {said} not in {{{', '.join(map(number, holes))}}}"
    if len(residues) <= ITEMS:
        words = [number(r % modulus) for a, b in arcs for r in range(a, b + 1 if a <= b else b + modulus + 1)]
        return f"{name} mod {said} in {{{', '.join(words)}}}"
    words = []
    for a, b in arcs:
        if a > b:
            words += [_span(a, modulus - 1), _span(0, b)]
        else:
            words.append(_span(a, b))
    if len(words) > ITEMS:
        of = f"{modulus:,}" if modulus < 1 << 64 else said
        words = [*words[:ITEMS], f"... {len(residues):,} of {of} residues"]
    return f"{name} mod {said} in {{{', '.join(words)}}}"


def _span(a: int, b: int) -> str:
    return number(a) if a == b else f"{number(a)}..{number(b)}"


def _arcs(modulus: int, residues: Sequence[int]) -> list[Run]:
    """Neighbouring residues together, around the circle, starting after the widest gap."""
    runs = joined((r, r) for r in residues)
    if len(runs) > 1 and runs[0][0] == 0 and runs[-1][1] == modulus - 1:
        runs = [*runs[1:-1], (runs[-1][0], runs[0][1])]
    gaps = [((runs[i][0] - runs[i - 1][1]) % modulus, -i) for i in range(len(runs))]
    turn = -max(gaps)[1]
    return [*runs[turn:], *runs[:turn]]


# Claims on several symbols, and those that stay as they are ------------------------------------------------------


def claim_text(claim: Claim) -> str:
    """A claim as it stands: `(H//4)*(W//4) == 576`, `H == W or H == 1 or W == 1`."""
    if claim.truth is not None:
        return "every size" if claim.truth else "no size"
    if claim.obligations and any(isinstance(node, Named) for atom in claim.atoms for node in _terms(atom.f)):
        return str(claim.obligations[0])  # its sides may be shown where their difference is too large
    return " or ".join(dict.fromkeys(atom_text(atom) for atom in _in_order(claim)))


def _terms(f: Dim) -> list[Node]:
    return [node for node, _ in f.terms] if isinstance(f, Expr) else []


def _in_order(claim: Claim) -> list[Atom]:
    """The equality of most symbols first, then the rest by their text."""
    return sorted(claim.atoms, key=lambda a: (-len(dims.symbols_of(a.f)), atom_text(a)))


def atom_text(atom: Atom) -> str:
    """One atom, its positive terms on the left and its negative ones on the right."""
    if atom.kind == MULTIPLE:
        return f"{_operand(atom.f)} % {_operand(atom.d)} == 0"
    left, right = sides(atom.f)
    sign = {ZERO: "==", NATURAL: ">="}.get(atom.kind, "!=")
    if isinstance(left, int):
        left, right, sign = right, left, "<=" if sign == ">=" else sign
    return f"{dims.text(left)} {sign} {dims.text(right)}"


def sides(f: Dim) -> tuple[Dim, Dim]:
    """(a, b) with f == a - b and no negative coefficient in either."""
    if not isinstance(f, Expr):
        return f, 0
    plus = [(node, c) for node, c in f.terms if c > 0]
    minus = [(node, -c) for node, c in f.terms if c < 0]
    to_left = f.const > 0 and bool(minus)
    return build(f.const if to_left else 0, plus), build(0 if to_left else -f.const, minus)


def _operand(dim: Dim) -> str:
    text = dims.text(dim)
    return text if isinstance(dim, int) or text.isidentifier() else f"({text})"


def sizes_sympy(name: str, varies: bool, sizes: Sizes) -> Any:
    """A set of one symbol as a sympy Boolean."""
    import sympy

    h = dims.to_sympy(dims.symbol(name, varies))
    found = [sympy.Eq(h, a) if a == b else sympy.And(h >= a, h <= b) for a, b in sizes.runs]
    if sizes.start is not None:
        tail = [] if sizes.start == 1 else [h >= sizes.start]
        tail += [] if sizes.stop is None else [h <= sizes.stop]
        for modulus, residues in sizes.cycles:
            tail.append(sympy.Or(*[sympy.Eq(sympy.Mod(h, modulus), r) for r in residues]))
        found.append(sympy.And(*tail))
    return sympy.Or(*found)


def claim_sympy(claim: Claim) -> Any:
    """A claim as a sympy Boolean."""
    import sympy

    if claim.truth is not None:
        return sympy.true if claim.truth else sympy.false
    found = []
    for atom in claim.atoms:
        f = dims.to_sympy(atom.f)
        if atom.kind == MULTIPLE:
            found.append(sympy.Eq(sympy.Mod(f, dims.to_sympy(atom.d)), 0))
        else:
            found.append(sympy.Eq(f, 0) if atom.kind == ZERO else f >= 0 if atom.kind == NATURAL else sympy.Ne(f, 0))
    return sympy.Or(*found)

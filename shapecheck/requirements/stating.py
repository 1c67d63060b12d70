"""From a solved system to conditions: their texts, and the fewest obligations that imply each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import lcm
from typing import TYPE_CHECKING, Any

from shapecheck import dims
from shapecheck.need import Obligation
from shapecheck.requirements import Requirements, chains, single, wording
from shapecheck.requirements.bounding import direction
from shapecheck.requirements.chains import Chains
from shapecheck.requirements.claims import NATURAL, Claim
from shapecheck.requirements.conditions import Condition, Contradiction
from shapecheck.requirements.cycles import Steps
from shapecheck.requirements.sets import OverBudget, Sizes
from shapecheck.requirements.system import COST, System

if TYPE_CHECKING:
    from shapecheck.inference import Inference

WINDOW = 1 << 14
"""Blame is worked out size by size where a set repeats within so many sizes."""
COVER = 4_000_000
"""So many evaluations at most are spent on the blame of one condition."""


class Blame:
    """Who is behind a condition, worked out when somebody asks."""

    __slots__ = ("_causes", "_chains", "_find", "_found", "claim_id")

    def __init__(self, find: Callable[[], Sequence[Obligation]], known: Chains | None, claim_id: int = 0) -> None:
        self._find = find
        self._found: tuple[Obligation, ...] | None = None
        self._causes: tuple[str, ...] | None = None
        self._chains = known
        self.claim_id = claim_id

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        if self._found is None:
            self._found = tuple(self._find())
        return self._found

    @property
    def demanders(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for owed in self.obligations:
            if owed.node is not None:
                found[owed.node.name] = None
            elif self._chains is not None:
                found.update(dict.fromkeys(self._chains.names(owed)))
        return tuple(found)

    @property
    def assertions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(owed.facts["text"] for owed in self.obligations if owed.code == "SC603"))

    @property
    def causes(self) -> tuple[str, ...]:
        if self._causes is None:
            found: dict[str, None] = {}
            if self._chains is not None:
                for owed in self.obligations:
                    found.update(dict.fromkeys(self._chains.causes(owed)))
            self._causes = tuple(found)
        return self._causes

    @property
    def spans(self) -> tuple[Any, ...]:
        found = [chains.span(owed) for owed in self.obligations]
        return tuple(dict.fromkeys(span for span in found if span is not None))


def first(claim: Claim) -> list[Obligation]:
    """The first obligation behind a claim in the order of the wiring."""
    owed = sorted(claim.obligations, key=lambda o: o.node.index if o.node is not None else -1)
    return owed[:1]


def _place(claim: Claim) -> int:
    """The place of a claim in the wiring; last for one that no layer makes."""
    return min((o.node.index for o in claim.obligations if o.node is not None), default=1 << 60)


def conditions(requirements: Requirements, inference: Inference | None) -> tuple[Condition, ...]:
    """The conditions in the order of the symbols, the batch last, those on several symbols at the end."""
    system = requirements.system
    known = Chains(inference) if inference is not None else None
    if system.empty:
        return tuple(_alone(claim, known) for claim in _fewest(requirements))
    order = {name: place for place, name in enumerate(requirements.symbols)}
    names = sorted(system.sets, key=lambda name: (name == "B", order.get(name, len(order)), name))
    found: list[Condition] = []
    varying = {s.name: s.varies for c in requirements.claims for a in c.atoms for s in dims.symbols_of(a.f)}
    for name in names:
        sizes = system.sets[name]
        pieces = wording.parts(name, sizes)
        for piece in pieces:
            others = [other for other in pieces if other is not piece]
            found.append(_condition(name, varying.get(name, False), piece, others, system, known))
        found += [_stated(claim, known) for claim in system.open if claim.symbols == (name,)]
    stated = [_stated(joint.shown, known) for joint in system.joints]
    return tuple(found + sorted(stated, key=lambda c: (len(c.symbols), c.text)))


def _condition(
    name: str,
    varies: bool,
    piece: wording.Part,
    others: Sequence[wording.Part],
    system: System,
    known: Chains | None,
) -> Condition:
    blame = Blame(lambda: core(name, piece, others, system), known)
    return Condition(
        piece.text,
        [name],
        lambda sizes: sizes[name] in piece.sizes,
        lambda: wording.sizes_sympy(name, varies, piece.sizes),
        blame,
    )


def _stated(claim: Claim, known: Chains | None) -> Condition:
    """A claim as it stands."""

    def holds(sizes: Mapping[str, int]) -> bool:
        return claim.at(sizes)

    blame = Blame(lambda: first(claim), known, id(claim))
    return Condition(wording.claim_text(claim), claim.symbols, holds, lambda: wording.claim_sympy(claim), blame)


def _alone(claim: Claim, known: Chains | None) -> Condition:
    """A claim on its own, by its sizes where it is on one symbol."""
    stated = _stated(claim, known)
    stated.text = " and ".join(_solved_texts(claim))
    return stated


# Blame -----------------------------------------------------------------------------------------------------------


def core(name: str, piece: wording.Part, others: Sequence[wording.Part], system: System) -> list[Obligation]:
    """The fewest obligations that rule out what a condition rules out, found greedily and then thinned; in order."""
    used = system.used.get(name, [])
    single_bound = _bound(name, piece.sizes, used)
    if single_bound:
        return single_bound
    window = _window(system.sets[name], piece, others)
    weights = sum(claim.weight for claim in used)
    plain = [claim for claim in used if claim.symbols == (name,)]
    if window is None or len(window) * weights > COVER or not plain:
        turning = [c for c in used if any(atom.kind != NATURAL for atom in c.atoms)] if piece.sizes.cycles else used
        return [owed for claim in turning or used for owed in first(claim)]
    wanted = 0
    for place, h in enumerate(window):
        if h not in piece.sizes and all(h in other.sizes for other in others):
            wanted |= 1 << place
    masks = [(claim, _mask(claim, name, window) & wanted) for claim in plain]
    masks.sort(key=lambda pair: _place(pair[0]))
    chosen: list[tuple[Claim, int]] = []
    left = wanted
    while left:
        claim, mask = max(masks, key=lambda pair: (pair[1] & left).bit_count())
        if not mask & left:
            break
        chosen.append((claim, mask))
        left &= ~mask
    for pair in list(reversed(chosen)):
        rest = 0
        for other in chosen:
            if other is not pair:
                rest |= other[1]
        if not wanted & ~left & ~rest:
            chosen.remove(pair)
    found = sorted((claim for claim, _ in chosen), key=_place)
    if left:
        found += [claim for claim in used if claim.symbols != (name,)]
    return [owed for claim in found or used for owed in first(claim)]


def _bound(name: str, sizes: Sizes, used: Sequence[Claim]) -> list[Obligation]:
    """The first obligation that on its own keeps a symbol at or above a bound, for a condition that is one."""
    if sizes.start is None or sizes.start == 1 or sizes.cycles or sizes.runs:
        return []
    below = {name: sizes.start - 1}
    for claim in sorted(used, key=_place):
        rising = len(claim.atoms) == 1 and claim.atoms[0].kind == NATURAL and claim.symbols == (name,)
        if rising and not claim.at(below) and direction(claim.atoms[0].f, name) == 1:
            return first(claim)
    return []


def _window(sizes: Sizes, piece: wording.Part, others: Sequence[wording.Part]) -> range | None:
    """Sizes that show everything that a set rules out."""
    end = sizes.start
    if end is None:
        end = (sizes.runs[-1][1] if sizes.runs else 1) + 2
    modulus = lcm(1, *[cycle.modulus for part in (piece, *others) for cycle in part.sizes.cycles])
    return range(1, end + modulus + 1) if end + modulus <= WINDOW else None


def _mask(claim: Claim, name: str, window: Sequence[int]) -> int:
    """A bit for each size that a claim rules out."""
    return int("".join("0" if good else "1" for good in reversed(claim.table(name, window))), 2)


# Contradictions --------------------------------------------------------------------------------------------------


def contradiction(requirements: Requirements) -> Contradiction:
    """The fewest claims that cannot hold together, in words."""
    claims = _fewest(requirements)
    texts = dict.fromkeys(text for claim in claims for text in _solved_texts(claim))
    return Contradiction(" and ".join(texts), [owed for claim in claims for owed in first(claim)])


def _fewest(requirements: Requirements) -> list[Claim]:
    """The claims of an empty system, without those that are not needed to make it empty."""
    system = requirements.system
    claims = system.clash or list(requirements.claims)
    claims = list({id(claim): claim for claim in claims}.values())
    if not _contradict(claims, Steps()):
        claims = list(requirements.claims)
    steps = Steps()
    size = max(1, len(claims) // 2)
    while steps.left > 0:
        place = 0
        while place < len(claims) and len(claims) > 1 and steps.take(COST * len(claims)):
            trial = claims[:place] + claims[place + size :]
            if trial and _contradict(trial, steps):
                claims = trial
            else:
                place += size
        if size == 1:
            break
        size = max(1, size // 2)
    return claims


def _contradict(claims: Sequence[Claim], steps: Steps) -> bool:
    return bool(System(claims, steps).empty)


def _solved_texts(claim: Claim) -> list[str]:
    """A claim on one symbol by its sizes, any other as it stands."""
    if len(claim.symbols) == 1 and claim.truth is None:
        name = claim.symbols[0]
        solved = single.solve(name, [claim], Steps())
        try:
            if not solved.open and not solved.sizes.empty:
                return [part.text for part in wording.parts(name, solved.sizes)]
        except OverBudget:
            pass
    return [wording.claim_text(claim)]

"""All claims together: a set for every symbol, relations between symbols, and whether any size is left.

Claims on one symbol are solved exactly. A claim on several becomes a union of boxes where it is a product, a simpler
relation where the classes of its symbols allow it, and stays as it is where it is neither. What follows from all of
it together is worked out by putting one symbol's formula into the place of that symbol, and by trying sizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shapecheck.requirements import boxes as boxed
from shapecheck.requirements import single
from shapecheck.requirements.boxes import Box
from shapecheck.requirements.claims import Claim, claim
from shapecheck.requirements.cycles import Steps
from shapecheck.requirements.relations import eliminated, reduced, simpler
from shapecheck.requirements.sets import EVERY, OverBudget, Sizes

ROUNDS = 16
"""How often one symbol's only size, or a single box, is put into the other claims."""
TRIES = 200
"""So many systems are solved in search of sizes that satisfy claims on several symbols."""
WITNESSES = 24
"""So many sizes of one symbol are tried in that search."""
BRANCHES = 64
"""So many choices are followed where several claims are each `this or that`."""
COST = 4_000
"""What solving one claim once more counts as, in evaluations."""
WIDEST = 6
"""Of a claim on more symbols than this, no sizes are searched."""


class Joint:
    """A claim on several symbols: as it was made, as it reads now, and its boxes where it is a product."""

    __slots__ = ("boxes", "claim", "shown")

    def __init__(self, made: Claim, boxes: list[Box] | None) -> None:
        self.claim = made
        self.shown = made
        self.boxes = boxes


class System:
    """The solution of some claims.

    sets    symbol -> its sizes, as far as claims on that symbol (and single boxes) go
    used    symbol -> the claims that ruled out some of its sizes
    open    claims on one symbol that were too much work
    joints  claims on several symbols
    singles claims on one symbol, those among them that followed from claims on several
    empty   True: no sizes satisfy all claims; False: some do; None: not known
    clash   for an empty system, the symbols or the claims that cannot be satisfied together
    """

    __slots__ = ("claims", "clash", "empty", "joints", "open", "sets", "singles", "steps", "used")

    def __init__(self, claims: Iterable[Claim], steps: Steps | None = None, search: bool = True) -> None:
        self.steps = steps or Steps()
        self.claims = list(claims)
        self.sets: dict[str, Sizes] = {}
        self.used: dict[str, list[Claim]] = {}
        self.open: list[Claim] = []
        self.joints: list[Joint] = []
        self.empty: bool | None = None
        self.clash: list[Claim] = []
        self.singles: list[Claim] = []
        self._solve(search)

    def _solve(self, search: bool) -> None:
        false = [c for c in self.claims if c.truth is False]
        if false:
            self.empty, self.clash = True, false[:1]
            return
        alone: dict[str, list[Claim]] = {}
        several: list[Claim] = []
        for made in self.claims:
            if len(made.symbols) == 1:
                alone.setdefault(made.symbols[0], []).append(made)
            elif made.truth is None:
                several.append(made)
        for name in sorted(alone):
            if not self._alone(name, alone[name]):
                return
        if several and not self._together(alone, several):
            return
        self.singles = [made for name in sorted(alone) for made in alone[name]]
        if self.empty is None:
            self.empty = self._decided(search)

    def _alone(self, name: str, claims: Sequence[Claim]) -> bool:
        """Solve the claims on one symbol; False where it has no size."""
        solved = single.solve(name, claims, self.steps)
        self.sets[name], self.used[name] = solved.sizes, solved.used
        self.open = [c for c in self.open if c.symbols != (name,)] + solved.open
        return not self._is_empty(name)

    def _is_empty(self, name: str) -> bool:
        try:
            if not self.sets[name].empty:
                return False
        except OverBudget:
            return False
        self.empty, self.clash = True, self.used[name]
        return True

    # Several symbols -----------------------------------------------------------------------------------------------

    def _together(self, alone: dict[str, list[Claim]], several: list[Claim]) -> bool:
        """Take in the claims on several symbols until nothing changes; False where they leave no size."""
        boxes: dict[object, list[Box] | None] = {}
        for _ in range(ROUNDS):
            fixed = {name: size for name in sorted(self.sets) if (size := self.sets[name].only) is not None}
            left = []
            changed = set()
            for old in several:
                made = self._pruned(old.substitute(fixed))
                if made.truth is False:
                    others = [c for name in old.symbols for c in self.used.get(name, ())]
                    self.empty, self.clash = True, [old, *others]
                    return False
                if len(made.symbols) == 1:
                    alone.setdefault(made.symbols[0], []).append(made)
                    changed.add(made.symbols[0])
                elif made.truth is None:
                    left.append(made)
            several = left
            if not changed:
                several, fresh = reduced(left)
                for made in fresh:
                    if made.truth is False:
                        self.empty, self.clash = True, left
                        return False
                    alone.setdefault(made.symbols[0], []).append(made)
                    changed.add(made.symbols[0])
            for name in sorted(changed):
                if not self._alone(name, alone[name]):
                    return False
            if not changed:
                self.joints = []
                for made in several:
                    if made.key not in boxes:
                        boxes[made.key] = boxed.boxes(made, self.steps)
                    self.joints.append(Joint(made, boxes[made.key]))
                single_box = self._narrowed()
                if single_box is None:
                    return not self.empty
                several = [joint.claim for joint in self.joints if joint is not single_box]
                assert single_box.boxes is not None
                for made in single_box.boxes[0].claims:
                    if made.truth is None:
                        (name,) = made.symbols
                        alone.setdefault(name, []).append(made)
                        if not self._alone(name, alone[name]):
                            return False
        return True

    def _pruned(self, made: Claim) -> Claim:
        """Any of several atoms, without those on one symbol that none of its sizes satisfies."""
        if len(made.atoms) < 2:
            return made
        kept = []
        for atom in made.atoms:
            alone = claim([(atom.kind, atom.f, atom.d)], made.obligations)
            if len(alone.symbols) == 1 and alone.symbols[0] in self.sets:
                name = alone.symbols[0]
                solved = single.solve(name, [alone], self.steps)
                try:
                    if not solved.open and (solved.sizes & self.sets[name]).empty:
                        continue
                except OverBudget:
                    pass
            kept.append((atom.kind, atom.f, atom.d))
        return made if len(kept) == len(made.atoms) else claim(kept, made.obligations)

    def _narrowed(self) -> Joint | None:
        """Drop the boxes that the other claims rule out; returns a claim of which a single box is left, or None.

        Where none is left, the system is empty.
        """
        for joint in self.joints:
            if joint.boxes is None:
                joint.shown = simpler(joint.claim, self.sets)
                continue
            kept = [box for box in joint.boxes if self._meets(box)]
            if not kept:
                others = [c for name in joint.claim.symbols for c in self.used.get(name, ())]
                self.empty, self.clash = True, [joint.claim, *others]
                return None
            joint.boxes = kept
        return next((joint for joint in self.joints if joint.boxes and len(joint.boxes) == 1), None)

    def _meets(self, box: Box) -> bool:
        try:
            return not any(name in self.sets and (self.sets[name] & sizes).empty for name, sizes in box.sizes.items())
        except OverBudget:
            return True

    # Is there any size? --------------------------------------------------------------------------------------------

    def _decided(self, search: bool) -> bool | None:
        """Whether the system is empty, once every symbol has a size on its own."""
        hard = [joint for joint in self.joints if joint.boxes is None]
        boxed_names = [name for joint in self.joints if joint.boxes for name in joint.claim.symbols]
        if not self.open and not hard and len(set(boxed_names)) == len(boxed_names):
            return False
        if not search:
            return None
        if not self.open and not any(joint.boxes or len(joint.shown.atoms) > 1 for joint in self.joints):
            gone = eliminated([joint.shown for joint in hard] + self.singles)
            answer = System(gone, self.steps, search=False).empty if gone is not None else None
        else:
            answer = self._by_branches()
        if answer is None:
            answer = self._searched()
        if answer:
            self.clash = [joint.claim for joint in self.joints] + [c for used in self.used.values() for c in used]
            self.clash += self.open
        return answer

    def _by_branches(self) -> bool | None:
        """Whether the system is empty: one choice of boxes, and of one among several atoms, after another."""
        chosen: list[list[Claim]] = [self.singles]
        for joint in self.joints:
            owed = joint.claim.obligations
            ways = [list(box.claims) for box in joint.boxes or ()] or [
                [claim([(a.kind, a.f, a.d)], owed)] for a in joint.shown.atoms]  # fmt: skip
            chosen = [[*claims, *way] for claims in chosen for way in ways]
            if len(chosen) > BRANCHES:
                return None
        answers = []
        for claims in chosen if len(chosen) > 1 else ():
            answers.append(System(claims, self.steps).empty)
            if answers[-1] is False:
                return False
        return True if answers and None not in answers else None

    def _searched(self) -> bool | None:
        """Whether there is no size, found by trying: the symbols of few sizes first, then those of many."""
        names = sorted({name for joint in self.joints for name in joint.claim.symbols} | {
            name for made in self.open for name in made.symbols})  # fmt: skip
        if len(names) > WIDEST:
            return None
        few = [name for name in names if self._is_short(name)]
        many = [name for name in names if name not in few]
        for order in ([*few, *many], [*few, *reversed(many)]):
            found = self._tried(order)
            if found is not None or len(many) < 2:
                return found
        return None

    def _is_short(self, name: str) -> bool:
        sizes = self.sets.get(name, EVERY)
        return sizes.start is None and sum(b - a + 1 for a, b in sizes.runs) <= WITNESSES

    def _tried(self, names: Sequence[str]) -> bool | None:
        """False where sizes are found that satisfy every claim, True where all there are have been tried."""
        wanted = [c for c in self.claims if set(c.symbols) & set(names)]
        tries = TRIES
        whole = True
        stack: list[tuple[int, list[Claim]]] = [(0, wanted)]
        while stack:
            tries -= 1
            place, claims = stack.pop()
            if tries < 0 or not self.steps.take(COST * len(claims)):
                return None
            system = System(claims, self.steps, search=False)
            if system.empty is False:
                return False
            if system.empty:
                continue
            if place >= len(names):
                whole = False
                continue
            name = names[place]
            trials: list[tuple[int, list[Claim]]] = []
            for h in system.sets.get(name, EVERY).each():
                if len(trials) >= WITNESSES:
                    whole = False
                    break
                fresh = [c.substitute({name: h}) for c in claims]
                trials.append((place + 1, [c for c in fresh if c.truth is not True]))
            stack += reversed(trials)
        return True if whole else None

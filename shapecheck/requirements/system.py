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
from shapecheck.requirements.relations import eliminated, simpler
from shapecheck.requirements.sets import EVERY, OverBudget, Sizes

ROUNDS = 16
"""How often one symbol's only size, or a single box, is put into the other claims."""
TRIES = 200
"""So many systems are solved in search of sizes that satisfy claims on several symbols."""
WITNESSES = 24
"""So many sizes of one symbol are tried in that search."""
BRANCHES = 32
"""So many choices are followed where several claims are each `this or that`."""
COST = 2_000
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
    empty   True: no sizes satisfy all claims; False: some do; None: not known
    clash   for an empty system, the symbols or the claims that cannot be satisfied together
    """

    __slots__ = ("claims", "clash", "empty", "joints", "open", "sets", "steps", "used")

    def __init__(self, claims: Iterable[Claim], steps: Steps | None = None, search: bool = True) -> None:
        self.steps = steps or Steps()
        self.claims = list(claims)
        self.sets: dict[str, Sizes] = {}
        self.used: dict[str, list[Claim]] = {}
        self.open: list[Claim] = []
        self.joints: list[Joint] = []
        self.empty: bool | None = None
        self.clash: list[Claim] = []
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
        if any(len(joint.shown.atoms) > 1 for joint in hard):
            return self._by_branches(hard)
        gone = eliminated([joint.shown for joint in hard] + [c for c in self.claims if len(c.symbols) == 1])
        if gone is not None and not any(joint.boxes for joint in self.joints) and not self.open:
            rest = System(gone, self.steps, search=False)
            if rest.empty is not None:
                self.clash = [joint.claim for joint in hard] + [c for used in self.used.values() for c in used]
                return rest.empty
        return False if self._witness() else None

    def _by_branches(self, hard: Sequence[Joint]) -> bool | None:
        """Whether the system is empty, one choice of atoms after another."""
        others = [c for c in self.claims if len(c.symbols) == 1] + [joint.claim for joint in self.joints if joint.boxes]
        choices: list[list[Claim]] = [[]]
        for joint in hard:
            parts = [claim([(a.kind, a.f, a.d)], joint.claim.obligations) for a in joint.shown.atoms]
            choices = [[*chosen, part] for chosen in choices for part in parts]
            if len(choices) > BRANCHES:
                return False if self._witness() else None
        answers = []
        for chosen in choices:
            answers.append(System([*others, *chosen], self.steps).empty)
            if answers[-1] is False:
                return False
        if None in answers:
            return None
        self.clash = [joint.claim for joint in hard] + [c for used in self.used.values() for c in used]
        return True

    def _witness(self) -> bool:
        """Whether sizes are found that satisfy every claim."""
        names = sorted({name for joint in self.joints for name in joint.claim.symbols} | {
            name for made in self.open for name in made.symbols})  # fmt: skip
        if len(names) > WIDEST:
            return False
        wanted = [c for c in self.claims if set(c.symbols) & set(names)]
        tries = TRIES
        stack: list[tuple[int, list[Claim]]] = [(0, wanted)]
        while stack and tries:
            tries -= 1
            place, claims = stack.pop()
            if not self.steps.take(COST * len(claims)):
                return False
            system = System(claims, self.steps, search=False)
            if system.empty is False:
                return True
            if system.empty or place >= len(names):
                continue
            name = names[place]
            sizes = system.sets.get(name, EVERY)
            trials = []
            for h in sizes.each():
                fresh = [c.substitute({name: h}) for c in claims]
                trials.append((place + 1, [c for c in fresh if c.truth is not True]))
                if len(trials) >= WITNESSES:
                    break
            stack += reversed(trials)
        return False

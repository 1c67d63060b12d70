"""The sizes for which a model is valid: obligations solved into conditions, blamed, and held against contracts.

    requirements.of(inference)               the conditions of a whole definition
    requirements.judge(inference, found)     what is wrong with its contracts and asserts, and contradictions
    requirements.freed(inference)            the conditions with the sizes of the inputs let free
    requirements.solve(obligations)          the conditions of obligations from anywhere

Nothing is solved, and nothing of the solver is imported, before somebody asks, or where nothing is owed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shapecheck.diagnostic import Diagnostic
from shapecheck.need import Obligation

if TYPE_CHECKING:
    from shapecheck.inference import Inference
    from shapecheck.requirements.claims import Claim
    from shapecheck.requirements.conditions import Condition, Contradiction
    from shapecheck.requirements.system import System
    from shapecheck.spec import Assertion


class Requirements:
    """The set of sizes for which everything that was owed holds. Iterating gives its conditions.

    symbols     the names that may be bound
    complete    whether all of the model is known; where not, `holds` never says True
    refuted     whether something is wrong that no size can mend
    """

    __slots__ = ("_claims", "_conditions", "_inference", "_system", "complete", "obligations", "refuted", "symbols")

    def __init__(
        self,
        obligations: Iterable[Obligation],
        symbols: Iterable[str] = (),
        *,
        complete: bool = True,
        refuted: bool = False,
        inference: Inference | None = None,
    ) -> None:
        self.obligations = tuple(obligations)
        self.symbols = tuple(symbols)
        self.complete = complete
        self.refuted = refuted
        self._inference = inference
        self._claims: list[Claim] | None = None
        self._system: System | None = None
        self._conditions: tuple[Condition, ...] | None = None

    @property
    def claims(self) -> list[Claim]:
        """What the obligations say, each thing once."""
        if self._claims is None:
            if not self.obligations:
                self._claims = []
            else:
                from shapecheck.requirements.claims import claims_of

                self._claims = claims_of(self.obligations)
        return self._claims

    @property
    def system(self) -> System:
        """The claims solved."""
        if self._system is None:
            from shapecheck.requirements.system import System

            self._system = System(self.claims)
        return self._system

    @property
    def conditions(self) -> tuple[Condition, ...]:
        if self._conditions is None:
            if not self.claims:
                self._conditions = ()
            else:
                from shapecheck.requirements.stating import conditions

                self._conditions = conditions(self, self._inference)
        return self._conditions

    def __iter__(self) -> Iterator[Condition]:
        return iter(self.conditions)

    def __len__(self) -> int:
        return len(self.conditions)

    @property
    def text(self) -> str:
        """All conditions in one text; empty where every size is valid."""
        texts = [condition.text for condition in self.conditions]
        if len(texts) > 1:
            texts = [f"({text})" if " or " in text else text for text in texts]
        return " and ".join(texts)

    def __str__(self) -> str:
        return self.text or "every size"

    def __repr__(self) -> str:
        return f"<Requirements {self}>"

    @property
    def empty(self) -> Contradiction | None:
        """Why no size is valid, where that is proved; else None."""
        if not self.claims or not self.system.empty:
            return None
        from shapecheck.requirements.stating import contradiction

        return contradiction(self)

    @property
    def undecided(self) -> tuple[Condition, ...]:
        """Conditions that stand as they are, because solving them was too much work."""
        opened = {id(claim) for claim in self.system.open} if self.claims else ()
        return tuple(c for c in self.conditions if getattr(c._blame, "claim_id", None) in opened) if opened else ()

    # Questions -------------------------------------------------------------------------------------------------------

    def holds(self, **sizes: int) -> bool | None:
        """Whether these sizes are valid. Exact when every symbol has a size; None only where something is opaque.

        With symbols left free: True if it holds for all of their sizes, False if for none, else None.
        """
        if self.refuted or any(size < 1 for size in sizes.values()):
            return False
        bound = {name: int(size) for name, size in sizes.items()}
        known = self._system.sets if self._system else {}
        if any(name in known and size not in known[name] for name, size in bound.items()):
            return False
        free = []
        for claim in self.claims:
            if any(name not in bound for name in claim.symbols):
                free.append(claim)
            elif not claim.at(bound):
                return False
        if free:
            from shapecheck.requirements.asking import partly

            answer = partly(free, bound)
            return answer if answer is False else (answer if self.complete else None)
        return True if self.complete else None

    def _possible(self, name: str, others: Mapping[str, int], low: int, high: int | None, up: bool) -> Iterator[int]:
        if self.refuted or (others and self.holds(**others) is False):
            return iter(())
        if not self.claims:
            return _free(low, high, up)
        from shapecheck.requirements.asking import possible
        from shapecheck.requirements.system import System

        system = System([claim.substitute(others) for claim in self.claims]) if others else self.system
        return possible(system, name, low, high, up)

    def values(self, name: str, low: int, high: int, **others: int) -> list[int]:
        """The valid sizes of a symbol from low to high, both included, where the others have, or may find, theirs."""
        return list(self._possible(name, others, max(low, 1), high, True))

    def minimum(self, name: str, **others: int) -> int | None:
        """The smallest valid size of a symbol; None where there is none, or none was found."""
        return next(self._possible(name, others, 1, None, True), None)

    def nearest(self, name: str, size: int, **others: int) -> tuple[int | None, int | None]:
        """The largest valid size up to `size` and the smallest one from `size` on; None where there is none."""
        below = next(self._possible(name, others, 1, size, False), None)
        return below, next(self._possible(name, others, max(size, 1), None, True), None)

    def counterexample(self, **sizes: int) -> tuple[str, ...]:
        """Why some sizes are not valid: what the first layer says that refuses them, and the chain of the axis there.

        Empty where nothing refuses them; with names left free, only what these sizes decide counts.
        """
        if self._inference is None or not self.claims:
            return ()
        from shapecheck.requirements.saying import why

        return tuple(why(self._inference, self, sizes))

    def to_sympy(self) -> Any:
        """All conditions as one sympy Boolean; sympy is imported here."""
        import sympy

        return sympy.And(*[condition.to_sympy() for condition in self.conditions])


def _free(low: int, high: int | None, up: bool) -> Iterator[int]:
    """Every size from low to high, where nothing is asked of them."""
    h = low if up else high
    while h is not None and h >= low and (high is None or h <= high):
        yield h
        h += 1 if up else -1


def solve(obligations: Iterable[Obligation], symbols: Iterable[str] = (), *, complete: bool = True) -> Requirements:
    """The conditions under which obligations hold. `complete` is false where more may be owed than is known."""
    return Requirements(obligations, symbols, complete=complete)


def of(inference: Inference, asserts: Sequence[Assertion] | None = None) -> Requirements:
    """The conditions under which a model is valid: what its layers owe, and what its asserts say.

    `asserts` stand in the place of those of the definition; an empty list leaves what the layers owe alone.
    """
    owed = list(inference.obligations)
    lines = inference.graph.spec.asserts if asserts is None else asserts
    if lines:
        from shapecheck.requirements.asserting import obligations_of

        owed += obligations_of(inference, lines)
    failed = [found for found in inference.findings if found.severity == "error"]
    opaque = any(applied is None or applied.opaque for applied in inference.applied)
    return Requirements(
        owed,
        [name for name, size in inference.symbols.items() if type(size) is not int],
        complete=not (failed or opaque),
        refuted=any(found.code[:3] in ("SC3", "SC4") or found.code == "SC215" for found in failed),
        inference=inference,
    )


def judge(inference: Inference, requirements: Requirements) -> list[Diagnostic]:
    """What the sizes decide: contradictions, contracts and asserts that are refuted, and what could not be decided."""
    spec = inference.graph.spec
    if not requirements.claims and not spec.contracts and not spec.asserts:
        return []
    from shapecheck.requirements import judging

    return judging.judge(inference, requirements)


def freed(inference: Inference) -> tuple[Requirements, dict[str, int]] | None:
    """The conditions of the same model with the fixed sizes of its inputs let free, and the sizes that they had.

    The batch and the channels stay as they are. None where nothing is fixed.
    """
    from shapecheck.requirements.freeing import free

    found = free(inference)
    return (of(found.inference), found.sizes) if found else None

"""How findings about sizes are said: what an obligation demands, and what a layer says at some sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck import codes, dims, explain, origins
from shapecheck.diagnostic import Diagnostic, Label, Refusal
from shapecheck.inference import Inference
from shapecheck.need import Obligation
from shapecheck.requirements import Requirements, wording
from shapecheck.requirements.asserting import Asserted
from shapecheck.requirements.chains import Chains
from shapecheck.requirements.claims import of
from shapecheck.requirements.system import System
from shapecheck.source import Span


def say(code: str, place: Span | None, *, layer: str | None = None, label: str = "", labels: Sequence[Label] = (),
        notes: Sequence[str] = (), help: Sequence[str] = (), **facts: object) -> Diagnostic:  # fmt: skip
    """A finding in the words of its code."""
    return Diagnostic(
        code, codes.message(code, facts), severity=codes.CODES[code].severity, layer=layer, span=place, label=label,
        labels=labels, notes=notes, help=help, facts=facts,
    )  # fmt: skip


def demand(owed: Obligation) -> str:
    """What one obligation says, by the sizes that it leaves where it is on one symbol, else as it stands."""
    claim = of(owed)
    if claim.truth is not None:
        return stated(owed, {})
    if len(claim.symbols) == 1:
        system = System([claim])
        if not system.open and not system.empty:
            return " and ".join(part.text for part in wording.parts(claim.symbols[0], system.sets[claim.symbols[0]]))
    return wording.claim_text(claim)


def who(owed: Obligation) -> str:
    """The layer, or the line under `assert:`, that an obligation comes from."""
    if isinstance(owed, Asserted):
        return owed.assertion.text
    return owed.node.name if owed.node is not None else "?"


def refusal(inference: Inference, owed: Obligation, sizes: Mapping[str, int]) -> str:
    """The words in which a layer refuses some sizes, or what an assertion compares there."""
    if isinstance(owed, Asserted):
        return f"`{owed.assertion.text}` is {stated(owed, sizes)}"
    node = owed.node
    facts = {name: _filled(value, sizes) for name, value in owed.facts.items()}
    rank = max((len(spec.shape) for spec in origins.given(inference, node) if spec.shape is not None), default=None)
    said = Refusal(owed.code, owed.param, input=owed.input, axis=owed.axis, **facts)
    return explain.worded(said, node.name, rank, inference.channels_first)[0]


def _filled(value: Any, sizes: Mapping[str, int]) -> Any:
    """A fact with sizes in the place of symbols."""
    if isinstance(value, tuple):
        return tuple(_filled(item, sizes) for item in value)
    return dims.substitute(value, sizes) if isinstance(value, dims.Expr) else value


def stated(owed: Obligation, sizes: Mapping[str, int]) -> str:
    """What is compared, as it stands, with sizes in the place of symbols."""
    if owed.facts.get("ranks"):
        return "rank {} == rank {}".format(*owed.facts["ranks"])
    a, b = (dims.text(_filled(side, sizes)) for side in (owed.a, owed.b))
    return f"{a} {_SIGNS.get(owed.kind, owed.kind)} {b}"


_SIGNS = {"equal": "==", "at_least": ">=", "unequal": "!="}


def broken(requirements: Requirements, sizes: Mapping[str, int]) -> Obligation | None:
    """The first obligation in the wiring that some sizes break."""
    claims = [claim for claim in requirements.claims if set(claim.symbols) <= set(sizes) and not claim.at(sizes)]
    owed = [o for claim in claims for o in claim.obligations]
    return min(owed, key=lambda o: o.node.index if o.node is not None else 1 << 60, default=None)


def why(inference: Inference, requirements: Requirements, sizes: Mapping[str, int]) -> list[str]:
    """Why some sizes are not valid: the layer that refuses them, and the chain of the axis at these sizes."""
    owed = broken(requirements, sizes)
    if owed is None:
        return []
    said = " and ".join(f"{name} = {sizes[name]}" for name in sizes if name in of(owed).symbols)
    return [f"at {said or 'every size'}, {refusal(inference, owed, sizes)}", *Chains(inference).texts(owed, sizes)]

"""What the sizes decide: contradictions, refuted contracts and assertions, and what could not be decided."""

from __future__ import annotations

from collections.abc import Mapping

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic, Label
from shapecheck.inference import Inference
from shapecheck.requirements import Requirements, asserting, chains, wording
from shapecheck.requirements import of as of_model
from shapecheck.requirements.chains import Chains
from shapecheck.requirements.claims import Claim, claims_of, of
from shapecheck.requirements.conditions import Contradiction
from shapecheck.requirements.contracts import judged
from shapecheck.requirements.saying import demand, say, stated, who
from shapecheck.requirements.system import System


def judge(inference: Inference, requirements: Requirements) -> list[Diagnostic]:
    """All findings about sizes, in the order of the definition."""
    spec = inference.graph.spec
    found: list[Diagnostic] = []
    model = requirements
    if spec.asserts:
        model = of_model(inference, ())
    barren = model.empty
    if barren is not None:
        found.append(_barren(inference, barren))
    for line in spec.asserts:
        read = asserting.read_line(inference, line)
        if read.problem:
            found.append(_unreadable(read))
        elif barren is None and read.obligations:
            found += _assertion(inference, model, read)
    if not found and not inference.findings:
        if requirements.claims and requirements.system.empty is None:
            found.append(_undecided(inference, requirements))
        elif spec.asserts and requirements.empty is not None:
            found.append(_barren(inference, requirements.empty))
    settled = not any(d.code in ("SC601", "SC603") for d in found)
    for name, contract in spec.contracts.items():
        found += judged(inference, requirements, name, contract, settled)
    return found


# Contradictions --------------------------------------------------------------------------------------------------


def _barren(inference: Inference, barren: Contradiction) -> Diagnostic:
    """No size is valid: the last of the obligations that clash, with the others as labels."""
    owed = sorted(barren.obligations, key=lambda o: o.node.index if o.node is not None else len(inference.graph.nodes))
    *others, last = owed
    texts = {id(o): demand(o) for o in owed}
    labels = [Label(span, f"needs {texts[id(o)]}") for o in others if (span := chains.span(o)) is not None]
    known = Chains(inference)
    notes = [f"`{who(o)}` needs {texts[id(o)]}" for o in owed[:4] if chains.span(o) is None]
    for o in owed[:2]:
        notes += [chain for chain in known.symbolic(o) if chain not in notes]
    return say(
        "SC601",
        chains.span(last),
        layer=last.node.name if last.node is not None else None,
        label=f"needs {texts[id(last)]}",
        labels=labels,
        notes=notes,
        conditions=barren.text,
    )


def _undecided(inference: Inference, requirements: Requirements) -> Diagnostic:
    hard = [joint.claim for joint in requirements.system.joints] + requirements.system.open
    owed = [o for claim in hard for o in claim.obligations[:1]]
    place = next((span for o in owed if (span := chains.span(o)) is not None), None)
    texts = [wording.claim_text(claim) for claim in hard[:3]]
    return say("SC604", place, what=f"whether any sizes satisfy {' and '.join(texts)}")


# Assertions ------------------------------------------------------------------------------------------------------


def _unreadable(read: asserting.Read) -> Diagnostic:
    place = read.assertion.place
    return say("SC131", place.span() if place else None, param="assert", problem=read.problem)


def _assertion(inference: Inference, model: Requirements, read: asserting.Read) -> list[Diagnostic]:
    """A finding where no valid size satisfies an assertion."""
    wanted = claims_of(read.obligations)
    if not System([*model.claims, *wanted]).empty:
        return []
    place = read.assertion.place
    known = Chains(inference)
    sample = sample_of(model)
    wrong = [owed for owed in read.obligations if not of(owed).truth and not _holds(of(owed), sample)]
    wrong = [owed for owed in wrong if System([*model.claims, *claims_of([owed])]).empty] or wrong or read.obligations
    owed = wrong[0]
    fixed = not any(isinstance(size, dims.Expr) for size in (owed.a, owed.b))
    problem = f"{stated(owed, {})} is {'not true' if fixed else 'true for no valid size'}"
    notes = [text for o in wrong[:2] for text in known.texts(o, sample)]
    return [say("SC603", place.span() if place else None, text=read.assertion.text, problem=problem,
                 notes=list(dict.fromkeys(notes)))]  # fmt: skip


def _holds(claim: Claim, sizes: Mapping[str, int]) -> bool:
    return all(name in sizes for name in claim.symbols) and claim.at(sizes)


def sample_of(requirements: Requirements) -> dict[str, int]:
    """The least size of each symbol, for an example."""
    return {name: requirements.minimum(name) or 1 for name in requirements.symbols}

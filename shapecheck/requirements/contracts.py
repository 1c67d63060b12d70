"""What a definition promises of its sizes, held against the sizes that are valid: proved, or refuted by an example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic, Label
from shapecheck.inference import Inference
from shapecheck.requirements import Requirements, chains, cycles, wording
from shapecheck.requirements.claims import Claim
from shapecheck.requirements.saying import broken, say, why
from shapecheck.requirements.sets import EVERY, NONE, OverBudget, Sizes, interval, runs_of, tidy
from shapecheck.requirements.system import System
from shapecheck.source import Span
from shapecheck.spec import Contract
from shapecheck.words import near

PROVED = 4_096
"""So many combinations of sizes are tried where a contract is held against a condition on several symbols."""
SAMPLES = 8
"""Of more, so many sizes of each symbol."""

def sizes_of(contract: Contract) -> Sizes:
    """All the sizes that a contract promises to accept."""
    least, most, step = contract.least or 1, contract.most, contract.multiple_of or 1
    if contract.values is not None:
        kept = {v for v in contract.values if v >= least and (most is None or v <= most) and v % step == 0}
        return Sizes(runs_of(sorted(kept)))
    first = -(-least // step) * step
    if most is not None and first > most:
        return NONE
    return tidy((), first, (cycles.Cycle(step, (0,)),) if step > 1 else (), most)


def judged(
    inference: Inference, requirements: Requirements, name: str, contract: Contract, settled: bool
) -> list[Diagnostic]:
    """The finding about a contract that is not kept. Without `settled` only what is wrong with it by itself is told."""
    place = contract.place
    if name not in inference.symbols:
        close = near(name, inference.symbols)
        span = place.span(True) if place else None
        return [say("SC205", span, name=name, help=[f"did you mean `{close}`?"] if close else [],
                     declared=sorted(inference.symbols))]  # fmt: skip
    if isinstance(inference.symbols[name], int):
        return []  # set for this check; whether it keeps the contract is not the model's fault
    promised = sizes_of(contract)
    span = place.span() if place else None
    if promised.empty:
        return [say("SC602", span, name=name, problem="no size satisfies it")]
    if not settled or not requirements.claims:
        return []
    size = _refuting(requirements, name, promised)
    if size is not None:
        return [_refuted(inference, requirements, name, {name: size}, span)]
    return _against_joints(inference, requirements, name, promised, span)


def _refuting(requirements: Requirements, name: str, promised: Sizes) -> int | None:
    """A size that is promised and not valid, by the conditions on this symbol alone.

    It is the smallest above the least valid one, where there is such a size, because that tells more than a size that
    is too small.
    """
    system = requirements.system
    valid = system.sets.get(name, EVERY)
    found = outside(promised & interval(valid.after(1) or 1, None), valid) or outside(promised, valid)
    candidates = [found] if found is not None else []
    hard = [claim for claim in system.open if claim.symbols == (name,)]
    if hard:
        for count, h in enumerate(promised.each()):
            if count >= PROVED or (candidates and h >= candidates[0]):
                break
            if not all(claim.at({name: h}) for claim in hard):
                candidates.append(h)
                break
    return min(candidates, default=None)


def outside(promised: Sizes, valid: Sizes) -> int | None:
    """The smallest size of one set that is not in the other; None where there is none."""
    h = promised.after(1)
    while h is not None and (valid.start is None or h < valid.start):
        run = next(((a, b) for a, b in valid.runs if a <= h <= b), None)
        if run is None:
            return h
        h = promised.after(run[1] + 1)
    if h is None:
        return None
    # Beyond the start a cycle of n residues holds at most n of the residues that the promised sizes run through.
    found = []
    if valid.stop is not None and (over := promised.after(max(valid.stop + 1, h))) is not None:
        found.append(over)
    for cycle in valid.cycles:
        for count, size in enumerate(promised.each(h)):
            if not cycle.holds(size):
                found.append(size)
                break
            if count > len(cycle.residues) + len(promised.cycles):
                break
    return min(found, default=None)


def _refuted(
    inference: Inference, requirements: Requirements, name: str, sizes: Mapping[str, int], span: Span | None
) -> Diagnostic:
    """A contract that is not kept: the sizes at which it breaks, the layer that refuses them, and the chain there."""
    said = " and ".join(f"{symbol} = {size}" for symbol, size in sizes.items())
    owed = broken(requirements, sizes)
    notes = why(inference, requirements, sizes)
    place = chains.span(owed) if owed is not None else None
    labels = [Label(place, "refuses it")] if place is not None else []
    needed = " and ".join(c.text for c in requirements.conditions if set(c.symbols) & set(sizes))
    below, above = requirements.nearest(name, sizes[name])
    nearest = [dims.text(size) for size in (below, above) if size is not None]
    help = [f"the model is valid only when {needed}"] if needed else []
    if help and nearest and len(sizes) == 1:
        help[0] += f"; the nearest {'is' if len(nearest) == 1 else 'are'} {' and '.join(nearest)}"
    return say("SC602", span, name=name, problem=f"it allows {said}, and that is not valid", notes=notes, help=help,
                labels=labels, sizes=dict(sizes))  # fmt: skip


def _against_joints(
    inference: Inference, requirements: Requirements, name: str, promised: Sizes, span: Span | None
) -> list[Diagnostic]:
    """Conditions on several symbols: for all sizes that contracts promise there must be sizes of the other symbols."""
    system = requirements.system
    joints = [joint for joint in system.joints if name in joint.claim.symbols]
    contracts = inference.graph.spec.contracts
    names = sorted({symbol for joint in joints for symbol in joint.claim.symbols if symbol in contracts})
    if not joints or names[0] != name:  # told once, at the first of the contracts that it needs
        return []
    sets = [sizes_of(contracts[symbol]) for symbol in names]
    whole = True
    columns = []
    for sizes in sets:
        column: list[int] = []
        for h in sizes.each():
            column.append(h)
            if len(column) >= (PROVED if len(sets) == 1 else SAMPLES * SAMPLES):
                break
        whole = whole and not sizes.endless and column[-1] == sizes.before(1 << 62)
        columns.append(column)
    total = 1
    for column in columns:
        total *= len(column)
    if total > PROVED:
        whole, columns = False, [column[:SAMPLES] for column in columns]
    tied = {symbol for joint in joints for symbol in joint.claim.symbols}
    claims = [claim for claim in requirements.claims if tied & set(claim.symbols)]
    for values in product(*columns):
        trial = dict(zip(names, values, strict=True))
        if _impossible(claims, trial):
            return [_refuted(inference, requirements, name, trial, span)]
    if whole or _proved(joints_claims := [joint.claim for joint in joints], dict(zip(names, sets, strict=True))):
        return []
    texts = " and ".join(wording.claim_text(claim) for claim in joints_claims)
    return [say("SC604", span, what=f"whether {texts} holds for all sizes of the contract on {name}")]


def _impossible(claims: Iterable[Claim], sizes: Mapping[str, int]) -> bool:
    left = [claim.substitute(sizes) for claim in claims]
    try:
        return System([claim for claim in left if claim.truth is not True]).empty is True
    except OverBudget:
        return False


def _proved(claims: Sequence[Claim], sets: Mapping[str, Sizes]) -> bool:
    """Whether claims hold for all sizes of some sets, each a multiple of one number from some size on."""
    places: dict[str, dims.Dim] = {}
    for name, sizes in sets.items():
        if sizes.start is None or sizes.runs or len(sizes.cycles) > 1:
            return False
        step = sizes.cycles[0].modulus if sizes.cycles else 1
        places[name] = step * dims.symbol(name) + (sizes.start - step)
    return all(claim.substitute(places).truth is True for claim in claims)

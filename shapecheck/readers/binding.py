"""The names of a block's inputs, bound to what one use of it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck.readers.blocks import Block
from shapecheck.readers.entries import NOWHERE, Entry
from shapecheck.readers.scope import Reading
from shapecheck.readers.spaces import BlockUse, Reads
from shapecheck.source import Place
from shapecheck.spec import Ref, Use
from shapecheck.words import listing


def bind(
    reading: Reading, use: BlockUse, block: Block, known: Reads, entry: Entry, trail: Sequence[Use]
) -> None:
    """Let the names of the block's inputs stand for what this use reads; a finding where it reads something else."""
    names = block.inputs or []
    place = entry.side.at("inputs") if entry.inputs is not None else entry.at
    for name, target in _targets(reading, block, known.given, place, trail).items():
        if target is None and known.last is None:
            reading.say("SC207", entry.at, layer=use.name or block.name, trail=trail)
            target = NOWHERE
        use.domain.root.names[name] = Reads(target, known.space, known.last)
    for name in names:
        use.domain.root.names.setdefault(name, Reads(NOWHERE, known.space))


def _targets(reading: Reading, block: Block, given: Any, place: Place, trail: Sequence[Use]) -> Mapping[str, Any]:
    """Name -> reference, None for whatever came before."""
    names = block.inputs or []
    if isinstance(given, Mapping):
        odd = [role for role in given if role not in names]
        for role in odd:
            close = reading.near(role, names)
            reading.say("SC212", place.at(role), at_key=True, layer=block.name, name=role, near=close, trail=trail)
        return given if not odd and _fits(reading, block, len(given), place, trail) else {}
    several = [given] if given is None or isinstance(given, Ref) else given
    return dict(zip(names, several, strict=True)) if _fits(reading, block, len(several), place, trail) else {}


def _fits(reading: Reading, block: Block, count: int, place: Place, trail: Sequence[Use]) -> bool:
    """Whether a use gives as many inputs as the block names; a finding where it does not."""
    names = block.inputs or []
    if count != len(names):
        expected = f"{len(names)} input{'s' * (len(names) != 1)} ({listing(f'`{name}`' for name in names)})"
        reading.say("SC208", place, layer=block.name, expected=expected, given=count, trail=trail)
    return count == len(names)

"""Entries -> layers: blocks, repetitions and calls written out, without recursion and within one budget.

Every use of a block makes layers of its own. Nesting is followed on an explicit stack, and what is over the limit of
layers is refused before it is written out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shapecheck.findings import related
from shapecheck.readers import blocks as templates
from shapecheck.readers.binding import bind
from shapecheck.readers.blocks import Block
from shapecheck.readers.entries import LAYER, NOWHERE, Entry, read_entry, read_inputs, read_name
from shapecheck.readers.frames import Budget, Flow, Frame
from shapecheck.readers.layers import layer, layer_again
from shapecheck.readers.scope import OverBudget, Reading, Scope
from shapecheck.readers.spaces import (
    MAX_REFS,
    BlockUse,
    Domain,
    Malformed,
    Member,
    Reads,
    Resolver,
    Space,
    TooMany,
    name_all,
)
from shapecheck.source import Place
from shapecheck.spec import MAX_LAYERS, Inputs, LayerSpec, Ref, Use

MAX_NESTING = 50
_NAME = re.compile(r"[^\W\d]\w*")


class Expander:
    """Writes out the entries of one definition, or of one of its models."""

    def __init__(
        self, reading: Reading, blocks: Mapping[str, Block], models: Collection[str], scope: Scope, budget: Budget
    ) -> None:
        self.reading = reading
        self.blocks = blocks
        self.models = models
        self.scope = scope
        self.budget = budget
        self.layers: list[LayerSpec] = []
        self.top = Domain(None, None)
        self._domains = [self.top]
        self._given: list[tuple[LayerSpec, Space]] = []
        self._reads: list[tuple[LayerSpec, Reads]] = []
        self._calls: list[tuple[LayerSpec, Space]] = []
        self._stack: list[Frame] = []
        self._scoped = False

    def expand(self, entries: Sequence[Any], at: Place) -> None:
        """Write out `entries`. Raises OverBudget."""
        self._limit(len(entries), at)
        self._stack = [Frame(entries, at, self.scope, self.top.root, Flow(), ())]
        while self._stack:
            frame = self._stack[-1]
            if frame.next < len(frame.entries):
                index = frame.next
                frame.next += 1
                self._entry(frame, frame.entries[index], Place(frame.at.document, (*frame.at.path, index)))
            elif frame.repeat is None or frame.turn == frame.repeat.times:
                self._stack.pop()
                self._close(frame)
            else:
                self._turn(frame)

    def finish(self, outputs: Inputs) -> Inputs:
        """Name every layer and put every reference in full; the outputs of the definition in full."""
        name_all(self._domains)
        if not self._scoped:
            return outputs
        resolver = Resolver(self._no_layer)
        try:
            for domain in self._domains[1:]:
                if domain.use is not None:
                    resolver.member(domain.use)
            for spec, space in self._given:
                spec.inputs = resolver.inputs(spec.inputs, space)
            for spec, reads in self._reads:
                spec.inputs = resolver.reads(reads)
            outputs = resolver.inputs(outputs, self.top.root)
        except TooMany:
            self.reading.say("SC803", self.reading.place("blocks"), limit=f"{MAX_REFS:,} inputs of one layer")
            raise OverBudget from None
        for spec, space in self._calls:
            self._called(spec, resolver.find(spec.again or "", space))
        return outputs

    def uses(self) -> list[str]:
        """The full names of the uses of blocks."""
        return [domain.use.name for domain in self._domains if domain.use and domain.use.name]

    # Entries ------------------------------------------------------------------------------------------------------

    def _limit(self, count: int, place: Place, trail: tuple[Use, ...] = ()) -> None:
        """Refuse what comes to `count` layers or more, if that is too many."""
        if count > self.budget.layers or self.budget.steps < 0:
            self.reading.say("SC804", place, limit=f"{MAX_LAYERS:,}", trail=trail)
            raise OverBudget

    def _entry(self, frame: Frame, item: Any, at: Place) -> None:
        self.budget.steps -= 1
        entry = read_entry(self.reading, item, at, frame.trail)
        if entry is None:
            self._emit(frame, Malformed("", at, frame.trail), None)
            return
        if "${" in entry.kind:
            self._fill_kind(frame, entry)
        kind = entry.kind
        if kind == "repeat" and kind not in self.blocks:
            self._repeat(frame, entry, item)
        elif kind == "call":
            spec = layer_again(self.reading, entry, frame.scope, frame.trail)
            if spec.again is not None:
                self._calls.append((spec, frame.space))
            self._emit(frame, spec, entry)
        elif kind in self.blocks:
            self._use(frame, entry, self.blocks[kind])
        else:
            self._emit(frame, layer(self.reading, entry, frame.scope, frame.trail, self.models), entry)

    def _fill_kind(self, frame: Frame, entry: Entry) -> None:
        kind = self.reading.fill(entry.kind, entry.kind_place or entry.place, frame.scope, frame.trail, bare=False)
        if isinstance(kind, str) and kind.strip():
            entry.kind = kind.strip()
            return
        if kind is not None:
            self.reading.malformed(entry.at, "a layer", LAYER, kind, trail=frame.trail)
        entry.kind = ""

    # Members ------------------------------------------------------------------------------------------------------

    def _emit(self, frame: Frame, spec: LayerSpec, entry: Entry | None) -> None:
        if entry is not None and entry.name is not None:
            self._named(frame, spec, entry)
        else:
            frame.space.domain.members.append(spec)
        flow = frame.flow
        if spec.inputs is None and flow.reads is not None and spec.kind != "InputLayer":
            self._reads.append((spec, flow.reads))
        elif spec.kind:
            if spec.inputs is not None:
                self._given.append((spec, frame.space))
            self._unread(flow)
        flow.reads = flow.place = None
        flow.last = spec
        self.layers.append(spec)
        self.budget.layers -= 1
        if self.budget.layers < 0:
            self._limit(1, spec.place or self.reading.place(), frame.trail)

    def _unread(self, flow: Flow) -> None:
        """A finding where the use of a block names inputs that its first layer does not read."""
        if flow.place is not None:
            expected = "no inputs, as its first layer says what it reads"
            self.reading.say("SC208", flow.place, layer="the block", expected=expected, given="some")

    def _named(self, frame: Frame, member: Member, entry: Entry) -> None:
        name = read_name(self.reading, entry, frame.scope, frame.trail)
        qualified = name
        if name is not None and frame.suffixes:
            words = set(_NAME.findall(entry.name)) if isinstance(entry.name, str) and "${" in entry.name else set()
            turns = [turn for turn, variables in frame.suffixes if words.isdisjoint(variables)]
            qualified = "_".join([name, *map(str, turns)])
        earlier = frame.space.domain.add(member, name, frame.space, qualified or "")
        if earlier is not None:
            labels = related(_name_place(earlier), "the first one")
            self.reading.say("SC202", entry.side.at("name"), name=name, labels=labels, trail=frame.trail)

    # Blocks -------------------------------------------------------------------------------------------------------

    def _use(self, frame: Frame, entry: Entry, block: Block) -> None:
        reading, trail = self.reading, frame.trail
        self._scoped = True
        self.budget.used.add(block.name)
        if self._uses_itself(block, entry, trail) or len(self._stack) >= MAX_NESTING:
            if len(self._stack) >= MAX_NESTING:
                reading.say("SC802", entry.at, limit=MAX_NESTING, trail=trail)
            self._emit(frame, Malformed(block.name, entry.at, trail), entry)
            return
        inner = templates.arguments(reading, block, entry, frame.scope, self.scope, trail)
        given = read_inputs(reading, entry.inputs, entry.side.at("inputs"), frame.scope, trail)
        if inner is None or not block.entries or given is NOWHERE:
            self._emit(frame, Malformed(block.name, entry.at, trail), entry)
            return
        if entry.call is not None:
            reading.unknown_key("use of a block", "call", (), entry.side, trail)
        self._limit(self.budget.sizes.of_block(block.name), entry.at, trail)
        use = BlockUse(block.name, entry.at, frame.space)
        self._domains.append(use.domain)
        self._named(frame, use, entry)
        before = frame.flow
        reads = Reads(given, frame.space) if given is not None else before.reads
        if given is not None:
            self._unread(before)
            before.place = entry.side.at("inputs")
        flow = Flow(reads, before.place if block.inputs is None else None)
        before.place = None
        below = Frame(block.entries, block.path, inner, use.domain.root, flow, (
            *trail, Use(f"`{block.name}` is used here", entry.at)))  # fmt: skip
        below.use, below.outer = use, frame
        use.trail = below.trail
        if block.inputs is not None:
            known = reads or Reads(None, frame.space, before.last)
            bind(reading, use, block, known, entry, trail)
        use.wanted = block.outputs
        self._stack.append(below)

    def _uses_itself(self, block: Block, entry: Entry, trail: tuple[Use, ...]) -> bool:
        if all(frame.use is None or frame.use.block != block.name for frame in self._stack):
            return False
        self.reading.say("SC213", entry.kind_place or entry.place, at_key=entry.kind_place is not None, name=block.name,
                         labels=related(block.place, "the block", at_key=True), trail=trail)  # fmt: skip
        return True

    def _close(self, frame: Frame) -> None:
        """After the last entry: what follows a use of a block reads its outputs."""
        use, outer = frame.use, frame.outer
        if use is None or outer is None:
            return
        if frame.flow.last is None:
            given, what = "none, as no repetition in it has a turn", f"`{use.block}`"
            self.reading.malformed(use.place, what, "a block with layers", None, given=given, trail=outer.trail)
            self._emit(frame, Malformed("", use.place, frame.trail), None)
        use.last = frame.flow.last
        outer.flow.last = use
        outer.flow.reads = Reads(None, outer.space, use) if use.wanted is not None else None

    # Repetitions --------------------------------------------------------------------------------------------------

    def _repeat(self, frame: Frame, entry: Entry, item: Any) -> None:
        raw = item.get("repeat") if isinstance(item, dict) else None
        if raw is None:
            raw = entry.config or None
        repeat = templates.read_repeat(self.reading, raw, entry.place, frame.scope, frame.trail)
        if repeat is not None and len(self._stack) >= MAX_NESTING:
            self.reading.say("SC802", entry.at, limit=MAX_NESTING, trail=frame.trail)
            repeat = None
        if repeat is None:
            self._emit(frame, Malformed("", entry.at, frame.trail), None)
            return
        place = entry.place.at("times")
        self._limit(repeat.times * self.budget.sizes.of(repeat.entries), place, frame.trail)
        self._limit(0 if repeat.times <= self.budget.steps else MAX_LAYERS + 1, place, frame.trail)
        below = Frame((), entry.place.at("layers"), frame.scope, frame.space, frame.flow, frame.trail)
        below.repeat, below.outer, below.home = repeat, frame, entry.at
        below.suffixes = frame.suffixes
        self._stack.append(below)

    def _turn(self, frame: Frame) -> None:
        """Begin the next turn of a repetition."""
        repeat, outer = frame.repeat, frame.outer
        assert repeat is not None and outer is not None
        values = {name: items[frame.turn] for name, items in repeat.vars.items()}
        frame.turn += 1
        frame.next = 0
        frame.entries = repeat.entries
        frame.scope = Scope(values, outer.scope) if values else outer.scope
        if repeat.times > 1:
            self._scoped = True
            frame.space = Space(outer.space.domain, outer.space)
            frame.suffixes = (*outer.suffixes, (frame.turn, repeat.vars.keys()))
            frame.trail = (*outer.trail, Use(f"turn {frame.turn:,} of {repeat.times:,}", frame.home))

    # References ---------------------------------------------------------------------------------------------------

    def _no_layer(self, use: BlockUse, ref: Ref) -> None:
        if ref.name:
            expected = "the name of a layer of the block"
            self.reading.malformed(ref.place or use.place, "an output of a block", expected, ref.name, trail=use.trail)

    def _called(self, spec: LayerSpec, found: Member | Reads | None) -> None:
        """Put the name of the layer that is called again in full."""
        if isinstance(found, LayerSpec):
            spec.again = found.name
        elif isinstance(found, BlockUse) and spec.place is not None:
            problem = "it is the use of a block, which has no weights of its own"
            help = ["put under `models:` what is to be called twice with the same weights"]
            place = spec.place.at("layer")
            self.reading.say("SC210", place, name=spec.again, problem=problem, trail=spec.trail, help=help)
            spec.kind, spec.again = "", None


def _name_place(member: Member) -> Place | None:
    place = member.place
    return place.at("name") if isinstance(member, LayerSpec) and place is not None else place

"""Models that are called written out where they are called: one flat list of calls, with what each of them reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shapecheck import layers, modes, rings
from shapecheck.calls import Call, Instance, Link, called, entry_place, passing, within
from shapecheck.findings import Context, kind_place, related
from shapecheck.making import make
from shapecheck.source import Place
from shapecheck.spec import MAX_LAYERS, LayerSpec, Use
from shapecheck.wiring import Plan, Read, Reads
from shapecheck.words import listing

MAX_NESTING = 50
MAX_READS = 1_000_000

class Inliner:
    """Writes out a definition; `calls` and `outputs` are complete after `run`."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.calls: list[Call] = []
        self.outputs: list[Link] = []
        self.inputs: list[int] = []
        self.full = False
        self._plans: dict[str, Plan] = {}
        self._weights: dict[str, int] = {}
        self._of_models: dict[str, tuple[int, list[tuple[str, int]]]] = {}
        self._instances: list[Instance] = []
        self._left = MAX_READS

    def run(self) -> None:
        """Write out the definition."""
        plan = Plan(self.context.root, self.context)
        top = Instance(plan)
        self._write_out(top)
        if self.full:
            return
        for instance in self._instances:
            self._feed(instance)
        for call in self.calls:
            if not call.broken and call.reads is not None:
                self._link(call, call.reads, call.instance)
        self.outputs = top.outputs
        self.inputs = [where for where in (top.where[position] for position in plan.inputs) if isinstance(where, int)]
        for name in self.context.root.models:
            self._plan(name)  # a model that nobody calls is looked at all the same

    def called(self) -> Iterator[tuple[Instance, str, LayerSpec]]:
        """Each call of a model, with the name of its first call and the entry that makes the call."""
        for instance in self._instances:
            caller = instance.caller
            assert caller is not None
            plan = caller.plan
            yield instance, caller.prefix + plan.names[plan.made[instance.position]], plan.items[instance.position]

    def _plan(self, name: str) -> Plan:
        if name not in self._plans:
            self._plans[name] = Plan(self.context.root.models[name], self.context)
        return self._plans[name]

    # Writing out --------------------------------------------------------------------------------------------------

    def _write_out(self, top: Instance) -> None:
        stack = [top]
        active: set[str] = set()
        while stack and not self.full:
            instance = stack[-1]
            plan, position = instance.plan, instance.next
            if position == len(plan.items):
                stack.pop()
                instance.end = len(self.calls)
                active.discard(plan.spec.name or "") if stack else None
                instance.outputs = self._all_links(plan.outputs, instance)
                continue
            instance.next += 1
            model = plan.model_of(position) if plan.context.root.models else None
            if model is None:
                self._layer(instance, position)
            elif inner := self._enter(instance, position, model, active, len(stack)):
                active.add(model)
                inner.start = len(self.calls)
                stack.append(inner)

    def _layer(self, instance: Instance, position: int) -> None:
        plan = instance.plan
        item, made = plan.items[position], plan.made[position]
        call = Call(instance.prefix + plan.names[position], item, (id(plan), made), instance, plan.reads[position])
        call.broken = bool(plan.broken[position])
        if made != position:
            call.item = called(item, plan.items[made])
        if instance.caller is not None:
            call.item = within(call.item, instance.trail)
            if item.kind == "InputLayer" or (plan.entered and position == 0):
                instance.feeds[position] = call
        elif plan.entered and position == 0 and not call.broken:
            call.broken = True
            self._missing(plan, item)
        instance.where.append(len(self.calls))
        self.calls.append(call)
        self._count(item.place)

    def _parts(self, model: str) -> tuple[int, list[tuple[str, int]]]:
        """How many layers stand in a model, and the models that it calls."""
        if model not in self._of_models:
            plan = self._plan(model)
            called = [inner for position in range(len(plan.items)) if (inner := plan.model_of(position))]
            self._of_models[model] = len(plan.items) - len(called), [(inner, 1) for inner in called]
        return self._of_models[model]

    def _count(self, place: Place | None) -> None:
        if len(self.calls) > MAX_LAYERS and not self.full:
            self._fill(place)

    def _fill(self, place: Place | None) -> None:
        """There is no room for what is called here."""
        self.full = True
        self.context.say("SC804", place, limit=f"{MAX_LAYERS:,}")

    def _missing(self, plan: Plan, item: LayerSpec) -> None:
        place, at_key = kind_place(item)
        help = ["begin with an Input, such as `- Input: {shape: [28, 28, 1]}`"]
        self.context.say("SC207", place, item, at_key=at_key, layer=plan.names[0], help=help)

    def _enter(self, instance: Instance, position: int, model: str, active: set[str], depth: int) -> Instance | None:
        """Begin to write out a call of a model; None where that cannot be, and a broken layer stands for it."""
        plan, item = instance.plan, instance.plan.items[position]
        place, at_key = kind_place(item)
        body = self.context.root.models[model]
        if model in active:
            labels = related(body.place, "the model", at_key=True)
            self.context.say("SC213", place, item, at_key=at_key, name=model, labels=labels)
        elif depth >= MAX_NESTING:
            self.context.say("SC802", place, item, at_key=at_key, limit=MAX_NESTING)
        elif rings.weigh(model, self._parts, self._weights, MAX_LAYERS + 1) > MAX_LAYERS - len(self.calls):
            self._fill(place)
        elif not plan.broken[position] and body.layers:
            inner = Instance(self._plan(model), instance, position)
            inner.trail = (*instance.trail, *item.trail, Use(f"`{model}` is called here", entry_place(item)))
            instance.where.append(inner)
            self._instances.append(inner)
            self._count(item.place)
            return inner
        stand_in = Call(instance.prefix + plan.names[position], item, (id(plan), position), instance, None)
        stand_in.broken = True
        instance.where.append(len(self.calls))
        self.calls.append(stand_in)
        self._count(item.place)
        return None

    # Linking ------------------------------------------------------------------------------------------------------

    def _links(self, read: Read, instance: Instance) -> list[Link] | None:
        """The calls behind a layer or a model; None, with a finding, where there is no such output."""
        position, output = read
        where = instance.where[position]
        if isinstance(where, int):
            return [(where, output)]
        if output is None:
            return where.outputs
        if 0 <= output < len(where.outputs):
            return [where.outputs[output]]
        return None

    def _all_links(self, reads: list[Read], instance: Instance) -> list[Link]:
        found: list[Link] = []
        for read in reads:
            found += self._links(read, instance) or self._no_output(read, instance, None)
            if len(found) > MAX_LAYERS:
                self.full = True
                self.context.say("SC803", instance.plan.spec.place, limit=f"{MAX_LAYERS:,} outputs")
                return []
        return found

    def _no_output(self, read: Read, instance: Instance, call: Call | None) -> list[Link]:
        name = instance.plan.names[read[0]]
        where = instance.where[read[0]]
        item = call.item if call else None
        place = item.inputs_place if item else None
        if isinstance(where, Instance) and (where.outputs or read[1] is not None):
            count = len(where.outputs)
            self.context.say("SC206", place or instance.plan.spec.place, item, name=name, count=count,
                             s="s" * (count != 1), ref=f"{name}[{read[1]}]")  # fmt: skip
        return []

    def _link(self, call: Call, reads: Reads, instance: Instance) -> None:
        """Set what a call reads, from the layers of `instance`."""
        if reads.by_role is None:
            call.links = self._joined(reads.given, call, instance)
            call.listed = reads.listed or len(call.links) > 1
            return
        call.by_role = {}
        for role, item in reads.by_role.items():
            links = self._joined(item if isinstance(item, list) else [item], call, instance)
            call.by_role[role] = links if isinstance(item, list) or len(links) != 1 else links[0]

    def _joined(self, reads: list[Read], call: Call, instance: Instance) -> list[Link]:
        if len(reads) == 1 and isinstance(where := instance.where[reads[0][0]], int):
            return [(where, reads[0][1])]
        joined: list[Link] = []
        for read in reads:
            links = self._links(read, instance)
            if not links:
                call.broken = True
                self._no_output(read, instance, call)
                continue
            self._left -= len(links)
            if self._left < 0:
                if not self.full:
                    self.full = True
                    self.context.say("SC803", call.item.place, call.item, limit=f"{MAX_READS:,} references")
                return []
            joined += links
        return joined

    # The inputs of a model ------------------------------------------------------------------------------------------

    def _feed(self, instance: Instance) -> None:
        """Link the Inputs of a called model to what its call reads."""
        caller = instance.caller
        assert caller is not None
        plan, reads = instance.plan, caller.plan.reads[instance.position]
        item = caller.plan.items[instance.position]
        if reads is None:
            self._starve(instance)
            if caller.caller is None:
                self._missing(caller.plan, item)
            return
        if plan.entered and not plan.inputs:
            first = instance.feeds.get(0)
            if first is not None:
                self._link(first, reads, caller)
            return
        probe = Call(caller.plan.names[instance.position], item, (0, 0), caller, reads)
        self._link(probe, reads, caller)
        names = [plan.names[position] for position in plan.inputs]
        given: dict[str, Any] | None = probe.by_role
        if given is None and not probe.broken and len(probe.links) == len(names):
            given = dict(zip(names, probe.links, strict=True))
        if probe.broken or given is None or set(given) != set(names):
            if not probe.broken and all(item.kind for item in plan.items):
                count = len(probe.links) if probe.by_role is None else len(probe.by_role)
                self._misfit(probe, names, count, set(probe.by_role or ()) - set(names))
            self._starve(instance)
            return
        for position, name in zip(plan.inputs, names, strict=True):
            link = given[name]
            call = instance.feeds[position]
            call.links = link if isinstance(link, list) else [link]
            call.broken = call.broken or not self._is_sound(call.item, call.name)
            call.item = passing(call.item)

    def _is_sound(self, item: LayerSpec, name: str) -> bool:
        """Whether the parameters of an Input are right, of which only the shape is looked at from here on."""
        refusals = make(layers.found("InputLayer"), item.config, modes.MODES[self.context.root.generation])[1]
        for refusal in refusals:
            param, facts = refusal.param or "", {**refusal.facts, "layer": name}
            keys = (facts.pop("item"),) if "item" in facts else ()
            place = item.place
            if place is not None and param in item.config:
                place = place.at(item.written.get(param, param), *keys)
            self.context.say(refusal.code, place, item, at_key=refusal.code == "SC111", **facts)
        return not refusals

    def _misfit(self, probe: Call, names: list[str], count: int, odd: set[str]) -> None:
        item = probe.item
        place = item.inputs_place
        expected = f"{len(names)} input{'s' * (len(names) != 1)}"
        verb = "input is" if len(names) == 1 else "inputs are"
        notes = [f"its {verb} {listing(f'`{name}`' for name in names[:10])}"] if names else []
        if odd:
            name = min(odd)
            self.context.say("SC212", place.at(name) if place else None, item, at_key=True, layer=probe.name, name=name,
                             notes=notes)  # fmt: skip
        else:
            self.context.say("SC208", place, item, layer=probe.name, expected=expected, given=count, notes=notes)

    def _starve(self, instance: Instance) -> None:
        for call in instance.feeds.values():
            call.broken = True

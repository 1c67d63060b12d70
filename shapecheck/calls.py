"""Calls of layers as the wiring makes them from a plan, and the entries that stand behind them."""

from __future__ import annotations

from typing import Any

from shapecheck.source import Place
from shapecheck.spec import LayerSpec, Use
from shapecheck.wiring import Plan, Reads

Link = tuple[int, int | None]
"""A call by its number in the flat list, and one of its outputs; None for all of them."""


class Call:
    """One call of a layer. Calls with the same `key` have the same weights."""

    __slots__ = ("broken", "by_role", "instance", "item", "key", "links", "listed", "name", "reads")

    def __init__(
        self, name: str, item: LayerSpec, key: tuple[int, int], instance: Instance, reads: Reads | None
    ) -> None:
        self.name = name
        self.item = item
        self.key = key
        self.instance = instance
        self.reads = reads
        self.broken = False
        self.links: list[Link] = []
        self.by_role: dict[str, Any] | None = None
        self.listed = False


class Instance:
    """One call of a model, or the definition itself. `where` holds for each of its layers the number of its call."""

    __slots__ = ("caller", "end", "feeds", "next", "outputs", "plan", "position", "prefix", "start", "trail", "where")

    def __init__(self, plan: Plan, caller: Instance | None = None, position: int = 0) -> None:
        self.plan = plan
        self.caller = caller
        self.position = position  # of the call in the plan of the caller
        self.next = 0
        self.start = self.end = 0  # of its calls in the flat list
        self.where: list[int | Instance] = []
        self.outputs: list[Link] = []
        self.feeds: dict[int, Call] = {}  # the calls that stand for the Inputs of this model
        self.prefix: str = f"{caller.prefix}{caller.plan.names[position]}/" if caller else ""
        self.trail: tuple[Use, ...] = ()


def outermost(call: Call) -> tuple[str, LayerSpec]:
    """The name and the entry of a call where the definition has it: for a layer of a model, the model's call."""
    name, item, instance = call.name, call.item, call.instance
    while instance.caller is not None:
        plan = instance.caller.plan
        name, item = instance.prefix.rstrip("/"), plan.items[instance.position]
        instance = instance.caller
    return name, item


def entry_place(item: LayerSpec) -> Place | None:
    """The place of the whole entry: the map around the configuration, where it is one."""
    place = item.place
    return Place(place.document, place.path[:-1]) if place is not None and place == item.kind_place else place


def called(item: LayerSpec, target: LayerSpec) -> LayerSpec:
    """A call of a layer that stands elsewhere: its kind and configuration, read here."""
    return item.but(kind=target.kind, config=target.config)


def within(item: LayerSpec, trail: tuple[Use, ...]) -> LayerSpec:
    """A layer of a model, with the call that led there."""
    return item.but(trail=(*trail, *item.trail))


def passing(item: LayerSpec) -> LayerSpec:
    """The Input of a model that is called: it passes on what it is given, if that fits its shape."""
    config: dict[str, Any] = {}
    shape, batch = item.config.get("shape"), item.config.get("batch_size")
    whole = item.config.get("batch_shape", item.config.get("batch_input_shape"))
    if isinstance(whole, (list, tuple)) and whole:
        batch, shape = whole[0], list(whole[1:])
    if isinstance(shape, (list, tuple)):
        config["input_shape"] = shape
    if isinstance(batch, int) and not isinstance(batch, bool):
        config["batch_size"] = batch
    return LayerSpec(
        "Identity", config, name=item.name, place=item.place, kind_place=item.kind_place, trail=item.trail
    )

"""An order in which every layer comes after what it reads, the rings where there is none, and weights along uses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush

Reads = Sequence[Sequence[int]]
"""For each layer, by number, the numbers of the layers that it reads."""


def order(reads: Reads) -> list[int]:
    """The layers in wiring order, as near to the order of the text as can be; those on or behind a ring are left out.

    Linear where the text is in order already, as it nearly always is; n log n otherwise.
    """
    if all(source < number for number, sources in enumerate(reads) for source in sources):
        return list(range(len(reads)))
    waits = [0] * len(reads)
    readers: list[list[int]] = [[] for _ in reads]
    for number, sources in enumerate(reads):
        for source in sources:
            waits[number] += 1
            readers[source].append(number)
    ready = [number for number, count in enumerate(waits) if count == 0]
    heapify(ready)
    done = []
    while ready:
        number = heappop(ready)
        done.append(number)
        for reader in readers[number]:
            waits[reader] -= 1
            if waits[reader] == 0:
                heappush(ready, reader)
    return done


def knots(reads: Reads) -> list[list[int]]:
    """The sets of layers that depend on one another, each in order of the text."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_edges_from((source, number) for number, sources in enumerate(reads) for source in sources)
    found = [sorted(knot) for knot in nx.strongly_connected_components(graph)]
    return sorted(knot for knot in found if len(knot) > 1 or knot[0] in reads[knot[0]])


def ring(knot: Sequence[int], reads: Reads) -> list[int]:
    """A shortest way round from the first layer of a knot to itself, in the direction of the data."""
    start, within = knot[0], set(knot)
    before: dict[int, int] = {}
    queue = deque([start])
    while queue:
        number = queue.popleft()
        for source in reads[number]:
            if source == start:
                way = [number]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return [start, *way]
            if source in within and source not in before:
                before[source] = number
                queue.append(source)
    return [start, start]


def weigh(
    name: str, parts: Callable[[str], tuple[int, Iterable[tuple[str, int]]]], known: dict[str, int], limit: int
) -> int:
    """How much a template comes to, where `parts` gives what stands in it and how often it uses which others.

    At least 1 and at most `limit`; a template within itself counts as 1. What is found out is kept in `known`.
    """
    entered: set[str] = set()
    stack = [name]
    while stack:
        head = stack[-1]
        if head in known:
            stack.pop()
            continue
        own, used = parts(head)
        if head in entered:
            known[head] = min(limit, max(1, own + sum(times * known.get(inner, 1) for inner, times in used)))
            stack.pop()
        else:
            entered.add(head)
            stack.extend(inner for inner, _ in used if inner not in entered)
    return known[name]

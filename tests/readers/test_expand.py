
"""Blocks and repetitions against a plain recursive reference, hostile definitions, and random values."""

import random
import time

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecheck import graph
from shapecheck.readers import expand, frames, sizes, yaml_spec
from shapecheck.source import Source

INPUT = {"Input": {"shape": [4], "name": "i"}}


def read(root):
    return yaml_spec.read_model(root, Source("<definition>", ""), None)


def codes(root):
    spec = read(root)
    return [found.code for found in (*spec.findings, *graph.build(spec).findings)]


# Against a reference ---------------------------------------------------------------------------------------------


@st.composite
def definitions(draw):
    """A definition of blocks (each may use those before it) and repetitions, with names here and there."""
    blocks = {}

    def entries(depth, given):
        found = []
        for _ in range(draw(st.integers(1, 3))):
            choice = draw(st.sampled_from(("layer", "layer", "block", "repeat") if depth else ("layer", "block")))
            name = draw(st.sampled_from(("p", "q", "r", None, None)))
            name = None if name in given else name
            if name and choice != "repeat":
                given.add(name)
            own = {"name": name} if name else {}
            if choice == "repeat":
                times = draw(st.integers(0, 3))
                found.append({"repeat": {"times": times, "layers": entries(depth - 1, given)}})
            elif choice == "block" and blocks:
                found.append({draw(st.sampled_from(sorted(blocks))): own})
            else:
                reads = {"inputs": draw(st.sampled_from(sorted(given)))} if given and draw(st.booleans()) else {}
                found.append({draw(st.sampled_from(("Flatten", "Masking"))): {**own, **reads}})
        return found

    for name in ("a", "b"):
        blocks[name] = {"layers": entries(1, set())}
    return {"blocks": blocks, "layers": [INPUT, *entries(2, {"i"})]}


class Reference:
    """The same by recursion. A scope is a turn, or a whole domain: the definition, or one use of a block."""

    def __init__(self, definition):
        self.blocks = definition["blocks"]
        self.domains = []
        self.flat = []
        self.empty = False
        self.walk(definition["layers"], self.domain(None), "", [{}])
        for members, use in self.domains:
            taken = {member["name"] for member in members if member["name"]}
            for member in members:
                number = 0
                while member["name"] is None:
                    name = f"{member['base']}_{number}" if number else member["base"]
                    number += 1
                    if name not in taken:
                        taken.add(name)
                        member["name"] = name
                member["full"] = (use["full"] + "/" if use else "") + member["name"]

    def domain(self, use):
        self.domains.append(([], use))
        return self.domains[-1][0]

    def walk(self, entries, members, suffix, scopes, whole=0):
        """`whole` is the index of the scope of the domain; the last member comes back."""
        last = None
        for entry in entries:
            ((kind, body),) = entry.items()
            if kind == "repeat":
                for turn in range(1, body["times"] + 1):
                    end = f"{suffix}_{turn}" if body["times"] > 1 else suffix
                    inner = [*scopes, {}] if body["times"] > 1 else scopes
                    last = self.walk(body["layers"], members, end, inner, whole) or last
                continue
            name = body.get("name")
            member = {"name": name + suffix if name else None, "kind": kind, "scopes": scopes, "reads": body.get("inputs")}
            member["base"] = "input" if kind == "Input" else kind.lower()
            members.append(member)
            if name:
                scopes[-1].setdefault(name, member)
                scopes[whole].setdefault(name + suffix, member)
            if kind in self.blocks:
                inner = [*scopes, {}]
                member["last"] = self.walk(
                    self.blocks[kind]["layers"], self.domain(member), "", inner, len(inner) - 1
                )
                self.empty |= member["last"] is None
            else:
                self.flat.append(member)
            last = member
        return last

    def read(self, member):
        """The full name of what a layer reads, or the name as written where nobody has it."""
        for scope in reversed(member["scopes"]):
            if member["reads"] in scope:
                found = scope[member["reads"]]
                while "last" in found:
                    found = found["last"]
                return found["full"]
        return member["reads"]

    def layers(self):
        return [(member["kind"], member["full"], self.read(member)) for member in self.flat]


@settings(max_examples=100, deadline=None)
@given(definitions())
def test_blocks_and_repetitions_are_what_recursion_gives(definition):
    spec = read(definition)
    reference = Reference(definition)
    if reference.empty:
        assert {found.code for found in spec.findings} == {"SC115"}
        return
    assert not spec.findings, [str(found) for found in spec.findings]
    found = [
        ("Input" if layer.kind == "InputLayer" else layer.kind, layer.name, layer.inputs.name if layer.inputs else None)
        for layer in spec.layers
    ]
    assert found == reference.layers()
    assert len({name for _, name, _ in found}) == len(found)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(1, 4))
def test_nested_repetitions_multiply(times, width):
    entries = ["Flatten"] * width
    for count in times:
        entries = [{"repeat": {"times": count, "layers": entries}}]
    total = width
    for count in times:
        total *= count
    assert len(read([INPUT, *entries]).layers) == total + 1


def test_the_limit_is_on_layers_and_exact(monkeypatch):
    for module in (expand, frames):
        monkeypatch.setattr(module, "MAX_LAYERS", 500)
    monkeypatch.setattr(sizes, "LIMIT", 501)
    turns = {"repeat": {"times": 249, "layers": ["Flatten", {"b": None}]}}
    definition = {"blocks": {"b": ["Masking"]}, "layers": [INPUT, turns, "Flatten"]}
    assert len(read(definition).layers) == 500
    definition["layers"].append("Flatten")
    assert codes(definition) == ["SC804"]


def test_turns_that_depend_on_variables_are_counted_as_they_come():
    inner = {"repeat": {"times": "n", "layers": ["Flatten"]}}
    outer = {"repeat": {"vars": {"n": [0, 3, 1]}, "layers": [inner]}}
    assert len(read([INPUT, outer]).layers) == 5
    outer["repeat"]["vars"] = {"n": [9_000, 49_000]}
    assert codes([INPUT, outer]) == ["SC804"]


# Hostile definitions ---------------------------------------------------------------------------------------------


def nested(times, depth):
    entries = ["Flatten"]
    for _ in range(depth):
        entries = [{"repeat": {"times": times, "layers": entries}}]
    return entries


def chain(section, count, make, end):
    return {section: {**{f"m{i}": make(f"m{i + 1}") for i in range(count)}, f"m{count}": end}, "layers": [INPUT, "m0"]}


def self_containing():
    value = []
    value += [value, value]
    return value


def deep(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


HOSTILE = {
    "a repeat of a billion": ([INPUT, {"repeat": {"times": 10**9, "layers": ["Flatten"]}}], {"SC804"}),
    "a repeat of 10^5000": ([INPUT, {"repeat": {"times": 10**5000, "layers": ["Flatten"]}}], {"SC804"}),
    "a billion turns of nothing": (
        [INPUT, {"repeat": {"times": 10**9, "layers": [{"repeat": {"times": 0, "layers": ["Flatten"]}}]}}], {"SC804"}),
    "repeats in repeats": ([INPUT, *nested(2, 60)], {"SC804"}),
    "deep repeats": ([INPUT, *nested(1, 1000)], {"SC802"}),
    "a block that uses itself": ({"blocks": {"a": ["a"]}, "layers": [INPUT, "a"]}, {"SC213"}),
    "blocks that double": (chain("blocks", 40, lambda name: [name, name], ["Flatten"]), {"SC804"}),
    "models that double": (chain("models", 40, lambda name: [name, name], ["Flatten"]), {"SC804"}),
    "empty models that double": (chain("models", 40, lambda name: [name, name], []), {"SC209", "SC804"}),
    "outputs of models that double": (
        chain("models", 40, lambda name: {"layers": [{name: {"name": "k"}}], "outputs": ["k", "k"]}, ["Flatten"]), {"SC803"}),
    "outputs of blocks that double": (
        {**(bomb := chain("blocks", 40, lambda name: {"layers": [{name: {"name": "k"}}], "outputs": ["k", "k"]}, ["Flatten"])),
         "layers": [*bomb["layers"], "Flatten"]}, {"SC803"}),
    "a long chain of blocks": (chain("blocks", 5000, lambda name: [name], ["Flatten"]), {"SC802"}),
    "a long chain of models": (chain("models", 5000, lambda name: [name], ["Flatten"]), {"SC802"}),
    "too many layers": ([INPUT, *["Flatten"] * 60_000], {"SC804"}),
    "a list that holds itself": ([INPUT, {"Dense": {"units": self_containing()}}], {"SC802", "SC803"}),
    "layers that hold themselves": (self_containing(), {"SC104"}),
    "a deep value": ([INPUT, {"Dense": {"units": deep(100_000)}}], {"SC802"}),
    "deep layers": ({"layers": deep(100_000)}, {"SC115"}),
    "parameters that multiply": (
        {"params": {"p0": [1] * 10, **{f"p{i}": [f"p{i - 1}"] * 10 for i in range(1, 30)}},
         "layers": [INPUT, {"Dense": {"units": "p29"}}]}, {"SC803"}),
    "texts that multiply": (
        {"params": {"p0": "a" * 10, **{f"p{i}": f"${{p{i - 1}}}" * 10 for i in range(1, 8)}},
         "layers": [INPUT, {"Dense": {"units": "p7"}}]}, {"SC806"}),
    "parameters that nest": (
        {"params": {"p0": [1], **{f"p{i}": [f"p{i - 1}"] for i in range(1, 3000)}},
         "layers": [INPUT, {"Dense": {"units": "p2999"}}]}, {"SC802"}),
    "terminal escapes": (
        [{"Input": {"shape": [1], "name": "\x1b[31m\n::error"}}, {"Dense": {"units": 1, "inputs": "\x1b[2J"}}], {"SC201"}),
    "names of a million characters": (
        [{"Input": {"shape": [1], "name": "x" * 10**6}}, {"y" * 10**6: None}, {"Dense": {"units": 1, "inputs": "z" * 10**6}},
         {"a" * 10**6: {"b" * 10**6: 1}}], {"SC115", "SC120", "SC201"}),
    "huge ints where texts belong": (
        [{"Input": {"shape": [3], "name": 10**5000}}, {"Dense": {"units": 1, "inputs": 10**5000}}, 10**5000,
         {10**5000: 3}], {"SC115"}),
    "a cycle of 5,000": (
        [INPUT, *({"Dense": {"units": 3, "name": f"d{i}", "inputs": f"d{(i + 1) % 5000}"}} for i in range(5000))], {"SC203"}),
    "a chain backwards": (
        [*({"Dense": {"units": 3, "name": f"d{i}", "inputs": f"d{i + 1}"}} for i in range(10_000)),
         {"Input": {"shape": [3], "name": "d10000"}}], set()),
    "a ring of calls": (
        [INPUT, *({"call": {"layer": f"c{i}", "name": f"c{(i + 1) % 10_000}"}} for i in range(10_000))], {"SC210"}),
    "ten thousand unknown kinds": ([INPUT, *({f"Dens{i}": None} for i in range(10_000))], {"SC110", "SC120"}),
    "ten thousand of one name": ([INPUT, *({"Flatten": {"name": "f"}} for _ in range(10_000))], {"SC202"}),
    "ten thousand unknown inputs": ([INPUT, *({"Flatten": {"inputs": f"x{i}"}} for i in range(10_000))], {"SC201"}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_refused_at_once(name):
    root, expected = HOSTILE[name]
    start = time.process_time()
    spec = read(root)
    found = [*spec.findings, *graph.build(spec).findings]
    spent = time.process_time() - start
    assert {one.code for one in found} == expected
    assert spent < 2
    assert all(len(one.message) < 600 for one in found)


# Random values ---------------------------------------------------------------------------------------------------

WORDS = (
    "layers", "Input", "InputLayer", "Dense", "Flatten", "Add", "repeat", "call", "times", "vars", "layer", "inputs",
    "name", "outputs", "params", "blocks", "models", "dims", "assert", "custom", "keras", "data_format", "shape",
    "units", "x", "y", "z", "d", "b", "m", "${x}", "${x*2}", "${", "x[1]", "b/d", "${x/0}", "input_shape", "H", "2*x",
    "batch_input_shape", "input_dim", "class_name", "type", "config", "rule", "B", "", " ", "Dens", "x-anchors", "min",
    "max", "values", "dtype", "batch_size", "none", "~",
)  # fmt: skip


def scalar(r):
    sort = r.random()
    if sort < 0.6:
        return r.choice(WORDS)
    if sort < 0.8:
        return r.choice([0, 1, 2, 3, -1, 5, 10**9, 10**18, 10**30, 0.5, float("inf"), float("nan"), 1e300])
    return r.choice([None, True, False, abs, b"x", (1, 2), {1, 2}, 1j, object(), np.arange(3), np.int64(2), sympy.Symbol("q")])


def value(r, depth):
    sort = r.random()
    if depth <= 0 or sort < 0.45:
        return scalar(r)
    if sort < 0.72:
        return [value(r, depth - 1) for _ in range(r.randint(0, 4))]
    return {key(r): value(r, depth - 1) for _ in range(r.randint(0, 4))}


def key(r):
    return r.choice(WORDS) if r.random() < 0.95 else r.choice([1, None, True, 2.5, (1, 2), "é\x1b[31m"])


def ref(r):
    if r.random() < 0.1:
        return value(r, 2)
    return r.choice(["x", "y", "d", "b", "m", "b/d", "x[1]", "m[0]", "d_1", "dense", "${x}", 5, None, ["x", "y"],
                     {"a": "x"}, [], ""])  # fmt: skip


def entry(r, depth):
    sort = r.random()
    if sort < 0.35:
        body = {"units": scalar(r), "inputs": ref(r), "name": r.choice("xyd"), "call": value(r, 1)}
        body |= {"input_shape": value(r, 1)} if r.random() < 0.3 else {}
        kept = {name: item for name, item in body.items() if r.random() < 0.5}
        return {r.choice(["Dense", "Input", "Add", "b", "m", "b2", "m2", "Flatten", "Dropout", "Nope"]): kept}
    if sort < 0.45 and depth > 0:
        body = {"times": r.choice([0, 1, 2, 3, "x", "${x}", value(r, 1), 10**9])}
        body["layers"] = [entry(r, depth - 1) for _ in range(r.randint(0, 3))]
        return {"repeat": body | ({"vars": {r.choice("xyz"): value(r, 2)}} if r.random() < 0.3 else {})}
    if sort < 0.55:
        return {"call": {"layer": ref(r), "inputs": ref(r)} | ({"name": scalar(r)} if r.random() < 0.3 else {})}
    if sort < 0.65:
        return r.choice([{"class_name": scalar(r), "config": value(r, 2)}, {"type": scalar(r), "inputs": ref(r)}])
    return r.choice(["Dense", "Flatten", "b", "m", "Input", "b2", "m2"]) if sort < 0.85 else value(r, 2)


def body(r, depth):
    made = {"layers": [entry(r, depth) for _ in range(r.randint(0, 5))]}
    made |= {"outputs": ref(r)} if r.random() < 0.3 else {}
    return made | ({"inputs": ref(r)} if r.random() < 0.2 else {})


def definition(r):
    if r.random() < 0.1:
        return value(r, 5)
    made = body(r, 3)
    if r.random() < 0.5:
        made["params"] = r.choice([{"x": 3, "y": "${x*2}", "z": [1, 2]}, value(r, 2)])
    if r.random() < 0.6:
        made["blocks"] = {name: {**body(r, 2), "params": r.choice([["x"], {"x": 1}, value(r, 1)])} for name in ("b", "b2")}
    if r.random() < 0.6:
        made["models"] = {name: body(r, 2) if r.random() < 0.8 else value(r, 2) for name in ("m", "m2")}
    for section in ("dims", "assert", "custom", "keras", "data_format", "name", key(r)):
        if r.random() < 0.15:
            made[section] = value(r, 2)
    return made


def survives(seed):
    """Reads and wires a random definition, and holds the graph against what a graph has to be."""
    spec = read(definition(random.Random(seed)))
    built = graph.build(spec)
    for node in built.nodes:
        assert all(0 <= edge.node < node.index for edge in graph.edges_of(node))
        owner = built.nodes[node.owner]
        assert owner.owner == owner.index <= node.index
        assert owner.spec.kind == node.spec.kind or node.broken or owner.broken
    assert len({node.name for node in built.nodes}) == len(built.nodes)
    assert all(0 <= edge.node < len(built.nodes) for edge in built.outputs)
    assert all(built.nodes[index].spec.kind == "InputLayer" for index in built.inputs)
    for found in (*spec.findings, *built.findings):
        assert str(found)
        assert "?" not in found.message.replace("did you", "") or any("?" in str(fact) for fact in found.facts.values())


@pytest.mark.parametrize("start", range(0, 2000, 500))
def test_random_values_raise_nothing(start):
    for seed in range(start, start + 500):
        survives(seed)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(10_000, 110_000, 10_000))
def test_many_random_values_raise_nothing(start):
    for seed in range(start, start + 10_000):
        survives(seed)

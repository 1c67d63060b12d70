"""Definitions that were changed at random: no rule ever fails, whatever stands in them."""

from __future__ import annotations

import copy
import pathlib
import random

import pytest
import yaml

import shapecheck

ROOT = pathlib.Path(__file__).parent.parent.parent
SPECS = sorted([*(ROOT / "specs" / "lints").glob("*.yaml"), *(ROOT / "specs" / "examples").glob("*.yaml")])
VALUES = [0, 1, 2, 3, 7, 64, -1, 1.0, 0.5, True, None, "T", "H", "2*T", "same", "relu", "softmax", "channels_first",
          "linear", [1, 1], [2, 1], [3], [], {}, "x", "layers"]  # fmt: skip


def places(value, path=()):
    """Every place in nested lists and maps."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def mutated(spec, rng):
    """A copy with a few places changed, removed, doubled or exchanged."""
    spec = copy.deepcopy(spec)
    for _ in range(rng.randint(1, 3)):
        everywhere = [path for path in places(spec) if path]
        if not everywhere:
            break
        path = rng.choice(everywhere)
        holder = spec
        for key in path[:-1]:
            holder = holder[key]
        match rng.randint(0, 4):
            case 0:
                del holder[path[-1]]
            case 1 if isinstance(holder, list):
                holder.insert(path[-1], copy.deepcopy(rng.choice(holder)))
            case 2 if isinstance(holder, list):
                rng.shuffle(holder)
            case 3 if isinstance(holder, dict) and len(path) > 1:
                kinds = [key for other in everywhere for key in other if isinstance(key, str) and key[:1].isupper()]
                holder[rng.choice(kinds or ["Dense"])] = holder.pop(path[-1])
            case _:
                holder[path[-1]] = copy.deepcopy(rng.choice(VALUES))
    return spec


def survives(seeds):
    spoken = set()
    for seed in seeds:
        rng = random.Random(seed)
        spec = yaml.safe_load(rng.choice(SPECS).read_text(encoding="utf-8"))
        changed = mutated(spec, rng)
        text = yaml.safe_dump(changed, sort_keys=False)
        for definition in ({"text": text}, {"definition": changed}):
            report = shapecheck.check(**definition)
            spoken |= {d.code for d in report.diagnostics}
            assert "SC902" not in spoken
            str(report)
    return spoken


def test_no_rule_fails_on_mutated_definitions():
    spoken = survives(range(400))
    assert len([code for code in spoken if code.startswith("SC7")]) >= 15


@pytest.mark.slow
def test_no_rule_fails_on_many_mutated_definitions():
    survives(range(1_000, 20_000))

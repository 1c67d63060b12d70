"""`shapecheck diff`: what it prints, and its exit codes."""

from __future__ import annotations

import json

import pytest

BEFORE = """\
layers:
  - Input: {name: image, shape: [H, W, 1]}
  - MaxPooling2D: {name: pool}
  - UpSampling2D: {name: up}
  - Concatenate: {inputs: [up, image], name: skip}
  - Conv2D: {filters: 4, kernel_size: 3, name: mask}
"""
SAID = """\
before.yaml -> after.yaml

 added     new                     Activation {activation: relu}, (B, H, W, 2), reads skip
 changed   pool                    pool_size 2 -> 4; (B, H//2, W//2, 1) -> (B, H//4, W//4, 1)
 changed   up                      size 2 -> 4; (B, 2*(H//2), 2*(W//2), 1) -> (B, 4*(H//4), 4*(W//4), 1)
 changed   mask                    filters 4 -> 8; reads skip -> new; (B, H - 2, W - 2, 4) -> (B, H - 2, W - 2, 8); params 76 -> 152

 outputs     mask (B, H - 2, W - 2, 4) -> mask (B, H - 2, W - 2, 8)
 params      76 -> 152 (+76)
 trainable   76 -> 152 (+76)
"""


@pytest.fixture
def two(folder):
    (folder / "before.yaml").write_text(BEFORE)
    after = BEFORE.replace("filters: 4", "filters: 8").replace("{name: pool}", "{pool_size: 4, name: pool}")
    after = after.replace("{name: up}", "{size: 4, name: up}").replace("  - Conv2D", "  - Activation: {activation: relu, name: new}\n  - Conv2D")
    (folder / "after.yaml").write_text(after)
    return "before.yaml", "after.yaml"


def test_two_that_differ(shapecheck, two):
    done = shapecheck("diff", *two)
    assert done.code == 1 and done.err == ""
    said = done.out.split("\n")
    assert [line.split() for line in SAID.rstrip().split("\n")] == [line.split() for line in said[: SAID.count("\n")]]
    assert " valid       H % 2 == 0 and H >= 4 became H % 4 == 0" in done.out


def test_two_that_are_the_same(shapecheck, two, folder):
    (folder / "same.yaml").write_text("# a comment\n" + BEFORE.replace("[up, image]", "[ up,  image ]"))
    done = shapecheck("diff", "before.yaml", "same.yaml")
    assert (done.code, done.out) == (0, "before.yaml and same.yaml are the same model\n")


def test_any_mixture_of_forms(shapecheck, two, folder):
    shapecheck("convert", "before.yaml", "--to", "keras3", "-o", "model.json")
    assert shapecheck("diff", "before.yaml", "model.json").code == 0
    assert shapecheck("diff", "after.yaml", "model.json").code == 1
    assert shapecheck("diff", "-", "model.json", stdin=BEFORE.encode()).code == 0


def test_json(shapecheck, two):
    done = shapecheck("diff", *two, "--output-format", "json")
    data = json.loads(done.out)
    assert done.code == 1 and data["before"] == "before.yaml" and data["equal"] is False
    assert [entry["name"] for entry in data["added"]] == ["new"]
    assert data["requirements"][0] == {
        "symbols": ["H"], "before": data["requirements"][0]["before"], "after": data["requirements"][0]["after"],
        "text": f"{data['requirements'][0]['before']} became {data['requirements'][0]['after']}",
    }  # fmt: skip


def test_what_cannot_be_read(shapecheck, two, folder):
    assert shapecheck("diff", "before.yaml", "nothing.yaml").code == 2
    assert shapecheck("diff", ".", "before.yaml").code == 2
    (folder / "empty.yaml").write_text("")
    done = shapecheck("diff", "before.yaml", "empty.yaml")
    assert done.code == 2 and "SC103" in done.err


def test_a_definition_with_errors_is_compared(shapecheck, two, bad):
    done = shapecheck("diff", "before.yaml", bad)
    assert done.code == 1 and "errors" in done.out and "0 -> 1" in done.out


def test_sizes_are_fixed_in_both(shapecheck, two):
    done = shapecheck("diff", "before.yaml", "before.yaml", "--at", "H=64,W=64")
    assert done.code == 0

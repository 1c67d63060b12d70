"""What `diff` says of two definitions that differ in a known way."""

import json
import pathlib
import random
import subprocess
import sys
import time

import pytest

import shapecheck
from shapecheck.writers import differences

EXAMPLES = sorted((pathlib.Path(__file__).parents[2] / "specs" / "examples").glob("*.yaml"))

UNET = """
layers:
  - Input: {name: image, shape: [H, W, 1]}
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, name: enc}
  - MaxPooling2D: {name: pool}
  - Conv2D: {filters: 16, kernel_size: 3, padding: same, name: deep}
  - Conv2DTranspose: {filters: 8, kernel_size: 2, strides: 2, name: up}
  - Concatenate: {inputs: [up, enc], name: skip}
  - Conv2D: {filters: 1, kernel_size: 1, name: mask}
"""


def diff(before, after):
    """The difference of two texts."""
    return shapecheck.diff(_read(before), _read(after))


def _read(text):
    import yaml

    return yaml.safe_load(text)


def changes(found):
    """(name, what, before, after) of everything that is different in a layer."""
    return [(pair.before.name, change.what, change.before, change.after) for pair in found.changed for change in pair.changes]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_definition_is_the_same_as_itself_and_as_what_it_is_converted_to(path, tmp_path):
    assert not shapecheck.diff(str(path), str(path))
    made = tmp_path / "made.yaml"
    made.write_text(shapecheck.convert(path))
    found = shapecheck.diff(str(path), str(made))
    assert found.equal and str(found) == f"{path} and {made} are the same model"


def test_a_parameter_and_what_follows_from_it():
    found = diff(UNET, UNET.replace("filters: 16", "filters: 32"))
    assert not found.equal and not found.added and not found.removed and not found.ends and not found.conditions
    assert changes(found) == [
        ("deep", "filters", 16, 32),
        ("deep", "shapes", ["(B, H//2, W//2, 16)"], ["(B, H//2, W//2, 32)"]),
        ("deep", "weights", {"kernel": "(3, 3, 8, 16)", "bias": "(16,)"}, {"kernel": "(3, 3, 8, 32)", "bias": "(32,)"}),
        ("deep", "params", 3 * 3 * 8 * 16 + 16, 3 * 3 * 8 * 32 + 32),
        ("up", "weights", {"kernel": "(2, 2, 8, 16)"}, {"kernel": "(2, 2, 8, 32)"}),
        ("up", "params", 2 * 2 * 8 * 16 + 8, 2 * 2 * 8 * 32 + 8),
    ]
    assert [pair.follows for pair in found.changed] == [False, True]
    assert [(c.what, c.after - c.before) for c in found.totals if c.what != "macs"] == [
        ("params", 9 * 8 * 16 + 16 + 4 * 8 * 16), ("trainable_params", 9 * 8 * 16 + 16 + 4 * 8 * 16)
    ]  # fmt: skip


def test_conditions_are_told_in_words():
    wider = UNET.replace("MaxPooling2D: {name: pool}", "MaxPooling2D: {pool_size: 4, name: pool}").replace("strides: 2", "strides: 4")
    assert [c.text for c in diff(UNET, wider).conditions] == ["H % 2 == 0 became H % 4 == 0", "W % 2 == 0 became W % 4 == 0"]
    least = UNET.replace("[up, enc]", "[up]").replace("Concatenate", "Add")
    assert [c.text for c in diff(UNET, least).conditions] == ["H % 2 == 0 became H >= 2", "W % 2 == 0 became W >= 2"]
    free = UNET.replace("MaxPooling2D: {name", "MaxPooling2D: {pool_size: 1, name").replace("strides: 2", "padding: same")
    assert [c.text for c in diff(UNET, free).conditions] == ["H % 2 == 0 became any H", "W % 2 == 0 became any W"]
    assert [c.text for c in diff(free, UNET).conditions] == ["any H became H % 2 == 0", "any W became W % 2 == 0"]


def test_layers_that_were_added_removed_and_renamed():
    after = UNET.replace("name: deep", "name: deepest").replace("  - Conv2D: {filters: 1,", "  - Dropout: {rate: 0.5, name: drop}\n  - Conv2D: {filters: 1,")
    found = diff(UNET, after)
    assert [entry.name for entry in found.added] == ["drop"] and not found.removed
    assert [(pair.before.name, pair.after.name) for pair in found.changed] == [("deep", "deepest"), ("mask", "mask")]
    assert changes(found) == [("mask", "inputs", ["skip"], ["drop"])]
    back = diff(after, UNET)
    assert [entry.name for entry in back.removed] == ["drop"] and not back.added


def test_everything_renamed_is_renamed_and_nothing_else():
    after = UNET
    for name in ("image", "enc", "pool", "deep", "up", "skip", "mask"):
        after = after.replace(f"name: {name}", f"name: my_{name}")
    found = diff(UNET, after.replace("[up, enc]", "[my_up, my_enc]"))
    assert not found.added and not found.removed and not changes(found)
    assert all(pair.after.name == f"my_{pair.before.name}" for pair in found.changed) and len(found.changed) == 7
    assert not found.equal


def test_names_that_were_numbered_anew_are_no_changes_of_layers():
    before = "layers: [{Input: {shape: [4]}}, {Dense: 8}, {Dense: 16}, {Dense: 32}]"
    after = "layers: [{Input: {shape: [4]}}, {Dense: 64}, {Dense: 8}, {Dense: 16}, {Dense: 32}]"
    found = diff(before, after)
    assert [(entry.name, entry.settings) for entry in found.added] == [("dense", {"units": 64})] and not found.removed
    assert [(pair.before.name, pair.after.name) for pair in found.changed] == [
        ("dense", "dense_1"), ("dense_1", "dense_2"), ("dense_2", "dense_3")
    ]  # fmt: skip
    assert {what for _, what, _, _ in changes(found)} == {"inputs", "weights", "params"}


def test_a_kind_a_wire_a_default_and_a_call():
    base = "layers: [{Input: {name: x, shape: [4]}}, {Dense: {units: 4, name: d}}, {Dense: {units: 4, name: e}}, {Add: {inputs: [d, e], name: s}}]"
    assert changes(diff(base, base.replace("[d, e]", "[e, d]"))) == [("s", "inputs", ["d", "e"], ["e", "d"])]
    kind = changes(diff(base, base.replace("{Dense: {units: 4, name: e}}", "{Activation: {activation: relu, name: e}}")))
    assert ("e", "kind", "Dense", "Activation") in kind
    silent = base.replace("units: 4, name: d", "units: 4, use_bias: true, activation: linear, name: d")
    assert diff(base, silent).equal
    assert ("d", "trainable", True, False) in changes(diff(base, base.replace("name: d", "trainable: false, name: d")))
    assert ("d", "activation", None, "relu") in changes(diff(base, base.replace("name: d", "activation: relu, name: d")))


def test_outputs_and_their_order():
    base = UNET + "outputs: [mask, deep]\n"
    (end,) = diff(base, UNET + "outputs: [deep, mask]\n").ends
    assert (end.what, end.before, end.after) == (
        "outputs", ["mask (B, H, W, 1)", "deep (B, H//2, W//2, 16)"], ["deep (B, H//2, W//2, 16)", "mask (B, H, W, 1)"]
    )  # fmt: skip


def test_definitions_with_errors_are_compared_as_far_as_they_are_known():
    broken = UNET.replace("[up, enc]", "[up, nothing]")
    found = diff(UNET, broken)
    assert found.errors == (0, 1) and not found.equal and not found.conditions
    assert " errors      0 -> 1, as" in str(found)
    assert diff(broken, broken).equal
    wrong = UNET.replace("filters: 16", "filters: many")
    assert ("deep", "filters", 16, "many") in changes(diff(UNET, wrong))


def test_a_name_and_a_none_are_told_apart_in_a_note():
    found = diff(UNET, UNET.replace("[H, W, 1]", "[~, ~, 1]"))
    assert found.equal and found.notes == (
        "the size H is a name in the first, a None in the second", "the size W is a name in the first, a None in the second"
    )  # fmt: skip


def test_the_json_has_a_version_and_holds_all():
    found = diff(UNET, UNET.replace("filters: 16", "filters: 0").replace("strides: 2", "strides: 3"))
    data = json.loads(differences.write_json(found))
    assert data["schema_version"] == 1 and data["equal"] is False and data["errors"] == {"before": 0, "after": 1}
    assert data["changed"][0]["changes"][0] == {"what": "filters", "before": 16, "after": 0}
    assert data == found.as_data()


def mutated(rng):
    """A chain of layers, and the same with one known change."""
    layers = [{"Dense": {"units": rng.randint(2, 9), "name": f"layer{number}"}} for number in range(rng.randint(2, 12))]
    after = [{"Dense": dict(layer["Dense"])} for layer in layers]
    at = rng.randrange(len(layers))
    change = rng.choice(["add", "remove", "rename", "units"])
    if change == "add":
        after.insert(at, {"Dropout": {"rate": 0.5, "name": "new"}})
    elif change == "remove":
        after[at : at + 1] = [] if len(layers) > 1 else after
    elif change == "rename":
        after[at]["Dense"]["name"] = "other"
    else:
        after[at]["Dense"]["units"] += 1
    first = {"Input": {"name": "x", "shape": [4]}}
    return [first, *layers], [first, *after], change, at


@pytest.mark.parametrize("seed", range(60))
def test_one_change_is_found_as_that_change(seed):
    before, after, change, at = mutated(random.Random(seed))
    found = shapecheck.diff(before, after)
    own = [pair for pair in found.changed if not pair.follows and (pair.renamed or any(c.what not in ("inputs", "shapes", "weights", "params") for c in pair.changes))]
    assert (len(found.added), len(found.removed), len(own)) == {
        "add": (1, 0, 0), "remove": (0, 1, 0), "rename": (0, 0, 1), "units": (0, 0, 1)
    }[change]  # fmt: skip
    name = f"layer{at}"
    if change == "remove":
        assert found.removed[0].name == name
    elif change == "rename":
        assert (own[0].before.name, own[0].after.name) == (name, "other")
    elif change == "units":
        assert own[0].before.name == name and own[0].changes[0].what == "units"


def test_the_time_grows_with_the_layers():
    def seconds(count):
        layers = [{"Input": {"name": "x", "shape": [4]}}, *({"Dense": 4} for _ in range(count))]
        after = [*layers[: count // 2], {"Dropout": 0.5}, *layers[count // 2 :]]
        start = time.process_time()
        assert len(shapecheck.diff(layers, after).added) == 1
        return time.process_time() - start

    seconds(100)
    assert seconds(4000) < 12 * seconds(1000)


def test_the_time_grows_with_the_layers_where_all_were_renamed():
    def seconds(count):
        def model(prefix, size):
            dense = ({"Dense": {"units": 4, "name": f"{prefix}{n}"}} for n in range(count))
            return [{"Input": {"name": f"in_{prefix}", "shape": [size]}}, *dense, {"Dense": {"units": size, "name": "z"}}]

        start = time.process_time()
        assert shapecheck.diff(model("a", 4), model("b", 5)).changed
        return time.process_time() - start

    seconds(100)
    assert seconds(3200) < 12 * seconds(800)


def test_the_shape_of_an_input_is_a_change_of_its_own():
    found = diff(UNET, UNET.replace("[H, W, 1]", "[H, W, 3]"))
    assert [(pair.before.name, pair.follows) for pair in found.changed] == [("image", False), ("enc", True)]


def test_a_check_loads_nothing_of_comparisons_and_conversions():
    code = "import sys, shapecheck; shapecheck.check(text='layers: [{Input: {shape: [3]}}]'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = [name for name in loaded if name.startswith(("shapecheck.comparison.", "shapecheck.conversion."))]
    assert "shapecheck.comparison" in loaded and not heavy

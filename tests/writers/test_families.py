"""The list of layers: each in one family, with one line."""

from shapecheck import layers
from shapecheck.layers.index import MODULES
from shapecheck.writers import families, layer_help

KINDS = [layers.found(kind) for kind in sorted(MODULES)]


def test_every_file_that_is_put_down_exists_and_stands_in_one_family():
    files = [module for modules in families.FAMILIES.values() for module in modules]
    assert len(files) == len(set(files)) and set(files) <= set(MODULES.values())


def test_each_layer_has_one_line_below_its_family():
    lines = layer_help.listing(KINDS).split("\n")
    titles = [line for line in lines if line and not line.startswith("  ")]
    rows = [line.split()[0] for line in lines if line.startswith("  ")]
    assert [title for title in titles if title != families.FURTHER] == list(families.FAMILIES)
    assert sorted(rows) == sorted(MODULES)
    assert all(len(line.split()) > 2 for line in lines if line.startswith("  "))
    under = {title: lines[lines.index(title) + 1] for title in titles}
    assert under["convolutions"].split()[0].startswith("Conv") and under["audio"].split()[0] == "MelSpectrogram"


def test_others_stand_at_the_end_under_their_package():
    mine = type("Mine", (KINDS[0],), {"__module__": "somebody.layers", "kind": "Mine", "__doc__": "Mine."})
    new = type("New", (KINDS[0],), {"__module__": "shapecheck.layers.new", "kind": "New", "__doc__": "New."})
    assert [family for family, _ in families.in_families([mine, new, layers.found("Dense")])] == [
        "core", "further layers", "from somebody",
    ]  # fmt: skip

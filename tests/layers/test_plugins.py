"""Layers of installed packages: the one in `tests/plugin`, and broken ones, each in a process of its own."""

import json
import pathlib
import subprocess
import sys
import textwrap

import pytest

PLUGIN = pathlib.Path(__file__).parent.parent / "plugin"
CHECK = """
import json, sys
import shapecheck
report = shapecheck.check(text=sys.argv[1])
print(json.dumps({
    "found": [[d.severity, d.code, d.message] for d in report.diagnostics if d.code < "SC7"],
    "shapes": {name: str(shape) for name, shape in report.shapes.items()},
    "params": report.params,
    "loaded": [name for name in ("example_layers", "broken", "importlib.metadata") if name in sys.modules],
}))
"""


def python(code, *arguments, path=PLUGIN):
    env = {"PYTHONPATH": f"{path}:{pathlib.Path(__file__).parents[2]}", "PATH": "", "KERAS_HOME": "/nowhere"}
    done = subprocess.run([sys.executable, "-c", code, *arguments], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def checked(layers, path=PLUGIN):
    return json.loads(python(CHECK, "layers:\n  - Input: {name: x, shape: [T, 8]}\n" + layers, path=path))


def test_a_layer_of_an_installed_package_is_a_layer():
    done = checked("  - Squash: 3\n  - TimeDistributed: {layer: {Squash: {limit: 2}}}\n  - FirstStep\n  - Squash: 0\n")
    assert done["shapes"]["squash"] == "(B, T, 8)" and done["shapes"]["first_step"] == "(B, 8)"
    assert done["found"] == [["error", "SC114", "`limit` must be a positive integer, not 0"]]


def test_its_misspelt_name_is_an_error_with_a_hint():
    (found,) = checked("  - Squsah: 3\n")["found"]
    assert found[:2] == ["error", "SC110"]


def test_packages_are_looked_at_only_for_a_kind_that_nobody_knows():
    done = checked("  - Dense: 3\n")
    assert done["loaded"] == []


def test_a_layer_in_python_runs():
    code = "import shapecheck, numpy as np\nlayer = shapecheck.layer('Squash', limit=3)\nprint(layer.run(np.ones((2, 4))).outputs[0].sum())"
    assert float(python(code)) == 4.0


def test_the_list_of_layers_has_them():
    code = "from shapecheck_cli import app\napp.run(['layers'])\napp.run(['layers', 'Squash'])"
    said = python(code, path=f"{PLUGIN}:{pathlib.Path(__file__).parents[2] / 'cli'}")
    assert "FirstStep  " in said and "limit: 2, use_scale: false" in said


BROKEN = {
    "its import fails": ("broken:Layer", "raise RuntimeError('no\\nluck')", "RuntimeError: no luck"),
    "it leaves": ("broken", "import sys; sys.exit(3)", "SystemExit: 3"),
    "it is not there": ("broken:Nothing", "", "AttributeError"),
    "its module is not there": ("missing:Nothing", "", "ModuleNotFoundError: No module named 'missing'"),
    "it is a number": ("broken:x", "x = 3", "it names neither a class nor a module"),
    "it is another class": ("broken:X", "class X: pass", "`X` is no subclass of `Layer`"),
    "it is not under @layer": (
        "broken:X", "from shapecheck.contract import Layer\nclass X(Layer): pass", "`X` does not stand under `@layer`",
    ),
    "it holds no layer": ("broken", "", "the module has no class under `@layer`"),
    "it takes a name of the catalogue": (
        "broken:Dense", "from shapecheck.contract import Layer, layer\n@layer\nclass Dense(Layer): pass",
        "`Dense` is the name of one of Keras's layers",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_package_is_a_warning(name, tmp_path):
    value, source, problem = BROKEN[name]
    (tmp_path / "broken.py").write_text(textwrap.dedent(source))
    info = tmp_path / "broken-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text(f"[shapecheck.layers]\nMine = {value}\n")
    done = checked("  - Mine: 3\n  - Yours\n  - Mine: 4\n  - Dense: {units: 2, inputs: x}\n", path=tmp_path)
    assert [found[:2] for found in done["found"]].count(["warning", "SC133"]) == 1
    assert {found[1] for found in done["found"]} == {"SC120", "SC133"}
    (said,) = [found[2] for found in done["found"] if found[1] == "SC133"]
    assert said.startswith("the plug-in `Mine` cannot be used: ") and problem in said
    assert done["shapes"]["dense"] == "(B, T, 2)" and done["params"] is None

"""`shapecheck new layer`: a file that works as it is, in a checkout or anywhere else."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path):
    """A copy of the package and of the tests that a new layer has to pass."""
    copied = tmp_path / "copy"
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "shapecheck", copied / "shapecheck", ignore=skip)
    shutil.copytree(ROOT / "cli", copied / "cli", ignore=skip)
    for name in ("make_index.py", "layers/examples.py", "layers/test_examples.py"):
        (copied / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, copied / "tests" / name)
    return copied


def python(folder, *arguments):
    env = os.environ | {"PYTHONPATH": f"{folder}:{folder / 'cli'}:{folder / 'tests' / 'layers'}"}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_skeleton_is_a_layer_that_keeps_the_law(checkout):
    done = python(checkout, "-m", "shapecheck", "new", "layer", "PixelRepeat")
    assert done.returncode == 0, done.stderr
    assert (checkout / "shapecheck" / "layers" / "pixel_repeat.py").exists()
    assert python(checkout, "tests/make_index.py").returncode == 0
    assert '"PixelRepeat": "pixel_repeat"' in (checkout / "shapecheck" / "layers" / "index.py").read_text()
    found = python(checkout, "-c", "import shapecheck; print(shapecheck.layer('PixelRepeat', times=2).infer((None, 4)).outputs)")
    assert found.stdout == "[(None, 8)]\n", found.stderr
    law = python(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/layers/test_examples.py", "-k", "PixelRepeat")
    assert law.returncode == 0, law.stdout
    assert "6 passed" in law.stdout


def test_it_says_what_to_do_next_and_overwrites_nothing(shapecheck, folder):
    (folder / "shapecheck" / "layers").mkdir(parents=True)
    (folder / "shapecheck" / "layers" / "index.py").write_text("")
    done = shapecheck("new", "layer", "PixelRepeat")
    path = os.path.join("shapecheck", "layers", "pixel_repeat.py")
    assert done.code == 0 and done.out.startswith(f"wrote {path}\nnext\n") and "make_index" in done.out
    (folder / path).write_text("mine")
    done = shapecheck("new", "layer", "PixelRepeat")
    assert (done.code, done.out, done.err) == (2, "", f"error: `{path}` is there already\n")
    assert (folder / path).read_text() == "mine"


def test_any_folder_will_do(shapecheck, folder):
    done = shapecheck("new", "layer", "PixelRepeat", "--folder", str(folder))
    assert done.code == 0 and 'PixelRepeat = "your_package.pixel_repeat:PixelRepeat"' in done.out
    assert "class PixelRepeat(Layer):" in (folder / "pixel_repeat.py").read_text()
    done = shapecheck("new", "layer", "PixelRepeat", "--folder", "nowhere")
    assert done.code == 2 and "cannot write" in done.err
    done = shapecheck("new", "layer", "PixelRepeat")
    assert done.code == 2 and "--folder" in done.err


@pytest.mark.parametrize("name", ["Dense", "pixel", "Pixel-Shuffle", "../Up", "None", "", "Größe"])
def test_a_name_that_cannot_be(shapecheck, folder, name):
    done = shapecheck("new", "layer", name, "--folder", str(folder))
    assert done.code == 2 and done.err.startswith("error: ")
    assert not list(folder.iterdir())


def test_only_layers_are_begun(shapecheck):
    assert shapecheck("new", "model", "X").code == 2

"""`check` on folders and patterns: what a search finds, what it passes over, and that it ends."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

MODEL = "layers:\n- Input: {shape: [8]}\n- Dense: 4\n"


@pytest.fixture
def tree(folder):
    def write(**texts):
        for name, text in {name.replace("__", "/"): text for name, text in texts.items()}.items():
            write_at(name, text)

    def write_at(name, text=MODEL):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    write.at = write_at
    return write


def paths(done):
    return [entry["path"] for entry in json.loads(done.out)["files"]]


@pytest.fixture
def listed(shapecheck):
    return lambda *arguments: paths(shapecheck("check", "--output-format", "json", *arguments))


def test_gitignore_as_git_reads_it(tree, folder, listed):
    """Held against git itself."""
    names = [
        "m.yaml", "build/m.yaml", "a/build/m.yaml", "a/m.yaml", "a/keep.yaml", "a/tmp_1.yaml", "a/tmp_2.yaml", "b/c/d/m.yaml",
        "b/c/m.yaml", "b/x y/m.yaml", "logs/m.yaml", "logs/keep.yaml", "e/deep/er/m.yaml", "e/deep/m.yaml", "only/sub/m.yaml",
    ]  # fmt: skip
    for name in names:
        tree.at(name)
    tree.at(".gitignore", "build/\ntmp_*.yaml\n!tmp_2.yaml\n/b/c/*\n!/b/c/m.yaml\nx\\ y\n# comment\nlogs/*\n!logs/keep.yaml\n")
    tree.at("e/.gitignore", "deep/**/m.yaml\n!/deep/er/m.yaml\n")
    tree.at("only/.gitignore", "/sub\n")
    subprocess.run(["git", "init", "-q"], check=True, cwd=folder)
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], check=True, cwd=folder, capture_output=True, text=True
    )
    kept = {line.strip('"') for line in done.stdout.splitlines() if line.endswith("yaml")}
    assert 0 < len(kept) < len(names)
    assert set(listed(".")) == kept
    assert set(listed("b", "e", "a", "logs")) == {name for name in kept if name[:2] in ("b/", "e/", "a/", "lo")}
    assert set(listed("--no-respect-gitignore", ".")) == set(names)
    assert listed("build/m.yaml") == ["build/m.yaml"], "what is named is checked"


def test_exclude(tree, folder, listed, shapecheck):
    for name in ("m.yaml", "old/m.yaml", "new/m.yaml", "new/old/m.yaml", "node_modules/m.yaml", "venv/x/m.yaml"):
        tree.at(name)
    tree.at("venv/pyvenv.cfg", "")
    assert listed(".") == ["m.yaml", "new/m.yaml", "new/old/m.yaml", "old/m.yaml"]
    assert listed(".", "--exclude", "/old") == ["m.yaml", "new/m.yaml", "new/old/m.yaml"]
    assert listed(".", "--exclude", "old", "--exclude", "m.yaml") == ["."], "where nothing is found, that is said"
    tree.at("shapecheck.toml", 'exclude = ["old/"]\n')
    assert listed(".") == ["m.yaml", "new/m.yaml"]
    assert listed(".", "--exclude", "new") == ["m.yaml"]
    assert listed("old/m.yaml") == ["old/m.yaml"]
    assert listed("--force-exclude", "old/m.yaml", "m.yaml", "new/old/m.yaml") == ["m.yaml"]
    assert shapecheck("check", "--force-exclude", "old/m.yaml").code == 0


def test_patterns(tree, listed, shapecheck):
    for name in ("a/m.yaml", "a/b/m.yaml", "a/b/n.yml", "c/m.yaml", "a/b/other.yaml", "[x].yaml"):
        tree.at(name)
    tree.at("a/b/other.yaml", "x: y\n")
    assert listed("a/**/*.yaml") == ["a/m.yaml", "a/b/m.yaml"]
    assert listed("*/m.yaml") == ["a/m.yaml", "c/m.yaml"]
    assert listed("**/*.yml") == ["a/b/n.yml"]
    assert listed("a/b/[mn].*") == ["a/b/m.yaml", "a/b/n.yml"]
    assert listed("[x].yaml") == ["[x].yaml"], "a file of this name is there"
    done = shapecheck("check", "q/**/*.yaml")
    assert done.code == 2 and "no model definition matches this pattern" in done.err


def test_each_file_once(tree, listed):
    tree.at("a/m.yaml")
    assert listed("a/m.yaml", ".", "./a/m.yaml", "a", "a/**") == ["a/m.yaml"]


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_links_in_a_ring(tree, folder, listed):
    tree.at("a/m.yaml")
    (folder / "a" / "loop").symlink_to(folder / "a", target_is_directory=True)
    (folder / "a" / "broken.yaml").symlink_to(folder / "nothing")
    (folder / "a" / "linked.yaml").symlink_to(folder / "a" / "m.yaml")
    assert listed("a") == ["a/linked.yaml", "a/m.yaml"]
    assert listed("a/loop") == ["a/loop/linked.yaml", "a/loop/m.yaml"]


def test_what_is_no_definition(tree, folder, shapecheck, listed):
    tree.at("m.yaml")
    tree.at("compose.yaml", "services:\n  web: {image: x}\n")
    tree.at("package.json", '{"name": "x", "layers": [{"ty": 4}]}')
    tree.at("model.json", '{"layers": [{"Input": {"shape": [3]}}, {"Dense": 2}]}')
    (folder / "picture.yaml").write_bytes(bytes(range(256)) + b"\nlayers:\n")
    assert listed(".") == ["m.yaml", "model.json"]
    assert shapecheck("check", "compose.yaml").code == 1
    assert shapecheck("check", "picture.yaml").code == 2


def test_standard_input_by_name(shapecheck, folder):
    (folder / "old").mkdir()
    (folder / "old" / "shapecheck.toml").write_text('ignore = ["SC110"]\n')
    given = b"layers:\n- Input: {shape: [8]}\n- Dnse: 3\n"
    done = shapecheck("check", "-", "--stdin-filename", "new/m.yaml", stdin=given)
    assert done.code == 1 and "--> new/m.yaml:3:3" in done.out
    assert shapecheck("check", "-", "--stdin-filename", "old/m.yaml", stdin=given).code == 0


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights")
def test_a_file_that_may_not_be_read(tree, folder, shapecheck):
    tree.at("m.yaml")
    (folder / "m.yaml").chmod(0)
    assert shapecheck("check", ".").code == 2

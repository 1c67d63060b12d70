"""`pytest --shapecheck`: definitions as tests, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

GOOD = "layers:\n  - Input: {name: x, shape: [T, 8]}\n  - Dense: {units: 4, name: dense}\n"
BAD = GOOD.replace("Dense:", "Dnse:")
UNUSED = GOOD + "  - Dense: {units: 2, inputs: x, name: unused}\noutputs: [dense]\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "ci.yml").write_text("on: push\n")
    (tmp_path / "broken.yml").write_text("a: [\n")
    (tmp_path / "test_plain.py").write_text("def test_plain():\n    pass\n")
    return tmp_path


def run(folder, *arguments, plugin=True):
    """pytest with the plugin in any case, be it installed or not."""
    chosen = ("-p", "no:shapecheck", *(("-p", "shapecheck_cli.pytest_plugin") if plugin else ()))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *chosen, "-o", "addopts=", *arguments]
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def outcomes(done):
    """Name -> outcome, of a run with -v."""
    lines = [line.split() for line in done.stdout.splitlines() if "::" in line and "%]" in line]
    return {words[0]: words[1] for words in lines}


def test_definitions_are_tests_where_they_are_asked_for(folder):
    done = run(folder, "-v", "--shapecheck")
    assert done.returncode == 1, done.stdout + done.stderr
    assert outcomes(done) == {
        "bad.yaml::shapecheck": "FAILED",
        "good.yaml::shapecheck": "PASSED",
        "test_plain.py::test_plain": "PASSED",
    }
    assert "error[SC110]: unknown layer `Dnse`" in done.stdout and " --> bad.yaml:3:5" in done.stdout
    assert "did you mean `Dense`?" in done.stdout and "Traceback" not in done.stdout


def test_they_are_none_otherwise(folder):
    done = run(folder, "-v")
    assert done.returncode == 0 and outcomes(done) == {"test_plain.py::test_plain": "PASSED"}


def test_a_file_that_is_named_is_checked_whatever_it_holds(folder):
    done = run(folder, "-v", "--shapecheck", "ci.yml")
    assert done.returncode == 1 and outcomes(done) == {"ci.yml::shapecheck": "FAILED"} and "SC104" in done.stdout


def test_the_configuration_holds(folder):
    (folder / "warned.yaml").write_text(UNUSED)
    assert outcomes(run(folder, "-v", "--shapecheck", "warned.yaml")) == {"warned.yaml::shapecheck": "PASSED"}
    (folder / "shapecheck.toml").write_text('fail-level = "warning"\nexclude = ["bad.yaml"]\n')
    done = run(folder, "-v", "--shapecheck")
    assert outcomes(done)["warned.yaml::shapecheck"] == "FAILED" and "SC204" in done.stdout
    assert "bad.yaml::shapecheck" not in outcomes(done)


def test_what_is_known_is_passed_over(folder):
    command = [sys.executable, "-m", "shapecheck", "check", "bad.yaml", "--baseline", "known.json", "--write-baseline"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (folder / "shapecheck.toml").write_text('baseline = "known.json"\n')
    before = (folder / "known.json").read_text()
    assert outcomes(run(folder, "-v", "--shapecheck", "bad.yaml", "good.yaml")) == {
        "bad.yaml::shapecheck": "PASSED",
        "good.yaml::shapecheck": "PASSED",
    }
    assert (folder / "known.json").read_text() == before


def test_what_is_below_the_fail_level_is_shown_on_demand(folder):
    (folder / "warned.yaml").write_text(UNUSED)
    assert "SC204" in run(folder, "-rP", "--shapecheck", "warned.yaml").stdout


PROGRAM = """
import sys, pytest
before = set(sys.modules)
import shapecheck_cli.pytest_plugin
print(sorted(name for name in set(sys.modules) - before if not name.startswith("shapecheck_cli")))
"""


def test_the_plugin_loads_nothing_by_itself():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_run_without_the_option_loads_no_part_of_the_library(folder):
    (folder / "test_plain.py").write_text(
        "import sys\ndef test_plain():\n    assert not [n for n in sys.modules if n == 'shapecheck' or n.startswith(('shapecheck.', 'yaml', 'click'))]\n"
    )
    done = run(folder)
    assert done.returncode == 0, done.stdout

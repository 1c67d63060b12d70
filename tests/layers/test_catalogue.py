"""What importing layers costs: the whole catalogue little, and a check only what it needs."""

import os
import subprocess
import sys

from shapecheck.layers.index import MODULES

IMPORT = """
import sys, time
import shapecheck, shapecheck.contract, shapecheck.layers
start = time.process_time()
for module in sys.argv[1:]:
    __import__(f"shapecheck.layers.{module}")
print(time.process_time() - start)
print(*[name for name in ("numpy", "sympy", "networkx", "importlib.metadata", "inspect", "dataclasses") if name in sys.modules])
"""
CHECK = """
import sys
import shapecheck
report = shapecheck.check(text=sys.argv[1])
assert report.ok, report.diagnostics
str(report)
print(*sorted(name.rpartition(".")[2] for name in sys.modules if name.startswith("shapecheck.layers.")))
"""
BAR = 0.040  # seconds of CPU over an empty registry; about 0.015 on a quiet machine
WITH_BYTECODE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def python(code, *arguments):
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=WITH_BYTECODE).stdout


def test_the_whole_catalogue_is_imported_in_no_time():
    files = sorted(set(MODULES.values()))
    python(IMPORT, *files)  # once, so that all of it is compiled
    said = [python(IMPORT, *files).split("\n") for _ in range(5)]
    least = min(float(lines[0]) for lines in said)
    print(f"the whole catalogue: {1000 * least:.0f} ms")
    assert least < BAR
    assert said[0][1] == ""  # and nothing heavy with it


def loaded(text):
    """The files of layers that a check loads, without those that hold what a family shares."""
    return {name for name in python(CHECK, text).split() if not name.startswith("_")} - {"index"}


def test_a_check_loads_only_the_files_of_its_layers():
    text = "layers:\n  - Input: {shape: [H, W, 3]}\n  - Conv2D: {filters: 8, kernel_size: 3}\n  - Flatten\n"
    assert loaded(text) == {"input", "conv", "flatten"}
    text = "layers:\n  - Input: {shape: [T, 3]}\n  - LSTM: 8\n  - Dropout: 0.5\n"
    assert loaded(text) <= {"input", "lstm", "dropout"}


def test_a_rule_is_read_only_where_there_is_one():
    text = "custom: {X: '(n, 2*h) -> (n, h)'}\nlayers:\n  - Input: {shape: [8]}\n  - X\n"
    assert loaded(text) == {"input", "custom"}

"""The command as a process of its own: what it loads, how long it takes, and pipes that close early."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys

import pytest

SMALL = """\
layers:
  - Input: {name: image, shape: [H, W, 3]}
  - Permute: {dims: [2, 1, 3]}
  - Dense: {units: 16, activation: relu, name: hidden}
  - Dropout: 0.5
  - Dense: {units: 10, name: logits}
"""
HEAVY = ("sympy", "networkx", "numpy", "importlib.metadata", "dataclasses", "inspect", "difflib", "json", "unicodedata")


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return str(path)


def python(*arguments, **options):
    return subprocess.run([sys.executable, *arguments], capture_output=True, timeout=60, check=False, **options)


def test_python_m(small):
    done = python("-m", "shapecheck", "check", small)
    assert done.returncode == 0 and done.stdout.startswith(b"ok ") and done.stderr == b""


@pytest.fixture(scope="module")
def common():
    """What click and PyYAML load themselves."""
    return set(python("-c", "import click, yaml, sys; print(*sys.modules)").stdout.decode().split())


def test_a_check_loads_nothing_heavy_and_no_other_command(small, common):
    program = (
        "import sys; from shapecheck_cli import app; code = app.run(['check', sys.argv[1]]);"
        "print(code, *sorted(sys.modules), file=sys.stderr)"
    )
    done = python("-c", program, small)
    code, *loaded = done.stderr.decode().split()
    assert code == "0"
    assert not set(HEAVY) & (set(loaded) - common)
    ours = {name for name in loaded if name.startswith("shapecheck_cli.commands.")}
    assert ours == {"shapecheck_cli.commands.check"}
    writers = {name.rpartition(".")[2] for name in loaded if name.startswith("shapecheck.writers.")}
    assert writers == {"formats", "text", "phrases", "escape"}


def test_help_of_all_loads_no_command_and_no_library():
    program = "import sys; from shapecheck_cli import app; app.run(['-h']); print(*sys.modules, file=sys.stderr)"
    loaded = python("-c", program).stderr.decode().split()
    assert "shapecheck_cli.app" in loaded
    assert not any(name.startswith(("shapecheck_cli.commands", "shapecheck.")) for name in loaded)


@pytest.mark.skipif(os.name == "nt", reason="pipes of a POSIX shell")
@pytest.mark.parametrize("form", ["full", "concise", "json", "github"])
def test_a_pipe_that_closes_early_is_no_error(tmp_path, form):
    path = tmp_path / "m.yaml"
    path.write_text("layers:\n- Input: {shape: [3]}\n" + "- Dnse: 1\n" * 3000)
    command = f'"{sys.executable}" -m shapecheck check --output-format {form} "{path}" | head -c 1'
    command += "; echo ${PIPESTATUS[0]} >&2"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False)
    tally = b"Found 3,000 errors in 1 file\n" if form in ("json", "github") else b""
    assert done.stdout and done.stderr == tally + b"1\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_said(small):
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "shapecheck", "check", small]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2 and done.stderr.startswith(b"error: cannot write") and done.stderr.count(b"\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
def test_streams_that_are_closed(small):
    command = f'"{sys.executable}" -m shapecheck check "{small}" >&- 2>&-'
    assert subprocess.run(["bash", "-c", command], check=False).returncode == 0


def test_a_terminal_without_unicode_gets_escapes(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text("layers:\n- Input: {shape: [3], name: größe}\n- Dnse: {name: 日本}\n", encoding="utf-8")
    done = python("-m", "shapecheck", "check", str(path), env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1 and b"\\u65e5" in done.stdout and done.stderr == b""


WITH_BYTECODE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def cpu_time(*arguments):
    """Seconds of processor time of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert python(*arguments, env=WITH_BYTECODE).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_a_check_is_over_before_anything_else_would_have_been_imported(small):
    """The bar is 1.6 times what importing click and yaml takes; twice that much passes on a busy machine."""
    python("-m", "shapecheck", "check", small, env=WITH_BYTECODE)
    pairs = [(cpu_time("-c", "import click, yaml"), cpu_time("-m", "shapecheck", "check", small)) for _ in range(7)]
    ratio = statistics.median(check for _, check in pairs) / statistics.median(base for base, _ in pairs)
    print(f"cold check: {ratio:.2f} of importing click and yaml")
    assert ratio < 2.4

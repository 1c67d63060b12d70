"""`check` on many files: several processes say what one says; a thousand small files are cheap; the bar."""

from __future__ import annotations

import os
import pickle
import resource
import subprocess
import sys

import pytest

import shapecheck as library

GOOD = "layers:\n- Input: {shape: [T, 8], name: x}\n- Reshape: {target_shape: [-1, 24]}\n- Dense: 4\n"
BAD = "layers:\n- Input: {shape: [8], name: x}\n- Dnse: {units: 1, name: a}\n"
WARNED = "layers:\n- Input: {shape: [8], name: x}\n- Dense: {units: 1, name: a}\n- Dense: {units: 2, name: b, inputs: x}\noutputs: [a]\n"

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that fork")


@pytest.fixture
def many(folder):
    for number in range(60):
        text = (GOOD, BAD, WARNED, GOOD)[number % 4]
        (folder / f"m{number:02}.yaml").write_text(text)
    return folder


@needs_fork
@pytest.mark.parametrize("form", ["full", "concise", "json", "sarif", "github", "markdown"])
@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_several_processes_say_what_one_says(shapecheck, many, form):
    one, two = (shapecheck("check", "--jobs", jobs, "--output-format", form, ".") for jobs in "12")
    assert (one.code, one.out, one.err) == (two.code, two.out, two.err) and one.code == 1


@needs_fork
@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_sizes_and_fixes_in_several_processes(shapecheck, many):
    assert "(B, 6, 8)" in shapecheck("check", "--jobs", "2", "--at", "T=6", ".").out
    done = shapecheck("check", "--jobs", "2", "--at", "Q=6", ".")
    assert done.code == 2 and "`Q`" in done.err
    done = shapecheck("check", "--jobs", "2", "--fix", ".")
    assert done.code == 0 and "Fixed 15 findings in 15 files" in done.out
    assert "Dnse" not in "".join(path.read_text() for path in many.glob("*.yaml"))


@needs_fork
@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_a_configuration_that_is_wrong_is_told_before_anything_is_checked(shapecheck, many):
    (many / "z").mkdir()
    (many / "z" / "shapecheck.toml").write_text("selct = 1\n")
    (many / "z" / "m.yaml").write_text(GOOD)
    done = shapecheck("check", "--jobs", "2", ".")
    assert done.code == 2 and done.out == "" and "SC171" in done.err


def test_a_report_can_be_sent():
    report = library.check(text=GOOD + "- Flatten: {name: f}\n- Dnse: 3\n")
    assert report.layers
    sent = pickle.loads(pickle.dumps(report))
    assert str(sent.diagnostics) == str(report.diagnostics) and sent.ok == report.ok
    assert [condition.text for condition in sent.requirements] == [condition.text for condition in report.requirements]
    assert sent.shapes == report.shapes and list(sent.calls) == list(report.calls)
    assert [entry.params for entry in sent.layers.values()] == [entry.params for entry in report.layers.values()]
    assert pickle.loads(pickle.dumps(library.check(text=GOOD))).size == 3


def test_a_thousand_small_files(tmp_path):
    """The bar is 12 ms of CPU a file, the start of the process included; it takes about 2."""
    for number in range(1000):
        (tmp_path / f"m{number}.yaml").write_text(GOOD if number % 10 else WARNED)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "shapecheck", "check", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=300)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0 and b"Found 100 warnings in 100 of 1,000 files" in done.stdout
    each = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 1000
    print(f"{each * 1000:.2f} ms CPU a file")
    assert each < 0.012


@pytest.mark.skipif(os.name == "nt", reason="a terminal of POSIX")
@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_on_a_terminal_while_it_lasts(many, terminal):
    program = (
        "import sys; from shapecheck_cli import jobs, app; jobs._PATIENCE = 0.0\n"
        "sys.exit(app.run(['check', '--exit-zero', '.']))"
    )
    ours, theirs = os.openpty() if terminal else os.pipe()
    err = theirs
    done = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=err, cwd=many)
    out = done.communicate(timeout=60)[0]
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 65536):
            said += chunk
    except OSError:  # how the end of a terminal looks
        pass
    os.close(ours)
    assert done.returncode == 0 and out.count(b"ok ") >= 30 and b"checking" not in out
    assert (b"checking" in said and b"60/60" in said) if terminal else said == b""

"""Speed as ratios within one run: linear in the number of layers, and a small multiple of reading the text."""

import subprocess
import sys
import time

import pytest

import shapecheck


def network(count, symbolic=True, failing=False):
    size = "T" if symbolic else "7"
    rows = ["layers:", f"  - Input: {{name: x, shape: [{size}, 64]}}"]
    for i in range(count // 4):
        rows += [
            f"  - Dense: {{units: {-1 if failing else 64}, activation: relu, name: dense_of_row_{i}}}",
            f"  - Dropout:\n      rate: {2 if failing else 0.5}\n      name: dropout_of_row_{i}",
            f"  - Activation:\n      activation: {'tanhh' if failing else 'tanh'}\n      name: activation_of_row_{i}",
            f"  - Add: {{inputs: [activation_of_row_{i}, dropout_of_row_{i}], name: sum_of_row_{i}}}",
        ]
    return "\n".join(rows) + "\n"


def strided(count):
    rows = ["layers:", "  - Input: {name: x, shape: [T, 8]}"]
    rows += ["  - Conv1D: {filters: 8, kernel_size: 3, strides: 2, padding: same}", "  - UpSampling1D: 2"] * (count // 2)
    return "\n".join(rows) + "\n"


def seconds(text):
    best = None
    for _ in range(3):
        start = time.process_time()
        str(shapecheck.check(text=text, path="big.yaml"))
        took = time.process_time() - start
        best = took if best is None else min(best, took)
    return best


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda n: network(n, symbolic=False), id="static"),
        pytest.param(network, id="symbolic"),
        pytest.param(lambda n: network(n, failing=True), id="failing"),
        pytest.param(strided, id="strided"),
    ],
)
def test_twice_the_layers_take_about_twice_the_time(make):
    small, large = seconds(make(5_000)), seconds(make(10_000))
    assert large / small < 2.8, f"{large / small:.2f}"  # 2.3 on a quiet machine


def cpu_of(code, path):
    """The CPU seconds of a whole process, the best of three."""
    import resource

    best = None
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = took if best is None else min(best, took)
    return best


def test_a_spec_of_2000_layers_costs_a_small_multiple_of_reading_its_events(tmp_path):
    path = tmp_path / "big.yaml"
    path.write_text(network(2_000))
    events = "import sys, yaml\nfor event in yaml.parse(open(sys.argv[1]), Loader=yaml.CSafeLoader): pass"
    check = "import sys\nfrom shapecheck_cli.main import main\nsys.argv = ['shapecheck', 'check', sys.argv[1]]\nmain()"
    ratio = cpu_of(check, path) / cpu_of(events, path)
    assert ratio < 6, f"{ratio:.2f}"  # 4 on a quiet machine

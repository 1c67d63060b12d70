"""Hostile definitions: a coded diagnostic each, soon, and never a traceback."""

import time

import pytest

import shapecheck
from shapecheck import ShapecheckError

INPUT = "layers:\n  - Input: {shape: [8], name: x}\n"


def bomb():
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    return "\n".join(rows) + "\nlayers: *a9\n"


def deep_repeat(depth, times):
    text = "Dense: 4"
    for _ in range(depth):
        text = f"repeat: {{times: {times}, layers: [{{{text}}}]}}"
    return f"{INPUT}  - {text}\n"


def ring(count):
    rows = [f"  - Dense: {{units: 4, name: d{i}, inputs: d{(i + 1) % count}}}" for i in range(count)]
    return INPUT + "\n".join(rows) + "\n"


HOSTILE = {
    "25,000 brackets": ("[" * 25_000, "SC802"),
    "alias bomb": (bomb(), "SC803"),
    "recursive alias": ("layers: &a [*a]\n", "SC107"),
    "duplicate keys": (INPUT + "  - Dense: {units: 4, units: 5}\n", "SC102"),
    "200 levels": (INPUT + "  - Dense: {units: " + "[" * 200 + "]" * 200 + "}\n", "SC802"),
    "10^18 as a dim": ("layers:\n  - Input: {shape: [1000000000000000000]}\n", "SC807"),
    "10^18 units": (INPUT + "  - Dense: 1000000000000000000\n", "SC807"),
    "5,000 digits": (f"layers:\n  - Input: {{shape: [{'9' * 5000}]}}\n", "SC807"),
    "5,000 digits in an expression": (f"layers:\n  - Input: {{shape: ['H*{'9' * 5000}']}}\n", "SC116"),
    "a power tower": ("layers:\n  - Input: {shape: ['9**9**9**9']}\n", "SC116"),
    "repeat of 10^9": (deep_repeat(1, 10**9), "SC804"),
    "nested repeats": (deep_repeat(8, 1000), "SC804"),
    "a block that uses itself": ("blocks: {b: {layers: [{b: }]}}\n" + INPUT + "  - b:\n", "SC213"),
    "two blocks that use each other": ("blocks: {b: {layers: [{c: }]}, c: {layers: [{b: }]}}\n" + INPUT + "  - b:\n", "SC213"),
    "a model that calls itself": ("models: {m: {layers: [{Input: {shape: [8]}}, {m: }]}}\n" + INPUT + "  - m:\n", "SC213"),
    "not UTF-8": (b"layers:\n  - Input: {shape: [8], name: \xff\xfe\xfa}\n", "SC105"),
    "empty": ("", "SC103"),
    "only a comment": ("# nothing\n", "SC103"),
    "a cycle of 5,000": (ring(5_000), "SC203"),
    "rank 1,000": (f"layers:\n  - Input: {{shape: [{', '.join(['2'] * 1000)}]}}\n", "SC805"),
    "100,000 layers": (INPUT + "  - Dropout: 0.5\n" * 100_000, "SC804"),
    "a NUL": ("layers:\n  - Dense: \0\n", "SC101"),
    "a lambda that counts for ever": (INPUT + "  - Lambda: {function: 'lambda x: x ** 9 ** 9 ** 9'}\n", "SC131"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_definitions_get_their_code_soon(name):
    text, code = HOSTILE[name]
    start = time.process_time()
    report = shapecheck.check(text=text, path="hostile.yaml")
    said = str(report)
    assert time.process_time() - start < 4  # 2 s on a quiet machine
    assert code in {found.code for found in report.diagnostics}, report.diagnostics[:3]
    assert not report.ok
    assert code in said


def test_terminal_escapes_in_names_do_not_reach_the_terminal():
    text = 'layers:\n  - Input: {shape: [8], name: "\\e[31mred\\u202e\\n::error ::x"}\n  - Dense: {unitz: 3, name: "\\a"}\n'
    said = str(shapecheck.check(text=text, path="esc\x1b[0m.yaml"))
    assert "SC111" in said
    assert not set(said) & set("\x1b\a\u202e")
    assert "\n::error" not in said


def test_a_folder_is_no_definition(tmp_path):
    with pytest.raises(ShapecheckError) as refused:
        shapecheck.check(str(tmp_path))
    assert refused.value.code == "SC106"

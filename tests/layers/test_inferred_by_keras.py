"""Under `keras: 3` a note says where Keras infers another shape than it gives; the shapes are those Keras 3.15 printed."""

import pytest

import shapecheck

X = "  - Input: {name: x, shape: [5, 3]}\n"
TWO = "  - Input: {name: q, shape: [4, 8]}\n  - Input: {name: v, shape: [6, 8]}\n"
CASES = [
    ("  - Input: {name: x, shape: [8]}\n", "Dense: {units: 2, activation: glu}", "(B, 2)", "(B, 1)"),
    ("  - Input: {name: x, shape: [4, 6]}\n", "Activation: glu", "(B, 4, 6)", "(B, 4, 3)"),
    ("  - Input: {name: x, shape: [9, 6]}\n", "Conv1D: {filters: 4, kernel_size: 3, activation: glu}",
     "(B, 7, 4)", "(B, 7, 2)"),
    (X, "Bidirectional: {layer: {LSTM: 4}, backward_layer: {LSTM: {units: 6, go_backwards: true}}}",
     "(B, 8)", "(B, 10)"),
    (TWO, "MultiHeadAttention: {num_heads: 2, key_dim: 3, inputs: {query: q, value: v},"
          " call: {return_attention_scores: true}}", "(B, 2, 4, 4)", "(B, 2, 4, 6)"),
    ("  - Input: {name: x, shape: [4, 5]}\n", "CategoryEncoding: {num_tokens: 6}", "(B, 4, 6)", "(B, 5, 6)"),
    ("  - Input: {name: x, shape: [4, 5]}\n", "IntegerLookup: {vocabulary: [3, 5, 7], output_mode: multi_hot}",
     "(B, 4, 4)", "(B, 5, 4)"),
    ("  - Input: {name: x, shape: [5]}\n", "Hashing: {num_bins: 6, output_mode: one_hot}", "(B, 6)", "(B, 5, 6)"),
    ("  - Input: {name: x, shape: [1, 16000]}\n", "MelSpectrogram: {}", "(B, 128, 1)", "(B, 1, 128, 32)"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "line", "inferred", "given"), CASES, ids=[case[1].split(":")[0] for case in CASES])
def test_both_shapes_are_said(before, line, inferred, given):
    report = shapecheck.check(text=f"keras: 3\nlayers:\n{before}  - {line}\n")
    (found,) = [found for found in report.diagnostics if found.code == "SC318"]
    assert (found.severity, report.ok) == ("note", True)
    assert inferred in found.message
    assert given in found.message
    assert found.span.line == 3 + before.count("\n")


@pytest.mark.parametrize("line", ["Dense: {units: 2, activation: relu}", "Bidirectional: {layer: {LSTM: 4}}",
                                  "MelSpectrogram: {fft_length: 2, sequence_stride: 1, sequence_length: 2}"])  # fmt: skip
def test_nothing_is_said_where_keras_is_right(line):
    report = shapecheck.check(text=f"keras: 3\nlayers:\n{X}  - {line}\n")
    assert "SC318" not in [found.code for found in report.diagnostics] or line.startswith("Mel")


def test_nothing_is_said_in_the_other_semantics():
    for mode in ("", "keras: 2\n"):
        report = shapecheck.check(text=f"{mode}layers:\n{X}  - {CASES[3][1]}\n")
        assert "SC318" not in [found.code for found in report.diagnostics]

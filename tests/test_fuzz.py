"""Mutated definitions through the whole checker: whatever they hold, no exception escapes."""

import random

import pytest

import shapecheck

SEEDS = [
    "layers:\n  - Input: {name: image, shape: [H, W, 3]}\n  - Flatten\n  - Dense: {units: 10, activation: softmax}\n",
    "params: {width: 32}\ndims: {T: {multiple_of: 4, min: 4}}\nblocks:\n  fc:\n    params: [n]\n    layers:\n"
    "      - Dense: {units: '${n}', use_bias: false}\n      - Activation: relu\nlayers:\n"
    "  - Input: {name: x, shape: [T, 64]}\n  - fc: {n: '${2*width}'}\n"
    "  - repeat: {times: 2, layers: [{Dense: 32}]}\n  - Reshape: {target_shape: [-1, 4, 32]}\n"
    "  - Permute: [2, 1, 3]\nassert: ['permute == x']\n",
    "models:\n  enc: {layers: [{Input: {shape: [T, 8]}}, {Masking: 0}, {Dense: 4}]}\nlayers:\n"
    "  - Input: {name: a, shape: [~, 8]}\n  - Input: {name: b, shape: [S, 8]}\n  - enc: {inputs: a, name: ea}\n"
    "  - enc: {inputs: b, name: eb}\n  - Dot: {axes: [2, 2], inputs: [ea, eb], name: d}\n"
    "  - Lambda: {function: 'lambda x: x[:, 0] * 2', output_shape: 'lambda s: (s[0], s[2])'}\n"
    "  - call: {layer: d, inputs: [eb, eb]}\noutputs: [d]\n",
    "keras: 2\ndata_format: channels_first\nlayers:\n  - Conv2D: {filters: 8, kernel_size: 3, input_shape: [3, H, W]}\n"
    "  - MaxPooling2D: {pool_size: [2, 2]}\n  - SpatialDropout2D: 0.5\n  - UpSampling2D: 2\n"
    "  - ZeroPadding2D: {padding: [[1, 2], [0, 1]]}\n  - Concatenate: {inputs: [up_sampling2d], axis: 1}\n",
]  # fmt: skip
WORDS = ["~", "-1", "0", "1e9", "H", "H//2", "[", "]", "{", "}", ":", "- ", "\n", "  ", "'", '"', "*a", "&a ", "!!x ", "${",
         "}", "lambda x: ", "x[0]", "inputs", "name", "Add", "Dense", "repeat", "times", "9" * 40, "\t", "#", "|", ">", "?",
         "None", "true", "\x1b[0m", "é", "\U0001f600", "B", "T", "layers", "shape", "(", ")", ",", "<<: *a"]  # fmt: skip


def mutated(rng):
    text = rng.choice(SEEDS)
    for _ in range(rng.randint(1, 6)):
        i = rng.randrange(len(text) + 1)
        j = min(len(text), i + rng.choice([0, 0, 1, 1, 3, 8, 30]))
        match rng.randrange(4):
            case 0:
                text = text[:i] + text[j:]
            case 1:
                text = text[:i] + rng.choice(WORDS) + text[j:]
            case 2:
                text = text[:i] + text[i:j] * 2 + text[j:]
            case _:
                lines = text.splitlines(keepends=True)
                rng.shuffle(lines) if rng.random() < 0.1 else lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
                text = "".join(lines)
    return text


def fuzz(count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        text = mutated(rng)
        try:
            report = shapecheck.check(text=text, path="fuzz.yaml")
            str(report)
            report.summary()
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error}\n{text!r}") from error
        assert not any(found.code.startswith("SC9") for found in report.diagnostics), text


def test_mutated_definitions_never_raise():
    fuzz(1_000, 1)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_a_hundred_thousand_mutated_definitions_never_raise(part):
    fuzz(10_000, 100 + part)

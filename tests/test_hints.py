"""What is said of a value that is nearly right: the word, the number or the list that was meant, if the parameter takes it."""

from __future__ import annotations

import pytest

import shapecheck


def helps(entry):
    (found,) = shapecheck.check(text=f"layers:\n  - Input: {{shape: [8, 8, 3]}}\n  - {entry}\n").diagnostics
    return found.code, list(found.help)


@pytest.mark.parametrize(
    ("entry", "code", "help"),
    [
        ("Conv2D: {filters: 4, kernel_size: 3, padding: smae}", "SC114", ["did you mean `same`?"]),
        ("Conv2D: {filters: 4, kernel_size: 3, padding: around}", "SC114", []),
        ("Conv2D: {filters: 4, kernel_size: 3, data_format: channel_last}", "SC114", ["did you mean `channels_last`?"]),
        ('Conv2D: {filters: "16", kernel_size: 3}', "SC113", ["write `16` without quotes"]),
        ('Dropout: "0.5"', "SC113", ["write `0.5` without quotes"]),
        ('Conv2D: {filters: 4, kernel_size: "[3, 3]"}', "SC113", ["write `[3, 3]` without quotes"]),
        ('Conv2D: {filters: 4, kernel_size: "(3,3)"}', "SC113", ["write `[3, 3]`"]),
        ('Conv2D: {filters: 4, kernel_size: "(3,3,3)"}', "SC113", []),
        ('Conv2D: {filters: "-4", kernel_size: 3}', "SC113", []),
        ('Dense: "32, 3"', "SC113", []),
        ('Dense: "nan"', "SC205", []),
    ],
)
def test_what_helps(entry, code, help):
    assert helps(entry) == (code, help)


def test_the_only_size_that_is_valid_is_not_said_twice():
    code, help = helps("Reshape: {target_shape: [2, 12]}")
    assert code == "SC304" and help[0] == "with W = 8 this model is valid only when H == 1"


@pytest.mark.parametrize("value", ["1" * 5000, "(" * 50, "1e999", "٣", "1,,2", ",", "()", "[-]", "1_0"])
def test_no_text_is_too_strange(value):
    code, _ = helps(f"Conv2D: {{filters: 4, kernel_size: '{value}'}}")
    assert code.startswith("SC")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("layers:\n<<<<<<< HEAD\n  - Dense: 3\n=======\n  - Dense: 4\n>>>>>>> other\n", "SC101", 2),
        ('<<<<<<< HEAD\n{"layers": []}\n=======\n{"layers": [1]}\n>>>>>>> other\n', "SC101", 1),
        ('{"layers": [\n<<<<<<< HEAD\n{"Dense": 3}\n=======\n{"Dense": 4}\n>>>>>>> other\n]}\n', "SC140", 2),
    ],
)
def test_the_marks_of_a_merge_are_called_by_their_name(text, code, line):
    path = "model.json" if code == "SC140" else "model.yaml"
    (found,) = shapecheck.check(text=text, path=path).diagnostics
    assert (found.code, found.span.line) == (code, line) and found.message.endswith(
        "git left the marks of a merge in it"
    )
    assert list(found.help) == ["keep one of the two sides, and remove the marks"]

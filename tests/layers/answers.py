"""Answers that real Keras gave for single layers, as tests/data keeps them, and what differs from them in ours."""

import gzip
import json
import pathlib

import numpy as np
import pytest

DATA = pathlib.Path(__file__).parent.parent / "data"


def rows(name):
    with gzip.open(DATA / name, "rt") as file:
        return [json.loads(line) for line in file] if ".jsonl" in name else json.load(file)


def with_functions(value):
    """A configuration with the functions whose source it holds: our own data, not a model file."""
    if isinstance(value, str) and value.lstrip().startswith("lambda"):
        return eval(value, {"np": np, "ops": np})
    if isinstance(value, dict):
        return {key: with_functions(item) for key, item in value.items()}
    return [with_functions(item) for item in value] if isinstance(value, list) else value


def call_of(form, inputs):
    """The arguments of a call: the input, one list of them, each as its own, or none."""
    return {"single": inputs[:1], "list": [inputs], "args": inputs}.get(form, [])


def agrees(want, got):
    """Whether every size that Keras knows is ours."""
    if want is None:
        return True
    return got is not None and len(want) == len(got) and all(w is None or w == g for w, g in zip(want, got, strict=True))


def differing(answer, got, *, keras=3):
    """What differs in the shapes, weights, counts and dtypes; None where nothing does. Only Keras 3 names weights."""
    if len(answer["output_shapes"]) != len(got.outputs) or not all(map(agrees, answer["output_shapes"], got.outputs)):
        return f"{got.outputs}, not {answer['output_shapes']}"
    if "weights" in answer:
        want = [(_last_word(path).split(":")[0] if keras == 3 else "", tuple(s)) for path, s in answer["weights"]]
        if want != [(_last_word(path) if keras == 3 else "", s) for path, s in got.weights.items()]:
            return f"weights {got.weights}, not {want}"
        for count in ("params", "trainable_params"):
            if count in answer and answer[count] != getattr(got, count):
                return f"{count} {getattr(got, count)}, not {answer[count]}"
    if keras == 3 and answer.get("output_dtypes", got.dtypes) != got.dtypes:
        return f"dtypes {got.dtypes}, not {answer['output_dtypes']}"
    return None


def _last_word(path):
    return path.rsplit("/", 1)[-1]


def differing_masks(answer, made, form, shapes, **named):
    """What differs in the masks that a layer gives when each input has one; None where nothing does."""
    if "mask_out" not in answer or form not in ("single", "list"):
        return None
    if not all(shape is not None and len(shape) >= 2 for shape in shapes):
        return None
    masks = [shape[:2] for shape in shapes]
    given = masks[0] if form == "single" and masks else masks
    emitted = made.infer(*call_of(form, shapes), **named, mask=given).masks
    for want, got in zip(answer["mask_out"], emitted, strict=True):
        if (want is None) != (got is None) or not agrees(want, got):
            return f"mask {got}, not {want}"
    return None


def weights_of(answer):
    """The arrays of the weights of a numeric row, each of which may stand after its name."""
    found = answer.get("weights", [])
    return [np.asarray(w[-1] if isinstance(w, list) and w and isinstance(w[0], str) else w, "float32") for w in found]


def mask_of(answer):
    return np.asarray(answer["mask_in"], bool) if answer.get("mask_in") is not None else None


def differing_numbers(answer, run):
    """What differs in the numbers of a run, its masks and its losses; None where nothing does."""
    for want, got in zip(answer["outputs"], run.outputs, strict=True):
        want = np.asarray(want, "float64")
        if want.shape != got.shape or not np.allclose(want, got, rtol=2e-4, atol=2e-5, equal_nan=True):
            return f"values {np.ravel(got)[:4]}, not {want.ravel()[:4]}"
    for want, got in zip(answer.get("masks_out") or [], run.masks, strict=False):
        if want is not None and not np.array_equal(np.asarray(want, bool), got):
            return f"mask {got}, not {want}"
    losses = answer.get("losses")
    if losses is not None and sum(run.losses) != pytest.approx(sum(losses), rel=2e-4):
        return f"losses {run.losses}, not {losses}"
    return None

"""Takes what the tests of the core layers need from rows of answers that Keras gave.

python make_core_facts.py FOLDER     # writes keras3_core.json.gz, keras2_core.json.gz and numeric_core.json.gz

FOLDER holds files of one JSON object a line, none of them written by hand: a class with a configuration was called on
inputs of some shapes in Keras 3.15.1 (TensorFlow 2.21 on a CPU; `layers_k3` and `numeric_k3`) or in the original code
of Keras 2.2.4 (`layers_k2_core13`), and the shapes, weights, dtypes and masks that came out were written down, or that
it refused. Rows in which Keras contradicts its own execution, or that hang on the backend, say so and are left out.

A row here is [id, class, configuration, form of the call, input shapes, answer]; the answer is null where Keras
refused, else a mapping. Lambda functions stand as Python source.
"""

import gzip
import json
import pathlib
import sys

CORE = (
    "Masking", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "Activation", "Reshape",
    "Permute", "Flatten", "RepeatVector", "Lambda", "Dense", "ActivityRegularization", "InputLayer", "Identity", "Add",
    "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot",
)  # fmt: skip


def rows_of(path):
    with gzip.open(path, "rt") as file:
        for line in file:
            row = json.loads(line)
            if row["class_name"] in CORE and not row.get("skip"):
                yield row


def inferred(row):
    """A row of shapes: what the tests compare, and nothing else."""
    answer = None
    if "error" not in row:
        names = ("output_shapes", "output_dtypes", "weights", "params", "trainable_params")
        answer = {name: row[name] for name in names if name in row}
        if any(mask is not None for mask in row.get("mask_out", [])):
            answer["mask_out"] = row["mask_out"]
    return [row["id"], row["class_name"], row["config"], row["structure"], row["input_shapes"], answer]


def computed(row):
    """A row of numbers: a forward pass, in inference."""
    names = ("input_dtypes", "weights", "mask_in", "outputs", "masks_out", "losses")
    answer = {name: short(row[name]) for name in names if row.get(name)}
    return [row["id"], row["class_name"], row["config"], row["structure"], short(row["inputs"]), answer]


def short(value):
    """Numbers with seven digits."""
    if isinstance(value, list):
        return [short(item) for item in value]
    return float(f"{value:.7g}") if isinstance(value, float) else value


def write(name, rows):
    text = json.dumps(rows, separators=(",", ":"))
    with gzip.GzipFile(pathlib.Path(__file__).with_name(name), "wb", mtime=0) as file:
        file.write(text.encode())


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    write("keras3_core.json.gz", [inferred(row) for row in rows_of(folder / "layers_k3.jsonl.gz")])
    write("keras2_core.json.gz", [inferred(row) for row in rows_of(folder / "layers_k2_core13.jsonl.gz")])
    write("numeric_core.json.gz", [computed(row) for row in rows_of(folder / "numeric_k3.jsonl.gz")])

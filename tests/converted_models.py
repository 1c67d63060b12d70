"""The definitions of which real Keras loaded what `convert --to keras3` made; see data/make_converted_facts.py.

Run as a script, it prints each of them as Keras JSON, one a line.
"""

import gzip
import json
import pathlib
import sys

from shapecheck import ShapecheckError, checker, conversion

TESTS = pathlib.Path(__file__).parent
DATA = TESTS / "data"

WIRING = {
    "shared layers and several outputs": """
layers:
  - Input: {name: a, shape: [6]}
  - Input: {name: b, shape: [6]}
  - Dense: {units: 4, name: d, inputs: a}
  - call: {layer: d, inputs: b, name: d2}
  - call: {layer: d, inputs: a, name: d3}
  - Add: {inputs: [d, d2, d3], name: sum}
  - Concatenate: {inputs: [sum, d2], name: both}
outputs: [both, d3]
""",
    "states by role and by place": """
layers:
  - Input: {name: x, shape: [T, 8]}
  - Input: {name: y, shape: [S, 3]}
  - LSTM: {units: 5, return_sequences: true, return_state: true, name: enc, inputs: x}
  - LSTM: {units: 5, return_sequences: true, name: dec, inputs: {sequence: y, initial_state: ["enc[1]", "enc[2]"]}}
  - GRU: {units: 5, name: gru, inputs: [dec, "enc[1]"]}
  - Bidirectional: {layer: {GRU: {units: 3, return_state: true}}, name: bi, inputs: dec}
outputs: [gru, "bi[1]", enc]
""",
    "attention by role": """
layers:
  - Input: {name: q, shape: [T, 8]}
  - Input: {name: v, shape: [S, 8]}
  - MultiHeadAttention: {num_heads: 2, key_dim: 4, inputs: {query: q, value: v}, call: {use_causal_mask: true}, name: mha}
  - Attention: {inputs: [mha, v], name: dot}
  - AdditiveAttention: {inputs: [dot, v, v], name: additive}
  - GroupQueryAttention: {head_dim: 4, num_query_heads: 4, num_key_value_heads: 2, inputs: [additive, v], name: group}
""",
    "masks that are worked out again": """
layers:
  - Input: {name: tokens, shape: [T], dtype: int32}
  - Embedding: {input_dim: 50, output_dim: 8, mask_zero: true, name: emb}
  - Masking: {name: masked, inputs: emb}
  - Add: {inputs: [emb, masked], name: sum}
  - Concatenate: {inputs: [sum, emb], name: joined}
  - LSTM: {units: 4, return_sequences: true, name: lstm}
  - TimeDistributed: {layer: {Dense: {units: 3, activation: relu}}, name: td}
  - Bidirectional: {layer: {LSTM: {units: 2}}, name: last}
""",
    "models in models, called twice": """
models:
  inner: {layers: [{Input: {name: i, shape: [4]}}, {Dense: {units: 4, name: d}}]}
  outer:
    layers:
      - Input: {name: p, shape: [4]}
      - Input: {name: q, shape: [4]}
      - inner: {inputs: p, name: first}
      - inner: {inputs: q, name: second}
      - Add: {inputs: [first, second], name: sum}
    outputs: [sum, first]
layers:
  - Input: {name: a, shape: [4]}
  - Input: {name: b, shape: [4]}
  - outer: {inputs: [a, b], name: one}
  - outer: {inputs: {q: a, p: b}, name: two}
  - Concatenate: {inputs: ["one[0]", "two[1]"], name: both}
  - BatchNormalization: {trainable: false, name: bn}
outputs: [bn, one]
""",
    "blocks, names with a slash, and sizes that are names": """
params: {width: 8}
blocks:
  conv_bn:
    params: [filters]
    layers:
      - Conv2D: {filters: "${filters}", kernel_size: 3, padding: same, use_bias: false, kernel_regularizer: {L2: 0.01}}
      - BatchNormalization: {momentum: 0.9}
      - Activation: relu
layers:
  - Input: {name: image, shape: [H, W, 3]}
  - conv_bn: {filters: width, name: one}
  - conv_bn: {filters: 2*width, name: two}
  - repeat: {times: 2, layers: [{MaxPooling2D: {padding: same}}]}
  - Conv2D: {filters: 4, kernel_size: [1, 3], strides: 2, dilation_rate: 1, kernel_initializer: {RandomNormal: {stddev: 0.1}}}
  - GlobalAveragePooling2D:
  - Dense: {units: 3, activation: softmax, kernel_constraint: {MaxNorm: 2}, dtype: mixed_float16}
""",
    "an older Keras": """
keras: 2
layers:
  - Convolution1D: {nb_filter: 4, filter_length: 3, border_mode: same, input_shape: [12, 3], W_regularizer: {l2: 0.1}}
  - LSTM: {output_dim: 3, return_sequences: true}
  - LeakyReLU: {alpha: 0.1}
  - ThresholdedReLU: {theta: 0.5}
  - GRU: 2
""",
    "models inside wrappers": """
models:
  inner: {layers: [{Input: {name: i, shape: [6]}}, {Dense: 4}]}
  step:
    layers:
      - Input: {name: s, shape: [6]}
      - inner: {name: one}
      - inner: {name: two, inputs: s}
      - Add: {inputs: [one, two]}
layers:
  - Input: {name: x, shape: [T, 6]}
  - TimeDistributed: {layer: step, name: td}
  - TimeDistributed: {layer: inner, inputs: x, name: td2}
  - Concatenate: {inputs: [td, td2]}
""",
    "operations": """
layers:
  - Input: {name: x, shape: [T, 6]}
  - Input: {name: y, shape: [T, 6]}
  - ops.Add: {inputs: {x1: x, x2: y}, name: sum}
  - ops.Multiply: {inputs: {x2: sum}, x1: 2.0, name: twice}
  - ops.GetItem: {inputs: twice, key: ":, -1", name: last}
  - ops.Mean: {axis: -1, keepdims: true, name: mean, inputs: sum}
  - ops.Transpose: {axes: [0, 2, 1], name: turned}
  - ops.Concatenate: {inputs: [x, y], axis: -1, name: joined}
  - ops.Where: {inputs: {condition: x, x1: y}, x2: 0.0, name: chosen}
outputs: [last, turned, joined, chosen]
""",
}


def answers():
    """(kind, configuration, structure, input shapes, generation) of layers that Keras accepted, each of them once."""
    rows = []
    with gzip.open(DATA / "answers_keras3.jsonl.gz", "rt") as file:
        for row in map(json.loads, file):
            if "output_shapes" in row:
                rows.append((row["class_name"], row["config"], row["structure"], row["input_shapes"], 3))
    for name, keras in (("keras3_core.json.gz", 3), ("keras2_core.json.gz", 2)):
        with gzip.open(DATA / name, "rt") as file:
            rows += [(kind, config, form, shapes, keras) for _, kind, config, form, shapes, answer in json.load(file) if answer]
    seen = {json.dumps([kind, config, keras], sort_keys=True): (kind, config, form, shapes, keras) for kind, config, form, shapes, keras in rows}
    return list(seen.values())


def definition(kind, config, form, shapes, keras):
    """One layer on its inputs."""
    if kind in ("InputLayer", "Input"):
        return {"keras": keras, "layers": [{"Input": config}]}
    names = [f"x{number}" for number in range(len(shapes))]
    layers = [{"Input": {"name": name, "batch_shape": shape}} for name, shape in zip(names, shapes, strict=True)]
    reads = names[0] if form == "single" else names
    return {"keras": keras, "layers": [*layers, {"class_name": kind, "config": config, "inputs": reads}]}


def definitions():
    """(name, what the check is given) of each definition."""
    for path in sorted((TESTS.parent / "specs" / "examples").glob("*.yaml")):
        yield path.stem, {"definition": path}
    for name, text in WIRING.items():
        yield name, {"text": text}
    for kind, config, form, shapes, keras in answers():
        row = {"definition": definition(kind, config, form, shapes, keras)}
        if checker.inferred(**row)[0].ok:
            yield json.dumps([kind, config, form, shapes, keras]), row


def loaded():
    """Name -> what Keras said of the model, or a text where it did not load it."""
    with gzip.open(DATA / "converted_keras3.json.gz", "rt") as file:
        return json.load(file)


if __name__ == "__main__":
    for name, given in definitions():
        try:
            made = conversion.converted(to="keras3", **{"definition": None, **given})[1]
        except ShapecheckError:
            continue
        sys.stdout.write(json.dumps([name, made.text, made.functions]) + "\n")

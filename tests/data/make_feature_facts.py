"""Asks Keras 3 (3.15.1 with JAX 0.10.2 on a CPU made the file beside this one) for forward passes of layers of features.

KERAS_BACKEND=jax python make_feature_facts.py     # writes feature_keras3.json.gz; needs keras, which the tests do not

A row has a class, its configuration, the shapes of its inputs, what else the call says, and what Keras answers. Inputs
and weights are not written down: both sides make them with `values`.
"""

import gzip
import json
import pathlib

import numpy as np

FLAGS = [{}, {"use_causal_mask": True}, {"return_attention_scores": True}]


def values(shape, shift):
    return np.sin(1.7 * np.arange(int(np.prod(shape))) + shift).reshape(shape).astype("float32")


def weight(path, shape, place):
    return np.abs(values(shape, 10 * place + 1)) + 0.1 if "variance" in path else values(shape, 10 * place + 1)


def given(row):
    """The inputs: waves, or small whole numbers."""
    made = [values(shape, place) for place, shape in enumerate(row["shapes"])]
    return [np.abs(x * 7).astype("int32") for x in made] if row.get("integers") else made


def mask_of(shape):
    """Every third step is left out."""
    return np.arange(int(np.prod(shape))).reshape(shape) % 3 != 1


def rows():
    def row(kind, config, *shapes, **more):
        return {"kind": kind, "config": config, "shapes": [list(shape) for shape in shapes], **more}

    for config in ({}, {"max_value": 0.5}, {"negative_slope": 0.2, "threshold": 0.3}, {"max_value": 0.6, "threshold": 0.1}):
        yield row("ReLU", config, (2, 9))
    for kind, configs in (("LeakyReLU", [{}, {"negative_slope": 0.1}]), ("ELU", [{}, {"alpha": 0.5}])):
        for config in configs:
            yield row(kind, config, (2, 9))
    for config in ({}, {"shared_axes": [1]}, {"shared_axes": [-1]}, {"shared_axes": 0}):
        yield row("PReLU", config, (2, 3, 4))
    for config in ({}, {"axis": 1}, {"axis": [1, 2]}, {"axis": None}, {"axis": [0, -1]}):
        yield row("Softmax", config, (2, 3, 4))
        yield row("Softmax", config, (2, 3, 4), masks=[[2, 3, 4]])
    for config in ({"scale": 0.5, "offset": 1}, {"scale": [1, 2, 3], "offset": [0, 1, 0]}):
        yield row("Rescaling", config, (2, 2, 3))
    for config in ({}, {"mask_zero": True}, {"lora_rank": 2, "lora_alpha": 3}):
        yield row("Embedding", {"input_dim": 8, "output_dim": 3, **config}, (2, 4), integers=True)
    for config in ({}, {"tie_weights": False}, {"logit_soft_cap": 0.5}):
        yield row("ReversibleEmbedding", {"input_dim": 8, "output_dim": 3, **config}, (2, 4), integers=True)
        yield row("ReversibleEmbedding", {"input_dim": 8, "output_dim": 3, **config}, (2, 4, 3), call={"reverse": True})
    for equation, output, bias, shape in (
        ("ab,bc->ac", 4, "c", (2, 3)), ("abc,cde->abde", [None, 2, 5], "de", (2, 3, 4)), ("...x,xy->...y", 3, "y", (2, 3, 4)),
        ("abc,cde->abde", [None, 2, 5], "d", (2, 3, 4)), ("ab...,bc->ac...", 4, "c", (2, 3, 2, 2)), ("abc,bd->adc", [5, None], "d", (2, 3, 4)),
        ("abcd,cde->abe", [None, 6], None, (2, 2, 3, 2)), ("abc,bcd->abd", [3, 2], None, (2, 3, 4)),
    ):  # fmt: skip
        yield row("EinsumDense", {"equation": equation, "output_shape": output, "bias_axes": bias}, shape)
    yield row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 4], "lora_rank": 2, "activation": "relu"}, (2, 3, 4))
    for call in FLAGS:
        for masks in ([], [[2, 3], [2, 4]]):
            shapes = (2, 3, 5), (2, 4, 2), (2, 4, 5)
            for config in ({}, {"use_scale": True}, {"score_mode": "concat", "use_scale": True}):
                yield row("Attention", config, *shapes, listed=True, call=call, masks=masks)
            yield row("AdditiveAttention", {}, *shapes, listed=True, call=call, masks=masks)
            yield row("AdditiveAttention", {"use_scale": False}, *shapes, listed=True, call=call, masks=masks)
            for config in ({}, {"dropout": 0.5}, {"value_dim": 2, "use_gate": True}, {"output_shape": [2, 3], "use_bias": False},
                           {"sliding_window": 2}, {"attention_axes": 2, "dropout": 0}):  # fmt: skip
                yield row("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, **config}, (2, 4, 5), (2, 4, 2), (2, 4, 5), call=call,
                          masks=[[2, 4], [2, 4]] if masks else [])  # fmt: skip
            for config in ({}, {"use_gate": True, "use_bias": False}, {"dropout": 0.5, "sliding_window": 2}):
                yield row("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, **config},
                          (2, 3, 5), (2, 4, 5), call=call, masks=masks)  # fmt: skip
    for config in ({}, {"attention_axes": [1]}, {"attention_axes": [2, 1]}):
        for call in ({}, {"return_attention_scores": True}):
            yield row("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, **config}, (2, 2, 3, 4), (2, 4, 3, 2) if config.get("attention_axes") == [1] else (2, 4, 2, 2), call=call)
    for config in ({}, {"axis": 1}, {"axis": [-1, 1]}, {"axis": None, "invert": True}, {"mean": [1, 2, 3], "variance": [1, 4, 9]}):
        yield row("Normalization", config, (2, 4, 3))
    for mode in ("multi_hot", "one_hot", "count"):
        for shape in ((3,), (3, 1), (2, 4), (2, 3, 2)):
            yield row("CategoryEncoding", {"num_tokens": 8, "output_mode": mode}, shape, integers=True)
            yield row("Discretization", {"bin_boundaries": [-0.5, 0, 0.5], "output_mode": mode}, shape)
    for config in ({}, {"mode": "magnitude", "expand_dims": True}, {"mode": "psd", "padding": "same"}, {"mode": "stft", "frame_step": 3}, {"mode": "real"},
                   {"mode": "angle", "window": "hamming", "scaling": "spectrum"}, {"mode": "imag", "periodic": True, "fft_length": 16},
                   {"mode": "stft", "expand_dims": True}):  # fmt: skip
        yield row("STFTSpectrogram", {"frame_length": 8, **config}, (2, 17, 2))
    for config in ({}, {"sequence_length": 12, "window": "hamming"}, {"power_to_db": False, "mag_exp": 1.0, "max_freq": 3000}):
        yield row("MelSpectrogram", {"fft_length": 16, "sequence_stride": 5, "num_mel_bins": 4, **config}, (2, 30))
    yield row("AutoContrast", {"value_range": [-1, 1]}, (2, 3, 4, 2))
    for steps in (1, 3):
        yield row("SpectralNormalization", {"layer": {"class_name": "Dense", "config": {"units": 4}}, "power_iterations": steps}, (2, 3), training=True)


def answer(row):
    import keras

    config = dict(row["config"])
    if "layer" in config:
        config["layer"] = getattr(keras.layers, config["layer"]["class_name"])(**config["layer"]["config"])
    layer = getattr(keras.layers, row["kind"])(**config)
    inputs = given(row)
    call = dict(row.get("call", {}))
    if row["kind"] in ("ReversibleEmbedding", "Embedding"):
        layer.build()
    elif row.get("listed"):
        layer.build([x.shape for x in inputs])
    elif len(inputs) > 1:
        layer.build(*(x.shape for x in inputs))
    else:
        layer.build(inputs[0].shape)
    for place, variable in enumerate(layer.weights):
        variable.assign(weight(variable.path, variable.shape, place))
    if hasattr(layer, "finalize_state"):
        layer.finalize_state()
    masks = [mask_of(shape) for shape in row.get("masks", [])]
    if row.get("training"):
        call["training"] = True
    inputs = [keras.ops.convert_to_tensor(x) for x in inputs]
    if row["kind"] == "MultiHeadAttention":  # which asks the tensors
        for x, mask in zip(inputs, masks, strict=False):
            keras.src.backend.set_keras_mask(x, keras.ops.convert_to_tensor(mask))
    elif masks and row["kind"] == "GroupQueryAttention":
        call |= {"query_mask": masks[0], "value_mask": masks[1]}
    elif masks:
        call["mask"] = [*masks, None] if row.get("listed") else masks[0]
    y = layer(inputs, **call) if row.get("listed") else layer(*inputs, **call)
    several = y if isinstance(y, (list, tuple)) else [y]
    return {"y": [[float(f"{v:.5g}") for v in np.asarray(y).ravel()] for y in several], "output": [list(y.shape) for y in several]}


if __name__ == "__main__":
    made = []
    for one in rows():
        try:
            made.append(one | answer(one))
        except Exception as error:  # what Keras cannot run is no fact
            print(one, type(error).__name__, str(error)[:200])
    text = "\n".join(json.dumps(row, separators=(",", ":")) for row in made)
    with gzip.GzipFile(pathlib.Path(__file__).with_name("feature_keras3.json.gz"), "wb", mtime=0) as file:
        file.write(text.encode())

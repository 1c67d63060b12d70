"""Write tensorflow_functions.json.gz: models of Keras 2 with one function of TensorFlow each, as tf-keras saves them.

Run with tf-keras 2.21 and TensorFlow 2.21 at hand; the tests read the answers only. For each function: the definition
as `to_json` gives it, the shape and dtype of the output, and its values for inputs that `inputs` makes.
"""

import gzip
import json
import os
import pathlib
import re

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

FUNCTIONS = """
x + y | x * 2.0 | 1.0 - x | x - y | x / y | x // 2.0 | x % 2.0 | x ** 2 | -x | abs(x) | 3.0 / (x + 9.0) | x > y | x >= 0.0
x < y | x <= y | x == y | x != y | (x > y) | (y > x) & (x > 0.0) | ~(x > y) | (x > y) ^ (y > 0.0)
x[:, 0] | x[:, -1, None, ::2] | x[..., 1:] | x[0] | x[:, 1:3] | x[:, :, tf.newaxis] | x[:, ::-1] | i[:, 0]
tf.reduce_mean(x, axis=1) | tf.reduce_sum(x, [1, 2], keepdims=True) | tf.reduce_max(x, 1) | tf.reduce_min(x) | tf.reduce_prod(x, -1)
tf.reduce_any(x > 0.0, -1) | tf.reduce_all(x > 0.0, -1) | tf.math.reduce_std(x, 1) | tf.math.reduce_variance(x, 1) | tf.reduce_logsumexp(x, 1)
tf.concat([x, y], -1) | tf.concat([x, y, x], 1) | tf.stack([x, y], 1) | tf.stack([x, y], -1) | tf.unstack(x, axis=1)[0] | tf.split(x, 2, axis=-1)[1]
tf.split(x, [1, 2, 3], axis=-1)[2] | tf.split(x, [1, -1], axis=1)[1] | tf.add_n([x, y, x])
tf.reshape(x, [-1, 48]) | tf.reshape(x, [-1, 6, 8]) | tf.reshape(x, (tf.shape(x)[0], 48)) | tf.reshape(x, [tf.shape(x)[0], -1, 3]) | tf.shape(x)
tf.transpose(x, [0, 2, 1]) | tf.expand_dims(x, -1) | tf.expand_dims(x, 1) | tf.squeeze(tf.expand_dims(x, 1), 1) | tf.squeeze(tf.expand_dims(x, 1), [1])
tf.tile(x, [1, 2, 1]) | tf.repeat(x, 2, axis=1) | tf.roll(x, 1, 1) | tf.reverse(x, [1]) | tf.broadcast_to(x, [3, 2, 8, 6]) | tf.pad(x, [[0, 0], [1, 2], [0, 0]])
tf.pad(x, [[0, 0], [1, 1], [0, 0]], mode="REFLECT") | tf.pad(x, [[0, 0], [1, 1], [0, 0]], constant_values=3) | tf.slice(x, [0, 1, 0], [-1, 3, -1])
tf.matmul(x, y, transpose_b=True) | tf.matmul(x, y, transpose_a=True) | x @ tf.transpose(y, [0, 2, 1]) | tf.tensordot(x, y, [[1, 2], [1, 2]]) | tf.tensordot(x, y, [[2], [2]])
tf.cast(x, tf.int32) | tf.cast(i, tf.float32) | tf.cast(x > 0.0, tf.float32) | tf.one_hot(i, 7) | tf.one_hot(i, 7, axis=1) | tf.zeros_like(x) | tf.ones_like(x)
tf.gather(x, [0, 2], axis=1) | tf.gather(x, [[0, 2], [1, 1]], axis=2) | tf.gather(x, i % 6, axis=2, batch_dims=1) | tf.gather(x, i % 8, batch_dims=1)
tf.where(x > 0.0, x, y) | tf.where(x > 0.0, x, 0.0) | tf.clip_by_value(x, -0.5, 0.5) | tf.argmax(x, -1) | tf.argmax(x) | tf.argmin(x, 1)
tf.nn.relu(x) | tf.nn.elu(x) | tf.nn.selu(x) | tf.nn.relu6(x) | tf.nn.leaky_relu(x, 0.1) | tf.nn.gelu(x) | tf.nn.sigmoid(x) | tf.nn.tanh(x) | tf.nn.softplus(x)
tf.nn.softsign(x) | tf.nn.softmax(x) | tf.nn.softmax(x, axis=1) | tf.nn.log_softmax(x) | tf.math.l2_normalize(x, axis=1) | tf.nn.swish(x)
tf.exp(x) | tf.math.log(x * x + 1.0) | tf.sqrt(x * x) | tf.square(x) | tf.math.rsqrt(x * x + 1.0) | tf.sin(x) | tf.cos(x) | tf.tanh(x) | tf.sigmoid(x) | tf.sign(x)
tf.round(x) | tf.floor(x) | tf.math.ceil(x) | tf.math.erf(x) | tf.math.log1p(x * x) | tf.maximum(x, y) | tf.minimum(x, 0.0) | tf.math.squared_difference(x, y) | tf.pow(x, 2.0)
tf.math.divide_no_nan(x, y) | tf.math.floormod(x, 2.0) | tf.atan2(x, y) | tf.math.is_nan(x) | tf.logical_and(x > 0.0, y > 0.0) | tf.math.cumsum(x, axis=1)
tf.math.cumsum(x, axis=1, exclusive=True, reverse=True) | tf.math.cumprod(x, axis=2) | tf.sort(x) | tf.sort(x, axis=1, direction="DESCENDING") | tf.argsort(x)
tf.math.top_k(x, 2)[0] | tf.math.top_k(x, 2)[1] | tf.norm(x, axis=-1) | tf.norm(x, ord=1, axis=1, keepdims=True) | tf.identity(x) | tf.stop_gradient(x)
tf.nn.space_to_depth(im, 2) | tf.nn.depth_to_space(tf.concat([im] * 4, -1), 2) | tf.image.resize(im, (4, 5)) | tf.image.resize(im, (4, 5), method="nearest")
tf.image.rgb_to_grayscale(im) | tf.nn.max_pool2d(im, 2, 2, "SAME") | tf.nn.max_pool2d(im, [1, 3, 2, 1], [1, 2, 1, 1], "VALID") | tf.nn.avg_pool2d(im, 2, 2, "VALID")
tf.sequence_mask(i[:, 0], 5) | tf.nn.conv2d(im, tf.ones([3, 3, 3, 2]), 1, "SAME") | tf.nn.moments(x, [1])[1] | K.backend.mean(x, axis=1) | K.backend.concatenate([x, y])
K.backend.permute_dimensions(x, (0, 2, 1)) | K.backend.batch_dot(x, y, axes=2) | K.backend.expand_dims(x) | K.backend.sum(x, axis=-1, keepdims=True) | K.backend.l2_normalize(x, axis=-1)
K.backend.softmax(x) | K.backend.square(x) | K.backend.flatten(x) | K.backend.repeat_elements(x, 2, axis=1) | K.backend.clip(x, 0.0, 1.0) | K.activations.relu(x)
tf.boolean_mask(x, x[:, :, 0] > 0.0) | tf.image.central_crop(im, 0.5) | tf.linalg.band_part(x, -1, 0) | tf.meshgrid(x[0, :, 0], x[0, :, 1])[0]
"""


def inputs(np):
    """x and y (3, 8, 6), i (3, 6) of ints, im (3, 6, 4, 3)."""
    x = np.sin(np.arange(144.0)).reshape(3, 8, 6).astype("float32")
    y = np.cos(np.arange(144.0) * 2).reshape(3, 8, 6).astype("float32")
    i = (np.arange(18) * 7 % 5).reshape(3, 6).astype("int32")
    im = np.sin(np.arange(216.0) / 3).reshape(3, 6, 4, 3).astype("float32")
    return {"x": x, "y": y, "i": i, "im": im}


def ask():
    import numpy as np
    import tensorflow as tf
    import tf_keras as K

    arrays = inputs(np)
    facts = []
    expressions = [one.strip() for line in FUNCTIONS.strip().splitlines() for one in line.split(" | ")]
    for text in expressions:
        K.backend.clear_session()
        named = {"x": K.Input((8, 6), name="x"), "y": K.Input((8, 6), name="y"), "tf": tf, "K": K,
                 "i": K.Input((None,), dtype="int32", name="i"), "im": K.Input((None, None, 3), name="im")}  # fmt: skip
        try:
            output = eval(text, named)
            used = sorted({*re.findall(r"\b(?:x|y|im?)\b", text)})
            model = K.Model([named[name] for name in used], output)
            made = model([arrays[name] for name in used])
        except Exception as error:
            print(text, repr(error)[:100])
            continue
        values = np.asarray(made)
        numbers = np.round(values.astype("float64"), 5).ravel().tolist() if values.size <= 600 else None
        facts.append({
            "text": text, "model": json.loads(model.to_json()), "shape": list(output.shape), "dtype": output.dtype.name,
            "got": list(values.shape), "numbers": numbers,
        })  # fmt: skip
    return facts


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_name("tensorflow_functions.json.gz")
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        file.write(json.dumps(ask(), separators=(",", ":")).encode())

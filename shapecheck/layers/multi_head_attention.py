"""Attention with several heads, each with projections of its own.

Two layers with one formula and its masks, so the file is longer than others.
"""

from math import prod
from typing import Any

from shapecheck import dims, need, params
from shapecheck.contract import Layer, Weight, layer
from shapecheck.layers._masks import of_steps
from shapecheck.layers._values import kind, reader
from shapecheck.layers.activation_layers import normalized
from shapecheck.layers.attention import SCORES, fitted
from shapecheck.layers.einsum_dense import oriented


def _output_shape(value, param, keras):
    value = value.tolist() if hasattr(value, "tolist") else value
    if not value:
        return None
    read = reader(params.Count)
    return tuple(read(size, param, keras) for size in (value if isinstance(value, (list, tuple)) else (value,)))


def _attention_axes(value, param, keras):
    axes = reader(params.AxisOrAxes)(value, param, keras)
    return axes if isinstance(axes, tuple) else (axes,)


OutputShape: Any = params.optional(kind("a size, or a list of sizes", _output_shape))
AttentionAxes: Any = params.optional(kind("an axis, or a list of axes", _attention_axes))
Window: Any = params.optional(params.Positive)


class Projected(Layer):
    """Attention of projections: softmax(q @ k^T / sqrt(d)) @ v in each head, and a projection of all heads together.

    q, k and v are the projections of query, key and value; without a key the value is its own. The masks of the inputs,
    the input `attention_mask`, the call argument `use_causal_mask` and a `sliding_window` of w steps to each side say
    which pairs of steps count; a step of the query for which none does gives the mean of all values, or, where Keras
    takes the long way (with `dropout`, `return_attention_scores` or more axes), 0. With `use_gate` the heads are
    multiplied by sigmoid(a projection of the query). `return_attention_scores` gives the weights as a second output,
    for which Keras infers as many keys as queries; here, as when it runs, each has its own number. Each projection pays
    the penalty of the `activity_regularizer`.
    """

    dropout: params.Rate = 0.0
    use_bias: params.Flag = True
    sliding_window: Window = None
    flash_attention: params.Anything = None
    kernel_initializer: params.InitializerName = "glorot_uniform"
    bias_initializer: params.InitializerName = "zeros"
    kernel_regularizer: params.RegularizerName = None
    bias_regularizer: params.RegularizerName = None
    activity_regularizer_: params.RegularizerName = None
    kernel_constraint: params.ConstraintName = None
    bias_constraint: params.ConstraintName = None
    use_gate: params.Flag = False
    seed: params.Seed = None

    wants_mask = True
    calls = SCORES

    # A family says how many heads and features its projections have, and how its attention runs.

    def heads(self):
        """(heads of the query, heads of key and value, features of query and key, features of the value)."""
        raise NotImplementedError

    def attended(self, rank, scores):
        """The axes along which it attends, counted from the front, in inputs of this rank."""
        return (1,)

    def new_axes(self, query):
        """What stands in place of the features of the query in the output."""
        return (query[-1],)

    # Shapes ------------------------------------------------------------------------------------------------------

    def check(self):
        both = bool(self.flash_attention) and self.dropout > 0
        need.that(not both, "SC118", "flash_attention", other="dropout")

    def shape(self, query, value, key=None, attention_mask=None, *, call, mask, keras):
        for place in range(len(mask or ())):
            if place < 3 and len(query) == 3:
                of_steps(mask, place, keras, 2)
        key = value if key is None else key
        for x in (query, value, key):
            need.axes(x, "n t ... d")
            expected = f"inputs of one rank, here rank {len(query)}"
            need.that(len(x) == len(query), "SC302", expected=expected, rank=len(x), shape=x)
        scored = call["return_attention_scores"]
        need.that(not (scored and self.flash_attention), "SC118", "return_attention_scores", other="flash_attention")
        axes = self.attended(len(query), scored)
        ordered = self.sliding_window is not None or call["use_causal_mask"]
        need.that(not ordered or len(axes) == 1, "SC114", "attention_axes", expected="one axis for masks by order",
                  given=list(axes))  # fmt: skip
        for axis, (a, b, c) in enumerate(zip(query[:-1], value[:-1], key[:-1], strict=True)):
            need.equal(b, c, verb="gives each key its value, and cannot pair", axis=axis)
            if axis not in axes:
                need.equal(a, b, verb="attends in each sample on its own, and cannot pair", axis=axis)
        scores = self.scores_of(query, key, axes)
        if attention_mask is not None:
            self.masking(attention_mask, scores, len(axes))
        output = *query[:-1], *self.new_axes(query)
        return [output, scores] if scored else output

    def scores_of(self, query, key, axes):
        """The shape of the weights: the axes on their own, the attended axes of the query, those of the key."""
        heads = self.heads()[0]
        q, k = (*query[:-1], heads), (*key[:-1], heads)
        apart = tuple(size for axis, size in enumerate(q) if axis not in axes)
        return *apart, *(q[axis] for axis in axes), *(k[axis] for axis in axes)

    def masking(self, mask, scores, count):
        """Refuse an attention mask that does not fit, once it has an axis of 1 for the heads."""
        need.that(2 * count <= len(mask) <= len(scores), "SC405", problem=f"one of rank {len(mask)} for the attention")
        mask = (*mask[: len(mask) - 2 * count], *(1,) * (len(scores) - len(mask)), *mask[len(mask) - 2 * count :])
        for m, size in zip(mask, scores, strict=True):
            if m != 1:
                need.equal(m, size, "SC405", problem=f"an attention mask with {m} for {size} steps")

    def dtype(self, *given):
        return self.policy.compute

    def mask(self, np, query, *others, mask, call):
        return [mask, None] if call["return_attention_scores"] else mask

    # Weights -----------------------------------------------------------------------------------------------------

    def weights(self, query, value, key=None, attention_mask=None):
        many, few, features, inner = self.heads()
        key = value if key is None else key
        shapes = {"query": (query[-1], many, features), "key": (key[-1], few, features)}
        if self.use_gate:
            shapes["gate"] = (query[-1], many, inner)
        shapes["value"] = (value[-1], few, inner)
        shapes["attention_output"] = (many, inner, *self.new_axes(query))
        for name, shape in shapes.items():
            summed = 2 if name == "attention_output" else 1
            init = oriented(self.kernel_initializer, len(shape), range(summed, len(shape)))
            yield f"{name}/kernel", Weight(shape, init)
            if self.use_bias:
                yield f"{name}/bias", Weight(shape[summed:], self.bias_initializer)

    def macs(self, query, value, key=None, attention_mask=None, *, w, call):
        key = value if key is None else key
        inputs = {"query": query, "key": key, "value": value, "gate": query, "attention_output": query}
        kernels = {path.removesuffix("/kernel"): shape for path, shape in w.items() if path.endswith("/kernel")}
        projections = [dims.product((*inputs[name][:-1], *shape)) for name, shape in kernels.items()]
        _, _, features, inner = self.heads()
        scores = self.scores_of(query, key, self.attended(len(query), call["return_attention_scores"]))
        return dims.total(projections) + dims.product(scores) * (features + inner)

    # Numbers -----------------------------------------------------------------------------------------------------

    def paid(self, np, y, name, keras, losses):
        """A projection, once its penalty is added to `losses`."""
        if self.activity_regularizer_ is not None:
            batch = max(len(y), 1) if keras.activity_loss_per_sample else 1
            losses.append((name, self.activity_regularizer_(np, y) / batch))
        return y

    def run(self, np, query, value, key=None, attention_mask=None, *, w, masks, training, rng, call, keras, losses):
        key = value if key is None else key
        many, few, features, _ = self.heads()
        scored = call["return_attention_scores"]
        axes = self.attended(query.ndim, scored)
        q, k, v = (self.paid(np, projected(np, x, w, name), name, keras, losses)
                   for name, x in (("query", query), ("key", key), ("value", value)))  # fmt: skip
        k, v = (x if many == few else np.repeat(x, many // few, axis=-2) for x in (k, v))
        full = self.scores_of(query.shape, key.shape, axes)
        kept = self.kept(np, full, axes, masks, attention_mask, call["use_causal_mask"])
        q, k, v = (gathered(np, x, axes) for x in (q / np.asarray(features**0.5, q.dtype), k, v))
        scores = q @ np.swapaxes(k, -2, -1)
        long_way = self.dropout > 0 or scored or query.ndim != 3
        if kept is not None:
            kept = kept.reshape(scores.shape)
            scores = np.where(kept, scores, np.asarray(np.finfo(scores.dtype).min / 2, scores.dtype))
        weights = normalized(np, scores, -1)
        if kept is not None and long_way:
            weights = np.where(kept, weights, np.zeros_like(weights))
        seen = weights
        if training and self.dropout > 0:
            scale = 1 / (1 - self.dropout) if self.dropout < 1 else 0
            seen = (weights * (rng.random(weights.shape) >= self.dropout) * scale).astype(weights.dtype)
        y = scattered(np, seen @ v, (*query.shape[:-1], many, v.shape[-1]), axes)
        if self.use_gate:
            y = y * self.paid(np, 1 / (1 + np.exp(-projected(np, query, w, "gate"))), "gate", keras, losses)
        y = self.paid(np, projected(np, y, w, "attention_output", 2), "attention_output", keras, losses)
        return [y, weights.reshape(full)] if scored else y

    def kept(self, np, full, axes, masks, attention_mask, causal):
        """Which pairs of steps count, in the shape of the weights; None for all."""
        count = len(axes)
        parts = [] if attention_mask is None else [np.asarray(attention_mask, "bool")]
        if masks.get("query") is not None:
            parts.append(masks["query"][..., np.newaxis])
        parts += [masks[name][..., np.newaxis, :] for name in ("value", "key") if masks.get(name) is not None]
        rows, columns = np.arange(full[-2])[:, np.newaxis], np.arange(full[-1])
        if causal:
            parts.append(rows >= columns)
        if self.sliding_window is not None:
            parts.append(np.abs(rows - columns) < self.sliding_window)
        kept = None
        for part in parts:
            place = max(part.ndim - 2 * count, 0)
            part = part.reshape(*part.shape[:place], *(1,) * (len(full) - part.ndim), *part.shape[place:])
            part = fitted(np, part, full)
            kept = part if kept is None else kept & part
        return kept


def projected(np, x, w, name, summed=1):
    """x summed with a kernel over its last axes, and its bias: one matrix product."""
    kernel = w[f"{name}/kernel"]
    size = int(np.prod(kernel.shape[:summed]))
    flat = kernel.reshape(size, prod(kernel.shape[summed:]))
    y = x.reshape(*x.shape[: x.ndim - summed], size).astype(kernel.dtype, copy=False) @ flat
    y = y.reshape(*x.shape[: x.ndim - summed], *kernel.shape[summed:])
    return y + w[f"{name}/bias"] if f"{name}/bias" in w else y


def gathered(np, x, axes):
    """(*axes on their own, the product of the attended axes, features) from (n, ..., heads, features)."""
    apart = [axis for axis in range(x.ndim - 1) if axis not in axes]
    turned = np.transpose(x, (*apart, *axes, x.ndim - 1))
    steps = int(np.prod(turned.shape[len(apart) : -1]))
    return turned.reshape(*turned.shape[: len(apart)], steps, x.shape[-1])


def scattered(np, y, shape, axes):
    """The way back from `gathered` to an array of this shape."""
    apart = [axis for axis in range(len(shape) - 1) if axis not in axes]
    order = [*apart, *axes, len(shape) - 1]
    return np.transpose(y.reshape([shape[axis] for axis in order]), np.argsort(order))


class OfHeads(Layer):
    """The parameters that come first."""

    num_heads: params.Count
    key_dim: params.Count
    value_dim: params.LoraRank = None


@layer
class MultiHeadAttention(Projected, OfHeads):  # in this order `num_heads` is the first parameter
    """Attention in `num_heads` heads (Vaswani et al. 2017), over one axis or several of inputs (n, ..., d).

    query, key kernels (d, num_heads, key_dim), gate and value kernels (d, num_heads, value_dim), attention_output
    kernel (num_heads, value_dim, *output_shape), each with a bias of its last axes; `value_dim` is `key_dim` unless it
    is given, `output_shape` the features of the query. `attention_axes` are the axes between batch and features
    unless they are given; over inputs of rank 3 Keras attends along axis 1 whatever they say, unless it takes the long
    way.
    """

    output_shape: OutputShape = None
    attention_axes: AttentionAxes = None

    examples = (
        "num_heads: 2, key_dim: 4 | (n, q, 8), (n, s, 6) -> (n, q, 8)",
        "num_heads: 2, key_dim: 4, value_dim: 3, output_shape: [2, 5]"
        " | (n, q, 8), (n, s, 6), (n, s, 7) -> (n, q, 2, 5)",
        "num_heads: 3, key_dim: 4, use_gate: true, use_bias: false, sliding_window: 2"
        " | (n, q, 8), (n, s, 8) -> (n, q, 8)",
        "num_heads: 2, key_dim: 3 | (n, h, w, 8), (n, i, j, 8) -> (n, h, w, 8)",
        "num_heads: 2, key_dim: 3, attention_axes: 2, dropout: 0.5 | (n, h, w, 8), (n, h, j, 8) -> (n, h, w, 8)",
        "num_heads: 2, key_dim: 3 | (n, q, 8), (n, s, 8), (n, s, 8), (n, q, s) -> (n, q, 8)",
        "num_heads: 2, key_dim: 4 | (n, q, 8), (n, 5, 8), (n, 6, 8) !! SC301",
        "num_heads: 0, key_dim: 4 | (n, q, 8), (n, s, 8) !! SC114",
        "num_heads: 2, key_dim: 4 | (n, q, 8) !! SC208",
        "num_heads: 2, key_dim: 4 | (n, 8), (n, 8) !! SC302",
    )

    def inferred_by_keras(self, query, value, key=None, attention_mask=None, *, call):
        output, steps = (*query[:-1], *self.new_axes(query)), query[1]
        return [output, (query[0], self.num_heads, steps, steps)] if call["return_attention_scores"] else output

    def heads(self):
        return self.num_heads, self.num_heads, self.key_dim, self.value_dim or self.key_dim

    def attended(self, rank, scores):
        if self.attention_axes is None or (rank == 3 and self.dropout == 0 and not scores):
            return tuple(range(1, rank - 1))
        axes = tuple(axis + rank if axis < 0 else axis for axis in self.attention_axes)
        for axis, given in zip(axes, self.attention_axes, strict=True):
            need.that(0 <= axis < rank, "SC309", "attention_axes", given=given, rank=rank)
        need.that(len({*axes}) == len(axes), "SC114", "attention_axes", expected="axes without repetition",
                  given=list(axes))  # fmt: skip
        return axes

    def new_axes(self, query):
        return self.output_shape or (query[-1],)


class OfGroups(Layer):
    """The parameters that come first."""

    head_dim: params.Positive
    num_query_heads: params.Positive
    num_key_value_heads: params.Positive


@layer
class GroupQueryAttention(Projected, OfGroups):  # in this order `head_dim` is the first parameter
    """Attention in which groups of query heads share a head of key and value (Ainslie et al. 2023), over (n, t, d).

    query, gate kernels (d, num_query_heads, head_dim), key, value kernels (d, num_key_value_heads, head_dim),
    attention_output kernel (num_query_heads, head_dim, d), each with a bias of its last axes. Where it builds a model
    Keras wants as many features in the value as in the query; with arrays at hand it does not. The
    `activity_regularizer` is that of the layer as well, which pays twice for what it gives.
    """

    examples = (
        "head_dim: 4, num_query_heads: 6, num_key_value_heads: 3 | (n, q, 8), (n, s, 8) -> (n, q, 8)",
        "head_dim: 4, num_query_heads: 4, num_key_value_heads: 2, use_gate: true, use_bias: false, dropout: 0.5"
        " | (n, q, 8), (n, s, 8), (n, s, 7) -> (n, q, 8)",
        "head_dim: 4, num_query_heads: 4, num_key_value_heads: 1, sliding_window: 3"
        " | (n, q, 8), (n, s, 8) -> (n, q, 8)",
        "head_dim: 4, num_query_heads: 4, num_key_value_heads: 3 | (n, q, 8), (n, s, 8) !! SC114",
        "head_dim: 4, num_query_heads: 4, num_key_value_heads: 2 | (n, q, 8), (n, s, 6) !! SC301",
        "head_dim: 4, num_query_heads: 4, num_key_value_heads: 2 | (n, h, q, 8), (n, h, s, 8) !! SC302",
    )

    @property
    def activity_regularizer(self):
        return self.activity_regularizer_

    def check(self):
        super().check()
        few = self.num_key_value_heads
        need.that(self.num_query_heads % few == 0, "SC114", "num_query_heads", expected=f"a multiple of {few}",
                  given=self.num_query_heads)  # fmt: skip

    def heads(self):
        return self.num_query_heads, self.num_key_value_heads, self.head_dim, self.head_dim

    def shape(self, query, value, key=None, attention_mask=None, *, call, mask, keras, eager):
        for x in (query, value):
            need.axes(x, "n t d")
        if not eager:
            need.equal(query[-1], value[-1], verb="wants as many features in query and value, and cannot pair", axis=2)
        return super().shape(query, value, key, attention_mask, call=call, mask=mask, keras=keras)

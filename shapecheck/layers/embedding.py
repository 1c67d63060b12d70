"""Embedding: a row of a table for each number."""

from typing import Any

from shapecheck import need, params
from shapecheck.contract import DROP, Layer, Weight, layer
from shapecheck.diagnostic import Refusal
from shapecheck.layers._values import kind, reader
from shapecheck.words import shown


def _length(value, param, keras):
    sizes = value if isinstance(value, (list, tuple)) else [value]
    return reader(params.InputShape)(list(sizes), param, keras)


def _dtype(value, param, keras):
    from shapecheck import dtypes

    if dtypes.named(value) is None:
        raise Refusal("SC114", param, expected="a dtype such as `float32`", given=shown(value))
    return dtypes.named(value)


Length: Any = params.optional(kind("a size, or a list of sizes", _length))
DType: Any = params.optional(kind("a dtype", _dtype))


class Table(Layer):
    """The rows of `embeddings` (`input_dim`, `output_dim`), one for each number of the input."""

    input_dim: params.StrictCount
    output_dim: params.StrictCount
    embeddings_initializer: params.InitializerName = "uniform"
    embeddings_regularizer: params.RegularizerName = None
    activity_regularizer: params.RegularizerName = None
    embeddings_constraint: params.ConstraintName = None
    mask_zero: params.Flag = False
    weights_: params.Anything = None
    lora_rank: params.LoraRank = None
    lora_alpha: params.Alpha = None
    quantization_config: params.Anything = None
    input_length: Length = None

    emits_mask = True

    @property
    def mask_rule(self):
        return self.mask if self.mask_zero else DROP

    def check(self):
        if self.lora_rank is not None:
            need.that(self.embeddings_constraint is None, "SC118", "lora_rank", other="embeddings_constraint")

    def shape(self, x, keras):
        if self.input_length is not None and keras.generation == 2:
            return (*self.with_length(x), self.output_dim)
        return *x, self.output_dim

    def with_length(self, x):
        """The shape of the input as Keras 2 has it: `input_length` says its sizes after the batch."""
        least = len(self.input_length) + 1
        need.that(len(x) == least, "SC302", expected=f"rank {least}", rank=len(x), shape=x)
        for axis, (size, said) in enumerate(zip(x[1:], self.input_length, strict=True), 1):
            if said is not None:
                need.equal(size, said, "SC301", "input_length", axis=axis)
        return x

    def dtype(self, x):
        return self.policy.compute

    def weights(self, x):
        rank = self.lora_rank
        yield "embeddings", Weight((self.input_dim, self.output_dim), self.embeddings_initializer, rank is None)
        if rank is not None:
            yield "lora_embeddings_a", Weight((self.input_dim, rank), "he_uniform")
            yield "lora_embeddings_b", Weight((rank, self.output_dim), "zeros")

    @property
    def kernel_regularizer(self):
        """The penalty of the table, which holds for its correction as well."""
        return self.embeddings_regularizer

    def mask(self, np, x):
        return x != 0

    def table(self, w):
        """The table with its correction."""
        if self.lora_rank is None:
            return w["embeddings"]
        return w["embeddings"] + w["lora_embeddings_a"] @ w["lora_embeddings_b"]

    def looked_up(self, np, x, w):
        """The rows of the table; a number below 0 counts from its end. Refuses (SC504) one that it does not have.

        Keras raises for it on a CPU, and gives nan where its backend cannot look.
        """
        table = self.table(w)
        at = x.astype("int32") if x.dtype.name not in ("int32", "int64") else x
        size = len(table)
        outside = (at >= size) | (at < -size)
        if outside.any():
            problem = f"it looks up {x[outside][0].item()}, and its rows are 0 to {size - 1}"
            raise Refusal("SC504", "input_dim", problem=f"{problem} (`input_dim` is {size})")
        return np.take(table, at, axis=0, mode="wrap")


@layer
class Embedding(Table):
    """y[..., :] = embeddings[x[...], :]; floats are cut off to whole numbers.

    embeddings (input_dim, output_dim). With `lora_rank` r the table is frozen, and a correction A @ B of shapes
    (input_dim, r) and (r, output_dim) is trained beside it; Keras 3.15 forgets `lora_alpha` here. With `mask_zero` the
    mask is x != 0. Keras 3 ignores `input_length`; in Keras 2 the input has to have it.
    """

    examples = (
        "input_dim: 100, output_dim: 8 | (n, t) -> (n, t, 8)",
        "input_dim: v, output_dim: d, mask_zero: true | (n, t, v, d) -> (n, t, v, d, d)",
        "input_dim: 10, output_dim: 6, lora_rank: 2, lora_alpha: 4 | (n) -> (n, 6)",
        "input_dim: 10, output_dim: 0 | (n, t) !! SC114",
        "input_dim: 10, output_dim: 4, lora_rank: 2, embeddings_constraint: non_neg | (n, t) !! SC118",
    )

    def run(self, np, x, w):
        return self.looked_up(np, x, w)


@layer
class ReversibleEmbedding(Table):
    """y[..., :] = embeddings[x[...], :], and with the call argument `reverse` the way back to the numbers.

    Backwards y = x @ embeddings^T, of shape (..., input_dim), or x @ reverse_embeddings with `tie_weights` off; then
    `logit_soft_cap` c makes it c tanh(y / c). Keras infers no mask, and sets x != 0 when it runs with `mask_zero`.
    """

    input_dim: params.StrictCount
    output_dim: params.StrictCount
    tie_weights: params.Flag = True
    embeddings_initializer: params.InitializerName = "uniform"
    embeddings_regularizer: params.RegularizerName = None
    embeddings_constraint: params.ConstraintName = None
    mask_zero: params.Flag = False
    reverse_dtype: DType = None
    logit_soft_cap: params.Alpha = None

    calls = {"reverse": (params.Flag, False)}
    examples = (
        "input_dim: 100, output_dim: 8 | (n, t) -> (n, t, 8)",
        "input_dim: 10, output_dim: 6, tie_weights: false, mask_zero: true | (n, t) -> (n, t, 6)",
        "input_dim: 0, output_dim: 6 | (n, t) !! SC114",
    )

    def shape(self, x, keras, call):
        if not call["reverse"]:
            return super().shape(x, keras)
        need.axes(x, "... d")
        need.equal(x[-1], self.output_dim, verb="multiplies its table with the last axis, and cannot pair",
                   axis=len(x) - 1)  # fmt: skip
        return *x[:-1], self.input_dim

    def weights(self, x):
        yield from super().weights(x)
        if not self.tie_weights:
            yield "reverse_embeddings", Weight((self.output_dim, self.input_dim), self.embeddings_initializer)

    @property
    def reverse_embeddings_regularizer(self):
        """Keras leaves the table of the way back without a penalty."""
        return None

    def mask(self, np, x, call):
        return None if call["reverse"] else x != 0

    def macs(self, x, call):
        from shapecheck import dims

        return dims.product((*x, self.input_dim)) if call["reverse"] else 0

    def run(self, np, x, w, call):
        if not call["reverse"]:
            return self.looked_up(np, x, w)
        kernel = self.table(w).T if self.tie_weights else w["reverse_embeddings"]
        if self.reverse_dtype is not None:
            kernel = kernel.astype(self.reverse_dtype)
        y = np.matmul(x.astype(kernel.dtype), kernel)
        return y if self.logit_soft_cap is None else self.logit_soft_cap * np.tanh(y / self.logit_soft_cap)

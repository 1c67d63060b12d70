"""Dense: one matrix product on the last axis."""

from shapecheck import dims, need, params
from shapecheck.contract import PASS, Layer, Weight, layer
from shapecheck.dtypes import promote
from shapecheck.layers.merge import alike


@layer
class Dense(Layer):
    """y = activation(x @ kernel + bias), on the last axis.

    kernel (features, units), bias (units). With `lora_rank` r the kernel is frozen, and a correction A @ B of shapes
    (features, r) and (r, units) is trained beside it. Keras's pages scale it by lora_alpha / r, but as 3.15 executes a
    Dense that is made with a `lora_rank`, lora_alpha is r whatever was given.
    """

    units: params.Count
    activation: params.ActivationName = None
    use_bias: params.Flag = True
    kernel_initializer: params.InitializerName = "glorot_uniform"
    bias_initializer: params.InitializerName = "zeros"
    kernel_regularizer: params.RegularizerName = None
    bias_regularizer: params.RegularizerName = None
    activity_regularizer: params.RegularizerName = None
    kernel_constraint: params.ConstraintName = None
    bias_constraint: params.ConstraintName = None
    lora_rank: params.LoraRank = None
    lora_alpha: params.Alpha = None
    quantization_config: params.Anything = None

    mask = PASS
    examples = (
        "units: 10 | (n, 64) -> (n, 10)",
        "units: 10, use_bias: false | (n, t, 64) -> (n, t, 10)",
        "units: 8, activation: glu | (n, 64) -> (n, 4)",
        "units: 10, lora_rank: 2, lora_alpha: 4 | (n, 64) -> (n, 10)",
        "units: 10 | (n) !! SC302",
        "units: 0 | (n, 64) !! SC114",
    )

    def check(self):
        if self.lora_rank is not None:
            need.that(self.kernel_constraint is None, "SC118", "lora_rank", other="kernel_constraint")

    def shape(self, x, keras):
        need.axes(x, "n ... c")
        need.that(x[-1] != 0 or keras.zero_sizes, "SC306", what="the last axis", size=0, least=1)
        return self.activation.out((*x[:-1], self.units))

    def inferred_by_keras(self, x):
        return *x[:-1], self.units

    def dtype(self, x):
        return self.activation.dtype(promote(x, self.policy.compute))

    def weights(self, x):
        rank = self.lora_rank
        yield "kernel", Weight((x[-1], self.units), self.kernel_initializer, rank is None)
        if self.use_bias:
            yield "bias", Weight((self.units,), self.bias_initializer)
        if rank is not None:
            yield "lora_kernel_a", Weight((x[-1], rank), "he_uniform")
            yield "lora_kernel_b", Weight((rank, self.units), "zeros")

    def macs(self, x):
        return dims.product((*x, self.units))

    def run(self, np, x, w):
        kernel = w["kernel"]
        if self.lora_rank is not None:
            kernel = kernel + w["lora_kernel_a"] @ w["lora_kernel_b"]
        y = np.matmul(*alike((x, kernel)))
        return self.activation(np, y + w["bias"] if self.use_bias else y)

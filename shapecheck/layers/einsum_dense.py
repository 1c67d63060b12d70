"""EinsumDense: a sum of products over labelled axes, with a kernel."""

import re
from typing import Any, NamedTuple

from shapecheck import dims, need, params
from shapecheck.contract import DROP, Layer, Weight, layer
from shapecheck.diagnostic import Refusal
from shapecheck.layers._values import kind, reader
from shapecheck.words import shown

FORMS = (
    (re.compile("([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)"), ""),
    (re.compile(r"\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)"), "left"),
    (re.compile(r"([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\."), "right"),
)


class Equation(NamedTuple):
    """The labels of the input, the kernel and the output, and the side on which axes without a label stand."""

    text: str
    input: str
    kernel: str
    output: str
    side: str


def _equation(value, param, keras):
    text = reader(params.Text)(value, param, keras)
    for form, side in FORMS:
        if found := form.fullmatch(text):
            left, kernel, right = found.groups()
            return Equation(text, left, kernel, right, side)
    expected = "of the form `ab,bc->ac`, `...b,bc->...c` or `ab...,bc->ac...`"
    raise Refusal("SC114", param, expected=expected, given=shown(value))


def _partial_shape(value, param, keras):
    value = value.tolist() if hasattr(value, "tolist") else value
    sizes = list(value) if isinstance(value, (list, tuple)) else [value]
    if sizes[:1] == [None] and not isinstance(value, (list, tuple)):
        raise Refusal("SC113", param, expected="a size, or a list of sizes", given="None")
    return reader(params.NoiseShape)(sizes, param, keras)


Form: Any = kind("an equation such as `abc,cd->abd`", _equation)
PartialShape: Any = kind("a size, or a list of sizes with None for that of the input",
                                            _partial_shape)  # fmt: skip


Labels: Any = params.optional(params.Text)


@layer
class EinsumDense(Layer):
    """y = activation(einsum(equation, x, kernel) + bias).

    A label in the output and not in the input is a new axis, whose size stands in `output_shape`, the batch left out.
    A label in the input and the kernel but not in the output is summed over. The kernel has the sizes of its labels,
    the bias those of `bias_axes`. With `lora_rank` r the kernel is frozen, and lora_alpha / r * A @ B is added to it.

    An entry of None in `output_shape` is the size of the input with that label; Keras 3.15 forgets it. Its inference
    also mixes up the axes under a `...` that stands for three or more, and takes inputs of more axes than there are
    labels; here, as when Keras runs, their order stays, and such inputs are refused.
    """

    equation: Form
    output_shape: PartialShape
    activation: params.ActivationName = None
    bias_axes: Labels = None
    kernel_initializer: params.InitializerName = "glorot_uniform"
    bias_initializer: params.InitializerName = "zeros"
    kernel_regularizer: params.RegularizerName = None
    bias_regularizer: params.RegularizerName = None
    activity_regularizer: params.RegularizerName = None
    kernel_constraint: params.ConstraintName = None
    bias_constraint: params.ConstraintName = None
    lora_rank: params.LoraRank = None
    lora_alpha: params.Alpha = None
    gptq_unpacked_column_size: params.Anything = None
    quantization_config: params.Anything = None

    mask = DROP
    examples = (
        "equation: 'ab,bc->ac', output_shape: 64, bias_axes: c | (n, 5) -> (n, 64)",
        "equation: 'abc,cde->abde', output_shape: [null, 2, 7], bias_axes: e | (n, t, 5) -> (n, t, 2, 7)",
        "equation: '...x,xy->...y', output_shape: 8, bias_axes: y, lora_rank: 2 | (n, h, w, 5) -> (n, h, w, 8)",
        "equation: 'ab...,bc->ac...', output_shape: 4, bias_axes: c, activation: relu | (n, 5, h, w) -> (n, 4, h, w)",
        "equation: 'abc,bcd->abd', output_shape: [3, 8] | (n, 3, 5) -> (n, 3, 8)",
        "equation: 'ab,bc', output_shape: 5 | (n, 4) !! SC114",
        "equation: 'ab,bc->ac', output_shape: 5 | (n, 4, 4) !! SC302",
        "equation: 'abc,cd->abd', output_shape: [7, 8] | (n, 4, 5) !! SC301",
        "equation: 'ab,bc->ac', output_shape: 5, bias_axes: z | (n, 4) !! SC114",
    )

    def check(self):
        eq = self.equation
        for label in eq.output:
            self.sane(label in eq.input or label in eq.kernel, f"no output label `{label}` from nowhere")
        for label in eq.kernel:
            self.sane(label in eq.input or label in eq.output, f"no kernel label `{label}` that stands alone")
        for labels in eq[1:4]:
            self.sane(len({*labels}) == len(labels), f"no label twice in `{labels}`")
        if self.bias_axes is not None:
            good = self.bias_axes and {*self.bias_axes} <= {*eq.output}
            need.that(good, "SC114", "bias_axes", expected=f"labels of `{eq.output}`", given=shown(self.bias_axes))
        if self.lora_rank is not None:
            need.that(self.kernel_constraint is None, "SC118", "lora_rank", other="kernel_constraint")

    def sane(self, condition, expected):
        given = f"`{self.equation.text}`"
        need.that(condition, "SC114", "equation", expected=f"an equation with {expected}", given=given)

    def sizes(self, x):
        """The size of each label, the axes without one, and the labels whose size is not said in `output_shape`."""
        eq = self.equation
        elided = len(x) - len(eq.input)
        labels = f"rank {len(eq.input)}{' or more' if eq.side else ''}"
        need.that(elided >= 0 and (eq.side or not elided), "SC302", expected=labels, rank=len(x), shape=x)
        before = elided if eq.side == "left" else 0
        rest = x[:before] if before else x[len(eq.input) :]
        found = dict(zip(eq.input, x[before : before + len(eq.input)], strict=True))
        new = eq.output if before else eq.output[1:]
        self.sane(before or eq.output[0] == eq.input[0], f"the batch `{eq.input[0]}` first in its output")
        given = f"a list of {len(self.output_shape)}"
        need.that(len(new) == len(self.output_shape), "SC114", "output_shape",
                  expected=f"a list of {len(new)} sizes, one for each of `{new}`", given=given)  # fmt: skip
        open_ = []
        for label, size in zip(new, self.output_shape, strict=True):
            if size is None:
                open_.append(label)
                need.that(label in found, "SC114", "output_shape", expected=f"a list with a size for `{label}`",
                          given="one with None there")  # fmt: skip
            elif label in found:
                axis = before + eq.input.index(label)
                if dims.varies(found[label]):
                    need.refuse("SC301", "output_shape", a=found[label], b=size, axis=axis)
                found[label] = need.equal(found[label], size, "SC301", "output_shape", axis=axis)
            else:
                found[label] = size
        return found, rest, open_

    def shape(self, x):
        found, rest, _ = self.sizes(x)
        new = tuple(found[label] for label in self.equation.output)
        return self.activation.out((*rest, *new) if self.equation.side == "left" else (*new, *rest))

    def dtype(self, x):
        return self.policy.compute

    def weights(self, x):
        eq, rank = self.equation, self.lora_rank
        found, rest, unsaid = self.sizes(x)
        for weight, labels in (("kernel", eq.kernel), ("bias", self.bias_axes or "")):
            for axis, label in enumerate(labels):
                need.that(label not in unsaid, "SC308", "output_shape", weight=weight, dim=f"the None for `{label}`",
                          axis=axis)  # fmt: skip
        kernel = tuple(found[label] for label in eq.kernel)
        new = [axis for axis, label in enumerate(eq.kernel) if label in eq.output]
        yield "kernel", Weight(kernel, oriented(self.kernel_initializer, len(kernel), new), rank is None)
        if self.bias_axes is not None:
            spanned = eq.output[min(map(eq.output.index, self.bias_axes)) :]
            bias = (found[label] if label in self.bias_axes else 1 for label in spanned)
            yield "bias", Weight((*bias, *(1 for _ in rest if eq.side == "right")), self.bias_initializer)
        if rank is not None:
            yield "lora_kernel_a", Weight((*kernel[:-1], rank), "he_uniform")
            yield "lora_kernel_b", Weight((rank, kernel[-1]), "zeros")

    def macs(self, x):
        found, rest, _ = self.sizes(x)
        return dims.product((*rest, *found.values()))

    def run(self, np, x, w):
        kernel = w["kernel"]
        if self.lora_rank is not None:
            alpha = self.lora_rank if self.lora_alpha is None else self.lora_alpha
            kernel = kernel + alpha / self.lora_rank * (w["lora_kernel_a"] @ w["lora_kernel_b"])
        y = np.einsum(self.equation.text, x.astype(kernel.dtype, copy=False), kernel, optimize=True)
        return self.activation(np, y + w["bias"] if "bias" in w else y)


def oriented(init, rank, outputs):
    """An initializer of a kernel, told which of its axes are new in the output; over the others it is summed."""
    config = init.config
    if "input_axes" not in config or (config["input_axes"] is not None and config["output_axes"] is not None):
        return init
    axes = {"input_axes": [axis for axis in range(rank) if axis not in outputs], "output_axes": list(outputs)}
    return type(init)(init.form, {**config, **axes})

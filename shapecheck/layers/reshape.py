"""Reshape: the same values of each sample, in the same order, under other sizes."""

from shapecheck import dims, need, params
from shapecheck.contract import Layer, layer

UNKNOWN = (-1, None)


@layer
class Reshape(Layer):
    """Give each sample the sizes `target_shape`; one of them may be -1 (or None) and is worked out.

    The values keep their row-major order, so this is no transpose. prod(target) = prod(sizes of the sample), and
    the unknown size is prod(sample) / prod(known).
    """

    target_shape: params.TargetShape

    examples = (
        "target_shape: [3, 4]      | (n, 12)       -> (n, 3, 4)",
        "target_shape: [-1, 6]     | (n, 2*k, 3)   -> (n, k, 6)",
        "target_shape: [h*w, 3]    | (n, h, w, 3)  -> (n, h*w, 3)",
        "target_shape: [5]         | (n, 12)       !! SC304",
        "target_shape: [-1, -1]    | (n, 12)       !! SC114",
    )

    def shape(self, x, keras):
        need.axes(x, "n ...")
        if None in self.target_shape and not keras.none_reshapes_known:
            need.that(
                not all(isinstance(size, int) for size in x[1:]),
                "SC113",
                "target_shape",
                expected="sizes",
                given="None",
            )
        known = [size for size in self.target_shape if size not in UNKNOWN]
        count, product = dims.product(x[1:]), dims.product(known)
        facts = {"source": x[1:], "count": count, "target": self.target_shape, "takes": product}
        if len(known) == len(self.target_shape):
            need.equal(count, product, "SC304", "target_shape", **facts)
            return x[0], *self.target_shape
        facts["takes"] = f"a multiple of {dims.text(product)}"
        need.that(product != 0 or (count == 0 and not known), "SC304", "target_shape", **facts)
        missing = dims.exact_quotient(count, product)
        if missing is None:
            need.divides(product, count, "the number of values", "SC304", "target_shape", **facts)
            missing = count // product
        return x[0], *(missing if size in UNKNOWN else size for size in self.target_shape)

    def run(self, np, x, keras):
        return np.reshape(x, (len(x), *self.shape(x.shape, keras)[1:]))

"""Lambda: a function that the user wrote, run on shapes first and on numbers when asked."""

from shapecheck import dims, need, words
from shapecheck.apply import Opaque
from shapecheck.contract import DROP, Layer, TensorSpec, layer
from shapecheck.diagnostic import Refusal
from shapecheck.params.functions import Arguments, Function, MaskRule, OutputShape


@layer
class Lambda(Layer):
    """y = function(inputs, **arguments), with `mask` and `training` where the function takes them.

    `output_shape` is a list without the batch, or a function on the shape (the shapes, for a list of inputs) that
    gives whole shapes; it is trusted. Without it the function is run on an array that answers with shapes.
    """

    function: Function
    output_shape: OutputShape = None
    mask_: MaskRule = None
    arguments: Arguments = None

    takes_one_or_list = True
    emits_mask = True
    examples = (
        "function: 'lambda x: x[:, 0] * 2' | (n, t, 8) -> (n, 8)",
        "function: 'lambda x, k: x * k', arguments: {k: 3} | (n, 8) -> (n, 8)",
        "function: 'lambda x: x + 1', output_shape: [4, 8] | (n, 4, 8) -> (n, 4, 8)",
        "function: 'lambda x: np.tile(x, 2)', output_shape: 'lambda s: (s[0], 2*s[1])' | (n, f) -> (n, 2*f)",
        "function: 'lambda x: x', output_shape: 7 | (n, 8) !! SC311",
    )

    @property
    def mask_rule(self):
        return DROP if self.mask_ is None else type(self).mask

    @property
    def wants_mask(self):
        return takes(self.function, "mask")

    def shape(self, *xs, listed, dtypes, mask):
        given = list(xs) if listed else xs[0]
        if self.output_shape is None:
            return traced(self, xs, listed, dtypes, mask)
        if callable(self.output_shape):
            return promised(self.output_shape, given, xs[0])
        need.axes(xs[0], "n ...")
        if self.output_shape and isinstance(self.output_shape[0], tuple):
            return [with_batch(xs[0], sizes) for sizes in self.output_shape]
        return with_batch(xs[0], self.output_shape)

    def mask(self, np, *xs, mask, listed):
        if not callable(self.mask_):
            return guarded("mask", np.asarray, self.mask_, dtype="bool")
        made = guarded("mask", self.mask_, list(xs) if listed else xs[0], mask)
        for item in made if isinstance(made, (list, tuple)) else [made]:
            if item is not None and not (hasattr(item, "shape") and hasattr(item, "dtype")):
                raise Refusal("SC312", "mask", problem=f"it returned {words.shown(item)}, which is no mask")
        return made

    def run(self, np, *xs, listed, mask, training):
        from shapecheck.tracing import Untraceable

        try:
            return called(self, list(xs) if listed else xs[0], mask, training)
        except Untraceable as reason:
            raise Refusal("SC504", problem=str(reason)) from None


def takes(function, name):
    """Whether a function has an argument of this name."""
    if hasattr(function, "takes"):
        return function.takes(name)
    from inspect import signature

    try:
        return name in signature(function).parameters
    except (TypeError, ValueError):
        return False


def with_batch(first, sizes):
    """Sizes without the batch, as a shape with the batch of the first input."""
    return first[0], *(dims.UNKNOWN if size is None else size for size in sizes)


def called(lambda_, inputs, mask, training):
    """The function of a Lambda on its inputs; the mask and `training` win over `arguments`, as in Keras."""
    extra = dict(lambda_.arguments or {})
    if takes(lambda_.function, "mask"):
        extra["mask"] = mask
    if takes(lambda_.function, "training"):
        extra["training"] = training
    return guarded("function", lambda_.function, inputs, **extra)


def guarded(param, function, *args, **keywords):
    """Call a function of the user; whatever it raises is a refusal."""
    from shapecheck.tracing import TraceMismatch, Untraceable, run

    try:
        return run(function, *args, **keywords)
    except (Refusal, Untraceable):
        raise
    except dims.Undecided as error:
        settles = "a number for the size" + (", or an `output_shape`, settles" if param == "function" else " settles")
        raise Refusal("SC312", param, problem=f"{problem(error)}; {settles} it") from None
    except Exception as error:
        if "TracedArray" in str(error) and not isinstance(error, TraceMismatch):  # a function of another framework
            raise Untraceable(f"what `{type(error).__name__}` says of another framework") from None
        raise Refusal("SC312", param, problem=problem(error)) from None


def problem(error):
    """An exception of a user's function in one line."""
    ours = type(error).__module__.startswith("shapecheck")
    return " ".join(str(error).split()) if ours else words.failure(error)


def traced(lambda_, shapes, listed, dtypes, mask):
    """What the function gives on arrays that answer with shapes."""
    from shapecheck import tracing

    trace = tracing.Trace(need.record)
    arrays = [tracing.TracedArray(shape, dtype, trace) for shape, dtype in zip(shapes, dtypes, strict=True)]
    masks = [None if m is None else tracing.TracedArray(m, "bool", trace) for m in mask]
    try:
        answer = called(lambda_, arrays if listed else arrays[0], masks if listed else masks[0], False)
    except tracing.Untraceable as reason:
        raise Opaque(str(reason)) from None
    several = isinstance(answer, (list, tuple))
    specs = [spec_of(item, trace) for item in (answer if several else [answer])]
    return specs if several else specs[0]


def spec_of(value, trace):
    """The shape and dtype of what a function returned."""
    from shapecheck import tracing
    from shapecheck.dims.asked import bare

    value = bare(value)
    if isinstance(value, bool):
        raise Refusal("SC312", "function", problem=f"it returned {value}, which is no array")
    if isinstance(value, (int, float, dims.Expr)):
        return TensorSpec((), "float64" if isinstance(value, float) else "int64")
    try:
        (found,), _ = tracing.outputs([value], trace)
    except (TypeError, ValueError, tracing.TraceMismatch, tracing.Untraceable):
        raise Refusal("SC312", "function", problem=f"it returned {words.shown(value)}, which is no array") from None
    return TensorSpec(found.sizes, str(found.dtype))


def promised(output_shape, given, first):
    """The shape or the list of shapes that an `output_shape` function gives, asked with symbols, then with None.

    What the symbols leave open, such as whether T is 4, raises Undecided in the function, which is a TypeError.
    """
    from shapecheck.dims.asked import asked

    try:
        answer = output_shape(asked(given))
    except TypeError as undecided:
        try:
            answer = output_shape(nones(given))
        except Exception as failed:
            error = undecided if isinstance(undecided, dims.Undecided) else failed
            raise Refusal("SC314", "output_shape", given=f"an error ({problem(error)})") from None
    except Refusal:
        raise
    except Exception as error:
        raise Refusal("SC314", "output_shape", given=f"an error ({problem(error)})") from None
    if isinstance(answer, (list, tuple)) and answer and all(isinstance(item, (list, tuple)) for item in answer):
        return [sizes_of(item, first) for item in answer]
    return sizes_of(answer, first)


def nones(shape):
    """Shapes as Keras knows them, with None for every size that is not a number."""
    if isinstance(shape, list):
        return [nones(item) for item in shape]
    return tuple(size if isinstance(size, int) else None for size in shape)


def sizes_of(answer, first):
    """What a function gave for a shape, as one; a None on axis 0 is the batch."""
    if not isinstance(answer, (list, tuple)):
        raise Refusal("SC314", "output_shape", given=words.shown(answer))
    sizes = []
    for axis, size in enumerate(answer):
        if size is None:
            sizes.append(first[0] if axis == 0 else dims.UNKNOWN)
        elif isinstance(size, (bool, float, str)):
            raise Refusal("SC314", "output_shape", given=words.shown(answer))
        else:
            try:
                sizes.append(dims.as_dim(size))
            except (TypeError, ValueError):
                raise Refusal("SC314", "output_shape", given=words.shown(answer)) from None
            need.at_least(sizes[-1], 0, f"entry {axis} of `output_shape`", param="output_shape", axis=axis)
    return tuple(sizes)

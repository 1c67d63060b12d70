"""Operations as layers: `ops.Mean`, `ops.Add`, ... are the classes of Keras's `keras.ops`, one `rule` each.

A rule is the operation in NumPy. Run on arrays that answer with shapes it gives the shape of the output and what is
owed; run on numbers it gives the numbers. What NumPy does otherwise, the dtypes, is said beside it: `gives`, from the
dtypes of the operands, and `works`, the dtype that the operands are cast to before.

The arguments of a rule are the operands, by the names of Keras's call arguments; a `*` takes a list. Any operand of
several may be a constant, which is then a parameter of that name: `ops.Add: {x2: 2.0}`.
"""

from typing import Annotated, Any, ClassVar, NamedTuple

from shapecheck import dims, dtypes, params
from shapecheck.apply import Opaque
from shapecheck.contract import REGISTRY, Layer, Parameter, TensorSpec, Wants, asks, declared
from shapecheck.diagnostic import Refusal
from shapecheck.layers import _op_dtypes
from shapecheck.words import failure, shown

PREFIX = "ops."


class Constant(NamedTuple):
    """An operand that is no tensor: a number or nested lists of them, and its dtype where it has one."""

    value: Any
    dtype: str | None = None

    @property
    def kind(self):
        """Its dtype, or what a Python scalar counts as beside tensors."""
        return self.dtype or _op_dtypes.of_value(self.value)


def constant(value, param, keras):
    if isinstance(value, dict):  # an array as Keras saves it
        config = value.get("config")
        if not isinstance(config, dict) or "value" not in config:
            raise Refusal("SC113", param, expected=_CONSTANT, given=shown(value))
        return Constant(_numbers(config["value"], param), dtypes.named(config.get("dtype")))
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return Constant(_numbers(value.tolist(), param), dtypes.named(value.dtype))
    return Constant(_numbers(value, param))


def _numbers(value, param):
    level = [value]
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        raise Refusal("SC807", param, given=shown(value), limit="2^63")
    while level:
        if any(not isinstance(item, (bool, int, float, list, tuple)) for item in level):
            raise Refusal("SC113", param, expected=_CONSTANT, given=shown(value))
        if len({len(item) if isinstance(item, (list, tuple)) else -1 for item in level}) > 1:
            raise Refusal("SC113", param, expected=_CONSTANT, given="lists of unequal length")
        level = [inner for item in level if isinstance(item, (list, tuple)) for inner in item]
        if any(isinstance(item, int) and not -(1 << 63) <= item < 1 << 63 for item in level):
            raise Refusal("SC807", param, given=shown(value), limit="2^63")
        if len(level) > 1 << 20:
            raise Refusal("SC807", param, given=f"{len(level):,} numbers", limit="2^20")
    return value


_CONSTANT = "a number, or lists of them"
CONSTANT = params.Reader(f"a tensor, {_CONSTANT}", constant)


class Op(Layer):
    """An operation on tensors, without weights; it drops masks, and its operands keep their dtypes."""

    operands: ClassVar[tuple[str, ...]] = ()
    """The names of the operands, in Keras's order."""
    called: ClassVar[tuple[str, ...]] = ()
    """The names of Keras's call arguments in order, where some of them are parameters here."""
    needed: ClassVar[frozenset[str]] = frozenset()
    star: ClassVar[str | None] = None
    verb: ClassVar[str] = "cannot pair"
    """What the operation does with two sizes that clash."""
    blamed: ClassVar[str | None] = None
    """The parameter that is refused where a value of it does not fit; the first one, unless it is said."""
    autocasts = False
    refuses_mask = False
    works: ClassVar[Any] = None
    """The dtype that operands are cast to: none, `result` for that of the output, or a function of their dtypes."""
    by_value: ClassVar[bool] = False
    """Whether a rule takes its constants as they are, and not as arrays."""
    formula: ClassVar[Any] = None
    """In a family: a function of NumPy by name, or one of the namespace and the arrays."""
    result: ClassVar[Any] = None
    """In a family: the dtype of the output, as a function of those of the operands."""

    def rule(self, np, x):
        """The operation in NumPy; a list where it has several outputs."""
        raise NotImplementedError

    def gives(self, *given):
        """The dtype of the output, or a list of those of the outputs, from those of the operands."""
        return given[0]

    def __init_subclass__(cls):
        for name in ("works", "result", "formula"):
            if callable(cls.__dict__.get(name)):  # a function of its own, and no method
                setattr(cls, name, staticmethod(cls.__dict__[name]))
        if "rule" in cls.__dict__:
            _read_signature(cls)

    # Operands ---------------------------------------------------------------------------------------------------

    def bound(self, given, named):
        """Operand -> a tensor, a Constant or None; for a `*` a list of tensors and Constants."""
        if self.star is not None:
            return self.joined(given)
        constants = {name: getattr(self, f"{name}_", None) for name in self.operands}
        free = iter([name for name in self.operands if constants[name] is None])
        found = dict(constants)
        for name, value in [*zip(free, given, strict=False), *named.items()]:
            if value is not None:
                if found[name] is not None:
                    raise Refusal("SC118", name, other="an input of that name")
                found[name] = value
        if sum(value is not None for value in given) > sum(constant is None for constant in constants.values()):
            raise Refusal("SC208", expected=f"{len(self.operands)} operands", given="more")
        for name in self.operands:
            if name in self.needed and found[name] is None:
                more = "" if len(self.operands) == 1 else " or a constant"
                raise Refusal("SC208", expected=f"an input{more} `{name}`", given="none")
        return found

    def joined(self, given):
        """The tensors of a list, with the constants of the parameter of that name in their places."""
        template = getattr(self, f"{self.star}_", None)
        if template is None:
            return {self.star: list(given)}
        places = sum(item is None for item in template)
        if len(given) != places:
            raise Refusal("SC208", expected=f"{places} tensor{'s' * (places != 1)} in its list", given=len(given))
        rest = iter(given)
        return {self.star: [next(rest) if item is None else item for item in template]}

    # Shapes and numbers -----------------------------------------------------------------------------------------

    def applied(self, np, found, kinds, made):
        """The rule on operands that `made` turns into arrays, and the dtypes of the outputs."""
        given = self.gives(*[kind for several in kinds.values() for kind in several])
        works = _op_dtypes.working(self.works, given, kinds)

        def ready(value, kind):
            if value is None:
                return None
            if isinstance(value, Constant):
                if self.by_value:
                    return value.value
                name = works or (_op_dtypes.result_type(kind) if value.dtype is None else value.dtype)
                return np.asarray(value.value).astype(made(name))
            return value.astype(made(works)) if works is not None and value.dtype.name != made(works) else value

        arrays = []
        for name, kind in kinds.items():
            if name == self.star:
                arrays = [ready(value, one) for value, one in zip(found[name], kind, strict=True)]
            else:
                arrays.append(ready(found[name], kind[0] if kind else None))
        return self.rule(np, *arrays), given

    def kinds(self, found, of):
        """Operand -> the dtypes of the tensors and constants that stand for it."""
        known = {}
        for name, value in found.items():
            several = value if name == self.star else [value]
            known[name] = [one.kind if isinstance(one, Constant) else of(one) for one in several if one is not None]
        return known

    def inferred(self, given, named, kinds):
        """The shapes and dtypes of the outputs, from the shapes of the inputs."""
        from shapecheck import need, tracing

        trace = tracing.Trace(need.record)
        names = iter(kinds)

        def array(shape):
            return None if shape is None else tracing.TracedArray(shape, next(names), trace)

        given, named = [array(shape) for shape in given], {name: array(shape) for name, shape in named.items()}
        found = self.bound(given, named)
        try:
            made, dtype = self.applied(
                tracing.TracedNumpy(trace), found, self.kinds(found, lambda x: str(x.dtype)), lambda name: name
            )
        except tracing.TraceMismatch as mismatch:
            raise self.refusal(mismatch) from None
        except (tracing.Untraceable, dims.Undecided) as reason:
            raise Opaque(str(reason)) from None
        if not isinstance(made, (list, tuple)):
            return TensorSpec(tracing.sizes_of(made), dtype)
        names = dtype if isinstance(dtype, (list, tuple)) else [dtype] * len(made)
        return [TensorSpec(tracing.sizes_of(one), name) for one, name in zip(made, names, strict=True)]

    def computed(self, np, given, named):
        from shapecheck.layers._op_dtypes import numpy_name

        found = self.bound(given, named)
        try:
            made, dtype = self.applied(np, found, self.kinds(found, lambda x: x.dtype.name), numpy_name)
        except (TypeError, ValueError, IndexError, ArithmeticError) as error:  # what NumPy does not compute
            raise Refusal("SC504", problem=failure(error)) from None
        if not isinstance(made, (list, tuple)):
            return np.asarray(made).astype(numpy_name(dtype), copy=False)
        names = dtype if isinstance(dtype, (list, tuple)) else [dtype] * len(made)
        return [np.asarray(one).astype(numpy_name(name), copy=False) for one, name in zip(made, names, strict=True)]

    def refusal(self, mismatch):
        """What NumPy's rules refuse, as a code with facts."""
        kind, a, b = mismatch.kind, mismatch.a, mismatch.b
        param = self.blamed or next((name for name in self.parameters if name not in self.operands), None)
        if kind == "equal":
            return Refusal("SC301", verb=self.verb, a=a, b=b)
        if kind == "broadcast":
            return Refusal("SC310", a=a, b=b)
        if kind == "divides":
            return Refusal("SC303", param, what="a size", divisor=a, size=b)
        if kind == "at_least":
            return Refusal("SC306", param, what="a size", size=a, least=b)
        if kind == "axis":
            named = "axis" if "axis" in self.parameters else param
            return Refusal("SC309", named, given=a, rank=b)
        if kind == "rank":
            return Refusal("SC302", expected=f"rank {b}", rank=a, shape=())
        if kind == "dtype":
            return Refusal("SC403", expected="other dtypes", given=f"{a} {b}")
        return Refusal("SC114", param or mismatch.what, expected=b, given=a)


def numbers(np):
    """Whether a rule runs on numbers, and not on arrays that only follow shapes."""
    return hasattr(np, "errstate")


def of_rank(x, least, most=None):
    """Refuse an array of another rank."""
    most = least if most is None else most
    if not least <= x.ndim <= most:
        expected = f"rank {least}" + (f" to {most}" if most < params.MAX_RANK else " or more") * (most != least)
        raise Refusal("SC302", expected=expected, rank=x.ndim, shape=shape_of(x))


def shape_of(x):
    """The shape of an array, traced or of numbers, with the sizes as the algebra has them."""
    return getattr(x, "sizes", x.shape)


def _read_signature(cls):
    """Take the operands of an operation from the arguments of its rule, and make the methods of a layer of them."""
    code, optional = cls.rule.__code__, len(cls.rule.__defaults__ or ())
    names = code.co_varnames[2 : code.co_argcount]
    cls.star = code.co_varnames[code.co_argcount] if code.co_flags & 4 else None
    cls.operands = (cls.star,) if cls.star else names
    cls.needed = frozenset(() if cls.star else names[: len(names) - optional])
    least = len(names) if len(cls.operands) == 1 and not cls.star else 0

    def shape(self, *given, dtypes, **named):
        return self.inferred(given, named, dtypes)

    def run(self, *given, np, **named):
        return self.computed(np, given, named)

    names = () if cls.star else names
    asks(shape, Wants(names, frozenset(), least, cls.star, ("dtypes",), False))
    asks(run, Wants(names, frozenset(), least, cls.star, ("np",), False))
    cls.shape, cls.run = shape, run


def op(cls):
    """Read the parameters of an operation, its constants among them, and enter it as `ops.` and its name."""
    cls.parameters = declared(cls)
    if len(cls.operands) > 1 or cls.star:
        reader = CONSTANTS if cls.star else CONSTANT
        for name in reversed(cls.operands):
            cls.parameters[name] = Parameter(name, f"{name}_", reader, False, None)
    cls.called = cls.called or cls.operands
    cls.kind = PREFIX + cls.__name__
    REGISTRY[cls.kind] = cls
    return cls


def derived(home, base, name, about, **own):
    """An operation of a family that differs in its formula and dtypes alone, put into the namespace of its module."""
    home[name] = op(type(name, (base,), {"__doc__": about, "__module__": home["__name__"], **own}))


def _constants(value, param, keras):
    """A list in which None stands for the next tensor."""
    if not isinstance(value, (list, tuple)):
        raise Refusal("SC113", param, expected=_LIST, given=shown(value))
    return tuple(None if item is None else constant(item, param, keras) for item in value)


_LIST = "a list of constants, with none in the place of each tensor"
CONSTANTS = params.optional(Annotated[Any, params.Reader(_LIST, _constants)]).__metadata__[0]

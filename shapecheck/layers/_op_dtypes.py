"""The dtypes that operations give, as Keras 3.15 has them: functions of the dtypes of their operands.

A Python scalar is weak: `int` and `float` stand for its dtype, and it takes that of the tensor it meets where that can
hold its kind.
"""

from shapecheck.dtypes import promote

WEAK = ("int", "float")


def of_value(value):
    """What a number counts as, or the dtype of the array that lists of numbers make."""
    listed = isinstance(value, (list, tuple))
    level = [value]
    while level and isinstance(level[0], (list, tuple)):
        level = [inner for item in level for inner in item]
    kinds = {type(item) for item in level}
    if not listed:
        return "bool" if kinds == {bool} else "int" if kinds == {int} else "float"
    return "bool" if kinds == {bool} else "int32" if kinds <= {bool, int} and kinds else "float32"


def result_type(*given):
    """The common dtype of tensors and weak scalars."""
    strong = [name for name in given if name not in WEAK]
    weak = "float" if "float" in given else "int" if "int" in given else None
    if not strong:
        return "float32" if weak == "float" else "int32"
    best = promote(*strong)
    if weak is None or best == "string" or best.startswith(("float", "bfloat", "complex")):
        return best
    if weak == "float":
        return "float32"
    return "int32" if best == "bool" else best


def is_float(name):
    return name.startswith(("float", "bfloat"))


def first(*given):
    return result_type(given[0])


def common(*given):
    return result_type(*given)


def floating(*given):
    """The common dtype, if that is a float or complex; else float32."""
    return result_type(*given, "float")


def doubling(*given):
    """float64 where int64 comes in, else a float."""
    return "float64" if result_type(*given) == "int64" else floating(*given)


def boolean(*given):
    return "bool"


def index(*given):
    return "int32"


def counted(*given):
    """The common dtype, int32 for booleans."""
    best = result_type(*given)
    return "int32" if best == "bool" else best


def summed(*given):
    """The dtype of sums and products: small ints are widened to 32 bits."""
    best = result_type(*given)
    if best in ("bool", "int8", "int16"):
        return "int32"
    return "uint32" if best in ("uint8", "uint16") else best


def multiplied(*given):
    """The dtype of products of matrices: those of int8 are summed in int32."""
    return "int32" if {*given} == {"int8"} else result_type(*given)


def float32(*given):
    return "float32"


def working(rule, given, kinds):
    """The dtype that operands are cast to: none, that of the output, or that which a function gives."""
    if rule is None:
        return None
    if rule == "result":
        return given
    return rule(*[kind for several in kinds.values() for kind in several])


def numpy_name(name):
    """NumPy has no bfloat16; its numbers are computed in float32."""
    return "float32" if name in ("bfloat16", "float8_e4m3fn", "float8_e5m2") else name

"""The example lines of the layers, parsed: `units: 10 | (n, 64) -> (n, 10)`."""

import re

import yaml

from shapecheck import dims, layers


class Example:
    """One line: a configuration, input shapes, and either the output shapes or the code of a refusal."""

    def __init__(self, kind, line):
        self.kind, self.line = kind, line
        self.code = None
        if "!!" in line:
            left, self.code = (part.strip() for part in line.rsplit("!!", 1))
            outputs = ""
        else:
            left, outputs = line.rsplit("->", 1)
        config, _, inputs = left.rpartition("|") if "|" in left else (left, "", "")
        self.config = yaml.safe_load("{" + config + "}") or {}
        self.inputs, self.outputs = shapes(inputs), shapes(outputs)

    def __repr__(self):
        return f"{self.kind}: {self.line}"

    @property
    def symbols(self):
        sizes = [size for shape in [*self.inputs, *self.outputs] for size in shape]
        return sorted({symbol.name for size in sizes for symbol in dims.symbols_of(size)})

    def at(self, sizes):
        """The configuration and the input shapes with numbers for the symbols."""
        return substituted(self.config, sizes), [substituted(list(shape), sizes) for shape in self.inputs]


def shapes(text):
    """`(n, 2*k), (n, 3)` as a list of tuples of dims."""
    found = re.findall(r"\(((?:[^()]|\([^()]*\))*)\)", text)
    return [tuple(dims.parse(size) for size in inside.split(",") if size.strip()) for inside in found]


def substituted(value, sizes):
    if isinstance(value, dict):
        return {key: substituted(item, sizes) for key, item in value.items()}
    if isinstance(value, list):
        return [substituted(item, sizes) for item in value]
    if isinstance(value, str) and not value.startswith("lambda"):
        try:
            value = dims.parse(value)
        except dims.DimSyntaxError:
            return value
        names = {symbol.name for symbol in dims.symbols_of(value)}
        return dims.substitute(value, sizes) if names and names <= set(sizes) else str(value)
    if isinstance(value, dims.Expr):
        return dims.substitute(value, sizes)
    return value


def all_examples():
    for kind in layers.names():
        cls = layers.find(kind)
        if kind == cls.kind:
            for line in cls.examples:
                yield Example(kind, line)


def call_form(kind, inputs):
    """The inputs of a call: a list for layers that take one, else one by one."""
    from shapecheck.contract import input_names

    cls = layers.find(kind)
    names, _, star = input_names(cls)
    if star and not names and not (cls.takes_one_or_list and len(inputs) == 1):
        return [list(inputs)]
    return list(inputs)

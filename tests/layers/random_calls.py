"""Random configurations and inputs of every layer, made from its example lines and from the values that others take."""

from collections import defaultdict

from examples import all_examples, call_form

from shapecheck import layers

ANYTHING = (
    None, True, False, -1, 0, 1, 2, 3, 7, 0.0, 0.3, 1.0, 2.5, -0.5, float("nan"), float("inf"), 1 << 70, "", "same",
    "valid", "causal", "channels_first", "relu", "glu", "softmax", "zeros", "orthogonal", "l2", "nope", "T", [], [1],
    [2, 3], [1, 1], [0, 1], [-1, 2], [1, 2, 3], [[1, 1], [0, 2]], [[0, 1], [1, 0], [2, 2]], [None, 2], ["a", "b"], {},
    {"Dense": 3}, {"class_name": "LSTM", "config": {"units": 2}}, {"LSTMCell": 2}, {"l2": 0.1}, "lambda x: x",
)  # fmt: skip
EXAMPLES = defaultdict(list)
TAKEN = defaultdict(list)
"""Values that stand in examples, by what is expected of them."""

for _example in all_examples():
    EXAMPLES[_example.kind].append(_example)
    _known = layers.find(_example.kind).parameters
    for _name, _value in _example.config.items():
        if _name in _known and _value not in TAKEN[_known[_name].reader.expected]:
            TAKEN[_known[_name].reader.expected].append(_value)

KINDS = sorted(EXAMPLES)


def config_of(random, kind, example):
    """The configuration of an example with up to three values changed, most of them to values that others take."""
    parameters = layers.find(kind).parameters
    config = dict(example.config)
    for _ in range(random.randint(0, 3) if parameters else 0):
        parameter = parameters[random.choice(sorted(parameters))]
        legal = TAKEN[parameter.reader.expected] or ANYTHING
        config[parameter.name] = random.choice(legal if random.random() < 0.7 else ANYTHING)
    if config and random.random() < 0.05:
        del config[random.choice(sorted(config))]
    return config


def call_of(random, kind):
    """A configuration, and the shapes of a call."""
    example = random.choice(EXAMPLES[kind])
    sizes = {name: random.randint(1, 6) for name in example.symbols}
    changed = config_of(random, kind, example)
    kept, inputs = example.at(sizes)
    config = {name: kept[name] if name in kept and value is example.config.get(name) else value
              for name, value in changed.items()}  # fmt: skip
    shapes = [perturbed(random, list(shape)) for shape in inputs]
    return config, call_form(kind, [tuple(shape) for shape in shapes])


def perturbed(random, shape):
    """A shape as it is, or with an axis more, less, or of another size."""
    luck = random.random()
    if luck < 0.15 and shape:
        shape[random.randrange(len(shape))] = random.randint(0, 6)
    elif luck < 0.2 and shape:
        del shape[random.randrange(len(shape))]
    elif luck < 0.25:
        shape.insert(random.randint(0, len(shape)), random.randint(1, 4))
    return shape

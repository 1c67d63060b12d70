"""Random definitions, with odd names, shared layers, models and roles, are the same models after they were converted."""

import random

import pytest
from same_model import converts

import shapecheck

ODD = ["no", "on", "a b", "1e3", "012", "x: y", "#1", "größe", "層", "*a", "- b", "{c}", "null", "~x", "it's", 'say "hi"', "a/b", "x,y", "=", "a\\b"]


def definition(rng):
    """A definition of images and a few vectors, each layer reading any layer before it."""
    names = rng.sample(ODD, len(ODD))

    def name():
        return names.pop() if names and rng.random() < 0.3 else f"n{len(layers)}"

    size = rng.choice([["H", "W"], [None, None], [16, 24], ["H", 8], ["2*K", "K"]])
    layers = []
    layers.append({"Input": {"name": name(), "shape": [*size, 4]}})
    images = [layers[0]["Input"]["name"]]
    shared = []
    for _ in range(rng.randint(3, 14)):
        own = {} if rng.random() < 0.3 else {"name": name()}
        reads = {} if rng.random() < 0.4 else {"inputs": rng.choice(images)}
        kind, config = rng.choice([
            ("Conv2D", {"filters": 4, "kernel_size": rng.choice([1, 3, [3, 1]]), "padding": "same", "activation": rng.choice([None, "relu"])}),
            ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "SAME", "kernel_regularizer": {"L2": rng.choice([0.01, 1e-7])}}),
            ("DepthwiseConv2D", {"kernel_size": 3, "padding": "same", "depthwise_initializer": {"RandomNormal": {"stddev": 0.1}}}),
            ("BatchNormalization", {"momentum": rng.choice([0.99, 0.9]), "trainable": rng.choice([True, False])}),
            ("Dropout", {"rate": rng.choice([0.5, 0.1]), "seed": rng.choice([None, 3])}),
            ("Activation", {"activation": rng.choice(["relu", "tanh", {"LeakyReLU": {"negative_slope": 0.1}}])}),
            ("LayerNormalization", {"axis": rng.choice([-1, [-1]]), "epsilon": 0.001}),
            ("Lambda", {"function": "lambda x: x * 2"}),
            ("Add", {}), ("Maximum", {}), ("twin", {}),
        ])  # fmt: skip
        if kind in ("Add", "Maximum"):
            reads = {"inputs": [rng.choice(images) for _ in range(rng.randint(2, 3))]}
        entry = {kind: {**config, **reads, **own}} if kind != "twin" or own or reads else "twin"
        if shared and rng.random() < 0.2:
            entry = {"call": {"layer": rng.choice(shared), "inputs": rng.choice(images), **own}}
        elif kind == "Conv2D" and own:
            shared.append(own["name"])
        layers.append(entry)
        if own:
            images.append(own["name"])
    twin = {"layers": [{"Input": {"shape": [None, None, 4]}}, {"Conv2D": {"filters": 4, "kernel_size": 1}}, {"Dense": 4}]}
    made = {"name": rng.choice(ODD), "models": {"twin": twin}, "layers": layers}
    if rng.random() < 0.3:
        made["outputs"] = rng.sample(images[1:], min(2, len(images) - 1)) or None
    if rng.random() < 0.2:
        made["keras"] = 3
    return made


@pytest.mark.parametrize("part", range(4))
def test_random_definitions_are_the_same_afterwards(part):
    tried = 0
    for seed in range(60):
        given = definition(random.Random(100 * part + seed))
        if shapecheck.check(given).ok:
            tried += 1
            text = converts(given)
            made = shapecheck.diff(given, _read(text))
            assert made.equal, made
    assert tried > 30


def _read(text):
    import yaml

    return yaml.safe_load(text)

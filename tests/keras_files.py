"""Small models as the generations of Keras save them, to be written in a test."""

import json


def ref(name, call=0, output=0, shape=None):
    """A tensor in a call of Keras 3."""
    config = {"shape": shape, "dtype": "float32", "keras_history": [name, call, output]}
    return {"class_name": "__keras_tensor__", "config": config}


def node(*args, **kwargs):
    """A call of Keras 3."""
    return {"args": list(args), "kwargs": kwargs}


def layer3(kind, name, *nodes, module="keras.layers", registered_name=None, built=None, **config):
    """A layer of a Functional of Keras 3."""
    made = {"module": module, "class_name": kind, "config": {"name": name, **config},
            "registered_name": registered_name, "name": name, "inbound_nodes": list(nodes)}  # fmt: skip
    return made if built is None else {**made, "build_config": {"input_shape": built}}


def input3(name, *shape):
    return layer3("InputLayer", name, batch_shape=[None, *shape], dtype="float32", sparse=False, ragged=False)


def functional3(*layers, outputs, inputs=None, **more):
    """A Functional of Keras 3; its inputs are all InputLayers unless they are given."""
    names = [[layer["name"], 0, 0] for layer in layers if layer["class_name"] == "InputLayer"]
    config = {"name": "functional", "trainable": True, "layers": list(layers),
              "input_layers": names if inputs is None else inputs, "output_layers": outputs}  # fmt: skip
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config,
            "registered_name": "Functional", "build_config": {"input_shape": None}, "compile_config": {}, **more}  # fmt: skip


def sequential3(*layers, **config):
    """A Sequential of Keras 3."""
    items = [{key: value for key, value in layer.items() if key not in ("name", "inbound_nodes")} for layer in layers]
    config = {"name": "sequential", "trainable": True, "layers": items, **config}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}


def layer2(kind, name, *nodes, **config):
    """A layer of a Functional of Keras 2, called on each of `nodes`: lists of references, or one name."""
    calls = [[[item, 0, 0, {}]] if isinstance(item, str) else item for item in nodes]
    return {"class_name": kind, "config": {"name": name, **config}, "name": name, "inbound_nodes": calls}


def functional2(*layers, outputs, version="2.2.4", kind="Model"):
    names = [[layer["name"], 0, 0] for layer in layers if layer["class_name"] == "InputLayer"]
    config = {"name": "model_1", "layers": list(layers), "input_layers": names, "output_layers": outputs}
    return {"class_name": kind, "config": config, "keras_version": version, "backend": "tensorflow"}


def sequential2(*layers, version="2.2.4"):
    items = [{"class_name": layer["class_name"], "config": layer["config"]} for layer in layers]
    config = {"name": "sequential_1", "layers": items}
    return {"class_name": "Sequential", "config": config, "keras_version": version, "backend": "tensorflow"}


def written(model, **options):
    return json.dumps(model, **options)

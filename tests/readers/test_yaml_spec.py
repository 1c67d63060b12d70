
"""The spec language: what each form means, what replaces what, and where every mistake is found.

In the texts, «...» marks the words at which the finding has to stand; the marks are taken out before reading.
"""

import re

import pytest

from shapecheck.readers import yaml_spec, yaml_text
from shapecheck.source import Source
from shapecheck.spec import Contract, Ref


def read(text):
    source = Source("m.yaml", text)
    document, findings = yaml_text.compose(source)
    assert not findings
    return yaml_spec.read_model(document.root, source, document)


def plain(root):
    return yaml_spec.read_model(root, Source("<definition>", ""), None)


def entries(text):
    """The layers as tuples that can be compared."""
    spec = read(text)
    assert not spec.findings, [str(found) for found in spec.findings]
    return [(layer.kind, dict(layer.config), layer.name, shown(layer.inputs)) for layer in spec.layers]


def shown(inputs):
    """References as text."""
    if inputs is None:
        return None
    if isinstance(inputs, Ref):
        return inputs.name if inputs.output is None else f"{inputs.name}[{inputs.output}]"
    if isinstance(inputs, dict):
        return {role: shown(item) for role, item in inputs.items()}
    return [shown(item) for item in inputs]


def marked(text):
    """The text without its marks, and the span that they stand for."""
    before, words, _ = re.split("[«»]", text)
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    ends = before + words
    end_line, end_column = ends.count("\n") + 1, len(ends) - ends.rfind("\n")
    return re.sub("[«»]", "", text), (line, column, end_line, end_column)


# The forms of an entry -------------------------------------------------------------------------------------------

DENSE = ("Dense", {"units": 10}, "dense", None)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("Dense: 10", DENSE),
        ("Dense: {units: 10}", DENSE),
        ("{class_name: Dense, config: {units: 10}}", DENSE),
        ("{type: Dense, units: 10}", DENSE),
        ("Flatten", ("Flatten", {}, "flatten", None)),
        ("Flatten:", ("Flatten", {}, "flatten", None)),
        ("Flatten: ~", ("Flatten", {}, "flatten", None)),
        ("Flatten: {}", ("Flatten", {}, "flatten", None)),
        ("class_name: Flatten", ("Flatten", {}, "flatten", None)),
        ("type: Flatten", ("Flatten", {}, "flatten", None)),
        ("Permute: [2, 1]", ("Permute", {"dims": [2, 1]}, "permute", None)),
        ("Activation: relu", ("Activation", {"activation": "relu"}, "activation", None)),
        ("Dropout: 0.5", ("Dropout", {"rate": 0.5}, "dropout", None)),
        ("Input: [28, 28, 1]", ("InputLayer", {"shape": [28, 28, 1]}, "input", None)),
        ("Input: {shape: [~, None, H]}", ("InputLayer", {"shape": [None, "None", "H"]}, "input", None)),
        ("InputLayer: {shape: [4]}", ("InputLayer", {"shape": [4]}, "input", None)),
        ("Dense: {units: 10, name: d, inputs: x}", ("Dense", {"units": 10}, "d", "x")),
        ("{class_name: Dense, config: {units: 10, name: d}, inputs: x}", ("Dense", {"units": 10}, "d", "x")),
        ("{class_name: Dense, name: d, config: {units: 10, name: e}}", ("Dense", {"units": 10}, "d", None)),
        ("{class_name: Dense, module: keras.layers, registered_name: ~, config: {units: 10}}", DENSE),
        ("{type: Dense, units: 10, name: d, inputs: [x]}", ("Dense", {"units": 10}, "d", ["x"])),
        ("Add: {inputs: [x, 'y[1]']}", ("Add", {}, "add", ["x", "y[1]"])),
        ("Dot: {axes: 1, inputs: {x: a, y: [b, 'c[2]'], z: ~}}",
         ("Dot", {"axes": 1}, "dot", {"x": "a", "y": ["b", "c[2]"]})),
        ("TimeDistributed: {layer: {Dense: 10}}", ("TimeDistributed", {"layer": {"Dense": 10}}, "time_distributed", None)),
        ("Add: {inputs: []}", ("Add", {}, "add", [])),
        ("Dense: {units: 10, inputs: ~, name: ~}", DENSE),
    ],
)  # fmt: skip
def test_every_form_of_an_entry(entry, expected):
    assert entries(f"layers:\n  - {entry}\n") == [expected]


def test_call_arguments_and_a_second_call():
    spec = read("- Input: {shape: [4], name: x}\n- Dense: {units: 3, name: d, call: {training: true}}\n"
                "- call: {layer: d, inputs: x, name: e, call: {training: false}}\n- call: d\n")  # fmt: skip
    assert not spec.findings
    first, second, third = spec.layers[1:]
    assert (first.call, second.call, third.call) == ({"training": True}, {"training": False}, {})
    assert (second.again, second.name, shown(second.inputs)) == ("d", "e", "x")
    assert (third.again, third.name, third.inputs) == ("d", "d_1", None)


def test_python_values_go_through_the_same_reader():
    sympy = pytest.importorskip("sympy")
    size, function = sympy.Symbol("n", integer=True, positive=True), abs
    spec = plain([{"Input": {"shape": (size, 2 * size)}}, {"Lambda": function}, {"Dense": {"units": size}}, "Flatten"])
    assert not spec.findings
    assert [layer.kind for layer in spec.layers] == ["InputLayer", "Lambda", "Dense", "Flatten"]
    assert spec.layers[0].config["shape"] == (size, 2 * size)
    assert spec.layers[1].config == {"function": function}


def test_a_mistake_in_python_is_found_by_its_path():
    (found,) = plain({"layers": ["Flatten", {"Dense": {"units": 3, "name": 5}}]}).findings
    assert found.span is None
    assert found.notes == ("at layers[1].Dense.name",)


# Parameters ------------------------------------------------------------------------------------------------------

PARAMS = "params: {w: 4, s: [w, 8], act: relu, half: '${w/8}', on: true, H2: 2*H}\nlayers:\n  - Input: [3]\n  - Dense: "


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("w", 4),
        ('"w"', "w"),
        ("'w'", "w"),
        ("s", [4, 8]),
        ("act", "relu"),
        ("half", 0.5),
        ('"${w}"', 4),
        ("'${ w }'", 4),
        ('"${2*w}"', 8),
        ('"${w + 0.5}"', 4.5),
        ('"${w / 2}"', 2),
        ('"${w / 8}"', 0.5),
        ('"${w // 3 + w % 3}"', 2),
        ('"${-w}"', -4),
        ('"${w ** 2}"', 16),
        ('"${1e-3 * w}"', 0.004),
        ('"${max(w, 7) + min(1, 2) + abs(-1) + floor(2.5) + ceil(0.5) + round(1.6)}"', 14),
        ('"${int(w / 3)}"', 1),
        ('"${act}"', "relu"),
        ('"${s}"', [4, 8]),
        ('"${on}"', True),
        ('"fc_${w}_${2*w}"', "fc_4_8"),
        ("2*w", 8),
        ("w*H", "4*H"),
        ("H - w", "H - 4"),
        ("(w + 1)*2", 10),
        ("H2*w", "(2*H)*4"),
        ("'2*w'", "2*w"),
        ("[w, 2*w, [w], {a: w, w: 1}]", [4, 8, [4], {"a": 4, "w": 1}]),
        ("wide", "wide"),
        ("w-x", "4-x"),
        ("'$w'", "$w"),
        ("\"lambda x: w*x\"", "lambda x: w*x"),
        ("{class_name: L2, config: {l2: w}}", {"class_name": "L2", "config": {"l2": 4}}),
    ],
)  # fmt: skip
def test_what_replaces_what(written, value):
    *_, layer = entries(f"{PARAMS}{{units: {written}}}\n")
    assert layer[1] == {"units": value}
    assert type(layer[1]["units"]) is type(value) or isinstance(value, (list, dict))


def test_names_of_layers_are_no_parameters():
    text = "params: {x: 5}\nlayers:\n  - Input: {shape: [3], name: x}\n  - Dense: {units: x, name: y, inputs: x}\n"
    assert entries(text)[1] == ("Dense", {"units": 5}, "y", "x")
    text = "params: {p: a}\nlayers:\n  - Input: {shape: [3], name: '${p}_1'}\n  - Dense: {units: 1, inputs: '${p}_1'}\n"
    assert entries(text)[1] == ("Dense", {"units": 1}, "dense", "a_1")


def test_a_kind_may_be_a_parameter():
    text = "params: {k: Dense}\nlayers:\n  - Input: [3]\n  - ${k}: 3\n  - '${k}': {units: 4}\n"
    assert [layer[:2] for layer in entries(text)[1:]] == [("Dense", {"units": 3}), ("Dense", {"units": 4})]


# Blocks ----------------------------------------------------------------------------------------------------------

BLOCKS = """
blocks:
  conv:
    params: [filters]
    layers:
      - Dense: {units: "${filters}", name: fc}
      - Dropout: 0.5
  res:
    params: {units: 64, rate: "${units/128}"}
    inputs: [x]
    layers:
      - Dense: units
      - Dropout: rate
      - Add: {inputs: [x, dropout]}
  two:
    inputs: [p, q]
    outputs: m
    layers:
      - Dot: {axes: 1, inputs: [p, q], name: m}
      - Dense: 5
  short: [Flatten]
layers:
  - Input: {name: a, shape: [64]}
"""


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ("- conv: {filters: 3}", ["Dense 3 conv/fc <- None", "Dropout 0.5 conv/dropout <- None"]),
        ("- conv: 3\n  - conv: 4",
         ["Dense 3 conv/fc <- None", "Dropout 0.5 conv/dropout <- None",
          "Dense 4 conv_1/fc <- None", "Dropout 0.5 conv_1/dropout <- None"]),
        ("- conv: {filters: 3, name: e, inputs: a}\n  - Add: {inputs: [e, e/fc]}",
         ["Dense 3 e/fc <- a", "Dropout 0.5 e/dropout <- None", "Add add <- ['e/dropout', 'e/fc']"]),
        ("- res", ["Dense 64 res/dense <- None", "Dropout 0.5 res/dropout <- None", "Add res/add <- ['a', 'res/dropout']"]),
        ("- Flatten\n  - res: {units: 32, inputs: a}",
         ["Flatten flatten <- None", "Dense 32 res/dense <- a", "Dropout 0.25 res/dropout <- None",
          "Add res/add <- ['a', 'res/dropout']"]),
        ("- two: {inputs: [a, a], name: t}\n  - Flatten\n  - Add: {inputs: ['t', 't/dense']}",
         ["Dot 1 t/m <- ['a', 'a']", "Dense 5 t/dense <- None", "Flatten flatten <- t/m", "Add add <- ['t/m', 't/dense']"]),
        ("- two: {inputs: {q: a, p: flatten}}\n  - Flatten: {inputs: a}",
         ["Dot 1 two/m <- ['flatten', 'a']", "Dense 5 two/dense <- None", "Flatten flatten <- a"]),
        ("- short\n  - short:\n  - short: {}",
         ["Flatten short/flatten <- None", "Flatten short_1/flatten <- None", "Flatten short_2/flatten <- None"]),
        ("- Flatten: {name: short}\n  - short", ["Flatten short <- None", "Flatten short_1/flatten <- None"]),
    ],
)  # fmt: skip
def test_blocks_are_written_out(uses, expected):
    found = entries(f"{BLOCKS}  {uses}\n")[1:]
    said = [" ".join([kind, *(str(v) for v in config.values()), name, "<-", str(inputs)])
            for kind, config, name, inputs in found]  # fmt: skip
    assert said == expected


def test_a_block_within_a_block_reads_what_the_outer_one_reads():
    text = """
blocks:
  inner: {inputs: [x], layers: [Dense: 3, Add: {inputs: [x, dense]}]}
  outer: [inner, inner: {inputs: inner}, repeat: {times: 2, layers: [inner]}]
layers:
  - Input: {shape: [3], name: a}
  - Input: {shape: [3], name: b}
  - outer: {inputs: a}
"""
    reads = {name: inputs for _, _, name, inputs in entries(text)}
    assert reads["outer/inner/dense"] == "a"
    assert reads["outer/inner/add"] == ["a", "outer/inner/dense"]
    assert reads["outer/inner_1/dense"] == "outer/inner/add"
    assert reads["outer/inner_2/add"] == ["outer/inner_1/add", "outer/inner_2/dense"]
    assert reads["outer/inner_3/add"] == ["outer/inner_2/add", "outer/inner_3/dense"]


def test_an_inner_name_hides_an_outer_one_only_inside():
    text = """
blocks:
  b: [Dense: {units: 3, name: d, inputs: e}, Dense: {units: 4, name: e, inputs: d}]
layers:
  - Input: {shape: [3], name: d}
  - Dense: {units: 5, name: e}
  - Dense: {units: 6, name: f, inputs: e}
  - b
  - call: {layer: e}
"""
    reads = {name: inputs for _, _, name, inputs in entries(text)}
    assert (reads["b/d"], reads["b/e"], reads["f"]) == ("b/e", "b/d", "e")


# Repetitions -----------------------------------------------------------------------------------------------------


def test_the_turns_of_a_repetition():
    text = """
layers:
  - Input: {shape: [5], name: a}
  - repeat:
      vars: {f: [8, 16], n: [p, q]}
      layers:
      - Dense: {units: f, name: "fc_${f}"}
      - repeat: {times: 2, layers: [{Dense: {units: "${f+1}", name: in}}, {Add: {inputs: [in, "fc_${f}"], name: "${n}"}}]}
  - Add: {inputs: [fc_8, in_2_1, p_1]}
  - repeat: {times: 1, layers: [{Dense: {units: 1, name: once}}]}
  - repeat: {times: 0, layers: [Flatten]}
  - repeat: {times: 2, layers: [Flatten]}
"""
    assert [layer[2:] for layer in entries(text)[1:]] == [
        ("fc_8", None), ("in_1_1", None), ("p_1", ["in_1_1", "fc_8"]), ("in_1_2", None), ("p_2", ["in_1_2", "fc_8"]),
        ("fc_16", None), ("in_2_1", None), ("q_1", ["in_2_1", "fc_16"]), ("in_2_2", None),
        ("q_2", ["in_2_2", "fc_16"]), ("add", ["fc_8", "in_2_1", "p_1"]), ("once", None),
        ("flatten", None), ("flatten_1", None),
    ]  # fmt: skip
    assert [layer[1].get("units") for layer in entries(text) if layer[0] == "Dense"] == [8, 9, 9, 16, 17, 17, 1]


def test_a_finding_in_a_template_points_at_it_and_says_which_use():
    text = "blocks: {b: [{Dense: '${w}'}]}\nlayers:\n  - Input: [3]\n  - repeat: {times: 3, layers: [b, b]}\n"
    (found,) = read(text).findings
    assert (found.code, found.span[1:3]) == ("SC117", (1, 22))
    assert [(label.span.line, label.text) for label in found.labels] == [(4, "turn 1 of 3"), (4, "`b` is used here")]


# The other sections ----------------------------------------------------------------------------------------------


def test_the_short_sections():
    spec = read("""
name: net
keras: 2
data_format: channels_first
params: {k: 32}
dims: {H: {multiple_of: k, min: 64, max: "${k*k}"}, W: 7, T: {values: [1, 2]}}
assert: ["output == a", "a.H >= ${k}"]
custom:
  Shuffle: {params: [r], rule: "(n, h, c) -> (n, h*r, c//r)"}
inputs: [a]
outputs: {left: b, right: 'b[1]'}
x-anchors: {anything: goes}
layers: [{Input: {shape: [3], name: a}}, {Dense: {units: 3, name: b}}]
""")
    assert not spec.findings
    assert (spec.name, spec.generation, spec.data_format) == ("net", 2, "channels_first")
    assert {name: contract[:4] for name, contract in spec.contracts.items()} == {
        "H": (64, 1024, 32, None), "W": (None, None, None, (7,)), "T": (None, None, None, (1, 2)),
    }  # fmt: skip
    assert isinstance(spec.contracts["H"], Contract)
    assert [line.text for line in spec.asserts] == ["output == a", "a.H >= 32"]
    assert spec.custom["Shuffle"][:2] == (("r",), "(n, h, c) -> (n, h*r, c//r)")
    assert (shown(spec.inputs), shown(spec.outputs)) == (["a"], {"left": "b", "right": "b[1]"})


def test_models_are_read_with_the_blocks_of_the_definition():
    spec = read("""
blocks: {b: {params: [u], layers: [{Dense: "${u}"}]}}
models:
  m: {layers: [{Input: [3]}, {b: 4}], outputs: b}
  n: [Flatten]
layers: [{Input: {shape: [3], name: a}}, {m: {inputs: a, name: first}}, m, {call: {layer: first, inputs: a}}, {n: ~}]
""")
    assert not spec.findings
    assert [(layer.name, layer.kind) for layer in spec.models["m"].layers] == [("input", "InputLayer"), ("b/dense", "Dense")]
    assert shown(spec.models["m"].outputs) == "b/dense"
    assert [(layer.name, layer.model, layer.again) for layer in spec.layers] == [
        ("a", None, None), ("first", "m", None), ("m", "m", None), ("first_1", None, "first"), ("n", "n", None),
    ]  # fmt: skip


# Mistakes --------------------------------------------------------------------------------------------------------

TOP = "layers:\n  - Input: {shape: [3], name: a}\n  - "


@pytest.mark.parametrize(
    ("text", "code", "part", "help"),
    [
        ("«layerz»: [Flatten]\nlayers: [Flatten]\n", "SC108", "no key `layerz`", "`layers`"),
        ("«5»: 1\nlayers: [Flatten]\n", "SC108", "no key `5`", ""),
        ("layers: «5»\n", "SC115", "`layers` must be a list of layers, not 5", ""),
        ("layers: «{Dense: 5}»\n", "SC115", "`layers` must be a list of layers, not a mapping", ""),
        (TOP + "«5»\n", "SC115", "a layer must be", ""),
        (TOP + "«[Flatten]»\n", "SC115", "a layer must be", ""),
        (TOP + "«{}»\n", "SC115", "not an empty map", ""),
        (TOP + "«5: 3»\n", "SC115", "not the key 5", ""),
        (TOP + "«Dense:\n    units: 10»\n", "SC115", "a map of 2 keys", "indent `units` further"),
        (TOP + "«Dense: 10\n    name: d»\n", "SC115", "a map of 2 keys", "move `name` into it"),
        (TOP + "«Dense: {units: 10}\n    name: d»\n", "SC115", "a map of 2 keys", "move `name` into the map"),
        (TOP + "«Dense: 10\n    Flatten: ~»\n", "SC115", "a map of 2 keys", "`-` of its own"),
        (TOP + "class_name: «5»\n", "SC115", "`class_name` must be the name of a layer", ""),
        (TOP + "{class_name: Dense, «confg»: {}}\n", "SC108", "no key `confg`", "`config`"),
        (TOP + "{class_name: Dense, config: «[]»}\n", "SC115", "`config` must be a map", ""),
        (TOP + "Dense: {units: 3, name: «5»}\n", "SC115", "`name` must be a text", ""),
        (TOP + "Dense: {units: 3, name: «''»}\n", "SC115", "`name` must be a text", ""),
        (TOP + "Dense: {units: 3, name: «'a[1]'»}\n", "SC115", "`name` must be a text without an index", ""),
        (TOP + "Dense: {units: 3, inputs: «5»}\n", "SC115", "`inputs` must be", ""),
        (TOP + "Dense: {units: 3, inputs: «{}»}\n", "SC115", "not an empty map", ""),
        (TOP + "Add: {inputs: [a, «-1»]}\n", "SC115", "an input must be the name of a layer, not -1", ""),
        (TOP + "Add: {inputs: [a, «[a]»]}\n", "SC115", "an input must be the name of a layer", ""),
        (TOP + "Add: {inputs: {x: a, y: «3»}}\n", "SC115", "an input must be the name of a layer", ""),
        (TOP + "Dense: {units: 3, call: «7»}\n", "SC115", "`call` must be a map", ""),
        (TOP + "Dense: {units: 3, «5»: 7}\n", "SC115", "the name of a parameter must be a text, not 5", ""),
        (TOP + "Add: «[a, a]»\n", "SC115", "no parameter of its own", "inputs"),
        (TOP + "«call»:\n", "SC112", "`call` needs `layer`", ""),
        (TOP + "call: {layer: a, «layr»: a}\n", "SC108", "no key `layr`", "`layer`"),
        (TOP + "call: {layer: «[a]»}\n", "SC115", "`layer` must be the name", ""),
        (TOP + "repeat: «5»\n", "SC115", "`repeat` must be a map", ""),
        (TOP + "repeat: {times: «-1», layers: [Flatten]}\n", "SC115", "`times` must be a whole number", ""),
        (TOP + "repeat: {times: «true», layers: [Flatten]}\n", "SC115", "`times` must be a whole number", ""),
        (TOP + "repeat: {times: «2.5», layers: [Flatten]}\n", "SC115", "`times` must be a whole number", ""),
        (TOP + "repeat: {times: 2, layers: «[]»}\n", "SC115", "a list of layers, not an empty list", ""),
        (TOP + "repeat: {times: 2, «layer»: [], layers: [Flatten]}\n", "SC108", "a repeat has no key", "`layers`"),
        (TOP + "repeat: {times: 2, layers: [Flatten], vars: {x: «[1, 2, 3]»}}\n", "SC115", "a list of 2 values", ""),
        (TOP + "repeat: {times: 2, layers: [Flatten], vars: {x: «3»}}\n", "SC115", "a value for each turn", ""),
        (TOP + "repeat: {times: 2, layers: [Flatten], vars: «3»}\n", "SC115", "`vars` must be a map", ""),
        (TOP + "repeat: {times: «'${n}'», layers: [Flatten]}\n", "SC117", "`n` is not a parameter", ""),
        (TOP + "Dense: «'${wdth}'»\nparams: {width: 3}\n", "SC117", "`wdth` is not a parameter", "`width`"),
        (TOP + "Dense: «'${w'»\nparams: {w: 3}\n", "SC131", "not closed", ""),
        (TOP + "Dense: {units: «'${w.real}'»}\nparams: {w: 3}\n", "SC131", "`units` cannot be read", ""),
        (TOP + "Dense: {units: «'${w/0}'»}\nparams: {w: 3}\n", "SC131", "division by zero", ""),
        (TOP + "Dense: {units: «'${w*s}'»}\nparams: {w: 3, s: x}\n", "SC131", "`s` is a text", ""),
        (TOP + "Dense: {units: «'${w**8**8}'»}\nparams: {w: 3}\n", "SC131", "exponent", ""),
        (TOP + "Dense: {units: «'${((w**8)**8)**8}'»}\nparams: {w: 300}\n", "SC131", "larger than", ""),
        (TOP + "Dense: {units: «'${f(w)}'»}\nparams: {w: 300}\n", "SC131", "no function `f`", ""),
        (TOP + "Dense: {units: «'x${s}'»}\nparams: {s: [1]}\n", "SC131", "`s` is a list", ""),
        ("params: «[1]»\nlayers: [Flatten]\n", "SC115", "`params` must be a map", ""),
        ("params: {«B»: 1}\nlayers: [Flatten]\n", "SC214", "`B` is reserved", ""),
        ("blocks: «[1]»\nlayers: [Flatten]\n", "SC115", "`blocks` must be a map", ""),
        ("blocks: {«repeat»: [Flatten]}\nlayers: [Flatten]\n", "SC214", "`repeat` is reserved", ""),
        ("blocks: {b: «5»}\nlayers: [Flatten]\n", "SC115", "block `b` must be a map", ""),
        ("blocks: {b: {layers: «[]»}}\nlayers: [Flatten]\n", "SC115", "`layers` of block `b`", ""),
        ("blocks: {b: {layers: [Flatten], «input»: [x]}}\nlayers: [Flatten]\n", "SC108", "a block has no key", "`inputs`"),
        ("blocks: {b: {layers: [Flatten], params: «7»}}\nlayers: [Flatten]\n", "SC115", "`params` must be", ""),
        ("blocks: {b: [Flatten, «5»]}\nlayers: [Flatten]\n", "SC115", "a layer must be", ""),
        ("blocks: {b: {params: [f], layers: [Flatten]}}\n" + TOP + "«b»:\n", "SC112", "`b` needs `f`", ""),
        ("blocks: {b: {params: {rate: 1}, layers: [Flatten]}}\n" + TOP + "b: {«rat»: 1}\n", "SC111", "parameter `rat`", "`rate`"),
        ("blocks: {b: [Flatten]}\n" + TOP + "b: «5»\n", "SC115", "as it has no parameters", ""),
        ("blocks: {b: {inputs: [x, y], layers: [Flatten]}}\n" + TOP + "b: {inputs: «a»}\n", "SC208", "takes 2 inputs", ""),
        ("blocks: {b: {inputs: [x], layers: [Flatten]}}\n" + TOP + "b: {inputs: {«z»: a}}\n", "SC212", "`z`", ""),
        ("blocks: {b: [{Flatten: {inputs: a}}]}\n" + TOP + "b: {inputs: «a»}\n", "SC208", "its first layer says", ""),
        ("blocks: {b: [«b»: ~]}\n" + TOP + "b\n", "SC213", "`b` uses itself", ""),
        ("blocks: {b: [c], c: [d], d: [repeat: {times: 2, layers: [«b»]}]}\n" + TOP + "b\n", "SC213", "`b` uses itself", ""),
        ("blocks: {b: [Flatten]}\n" + TOP + "b: {name: x}\n  - b: {name: «x»}\n", "SC202", "`x`", ""),
        ("blocks: {b: [Flatten]}\n" + TOP + "b: {name: «a»}\n", "SC202", "`a`", ""),
        ("blocks: {b: [Flatten]}\n" + TOP + "b: {name: x}\n  - call: {layer: «x»}\n", "SC210", "cannot be called", ""),
        ("blocks: {b: [Flatten]}\nmodels: {«b»: [Flatten]}\nlayers: [Flatten]\n", "SC202", "`b`", ""),
        ("models: «5»\nlayers: [Flatten]\n", "SC115", "`models` must be a map", ""),
        ("models: {m: «5»}\nlayers: [Flatten]\n", "SC115", "model `m` must be a map", ""),
        ("models: {m: {layers: [Flatten], «params»: {}}}\nlayers: [Flatten]\n", "SC108", "a model has no key", ""),
        ("models: {m: [Flatten]}\n" + TOP + "m: {«input»: a}\n", "SC111", "`m` has no parameter", "`inputs`"),
        ("models: {m: [Flatten]}\n" + TOP + "m: «a»\n", "SC115", "no parameters", "inputs"),
        ("keras: «4»\nlayers: [Flatten]\n", "SC115", "`keras` must be 2 or 3", ""),
        ("keras: «true»\nlayers: [Flatten]\n", "SC115", "`keras` must be 2 or 3", ""),
        ("name: «[1]»\nlayers: [Flatten]\n", "SC115", "`name` must be a text", ""),
        ("data_format: «channel_last»\nlayers: [Flatten]\n", "SC115", "`data_format` must be", "`channels_last`"),
        ("dims: «[H]»\nlayers: [Flatten]\n", "SC115", "`dims` must be a map", ""),
        ("dims: {H: «{}»}\nlayers: [Flatten]\n", "SC115", "the contract on `H`", ""),
        ("dims: {H: {«multple_of»: 3, min: 1}}\nlayers: [Flatten]\n", "SC108", "no key `multple_of`", "`multiple_of`"),
        ("dims: {H: {min: «0»}}\nlayers: [Flatten]\n", "SC115", "`min` of `H` must be a size", ""),
        ("dims: {H: {values: «3»}}\nlayers: [Flatten]\n", "SC115", "`values` of `H` must be a list", ""),
        ("dims: {H: {min: «9», max: 8}}\nlayers: [Flatten]\n", "SC115", "at most its `max` 8", ""),
        ("assert: [«5»]\nlayers: [Flatten]\n", "SC115", "an assertion must be a text", ""),
        ("custom: {S: «5»}\nlayers: [Flatten]\n", "SC115", "custom layer `S`", ""),
        ("custom: {S: {rule: «[]»}}\nlayers: [Flatten]\n", "SC115", "`rule` must be a text", ""),
        ("custom: {S: {rule: x, «parms»: []}}\nlayers: [Flatten]\n", "SC108", "no key `parms`", "`params`"),
        ("inputs: «{image: [3]}»\nlayers: [Flatten]\n", "SC115", "names of Input layers", "Input"),
        ("outputs: «5»\nlayers: [Flatten]\n", "SC115", "`outputs` must be", ""),
        (TOP + "repeat: {times: «1000000000», layers: [Flatten]}\n", "SC804", "more than 50,000 layers", ""),
        (TOP + "repeat: {times: «40000», layers: [{repeat: {times: 40000, layers: [Flatten]}}]}\n", "SC804", "50,000", ""),
    ],
)  # fmt: skip
def test_every_mistake_is_found_at_its_place(text, code, part, help):
    text, where = marked(text)
    spec = read(text)
    assert [found.code for found in spec.findings] == [code], [str(found) for found in spec.findings]
    (found,) = spec.findings
    assert part in found.message
    assert help in " ".join(found.help)
    assert found.span[1:] == where


def test_all_mistakes_are_found_and_each_once():
    spec = read("""
layers:
  - Input: {shape: [3], name: 7}
  - Dense: '${x}'
  - Dense:
    units: 3
  - 5
  - repeat: {times: x, layers: [Flatten]}
  - Dense: 4
  - Add: {inputs: [3, 4]}
""")
    assert [(found.code, found.span.line) for found in spec.findings] == [
        ("SC115", 3), ("SC117", 4), ("SC115", 5), ("SC115", 7), ("SC115", 8), ("SC115", 10), ("SC115", 10),
    ]  # fmt: skip
    assert [layer.kind for layer in spec.layers] == ["InputLayer", "", "Dense", "", "", "Dense", "Add"]


def test_a_malformed_layer_keeps_the_name_it_would_have():
    spec = read("layers: [{Input: [3]}, {Dense: '${x}'}, {Dense: 3}, {Dense: {units: '${y}', name: z}}]")
    assert [layer.name for layer in spec.layers] == ["input", "dense", "dense_1", "z"]


# What is no model ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("hello: world\n", "it has the key `hello`, and no `layers`"),
        ("a: 1\nb: 2\nc: 3\nd: 4\n", "it has the keys `a`, `b`, `c` and 1 more"),
        ("on: push\njobs: {test: {}}\n", "CI workflow"),
        ("services: {web: {image: x}}\n", "Docker Compose"),
        ("apiVersion: v1\nkind: Pod\n", "Kubernetes"),
        ("repos: []\n", "pre-commit"),
        ("nc: 80\nbackbone: []\nhead: []\n", "YOLO"),
        ("class_name: Dense\nconfig: {units: 3}\n", "it is one layer"),
        ("layer: [Flatten]\n", "no `layers`, but `layer`"),
        ("params: {x: 3}\n", "it has no `layers`"),
        ("Dense: 10\nFlatten: ~\n", "a map of layers, and not a list"),
        ("Model: {name: cnn, Architecture: [Flatten: {}]}\n", "it has the key `Model`, and no `layers`"),
        ("- apples\n- pears\n", "a list of texts such as `apples`"),
        ("- name: a\n  image: b\n", "a list of maps such as {name: ...}"),
        ("- 1\n- 2\n", "a list of values such as 1"),
        ("- [-1, 1, Conv, [64, 3, 2]]\n- [-1, 3, C3, [128]]\n", "YOLO"),
        ("[]\n", "an empty list"),
        ("{}\n", "an empty map"),
        ("just some text\n", "only one text"),
        ("42\n", "only a number (42)"),
        ("true\n", "only one truth value"),
    ],
)
def test_what_is_no_model_gets_a_sentence(text, part):
    (found,) = read(text).findings
    assert found.code == "SC104"
    assert part in found.message
    assert found.help


def test_an_odd_key_still_has_a_place():
    (found,) = read("1.5: x\nb: 2\n").findings
    assert (found.code, found.span.line) == ("SC104", 1)


@pytest.mark.parametrize("text", ["- Dens: 10\n", "- Conv9D: {filters: 3}\n", "- repeat: {times: 1, layers: [Flatten]}\n",
                                  "- 5\n- Flatten\n", "layers: [apples]\n"])  # fmt: skip
def test_what_was_meant_as_a_model_is_read_as_one(text):
    assert "SC104" not in [found.code for found in read(text).findings]


@pytest.mark.parametrize("text", ["layers:\n", "layers: []\n", "models: {m: []}\nlayers: [Flatten]\n"])
def test_no_layers(text):
    assert [found.code for found in read(text).findings] == ["SC209"]

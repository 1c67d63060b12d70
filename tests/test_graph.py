
"""Wiring: names, references, order, shared layers, models, rings, ends, and first-layer arguments.

In the texts, «...» marks the words at which the finding has to stand; the marks are taken out before reading.
"""

import random
import re
import sys
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecheck
from shapecheck import graph, naming, rings
from shapecheck.readers import yaml_spec, yaml_text
from shapecheck.source import Source
from shapecheck.spec import LayerSpec, ModelSpec, Ref


def built(text):
    """The graph, and all findings up to it."""
    source = Source("m.yaml", text)
    document, findings = yaml_text.compose(source)
    assert not findings
    spec = yaml_spec.read_model(document.root, source, document)
    made = graph.build(spec)
    return made, [*spec.findings, *made.findings]


def wired(text):
    """name -> what it reads, in wiring order; nothing may be wrong, but for layers that lead nowhere."""
    made, findings = built(text)
    assert {found.code for found in findings} <= {"SC204"}, [str(found) for found in findings]
    return reads(made)


def reads(made):
    def said(edge):
        name = made.nodes[edge.node].name
        return name if edge.output is None else f"{name}[{edge.output}]"

    def several(item):
        return [said(edge) for edge in item] if isinstance(item, list) else said(item)

    return {
        node.name: {role: several(item) for role, item in node.inputs.items()}
        if isinstance(node.inputs, dict)
        else [said(edge) for edge in node.inputs]
        for node in made.nodes
    }


def outputs(made):
    return [(made.nodes[edge.node].name, edge.output) for edge in made.outputs]


def marked(text):
    """The text without its marks, and the span that they stand for."""
    before, words, _ = re.split("[«»]", text)
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return re.sub("[«»]", "", text), (line, column, line, column + len(words))


# Names -----------------------------------------------------------------------------------------------------------

# keras.src.utils.naming.to_snake_case of Keras 3.15.1, for kinds whose capitals and digits are awkward.
SNAKE = {
    "Conv2D": "conv2d", "SpatialDropout1D": "spatial_dropout1d", "LSTM": "lstm", "MaxPooling2D": "max_pooling2d",
    "ReLU": "re_lu", "PReLU": "p_re_lu", "BatchNormalization": "batch_normalization", "ELU": "elu",
    "Conv2DTranspose": "conv2d_transpose", "GlobalAveragePooling2D": "global_average_pooling2d",
    "TimeDistributed": "time_distributed", "STFTSpectrogram": "stft_spectrogram", "ConvLSTM2D": "conv_lstm2d",
    "RMSNormalization": "rms_normalization", "TFSMLayer": "tfsm_layer", "LeakyReLU": "leaky_re_lu",
    "UpSampling2D": "up_sampling2d", "SeparableConv1D": "separable_conv1d", "Dense": "dense", "GRU": "gru",
}  # fmt: skip


@pytest.mark.parametrize("kind", SNAKE)
def test_names_as_keras_makes_them(kind):
    assert naming.snake(kind) == SNAKE[kind]


def test_an_input_is_called_input():
    assert naming.snake("Input") == naming.snake("InputLayer") == "input"


def test_given_names_come_first_and_others_are_numbered():
    text = "- Input: [3]\n- Input: [3]\n- Dense: 1\n- Dense: {units: 1, name: dense}\n- Dense: 1\n- Dense: {units: 1, name: dense_2}\n- Dense: 1\n"
    assert list(wired(text)) == ["input", "input_1", "dense_1", "dense", "dense_3", "dense_2", "dense_4"]


def test_a_specification_without_names_gets_them_here():
    spec = ModelSpec(Source("x", ""), [LayerSpec("InputLayer", {"shape": [3]}), LayerSpec("Dense", {"units": 1}),
                                       LayerSpec("Dense", {"units": 1}, inputs=Ref("input"))])  # fmt: skip
    made = graph.build(spec)
    assert not made.findings
    assert reads(made) == {"input": [], "dense": ["input"], "dense_1": ["input"]}


# References ------------------------------------------------------------------------------------------------------


def test_previous_named_listed_and_by_role():
    made, findings = built("""
- Input: {shape: [3], name: a}
- Dense: {units: 3, name: b}
- Flatten: {inputs: a}
- Add: {inputs: [a, b], name: s}
- Add: {inputs: [s]}
- Dot: {axes: 1, inputs: {x: 's[1]', y: [a, 'b[0]']}}
""")
    assert not findings
    assert reads(made) == {
        "a": [], "b": ["a"], "flatten": ["a"], "s": ["a", "b"], "add": ["s"], "dot": {"x": "s[1]", "y": ["a", "b[0]"]},
    }  # fmt: skip
    assert [node.listed for node in made.nodes] == [False, False, False, True, True, False]


def test_outputs_are_those_named_or_all_that_nobody_reads():
    made, _ = built("- Input: {shape: [3], name: a}\n- Dense: {units: 1, name: b}\n- Dense: {units: 1, name: c, inputs: a}\n")
    assert outputs(made) == [("b", None), ("c", None)]
    made, _ = built("layers: [{Input: {shape: [3], name: a}}, {Dense: {units: 1, name: b}}]\noutputs: ['b[1]', a]\n")
    assert outputs(made) == [("b", 1), ("a", None)]
    made, _ = built("layers: [{Input: {shape: [3], name: a}}]\n")
    assert outputs(made) == [("a", None)]


def test_inputs_may_be_listed_in_another_order():
    text = "layers: [{Input: {shape: [3], name: a}}, {Input: {shape: [3], name: b}}, {Add: {inputs: [a, b]}}]\n"
    assert [made.nodes[index].name for made, _ in [built(text)] for index in made.inputs] == ["a", "b"]
    made, findings = built(text + "inputs: [b]\n")
    assert ([made.nodes[index].name for index in made.inputs], findings) == (["b", "a"], [])


def test_a_layer_may_be_used_before_it_is_written():
    text = "- Add: {inputs: [b, a], name: s}\n- Dense: {units: 3, name: b, inputs: a}\n- Input: {shape: [3], name: a}\n"
    assert list(wired(text)) == ["a", "b", "s"]


# Shared layers ---------------------------------------------------------------------------------------------------


def test_calls_share_the_weights_of_the_first_in_order():
    made, findings = built("""
- Input: {shape: [3], name: a}
- Dense: {units: 3, name: d, inputs: c}
- call: {layer: d, inputs: a, name: c}
- call: {layer: c, inputs: d, name: e}
- Dense: {units: 3, name: other}
""")
    assert not findings
    nodes = {node.name: node for node in made.nodes}
    assert [node.name for node in made.nodes] == ["a", "c", "d", "e", "other"]
    assert [nodes[name].owner for name in "cde"] == [nodes["c"].index] * 3
    assert {nodes[name].spec.kind for name in "cde"} == {"Dense"}
    assert nodes["c"].spec.config == {"units": 3}
    assert nodes["other"].owner == nodes["other"].index


MODELS = """
models:
  enc:
    layers:
      - Input: {shape: [8], name: u}
      - Input: {shape: [8], name: v}
      - Add: {inputs: [u, v], name: s}
      - Dense: {units: 8, name: h}
    outputs: [s, h]
  seq: [{Dense: {units: 8, input_shape: [8]}}, {Dense: 8}]
  raw: [{Dense: 8}, {enc: {inputs: [dense, dense]}}]
layers:
  - Input: {shape: [8], name: a}
  - Input: {shape: [8], name: b}
"""


def test_models_are_written_out_where_they_are_called():
    assert wired(MODELS + "  - enc: {inputs: [a, b]}\n  - seq: {inputs: 'enc[1]'}\n  - Add: {inputs: enc}\noutputs: [add, seq]\n") == {
        "a": [], "b": [], "enc/u": ["a"], "enc/v": ["b"], "enc/s": ["enc/u", "enc/v"], "enc/h": ["enc/s"],
        "seq/input": ["enc/h"], "seq/dense": ["seq/input"], "seq/dense_1": ["seq/dense"], "add": ["enc/s", "enc/h"],
    }  # fmt: skip


@pytest.mark.parametrize("second", ["enc: {inputs: [b, a], name: z}", "enc: {inputs: {v: a, u: b}, name: z}",
                                    "call: {layer: enc, inputs: [b, a], name: z}"])  # fmt: skip
def test_every_call_of_a_model_has_its_weights(second):
    made, findings = built(f"{MODELS}  - enc: {{inputs: [a, b]}}\n  - {second}\n  - raw: {{inputs: a}}\noutputs: [enc, z, raw]\n")
    assert not findings
    nodes = {node.name: node for node in made.nodes}
    assert nodes["z/h"].owner == nodes["raw/enc/h"].owner == nodes["enc/h"].index
    assert nodes["z/s"].owner == nodes["enc/s"].index
    assert reads(made)["z/u"] == ["b"] and reads(made)["z/v"] == ["a"]
    assert reads(made)["raw/dense"] == ["a"] and reads(made)["raw/enc/v"] == ["raw/dense"]
    assert outputs(made)[2:4] == [("z/s", None), ("z/h", None)]
    (use,) = nodes["z/h"].spec.trail
    assert use.text == "`enc` is called here"


def test_the_input_of_a_called_model_keeps_its_promise():
    made, _ = built("models: {m: [{Input: {batch_shape: [2, T, 8], name: u}}, {Dense: 1}]}\nlayers: [{Input: [T, 8]}, m]\n")
    node = next(node for node in made.nodes if node.name == "m/u")
    assert (node.spec.kind, dict(node.spec.config)) == ("Identity", {"input_shape": ["T", 8], "batch_size": 2})
    assert made.inputs == [0]


# First-layer arguments -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "config"),
    [
        ("input_shape: [4]", {"batch_shape": [None, 4]}),
        ("input_shape: [H, ~]", {"batch_shape": [None, "H", None]}),
        ("input_shape: []", {"batch_shape": [None]}),
        ("input_dim: 4", {"batch_shape": [None, 4]}),
        ("batch_input_shape: [7, 4]", {"batch_shape": [7, 4]}),
        ("batch_input_shape: [~, 4], input_dim: 5", {"batch_shape": [None, 4]}),
        ("input_shape: [4], batch_size: 7", {"batch_shape": [7, 4]}),
        ("input_shape: [4], dtype: float16", {"batch_shape": [None, 4], "dtype": "float16"}),
        ("input_shape: [4], dtype: mixed_float16", {"batch_shape": [None, 4]}),
        ("input_shape: [4], input_dtype: int32", {"batch_shape": [None, 4], "dtype": "int32"}),
    ],
)
def test_first_layer_arguments_make_an_input(arguments, config):
    made, findings = built(f"- Dense: {{units: 3, {arguments}}}\n- Flatten\n")
    assert not findings
    first = made.nodes[0]
    assert (first.name, first.spec.kind, dict(first.spec.config)) == ("input", "InputLayer", config)
    assert reads(made) == {"input": [], "dense": ["input"], "flatten": ["dense"]}
    assert made.inputs == [0]
    assert first.spec.place.span()[:3] == made.nodes[1].spec.place.at(next(iter(arguments.split(":")))).span()[:3]


def test_keras_3_takes_no_dtype_for_the_input():
    made, _ = built("keras: 3\nlayers: [{Dense: {units: 3, input_shape: [4], dtype: float16}}]\n")
    assert dict(made.nodes[0].spec.config) == {"batch_shape": [None, 4]}


def test_first_layer_arguments_of_a_later_layer_are_left_to_be_compared():
    made, _ = built("- Input: [4]\n- Dense: {units: 3, input_shape: [5]}\n")
    assert [node.name for node in made.nodes] == ["input", "dense"]
    assert made.nodes[1].spec.config == {"units": 3, "input_shape": [5]}


# Mistakes --------------------------------------------------------------------------------------------------------

TOP = "- Input: {shape: [3], name: a}\n- "


@pytest.mark.parametrize(
    ("text", "code", "part", "help"),
    [
        (TOP + "«Dens»: 5\n", "SC110", "unknown layer `Dens`", "`Dense`"),
        (TOP + "«dense»: 5\n", "SC110", "unknown layer `dense`", "`Dense`"),
        (TOP + "«Flaten»\n", "SC110", "unknown layer `Flaten`", "`Flatten`"),
        (TOP + "{class_name: «Dens», config: {}}\n", "SC110", "unknown layer `Dens`", "`Dense`"),
        (TOP + "{type: «Dens»}\n", "SC110", "unknown layer `Dens`", "`Dense`"),
        ("blocks: {conv_bn: [Flatten]}\nlayers:\n  - Input: [3]\n  - «conv_bm»\n", "SC110", "`conv_bm`", "`conv_bn`"),
        ("models: {encoder: [Flatten]}\nlayers:\n  - Input: [3]\n  - «encodr»\n", "SC110", "`encodr`", "`encoder`"),
        ("custom: {Shuffle: (n) -> (n)}\nlayers:\n  - Input: [3]\n  - «Shufle»\n", "SC110", "`Shufle`", "`Shuffle`"),
        (TOP + "Dense: {units: 5, inputs: «aa»}\n", "SC201", "`dense` reads `aa`", ""),
        (TOP + "Dense: {units: 5, name: first}\n- Flatten: {inputs: «frist»}\n", "SC201", "reads `frist`", "`first`"),
        (TOP + "Add: {inputs: [a, «c»]}\n", "SC201", "`add` reads `c`", ""),
        (TOP + "Add: {inputs: {x: a, y: [a, «'c[1]'»]}}\n", "SC201", "`add` reads `c`", ""),
        ("layers: [{Input: [3]}]\noutputs: «x»\n", "SC201", "`outputs` reads `x`", ""),
        ("layers: [{Input: [3]}]\ninputs: [«x»]\n", "SC201", "`inputs` reads `x`", ""),
        ("layers: [{Input: [3]}, Flatten]\ninputs: [«flatten»]\n", "SC115", "names of Input layers", ""),
        (TOP + "Flatten: {name: «a»}\n", "SC202", "`a`", ""),
        (TOP + "Flatten: {name: b, inputs: «b»}\n", "SC203", "`b` depends on its own output", ""),
        (TOP + "Flatten: {name: b, inputs: «c»}\n- Flatten: {name: c}\n", "SC203", "`b` depends on its own output", ""),
        ("«Flatten»:\n", "SC104", "a map of layers", ""),
        ("- «Flatten»\n- Dense: 3\n", "SC207", "`flatten` reads the previous layer", "Input"),
        ("- «Dense»: 3\n- Dense: 3\n", "SC207", "`dense` reads the previous layer", "Input"),
        ("- Dense: {units: 3, input_shape: «784»}\n", "SC113", "`input_shape` takes a list of sizes, not 784", ""),
        (TOP + "Input: {shape: [3], inputs: «a»}\n", "SC208", "`input` takes no inputs", ""),
        (TOP + "call: {layer: «b»}\n", "SC210", "`b` cannot be called: no layer or model", ""),
        (TOP + "call: «a»\n", "SC208", "`a` takes no inputs", ""),
        (TOP + "call: {layer: «c», name: b}\n- call: {layer: b, name: c}\n", "SC210", "`c` cannot be called", ""),
        (MODELS + "  - enc: {inputs: «a»}\n", "SC208", "`enc` takes 2 inputs, and gets 1", ""),
        (MODELS + "  - enc: {inputs: {u: a, «w»: b}}\n", "SC212", "`enc` takes no input or call argument `w`", ""),
        (MODELS + "  - enc: {inputs: [a, b]}\n  - Flatten: {inputs: «'enc[2]'»}\n", "SC206", "`enc[2]`", ""),
        ("models: {m: [«m»: ~]}\nlayers: [{Input: [3]}, m]\n", "SC213", "`m` uses itself", ""),
        ("models: {m: [n], n: [«m»: ~]}\nlayers: [{Input: [3]}, m, m]\n", "SC213", "`m` uses itself", ""),
        ("models: {m: [{Input: [3]}, «Dens»: 5]}\nlayers: [{Input: [3]}, m, m]\n", "SC110", "`Dens`", "`Dense`"),
        ("models: {m: [{Input: [3]}, «Dens»: 5]}\nlayers: [{Input: [3]}]\n", "SC110", "`Dens`", "`Dense`"),
        ("blocks: {b: [«Dens»: 5]}\nlayers: [{Input: [3]}, repeat: {times: 9, layers: [b]}]\n", "SC110", "`Dens`", "`Dense`"),
    ],
)
def test_every_mistake_is_found_once_at_its_place(text, code, part, help):
    text, where = marked(text)
    _, findings = built(text)
    assert [found.code for found in findings] == [code], [str(found) for found in findings]
    (found,) = findings
    assert part in found.message
    assert help in " ".join(found.help)
    assert found.span[1:] == where


def test_two_of_one_name_are_shown_both():
    (found,) = built("- Input: {shape: [3], name: a}\n- Flatten: {name: b}\n- Flatten: {name: b}\n- Flatten: {name: b}\n")[1]
    assert (found.code, found.span.line) == ("SC202", 3)
    assert [(label.span.line, label.text) for label in found.labels] == [(2, "the first one"), (4, "and again")]


def test_what_fails_is_broken_and_the_rest_is_wired():
    made, findings = built("""
- Input: {shape: [3], name: a}
- Dens: {name: b}
- Flatten: {name: c, inputs: x}
- Flatten: {name: d}
- Flatten: {name: e, inputs: f}
- Flatten: {name: f, inputs: e}
- Flatten: {name: g, inputs: [f, a]}
- 5
- Flatten: {name: h}
""")
    assert sorted(found.code for found in findings) == ["SC110", "SC115", "SC201", "SC203"]
    assert {node.name for node in made.nodes if node.broken} == {"b", "c", "e", "f", "layer"}
    assert {name: read for name, read in reads(made).items() if name in "dgh"} == {"d": ["c"], "g": ["f", "a"], "h": ["layer"]}
    assert [node.index for node in made.nodes] == list(range(9))


def test_a_ring_is_shown():
    names = "pqrstuvwxyz"
    layers = "".join(f"- Flatten: {{name: {name}, inputs: {names[i - 1]}}}\n" for i, name in enumerate(names))
    (found,) = built("- Input: {shape: [3], name: a}\n" + layers)[1]
    assert found.notes == ("p -> q -> r -> s -> ... -> z -> p", "11 layers depend on one another")


def test_what_leads_nowhere_is_a_warning_at_its_end():
    text = """
models: {m: [{Input: [3]}, {Dense: 3}]}
layers:
  - Input: {shape: [3], name: a}
  - Input: {shape: [3], name: lost}
  - Dense: {units: 3, name: p, inputs: a}
  - Dense: {units: 3, name: q}
  - Dense: {units: 3, name: r, inputs: a}
  - m: {inputs: a}
outputs: [r]
"""
    made, findings = built(text)
    assert [(found.code, found.severity, found.layer, found.span.line) for found in findings] == [
        ("SC204", "warning", "lost", 5), ("SC204", "warning", "q", 7), ("SC204", "warning", "m", 9),
    ]  # fmt: skip
    assert findings[1].notes == ("nor does what only it reads: `p`",)
    assert len(made.nodes) == 7


def test_an_input_that_nobody_reads_leads_nowhere():
    made, findings = built("- Input: {shape: [3], name: a}\n- Input: {shape: [3], name: b}\n- Dense: 3\n")
    assert [(found.code, found.layer) for found in findings] == [("SC204", "a")]
    assert outputs(made) == [("dense", None)]


def test_nothing_more_is_said_of_ends_when_the_wiring_is_wrong():
    _, findings = built("layers: [{Input: {shape: [3], name: a}}, {Dense: {units: 3, name: b}}, {Dense: {units: 3, inputs: bb}}]\noutputs: [dense]\n")
    assert [found.code for found in findings] == ["SC201"]


def test_networkx_is_imported_only_for_a_ring(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "networkx"]:
        monkeypatch.delitem(sys.modules, name)
    wired("- Add: {inputs: [b, a]}\n- Dense: {units: 3, name: b, inputs: a}\n- Input: {shape: [3], name: a}\n")
    assert "networkx" not in sys.modules


# Order -----------------------------------------------------------------------------------------------------------

wirings = st.integers(1, 30).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, n - 1), max_size=4), min_size=n, max_size=n)
)


def digraph(reads):
    made = nx.DiGraph()
    made.add_nodes_from(range(len(reads)))
    made.add_edges_from((source, number) for number, sources in enumerate(reads) for source in sources)
    return made


@settings(max_examples=200, deadline=None)
@given(wirings)
def test_an_order_is_found_exactly_where_there_is_one(reads):
    made = digraph(reads)
    order = rings.order(reads)
    assert (len(order) == len(reads)) == nx.is_directed_acyclic_graph(made)
    if len(order) == len(reads):
        assert order == list(nx.lexicographical_topological_sort(made))


@settings(max_examples=200, deadline=None)
@given(wirings)
def test_knots_and_the_rings_in_them(reads):
    made = digraph(reads)
    knots = rings.knots(reads)
    expected = [sorted(knot) for knot in nx.strongly_connected_components(made) if len(knot) > 1 or made.has_edge(*[*knot] * 2)]
    assert knots == sorted(expected)
    for knot in knots:
        ring = rings.ring(knot, reads)
        assert ring[0] == ring[-1] == knot[0]
        assert all(made.has_edge(a, b) for a, b in pairwise(ring))
        assert len(ring) - 1 == min(nx.shortest_path_length(made, knot[0], a) + 1 for a in reads[knot[0]] if nx.has_path(made, knot[0], a))


@settings(max_examples=100, deadline=None)
@given(wirings, st.randoms(use_true_random=False))
def test_edges_are_what_was_written_in_any_order_of_the_text(reads, shuffle: random.Random):
    acyclic = [[source for source in sources if source < number] for number, sources in enumerate(reads)]
    entries = [
        {"Input": {"shape": [3], "name": f"n{number}"}} if not sources
        else {"Add": {"name": f"n{number}", "inputs": [f"n{source}" for source in sources]}}
        for number, sources in enumerate(acyclic)
    ]  # fmt: skip
    shuffle.shuffle(entries)
    spec = yaml_spec.read_model(entries, Source("x", ""), None)
    made = graph.build(spec)
    assert {found.code for found in (*spec.findings, *made.findings)} <= {"SC204"}
    assert all(edge.node < node.index for node in made.nodes for edge in graph.edges_of(node))
    found = {node.name: [made.nodes[edge.node].name for edge in graph.edges_of(node)] for node in made.nodes}
    assert found == {f"n{number}": [f"n{source}" for source in sources] for number, sources in enumerate(acyclic)}
    read = {source for sources in acyclic for source in sources}
    ends = {f"n{number}" for number in range(len(acyclic)) if number not in read and acyclic[number]}
    assert {name for name, _ in outputs(made)} == (ends or {f"n{number}" for number in range(len(acyclic)) if number not in read})


@pytest.mark.parametrize("shape, code", [("shae: [4], shape: [4]", "SC111"), ("shape: [4.5]", "SC113")])
def test_the_parameters_of_an_input_in_a_model_that_is_called_are_judged_once(shape, code):
    text = f"models:\n  m: {{layers: [{{Input: {{{shape}}}}}, {{Dense: 3}}]}}\n"
    text += "layers:\n- Input: {shape: [4]}\n- m: {name: a}\n- Dense: 4\n- m: {name: b}\n"
    report = shapecheck.check(text=text)
    assert [found.code for found in report.diagnostics if found.severity == "error"] == [code]

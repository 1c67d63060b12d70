"""Every SC code: what it is called and what it says. The pages that explain the codes are in `pages/`, one file each.

1xx reading, 2xx wiring, 3xx shapes, 4xx dtype and mask, 5xx execution, 6xx requirements, 7xx lints, 8xx limits and
safety, 9xx our own bugs. A message is a template over the facts of a refusal; `{layer}` is the layer's name.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Code(NamedTuple):
    """One kind of finding. `message` and `advice` (printed as help) are templates over the facts."""

    code: str
    title: str
    message: str
    severity: str = "error"
    advice: str = ""


_TABLE = (
    # reading
    Code("SC101", "not YAML", "the text is not YAML: {problem}"),
    Code("SC102", "duplicate key", "key `{key}` stands twice in one mapping"),
    Code("SC103", "empty definition", "the file is empty"),
    Code("SC104", "not a model", "this is no model definition: {problem}"),
    Code("SC105", "not text", "the file is not UTF-8 text: {problem}"),
    Code("SC106", "unreadable file", "cannot read `{path}`: {problem}"),
    Code("SC107", "bad alias", "alias `*{name}` {problem}"),
    Code("SC108", "unknown key", "a {what} has no key `{key}`"),
    Code("SC109", "several documents", "the file holds more than one YAML document"),
    Code("SC110", "unknown layer", "unknown layer `{kind}`"),
    Code("SC111", "unknown parameter", "`{kind}` has no parameter `{param}`"),
    Code("SC112", "missing parameter", "`{kind}` needs `{param}`"),
    Code("SC113", "wrong type", "`{param}` takes {expected}, not {given}"),
    Code("SC114", "value out of range", "`{param}` must be {expected}, not {given}"),
    Code("SC115", "malformed entry", "{what} must be {expected}, not {given}"),
    Code("SC116", "malformed size", "`{text}` is no size: {problem}"),
    Code("SC117", "unknown name", "`{name}` is not a parameter here"),
    Code("SC118", "clashing parameters", "`{param}` cannot be given together with `{other}`",
         advice="leave one of them out"),
    Code("SC119", "unknown tag", "the tag `{tag}` {problem}"),
    Code("SC120", "layer without a rule", "nothing is known of the layer `{kind}`, nor of what it gives", "warning",
         "describe it by a rule under `custom:`, or install a package that offers it"),
    Code("SC121", "unknown activation", "unknown activation {given}"),
    Code("SC122", "unknown initializer", "unknown initializer {given}"),
    Code("SC123", "unknown regularizer", "unknown regularizer {given}"),
    Code("SC124", "unknown constraint", "unknown constraint {given}"),
    Code("SC125", "bad setting", "`{param}` of `{name}` must be {expected}, not {given}"),
    Code("SC126", "operation without a rule", "what the operation `{kind}` gives is not known{because}", "warning"),
    Code("SC127", "layer around a live object", "`{kind}` runs {what}, of which a definition says nothing", "warning",
         "describe what it gives by a rule under `custom:`, and use that in its place"),
    Code("SC131", "not a restricted expression", "`{param}` cannot be read as an expression: {problem}"),
    Code("SC132", "import not allowed", "`{given}` would have to be imported, which was not allowed",
         advice="write a `lambda` expression, or allow the import of its module"),
    Code("SC133", "broken plug-in", "the plug-in `{name}` cannot be used: {problem}", "warning",
         "mend or remove the package that offers it"),
    Code("SC140", "not JSON", "the text is not JSON: {problem}"),
    Code("SC141", "function in a file", "`{layer}` calls a function that is code in the file, which is never decoded",
         "warning"),
    Code("SC142", "no such call", "`{name}` is called {count} time{s}, and call {number} is read, counted from 0"),
    Code("SC143", "never called", "`{name}` is called on nothing", "warning", "remove it, or give it `inbound_nodes`"),
    Code("SC144", "custom layer in a file", "`{layer}` is a `{kind}`, a custom layer that is never imported",
         "warning"),
    Code("SC145", "custom function in a file", "`{param}` names `{name}`, which the file does not hold", "warning"),
    Code("SC146", "key of an older Keras", "`{kind}` has no `{param}` today, and this older file sets it", "warning"),
    Code("SC147", "built for other sizes", "`{layer}` was saved as built for {saved}, and gets {got}", "warning"),
    Code("SC148", "input not known", "the file does not say what goes into `{layer}`, so no shapes are known",
         "warning", "give the first layer a `batch_input_shape`, or begin with an InputLayer"),
    Code("SC149", "quantized layer", "`{layer}` was quantized ({mode}), and is counted as it was before", "warning"),
    Code("SC150", "format that is not read", "this is {what}, a format that is not read"),
    Code("SC151", "damaged container", "the {what} cannot be read: {problem}"),
    Code("SC152", "no model inside", "there is no model in the {what}: {problem}"),
    Code("SC153", "package missing", "reading {what} needs the package `{package}`, which is not installed"),
    Code("SC154", "stored weight of another shape",
         "`{weight}` of `{layer}` is {expected}, and {given} in `{file}`"),
    Code("SC155", "stored weight missing", "`{file}` has no weights for `{layer}`: it needs {weights}"),
    Code("SC156", "stored weight left over", "`{weight}` {shape} of `{file}` is not used: {problem}", "warning"),
    Code("SC157", "stored weight that is not read", "`{name}` in the file of weights is not read: {problem}"),
    Code("SC158", "several models in one file", "only the first model of the file is looked at; others: {paths}",
         "note"),
    Code("SC160", "not to be written", "`{param}` of `{layer}` is {given}, which no file can hold",
         advice="write it as a text, such as `lambda x: 2 * x`, or by the name that Keras has for it"),
    Code("SC161", "size that Keras has to know", "`{param}` of `{layer}` is {given}, and Keras needs a number there",
         advice="give its sizes numbers, as in `--at H=64,W=64`"),
    # the lint step
    Code("SC170", "configuration is not TOML", "the configuration is not TOML: {problem}"),
    Code("SC171", "unknown configuration key", "a configuration has no key `{key}`"),
    Code("SC172", "wrong configuration value", "`{name}` takes {expected}, not {given}"),
    Code("SC173", "no such code", "no code begins with `{given}`"),
    Code("SC174", "unused suppression", "nothing is found here that {what} would hide", "warning"),
    Code("SC175", "malformed suppression", "this comment hides nothing: {problem}", "warning"),
    Code("SC176", "bad baseline", "`{path}` is no baseline: {problem}"),
    # wiring
    Code("SC201", "unknown input", "`{layer}` reads `{name}`, which is not defined"),
    Code("SC202", "duplicate name", "the name `{name}` is used more than once"),
    Code("SC203", "cycle", "`{name}` depends on its own output"),
    Code("SC204", "unreachable layer", "`{name}` leads to no output", "warning",
         "name it under `outputs:`, or remove it"),
    Code("SC205", "undeclared symbol", "symbol `{name}` is not declared by any input"),
    Code("SC206", "no such output", "there is no `{ref}`: `{name}` has {count} output{s}, counted from 0"),
    Code("SC207", "missing input", "`{layer}` reads the previous layer, and there is none"),
    Code("SC208", "wrong number of inputs", "`{layer}` takes {expected}, and gets {given}"),
    Code("SC209", "no layers", "the model has no {what}"),
    Code("SC210", "unknown layer to call", "`{name}` cannot be called: {problem}"),
    Code("SC211", "contradicting input", "`{param}` of `{layer}` says {declared}, but its input is {actual}"),
    Code("SC212", "unknown call argument", "`{layer}` takes no input or call argument `{name}`"),
    Code("SC213", "block that uses itself", "`{name}` uses itself"),
    Code("SC214", "reserved name", "`{name}` is reserved for {what}"),
    Code("SC215", "weights shared over different sizes",
         "`{layer}` shares the `{weight}` that was built for {built}, and needs one for {got}"),
    # shapes
    Code("SC301", "unequal sizes", "`{layer}` {verb} {a} and {b}{where}"),
    Code("SC302", "wrong rank", "`{layer}` takes {expected}, not rank {rank}"),
    Code("SC303", "not divisible", "`{layer}` needs {what} to be a multiple of {divisor}, and it is {size}"),
    Code("SC304", "sizes do not match", "`{layer}` cannot reshape {source} = {count} values into {target} = {takes}"),
    Code("SC305", "not a permutation", "`{param}` must be a permutation of {expected}, not {given}"),
    Code("SC306", "too small", "`{layer}` needs {what} to be at least {least}, and it is {size}"),
    Code("SC307", "not fully defined", "`{layer}` cannot flatten {shape}: its shape is not fully defined",
         advice="complete the shape in `Input`, `input_shape` or `batch_input_shape`, or give the size a name"),
    Code("SC308", "weight of unknown size", "the `{weight}` of `{layer}` would depend on {dim}, which is not fixed"),
    Code("SC309", "no such axis", "`{param}` is {given}, and an input of rank {rank} has no such axis"),
    Code("SC310", "sizes do not broadcast", "`{layer}` cannot broadcast {a} and {b}{where}"),
    Code("SC311", "bad output_shape", "`output_shape` must be a list, a tuple or a function, not {given}"),
    Code("SC312", "function failed", "the function of `{layer}` fails: {problem}"),
    Code("SC313", "noise_shape does not fit", "`noise_shape` {given} does not fit the input {shape}: {problem}"),
    Code("SC314", "no shape from output_shape", "`output_shape` of `{layer}` returned {given}, which is no shape"),
    Code("SC315", "output_shape contradicts",
         "`output_shape` of `{layer}` promises {promised}, its function gives {actual}"),
    Code("SC318", "Keras infers another shape",
         "`{layer}` gives {gives} when it runs, and Keras 3.15 infers {inferred}", "note"),
    # dtype and mask
    Code("SC401", "mask lost", "`{layer}` drops the mask that `{consumer}` wants", "warning"),
    Code("SC402", "mask not supported", "`{layer}` does not support masking, but its input is masked"),
    Code("SC403", "wrong dtype", "`{layer}` takes {expected}, not {given}"),
    Code("SC404", "opaque output", "the output of `{layer}` is not known: {problem}", "warning"),
    Code("SC405", "masks do not fit", "the masks that `{layer}` gets do not fit together: {problem}"),
    # execution
    Code("SC501", "array does not fit", "input `{name}` takes {expected}, and the array is {given}"),
    Code("SC502", "weights do not fit", "`{layer}` takes weights {expected}, not {given}"),
    Code("SC503", "unknown array", "the model has no input `{name}`"),
    Code("SC504", "cannot be run", "`{layer}` cannot be run: {problem}"),
    # requirements
    Code("SC601", "no valid size", "no size satisfies every layer: {conditions}"),
    Code("SC602", "contract refuted", "the contract on `{name}` does not hold: {problem}"),
    Code("SC603", "assertion refuted", "`{text}` does not hold: {problem}"),
    Code("SC604", "undecided", "could not decide {what}", "warning"),
    # lints
    Code("SC701", "samples mixed", "`{layer}` mixes the samples of a batch{axis}: it gives {shape}", "warning"),
    Code("SC702", "default changed by Keras's config file",
         "`data_format` is channels_first by default, because of {path}", "note"),
    Code("SC703", "reshape used as a transpose",
         "`{layer}` gives {source} the sizes {target}, but moves no axis", "warning"),
    Code("SC704", "accidental broadcast", "`{layer}` repeats a size of 1: {read} give {shape}", "warning"),
    Code("SC705", "rows lost", "`{layer}` never sees {lost}", "warning"),
    Code("SC706", "softmax of one value",
         "`{layer}` takes the {name} of a single value, which is always {value}", "warning"),
    Code("SC707", "attention to one step",
         "`{layer}` attends to the only step of `{name}`, so queries and keys have no effect", "warning"),
    Code("SC708", "normalization of one value", "`{layer}` normalizes single values, so it gives {result}{when}",
         "warning"),
    Code("SC709", "two affine layers that are one",
         "`{first}` and `{layer}` are one affine function, with nothing between them", "warning"),
    Code("SC710", "activation missing", "`{layer}` has no activation before `{pool}`", "warning"),
    Code("SC711", "probabilities taken for scores",
         "`{layer}` takes the {name} of what is the {earlier} of `{first}` already", "warning"),
    Code("SC712", "logits that are probabilities", "`{layer}` is called logits, and ends with a {name}", "warning"),
    Code("SC713", "sigmoid from one half",
         "`{layer}` never gives less than 0.5: it takes the sigmoid of the {earlier} of `{first}`", "warning"),
    Code("SC714", "dropout of the output", "`{layer}` drops what the model gives, the output of `{last}`", "warning"),
    Code("SC715", "dropout of everything", "`{layer}` drops all of {what}", "warning"),
    Code("SC716", "huge kernel after Flatten", "the kernel of `{layer}` has {rows} x {units} = {count} values",
         "warning"),
    Code("SC717", "layer without effect", "`{layer}` does nothing", "warning"),
    Code("SC718", "bias before a normalization", "the bias of `{layer}` has no effect: `{norm}` subtracts it",
         "warning"),
    Code("SC719", "axis and data format differ",
         "`{layer}` {verb} axis {axis}, and the channels of `{maker}` are axis {channels}", "warning"),
    Code("SC720", "axes in the other order", "{shape} of `{layer}` looks like {looks}, and `{reader}` takes {takes}",
         "warning"),
    Code("SC721", "batch in the shape", "the shape {shape} of `{layer}` seems to hold the batch", "warning"),
    Code("SC723", "output without a name", "`{layer}` is one of {count} outputs, and has no name of its own", "warning",
         "give it a `name`"),
    Code("SC724", "heads do not divide the width",
         "`{layer}` has {heads} heads of {size}, {total} features in all, and its query has {width}", "warning"),
    Code("SC725", "name that Keras refuses", "the name `{name}` cannot be saved or built: {problem}", "warning"),
    Code("SC726", "weights for one size", "the kernel of `{layer}` depends on {names}: its weights serve one size",
         "note"),
    Code("SC727", "recurrence of one step", "`{layer}` reads a single step, so nothing recurs", "warning"),
    Code("SC728", "mask without a reader", "the mask of `{layer}` is used by no layer", "warning"),
    Code("SC729", "gaps between windows", "`{layer}` moves by {stride}, further than its window of {reach}", "warning"),
    Code("SC730", "dense head on a feature map", "`{layer}` gives {shape}, an answer for each place of a feature map",
         "warning"),
    Code("SC731", "pooling over one place", "`{layer}` pools over a single place", "warning"),
    Code("SC732", "word with two meanings", "`{text}` is {here}, and {other} to who reads YAML 1.1", "warning",
         "write it as it is meant: a number without the 0, a text in quotes"),
    Code("SC733", "weights that only see padding",
         "{dead} of {whole} taps in each kernel of `{layer}` never see anything but padding", "warning"),
    # limits and safety
    Code("SC801", "file too large", "the file has {size} bytes, and at most {limit} are read"),
    Code("SC802", "nested too deep", "more than {limit} levels of nesting"),
    Code("SC803", "too many values", "the text expands to more than {limit}"),
    Code("SC804", "too many layers", "the model expands to more than {limit} layers"),
    Code("SC805", "rank too high", "rank {rank} is over the limit of {limit}"),
    Code("SC806", "text too long", "the text expands to more than {limit}"),
    Code("SC807", "number too large", "{given} is over the limit of {limit}"),
    Code("SC810", "untrustworthy archive", "the archive is not trusted: {problem}"),
    Code("SC811", "archive that expands too much", "the archive is a bomb: {problem}"),
    # our own bugs
    Code("SC901", "inference is wrong",
         "`{layer}` gave {actual}, inferred was {inferred}; this is a bug in shapecheck"),
    Code("SC902", "internal error", "shapecheck failed: {problem}; this is a bug in shapecheck"),
)  # fmt: skip

CODES: dict[str, Code] = {entry.code: entry for entry in _TABLE}

UNREADABLE = ("SC105", "SC106", "SC153")
"""What keeps a file from being read at all."""


class Facts(dict[str, Any]):
    """Facts for a template. What is not known is a `?`, and what follows from other facts is put together here."""

    def __missing__(self, name: str) -> str:
        if name == "s":
            return "" if self.get("count") == 1 else "s"
        if name == "where":
            return f" on axis {self['axis']}" if "axis" in self else ""
        return "does not fit" if name == "verb" else "?"


def message(code: str, facts: dict[str, Any]) -> str:
    """The words of a finding: the code's template filled with the facts."""
    return CODES[code].message.format_map(Facts(facts))


def explain(code: str) -> str:
    """The page of a code: its explanation, with a bad and a good line, and what Keras says; read from its file.

    Raises KeyError for a code that does not exist.
    """
    import os

    path = os.path.join(os.path.dirname(__file__), "pages", f"{CODES[code].code}.md")
    with open(path, encoding="utf-8") as file:
        return file.read()

"""check(): text, file or Python in, a report out. With `running` the only orchestration."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shapecheck import codes, explain, graph, infer, readers, reporting
from shapecheck.diagnostic import Diagnostic, Refusal
from shapecheck.inference import Inference
from shapecheck.python_graph import entries_of
from shapecheck.python_layers import Tensor
from shapecheck.report import Report, error_of
from shapecheck.source import Source
from shapecheck.spec import Assertion, ModelSpec
from shapecheck.words import failure, near, os_problem, shown


def check(
    definition: Any = None,
    *,
    text: str | bytes | None = None,
    path: str | None = None,
    inputs: Any = None,
    outputs: Any = None,
    at: Mapping[str, int] | None = None,
    keras: int | None = None,
    data_format: str | None = None,
    allow_import: Iterable[str] = (),
    asserts: Iterable[str] = (),
    options: Mapping[str, Any] | None = None,
) -> Report:
    """Check a definition: a path, `text`, a dict, a list of layers, a live model of Keras, which is asked for its
    `to_json()`, or a graph given by its `inputs` and `outputs`.

    `at` fixes the sizes of symbols, `asserts` are added to those of the definition, `keras` (2 or 3) chooses the
    semantics where the definition names none, and `path` is the name under which a text is shown. `options` sets the
    limits of the lints, such as {"flatten-kernel": 1_000_000}. Everything that is wrong with the definition is in the
    report; SpecError is raised for a file that cannot be opened.
    """
    limits = _limits(options)
    return inferred(definition, text, path, inputs, outputs, at, keras, data_format, allow_import, asserts, limits)[0]


def inferred(
    definition: Any = None,
    text: str | bytes | None = None,
    path: str | None = None,
    inputs: Any = None,
    outputs: Any = None,
    at: Mapping[str, int] | None = None,
    keras: int | None = None,
    data_format: str | None = None,
    allow_import: Iterable[str] = (),
    asserts: Iterable[str] = (),
    limits: Mapping[str, Any] | None = None,
) -> tuple[Report, Inference | None]:
    """The report of `check`, and what it stands on: the graph, and what was inferred of each call."""
    check_sizes(at)
    _check_options(text, path, keras, data_format)
    allowed, asserts = frozenset(_names(allow_import, "allow_import")), _names(asserts, "asserts")
    collecting = gc.isenabled()
    gc.disable()
    try:
        source, spec, findings = _read(definition, text, path, inputs, outputs)
        if spec is None:
            report = reporting.empty(source, findings)
            return report, None
        spec.generation = spec.generation or keras
        spec.data_format = spec.data_format or data_format
        spec.asserts.extend(Assertion(text, None) for text in asserts)
        if allowed:
            _import_functions(spec, allowed)
        found = infer.infer(graph.build(spec), at)
        check_symbols(at, found)
        return reporting.report_of(source, spec, found, limits), found
    finally:
        if collecting:
            gc.enable()


def check_symbols(at: Mapping[str, int] | None, found: Inference) -> None:
    for name in at or {}:
        if name not in found.symbols:
            raise usage_error("SC205", name=name, near=near(name, found.symbols))


def check_sizes(at: Mapping[str, int] | None) -> None:
    for name, size in mapping(at, "at", "sizes by the names of symbols").items():
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise usage_error("SC114", param=name, expected="a size of at least 1", given=shown(size))


def _check_options(text: Any, path: Any, keras: Any, data_format: Any) -> None:
    if text is not None and not isinstance(text, (str, bytes)):
        raise usage_error("SC113", param="text", expected="a text, or bytes", given=shown(text))
    if path is not None and not isinstance(path, str):
        raise usage_error("SC113", param="path", expected="a text", given=shown(path))
    if keras is not None and (type(keras) is not int or keras not in (2, 3)):
        raise usage_error("SC114", param="keras", expected="2, 3 or None", given=shown(keras))
    formats = ("channels_last", "channels_first")
    if data_format is not None and not (isinstance(data_format, str) and data_format in formats):
        raise usage_error("SC114", param="data_format", expected="`channels_last` or `channels_first`",
                           given=shown(data_format))  # fmt: skip


def _limits(options: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The limits of the lints that a caller sets: names that a rule declares, numbers of at least 0."""
    given = mapping(options, "options", "limits by their names")
    if given:
        from shapecheck.rules import OPTIONS

        for name, value in given.items():
            if name not in OPTIONS:
                raise usage_error("SC108", what="set of options", key=shown(name).strip("`"), near=near(name, OPTIONS))
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise usage_error("SC125", param=name, name="options", expected="a whole number of at least 0",
                                   given=shown(value))  # fmt: skip
    return given


def _names(value: Any, param: str) -> list[str]:
    """Several texts; one alone stands for a list of it."""
    several = [value] if isinstance(value, str) else value
    if isinstance(several, (list, tuple, set, frozenset)) and all(isinstance(item, str) for item in several):
        return list(several)
    raise usage_error("SC113", param=param, expected="a list of texts", given=shown(value))


def _tensors(value: Any, param: str) -> list[Tensor]:
    several = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    for item in several:
        if not isinstance(item, Tensor):
            raise usage_error("SC113", param=param, expected="tensors of a graph", given=shown(item))
    return list(several)


def mapping(value: Any, param: str, expected: str) -> Mapping[Any, Any]:
    if value is None or isinstance(value, Mapping):
        return value or {}
    raise usage_error("SC113", param=param, expected=f"a mapping: {expected}", given=shown(value))


# Reading ---------------------------------------------------------------------------------------------------------


def _read(
    definition: Any, text: str | bytes | None, path: str | None, inputs: Any, outputs: Any
) -> tuple[Source, ModelSpec | None, list[Diagnostic]]:
    if outputs is not None:
        given = [] if inputs is None else _tensors(inputs, "inputs")
        return readers.read_plain(entries_of(given, _tensors(outputs, "outputs")), path or "<graph>")
    if text is not None:
        return readers.read(text, path or "<text>")
    if isinstance(definition, (str, os.PathLike)):
        name = os.fspath(definition)
        return _read_file(name, path or name)
    if isinstance(definition, Tensor):
        return readers.read_plain(entries_of(None, definition), path or "<graph>")
    if callable(to_json := getattr(definition, "to_json", None)):
        return readers.read(_saved(to_json), path or "<model>")
    return readers.read_plain(definition, path or "<definition>")


def _saved(to_json: Callable[[], Any]) -> str:
    """The JSON that a live model saves itself as; Keras is not asked for anything else, and not imported."""
    try:
        text = to_json()
    except Exception as error:  # whatever somebody's own layer raises
        raise usage_error("SC104", problem=f"its `to_json` failed, {failure(error)}") from None
    if not isinstance(text, str):
        raise usage_error("SC104", problem="its `to_json` gives no text")
    return text


def _read_file(name: str, path: str) -> tuple[Source, ModelSpec | None, list[Diagnostic]]:
    try:
        with open(name, "rb") as file:
            return readers.read_file(file, path)
    except OSError as error:
        problem = os_problem(error)
        if isinstance(error, IsADirectoryError):
            from shapecheck.readers import unreadable

            problem = unreadable.folder(name)
        message = codes.message("SC106", {"path": name, "problem": problem})
        raise error_of(Diagnostic("SC106", message, help=_similar(name), facts={"path": name})) from None


def _similar(path: str) -> list[str]:
    """Did-you-mean for a file that does not exist."""
    folder, name = os.path.split(path)
    try:
        known = os.listdir(folder or ".")
    except OSError:
        return []
    found = near(name, known)
    return [f"did you mean `{os.path.join(folder, found)}`?"] if found and found != name else []


def _import_functions(spec: ModelSpec, allowed: frozenset[str]) -> None:
    """Replace `module:function` by the function, for the modules that the user has allowed by name."""
    for entry in [*spec.layers, *(layer for model in spec.models.values() for layer in model.layers)]:
        if entry.kind == "Lambda":
            entry.config = {key: _imported(value, allowed) for key, value in entry.config.items()}


def _imported(value: Any, allowed: frozenset[str]) -> Any:
    module, colon, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if not colon or module not in allowed:
        return value
    import importlib

    try:
        return getattr(importlib.import_module(module), name.strip(), value)
    except ImportError:
        return value


def usage_error(code: str, **facts: Any) -> Exception:
    """An error in what was asked, not in the definition."""
    message, help = explain.worded(Refusal(code, **facts), facts.get("layer", ""))
    return error_of(Diagnostic(code, message, help=help, facts=facts))

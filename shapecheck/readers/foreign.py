"""What a value that is no definition looks like, in a sentence that helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapecheck import layers
from shapecheck.readers.values import kind_of, shown_key
from shapecheck.words import listing, near, shown

Told = tuple[str, tuple[str, ...]]

_NEEDED = "a definition is a map with `layers:`, or a list of layers"
_TOLD = (_NEEDED,)

# Keys that tell a well-known format; all of one row have to be there.
_KNOWN: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"jobs"}), "it looks like a CI workflow"),
    (frozenset({"stages"}), "it looks like a CI pipeline"),
    (frozenset({"steps"}), "it looks like a CI pipeline"),
    (frozenset({"services"}), "it looks like a Docker Compose file"),
    (frozenset({"apiVersion", "kind"}), "it looks like a Kubernetes manifest"),
    (frozenset({"repos"}), "it looks like a pre-commit configuration"),
    (frozenset({"openapi"}), "it looks like an OpenAPI description"),
    (frozenset({"channels", "dependencies"}), "it looks like a conda environment"),
    (frozenset({"modelTopology"}), "it is a TensorFlow.js model without layers"),
    (frozenset({"format", "weightsManifest"}), "it is a TensorFlow.js model without layers"),
    (frozenset({"cells", "nbformat"}), "it looks like a Jupyter notebook"),
    (frozenset({"model_type"}), "it looks like a configuration of Hugging Face transformers"),
    (frozenset({"architectures"}), "it looks like a configuration of Hugging Face transformers"),
    (frozenset({"loss", "val_loss"}), "it looks like the history of a training"),
    (frozenset({"images", "annotations"}), "it looks like a data set in the COCO format"),
    (frozenset({"name", "version", "dependencies"}), "it looks like the package.json of a JavaScript package"),
    (frozenset({"name", "scripts"}), "it looks like the package.json of a JavaScript package"),
    (frozenset({"compilerOptions"}), "it looks like a TypeScript configuration"),
    (frozenset({"irVersion", "graph"}), "it looks like an ONNX model in JSON"),
    (frozenset({"keras_version", "date_saved"}), "it is the metadata of a .keras archive, and not its config.json"),
    (frozenset({"backbone", "head"}), "it looks like a YOLO model, a format that is not read"),
    (frozenset({"class_name", "config"}), "it is one layer, or a model whose layers stand in the code of its class"),
    (frozenset({"input_features", "output_features"}), "it looks like a Ludwig configuration"),
    (frozenset({"_target_"}), "it looks like a Hydra configuration"),
)  # fmt: skip


def not_a_model(root: object) -> Told | None:
    """Why `root` is no definition, and what to do; None where it is one, or was meant to be one."""
    if root is None:
        return "it is empty", _TOLD
    if isinstance(root, dict):
        return _map(root)
    if isinstance(root, (list, tuple)):
        return _list(root)
    what = "one text" if isinstance(root, str) else "one truth value" if isinstance(root, bool) else kind_of(root)
    said = f" ({shown(root)})" if isinstance(root, (str, int, float)) else ""
    return f"it is only {what}{said}", _TOLD


def _map(root: Mapping[Any, Any]) -> Told | None:
    if "layers" in root:
        return None
    if not root:
        return "it is an empty map", _TOLD
    for keys, words in _KNOWN:
        if keys <= root.keys():
            return words, _TOLD
    meant = next((key for key in root if isinstance(key, str) and near(key, ("layers",))), None)
    if meant is not None:
        return f"it has no `layers`, but `{shown_key(meant)}`", (f"rename `{shown_key(meant)}` to `layers`",)
    if (len(root) > 1 and _is_layer(root)) or any(isinstance(key, str) and layers.find(key) for key in [*root][:20]):
        return "it is a map of layers, and not a list", ("begin each layer with `- `",)
    if any(key in root for key in ("blocks", "models", "params", "outputs", "inputs")):
        return "it has no `layers`", _TOLD
    names = [f"`{shown_key(key)}`" for key in [*root][:3]]
    more = f" and {len(root) - 3} more" if len(root) > 3 else ""
    keys_ = f"{', '.join(names)}{more}" if more else listing(names)
    return f"it has the key{'s' * (len(root) > 1)} {keys_}, and no `layers`", _TOLD


def _list(root: list[Any] | tuple[Any, ...]) -> Told | None:
    if not root:
        return "it is an empty list", _TOLD
    if any(_is_layer(item) for item in root[:100]):
        return None
    if all(isinstance(item, (list, tuple)) and len(item) == 4 for item in root):
        return "it looks like the layers of a YOLO model, a format that is not read", _TOLD
    first = root[0]
    kind = "maps" if isinstance(first, dict) else "texts" if isinstance(first, str) else "lists" if isinstance(
        first, (list, tuple)) else "values"  # fmt: skip
    example = f"{{{shown_key(next(iter(first)))}: ...}}" if isinstance(first, dict) and first else shown(first)
    return f"it is a list of {kind} such as {example}, and none of them is a layer", _TOLD


def _is_layer(item: Any) -> bool:
    """Whether a value was meant as a layer: a kind that is known or nearly so, or written as kinds are."""
    if isinstance(item, str):
        return layers.find(item.strip()) is not None
    if not isinstance(item, dict) or not item:
        return False
    if "class_name" in item or (isinstance(item.get("type"), str) and layers.find(item["type"]) is not None):
        return True
    head = next(iter(item))
    if not isinstance(head, str):
        return False
    if layers.find(head) is not None or head in ("repeat", "call"):
        return True
    return len(item) == 1 and head[:1].isupper() and head.isalnum() and not isinstance(item[head], str)

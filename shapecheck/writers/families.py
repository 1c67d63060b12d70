"""The layers in families, as the list of them shows them."""

from __future__ import annotations

from collections.abc import Iterable

from shapecheck.contract import Layer

FAMILIES = {
    "core": ("input", "dense", "keras1_dense", "einsum_dense", "embedding", "lambda_layer", "masking"),
    "activations": ("activation", "activation_layers", "keras1_activations"),
    "convolutions": ("conv", "conv_transpose", "depthwise", "separable", "locally_connected"),
    "pooling": ("pooling", "global_pooling", "adaptive_pooling"),
    "shapes": ("reshape", "flatten", "permute", "repeat_vector", "padding", "cropping", "upsampling", "resizing"),
    "merging": ("merge", "concatenate", "dot"),
    "recurrence": ("simple_rnn", "lstm", "gru", "cudnn", "conv_lstm", "rnn", "bidirectional", "time_distributed"),
    "attention": ("attention", "multi_head_attention"),
    "normalization": ("normalization", "spectral"),
    "regularization and noise": ("dropout", "noise", "regularization"),
    "numbers and categories": ("rescaling", "normalization_layer", "categorical", "lookup", "text_vectorization"),
    "augmentation": (
        "augmentation_geometry", "augmentation_colour", "augmentation_histogram", "augmentation_mixing", "pipeline",
    ),
    "audio": ("audio",),
}
"""The files of each family. A file that stands in none shows its layers at the end, so that a new one need not be put
down here."""

FURTHER = "further layers"
_HOME = "shapecheck.layers."


def in_families(kinds: Iterable[type[Layer]]) -> list[tuple[str, list[type[Layer]]]]:
    """The layers of each family, those of other packages under the name of their package."""
    family_of = {module: family for family, modules in FAMILIES.items() for module in modules}
    found: dict[str, list[type[Layer]]] = {family: [] for family in (*FAMILIES, FURTHER)}
    for kind in kinds:
        module = kind.__module__
        if module.startswith(_HOME):
            family = family_of.get(module.removeprefix(_HOME), FURTHER)
        else:
            family = f"from {module.partition('.')[0]}"
        found.setdefault(family, []).append(kind)
    return [(family, several) for family, several in found.items() if several]

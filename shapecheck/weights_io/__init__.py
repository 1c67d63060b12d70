"""Weights in files: those that Keras saved are put into a model, and those of a run are written as Keras reads them."""

from __future__ import annotations

from shapecheck.weights_io.files import holds_weights, load, save

__all__ = ["holds_weights", "load", "save"]

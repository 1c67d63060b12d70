"""Families of layers, by what they do to the values that pass."""

from __future__ import annotations

DIMENSIONS = ("1D", "2D", "3D")

CONV = tuple(f"Conv{d}" for d in DIMENSIONS)
TRANSPOSED = tuple(f"Conv{d}Transpose" for d in DIMENSIONS)
DEPTHWISE = ("DepthwiseConv1D", "DepthwiseConv2D")
SEPARABLE = ("SeparableConv1D", "SeparableConv2D")
CONVOLUTIONS = (*CONV, *TRANSPOSED, *DEPTHWISE, *SEPARABLE)

MAX_POOLING = tuple(f"MaxPooling{d}" for d in DIMENSIONS)
AVERAGE_POOLING = tuple(f"AveragePooling{d}" for d in DIMENSIONS)
POOLING = (*MAX_POOLING, *AVERAGE_POOLING)
GLOBAL_POOLING = tuple(f"Global{name}Pooling{d}" for d in DIMENSIONS for name in ("Max", "Average"))
PADDING = tuple(f"ZeroPadding{d}" for d in DIMENSIONS)
CROPPING = tuple(f"Cropping{d}" for d in DIMENSIONS)
UPSAMPLING = tuple(f"UpSampling{d}" for d in DIMENSIONS)

SPATIAL = (*CONVOLUTIONS, *POOLING, *GLOBAL_POOLING, *PADDING, *CROPPING, *UPSAMPLING)

DROPOUT = ("Dropout", *(f"SpatialDropout{d}" for d in DIMENSIONS), "GaussianDropout", "AlphaDropout")
QUIET = (*DROPOUT, "GaussianNoise", "Identity", "ActivityRegularization")
"""Their output is their input in inference."""

NORMS = ("BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization")
RECTIFIERS = ("ReLU", "LeakyReLU", "PReLU", "ELU", "ThresholdedReLU")
ELEMENTWISE = (*QUIET, "Activation", *RECTIFIERS, "Rescaling", "BatchNormalization")
"""Each value of their output stands where that of their input stood."""

ACTIVATED = ("Dense", "EinsumDense", *CONVOLUTIONS)
"""Layers that end with an activation of their own, on the tensor that they give."""

RECURRENT = ("SimpleRNN", "LSTM", "GRU", "CuDNNLSTM", "CuDNNGRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")

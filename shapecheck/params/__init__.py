"""What a parameter of a layer may be: read a value, or refuse it.

A layer declares `units: Count`; the annotation carries a `Reader` that turns what the user wrote into what the
formulas use. Readers refuse with SC113 (wrong type) or SC114 (value out of range). What only a Lambda takes stands
apart, in `functions`.
"""

from shapecheck.params.names import (
    ActivationName,
    Anything,
    CausalPadding,
    ConstraintName,
    DataFormat,
    FillMode,
    InitializerName,
    Interpolation,
    Padding,
    PoolPadding,
    RegularizerName,
    Text,
    UpInterpolation,
)
from shapecheck.params.numbers import (
    Alpha,
    Count,
    Extent,
    Flag,
    Groups,
    LoraRank,
    MaskValue,
    Number,
    Penalty,
    Positive,
    Rate,
    RenormClipping,
    Seed,
    StrictCount,
    Whole,
    at_least,
)
from shapecheck.params.reader import MAX_RANK, MAX_SIZE, Reader, one_of, optional
from shapecheck.params.sizes import (
    Axes,
    AxisOrAxes,
    AxisPair,
    BatchSize,
    Extents1,
    Extents2,
    Extents3,
    Extras1,
    Extras2,
    Extras3,
    InputShape,
    Margins1,
    Margins2,
    Margins3,
    NoiseShape,
    SingleSize,
    Sizes1,
    Sizes2,
    Sizes3,
    Strides1,
    Strides2,
    Strides3,
    TargetShape,
)

__all__ = [
    "MAX_RANK", "MAX_SIZE", "ActivationName", "Alpha", "Anything", "Axes", "AxisOrAxes", "AxisPair", "BatchSize",
    "CausalPadding", "ConstraintName", "Count", "DataFormat", "Extent", "Extents1", "Extents2", "Extents3", "Extras1",
    "Extras2", "Extras3", "FillMode", "Flag", "Groups", "InitializerName", "InputShape", "Interpolation", "LoraRank",
    "Margins1", "Margins2", "Margins3", "MaskValue", "NoiseShape", "Number", "Padding", "Penalty", "PoolPadding",
    "Positive", "Rate", "Reader", "RegularizerName", "RenormClipping", "Seed", "SingleSize", "Sizes1", "Sizes2",
    "Sizes3", "StrictCount", "Strides1", "Strides2", "Strides3", "TargetShape", "Text", "UpInterpolation", "Whole",
    "at_least", "one_of", "optional",
]  # fmt: skip

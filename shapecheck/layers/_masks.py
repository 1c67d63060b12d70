"""What a mask has to be for a layer that looks at it, where Keras infers no mistake and fails when it runs."""

from shapecheck import need


def of_steps(masks, input, keras, rank):
    """Refuse (SC405), in the strict mode, a mask that has not one entry for each step: `rank` axes, or one of 1 more.

    `masks` are those of all inputs, and `input` the number of the one.
    """
    mask = masks[input] if masks and keras.generation is None else None
    if mask is not None and len(mask) != rank and not (len(mask) == rank + 1 and mask[-1] == 1):
        need.refuse("SC405", problem=f"one of rank {len(mask)} where it takes one of rank {rank}")


def on_values(x, mask):
    """Refuse (SC405) a mask over the steps of x which, once it has a last axis of 1, does not broadcast to x."""
    need.that(len(mask) < len(x), "SC405", problem=f"one of rank {len(mask)} on an input of rank {len(x)}")
    for m, size in zip((*mask, 1)[::-1], x[::-1], strict=False):
        if m != 1:
            need.equal(m, size, "SC405", problem=f"a mask with {m} where the input has {size}")

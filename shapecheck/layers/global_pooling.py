"""Global pooling: one value for each channel, whatever the size."""

from shapecheck import need, params
from shapecheck.contract import END, layer
from shapecheck.layers._channels import Spatial
from shapecheck.layers._masks import of_steps
from shapecheck.layers._pooled import Mean
from shapecheck.layers._windows import least_value


class GlobalPooling(Spatial):
    """One value for each channel: (n, c), or with `keepdims` (n, 1, ..., c)."""

    data_format: params.DataFormat = None
    keepdims: params.Flag = False


    def shape(self, x):
        need.axes(x, "n" + " i" * self.rank + " c")
        batch, *_, channels = self.last(x)
        return self.back((batch, *(1,) * self.rank, channels)) if self.keepdims else (batch, channels)

    def spatial(self):
        """The numbers of the spatial axes in the user's shape."""
        return tuple(range(1 + self.first, 1 + self.first + self.rank))


class GlobalMax(GlobalPooling):
    """y = max over all places; of no place at all it is the least number."""

    def run(self, np, x):
        return np.max(x, axis=self.spatial(), keepdims=self.keepdims, initial=least_value(np, x.dtype))


class GlobalAverage(Mean, GlobalPooling):
    """y = mean over all places."""

    def run(self, np, x):
        return np.mean(self.floats(x), axis=self.spatial(), keepdims=self.keepdims)


@layer
class GlobalMaxPooling1D(GlobalMax):
    """The largest value over all steps, for each feature."""

    rank = 1
    examples = (
        "| (n, t, 4) -> (n, 4)",
        "keepdims: true, data_format: channels_first | (n, 4, t) -> (n, 4, 1)",
        "| (n, h, w, 4) !! SC302",
    )


@layer
class GlobalMaxPooling2D(GlobalMax):
    """The largest value of an image, for each channel."""

    rank = 2
    examples = (
        "| (n, h, w, 4) -> (n, 4)",
        "keepdims: true | (n, h, w, 4) -> (n, 1, 1, 4)",
        "data_format: channels_first | (n, 4, h, w) -> (n, 4)",
        "| (n, t, 4) !! SC302",
    )


@layer
class GlobalMaxPooling3D(GlobalMax):
    """The largest value of a volume, for each channel."""

    rank = 3
    examples = (
        "keepdims: true | (n, d, h, w, 4) -> (n, 1, 1, 1, 4)",
        "data_format: channels_first | (n, 4, d, h, w) -> (n, 4)",
        "| (n, t, 4) !! SC302",
    )


@layer
class GlobalAveragePooling1D(GlobalAverage):
    """The mean over all steps, for each feature; with a mask over the steps that it keeps."""

    rank = 1
    mask = END
    wants_mask = True
    examples = (
        "| (n, t, 4) -> (n, 4)",
        "keepdims: true, data_format: channels_first | (n, 4, t) -> (n, 4, 1)",
        "| (n, 4) !! SC302",
    )

    def shape(self, x, mask, keras):
        of_steps(mask, 0, keras, 2)
        return super().shape(x)

    def run(self, np, x, mask):
        if mask is None:
            return super().run(np, x)
        x = x if x.dtype.kind == "f" else x.astype("float32")
        kept = np.expand_dims(np.asarray(mask, "bool"), self.channel_axis)
        total = np.sum(np.where(kept, x, 0), axis=self.spatial(), keepdims=self.keepdims)
        return (total / np.sum(kept, axis=self.spatial(), keepdims=self.keepdims)).astype(x.dtype)


@layer
class GlobalAveragePooling2D(GlobalAverage):
    """The mean of an image, for each channel."""

    rank = 2
    examples = (
        "| (n, h, w, 4) -> (n, 4)",
        "keepdims: true | (n, h, w, 4) -> (n, 1, 1, 4)",
        "data_format: channels_first | (n, 4, h, w) -> (n, 4)",
        "| (n, t, 4) !! SC302",
    )


@layer
class GlobalAveragePooling3D(GlobalAverage):
    """The mean of a volume, for each channel."""

    rank = 3
    examples = (
        "keepdims: true | (n, d, h, w, 4) -> (n, 1, 1, 1, 4)",
        "data_format: channels_first | (n, 4, d, h, w) -> (n, 4)",
        "| (n, h, w, 4) !! SC302",
    )

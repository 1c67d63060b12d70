"""Colours as hue, saturation and value, and as grey. Arrays (..., 3), red first."""


def to_hsv(np, x):
    """Hue and saturation in [0, 1]; the value is the largest of the three, in the range of the picture."""
    red, green, blue = np.moveaxis(x, -1, 0)
    value = np.max(x, -1)
    width = value - np.min(x, -1)
    apart = np.where(width > 0, width, 1)
    of_blue = np.where(green == value, (blue - red) / apart + 2, (red - green) / apart + 4)
    sixths = np.where(red == value, (green - blue) / apart, of_blue)
    hue = np.where(width > 0, sixths / 6, 0)
    hue = np.where(hue < 0, hue + 1, hue)
    return hue, np.where(value > 0, width / np.where(value > 0, value, 1), 0), value


def to_rgb(np, hue, saturation, value):
    """The colours again; a saturation above 1 overshoots."""
    at = hue[..., None] * 6
    pure = np.abs(at - np.asarray([3, 2, 4]))
    pure = np.clip(np.concatenate([pure[..., :1] - 1, 2 - pure[..., 1:]], -1), 0, 1)
    saturation = saturation[..., None]
    return (1 - saturation + saturation * pure) * value[..., None]


def to_grey(np, x):
    """0.2989 r + 0.587 g + 0.114 b, with one channel; a grey picture as it is."""
    return x if x.shape[-1] == 1 else np.sum(x * np.asarray([0.2989, 0.587, 0.114], x.dtype), -1, keepdims=True)

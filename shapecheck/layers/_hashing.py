"""FarmHash, by which TensorFlow puts values into buckets."""

from shapecheck.diagnostic import Refusal

_ALL = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _rotate(x, by):
    return ((x >> by) | (x << (64 - by))) & _ALL


def _mixed(u, v, factor):
    a = ((u ^ v) * factor) & _ALL
    a ^= a >> 47
    b = ((v ^ a) * factor) & _ALL
    return ((b ^ (b >> 47)) * factor) & _ALL


def farmhash(text):
    """FarmHash's Fingerprint64 of at most 32 bytes (Pike 2014), which TensorFlow takes for its fast buckets."""

    def word(start, size=8):
        return int.from_bytes(text[start : start + size], "little")

    n = len(text)
    if n > 32:
        raise Refusal("SC504", problem="a hash of more than 32 letters is not computed here")
    factor = _K2 + n * 2
    if n > 16:
        a, b, c, d = word(0) * _K1 & _ALL, word(8), word(n - 8) * factor & _ALL, word(n - 16) * _K2 & _ALL
        left = _rotate((a + b) & _ALL, 43) + _rotate(c, 30) + d
        return _mixed(left & _ALL, (a + _rotate((b + _K2) & _ALL, 18) + c) & _ALL, factor)
    if n >= 8:
        a, b = (word(0) + _K2) & _ALL, word(n - 8)
        c, d = (_rotate(b, 37) * factor + a) & _ALL, ((_rotate(a, 25) + b) * factor) & _ALL
        return _mixed(c, d, factor)
    if n >= 4:
        return _mixed(n + (word(0, 4) << 3), word(n - 4, 4), factor)
    if n:
        y, z = text[0] + (text[n >> 1] << 8), n + (text[-1] << 2)
        mixed = (y * _K2 & _ALL) ^ (z * _K0 & _ALL)
        return (mixed ^ (mixed >> 47)) * _K2 & _ALL
    return _K2

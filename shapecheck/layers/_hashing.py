"""The hashes by which TensorFlow puts values into buckets: FarmHash, SipHash, and a chain of numbers.

All arithmetic is modulo 2^64.
"""

_ALL = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_CHAIN = 0xC6A4A7935BD1E995
_START = 0xDECAFCAFFE
"""What TensorFlow begins a crossing with where it is given no key."""


def _rotate(x, by):
    """To the right."""
    x &= _ALL
    return ((x >> by) | (x << (64 - by))) & _ALL


def _shifted(x):
    x &= _ALL
    return x ^ (x >> 47)


def _mixed(u, v, factor):
    a = _shifted((u ^ v) * factor)
    return _shifted((v ^ a) * factor) * factor & _ALL


def farmhash(text):
    """FarmHash's Fingerprint64 of some bytes (Pike 2014), which TensorFlow takes for its fast buckets."""
    n = len(text)
    return (_short if n <= 16 else _middle if n <= 64 else _long)(_reader(text), text, n)


def _reader(text):
    return lambda start, size=8: int.from_bytes(text[start : start + size], "little")


def _short(word, text, n):
    """Up to 16 bytes."""
    factor = _K2 + n * 2
    if n >= 8:
        a, b = (word(0) + _K2) & _ALL, word(n - 8)
        c, d = (_rotate(b, 37) * factor + a) & _ALL, ((_rotate(a, 25) + b) * factor) & _ALL
        return _mixed(c, d, factor)
    if n >= 4:
        return _mixed(n + (word(0, 4) << 3), word(n - 4, 4), factor)
    if n:
        y, z = text[0] + (text[n >> 1] << 8), n + (text[-1] << 2)
        return _shifted((y * _K2 ^ z * _K0) & _ALL) * _K2 & _ALL
    return _K2


def _middle(word, text, n):
    """17 to 64 bytes; from 33 on with a second round."""
    factor = _K2 + n * 2
    a, b = word(0) * (_K1 if n <= 32 else _K2) & _ALL, word(8)
    c, d = word(n - 8) * factor & _ALL, word(n - 16) * _K2 & _ALL
    y = (_rotate(a + b, 43) + _rotate(c, 30) + d) & _ALL
    z = _mixed(y, (a + _rotate(b + _K2, 18) + c) & _ALL, factor)
    if n <= 32:
        return z
    e, f = word(16) * factor & _ALL, word(24)
    g, h = (y + word(n - 32)) * factor & _ALL, (z + word(n - 24)) * factor & _ALL
    return _mixed((_rotate(e + f, 43) + _rotate(g, 30) + h) & _ALL, (e + _rotate(f + a, 18) + g) & _ALL, factor)


def _long(word, text, n):
    """More than 64 bytes, 64 at a time, and the last 64 once more."""
    x, y = 81, (81 * _K1 + 113) & _ALL
    z = _shifted(y * _K2 + 113) * _K2 & _ALL
    v = w = (0, 0)
    x = (x * _K2 + word(0)) & _ALL
    for start in range(0, n - 1 - (n - 1) % 64, 64):
        x, y, z, v, w = _round(word, start, x, y, z, v, w, _K1, 1)
    factor = (_K1 + ((z & 0xFF) << 1)) & _ALL
    first = (w[0] + (n - 1) % 64) & _ALL
    v = (v[0] + first, v[1])
    w = (first + v[0], w[1])
    x, y, z, v, w = _round(word, n - 64, x, y, z, v, w, factor, 9)
    a = _mixed(v[0], w[0], factor) + _shifted(y) * _K0 + z
    return _mixed(a & _ALL, (_mixed(v[1], w[1], factor) + x) & _ALL, factor)


def _round(word, start, x, y, z, v, w, factor, times):
    x = _rotate(x + y + v[0] + word(start + 8), 37) * factor & _ALL
    y = _rotate(y + v[1] + word(start + 48), 42) * factor & _ALL
    x ^= w[1] * times & _ALL
    y = (y + v[0] * times + word(start + 40)) & _ALL
    z = _rotate(z + w[0], 33) * factor & _ALL
    v, w = (_weak(word, start, v[1] * factor, x + w[0]),
            _weak(word, start + 32, z + w[1], y + word(start + 16)))  # fmt: skip
    return z, y, x, v, w


def _weak(word, start, a, b):
    one, two, three, four = (word(start + 8 * i) for i in range(4))
    a += one
    b = _rotate(b + a + four, 21)
    c = a
    a += two + three
    b += _rotate(a, 44)
    return (a + four) & _ALL, (b + c) & _ALL


def siphash(text, key):
    """SipHash-2-4 of some bytes under a key of two numbers (Aumasson and Bernstein 2012)."""
    k0, k1 = (part & _ALL for part in key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    whole = text + bytes(-(len(text) + 1) % 8) + bytes([len(text) & 0xFF])
    for start in range(0, len(whole), 8):
        word = int.from_bytes(whole[start : start + 8], "little")
        v[3] ^= word
        _sip_rounds(v, 2)
        v[0] ^= word
    v[2] ^= 0xFF
    _sip_rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _sip_rounds(v, count):
    for _ in range(count):
        v[0] = (v[0] + v[1]) & _ALL
        v[1] = _rotate(v[1], 51) ^ v[0]
        v[0] = _rotate(v[0], 32)
        v[2] = (v[2] + v[3]) & _ALL
        v[3] = _rotate(v[3], 48) ^ v[2]
        v[0] = (v[0] + v[3]) & _ALL
        v[3] = _rotate(v[3], 43) ^ v[0]
        v[2] = (v[2] + v[1]) & _ALL
        v[1] = _rotate(v[1], 47) ^ v[2]
        v[2] = _rotate(v[2], 32)


def crossed(np, columns):
    """The hash of the numbers that stand side by side in some arrays, as TensorFlow crosses features."""

    def shifted(x):
        return x ^ (x >> np.uint64(47))

    factor = np.uint64(_CHAIN)
    total = np.full(columns[0].shape, _START, np.uint64)
    for column in columns:
        total = (total ^ factor ^ (shifted(column.astype(np.uint64) * factor) * factor)) * factor
        total = shifted(shifted(total) * factor)
    return total

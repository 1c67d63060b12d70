"""The three-valued questions of `dims`.

True and False are proved for all sizes >= 1. None means: true for some sizes and false for others, or not decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import gcd, prod

from shapecheck.dims.division import remainder
from shapecheck.dims.facts import Facts, bounds, facts, times
from shapecheck.dims.form import add, from_factors, scale, subtract, symbols, total_of, wrap
from shapecheck.dims.growth import settled_sign
from shapecheck.dims.mirror import canonical
from shapecheck.dims.nodes import UNKNOWN, Dim, Expr, Extreme, Known, Node, Product
from shapecheck.dims.polynomials import exact_quotient
from shapecheck.dims.walk import table

EVALUATIONS = 65_536
"""At most this many sizes are tried for one answer."""
WORK = 2_000_000
"""At most this many sizes times atoms."""
CASES = 64
"""At most this many combinations of arguments are looked at where maxima stand in a sum."""
_answers: dict[Expr, bool | None] = {}


def same(a: Dim, b: Dim) -> bool | None:
    """Whether two dims are equal: True for all sizes, False for none, None otherwise or when nothing is known."""
    if a.__class__ is int and b.__class__ is int:
        return a == b
    if a is UNKNOWN or b is UNKNOWN:
        return None
    if a is b or a == b:
        return True
    return _is_zero(subtract(a, b))  # type: ignore[arg-type]


def at_least(a: Dim, n: Dim) -> bool | None:
    """Whether a >= n: True for all sizes, False for none, None otherwise or when nothing is known."""
    if a.__class__ is int and n.__class__ is int:
        return a >= n
    if a is UNKNOWN or n is UNKNOWN:
        return None
    return not_negative(subtract(a, n))  # type: ignore[arg-type]


def divides(d: Dim, a: Dim) -> bool | None:
    """Whether d divides a: True for all sizes, False for none, None otherwise or when nothing is known.

    0 divides 0 only.
    """
    if d is UNKNOWN or a is UNKNOWN:
        return None
    if isinstance(d, int):
        if isinstance(a, int):
            return a % d == 0 if d else a == 0
        return same(a, 0) if d == 0 else same(remainder(a, abs(d)), 0)  # type: ignore[arg-type]
    if isinstance(a, int) and not a:
        return True
    if exact_quotient(a, d) is not None:  # type: ignore[arg-type]
        return True
    if at_least(a, 1) and at_least(subtract(d, a), 1):  # type: ignore[arg-type]
        return False
    return None


def _is_zero(f: Known) -> bool | None:
    if not isinstance(f, Expr):
        return f == 0
    if _never_zero(f):
        return False
    found = symbols(f)
    known = facts(f, found[0].name) if len(found) == 1 else None
    if known is not None and known.p:
        return _settle_zero(f, known)
    try:
        return _answers[f]
    except KeyError:
        pass
    if len(_answers) >= 4096:
        _answers.clear()
    answer = _answers[f] = _search_zero(f)
    return answer


def _never_zero(f: Expr) -> bool:
    """Whether bounds, or the common divisor of the coefficients, keep a sum away from zero."""
    low, high = bounds(f)
    if (low is not None and low > 0) or (high is not None and high < 0):
        return True
    return f.const % gcd(*[c for _, c in f.terms]) != 0


def _search_zero(f: Expr) -> bool | None:
    """The ladder of `same` behind its cheap first steps."""
    flat = canonical(f)
    if not isinstance(flat, Expr):
        return flat == 0
    _, factors = _shared_factors(flat)
    if len(factors) > 1:
        return _any_zero(factors)
    (flat,) = factors
    if _never_zero(flat):
        return False
    found = symbols(flat)
    if len(found) != 1:
        cases = _cases(flat)
        return _all_of([_is_zero(case) for case in cases[1]]) if cases else None
    known = facts(flat, found[0].name)
    if known is not None:
        return _settle_zero(flat, known)
    tail = settled_sign(flat, found[0].name)
    if tail is None:
        return None
    _, first = tail
    return False if first < 2 or _settle(flat, 1, first - 1, _zero, EVALUATIONS) is False else None


def _shared_factors(f: Expr) -> tuple[int, list[Expr]]:
    """A number and expressions whose product is f: the factors that all terms share, and what is left of the sum."""
    if f.const:
        return 1, [f]
    lists = [list(t.factors) if isinstance(t, Product) else [t] for t, _ in f.terms]
    shared: list[Node] = []
    for factor in list(lists[0]):
        if all(factor in factors for factors in lists):
            shared.append(factor)
            for factors in lists:
                factors.remove(factor)
    found = [factor if isinstance(factor, Expr) else wrap(factor) for factor in shared]
    rest = total_of(from_factors(c, factors) for factors, (_, c) in zip(lists, f.terms, strict=True))
    return (1, [*found, rest]) if isinstance(rest, Expr) else (rest, found)


def _any_zero(factors: Sequence[Expr]) -> bool | None:
    answer: bool | None = False
    for factor in factors:
        zero = _is_zero(factor)
        if zero:
            return True
        if zero is None:
            answer = None
    return answer


def _cases(f: Expr) -> tuple[bool, list[Known]] | None:
    """(largest, cases): f is the largest or smallest of the cases, one for each argument of a max or min."""
    extremes = [(t, c) for t, c in f.terms if isinstance(t, Extreme)]
    if not extremes or prod([len(t.args) for t, _ in extremes]) > CASES:
        return None
    node, c = extremes[0]
    rest = subtract(f, scale(wrap(node), c))
    return node.largest == (c > 0), [add(rest, scale(arg, c)) for arg in node.args]


def _all_of(answers: Sequence[bool | None]) -> bool | None:
    """The answer that all cases agree on."""
    return answers[0] if all(answer is answers[0] for answer in answers) else None


def _ordered(largest: bool, answers: Sequence[bool | None]) -> bool | None:
    """Whether the largest or smallest of some is not negative, from the answers for each."""
    return largest if largest in answers else _all_of(answers)


def _blocks(first: int, last: int) -> Iterator[range]:
    """first..last in pieces that grow, so that an early witness is cheap."""
    step = 32
    while first <= last:
        yield range(first, min(first + step, last + 1))
        first += step
        step *= 8


def _settle(f: Expr, first: int, last: int, test: Callable[[int], bool], budget: int) -> bool | None:
    """Whether all or none of first..last pass, where there is one at least; None for some or over the budget."""
    if last - first >= min(budget, WORK // f.size):
        return None
    name = symbols(f)[0].name
    answer: bool | None = None
    for piece in _blocks(first, last):
        for value in table(f, {name: piece}):
            if answer is None:
                answer = test(value)
            elif answer is not test(value):
                return None
    return answer


def _settle_zero(f: Expr, known: Facts) -> bool | None:
    """Exact for one symbol: zeros lie before `start`, then in the window of the band, or repeat with the period."""
    p, _, low, high, period, start = known
    if low is None or high is None:
        return None
    if not p:
        return _settle(f, 1, start + period - 1, _zero, EVALUATIONS)
    first, last = (-(high // p), -low // p) if p > 0 else (-(-low // -p), high // -p)
    for window in ((1, start - 1), (max(start, first), last)):
        if window[0] <= window[1] and _settle(f, *window, _zero, EVALUATIONS) is not False:
            return None
    return False


def _zero(value: int) -> bool:
    return value == 0


def _natural(value: int) -> bool:
    return value >= 0


def not_negative(f: Known, budget: int = EVALUATIONS) -> bool | None:
    """Whether f >= 0 for all sizes or for none, trying at most `budget` of them."""
    if not isinstance(f, Expr):
        return f >= 0
    low, high = bounds(f)
    if low is not None and low >= 0:
        return True
    if high is not None and high < 0:
        return False
    found = symbols(f)
    known = facts(f, found[0].name) if len(found) == 1 else None
    if known is not None:
        return _settle_natural(f, known, budget)
    flat = canonical(f)
    if not isinstance(flat, Expr):
        return flat >= 0
    content, factors = _shared_factors(flat)
    low, high = content, content
    for factor in factors:
        low, high = times((low, high), bounds(factor))
    if low is not None and low >= 0:
        return True
    if high is not None and high < 0:
        return False
    if len(found) != 1:
        cases = _cases(flat)
        return _ordered(cases[0], [not_negative(case, budget) for case in cases[1]]) if cases else None
    tail = settled_sign(flat, found[0].name)
    if tail is None:
        return None
    sign, first = tail
    if first < 2:
        return sign > 0
    return sign > 0 if _settle(flat, 1, first - 1, _natural, budget) is (sign > 0) else None


def _settle_natural(f: Expr, known: Facts, budget: int) -> bool | None:
    """Exact for one symbol: past a finite window the slope decides the sign, without a slope a period does."""
    p, _, low, high, period, start = known
    if low is None or high is None:
        return None
    if not p:
        return _settle(f, 1, start + period - 1, _natural, budget)
    if p > 0:  # for sure f < 0 while p*h + high < 0, and f >= 0 once p*h + low >= 0
        both, last = p * start + high < 0, max(start, -(low // p)) - 1
    else:  # for sure f >= 0 while p*h + low >= 0, and f < 0 once p*h + high < 0
        both, last = p * start + low >= 0, max(start, high // -p + 1) - 1
    if both:
        return None
    if last < 1:
        return p > 0
    return p > 0 if _settle(f, 1, last, _natural, budget) is (p > 0) else None

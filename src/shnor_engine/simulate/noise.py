"""Chance as a pure function of its place: the same (seed, path, school, year, procedure, purpose), the same number.

A generator that is drawn from in order gives other numbers to everybody as soon as one school is added, left out or
moved. Here a number depends on nothing but its own keys, so a school's path stays bit-identical whatever else is
simulated, and two scenarios differ by what they change and by nothing else.

The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; 2011), a
keyed bijection of counters, written here over arrays; the tests hold its published test vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, ndtri

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Keys = tuple[ArrayLike, ArrayLike]

U32 = np.uint64(0xFFFFFFFF)
_S32 = np.uint64(32)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
TILE = 1 << 13  # elements at a time, so that the arrays of a round stay in the cache
BATCH = 1 << 15  # the same for sums of terms: fewer arrays, and ever shorter ones
TINY = 1e-290  # below it a number keeps ever fewer digits, and the terms built on it with it
FAR, TERMS = 250, 32  # from so many trials on so many terms at once
LEAST_ALIKE = 1e-9  # below it no draw of so few differs from one of trials that are free of each other
_TO_UNIT = 2.0**-53


MOST_PASTS, MOST_FUTURES = 1 << 22, 1 << 10  # a path is one word of a counter: so many pasts, so many futures of each


def futures_of(paths: Whole, numbers: tuple[int, ...]) -> Whole:
    """The path of each future of each past, the futures of one past side by side; number 0 is the past's own.

    Raises `ValueError` where a past or a number is too large to get a path that nobody else has.
    """
    if numbers != (0,) and (
        np.max(paths, initial=0) >= MOST_PASTS or not 0 <= min(numbers) <= max(numbers) < MOST_FUTURES
    ):
        raise ValueError(f"only {MOST_PASTS} pasts can have futures of their own, {MOST_FUTURES} each")
    found: Whole = (paths[:, None] + MOST_PASTS * np.array(numbers, dtype=np.int64)).reshape(-1)
    return found


def label(text: str) -> int:
    """A 32-bit number for a name (a school, a procedure, a purpose): equal on every machine and in every run."""
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big")


def key_of(seed: int, name: str) -> tuple[int, int]:
    """The 64-bit key, as two halves, of one name under a seed; two names share one with a chance of 2⁻⁶⁴."""
    raw = blake2b(name.encode(), digest_size=8, key=seed.to_bytes(16, "big", signed=True)).digest()
    return int.from_bytes(raw[:4], "big"), int.from_bytes(raw[4:], "big")


def philox(counter: tuple[ArrayLike, ...], key: Keys) -> tuple[Words, ...]:
    """Four 32-bit words (in 64-bit arrays) for each counter of four words and key of two, broadcast together."""
    parts = [np.asarray(word, dtype=np.uint64) for word in (*counter, *key)]
    shape = np.broadcast_shapes(*(part.shape for part in parts))
    parts = [part.reshape((1,) * (len(shape) - part.ndim) + part.shape) for part in parts]
    out = np.empty((4, *shape), dtype=np.uint64)
    for tile in _tiles(shape):
        # not broadcast before the rounds: the first two then run over one axis at a time, almost for nothing
        for place, word in enumerate(_rounds([_cut(part, tile) for part in parts])):
            out[place, ...][tile] = word
    return tuple(out)


def _tiles(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """Slices that cover an array in pieces of at most `TILE` elements, cutting the first axes."""
    if not shape:
        yield ()
        return
    inner = int(np.prod(shape[1:], dtype=np.int64))
    step = max(1, TILE // max(inner, 1))
    rest = list(_tiles(shape[1:])) if inner > TILE else [(slice(None),) * (len(shape) - 1)]
    for start in range(0, shape[0], step):
        for tail in rest:
            yield (slice(start, start + step), *tail)


def _cut(part: Words, tile: tuple[slice, ...]) -> Words:
    return part[tuple(axis if size > 1 else slice(None) for axis, size in zip(tile, part.shape, strict=True))]


def _rounds(words: list[Words]) -> tuple[Words, ...]:
    c0, c1, c2, c3, k0, k1 = words
    for turn in range(ROUNDS):
        left, right = c0 * _M0, c2 * _M1
        key0, key1 = (k0 + np.uint64(turn * _W0 & 0xFFFFFFFF)) & U32, (k1 + np.uint64(turn * _W1 & 0xFFFFFFFF)) & U32
        c0, c2 = (right >> _S32) ^ (c1 ^ key0), (left >> _S32) ^ (c3 ^ key1)
        c1, c3 = right & U32, left & U32
    return c0, c1, c2, c3


def _unit(high: Words, low: Words) -> Floats:
    """53 bits of two words, in the middle of their cell, so that neither 0 nor 1 ever comes."""
    whole = ((high >> np.uint64(5)) << np.uint64(26)) | (low >> np.uint64(6))
    return (whole.astype(np.float64) + 0.5) * _TO_UNIT


def _short(word: Words) -> Floats:
    """32 bits as a number strictly between 0 and 1: enough for a normal one, seven standard deviations wide."""
    return (word.astype(np.float64) + 0.5) * 2.0**-32


def uniform(keys: Keys, *, path: ArrayLike, year: ArrayLike = 0, procedure: ArrayLike = 0, purpose: str) -> Floats:
    """Numbers strictly between 0 and 1 (53 bits), one for each place; the arguments are broadcast together."""
    words = philox((path, year, procedure, label(purpose)), keys)
    return _unit(words[0], words[1])


def cell(
    keys: Keys, *, path: ArrayLike, year: ArrayLike, procedure: ArrayLike, purpose: str
) -> tuple[Floats, Floats, Floats]:
    """Three independent numbers for each place at the price of one: of 53, 32 and 32 bits."""
    words = philox((path, year, procedure, label(purpose)), keys)
    return _unit(words[0], words[1]), _short(words[2]), _short(words[3])


def normal(keys: Keys, *, path: ArrayLike, year: ArrayLike = 0, procedure: ArrayLike = 0, purpose: str) -> Floats:
    """Standard normal numbers by the inverse of the distribution function, one for each place."""
    drawn: Floats = ndtri(uniform(keys, path=path, year=year, procedure=procedure, purpose=purpose))
    return drawn


def binomial(u: Floats, n: ArrayLike, p: ArrayLike) -> Whole:
    """The number of successes in `n` trials of chance `p` at the quantile `u`: the least k with P(X ≤ k) ≥ u.

    Monotone in u and in p: with the same u a smaller chance never gives more successes, so that paired scenarios
    differ in one direction only.
    """
    u, size, chance = np.broadcast_arrays(u, np.asarray(n, dtype=np.int64), np.asarray(p, dtype=np.float64))
    _check(size, chance)
    return _in_batches(_inverse, u, size, chance)


def beta_binomial(u: Floats, n: ArrayLike, p: ArrayLike, rho: ArrayLike) -> Whole:
    """The same of trials that resemble each other: `rho` is the correlation of two of them, 0 ≤ rho < 1.

    The chance of a whole series comes from a Beta law of mean `p`, so the variance is that of `binomial` times
    1 + (n − 1) · rho. Monotone as `binomial` is, and the same where `rho` is 0.
    """
    u, size, chance, alike = np.broadcast_arrays(
        u, np.asarray(n, dtype=np.int64), np.asarray(p, dtype=np.float64), np.asarray(rho, dtype=np.float64)
    )
    _check(size, chance)
    if np.any((alike < 0) | (alike >= 1)):
        raise ValueError("beta_binomial: a correlation lies in 0..1, 1 left out")
    out = np.empty(u.shape, dtype=np.int64)
    # where the trials are free of each other, or sure, or none, there is nothing that could resemble
    spread = (alike > LEAST_ALIKE) & (chance > TINY) & (chance < 1) & (size > 0)
    out[~spread] = binomial(u[~spread], size[~spread], chance[~spread])
    weight = 1 / alike[spread] - 1
    law = chance[spread] * weight, (1 - chance[spread]) * weight
    out[spread] = _in_batches(_inverse_spread, u[spread], size[spread], *law)
    return out


def _check(size: Whole, chance: Floats) -> None:
    if np.any((chance < 0) | (chance > 1)) or np.any(size < 0):
        raise ValueError("binomial: a chance lies in 0..1 and a number of trials is not negative")


def _in_batches(inverse: Callable[..., Whole], u: Floats, *law: NDArray[Any]) -> Whole:
    """An inverse over arrays of one shape, a piece at a time."""
    out = np.empty(u.size, dtype=np.int64)
    flat = [side.reshape(-1) for side in (u, *law)]
    for start in range(0, out.size, BATCH):
        part = slice(start, start + BATCH)
        out[part] = inverse(*(side[part] for side in flat))
    return out.reshape(u.shape)


def _inverse(u: Floats, n: Whole, p: Floats) -> Whole:
    """Add up the terms P(X = k) from k = 0 until they reach u; the next term is the last times p / (1 − p)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        term = np.exp(n * np.log1p(-p))
        odds = p / (1 - p)
    sure = (p >= 1) | (term < TINY)
    k = _climb(u, n, np.where(sure, np.inf, term), _odds, odds)
    if sure.any():
        k[sure] = _from_scipy("binom", u[sure], n[sure], p[sure])
    return k


def _inverse_spread(u: Floats, n: Whole, a: Floats, b: Floats) -> Whole:
    """The same for a chance out of Beta(a, b)."""
    term = np.exp(betaln(a, b + n) - betaln(a, b))
    small, far = term < TINY, n > FAR
    k = _climb(u, n, np.where(small | far, np.inf, term), _beta_odds, a, b)
    if far.any():
        k[far] = _climb_far(u[far], n[far], np.where(small, np.inf, term)[far], a[far], b[far])
    if small.any():
        k[small] = _from_scipy("betabinom", u[small], n[small], a[small], b[small])
    return k


def _odds(term: Floats, step: int, trials: Floats, odds: Floats) -> None:
    term *= odds
    term *= (trials - (step - 1)) / step  # 0 after the last trial, and from there on


def _beta_odds(term: Floats, step: int, trials: Floats, a: Floats, b: Floats) -> None:
    left = trials - step
    # after the last trial the first factor is 0; the second is then held off its pole
    term *= (left + 1) / step
    term *= (a + (step - 1)) / (b + np.maximum(left, 0))


def _climb(u: Floats, n: Whole, first: Floats, grow: Callable[..., None], *law: Floats) -> Whole:
    """All places at once, without those that are done; `grow` makes each term of the next one."""
    k = np.zeros(len(u), dtype=np.int64)
    place = np.flatnonzero(first < u)
    target, term, trials = u[place], first[place], n[place].astype(np.float64)
    law = tuple(side[place] for side in law)
    total, found, step = term.copy(), np.ones(len(place), dtype=np.int64), 0
    while len(place):
        step += 1
        grow(term, step, trials, *law)
        total += term
        more = (total < target) & (trials > step)  # the last term closes the sum whatever was lost in rounding
        found += more
        left = np.count_nonzero(more)
        if left * 2 > len(place):
            continue
        done = ~more
        k[place[done]] = found[done]
        place, target, trials, found = place[more], target[more], trials[more], found[more]
        term, total, law = term[more], total[more], tuple(side[more] for side in law)
    return k


def _climb_far(u: Floats, n: Whole, first: Floats, a: Floats, b: Floats) -> Whole:
    """The same for many trials that resemble each other, whose sums are long: many terms of each place at once."""
    k = np.zeros(len(u), dtype=np.int64)
    place = np.flatnonzero(first < u)
    term, total, step = first[place], first[place], 0
    while len(place):
        steps = (step + np.arange(1, TERMS + 1))[None, :]
        left = np.maximum(n[place, None] - steps, -1)
        ratio = (left + 1) / steps * ((a[place, None] + steps - 1) / (b[place, None] + np.maximum(left, 0)))
        terms = term[:, None] * np.cumprod(ratio, axis=1)
        sums = total[:, None] + np.cumsum(terms, axis=1)
        there = (sums >= u[place, None]) | (steps >= n[place, None])
        done = there.any(axis=1)
        k[place[done]] = step + 1 + there[done].argmax(axis=1)
        place, term, total, step = place[~done], terms[~done, -1], sums[~done, -1], step + TERMS
    return k


def _from_scipy(name: str, u: Floats, *law: NDArray[Any]) -> Whole:
    """The few places where the first term is too small to build on: chance 1, or very many trials."""
    from scipy import stats

    return np.asarray(getattr(stats, name).ppf(u, *law), dtype=np.int64)

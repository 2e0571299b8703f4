"""Chance as a pure function of its place: the same (seed, path, school, year, procedure, purpose), the same number.

A generator that is drawn from in order gives other numbers to everybody as soon as one school is added, left out or
moved. Here a number depends on nothing but its own keys, so a school's path stays bit-identical whatever else is
simulated, and two scenarios differ by what they change and by nothing else.

The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; 2011), a
keyed bijection of counters, written here over arrays; the tests hold its published test vectors.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

U32 = np.uint64(0xFFFFFFFF)
_S32 = np.uint64(32)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
CHUNK = 1 << 15  # elements at a time, so that the eight arrays of a round stay in the cache
_TO_UNIT = 2.0**-53


def label(text: str) -> int:
    """A 32-bit number for a name (a school, a procedure, a purpose): equal on every machine and in every run."""
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big")


def key_of(seed: int, name: str) -> tuple[int, int]:
    """The 64-bit key, as two halves, of one name under a seed; two names share one with a chance of 2⁻⁶⁴."""
    raw = blake2b(name.encode(), digest_size=8, key=seed.to_bytes(16, "big", signed=True)).digest()
    return int.from_bytes(raw[:4], "big"), int.from_bytes(raw[4:], "big")


def philox(counter: tuple[ArrayLike, ...], key: tuple[ArrayLike, ArrayLike]) -> tuple[NDArray[np.uint64], ...]:
    """Four 32-bit words (in 64-bit arrays) for each counter of four words and key of two, broadcast together."""
    parts = np.broadcast_arrays(*(np.asarray(word, dtype=np.uint64) for word in (*counter, *key)))
    shape, size = parts[0].shape, parts[0].size
    flat = [part.reshape(-1) for part in parts]
    out = np.empty((4, size), dtype=np.uint64)
    for start in range(0, size, CHUNK):
        words = [np.ascontiguousarray(part[start : start + CHUNK]) for part in flat]
        for place, word in enumerate(_rounds(words)):
            out[place, start : start + CHUNK] = word
    return tuple(word.reshape(shape) for word in out)


def _rounds(words: list[NDArray[np.uint64]]) -> tuple[NDArray[np.uint64], ...]:
    c0, c1, c2, c3, k0, k1 = words
    for turn in range(ROUNDS):
        left, right = c0 * _M0, c2 * _M1
        c0, c1, c2, c3 = (
            (right >> _S32) ^ c1 ^ ((k0 + np.uint64(turn * _W0 & 0xFFFFFFFF)) & U32),
            right & U32,
            (left >> _S32) ^ c3 ^ ((k1 + np.uint64(turn * _W1 & 0xFFFFFFFF)) & U32),
            left & U32,
        )
    return c0, c1, c2, c3


def _unit(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> NDArray[np.float64]:
    """53 bits of two words, in the middle of their cell, so that neither 0 nor 1 ever comes."""
    whole = ((high >> np.uint64(5)) << np.uint64(26)) | (low >> np.uint64(6))
    return (whole.astype(np.float64) + 0.5) * _TO_UNIT


def uniform(
    keys: tuple[ArrayLike, ArrayLike], *, path: ArrayLike, year: ArrayLike = 0, procedure: ArrayLike = 0, purpose: str
) -> NDArray[np.float64]:
    """Numbers strictly between 0 and 1 (53 bits), one for each place; the arguments are broadcast together."""
    words = philox((path, year, procedure, label(purpose)), keys)
    return _unit(words[0], words[1])


def uniform_pair(
    keys: tuple[ArrayLike, ArrayLike], *, path: ArrayLike, year: ArrayLike = 0, procedure: ArrayLike = 0, purpose: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two independent numbers for each place at the price of one; the first is the number that `uniform` gives."""
    words = philox((path, year, procedure, label(purpose)), keys)
    return _unit(words[0], words[1]), _unit(words[2], words[3])


def normal(
    keys: tuple[ArrayLike, ArrayLike], *, path: ArrayLike, year: ArrayLike = 0, procedure: ArrayLike = 0, purpose: str
) -> NDArray[np.float64]:
    """Standard normal numbers by the inverse of the distribution function, one for each place."""
    drawn: NDArray[np.float64] = ndtri(uniform(keys, path=path, year=year, procedure=procedure, purpose=purpose))
    return drawn


def binomial(u: NDArray[np.float64], n: ArrayLike, p: ArrayLike) -> NDArray[np.int64]:
    """The number of successes in `n` trials of chance `p` at the quantile `u`: the least k with P(X ≤ k) ≥ u.

    Monotone in u and in p: with the same u a smaller chance never gives more successes, so that paired scenarios
    differ in one direction only.
    """
    u, size, chance = np.broadcast_arrays(u, np.asarray(n, dtype=np.int64), np.asarray(p, dtype=np.float64))
    shape = u.shape
    out = np.empty(u.size, dtype=np.int64)
    flat = u.reshape(-1), size.reshape(-1), chance.reshape(-1)
    for start in range(0, out.size, CHUNK):
        part = slice(start, start + CHUNK)
        out[part] = _inverse(*(np.ascontiguousarray(column[part]) for column in flat))
    return out.reshape(shape)


def _inverse(u: NDArray[np.float64], n: NDArray[np.int64], p: NDArray[np.float64]) -> NDArray[np.int64]:
    """Add up the terms P(X = k) from k = 0 until they reach u, all places at once, dropping those that are done."""
    if np.any((p < 0) | (p > 1)) or np.any(n < 0):
        raise ValueError("binomial: a chance lies in 0..1 and a number of trials is not negative")
    k = np.zeros(len(u), dtype=np.int64)
    with np.errstate(divide="ignore"):
        log_q = n * np.log1p(-p)
    term = np.exp(log_q)
    sure = (p >= 1) | (term == 0)
    k[sure] = _from_scipy(u[sure], n[sure], p[sure])
    left = np.flatnonzero(~sure & (term < u))
    total, term, odds = term[left], term[left], (p / np.where(p < 1, 1 - p, 1))[left]
    target, trials, step = u[left], n[left], 0
    while len(left):
        step += 1
        term = term * odds * (trials - step + 1) / step
        total = total + term
        # the last term closes the sum whatever was lost in rounding
        more = (total < target) & (step < trials)
        k[left[~more]] = step
        left, total, term, odds = left[more], total[more], term[more], odds[more]
        target, trials = target[more], trials[more]
    return k


def _from_scipy(u: NDArray[np.float64], n: NDArray[np.int64], p: NDArray[np.float64]) -> NDArray[np.int64]:
    """The few places where the first term underflows: chance 1, or very many trials."""
    from scipy.stats import binom

    return np.asarray(binom.ppf(u, n, p), dtype=np.int64) if len(u) else np.empty(0, dtype=np.int64)

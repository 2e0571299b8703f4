"""Rule A on numpy arrays: the limit. Schools and years are numbers already, nobody checks a key or a bound."""

import numpy as np

MOST = 5000
OUTCOMES = ("undetermined", "not_met", "met", "not_applicable", "failed")


def rule_a(school, year, participants, below_min, num, den, closed):
    """`num`/`den` is the threshold and `closed` whether all is in, by school and year; unknown facts are −1.

    Gives outcome, verdict and applies by school and year: numbers of `OUTCOMES`, and 1, 0 or −1 for nobody can say.
    """
    at = school * num.shape[1] + year
    num_, den_ = num.ravel()[at], den.ravel()[at]
    known, told = participants >= 0, below_min >= 0
    least, most = np.where(known, participants, 0), np.where(known, participants, MOST)
    few, many = np.where(told, below_min, 0), np.where(told, below_min, MOST)
    counted, countable, there = least >= 10, most >= 10, least > 0
    low = there & (few * den_ >= num_ * most)
    high = there & (np.minimum(many, least) * den_ < num_ * least)

    def count(rows):
        return np.bincount(at[rows], minlength=num.size).reshape(num.shape)

    verdict = _said(count(counted & low) >= 2, (count(countable & ~high) < 2) & closed)
    applies = _said(count(counted) >= 1, (count(countable) < 1) & closed)
    outcome = np.zeros(num.shape, np.int8)
    outcome[(applies == 1) & (verdict == 0)] = 1
    outcome[(applies == 1) & (verdict == 1)] = 2
    outcome[applies == 0] = 3
    broken = count(there & (few > most)) > 0
    outcome[broken], verdict[broken], applies[broken] = 4, -1, -1
    return outcome, verdict, applies


def _said(true, false):
    return np.where(true, np.int8(1), np.where(false, np.int8(0), np.int8(-1)))

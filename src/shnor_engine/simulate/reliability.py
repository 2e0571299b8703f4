"""How much a single year can tell: the noise of small cohorts, and whether a low result was luck.

Closed forms, no simulation: what the head of a small school asks first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.special import ndtri
from scipy.stats import beta, binom

LOW_SHARE = Fraction(3, 10)


def least_failures(participants: int, share: Fraction = LOW_SHARE) -> int:
    """The fewest participants below the minimum that make a procedure low: share · n, rounded up exactly."""
    return -(-share.numerator * participants // share.denominator)


@dataclass(frozen=True, slots=True)
class Chances:
    """The chance of being listed in one year: by two or more low procedures (A), and by A and a repeat (A and B)."""

    a: float
    a_and_b: float


def listed_by_chance(
    participants: int, true_share: float, *, procedures: int = 6, share: Fraction = LOW_SHARE, least: int = 2
) -> Chances:
    """The chance to be listed though every true share is `true_share`.

    A: at least `least` of the procedures are low. A and B: and one of them was low the year before too.
    With q the chance of one low: P(A and B) = sum over k ≥ least of P(k low) · (1 − (1 − q)^k).
    """
    q = float(binom.sf(least_failures(participants, share) - 1, participants, true_share))
    ks = np.arange(least, procedures + 1)
    each = binom.pmf(ks, procedures, q)
    return Chances(float(each.sum()), float((each * (1 - (1 - q) ** ks)).sum()))


def noise_table(
    sizes: tuple[int, ...] = (8, 12, 20, 40, 80), shares: tuple[float, ...] = (0.15, 0.20, 0.25, 0.30, 0.35)
) -> dict[int, dict[float, Chances]]:
    """Cohort size → true share → chance of being listed by noise alone."""
    return {size: {share: listed_by_chance(size, share) for share in shares} for size in sizes}


def truly_low(below: int, participants: int, *, prior: tuple[float, float] = (1.0, 1.0), share: float = 0.3) -> float:
    """P(the true share is at least `share`) after one result, for a Beta prior (default: every share alike).

    With a prior fitted to the district this is the answer to «were they unlucky, or low?».
    """
    if not 0 <= below <= participants:
        raise ValueError(f"below {below} does not fit participants {participants}")
    return float(beta.sf(share, prior[0] + below, prior[1] + participants - below))


def band(
    below: int, participants: int, *, prior: tuple[float, float] = (1.0, 1.0), level: float = 0.9
) -> tuple[float, float]:
    """Between which shares the true one lies with the chance `level`, after one result; equal tails."""
    if not 0 <= below <= participants:
        raise ValueError(f"below {below} does not fit participants {participants}")
    tail = (1 - level) / 2
    low, high = beta.ppf([tail, 1 - tail], prior[0] + below, prior[1] + participants - below)
    return float(low), float(high)


def needed_shift(true_share: float, *, share: float = 0.3) -> float:
    """By how many standard deviations of pupils the results must rise to bring a true share down to `share`."""
    return float(ndtri(true_share) - ndtri(share))


def district_prior(below: Sequence[int], participants: Sequence[int]) -> tuple[float, float]:
    """The Beta distribution of true shares over a district's results, by moments; (1, 1) where they tell too little.

    The variance of observed shares is that of the true ones and of the draw of pupils; what is left after the draw
    says how much schools and procedures really differ.
    """
    part, whole = np.asarray(below, dtype=np.float64), np.asarray(participants, dtype=np.float64)
    kept = whole > 0
    part, whole = part[kept], whole[kept]
    if len(whole) < 3 or not 0 < part.sum() < whole.sum():
        return (1.0, 1.0)
    shares, mean = part / whole, part.sum() / whole.sum()
    drawn = mean * (1 - mean) * float((1 / whole).mean())
    spread = max(float(shares.var(ddof=1)) - drawn, 1e-4) / (1 - float((1 / whole).mean()) or 1)
    together = max(mean * (1 - mean) / spread - 1, 0.5)
    return (mean * together, (1 - mean) * together)


def truly_low_each(results: Iterable[Mapping[str, Any]], *, share: float = 0.3) -> list[dict[str, Any]]:
    """The rows of a fact (school, procedure, participants, below_min) with `truly_low`, by the district's own prior.

    Stands beside a decision: «was the school unlucky, or is it low?». Rows with an unknown count have None.
    """
    rows = [dict(row) for row in results]
    known = [row for row in rows if row["participants"] and row["below_min"] is not None]
    prior = district_prior([row["below_min"] for row in known], [row["participants"] for row in known])
    for row in rows:
        told = row["participants"] and row["below_min"] is not None
        row["truly_low"] = (
            truly_low(row["below_min"], row["participants"], prior=prior, share=share) if told else None
        )
    return rows

"""How much a single year can tell: the noise of small cohorts, and whether a low result was luck.

Closed forms, no simulation: what the head of a small school asks first. What stands beside a decision is in `luck`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.special import ndtri
from scipy.stats import binom

from shnor_engine.simulate.luck import LOW_SHARE, district_prior, least_failures, truly_low


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


def needed_shift(true_share: float, *, share: float = 0.3) -> float:
    """By how many standard deviations of pupils the results must rise to bring a true share down to `share`."""
    return float(ndtri(true_share) - ndtri(share))


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

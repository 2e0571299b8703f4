"""Not lucky, or low? What the results of one year tell of one school, to stand beside the decision on it.

Closed forms: the prior is fitted to all results of the district, each result moves it, and nothing is simulated.
Loads little, because `shnor explain` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.special import betainc, betaincinv, betaln, gammaln

from shnor_engine.simulate.words import percent

LOW_SHARE = Fraction(3, 10)
LEAST = 2  # low procedures that make a school low in one year, in every reading of the federal criterion


def least_failures(participants: int, share: Fraction = LOW_SHARE) -> int:
    """The fewest participants below the minimum that make a procedure low: share · n, rounded up exactly."""
    return -(-share.numerator * participants // share.denominator)


def truly_low(below: int, participants: int, *, prior: tuple[float, float] = (1.0, 1.0), share: float = 0.3) -> float:
    """P(the true share is at least `share`) after one result, for a Beta prior (default: every share alike).

    With a prior fitted to the district this is the answer to «were they unlucky, or low?».
    """
    if not 0 <= below <= participants:
        raise ValueError(f"below {below} does not fit participants {participants}")
    return float(betainc(prior[1] + participants - below, prior[0] + below, 1 - share))


def band(
    below: int, participants: int, *, prior: tuple[float, float] = (1.0, 1.0), level: float = 0.9
) -> tuple[float, float]:
    """Between which shares the true one lies with the chance `level`, after one result; equal tails."""
    if not 0 <= below <= participants:
        raise ValueError(f"below {below} does not fit participants {participants}")
    after, tail = (prior[0] + below, prior[1] + participants - below), (1 - level) / 2
    return float(betaincinv(*after, tail)), float(betaincinv(*after, 1 - tail))


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


@dataclass(frozen=True, slots=True)
class Sat:
    """One result and what it tells: the chance that the true share is low, and that the next one comes out low."""

    procedure: str
    participants: int
    below_min: int
    low: bool
    truly_low: float
    low_again: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Luck or lowness of one school in one year. Without results `truly_low` and `again` are None: it cannot be told.

    `truly_low`: the chance that the true share is at least the threshold in two or more procedures, each taken by
    itself. `again`: the chance of two or more low procedures next year, were the true shares to stay as they are.
    """

    school: str
    year: int
    sat: tuple[Sat, ...]
    truly_low: float | None
    again: float | None
    share: float

    def text(self, language: str = "ru") -> str:
        """What it says for whoever reads the decision, in Russian (`ru`) or English (`en`)."""
        return self._ru() if language == "ru" else self._en()

    def _en(self) -> str:
        if self.truly_low is None or self.again is None:
            return (
                f"Not lucky, or low? For {self.year} it cannot be told: the log holds no counts of participants "
                "and of those below the minimum by procedure (result.recorded)."
            )
        low = [one for one in self.sat if one.low]
        each = "; ".join(
            f"{one.procedure}: {one.below_min} of {one.participants} – {_percent(one.truly_low)}" for one in low
        )
        told = f" Of the procedures that came out low: {each}." if low else ""
        return (
            f"Not lucky, or low? By {len(self.sat)} results of {self.year} the true share below the minimum is at "
            f"least {_percent(self.share)} in two or more procedures with a chance of {_percent(self.truly_low)}. If "
            "it stays as it is, two or more procedures come out low again next year with a chance of "
            f"{_percent(self.again)}.{told}"
        )

    def _ru(self) -> str:
        if self.truly_low is None or self.again is None:
            return (
                f"Не повезло или низкие результаты? За {self.year} год сказать нельзя: в журнале нет числа "
                "участников и не преодолевших минимум по процедурам (result.recorded)."
            )
        low = [one for one in self.sat if one.low]
        each = "; ".join(
            f"{one.procedure}: {one.below_min} из {one.participants} – {percent(one.truly_low)}" for one in low
        )
        told = f" По процедурам, где доля вышла низкой: {each}." if low else ""
        return (
            f"Не повезло или низкие результаты? По {len(self.sat)} результатам {self.year} года настоящая доля не "
            f"преодолевших минимум не ниже {percent(self.share)} хотя бы в двух процедурах с вероятностью "
            f"{percent(self.truly_low)}. Если она не изменится, то в следующем году две и более процедуры снова "
            f"выйдут низкими с вероятностью {percent(self.again)}.{told}"
        )

    def to_json(self) -> dict[str, Any]:
        """The same as plain values; `sat` are the results it rests on."""
        return {
            "school": self.school,
            "year": self.year,
            "share": self.share,
            "truly_low": _six(self.truly_low),
            "again": _six(self.again),
            "results": [
                {
                    "procedure": one.procedure,
                    "participants": one.participants,
                    "below_min": one.below_min,
                    "low": one.low,
                    "truly_low": _six(one.truly_low),
                    "low_again": _six(one.low_again),
                }
                for one in self.sat
            ],
        }


Result = tuple[str, int, str, int, int]  # school, year, procedure, participants, below the minimum


def reliability(
    results: Iterable[Result], schools: Sequence[str], *, year: int, share: Fraction = LOW_SHARE
) -> tuple[Reliability, ...]:
    """Luck or lowness of some schools in a year, by a prior fitted to all results of that year."""
    known = [row for row in results if row[1] == year and row[3] > 0]
    prior = district_prior([row[4] for row in known], [row[3] for row in known])
    return tuple(
        _of_school(school, year, [row for row in known if row[0] == school], prior, share) for school in schools
    )


def _of_school(
    school: str, year: int, rows: Sequence[Result], prior: tuple[float, float], share: Fraction
) -> Reliability:
    sat = tuple(_sat(*row[2:], prior, share) for row in sorted(rows))
    if not sat:
        return Reliability(school, year, (), None, None, float(share))
    truly, again = (at_least(LEAST, [getattr(one, name) for one in sat]) for name in ("truly_low", "low_again"))
    return Reliability(school, year, sat, truly, again, float(share))


def _sat(procedure: str, participants: int, below: int, prior: tuple[float, float], share: Fraction) -> Sat:
    after = prior[0] + below, prior[1] + participants - below
    least = least_failures(participants, share)
    again = _comes_to(least, participants, after)
    low = below >= least
    return Sat(
        procedure, participants, below, low, truly_low(below, participants, prior=prior, share=float(share)), again
    )


def at_least(least: int, chances: Sequence[float]) -> float:
    """The chance that at least so many of some independent things happen."""
    counts = np.array([1.0])
    for chance in chances:
        counts = np.convolve(counts, [1 - chance, chance])
    return float(counts[least:].sum())


def _comes_to(least: int, participants: int, after: tuple[float, float]) -> float:
    """The chance of so many of as many participants next time: binomial, with the share as the results left it."""
    k = np.arange(least, participants + 1)
    logs = gammaln(participants + 1) - gammaln(k + 1) - gammaln(participants - k + 1)
    logs += betaln(after[0] + k, after[1] + participants - k) - betaln(*after)
    return float(min(np.exp(logs).sum(), 1.0))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if 0.005 <= share <= 0.995 else f"{100 * share:.1f} %"


def _six(value: float | None) -> float | None:
    return None if value is None else round(value, 6)

"""Not lucky, or low? What the results of one year tell of one school, to stand beside the decision on it.

Nothing is simulated: a prior of two levels, schools and their procedures, is fitted to all results of the district by
moments; each result moves it, and what is not known of a school is integrated out over a grid. Loads little, because
`shnor explain` prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, betaln, gammaln

from shnor_engine.reasoning.phrases import russian_form
from shnor_engine.simulate.words import percent

LOW_SHARE = Fraction(3, 10)
Result = tuple[str, int, str, int, int]  # school, year, procedure, participants, below the minimum
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


Floats = NDArray[np.float64]
GRID: Floats = (np.arange(200) + 0.5) / 200  # shares that the mean of a school may have
LEAST_PART, MOST_PART = 0.02, 0.98  # of the variance of true shares that may lie between schools


@dataclass(frozen=True, slots=True)
class Spread:
    """How true shares are spread in a district: their mean, between schools and within one as weights of Beta laws.

    The mean share m of a school comes from Beta(mean · schools, (1 − mean) · schools), its procedures each from
    Beta(m · within, (1 − m) · within): the larger a weight, the more alike they are.
    """

    mean: float
    schools: float
    within: float

    def means(self) -> Floats:
        """The prior weights of `GRID` as the mean of a school."""
        logs = (self.mean * self.schools - 1) * np.log(GRID)
        logs += ((1 - self.mean) * self.schools - 1) * np.log1p(-GRID)
        return _weights(logs)


def spread_of(rows: Sequence[Result]) -> Spread:
    """The spread of a district by the moments of its results: what two procedures of one school have in common."""
    one, other = district_prior([row[4] for row in rows], [row[3] for row in rows])
    mean, whole = one / (one + other), one + other
    variance = mean * (1 - mean) / (whole + 1)
    shares: dict[str, list[float]] = {}
    for row in rows:
        shares.setdefault(row[0], []).append(row[4] / row[3] - mean)
    pairs = sum(len(each) * (len(each) - 1) for each in shares.values())
    # two results of one school have nothing in common but the school: their product is what lies between schools
    common = sum(sum(each) ** 2 - sum(x * x for x in each) for each in shares.values())
    between = common / pairs if pairs else 0.0
    between = min(max(between, LEAST_PART * variance), MOST_PART * variance)
    within = (mean * (1 - mean) - between) / (variance - between) - 1
    return Spread(mean, mean * (1 - mean) / between - 1, within)


def _weights(logs: Floats) -> Floats:
    raised = np.exp(logs - logs.max())
    found: Floats = raised / raised.sum()
    return found


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if 0.005 <= share <= 0.995 else f"{100 * share:.1f} %"


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language: what is told, of which low procedures, and that nothing can be told."""

    told: str
    low: str
    each: str
    unknown: str
    percent: Callable[[float], str]


RESULTS = ("результату", "результатам", "результатам")  # «по 1 …», «по 2 …», «по 5 …»
RUSSIAN = Words(
    told="Не повезло или низкие результаты? По {number} {results} {year} года настоящая доля не преодолевших "
    "минимум не ниже {share} хотя бы в двух процедурах с вероятностью {truly_low}. Если она не изменится, то в "
    "следующем году две и более процедуры снова выйдут низкими с вероятностью {again}.",
    low=" По процедурам, где доля вышла низкой: {}.",
    each="{}: {} из {} – {}",
    unknown="Не повезло или низкие результаты? За {year} год сказать нельзя: в журнале нет числа участников и не "
    "преодолевших минимум по процедурам (result.recorded).",
    percent=percent,
)
ENGLISH = Words(
    told="Not lucky, or low? By {number} results of {year} the true share below the minimum is at least {share} in "
    "two or more procedures with a chance of {truly_low}. If it stays as it is, two or more procedures come out low "
    "again next year with a chance of {again}.",
    low=" Of the procedures that came out low: {}.",
    each="{}: {} of {} – {}",
    unknown="Not lucky, or low? For {year} it cannot be told: the log holds no counts of participants and of those "
    "below the minimum by procedure (result.recorded).",
    percent=_percent,
)


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

    `truly_low`: the chance that the true share is at least the threshold in two or more procedures. `again`: the
    chance of two or more low procedures next year, were the true shares to stay as they are.
    """

    school: str
    year: int
    sat: tuple[Sat, ...]
    truly_low: float | None
    again: float | None
    share: float

    def text(self, language: str = "ru") -> str:
        """What it says for whoever reads the decision, in Russian (`ru`) or English (`en`)."""
        said = RUSSIAN if language == "ru" else ENGLISH
        if self.truly_low is None or self.again is None:
            return said.unknown.format(year=self.year)
        each = "; ".join(
            said.each.format(one.procedure, one.below_min, one.participants, said.percent(one.truly_low))
            for one in self.sat
            if one.low
        )
        return said.told.format(
            number=len(self.sat),
            results=russian_form(len(self.sat), RESULTS),
            year=self.year,
            share=said.percent(self.share),
            truly_low=said.percent(self.truly_low),
            again=said.percent(self.again),
        ) + (said.low.format(each) if each else "")

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


def undisputed(rows: Iterable[Mapping[str, Any]]) -> tuple[Result, ...]:
    """The results out of rows of `sittings` whose numbers are known and the same in every source, in order."""
    told: dict[tuple[Any, ...], set[tuple[int, int]]] = {}
    for row in rows:
        numbers = row["participants"], row["below_min"]
        # numbers that a source leaves out are another telling too: which one is true is not known
        told.setdefault((row["school_id"], row["year"], row["procedure"]), set()).add(numbers)
    return tuple(
        (*key, *next(iter(numbers)))
        for key, numbers in sorted(told.items())
        if len(numbers) == 1 and None not in next(iter(numbers))
    )


def reliability(
    results: Iterable[Result], schools: Sequence[str], *, year: int, share: Fraction = LOW_SHARE
) -> tuple[Reliability, ...]:
    """Luck or lowness of some schools in a year, by a prior fitted to all results of that year."""
    known = [row for row in results if row[1] == year and row[3] > 0]
    spread, rows = spread_of(known), dict[str, list[Result]]()
    for row in sorted(known):
        rows.setdefault(row[0], []).append(row)
    return tuple(_of_school(school, year, rows.get(school, ()), spread, share) for school in schools)


def _of_school(school: str, year: int, rows: Sequence[Result], spread: Spread, share: Fraction) -> Reliability:
    """One school: its mean is not known, so every figure is taken over all means that its results leave likely."""
    if not rows:
        return Reliability(school, year, (), None, None, float(share))
    weights, laws = _learned(rows, spread)
    truly = [betainc(after[1], after[0], 1 - float(share)) for after in laws]
    again = [
        _comes_to(least_failures(people, share), people, after)
        for (*_, people, _), after in zip(rows, laws, strict=True)
    ]
    sat = tuple(
        Sat(
            procedure,
            people,
            below,
            below >= least_failures(people, share),
            _over(weights, low),
            _over(weights, next_),
        )
        for (*_, procedure, people, below), low, next_ in zip(rows, truly, again, strict=True)
    )
    two, two_again = (_over(weights, at_least(LEAST, chances)) for chances in (truly, again))
    return Reliability(school, year, sat, two, two_again, float(share))


Law = tuple[Floats, Floats]  # a Beta law at each place of `GRID`


def _learned(rows: Sequence[Result], spread: Spread) -> tuple[Floats, list[Law]]:
    """What results leave likely: weights of the mean of the school, and the share of each procedure at each mean."""
    one, other = GRID * spread.within, (1 - GRID) * spread.within
    logs, laws = np.log(spread.means() + 1e-300), []
    for *_, people, below in rows:
        laws.append((one + below, other + people - below))
        logs = logs + betaln(*laws[-1]) - betaln(one, other)
    return _weights(logs), laws


def bands(results: Iterable[Result], school: str, *, year: int, level: float = 0.9) -> dict[str, tuple[float, float]]:
    """Between which shares the true one of each procedure of a school lies with the chance `level`; equal tails.

    By the same prior as `reliability`: what the school does in its other procedures speaks too.
    """
    known = [row for row in results if row[1] == year and row[3] > 0]
    mine = sorted(row for row in known if row[0] == school)
    if not mine:
        return {}
    weights, laws = _learned(mine, spread_of(known))
    tail = (1 - level) / 2
    return {
        procedure: (_quantile(tail, weights, law), _quantile(1 - tail, weights, law))
        for (*_, procedure, _, _), law in zip(mine, laws, strict=True)
    }


def _quantile(at: float, weights: Floats, law: Law) -> float:
    """The share below which a mixture of Beta laws lies with a chance, by halving."""
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        if weights @ betainc(*law, middle) < at:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def at_least(least: int, chances: Sequence[Floats]) -> Floats:
    """The chance that at least so many of some independent things happen, at each place of the arrays."""
    shape = np.shape(chances[0]) if len(chances) else ()
    counts = np.zeros((len(chances) + 1, *shape))
    counts[0] = 1.0
    for chance in chances:
        counts[1:] = counts[1:] * (1 - chance) + counts[:-1] * chance
        counts[0] = counts[0] * (1 - chance)
    found: Floats = counts[least:].sum(axis=0)
    return found


def _over(weights: Floats, values: Floats) -> float:
    """The mean of chances, kept from going over one by its last digit."""
    return min(float(weights @ values), 1.0)


def _comes_to(least: int, participants: int, after: tuple[Floats, Floats]) -> Floats:
    """The chance of so many of as many participants next time: binomial, with the share as the results left it."""
    k = np.arange(least, participants + 1)[:, None]
    logs = gammaln(participants + 1) - gammaln(k + 1) - gammaln(participants - k + 1)
    logs = logs + betaln(after[0] + k, after[1] + participants - k) - betaln(*after)
    found: Floats = np.minimum(np.exp(logs).sum(axis=0), 1.0)
    return found


def _six(value: float | None) -> float | None:
    return None if value is None else round(value, 6)

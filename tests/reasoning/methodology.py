"""A small methodology that the tests of reasoning share: results of sittings, two low ones in each of two years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.reasoning import Facts, Verdict, decide
from shnor_engine.rules import Fact, Field, Rule, count, in_each, last_years, share

ON = date(2024, 12, 31)
MOST = 60


class Sitting(Fact, grain=("school", "year", "procedure"), ru="процедуры", en="sittings"):
    participants = Field[int]("участников", en="participants", bounds=(0, MOST))
    below_min = Field[int]("ниже минимума", en="below the minimum", bounds=(0, MOST), unit="чел.", unit_en="persons")


class P(Parameters):
    low_share = Dated[Share]({"2020-01-01": percent(30)}, ref=Clause("3.1"), region_may_override=True)
    min_sittings = Dated[int]({"2020-01-01": 2}, ref=Clause("3.1"))
    min_participants = Dated[int]({"2020-01-01": 10}, ref=Clause("3.2"))


class LowResults(Rule, per=("school", "year"), id="t.low", version="1.0", in_force="2021-09-01", ref=Clause("3")):
    counted = Sitting.participants >= P.min_participants
    low = share(Sitting.below_min, of=Sitting.participants) >= P.low_share
    low_year = count(Sitting, where=counted & low) >= P.min_sittings
    applies = in_each(last_years(2), count(Sitting, where=counted) >= 1)
    verdict = in_each(last_years(2), low_year)


class Strictly(LowResults, id="t.low.strictly", exception_to=LowResults.low, ref=Clause("5")):
    low = share(Sitting.below_min, of=Sitting.participants) > P.low_share


def sitting(year: int, procedure: str, participants: int | None, below_min: int | None) -> dict[str, Any]:
    """One row with an event named after it."""
    return {
        "school": "s",
        "year": year,
        "procedure": procedure,
        "participants": participants,
        "below_min": below_min,
        "events": [f"{year}-{procedure}"],
    }


def years(rows: Iterable[tuple[int | None, int | None]], *, of: Sequence[int] = (2023, 2024)) -> list[dict[str, Any]]:
    """The same sittings in each of the years."""
    listed = list(rows)
    return [sitting(year, f"p{n}", whole, part) for year in of for n, (whole, part) in enumerate(listed)]


def judge(
    rows: Sequence[Mapping[str, Any]],
    rule: type[Rule] = LowResults,
    *,
    closed: Any = True,
    year: int = 2024,
    **more: Any,
) -> Verdict:
    """The verdict on the one subject of the tests."""
    facts = Facts.of({Sitting: rows}, closed=closed if isinstance(closed, bool) else {Sitting: closed})
    return decide(rule, {"school": "s", "year": year}, facts, more.pop("law", Law.of(P)), on=ON, **more)

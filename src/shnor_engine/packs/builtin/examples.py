"""Examples of the methodologies that come with the library: what must come out for which facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from shnor_engine.packs.examples import Example

DAY = date(2024, 12, 23)
PLACE: Mapping[str, str | int] = {"school": "s", "year": 2024}

# By name: who was below the minimum of 20 in mathematics and Russian, this year and the year before (None: unknown).
Pair = tuple[int | None, int | None]
SITTINGS: Mapping[str, tuple[Pair, Pair]] = {
    "две процедуры года с низким результатом, каждая впервые": ((6, 8), (0, 0)),
    "одна и та же процедура два года подряд": ((6, 0), (6, 0)),
    "две процедуры года, одна из них и год назад": ((6, 8), (6, 0)),
    "низкий результат один, год назад его не было": ((6, 0), (0, 0)),
    "сколько не преодолели порог, неизвестно": ((None, None), (None, None)),
}
# What each way of joining the conditions makes of them, in the same order.
OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "a": ("met", "not_met", "met", "not_met", "undetermined"),
    "b": ("not_met", "met", "met", "not_met", "undetermined"),
    "a-and-b": ("not_met", "not_met", "met", "not_met", "undetermined"),
    "a-or-b": ("met", "met", "met", "not_met", "undetermined"),
}


ANY = ".any-grade"
# Condition 2 where the subject is the same and the grade is not, by its two readings.
OTHER_GRADE = "низкий результат по тому же предмету, но в другом классе"


def of_low_results(form: str) -> tuple[Example, ...]:
    """The examples of one form of the criterion; those with a least number of participants have one more."""
    joined, counted, any_grade = (
        form.removesuffix(".min").removesuffix(ANY),
        form.endswith(".min"),
        form.endswith(ANY),
    )
    found = [
        Example(name, PLACE, _facts(_years(*years), any_grade), outcome, DAY, closed=True)
        for (name, years), outcome in zip(SITTINGS.items(), OUTCOMES[joined], strict=True)
    ]
    if counted:
        few = ({"procedure": "oge.mathematics", "participants": 9, "below_min": 9},)
        found.append(Example("участников слишком мало", PLACE, {"Sitting": few}, "not_applicable", DAY, closed=True))
    elif joined in ("b", "a-or-b"):
        outcome = "met" if any_grade else "not_met"
        found.append(Example(OTHER_GRADE, PLACE, _facts(_grades(), any_grade), outcome, DAY, closed=True))
    return tuple(found)


def _facts(rows: Iterable[dict[str, Any]], any_grade: bool) -> dict[str, tuple[dict[str, Any], ...]]:
    """Rows of results as the reading takes them: by procedure, or under their subject with a row for each."""
    if not any_grade:
        return {"Sitting": tuple(rows)}
    under = tuple({**row, "discipline": ".".join(row["procedure"].split(".")[:2])} for row in rows)
    subjects = sorted({(row["year"], row["discipline"]) for row in under})
    one = tuple({"year": year, "discipline": subject, "procedures": 1} for year, subject in subjects)
    return {"OfSubject": under, "Subject": one}


def _grades() -> Iterator[dict[str, Any]]:
    for year, grade in ((2024, 5), (2023, 4)):
        yield {"year": year, "procedure": f"vpr.russian.{grade}", "participants": 20, "below_min": 6}


def _years(now: Pair, before: Pair) -> Iterator[dict[str, Any]]:
    for year, pair in ((2024, now), (2023, before)):
        for procedure, below in zip(("oge.mathematics", "oge.russian"), pair, strict=True):
            yield {"year": year, "procedure": procedure, "participants": 20, "below_min": below}


def of_monitoring() -> tuple[Example, ...]:
    """The examples of the municipal monitoring: on which lists the school was, what it is."""
    return tuple(_listed(*told) for told in LISTED)


LISTED: tuple[tuple[str, Mapping[int, bool | None], str, str], ...] = (
    ("школа в перечне этого года", {2024: True}, "met", "listed"),
    ("школа вышла из перечня год назад", {2023: True, 2024: False}, "met", "watch"),
    ("школы нет в перечнях два года подряд", {2022: True, 2023: False, 2024: False}, "not_met", "sustained_exit"),
    ("школы не было ни в одном перечне", {2022: False, 2023: False, 2024: False}, "not_met", "on_no_known_list"),
    ("перечень этого года неизвестен", {2022: False, 2023: False, 2024: None}, "undetermined", ""),
)


def _listed(name: str, lists: Mapping[int, bool | None], outcome: str, decision: str) -> Example:
    rows = tuple({"year": year, "listed": listed} for year, listed in lists.items())
    return Example(name, PLACE, {"Membership": rows}, outcome, DAY, decision=decision)

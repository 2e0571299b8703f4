"""Examples of the methodologies that come with the library: what must come out for which facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def of_low_results(form: str) -> tuple[Example, ...]:
    """The examples of one form of the criterion; those with a least number of participants have one more."""
    joined, counted = form.removesuffix(".min"), form.endswith(".min")
    found = [
        Example(name, PLACE, {"Sitting": tuple(_years(*years))}, outcome, DAY, closed=True)
        for (name, years), outcome in zip(SITTINGS.items(), OUTCOMES[joined], strict=True)
    ]
    if counted:
        few = ({"procedure": "oge.mathematics", "participants": 9, "below_min": 9},)
        found.append(Example("участников слишком мало", PLACE, {"Sitting": few}, "not_applicable", DAY, closed=True))
    return tuple(found)


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

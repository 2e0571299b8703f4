"""Dated law: gaps are named, two clocks, regions, frozen content."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_engine.errors import LawError, NoValue, RuleSyntax
from shnor_engine.law import Brackets, Clause, Dated, Law, Override, Parameters, Since, percent


class P(Parameters):
    share = Dated[Fraction](
        {"2020-01-01": percent(30), "2023-09-01": percent(35)}, ref=Clause("3.1"), region_may_override=True
    )
    score = Dated[int](
        [
            Since.on("2026-01-01", 24, known="2026-02-18", ref=Clause("04-44")),
            Since.on("2026-01-01", 22, known="2026-02-25", ref=Clause("02-20")),
        ]
    )
    ended = Dated[int]([Since.on("2020-01-01", 5, until="2022-01-01"), Since.on("2023-01-01", 6)], bounds=(1, 9))


LAW = Law.of(P)


def test_thirty_percent_is_three_tenths_and_a_float_is_refused() -> None:
    assert percent(30) == Fraction(3, 10)
    assert percent("12.5") == Fraction(1, 8)
    with pytest.raises(TypeError, match="a float is not exact"):
        percent(0.3)  # type: ignore[arg-type]
    with pytest.raises(LawError, match="is a float"):
        Dated[Any]({"2020-01-01": 0.3})


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_value_of_a_day_is_the_last_one_that_came_into_force(day: date) -> None:
    valued = LAW.value(P.share, at=day)
    late = day >= date(2023, 9, 1)
    assert valued.value == (percent(35) if late else percent(30))
    assert valued.since == (date(2023, 9, 1) if late else date(2020, 1, 1))
    assert valued.until == (None if late else date(2023, 9, 1))
    assert valued.clause == Clause("3.1")
    assert valued.since <= day


def test_before_the_first_value_and_after_an_end_there_is_none_and_the_gap_is_named() -> None:
    with pytest.raises(NoValue, match=r"P\.share has no value on 2019-12-31; its values stand for 2020-01-01\.\."):
        LAW.value(P.share, at=date(2019, 12, 31))
    with pytest.raises(NoValue, match=r"2020-01-01\.\.2022-01-01, 2023-01-01\.\."):
        LAW.value(P.ended, at=date(2022, 5, 1))
    assert LAW.value(P.ended, at=date(2021, 12, 31)).until == date(2022, 1, 1)
    assert LAW.value(P.ended, at=date(2023, 1, 1)).value == 6


def test_a_letter_replaced_after_seven_days_gives_two_answers_by_what_was_known() -> None:
    day = date(2026, 6, 1)
    assert LAW.value(P.score, at=day, as_known=date(2026, 2, 24)).value == 24
    assert LAW.value(P.score, at=day, as_known=date(2026, 2, 25)).value == 22
    found = LAW.value(P.score, at=day, as_known=date(2026, 2, 25)).clause
    assert found is not None
    assert found.point == "02-20"
    with pytest.raises(NoValue, match="as known on 2026-02-17"):
        LAW.value(P.score, at=day, as_known=date(2026, 2, 17))


def test_a_region_is_asked_before_the_country_and_the_chain_is_shown() -> None:
    own = Override.of("ru.77", P.share, {"2022-01-01": percent(25)}, ref=Clause("п. 5"))
    law = Law.of(P, overrides=[own], regions={"town": "ru.77", "ru.77": "", "ru.50": ""})
    in_town = law.value(P.share, at=date(2022, 5, 1), region="town")
    assert (in_town.value, in_town.chain, in_town.clause) == (percent(25), ("town", "ru.77"), Clause("п. 5"))
    before = law.value(P.share, at=date(2021, 5, 1), region="town")
    assert (before.value, before.chain) == (percent(30), ("town", "ru.77", ""))
    assert law.value(P.share, at=date(2022, 5, 1), region="ru.50").chain == ("ru.50", "")
    with pytest.raises(LawError, match=r"unknown region ru\.99; this law knows ru\.50, ru\.77, town"):
        law.value(P.share, at=date(2022, 5, 1), region="ru.99")


def test_regions_that_lead_in_a_circle_are_refused() -> None:
    law = Law.of(P, regions={"a": "b", "b": "a"})
    with pytest.raises(LawError, match="lead back to a"):
        law.value(P.share, at=date(2022, 5, 1), region="a")


def test_an_override_needs_leave_and_stays_in_the_bounds() -> None:
    with pytest.raises(LawError, match="the law lets no region set it"):
        Override.of("ru.77", P.score, {"2022-01-01": 1})
    with pytest.raises(LawError, match=r"10 lies outside its bounds 1\.\.9"):
        Dated[int]({"2020-01-01": 10}, bounds=(1, 9))


def test_a_misspelt_parameter_is_refused_with_near_names() -> None:
    with pytest.raises(RuleSyntax, match=r"P has no parameter «scare»; did you mean share, score"):
        P.scare  # type: ignore[attr-defined]  # noqa: B018


def test_two_parameters_of_one_key_are_refused() -> None:
    other = type("P", (Parameters,), {"share": Dated[int]({"2020-01-01": 1})})
    with pytest.raises(LawError, match=r"two parameters are called P\.share|P\.share"):
        Law.of(P, type("Q", (Parameters,), {"share": _keyed("P.share")}))
    assert other.all()["share"].key.endswith("share")


def _keyed(key: str) -> Dated[int]:
    made = Dated[int]({"2020-01-01": 1})
    made.key = key
    return made


def test_the_digest_is_of_the_content_alone() -> None:
    def law(value: int, **more: Any) -> Law:
        class Q(Parameters):
            n = Dated[int]({"2020-01-01": value}, **more)

        return Law.of(Q)

    assert law(1).digest == law(1).digest
    others = [law(2), law(1, unit="чел."), law(1, review_by="2026-01-01"), law(1, ref=Clause("1"))]
    assert len({law(1).digest, *(item.digest for item in others)}) == 5


def test_a_clause_is_cited_in_both_languages() -> None:
    clause = Clause("п. 3", act="приказ 1", act_en="order 1", point_en="clause 3")
    assert (clause.cite("ru"), clause.cite("en")) == ("приказ 1, п. 3", "order 1, clause 3")


def test_the_end_of_a_value_is_what_was_known_of_it() -> None:
    class Q(Parameters):
        n = Dated[int]([Since.on("2020-01-01", 1), Since.on("2024-01-01", 2, known="2023-12-01")])

    law = Law.of(Q)
    assert law.value(Q.n, at=date(2023, 1, 1), as_known=date(2023, 1, 1)).until is None
    assert law.value(Q.n, at=date(2023, 1, 1), as_known=date(2023, 12, 1)).until == date(2024, 1, 1)
    assert law.value(Q.n, at=date(2024, 6, 1), as_known=date(2023, 1, 1)).value == 1


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.dates(date(2026, 2, 18), date(2026, 12, 31)), st.data())
def test_what_becomes_known_later_changes_no_earlier_answer(at: date, known: date, data: st.DataObject) -> None:
    later = data.draw(st.dates(known + timedelta(days=1), date(2027, 12, 31)))
    entry = Since(data.draw(st.dates(date(2025, 1, 1), date(2027, 1, 1))), 99, later)

    class Q(Parameters):
        score = Dated[int]([*P.score.entries, entry])

    assert Law.of(Q).value(Q.score, at=at, as_known=known) == LAW.value(P.score, at=at, as_known=known)


def test_a_town_is_asked_before_its_region_and_the_region_before_the_country() -> None:
    town = Override.of("town", P.share, [Since.on("2022-01-01", percent(20), until="2023-01-01")])
    region = Override.of("ru.77", P.share, [Since.on("2021-01-01", percent(25), known="2022-06-01")])
    law = Law.of(P, overrides=[town, region], regions={"town": "ru.77", "ru.77": ""})
    asked = [
        (date(2020, 6, 1), None, percent(30), ("town", "ru.77", "")),
        (date(2022, 6, 1), None, percent(20), ("town",)),
        (date(2023, 6, 1), None, percent(25), ("town", "ru.77")),
        (date(2023, 6, 1), date(2022, 5, 1), percent(30), ("town", "ru.77", "")),
    ]
    for at, known, share, chain in asked:
        found = law.value(P.share, at=at, as_known=known, region="town")
        assert (found.value, found.chain) == (share, chain)


def test_values_of_days_code_lists_and_scales_are_law_too() -> None:
    class Q(Parameters):
        start = Dated[date]({"2020-01-01": date(2020, 9, 1)}, bounds=(date(2020, 1, 1), None))
        codes = Dated[tuple[str, ...]]({"2020-01-01": ("a", "b")})
        scale = Dated[Brackets]({"2020-01-01": Brackets.of({0: percent(10), 5: percent(20)})})

    law = Law.of(Q)
    found = [law.value(item, at=date(2021, 1, 1)).value for item in Q.all().values()]
    assert found == [date(2020, 9, 1), ("a", "b"), Brackets(((0, percent(10)), (5, percent(20))))]
    assert len(law.digest) == 64
    with pytest.raises(LawError, match="lies outside its bounds"):
        Dated[date]({"2020-01-01": date(2019, 9, 1)}, bounds=(date(2020, 1, 1), None))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dated[Any]({"2020-01-01": 1, "2021-01-01": "two"}), "'two' is of another kind than 1"),
        (lambda: Dated[Any]({"2020-01-01": True, "2021-01-01": 1}), "is of another kind"),
        (lambda: Dated[int]([Since.on("2020-01-01", 1, until="2020-01-01")]), "can not end on 2020-01-01"),
        (lambda: Dated[int]({}), "at least one value"),
        (
            lambda: Law.of(P, overrides=[Override("r", "P.share", ()), Override("r", "P.share", ())]),
            r"r sets P\.share in 2 overrides",
        ),
        (lambda: Law.of(overrides=[Override("r", "P.share", ())]), r"overrides speak of P\.share"),
    ],
)
def test_a_law_that_contradicts_itself_is_refused(make: Any, message: str) -> None:
    with pytest.raises(LawError, match=message):
        make()

"""The municipal monitoring on the lists of the district's report: 2021 is not known and is never read as «no»."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest

from shnor_engine.packs import builtin_packs, find_pack
from shnor_engine.packs.builtin.monitoring import Membership, MunicipalMonitoring
from shnor_engine.reasoning import Facts, Verdict, decide

LISTS: dict[int, str | None] = {
    2020: "2 11 8 12 32 36 45 лицей",
    2021: None,
    2022: "6 7 8 19 23 32 59",
    2023: "6 7 8 21 27",
    2024: "7",
}
SCHOOLS = sorted({school for members in LISTS.values() for school in (members or "").split()} | {"43"})
ON = date(2024, 12, 23)
PACK = builtin_packs()[0]


def rows(lists: Mapping[int, str | None] = LISTS) -> list[dict[str, Any]]:
    """One row a school and year, as the projection gives them."""
    return [
        {
            "school_id": school,
            "year": year,
            "listed": None if members is None else school in members.split(),
            "events": [] if members is None else [f"list-{year}"],
        }
        for year, members in lists.items()
        for school in SCHOOLS
    ]


def judge(school: str, year: int = 2024, lists: Mapping[int, str | None] = LISTS) -> Verdict:
    return PACK.decide({"school": school, "year": year}, PACK.facts({"membership": rows(lists)}), on=ON)


def statuses(year: int = 2024, lists: Mapping[int, str | None] = LISTS) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for school in SCHOOLS:
        found.setdefault(PACK.decision(judge(school, year, lists)), set()).add(school)
    return found


def test_the_sixteen_schools_of_2024() -> None:
    assert len(SCHOOLS) == 16
    assert statuses() == {
        "listed": {"7"},
        "watch": {"6", "8", "21", "27"},
        "sustained_exit": {"2", "11", "12", "19", "23", "32", "36", "45", "59", "лицей"},
        "on_no_known_list": {"43"},
    }


def test_in_2022_the_unknown_list_of_2021_leaves_every_school_off_the_list_open() -> None:
    assert statuses(2022) == {
        "listed": {"6", "7", "8", "19", "23", "32", "59"},
        "undetermined": {"2", "11", "12", "21", "27", "36", "43", "45", "лицей"},
    }


def test_a_retracted_list_makes_the_year_unknown_and_leaves_who_is_listed_now() -> None:
    assert statuses(2024, {**LISTS, 2023: None}) == {"listed": {"7"}, "undetermined": set(SCHOOLS) - {"7"}}


def test_the_unknown_year_is_not_a_no() -> None:
    no = {**LISTS, 2021: ""}
    assert PACK.decision(judge("43", 2022, no)) == "on_no_known_list"
    assert PACK.decision(judge("43", 2022)) == "undetermined"


def test_a_school_listed_in_2020_stays_under_support_in_2021_whatever_the_list_was() -> None:
    verdict = judge("2", 2021)
    assert (verdict.outcome, verdict.values["status"]) == ("met", ("listed", "watch"))
    assert "Школа остаётся на сопровождении в любом случае" in PACK.explain(verdict).text("ru")


def test_the_verdict_is_support_for_listed_and_watched_schools() -> None:
    outcomes = {school: judge(school).outcome for school in ("7", "6", "2", "43")}
    assert outcomes == {"7": "met", "6": "met", "2": "not_met", "43": "not_met"}


def test_never_on_a_list_cannot_be_said_while_a_list_is_unknown() -> None:
    explanation = PACK.explain(judge("43"))
    assert [item.text.ru for item in explanation.missing] == ["перечень 2021 года"]
    assert not explanation.open
    assert PACK.explain(judge("2")).missing == ()


def test_a_frame_in_any_order_gives_the_same_answers() -> None:
    shuffled = rows()
    Random(7).shuffle(shuffled)
    facts = Facts.of({Membership: pl.DataFrame(shuffled).lazy()}, columns=PACK.columns())
    for school in SCHOOLS:
        again = decide(PACK.rule, {"school": school, "year": 2024}, facts, PACK.law, on=ON)
        assert again.to_json() == judge(school).to_json()
        assert PACK.explain(again).to_json() == PACK.explain(judge(school)).to_json()


def test_taking_back_one_list_changes_only_decisions_that_name_it() -> None:
    for gone in (2020, 2022, 2023, 2024):
        for school in SCHOOLS:
            before = judge(school)
            after = judge(school, lists={**LISTS, gone: None})
            if f"list-{gone}" not in PACK.explain(before).events:
                assert after.outcome == before.outcome
                assert PACK.decision(after) == PACK.decision(before)


SAID = {
    "7": (
        "МБОУ СОШ № 7, 2024 год: в перечне. Школа остаётся на сопровождении: она в перечне этого года.\n"
        "Почему:\n"
        "– школа есть в перечне 2024 года.\n"
        "Решение на 23.12.2024 по методике «Муниципальный мониторинг перечня ШНОР» "
        "(ru.municipal.monitoring 1.0), по журналу до записи 57.\n"
        "События журнала, на которых держится решение:\n"
        "  list-2024 – перечень 2024 года",
        "School No. 7, 2024: listed. The school stays under support: it is on this year's list.\n"
        "Why:\n"
        "– the school is on the 2024 list.\n"
        "Decided on 2024-12-23 by «Municipal monitoring of the list» (ru.municipal.monitoring 1.0), log position 57.",
    ),
    "6": (
        "МБОУ СОШ № 6, 2024 год: под наблюдением. Школа остаётся на сопровождении: "
        "из перечня она вышла, но ещё недостаточно давно.\n"
        "Почему:\n"
        "– школы нет в перечне 2024 года;\n"
        "– школа есть в перечне 2023 года.\n"
        "По правилу: сопровождение заканчивается, когда школы нет в перечнях за 2 года подряд "
        "(порядок мониторинга, принятый в библиотеке по умолчанию, п. 2, действует с 01.01.2020).\n"
        "Решение на 23.12.2024 по методике «Муниципальный мониторинг перечня ШНОР» "
        "(ru.municipal.monitoring 1.0), по журналу до записи 57.\n"
        "События журнала, на которых держится решение:\n"
        "  list-2023\n"
        "  list-2024 – перечень 2024 года",
        "School No. 6, 2024: watch. "
        "The school stays under support: it has left the list, but not for long enough yet.\n"
        "Why:\n"
        "– the school is not on the 2024 list;\n"
        "– the school is on the 2023 list.\n"
        "By the rule: support ends when the school has been off the list for 2 years running "
        "(monitoring order assumed by the library, clause 2, in force since 2020-01-01).\n"
        "Decided on 2024-12-23 by «Municipal monitoring of the list» (ru.municipal.monitoring 1.0), log position 57.",
    ),
    "2": (
        "МБОУ СОШ № 2, 2024 год: устойчиво вышла. Сопровождение закончено: "
        "школа вышла из перечня и в него не вернулась.\n"
        "Почему:\n"
        "– школы нет в перечнях 2023 и 2024 годов;\n"
        "– школа есть в перечне 2020 года.\n"
        "По правилу: сопровождение заканчивается, когда школы нет в перечнях за 2 года подряд "
        "(порядок мониторинга, принятый в библиотеке по умолчанию, п. 2, действует с 01.01.2020).\n"
        "Решение на 23.12.2024 по методике «Муниципальный мониторинг перечня ШНОР» "
        "(ru.municipal.monitoring 1.0), по журналу до записи 57.\n"
        "События журнала, на которых держится решение:\n"
        "  list-2020\n"
        "  list-2023\n"
        "  list-2024 – перечень 2024 года",
        "School No. 2, 2024: sustained exit. Support has ended: the school left the list and has not returned.\n"
        "Why:\n"
        "– the school is not on the lists of 2023 and 2024;\n"
        "– the school is on the 2020 list.\n"
        "By the rule: support ends when the school has been off the list for 2 years running "
        "(monitoring order assumed by the library, clause 2, in force since 2020-01-01).\n"
        "Decided on 2024-12-23 by «Municipal monitoring of the list» (ru.municipal.monitoring 1.0), log position 57.",
    ),
    "43": (
        "МБОУ СОШ № 43, 2024 год: ни в одном известном перечне. Сопровождение не требуется: "
        "школы нет ни в одном из известных перечней.\n"
        "Почему:\n"
        "– школы нет в перечнях 2020, 2022, 2023 и 2024 годов;\n"
        "– перечень 2021 года неизвестен.\n"
        "По правилу: сопровождение заканчивается, когда школы нет в перечнях за 2 года подряд "
        "(порядок мониторинга, принятый в библиотеке по умолчанию, п. 2, действует с 01.01.2020).\n"
        "Осталось неизвестным: перечень 2021 года. Когда это станет известно, решение может измениться.\n"
        "Решение на 23.12.2024 по методике «Муниципальный мониторинг перечня ШНОР» "
        "(ru.municipal.monitoring 1.0), по журналу до записи 57.\n"
        "События журнала, на которых держится решение:\n"
        "  list-2020\n"
        "  list-2022\n"
        "  list-2023\n"
        "  list-2024 – перечень 2024 года",
        "School No. 43, 2024: on no known list. No support is needed: the school is on none of the known lists.\n"
        "Why:\n"
        "– the school is not on the lists of 2020, 2022, 2023 and 2024;\n"
        "– the 2021 list is not known.\n"
        "By the rule: support ends when the school has been off the list for 2 years running "
        "(monitoring order assumed by the library, clause 2, in force since 2020-01-01).\n"
        "Still not known: the 2021 list. Once this is known the decision may change.\n"
        "Decided on 2024-12-23 by «Municipal monitoring of the list» (ru.municipal.monitoring 1.0), log position 57.",
    ),
}


@pytest.mark.parametrize("school", list(SAID))
def test_the_explanation_reads_as_plain_prose_in_both_languages(school: str) -> None:
    names = {school: {"ru": f"МБОУ СОШ № {school}", "en": f"School No. {school}"}}
    sources = {"list-2024": "перечень 2024 года"}
    explanation = PACK.explain(judge(school), position=57, names=names, sources=sources)
    russian, english = SAID[school]
    assert explanation.text("ru") == russian
    assert explanation.text("en", events=False) == english


def test_an_open_decision_says_what_to_fetch_and_what_is_possible() -> None:
    said = PACK.explain(judge("43", 2022)).text("ru", events=False)
    assert "43, 2022 год: не определено. Решить нельзя: не хватает сведений; возможно: " in said
    assert "– школы нет в перечне 2022 года;\n– перечень 2021 года неизвестен." in said
    assert "Чтобы решить, нужно знать: перечень 2021 года." in said


def test_the_one_line_for_a_table() -> None:
    assert PACK.explain(judge("6")).reason() == "школы нет в перечне 2024 года; школа есть в перечне 2023 года"


def test_the_json_form_holds_everything_that_the_text_says() -> None:
    found = json.loads(PACK.explain(judge("6"), position=57).to_json())
    assert found["schema"] == "shnor_engine.explanation/1"
    assert (found["decision"], found["outcome"], found["position"]) == ("watch", "met", 57)
    assert found["events"] == ["list-2023", "list-2024"]
    assert [(reason["clause"], reason["keys"], reason["value"]) for reason in found["because"]] == [
        ("on_list", {"school": "6", "year": 2024}, False),
        ("on_list", {"school": "6", "year": 2023}, True),
    ]
    assert found["thresholds"][0]["value"] == 2
    assert found["thresholds"][0]["since"] == "2020-01-01"
    assert found["thresholds"][0]["clause"]["point"] == "п. 2"
    assert found["pack"]["id"] == "ru.municipal.monitoring"
    assert found["pack"]["digest"] == PACK.digest
    assert found["law"] == PACK.law.digest


def test_the_pack_is_found_by_its_id_and_bound_to_its_projection() -> None:
    pack = find_pack("ru.municipal.monitoring")
    assert pack.rule is MunicipalMonitoring
    assert pack.bindings[Membership].projection == "membership"
    assert (pack.status, pack.confidence) == ("active", "default")

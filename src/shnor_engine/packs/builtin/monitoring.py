"""Municipal monitoring: who is on the year's list, who has only just left it, who has left it for good.

No act is behind it yet: the window of two lists is a default of this library [D], to be set by the municipality.
"""

from __future__ import annotations

from functools import cache

from shnor_engine.law import Clause, Dated, Law, Parameters
from shnor_engine.packs.builtin.examples import of_monitoring
from shnor_engine.packs.pack import Binding, Decision, Pack
from shnor_engine.rules import (
    Fact,
    Field,
    Rule,
    Said,
    Texts,
    Wording,
    at_least,
    case,
    in_each,
    is_known,
    last_years,
    years_so_far,
)

ACT = "порядок мониторинга, принятый в библиотеке по умолчанию"
ACT_EN = "monitoring order assumed by the library"
LISTED = Clause("п. 1", act=ACT, act_en=ACT_EN, point_en="clause 1", confidence="default")
EXIT = Clause("п. 2", act=ACT, act_en=ACT_EN, point_en="clause 2", confidence="default")


class Membership(Fact, grain=("school", "year"), ru="списочный состав", en="membership"):
    """Whether a school stands on the list of a calendar year; null where the list of the year is not known."""

    listed = Field[bool](
        "школа в перечне", en="school on the list", ask_ru="перечень {year} года", ask_en="the {year} list"
    )


class Monitoring(Parameters):
    """What the municipality sets."""

    clean_years = Dated[int](
        {"2020-01-01": 2},
        ref=EXIT,
        ru="сопровождение заканчивается, когда школы нет в перечнях за {value} года подряд",
        en="support ends when the school has been off the list for {value} years running",
        unit="years",
        bounds=(1, 10),
        region_may_override=True,
    )


class MunicipalMonitoring(
    Rule,
    per=("school", "year"),
    id="ru.municipal.monitoring",
    version="1.0",
    in_force="2020-01-01",
    ref=LISTED,
    ru="Школа остаётся на сопровождении",
    en="The school stays under support",
):
    """A school stays under support while it is listed, and until it has been off for `clean_years` lists running."""

    on_list = Membership.listed
    off_for_good = in_each(last_years(Monitoring.clean_years), ~on_list)
    on_known_list = is_known(on_list) & on_list
    ever_on_known_list = at_least(1, on_known_list, of=years_so_far())
    status = case(
        (on_list, "listed"),
        (~off_for_good, "watch"),
        (ever_on_known_list, "sustained_exit"),
        otherwise="on_no_known_list",
    )
    verdict = status.is_in("listed", "watch")

    texts = Texts(
        on_list=Said(
            ru=Wording(
                "школа есть в перечне {year} года",
                "школы нет в перечне {year} года",
                "перечень {year} года неизвестен",
                "школа есть в перечнях {years} годов",
                "школы нет в перечнях {years} годов",
                "перечни {years} годов неизвестны",
            ),
            en=Wording(
                "the school is on the {year} list",
                "the school is not on the {year} list",
                "the {year} list is not known",
                "the school is on the lists of {years}",
                "the school is not on the lists of {years}",
                "the lists of {years} are not known",
            ),
        ),
    )


@cache
def municipal_monitoring() -> Pack:
    """The pack `ru.municipal.monitoring`."""
    return Pack(
        id="ru.municipal.monitoring",
        version="1.0",
        title={"ru": "Муниципальный мониторинг перечня ШНОР", "en": "Municipal monitoring of the list"},
        jurisdiction="ru",
        rule=MunicipalMonitoring,
        law=Law.of(Monitoring),
        bindings={Membership: Binding("membership", {"school": "school_id"})},
        decisions=DECISIONS,
        status_clause="status",
        source=LISTED,
        confidence="default",
        examples=of_monitoring(),
    )


DECISIONS = {
    "listed": Decision(
        "в перечне",
        "listed",
        "школа остаётся на сопровождении: она в перечне этого года",
        "the school stays under support: it is on this year's list",
    ),
    "watch": Decision(
        "под наблюдением",
        "watch",
        "школа остаётся на сопровождении: из перечня она вышла, но ещё недостаточно давно",
        "the school stays under support: it has left the list, but not for long enough yet",
    ),
    "sustained_exit": Decision(
        "устойчиво вышла",
        "sustained exit",
        "сопровождение закончено: школа вышла из перечня и в него не вернулась",
        "support has ended: the school left the list and has not returned",
    ),
    "on_no_known_list": Decision(
        "ни в одном известном перечне",
        "on no known list",
        "сопровождение не требуется: школы нет ни в одном из известных перечней",
        "no support is needed: the school is on none of the known lists",
    ),
    "undetermined": Decision(
        "не определено",
        "undetermined",
        "решить нельзя: не хватает сведений",
        "no decision is possible: facts are missing",
    ),
}

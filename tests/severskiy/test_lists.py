"""The list and its arithmetic: who was on it, who came, who left, and what nobody knows (M11–M17, M45)."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from tests.severskiy.asked import ids, meaning, one, rows

from severskiy_history import REPORTED, Report
from shnor_engine import Engine
from shnor_engine.errors import UnknownSchool
from shnor_engine.events import ListPublished

SPELLING = re.compile(r"(?:МБОУ|МАОУ) (?:СОШ|ООШ|лицей) (?:№ ?\d+(?: станицы \w+)?|пгт \w+)|МКУ[^»]+»|ИМЦ(?= были)")
LISTS = {
    2020: ids(2, 8, 11, 12, 32, 36, 45, "afipskiy"),
    2022: ids(6, 7, 8, 19, 23, 32, 59),
    2023: ids(6, 7, 8, 21, 27),
    2024: ids(7),
}


@pytest.mark.parametrize("year", LISTS)
def test_m11_the_list_of_a_year_has_exactly_these_members(engine: Engine, year: int) -> None:
    found = one(engine, "lists", year=year)
    assert sorted(found["members"]) == LISTS[year]
    assert (found["area"], found["complete"]) == ("severskiy", "yes")


def test_m11_the_sizes_are_8_7_5_and_1(engine: Engine) -> None:
    sizes = [None if year.members is None else len(year.members) for year in engine.lists().lists]
    assert sizes == [8, None, 7, 5, 1]


def test_m11_a_row_number_is_no_rank(engine: Engine, fresh: Engine) -> None:
    """The rows in another order give the same answers."""
    for row in rows(fresh, "lists"):
        event_id = row["events"][0]
        published = next(stored for stored in fresh.log.read() if stored.event_id == event_id).event(fresh.registry)
        assert isinstance(published, ListPublished)
        turned = published.model_copy(update={"members": published.members[::-1]})
        fresh.supersede(event_id, turned, reason="строки в другом порядке", actor="methodologist")
    turned_round, as_printed = fresh.lists().to_json(), engine.lists().to_json()
    assert (turned_round["lists"], turned_round["flow"]) == (as_printed["lists"], as_printed["flow"])


def test_m12_2021_is_unknown_and_not_empty(engine: Engine) -> None:
    assert [(row["year"]) for row in rows(engine, "lists")] == [2020, 2022, 2023, 2024]
    year_2021 = rows(engine, "membership", year=2021)
    assert len(year_2021) == 16
    assert {row["listed"] for row in year_2021} == {None}
    assert all(row["events"] == [] for row in year_2021)
    (said,) = [entry for entry in engine.lists().to_json()["lists"] if entry["year"] == 2021]
    assert (said["members"], said["complete"]) == (None, "unknown")


def test_m12_school_32_is_on_at_both_ends_and_nothing_is_said_of_2021(engine: Engine) -> None:
    stay = one(engine, "spells", school_id="severskiy/32")
    assert (stay["on_years"], stay["gaps"]) == ([2020, 2022], [2021])
    assert one(engine, "membership", school_id="severskiy/32", year=2021)["listed"] is None
    step = one(engine, "flow", from_year=2020)
    assert "severskiy/32" in step["stayed"]
    assert step["unknown_years"] == [2021]


def test_m12_no_entry_or_exit_is_dated_inside_the_gap(engine: Engine) -> None:
    stays = rows(engine, "spells")
    assert {stay[end] for stay in stays for end in ("entered_after", "left_by")} <= {None, 2020, 2022, 2023, 2024}
    left_2020 = [stay for stay in stays if stay["on_years"] == [2020]]
    assert {(stay["left_after"], stay["left_by"]) for stay in left_2020} == {(2020, 2022)}
    came_2022 = [stay for stay in stays if stay["on_years"][0] == 2022]
    assert {(stay["entered_after"], stay["entered_by"]) for stay in came_2022} == {(2020, 2022)}


FLOW = {
    (2020, 2022): (ids(8, 32), ids(6, 7, 19, 23, 59), ids(2, 11, 12, 36, 45, "afipskiy")),
    (2022, 2023): (ids(6, 7, 8), ids(21, 27), ids(19, 23, 32, 59)),
    (2023, 2024): (ids(7), [], ids(6, 8, 21, 27)),
}


@pytest.mark.parametrize(("years", "moves"), FLOW.items())
def test_m13_stays_entries_and_exits(engine: Engine, years: tuple[int, int], moves: tuple[list[str], ...]) -> None:
    step = one(engine, "flow", from_year=years[0], to_year=years[1])
    assert tuple(sorted(step[name]) for name in ("stayed", "entered", "left")) == moves


def test_m13_stays_are_2_3_1_exits_6_4_4_entries_5_2_0(engine: Engine) -> None:
    steps = engine.flow()
    assert [len(step.stayed) for step in steps] == [2, 3, 1]
    assert [len(step.left) for step in steps] == [6, 4, 4]
    assert [len(step.entered) for step in steps] == [5, 2, 0]


def test_m13_nobody_is_known_to_have_come_back(engine: Engine) -> None:
    assert [step.re_entered for step in engine.flow()] == [(), (), ()]
    assert not any(stay["re_entry"] for stay in rows(engine, "spells"))


def test_m13_fifteen_schools_and_twenty_one_school_years(engine: Engine) -> None:
    on = rows(engine, "membership", listed=True)
    assert len({row["school_id"] for row in on}) == 15
    assert len(on) == 21


def test_m13_neighbouring_lists_share_2_of_13_3_of_9_and_1_of_5(engine: Engine) -> None:
    shared = [(len(step.stayed), len({*step.stayed, *step.entered, *step.left})) for step in engine.flow()]
    assert shared == [(2, 13), (3, 9), (1, 5)]


def test_m17_every_spelling_of_the_report_means_one_of_16_schools_or_the_centre(
    engine: Engine, report: Report
) -> None:
    cells = [*report.lists.values(), *report.table_1.values(), *report.prose.values()]
    printed = {found for cell in cells for found in SPELLING.findall(cell.text)}
    assert {
        "МБОУ СОШ № 7",
        "МБОУ СОШ №7",
        "МБОУ СОШ №7 станицы Ставропольской",
        "МАОУ лицей пгт Афипского",
    } <= printed
    assert len(printed) == 25
    schools = ids(2, 6, 7, 8, 11, 12, 19, 21, 23, 27, 32, 36, 43, 45, 59, "afipskiy")
    assert {meaning(engine, spelling) for spelling in printed} == {*schools, "severskiy/imc"}
    assert len(schools) == 16


def test_m17_the_name_of_the_lyceum_is_put_together_from_its_two_lines(engine: Engine, report: Report) -> None:
    assert report.table_1["3", 3].text == "МБОУ СОШ №45 МАОУ лицей пгт Афипского"
    assert report.who(report.table_1["3", 3]) == ("severskiy/45", "severskiy/afipskiy")
    assert meaning(engine, "МАОУ лицей пгт\n\tАфипского") == "severskiy/afipskiy"


def test_m17_school_7_is_one_school_with_and_without_its_stanitsa(engine: Engine) -> None:
    for spelling in ("МБОУ СОШ №7 станицы Ставропольской", "МБОУ СОШ № 7", "СОШ 7", "СОШ № 7 ст. Ставропольской"):
        assert meaning(engine, spelling) == "severskiy/7"
    assert one(engine, "schools", school_id="severskiy/7")["locality"] == "станица Ставропольская"


@pytest.mark.parametrize(
    "spelling", ["МБОУ СОШ № 3", "МБОУ СОШ № 8", "МБОУ ООШ № 7", "лицей № 1", "МАОУ лицей пгт Ильского"]
)
def test_m17_an_unknown_spelling_raises_and_makes_no_school(engine: Engine, spelling: str) -> None:
    before = engine.log.head()
    with pytest.raises(UnknownSchool) as found:
        meaning(engine, spelling)
    assert spelling in str(found.value)
    assert engine.log.head() == before


def test_m45_base_rates_of_exit_stand_beside_the_conclusion(engine: Engine) -> None:
    shares = [Fraction(len(step.left), len(step.left) + len(step.stayed)) for step in engine.flow()]
    assert shares == [Fraction(6, 8), Fraction(4, 7), Fraction(4, 5)]


def test_m14_the_claim_of_a_steady_fall_holds_for_the_four_printed_years_and_not_for_2021(engine: Engine) -> None:
    shown = engine.report(year=2024, on=REPORTED)
    (verdict,) = [line for line in shown.splitlines() if "«число школ постоянно снижается»" in line]
    assert "по известным перечням (4) верно" in verdict
    assert "за 2021 год проверить его нельзя" in verdict


def test_m14_the_claim_stands_beside_the_churn_behind_it(engine: Engine) -> None:
    shown = engine.report(year=2024, on=REPORTED)
    claim, churn = shown.index("постоянно снижается»"), shown.index("## Движение")
    assert claim < churn
    assert "##" not in shown[claim:churn].rstrip()


def test_m14_a_list_that_grows_makes_the_claim_false(fresh: Engine) -> None:
    members = tuple(ids(6, 7))
    grown = ListPublished(
        list_id="severskiy/2025", area="severskiy", year=2025, issuer="municipal", complete="yes", members=members
    )
    fresh.append([grown], actor="methodologist")
    assert "по известным перечням (5) неверно" in fresh.report(year=2025, on=REPORTED)


def test_m16_the_last_school_has_its_years_its_landing_and_what_is_due_on_one_page(engine: Engine) -> None:
    page = engine.passport("МБОУ СОШ №7 станицы Ставропольской")
    assert (page["school_id"], page["locality"]) == ("severskiy/7", "станица Ставропольская")
    assert (page["listed_years"], page["off_years"], page["unknown_years"]) == ([2022, 2023, 2024], [2020], [2021])
    assert page["listed_since"] == 2022
    (visit,) = page["visits"]
    assert (visit["what"], f"{visit['start']:%Y-%m}", visit["precision"]) == (
        "methodical_landing",
        "2024-03",
        "month",
    )
    assert (page["hosted"], page["plans"], page["recommendations"]) == ([], [], [])
    assert len(page["area_recommendations"]) == 7


def test_m45_the_report_writes_association_with_base_rates_and_no_cause(engine: Engine) -> None:
    shown = engine.report(year=2024, on=REPORTED)
    (sentence,) = [line for line in shown.splitlines() if line.startswith("Доля вышедших")]
    for share in ("6 из 8", "4 из 7", "4 из 5"):
        assert share in sentence
    assert "не доказана" in sentence
    for causal in ("благодаря", "в результате", "привел", "позволил", "обеспечил", "способствовал"):
        assert causal not in shown.split("## Перечень по годам", 1)[1].lower()

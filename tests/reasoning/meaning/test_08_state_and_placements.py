"""Meaning 8: entry and exit stand apart, a state is a fold over periods, a placement overrides and explains."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON

from shnor_engine.errors import FactError, RuleSyntax
from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, Placement, Published, Verdict, decide, describe, explain
from shnor_engine.rules import (
    Fact,
    Field,
    Rule,
    before,
    case,
    in_each,
    last,
    last_years,
    move,
    previous,
    status,
)

YEARS = range(2020, 2025)


class Row(Fact, grain=("unit", "year"), ru="показатели", en="figures"):
    low = Field[bool]("низкие результаты", en="low results")
    rated = Field[bool]("оценивается", en="rated")
    n = Field[int]("число", en="number", bounds=(0, 9))


class Support(Rule, per=("unit", "year"), id="t.support", in_force="2020-01-01"):
    """In after one low year, out after two good ones."""

    applies = Row.rated
    enters = Row.low
    leaves = in_each(last_years(2), ~Row.low)
    state = status(
        "free",
        "supported",
        start="free",
        moves=[move("free", "supported", when=enters), move("supported", "free", when=leaves)],
    )
    verdict = state.is_("supported")


class Unsure(Support, id="t.unsure"):
    state = status(
        "free",
        "supported",
        start=None,
        moves=[
            move("free", "supported", when=Support.enters),
            move("supported", "free", when=Support.leaves),
        ],
    )


class Hysteresis(Rule, per=("unit", "year"), id="t.hysteresis", in_force="2020-01-01"):
    """In below 3, out only above 6: the bar depends on the state before."""

    bar = case((before("state").is_("in"), 6), otherwise=3)
    below = Row.n <= bar
    state = status("in", "out", start="out", moves=[move("out", "in", when=below), move("in", "out", when=~below)])
    verdict = state.is_("in")


History = list[tuple[bool | None, bool | None]]
kleene = st.sampled_from([True, False, None])
histories = st.lists(st.tuples(kleene, st.sampled_from([True, True, False, None])), min_size=5, max_size=5)


def rows_of(history: History) -> list[dict[str, Any]]:
    return [
        {"unit": "u", "year": year, "low": low, "rated": rated, "n": 0, "events": [f"e{year}"]}
        for year, (low, rated) in zip(YEARS, history, strict=True)
    ]


def judge(rule: type[Rule], rows: list[dict[str, Any]], *, year: int = 2024, **more: Any) -> Verdict:
    return decide(rule, {"unit": "u", "year": year}, Facts.of({Row: rows}), Law.of(), on=ON, **more)


def folded(history: list[tuple[bool, bool]], start: str) -> str:
    """The state by the words of the methodology, over known facts; before 2020 nobody was low."""
    state, lows = start, [None, *(low for low, _ in history)]
    for place, (low, rated) in enumerate(history, start=1):
        if not rated:
            continue
        if state == "free" and low:
            state = "supported"
        elif state == "supported" and not low and lows[place - 1] is False:
            state = "free"
    return state


def completions(history: History) -> list[list[tuple[bool, bool]]]:
    choices = [(True, False) if cell is None else (cell,) for pair in history for cell in pair]
    return [list(zip(found[::2], found[1::2], strict=True)) for found in product(*choices)]


@pytest.mark.parametrize(("rule", "starts"), [(Support, ["free"]), (Unsure, ["free", "supported"])])
@given(history=histories)
@settings(max_examples=120, deadline=None)
def test_the_state_holds_for_every_completion_of_what_is_not_known(
    rule: type[Rule], starts: list[str], history: History
) -> None:
    found = judge(rule, rows_of(history)).values["state"]
    possible = {found} if isinstance(found, str) else set(found)
    assert {folded(full, start) for full in completions(history) for start in starts} <= possible


@given(history=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=5, max_size=5))
@settings(max_examples=100, deadline=None)
def test_over_known_facts_the_state_is_the_fold(history: list[tuple[bool, bool]]) -> None:
    rows = [*rows_of(list(history)), {"unit": "u", "year": 2019, "low": None, "rated": True, "n": 0}]
    assert judge(Support, rows).values["state"] in (folded(history, "free"), ("free", "supported"))
    if history[0][0] or not history[0][1]:  # then no unknown year before the first is asked for
        known = [{**rows[-1], "low": True}]
        assert judge(Support, [*rows[:-1], *known]).values["state"] == folded(history, "free")


@given(history=histories, data=st.data())
@settings(max_examples=150, deadline=None)
def test_the_events_that_a_state_names_are_sufficient(history: History, data: st.DataObject) -> None:
    earlier = judge(Support, rows_of(history))
    named = explain(earlier).events
    other = [
        pair if f"e{year}" in named else (data.draw(kleene), data.draw(kleene))
        for year, pair in zip(YEARS, history, strict=True)
    ]
    assert judge(Support, rows_of(other)).values["state"] == earlier.values["state"]


def test_a_year_in_which_the_rule_does_not_apply_carries_the_state() -> None:
    entered = [(True, True), (False, False), (True, False), (None, False), (None, False)]
    verdict = judge(Support, rows_of(entered))
    assert verdict.outcome == "not_applicable"
    assert verdict.values["state"] == "supported"


def test_hysteresis_reads_the_state_before() -> None:
    def state(*numbers: int) -> Any:
        rows = [
            {"unit": "u", "year": year, "low": None, "rated": None, "n": n}
            for year, n in zip(YEARS, numbers, strict=False)
        ]
        return judge(Hysteresis, rows, year=2019 + len(numbers)).values["state"]

    assert state(5) == "out"
    assert state(3, 5) == "in"
    assert state(3, 5, 6, 7) == "out"
    assert state(3, 7, 5) == "out"


def test_previous_of_a_status_is_the_state_before_also_where_a_clause_is_said_anew() -> None:
    class Stricter(Support, id="t.stricter"):
        enters = Row.low & previous(Support.state).is_("free")
        again = previous(Support.state)

    rows = rows_of([(False, True), (True, True), (True, True), (False, True), (True, True)])
    values = judge(Stricter, rows).values
    assert values["again"] == "supported"
    assert values["state"] == "supported"


def test_a_long_history_by_month_is_no_deep_call() -> None:
    class Monthly(Fact, grain=("unit", "month")):
        low = Field[bool]("низкие", en="low")

    class ByMonth(Rule, per=("unit", "month"), id="t.bymonth", in_force="1990-01-01"):
        state = status(
            "in",
            "out",
            start="out",
            moves=[
                move("out", "in", when=Monthly.low),
                move("in", "out", when=in_each(last(2, "month"), ~Monthly.low)),
            ],
        )
        verdict = state.is_("in")

    months = [f"{year}-{month:02}" for year in range(1990, 2025) for month in range(1, 13)]
    table = [{"unit": "u", "month": month, "low": month == "1990-05", "events": [month]} for month in months[:-1]]
    table.append({"unit": "u", "month": "2024-12", "low": True, "events": ["last"]})
    verdict = decide(ByMonth, {"unit": "u", "month": "2024-12"}, Facts.of({Monthly: table}), Law.of(), on=ON)
    assert verdict.outcome == "met"
    assert "last" in explain(verdict).events
    assert "низкие: да" in explain(verdict).text("ru", events=False)


def test_a_bar_that_reads_the_state_before_over_many_years_is_explained_without_walking_every_path() -> None:
    rows = [
        {"unit": "u", "year": year, "low": None, "rated": None, "n": 3 if year == 2020 else 5, "events": [f"e{year}"]}
        for year in range(2020, 2061)
    ]
    explanation = explain(judge(Hysteresis, rows, year=2060))
    assert explanation.outcome == "met"
    assert {"e2020", "e2060"} <= set(explanation.events)
    assert "не изменилось с периода 2020 год" in explanation.text("ru")
    unknown = [{**row, "n": None} if row["year"] == 2030 else row for row in rows]
    assert explain(judge(Hysteresis, unknown, year=2060)).outcome == "undetermined"


# --- placed and published ---------------------------------------------------------------------------

LOW = rows_of([(False, True), (True, True), (True, True), (True, True), (True, True)])
GOOD = rows_of([(False, True)] * 5)


def placed(year: int, value: str, **more: Any) -> Placement:
    given = {"authority": "комиссия", "authority_en": "the board", "ground": "протокол 7", "ground_en": "minutes 7"}
    return Placement("t.support", {"unit": "u", "year": year}, value, **{**given, "events": (f"p{year}",), **more})


def test_a_placement_is_the_state_and_the_explanation_with_what_the_rule_would_have_said() -> None:
    verdict = judge(Support, LOW, placements=[placed(2024, "free")])
    assert (verdict.outcome, verdict.values["state"]) == ("not_met", "free")
    assert verdict.own is not None
    assert (verdict.own.outcome, verdict.own.values["state"]) == ("met", "supported")
    explanation = explain(verdict)
    text = explanation.text("ru")
    assert "– установлено решением: комиссия (протокол 7) – «free»" in text
    assert "– само правило дало бы: «supported» и условия выполнены:" in text
    assert "the rule itself would have said: «supported» and conditions met" in explanation.text("en")
    assert "p2024" in explanation.events
    assert not any(event == "e2021" for event in explanation.events)
    assert verdict.to_json()["own"]["outcome"] == "met"
    assert [item["authority"] for item in explanation.to_dict()["placed"]] == ["комиссия"]


def test_a_placed_outcome_rests_on_the_placement_alone() -> None:
    verdict = judge(Support, LOW, placements=[placed(2024, "not_applicable")])
    assert verdict.outcome == "not_applicable"
    assert explain(verdict).events == ("p2024",)
    assert "само правило дало бы" in explain(verdict).text("ru")


def test_a_placement_counts_for_the_periods_after_it() -> None:
    assert judge(Support, GOOD, placements=[placed(2023, "supported")], year=2023).values["state"] == "supported"
    kept = rows_of([(False, True), (False, True), (False, True), (True, False), (False, True)])
    verdict = judge(Support, kept, placements=[placed(2023, "supported")])
    assert verdict.values["state"] == "supported"
    assert "установлено решением: комиссия" in explain(verdict).text("ru")
    assert judge(Support, GOOD, placements=[placed(2023, "supported")]).values["state"] == "free"


def test_a_placement_of_a_later_day_is_not_seen() -> None:
    late = placed(2024, "free", day=date(2025, 1, 1))
    assert judge(Support, LOW, placements=[late]).values["state"] == "supported"


def test_two_placements_that_disagree_leave_it_undetermined_and_are_both_named() -> None:
    both = [placed(2024, "free"), placed(2024, "supported", authority="коллегия", events=("q",))]
    for order in (both, both[::-1]):
        verdict = judge(Support, GOOD, placements=order)
        assert verdict.outcome == "undetermined"
        assert verdict.values["state"] == ("free", "supported")
        text = explain(verdict).text("ru")
        assert "комиссия" in text
        assert "коллегия" in text
    same = judge(Support, GOOD, placements=[placed(2024, "supported"), placed(2024, "supported", events=("q",))])
    assert same.outcome == "met"


def test_a_placement_that_the_rule_cannot_say_is_refused() -> None:
    with pytest.raises(
        FactError, match=r"placement «gone» by комиссия is nothing t\.support can say: .*free, supported"
    ):
        judge(Support, GOOD, placements=[placed(2024, "gone")])


def told(year: int, value: str) -> Published:
    return Published("t.support", {"unit": "u", "year": year}, value, events=(f"t{year}",))


def test_a_published_state_is_the_one_before_but_never_the_one_that_is_decided() -> None:
    kept = rows_of([(False, True), (False, True), (False, True), (True, False), (False, True)])
    assert judge(Support, kept).values["state"] == "free"
    verdict = judge(Support, kept, published=[told(2023, "supported"), told(2024, "free")])
    assert verdict.values["state"] == "supported"
    assert "опубликовано за 2023 год" in explain(verdict).text("ru")
    assert judge(Support, kept, published=[told(2023, "supported")], year=2023).values["state"] == "free"


def test_a_placement_goes_before_what_was_published() -> None:
    kept = rows_of([(False, True), (False, True), (False, True), (True, False), (False, True)])
    more = {"published": [told(2023, "free")], "placements": [placed(2023, "supported")]}
    assert judge(Support, kept, **more).values["state"] == "supported"


# --- words ------------------------------------------------------------------------------------------


def test_a_state_is_explained_by_what_moved_it_and_by_what_keeps_it() -> None:
    text = explain(judge(Support, LOW)).text("ru")
    assert "состояние: «supported» (не изменилось с периода 2021 год):" in text
    assert "2021 год: низкие результаты: да" in text
    start = explain(judge(Support, GOOD)).text("en")
    assert "state: «free» (unchanged since 2019)" in start
    assert "the state at the start" in start


def test_a_status_is_described_as_a_table_of_moves() -> None:
    said = describe(Support, Law.of(), on=ON)
    assert (
        "Состояние («free», «supported»): вначале «free»; из «free» в «supported», если выполнен п. 2; "
        "из «supported» в «free», если выполнен п. 3; иначе и в период, к которому правило не применяется, "
        "состояние сохраняется." in said
    )
    assert "the state of the period before (point 3)" in describe(Hysteresis, Law.of(), on=ON, language="en")


def test_a_status_that_does_not_fit_is_refused() -> None:
    with pytest.raises(RuleSyntax, match="«gone» is no state of this status; it has free, supported"):
        status("free", "supported", start="free", moves=[move("free", "gone", when=Row.low)])
    with pytest.raises(RuleSyntax, match=r"before\('stat'\) names no status of this rule; it has none"):

        class One(Rule, per=("unit", "year"), id="t.bad"):
            verdict = before("stat").is_("free")

    with pytest.raises(RuleSyntax, match="a status is a clause of its own"):

        class Two(Rule, per=("unit", "year"), id="t.bad"):
            verdict = status("a", "b", start="a", moves=[move("a", "b", when=Row.low)]).is_("a")

    with pytest.raises(RuleSyntax, match="«applies» reads a status"):

        class Three(Support, id="t.bad"):
            applies = Support.state.is_("free")

"""A recommendation explains itself like a decision: one schema, the row of the table, the events, what is missing."""

from __future__ import annotations

import json

import pytest
from tests.programme.district import ON, district, factor, finding

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.errors import RuleError
from shnor_engine.events import FactorAssessed, ResultRecorded, ResultsPublished
from shnor_engine.packs import builtin_packs
from shnor_engine.reasoning.explanation import SCHEMA, Explanation
from shnor_engine.recommend import Recommendation
from shnor_engine.recommend.advice import Kind
from shnor_engine.recommend.playbook import INPUTS, NONE, Playbook
from shnor_engine.recommend.situations import CLAUSES, GAPS
from shnor_engine.rules.tables import Among
from shnor_engine.rules.tree import kind_of


def of_measure(engine: Engine, code: str) -> Recommendation:
    (found,) = [item for item in engine.recommend(on=ON) if item.measure and item.measure.code == code]
    return found


def named(name: str) -> set[str]:
    """The codes that the built-in table names for an input."""
    place = INPUTS.index(name)
    cells = [row.cells[place] for row in Playbook.load().rows]
    return {str(item.value) for cell in cells if isinstance(cell, Among) for item in cell.items} - {NONE}  # type: ignore[attr-defined]


def test_what_the_table_gives_is_explained_by_its_row_and_its_inputs_down_to_the_events() -> None:
    with district(finding("f", topic="management_team")) as engine:
        item = of_measure(engine, "management_team")
        told = item.explanation
        (stored,) = engine.log.read(types=["finding.recorded"])
    assert isinstance(told, Explanation)
    assert (told.outcome, told.decision) == ("met", "management_team")
    (row,) = told.because
    assert "строка таблицы мер: тема 1" in row.text.ru
    assert [(kid.clause, kid.text.ru) for kid in row.because] == [
        ("finding", "тема замечания: формирование управленческой команды")
    ]
    assert told.events == item.events == (stored.event_id,)
    assert "finding.recorded" in told.sources[stored.event_id]
    assert told.rule == {"id": "programme.measures", "version": "1.0", "digest": Playbook.load().rule.tree.digest}
    assert told.text("ru").splitlines()[0] == f"{item.name}: {item.text_ru}."
    assert "none" not in told.text("ru")


def test_what_is_open_is_undetermined_and_says_what_would_have_to_be_known() -> None:
    unrated = FactorAssessed(about="d/3", scope="school", factor="pupils_at_risk", year=2024)
    with district(unrated) as engine:
        told = of_measure(engine, "tutoring").explanation
    assert told.outcome == "undetermined"
    assert told.open
    assert [item.text.ru for item in told.missing] == ["значимость"]
    assert "Чтобы решить, нужно знать: значимость." in told.text("ru")
    assert "значимость: не известно" in told.text("ru")


def test_the_events_of_an_explanation_are_sufficient_retracting_one_takes_the_recommendation() -> None:
    with district(factor(3, "pupils_at_risk")) as engine:
        told = of_measure(engine, "tutoring").explanation
        for event in told.events:
            engine.retract(event, reason="проверка", actor="x")
        left = [item.measure.code for item in engine.recommend(on=ON) if item.measure]
    assert "tutoring" not in left


def test_every_recommendation_of_the_seed_has_the_schema_of_a_decision(shnor_json_keys: set[str]) -> None:
    kinds: set[Kind] = set()
    with Engine.open(":memory:") as engine:
        engine.append(history(), actor="x", recorded_at=REPORTED)
        advice = engine.recommend(as_known=REPORTED)
        stored = {row.event_id for row in engine.log.read()}
        for item in advice:
            told = item.explanation.to_dict()
            kinds.add(item.kind)
            assert set(told) == shnor_json_keys
            assert told["schema"] == SCHEMA
            assert set(told["events"]) == set(item.events) <= stored
            assert told["because"][0]["text"]["ru"] == item.ground_ru
            assert json.loads(item.explanation.to_json()) == told
            assert item.explanation.text("ru") != item.explanation.text("en")
            assert advice[item.id] is item
            assert told["position"] == advice.position
    assert kinds == {"do", "check", "note"}


@pytest.fixture
def shnor_json_keys() -> set[str]:
    """The keys of the explanation of a decision."""
    with Engine.open(":memory:") as engine:
        engine.append(history(), actor="x", recorded_at=REPORTED)
        return set(engine.explain("severskiy/7", as_known=REPORTED).to_dict())


def test_a_recommendation_that_nobody_made_from_facts_has_no_explanation() -> None:
    bare = Recommendation(
        id="r",
        rule="x",
        kind="do",
        subject=None,
        name="",
        text_ru="а",
        text_en="a",
        ground_ru="б",
        ground_en="b",
        events=(),
    )
    with pytest.raises(RuleError, match=r"Engine\.recommend"):
        _ = bare.explanation


def test_every_clause_that_the_table_names_is_a_truth_of_a_methodology_that_can_be_recorded() -> None:
    packs = [pack for pack in builtin_packs() if not pack.why_no_list("en")]
    truths = {name for pack in packs for name, clause in pack.tree.clauses.items() if kind_of(clause) == "truth"}
    assert named("clause") <= truths
    assert named("clause") == set(CLAUSES)
    assert named("gap") == set(GAPS)


def test_a_recorded_decision_by_the_federal_criterion_is_answered_by_a_measure(engine: Engine) -> None:
    told = [
        ResultRecorded(
            school_id="severskiy/7",
            year=year,
            procedure_kind="vpr",
            discipline=discipline,
            grade=5,
            participants=20,
            below_min=8,
        )
        for year in (2023, 2024)
        for discipline in ("mathematics", "russian")
    ]
    out = [
        ResultsPublished(area="severskiy", year=year, procedure_kind=kind)
        for year in (2023, 2024)
        for kind in ("vpr", "oge", "ege")
    ]
    engine.append([*told, *out], actor="x")
    decided = engine.assess(pack="ru.shnor.a-and-b", year=2024, subjects=["severskiy/7"])
    engine.record(decided, actor="x")
    found = [
        item
        for item in engine.recommend(year=2024)
        if item.measure and item.measure.code == "struggling_pupils_plans"
    ]
    grounds = {item.basis.split("→")[0] for item in found}
    assert grounds == {"clause:ru.shnor.a-and-b:two_in_year", "clause:ru.shnor.a-and-b:same_in_both"}
    assert all("сработал пункт «низк" in item.ground_ru for item in found)


@pytest.fixture
def engine() -> Engine:
    """The history of the district in a log of the test's own."""
    one = Engine.open(":memory:")
    one.append(history(), actor="x", recorded_at=REPORTED)
    return one

"""M18 and M19: from a risk profile to measures – and what follows from what is a change of data."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.programme.district import ON, codes, district, factor

from shnor_engine.errors import BadInput
from shnor_engine.events import DecisionMade, Event, RiskProfileAssessed, RiskProfileVerified
from shnor_engine.plugin.parts import Measure
from shnor_engine.recommend.playbook import DATA, Playbook


def measures(*told: Event, playbook: Playbook | None = None, number: int = 3) -> dict[str, str]:
    """The measures that a school is recommended out of the table, with their kind; gaps left out."""
    with district(*told) as engine:
        found = engine.recommend(on=ON, playbook=playbook)
    mine = [item for item in found if item.rule == "measure" and item.subject == f"d/{number}"]
    return {item.measure.code: item.kind for item in mine if item.measure and not item.basis.startswith("gap:")}


def profile(**scores: float) -> RiskProfileAssessed:
    return RiskProfileAssessed(school_id="d/3", year=2024, scores=scores)


def test_m18_the_first_profile_gives_tutoring_and_the_second_coaching_and_growth() -> None:
    assert measures(factor(3, "pupils_at_risk", "medium")) == {"tutoring": "do"}
    assert measures(factor(3, "pupils_at_risk", "high")) == {"tutoring": "do", "struggling_pupils_plans": "do"}
    second = measures(factor(3, "no_internal_pd_system", "high"))
    assert second == {"coaching": "do", "teacher_growth": "do", "association_work": "do"}


def test_m18_a_factor_of_low_significance_or_disputed_gives_nothing_and_one_of_unknown_is_to_check() -> None:
    assert measures(factor(3, "pupils_at_risk", "low")) == {}
    assert measures(factor(3, "pupils_at_risk", None)) == {"tutoring": "check", "struggling_pupils_plans": "check"}
    verified = RiskProfileVerified(school_id="d/3", year=2024, accepted=(), disputed=("pupils_at_risk",))
    assert measures(factor(3, "pupils_at_risk"), verified) == {}


@pytest.mark.parametrize(
    ("score", "expected"), [(0.67, {"tutoring", "struggling_pupils_plans"}), (0.34, {"tutoring"}), (0.33, set())]
)
def test_m18_a_score_is_read_by_the_cut_points_of_the_catalogue(score: float, expected: set[str]) -> None:
    assert set(measures(profile(pupils_at_risk=score))) == expected


def test_m18_every_factor_of_the_registry_is_on_a_dated_list_and_has_a_measure() -> None:
    playbook = Playbook.load()
    with district() as engine:
        known = set(engine.registry.codes("risk.factor"))
        terms = {name: engine.registry.codes(name) for name in ("activity.form", "programme.task", "role")}
    assert playbook.factors.in_force(2021) | playbook.factors.in_force(2024) == known
    assert "no_internal_pd_system" not in playbook.factors.in_force(2021)
    assert "low_motivation" not in playbook.factors.in_force(2022)
    assert playbook.factors.in_force(2020) == frozenset()
    for code in known:
        assert measures(factor(3, code, "high", 2024)), code
    for measure in playbook.measures.values():
        assert measure.form in terms["activity.form"]
        assert measure.task in terms["programme.task"]
        assert measure.responsible in terms["role"]
        assert all((measure.ru, measure.en, measure.evidence_ru, measure.evidence_en, measure.lever, measure.source))


def test_m18_a_factor_that_was_not_on_the_list_of_its_year_is_flagged() -> None:
    with district(factor(3, "low_motivation", year=2024), factor(2, "low_motivation", year=2021)) as engine:
        found = codes(engine)
    assert ("factor.not_in_force", "d/3") in found
    assert ("factor.not_in_force", "d/2") not in found


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A copy of the built-in playbook, to be changed."""
    folder = tmp_path / "наш каталог"
    shutil.copytree(DATA, folder)
    return folder


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def test_m19_tutoring_for_the_second_profile_only_is_a_change_of_data(ours: Path) -> None:
    first, second = factor(3, "pupils_at_risk", "medium"), factor(3, "no_internal_pd_system", "medium")
    change(ours, "rules.toml", 'factor = "pupils_at_risk", significance = ["high", "medium"]', 'factor = "x"')
    change(ours, "rules.toml", 'gives = "coaching"', 'gives = "tutoring"')
    changed = Playbook.load(ours)
    assert measures(first) == {"tutoring": "do"}
    assert measures(first, playbook=changed) == {}
    assert measures(second) == {"coaching": "do", "teacher_growth": "do"}
    assert measures(second, playbook=changed) == {"tutoring": "do", "teacher_growth": "do"}


def test_m19_a_table_in_yaml_takes_the_place_of_the_one_in_toml(ours: Path) -> None:
    (ours / "rules.yaml").write_text(
        "table: наша\nhit: collect\nrows:\n  - when: {factor: pupils_at_risk}\n    gives: parents\n    ref: п. 1\n",
        encoding="utf-8",
    )
    assert measures(factor(3, "pupils_at_risk", "low"), playbook=Playbook.load(ours)) == {"parents": "do"}


def test_m19_a_recommendation_explains_itself_by_its_row_its_source_and_its_events() -> None:
    with district(factor(3, "pupils_at_risk", "medium")) as engine:
        stored = {item.event_id for item in engine.log.read(types=["factor.assessed"])}
        (said,) = [item for item in engine.recommend(on=ON) if item.factor]
    assert "высокая доля обучающихся с рисками учебной неуспешности" in said.ground_ru
    assert "строка таблицы мер: профиль 1;" in said.ground_ru
    assert "row of the table of measures: профиль 1;" in said.ground_en
    assert set(said.events) == stored


@pytest.mark.parametrize(
    ("file", "old", "new", "error", "said"),
    [
        ("rules.toml", 'gives = "tutoring"', 'gives = "tutorng"', BadInput, "tutorng"),
        (
            "rules.toml",
            'significance = "high"',
            'significance = "very"',
            BadInput,
            r"rules.toml: .*rows\[8\].*«very» is none of high, medium, low, none",
        ),
        ("rules.toml", "when = { gap", "wen = { gap", BadInput, "wen"),
        ("rules.toml", 'hit = "collect"', 'hit = "first"', BadInput, "first"),
        ("measures.toml", "dose_hours = 20", "hours = 20", BadInput, "hours"),
        ("measures.toml", "[tutoring]", "[tutoring", BadInput, "TOML"),
    ],
)
def test_a_mistake_in_the_data_is_an_error_that_names_it(
    ours: Path, file: str, old: str, new: str, error: type[Exception], said: str
) -> None:
    change(ours, file, old, new)
    with pytest.raises(error, match=said):
        Playbook.load(ours)


def test_a_clause_of_a_recorded_decision_is_answered_too() -> None:
    decided = DecisionMade.model_validate(
        {
            "about": "d/3",
            "pack": "ru.x",
            "pack_version": "1",
            "digest": "x",
            "law": "y",
            "rule": "r",
            "period": "2024",
            "on": ON,
            "position": 1,
            "outcome": "met",
            "decision": "listed",
            "values": {"two_in_year": True, "same_in_both": False},
            "events": (),
            "missing": (),
        }
    )
    assert measures(decided) == {"struggling_pupils_plans": "do"}


def test_a_measure_of_a_plugin_can_be_named_by_a_table_and_the_folder_goes_first(ours: Path) -> None:
    change(ours, "rules.toml", 'gives = "parents"', 'gives = "ru.x.visits"')
    with pytest.raises(BadInput, match=r"ru\.x\.visits"):
        Playbook.load(ours)
    theirs = [Measure("ru.x.visits", "посещать семьи", "visit families"), Measure("tutoring", "иначе", "otherwise")]
    playbook = Playbook.load(ours, more=theirs)
    assert measures(factor(3, "low_parent_involvement"), playbook=playbook) == {"ru.x.visits": "do"}
    assert playbook.measures["tutoring"] == Playbook.load().measures["tutoring"]

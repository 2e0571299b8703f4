"""Rules of recommendation as a scenario: they read the path's own past, keep the budget, and need no log again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.errors import BadInput, FactError
from shnor_engine.events import ActivityHeld
from shnor_engine.simulate import run as run_module
from shnor_engine.simulate.advised import Advised, Situation, Year, recommended
from shnor_engine.simulate.materialise import materialise
from shnor_engine.simulate.paths import run as follow
from shnor_engine.simulate.run import Simulation, carry_out, rerun
from shnor_engine.simulate.scenario import Budget

YEARS = (2025, 2026, 2027)
SCENARIOS = """\
format: 1
scenarios:
  - name: advised
    title: По рекомендациям
    policy: recommendations
  - name: poor
    title: По рекомендациям, денег мало
    policy: recommendations
    answers: {visit.missing: consultation}
    budget: {staff_hours: 60, rouble_per_hour: 500}
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:") as one:
        one.append(history(), actor="methodologist", recorded_at=REPORTED)
        yield one


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """Sixteen kept districts are enough here, and the rules are asked about each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "LEAST_KEPT", 16)
        yield


@pytest.fixture(scope="module")
def simulated(engine: Engine, few: None) -> Simulation:
    return engine.simulate((2025, 2027), draws=400, seed=8, scenarios=SCENARIOS, thorough=False)


def test_the_first_list_is_the_real_one_and_its_advice_that_of_the_engine(
    engine: Engine, simulated: Simulation
) -> None:
    policy = simulated.policies["advised"]
    assert isinstance(policy, Advised)
    first = Situation((Year(2024, ("severskiy/7",)),))
    assert first in policy.said
    forms = {
        item.measure.form for item in engine.recommend(year=2024) if item.subject == "severskiy/7" and item.measure
    }
    assert set(policy.said[first]["severskiy/7"]) >= forms
    assert {one.year for one in policy.said} == {2024, 2025, 2026}


def test_support_reaches_whom_the_rules_name_on_the_list_of_the_year_before(simulated: Simulation) -> None:
    policy, outcome = simulated.policies["advised"], simulated.outcomes["advised"]
    assert isinstance(policy, Advised)
    for situation, said in policy.said.items():
        assert set(said) <= set(situation.listed)
    first = simulated.task.world.first_year
    for year in YEARS:
        sizes = outcome.sizes[:, outcome.years.index(year - 1)]
        hours = outcome.staff_hours[:, year - first]
        assert ((hours > 0) == (sizes > 0)).all()


def test_a_visit_that_was_given_is_not_asked_for_again_while_the_school_stays(engine: Engine) -> None:
    """The rules see what the path did: this is what feeds back, and a policy fixed beforehand has not."""
    ask = recommended(engine)
    new = Year(2024, ("severskiy/7",))
    listed = ("severskiy/2", "severskiy/7")
    once = ask(Situation((new, Year(2025, listed))))
    assert "methodical_landing" in once["severskiy/2"]
    again = Situation((new, Year(2025, listed), Year(2026, listed, (("severskiy/2", ("methodical_landing",)),))))
    assert "methodical_landing" not in ask(again)["severskiy/2"]
    without = Situation((new, Year(2025, listed), Year(2026, listed)))
    assert "methodical_landing" in ask(without)["severskiy/2"]


def test_a_school_that_the_log_does_not_name_is_advised_like_any_other(simulated: Simulation) -> None:
    policy = simulated.policies["advised"]
    assert isinstance(policy, Advised)
    nameless = [said for one, said in policy.said.items() if one.year > 2024 and "unnamed/1" in one.listed]
    assert nameless
    assert all("unnamed/1" in said for said in nameless)


def test_nameless_schools_share_their_advice_whoever_they_are() -> None:
    asked: list[Situation] = []

    def adviser(situation: Situation) -> dict[str, tuple[str, ...]]:
        asked.append(situation)
        return dict.fromkeys(situation.listed, ("audit",))

    policy = Advised(adviser, None, ())  # type: ignore[arg-type]
    one = policy.advice(Situation((Year(2024, ("d/1", "unnamed/20")),)))
    other = policy.advice(Situation((Year(2024, ("d/1", "unnamed/31")),)))
    assert (set(one), set(other)) == ({"d/1", "unnamed/20"}, {"d/1", "unnamed/31"})
    assert len(asked) == 1


def test_the_budget_is_kept_priced_and_said_where_it_cuts(simulated: Simulation) -> None:
    poor, rich = simulated.outcomes["poor"], simulated.outcomes["advised"]
    assert poor.staff_hours.max() <= 60 + 1e-9
    assert np.allclose(poor.roubles, 500 * poor.staff_hours)
    assert poor.cut.any()
    assert not rich.cut.any()
    assert rich.roubles.sum() == 0


def test_the_budget_may_leave_nothing_and_says_so(simulated: Simulation) -> None:
    policy = simulated.policies["advised"]
    assert isinstance(policy, Advised)
    broke = replace(policy.again(), budget=Budget(staff_hours=0))
    scenario = next(one for one in simulated.scenarios if one.name == "advised")
    found = follow(simulated.task, {"advised": (scenario, broke)}, workers=1)["advised"]
    assert found.staff_hours.sum() == 0
    assert np.array_equal(found.listed, simulated.outcomes["none"].listed)


def test_a_run_from_its_manifest_asks_nobody_and_gives_the_same_bytes(simulated: Simulation) -> None:
    manifest = json.loads(json.dumps(simulated.manifest))
    assert set(manifest["advice"]) == {"advised", "poor"}
    packs = {pack.id: pack for pack in [simulated.task.judge.pack]}
    again = rerun(manifest, packs, workers=1)
    assert again.files() == simulated.files()
    broken = {**manifest, "advice": {**manifest["advice"], "advised": {}}}
    with pytest.raises(FactError, match="holds no advice for the list of 2024 with severskiy/7"):
        rerun(broken, packs)
    with pytest.raises(FactError, match="scenario advised asks the rules of recommendation"):
        carry_out(simulated.order, packs)


def test_a_path_becomes_the_activities_that_were_advised(engine: Engine, simulated: Simulation) -> None:
    number = int(np.argmax(simulated.outcomes["advised"].staff_hours.sum(axis=1)))
    path = int(simulated.posterior.paths[number])
    head = engine.log.head().position
    with materialise(simulated, "advised", path, engine) as other:
        held = [row for row in other.at().snapshot[ActivityHeld].collect().to_dicts() if row["position"] > head]
        forms = simulated.parameters.forms
        for year in YEARS:
            cost = sum(forms[row["form"]].cost for row in held if row["when_start"].year == year)
            first = simulated.task.world.first_year
            assert cost == simulated.outcomes["advised"].staff_hours[number, year - first]
    assert held


def test_the_report_says_who_decides_and_what_it_costs(simulated: Simulation) -> None:
    text = simulated.report()
    assert "| По рекомендациям | что советуют правила рекомендаций" in text
    assert "| По рекомендациям, денег мало |" in text.split("## Сколько это стоит")[1].split("## ")[0]


MISTAKES = [
    ("policy: recommendations", "policy: wishes", r"ours.yaml:5: .*unknown policy wishes; there are supports, rec"),
    ("    policy: recommendations\n    answers", "    answers", r"ours.yaml:8: .*answers need «policy: recomm"),
    ("visit.missing:", "visit.mising:", r"ours.yaml:9: .*unknown rule; there are .*visit.missing"),
    (": consultation", ": picnic", r"ours.yaml:9: .*unknown form picnic; there are working_group"),
    ("answers: {", "supports: [{form: audit}]\n    answers: {", r"ours.yaml:9: .*leave supports out"),
    ("answers: {visit.missing: consultation}", "answers: 5", r"ours.yaml:9: .*say which form answers which rule"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES, ids=[wrong.strip() for _, wrong, _ in MISTAKES])
def test_a_mistake_is_refused_with_its_line(
    engine: Engine, right: str, wrong: str, said: str, tmp_path: object
) -> None:
    assert right in SCENARIOS
    from pathlib import Path

    file = Path(str(tmp_path)) / "ours.yaml"
    file.write_text(SCENARIOS.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        engine.simulate((2025, 2026), draws=300, futures=40, scenarios=file, thorough=False)
    import re

    assert any(re.match(said, str(problem)) for problem in caught.value.problems), caught.value.problems

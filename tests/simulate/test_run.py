"""A run from end to end: its manifest gives the same bytes, its text is honest, its folder is whole or not there."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.simulate.methodology import PACK_A, PACK_A_AND_B

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.errors import BadInput, FactError, MissingExtra, PackError
from shnor_engine.packs import builtin_packs
from shnor_engine.simulate import paths
from shnor_engine.simulate import run as run_module
from shnor_engine.simulate.identify import CAUSAL
from shnor_engine.simulate.judge import procedures_of
from shnor_engine.simulate.parameters import read_parameters
from shnor_engine.simulate.run import Simulation, carry_out, order_of, rerun
from shnor_engine.simulate.write import write

SCENARIOS = """\
format: 1
scenarios:
  - name: none
    title: Без программы
  - name: ours
    title: Наш вариант
    supports:
      - {form: methodical_landing, times: 2}
      - {lever: pd, hours: 20, staff_hours: 8, schools: [severskiy/7, severskiy/6]}
    budget: {staff_hours: 200, roubles: 100000, rouble_per_hour: 500}
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    packs = [*builtin_packs(), PACK_A, PACK_A_AND_B]
    with Engine.open(":memory:", packs=packs) as one:
        one.append(history(), actor="methodologist", recorded_at=REPORTED)
        yield one


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Side questions are asked of fewer districts: what is tested is that they are answered, and the same again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "LEAST_DRAWN", 300)
        yield


@pytest.fixture(scope="module")
def run(engine: Engine, small: None) -> Simulation:
    return engine.simulate(
        (2025, 2028), draws=1200, seed=3, futures=200, caution=60, pack="t.a-and-b", sensitivity=False
    )


@pytest.fixture(scope="module")
def quick(engine: Engine) -> Simulation:
    return engine.simulate(
        (2025, 2027), draws=1000, seed=3, futures=120, pack="t.a-and-b", scenarios=SCENARIOS, thorough=False
    )


def test_a_run_from_its_manifest_gives_the_same_bytes_without_the_log(quick: Simulation) -> None:
    manifest = json.loads(json.dumps(quick.manifest))
    again = rerun(manifest, {PACK_A_AND_B.id: PACK_A_AND_B}, workers=1)
    assert again.files() == quick.files()


def test_a_whole_run_with_everything_that_is_not_known_is_repeated_to_the_byte(run: Simulation) -> None:
    again = rerun(run.manifest, {PACK_A_AND_B.id: PACK_A_AND_B}, workers=1)
    assert again.files() == run.files()


def test_the_manifest_names_seed_model_pack_parameters_scenarios_and_versions(quick: Simulation) -> None:
    found = quick.manifest
    assert found["seed"] == 3
    assert found["packs"] == {"t.a-and-b": PACK_A_AND_B.digest}
    assert found["parameters"] == quick.parameters.digest
    assert set(found["scenarios"]) == {"none", "ours"}
    assert re.fullmatch(r"[0-9a-f]{64}", found["model"])
    assert {"numpy", "scipy"} <= set(found["libraries"])
    assert found["reader"] == "dense"
    assert re.fullmatch(r"[0-9a-f]{16}", quick.run_id)


def test_another_seed_another_scenario_or_another_parameter_is_another_run(engine: Engine, quick: Simulation) -> None:
    told = {"draws": 1000, "futures": 120, "pack": "t.a-and-b", "thorough": False}
    others = [
        engine.simulate((2025, 2027), seed=4, scenarios=SCENARIOS, **told),  # type: ignore[arg-type]
        engine.simulate((2025, 2027), seed=3, scenarios=SCENARIOS.replace("20, staff", "21, staff"), **told),  # type: ignore[arg-type]
    ]
    assert len({quick.run_id, *(one.run_id for one in others)}) == 3


def test_a_pack_that_has_changed_since_is_refused(quick: Simulation) -> None:
    with pytest.raises(PackError, match="has changed since the run"):
        rerun(quick.manifest, {"t.a-and-b": replace(PACK_A_AND_B, version="1.1")})


def test_every_path_starts_where_the_district_stands(run: Simulation) -> None:
    seven = run.history.schools.index("severskiy/7")
    at = run.years.index(2024)
    for lists in run.lists.values():
        assert lists[:, seven, at].all()
        assert np.array_equal(lists[:, :, at].sum(axis=1), np.ones(len(lists)))


def test_tables_agree_with_each_other(run: Simulation) -> None:
    frames = run.frames
    sizes = {(row["scenario"], row["year"]): row["mean"] for row in frames.sizes.to_dicts()}
    by_size: dict[tuple[str, int], float] = {}
    for row in frames.distribution.to_dicts():
        key = row["scenario"], row["year"]
        by_size[key] = by_size.get(key, 0.0) + row["size"] * row["share"]
    assert by_size == pytest.approx(sizes, abs=1e-3)
    for row in frames.differences.to_dicts():
        own = sum(mean for (name, _), mean in sizes.items() if name == row["scenario"])
        none = sum(mean for (name, _), mean in sizes.items() if name == "none")
        assert row["school_years"] == pytest.approx(own, abs=1e-3)
        assert row["mean"] == pytest.approx(none - own, abs=1e-3)
        assert row["fewer"] + row["same"] + row["more"] == pytest.approx(1, abs=1e-5)
    for row in frames.sizes.to_dicts():
        bands = [row[name] for name in ("q05", "q10", "q25", "q50", "q75", "q90", "q95")]
        assert bands == sorted(bands)


def test_the_budget_of_a_scenario_is_kept_and_priced(quick: Simulation) -> None:
    rows = [row for row in quick.frames.budget.to_dicts() if row["scenario"] == "ours"]
    assert all(row["hours_q95"] <= 200 for row in rows)
    assert rows[0]["roubles"] == pytest.approx(500 * rows[0]["hours_mean"])
    assert rows[0]["hours_mean"] == 48 + 16
    assert rows[0]["cut"] == 0


def test_shares_rest_on_more_futures_than_districts_were_kept(run: Simulation) -> None:
    assert (run.pasts, run.each, len(run.futures)) == (40, 5, 200)
    assert len(set(run.futures.tolist())) == 200
    assert set(run.posterior.paths.tolist()) == set(run.futures[::5].tolist())
    shares = run.frames.schools["chance"].to_list()
    assert any(abs(40 * share - round(40 * share)) > 0.1 for share in shares)  # no longer by fortieths
    told = {row["figure"]: row for row in run.frames.precision.to_dicts() if row["scenario"] == "none"}
    assert list(told) == ["2025", "2026", "2027", "2028", "school-years"]
    for row in told.values():
        assert 40 <= row["effective"] <= 200
        assert row["within"] > 0
    assert run.summary()["futures"] == 200
    assert "Расчётов 200: каждый из 40 похожих районов продолжен в будущее 5 раз." in run.report()


def test_without_a_word_about_futures_there_are_a_thousand_and_one_each_where_rules_are_asked(
    engine: Engine,
) -> None:
    found = engine.simulate((2025, 2025), draws=300, pack="t.a", scenarios=SCENARIOS, thorough=False)
    assert len(found.futures) == 1000
    told = replace(found.order, futures=None, scenarios=SCENARIOS + "  - {name: x, policy: recommendations}\n")
    asked = carry_out(told, engine.packs, adviser=lambda _: lambda situation: {})
    assert (len(asked.futures), asked.each) == (40, 1)
    assert "одно продолжение" in asked.report()
    with pytest.raises(FactError, match="draw more districts"):
        engine.simulate((2025, 2025), draws=300, futures=50_000, thorough=False)


def test_a_manifest_from_before_futures_is_a_run_with_one_each(quick: Simulation) -> None:
    manifest = json.loads(json.dumps(quick.manifest))
    del manifest["order"]["futures"]
    assert rerun(manifest, {PACK_A_AND_B.id: PACK_A_AND_B}).each == 1


def test_no_programme_stands_beside_whatever_is_asked(engine: Engine) -> None:
    alone = SCENARIOS.replace("  - name: none\n    title: Без программы\n", "")
    found = engine.simulate((2025, 2025), draws=300, futures=40, pack="t.a", scenarios=alone, thorough=False)
    assert [one.name for one in found.scenarios] == ["none", "ours"]


def test_the_report_begins_with_what_is_assumed_and_shows_bands(run: Simulation) -> None:
    text = run.report()
    heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert heads == [
        "Что принято",
        "Главное",
        "Перечень по годам",
        "Сравнение вариантов",
        "Школы перечня 2024 года",
        "Школы, которые были в перечне раньше",
        "Сколько это стоит",
        "Кому что дать",
        "Чего по этим данным сказать нельзя",
        "Проверка на прошлом",
        "Случайность в малых школах",
        "Как повторить",
    ]
    assert "Сколько школ в районе на самом деле, источник не говорит" in text
    assert "за 2021 год перечня нет" in text
    assert "Эффект программы по этим данным не определить." in text
    assert "Это не доказательство того, что программа действует" in text
    for cell in re.findall(r"^\| Без программы \|(.+)\|$", text.split("## Перечень по годам")[1], re.MULTILINE)[
        0
    ].split("|"):
        assert re.fullmatch(r" \d+,\d \(\d+–\d+\) ", cell)


def test_the_report_claims_no_cause_and_ranks_no_school(run: Simulation) -> None:
    text = run.report().lower()
    assert not [word for word in CAUSAL if word in text]
    listed_before = run.report().split("## Школы, которые были в перечне раньше")[1].split("## ")[0]
    numbers = [int(number) for number in re.findall(r"^\| \S+ \S+ № (\d+) \|", listed_before, re.MULTILINE)]
    assert numbers == sorted(numbers)
    assert "прочая школа" not in text


def test_the_back_test_is_printed_whoever_wins(run: Simulation) -> None:
    text = run.report().split("## Проверка на прошлом")[1].split("## ")[0]
    assert re.search(r"Модель лучше всех в \d из 6 сравнений\.", text)
    assert len(re.findall(r"^\| 202\d → 202\d \|", text, re.MULTILINE)) == 8


def test_the_page_needs_nothing_from_outside(run: Simulation) -> None:
    page = run.files()["report.html"].decode()
    assert "<svg" in page
    assert not re.findall(r"(?:src|href)=", page)
    assert set(re.findall(r"https?://[^\"]+", page)) == {"http://www.w3.org/2000/svg"}
    assert page.count("<polygon") == 2 * len(run.scenarios)
    assert page.count("<figure>") == 2


def test_figures_are_bands_with_paths_and_never_a_single_line(run: Simulation) -> None:
    fan = run.figures["fan"]
    panels = [panel for row in fan["vconcat"] for panel in row["hconcat"]]
    assert len(panels) == len(run.scenarios)
    for panel in panels:
        marks = [layer["mark"]["type"] for layer in panel["layer"]]
        assert marks == ["area", "area", "line", "line", "point", "text"]
    assert set(run.figures) == {"fan", "distribution", "exits", "budget"}


def test_a_folder_is_written_whole_and_replaced_whole(run: Simulation, quick: Simulation, tmp_path: Path) -> None:
    target = write(run, tmp_path / "run")
    told = {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert told == run.files()
    write(quick, target)
    assert json.loads((target / "manifest.json").read_bytes())["run_id"] == quick.run_id
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("interrupted", [KeyboardInterrupt, OSError])
def test_an_interrupted_write_leaves_nothing_behind(
    quick: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted: type[BaseException]
) -> None:
    whole, written = Path.write_bytes, []

    def breaks(self: Path, data: bytes) -> int:
        if len(written) == 4:
            raise interrupted
        written.append(self)
        return whole(self, data)

    monkeypatch.setattr(Path, "write_bytes", breaks)
    with pytest.raises(interrupted):
        write(quick, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_between_the_two_moves_leaves_the_earlier_run(
    run: Simulation, quick: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = write(run, tmp_path / "run")
    move, moves = os.replace, []

    def breaks(one: Path, other: Path) -> None:
        moves.append(one)
        if len(moves) == 2:
            raise KeyboardInterrupt
        move(one, other)

    monkeypatch.setattr(os, "replace", breaks)
    with pytest.raises(KeyboardInterrupt):
        write(quick, target)
    assert json.loads((target / "manifest.json").read_bytes())["run_id"] == run.run_id
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_of_other_things_is_never_replaced(quick: Simulation, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match="holds files that are no run"):
        write(quick, tmp_path)


def test_an_interrupt_while_simulating_stops_the_threads(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "CELLS", 20_000)  # many pieces of little work

    def tell(what: str, done: int, whole: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.simulate((2025, 2026), draws=2000, thorough=False, tell=tell)


def test_what_cannot_be_simulated_is_refused_with_a_reason(engine: Engine) -> None:
    with pytest.raises(FactError, match="after the last list"):
        engine.simulate((2024, 2026), draws=300)
    with pytest.raises(PackError, match=r"no pack nowhere; there are .*t\.a-and-b"):
        engine.simulate((2025, 2026), draws=300, futures=40, pack="nowhere")
    with pytest.raises(PackError, match="cannot judge draws"):
        engine.simulate((2025, 2026), draws=300, futures=40, pack="ru.municipal.monitoring")
    with pytest.raises(BadInput, match=r"scenarios.yaml:9: .*unknown school severskiy/77"):
        engine.simulate(
            (2025, 2026), draws=300, futures=40, scenarios=SCENARIOS.replace("severskiy/7,", "severskiy/77,")
        )
    with Engine.open(":memory:") as empty, pytest.raises(FactError, match="knows 0 complete lists"):
        empty.simulate((2025, 2026), draws=300)


def test_the_federal_criterion_decides_where_no_other_is_named_and_the_report_says_so(engine: Engine) -> None:
    found = engine.simulate((2025, 2025), draws=300, futures=40, thorough=False)
    assert found.order.pack == "ru.shnor.a-and-b"
    assert "ru.shnor.a-and-b 1.0" in found.report()
    assert found.manifest["reader"] == "dense"


def test_a_pack_with_a_closed_list_has_its_own_procedures_simulated_and_takes_no_change_from_others(
    engine: Engine,
) -> None:
    found = engine.simulate((2025, 2025), draws=300, futures=40, pack="ru.shnor.c", thorough=False)
    assert found.task.world.procedures == procedures_of(engine.packs["ru.shnor.c"], 6, on=date(2025, 12, 31))
    assert "oge.russian" in found.task.world.procedures
    change = SCENARIOS + "    rule_pack_changes: [{from: 2026-01-01, pack: ru.shnor.c}]\n"
    with pytest.raises(BadInput, match=r"scenarios.yaml:11: .*unknown pack ru.shnor.c; there are .*ru.shnor.a"):
        engine.simulate((2025, 2027), draws=300, futures=40, scenarios=change, thorough=False)


def test_without_the_extra_it_is_named(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    from shnor_engine.simulate import ask

    there = importlib.util.find_spec
    monkeypatch.setattr(ask, "find_spec", lambda name: None if name == "scipy" else there(name))
    with pytest.raises(MissingExtra, match=r"shnor-engine\[sim\]"):
        engine.simulate((2025, 2026))


def test_procedures_have_names_that_events_can_bear() -> None:
    on = date(2025, 12, 31)
    assert procedures_of(PACK_A, 6, on=on) == tuple(
        f"vpr.{s}.8" for s in ("russian", "mathematics", "physics", "biology", "history", "geography")
    )
    most = int(read_parameters().items["procedures"].high)
    assert len(set(procedures_of(PACK_A, most, on=on))) == most


def test_an_order_is_the_same_in_whatever_order_it_was_told(run: Simulation) -> None:
    told = run.order.history
    again = order_of(
        told,
        pack="t.a-and-b",
        first=2025,
        last=2028,
        draws=1200,
        seed=3,
        futures=200,
        caution=60,
        sensitivity=False,
        position=run.order.position,
    )
    assert again == run.order


def test_a_cautious_choice_says_what_caution_costs(run: Simulation) -> None:
    told = run.summary()["choice"]
    assert told["caution"] == 0.6
    assert set(told["tails"]) == {"none", "equal", "listed_only", "greedy", "random", "neutral"}
    text = run.report().split("## Кому что дать")[1].split("## ")[0]
    assert "среднее весит 40 %, худшие 10 % расчётов – 60 %" in text
    assert "| по среднему, без осторожности |" in text
    with pytest.raises(FactError, match="0 to 100 percent, not 101"):
        carry_out(replace(run.order, caution=101), {PACK_A_AND_B.id: PACK_A_AND_B})

"""`shnor simulate` from the outside: report, folder, JSON, mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Shnor

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.cli import run
from shnor_engine.events import ResultRecorded


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sim") / "severskiy.db"
    with Engine.open(path) as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
    return path


def test_a_run_is_written_and_its_findings_printed_as_json(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["simulate", str(log), "--years", "2025-2026", "--draws", "800", "--seed", "7", "--quick"]
    assert run([*asked, "-o", str(tmp_path / "run"), "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["list_now"] == ["severskiy/7"]
    assert {row["year"] for row in found["sizes"]} == {2025, 2026}
    assert "Записано" in said.err
    assert "█" not in said.err
    assert json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8")) == found
    assert run(asked) == 0
    assert capsys.readouterr().out == (tmp_path / "run" / "report.md").read_text(encoding="utf-8")


def test_a_mistake_in_a_scenario_is_one_line_with_file_and_line(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("format: 1\nscenarios:\n  - name: x\n    supports: [{form: picnic}]\n", encoding="utf-8")
    assert run(["simulate", str(log), "--scenario", str(file), "-o", str(tmp_path / "run")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [
        line for line in lines if line.startswith("ours.yaml:4: scenarios.0.supports.0.form: unknown form picnic")
    ]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("option", ["--scenario", "--parameters"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ours.yaml: format: "),
        (b"format: 1\n\xcf\xf0\xe8\xe2\xe5\xf2: 1\n", "ours.yaml:2: (file): this is no text in UTF-8"),
    ],
    ids=["empty", "windows-1251"],
)
def test_a_file_without_text_is_refused_and_never_taken_for_no_file(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, content: bytes, said: str
) -> None:
    (tmp_path / "ours.yaml").write_bytes(content)
    assert run(["simulate", str(log), option, str(tmp_path / "ours.yaml"), "-o", str(tmp_path / "run")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if line.startswith(said)]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("years", ["2030-2025", "soon", "2025"])
def test_years_out_of_order_are_a_usage_error(log: Path, years: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", str(log), "--years", years]) == 2
    assert years in capsys.readouterr().err


def test_the_bar_is_drawn_where_somebody_looks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from shnor_engine.cli import simulate

    assert simulate._bar() is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    bar = simulate._bar()
    assert bar is not None
    bar("калибровка", 5, 10)
    bar("калибровка", 10, 10)
    said = capsys.readouterr().err
    assert "█" * 15 + "·" * 15 in said
    assert said.endswith("10/10\n")


def test_explain_says_beside_a_decision_whether_the_school_was_unlucky_or_why_it_cannot_be_told(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", str(log), "severskiy/7"]) == 0
    assert "За 2024 год сказать нельзя: в журнале нет числа" in capsys.readouterr().out
    with Engine.open(tmp_path / "told.db") as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        engine.append(
            [
                ResultRecorded(
                    school_id=f"severskiy/{school}",
                    year=2024,
                    procedure_kind="vpr",
                    discipline=discipline,
                    grade=6,
                    participants=24,
                    below_min=11 if school == 7 else 3,
                )
                for school in (2, 6, 7, 8)
                for discipline in ("russian", "mathematics")
            ],
            actor="methodologist",
        )
        low, other = engine.reliability(schools=["СОШ № 7", "severskiy/2"], year=2024)
        everybody = engine.reliability()
    assert low.truly_low is not None
    assert other.truly_low is not None
    assert low.truly_low > 0.6 > 0.1 > other.truly_low
    assert {one.school for one in everybody} >= {"severskiy/7", "severskiy/45"}
    assert {one.school for one in everybody if one.truly_low is not None} == {f"severskiy/{n}" for n in (2, 6, 7, 8)}
    assert run(["explain", str(tmp_path / "told.db"), "severskiy/7", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reliability"] == low.to_json()
    assert run(["explain", str(tmp_path / "told.db"), "severskiy/7", "--lang", "en"]) == 0
    assert "vpr.russian.6: 11 of 24" in capsys.readouterr().out
    assert run(["simulate", str(tmp_path / "told.db"), "--years", "2025-2025", "--draws", "400", "--quick"]) == 0
    assert "vpr.russian.6: 11 из 24" in capsys.readouterr().out


def test_without_the_extra_explain_explains_and_says_what_is_missing(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from shnor_engine.simulate import ask

    monkeypatch.setattr(ask, "find_spec", lambda name: None)
    assert run(["explain", str(log), "severskiy/7"]) == 0
    said = capsys.readouterr()
    assert "в перечне" in said.out
    assert "Не повезло" not in said.out
    assert "shnor-engine[sim]" in said.err


def test_importing_the_package_loads_nothing_of_the_simulation() -> None:
    code = (
        "import sys, shnor_engine, shnor_engine.cli; "
        "print([name for name in ('numpy', 'scipy', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def run_of(listed: list[str], **more: object) -> dict[str, object]:
    """The summary of a run as `summary.json` holds it, as far as the next list goes."""
    rows = [
        {"scenario": name, "year": year, "mean": mean, "q05": 0.0, "q95": 3.0}
        for name, mean in (("none", 2.5), ("planned", 1.25))
        for year in (2025, 2026)
    ]
    said: dict[str, object] = {"run_id": "r", "years": [2025, 2026], "list_now": listed, "sizes": rows}
    return said | {"scenarios": {"none": "Без программы", "planned": "Как сейчас"}} | more


@pytest.mark.parametrize(("scenario", "value"), [((), "1,25 (0–3)"), (("--scenario", "none"), "2,5 (0–3)")])
def test_a_run_makes_the_twelfth_indicator_measurable(
    shnor: Shnor, district: Path, tmp_path: Path, scenario: tuple[str, ...], value: str
) -> None:
    (tmp_path / "summary.json").write_text(json.dumps(run_of(["severskiy/7"])), encoding="utf-8")
    for place in (tmp_path, tmp_path / "summary.json"):
        said = shnor("indicators", district, "--forecast", place, *scenario).out
        assert f"2025: {value}" in said.split("I12.")[1]
    assert f"2025 – {value}" in shnor("report", district, "--forecast", tmp_path, *scenario).out


@pytest.mark.parametrize(
    ("said", "options", "what"),
    [
        (run_of([]), (), "simulate again"),
        (run_of(["severskiy/7"], sizes=[]), (), "2025–2026"),
        (run_of(["severskiy/7"]), ("--scenario", "picnic"), "none, planned"),
        ({"run_id": "r"}, (), "is missing"),
        ([], (), "is missing"),
    ],
)
def test_a_run_that_says_nothing_of_the_next_list_is_refused_with_the_reason(
    shnor: Shnor, district: Path, tmp_path: Path, said: object, options: tuple[str, ...], what: str
) -> None:
    (tmp_path / "summary.json").write_text(json.dumps(said), encoding="utf-8")
    refused = shnor("indicators", district, "--forecast", tmp_path, *options)
    assert (refused.code, what in refused.err, len(refused.err.splitlines())) == (1, True, 1)


def test_a_scenario_without_a_run_is_a_usage_error(shnor: Shnor, district: Path) -> None:
    assert shnor("indicators", district, "--scenario", "none").code == 2

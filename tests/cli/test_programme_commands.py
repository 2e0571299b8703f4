"""A methodologist's week from the command line: what is wrong, what to do, what became of it, how it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Shnor

FINDING = {
    "type": "finding.recorded",
    "body": {
        "finding_id": "f-1",
        "school_id": "severskiy/7",
        "text": "нет приказа об управленческой команде",
        "topic": "management_team",
        "when": {"start": "2024-10-01", "end": "2024-11-01", "precision": "month"},
    },
}
MONDAY = ("--on", "2024-12-23")


@pytest.fixture
def week(shnor: Shnor, district: Path, tmp_path: Path) -> Path:
    """The log of the district with a finding at school 7."""
    facts = tmp_path / "facts.jsonl"
    facts.write_text(json.dumps(FINDING, ensure_ascii=False) + "\n", encoding="utf-8")
    assert shnor("append", district, facts).code == 0
    return district


def test_the_whole_week_runs_from_the_command_line_alone(shnor: Shnor, week: Path) -> None:
    assert "[plan.overdue] МБОУ СОШ № 7" in shnor("findings", week, *MONDAY).out
    assert "назначить приказом управленческую команду" in shnor("issue", week, *MONDAY, "--dry-run").out
    assert len(shnor("recommendations", week, "--json").json["recommendations"]) == 7  # the topics of the report

    given = shnor("issue", week, *MONDAY, "--json").json
    assert len(given["new"]) == 5
    assert shnor("issue", week, *MONDAY, "--json").json["new"] == []
    register = shnor("recommendations", week, *MONDAY, "--school", "СОШ № 7", "--open", "--json").json
    (team,) = [one for one in register["recommendations"] if one["finding_id"] == "f-1"]
    assert (team["status"], team["due"]) == ("issued", "2025-03-24")

    early = shnor("mark", week, team["id"], "verified", "--by", "methodologist")
    assert (early.code, "cannot follow" in early.err) == (1, True)
    assert shnor("mark", week, team["id"], "accepted", "--by", "head", "--on", "2025-01-13").code == 0
    done = shnor("mark", week, team["id"], "implemented", "--said", "приказ № 5", "--on", "2025-02-03")
    assert "исполнена, ждёт проверки" in done.out
    closed = shnor("mark", week, team["id"], "verified", "--by", "methodologist", "--on", "2025-02-07", "--json")
    assert (closed.json["status"], closed.json["evidence"]) == ("verified", "приказ № 5")

    later = shnor("issue", week, "--on", "2025-04-01", "--json").json
    assert team["id"] not in later["expired"]
    assert set(later["expired"]) == set(given["new"]) - {team["id"]}
    said = shnor("indicators", week, "--on", "2025-04-01").out
    assert "формирование управленческой команды: 1 из 1" in said


def test_issue_says_what_it_gave_and_by_when(shnor: Shnor, week: Path) -> None:
    said = shnor("issue", week, *MONDAY).out
    assert said.startswith("Выдано: 5, открыто вновь: 0, уже выданы ранее: 0, истёк срок: 0\n")
    assert said.count("срок 24.03.2025") == 5
    assert "уже выданы ранее: 5" in shnor("issue", week, *MONDAY).out


def test_a_dry_run_writes_nothing(shnor: Shnor, week: Path) -> None:
    before = week.read_bytes()
    assert shnor("issue", week, *MONDAY, "--dry-run", "--json").json["recommendations"]
    assert week.read_bytes() == before


def test_a_due_day_in_a_year_without_a_calendar_is_said_on_standard_error(shnor: Shnor, week: Path) -> None:
    ran = shnor("issue", week, "--on", "2026-11-02", "--json")
    assert "2027" in ran.err
    assert ran.json["new"]


def test_what_has_expired_is_opened_again_on_demand(shnor: Shnor, week: Path) -> None:
    given = shnor("issue", week, *MONDAY, "--json").json["new"]
    shnor("issue", week, "--on", "2025-04-01")
    again = shnor("issue", week, "--on", "2025-04-01", "--reopen", "--json").json
    assert set(again["reopened"]) <= set(given)
    assert again["reopened"]


def test_the_register_of_the_seed_reads_in_both_languages(shnor: Shnor, district: Path) -> None:
    assert "выдана" in shnor("recommendations", district, *MONDAY).out
    assert "issued" in shnor("recommendations", district, *MONDAY, "--lang", "en").out


def test_the_roadmap_of_the_seed_has_no_lines_and_everything_is_unplanned(shnor: Shnor, district: Path) -> None:
    found = shnor("roadmap", district, *MONDAY, "--json").json
    assert {line["state"] for line in found["lines"]} == {"unplanned"}
    assert set(found["counts"]) <= {"2023", "2024", "2025", "–"}
    only = shnor("roadmap", district, "--school-year", "2024", "--json").json
    assert {line["school_year"] for line in only["lines"]} == {2024}
    assert "2023/24 учебный год: вне плана" in shnor("roadmap", district).out


def test_findings_and_indicators_speak_both_languages(shnor: Shnor, district: Path) -> None:
    assert "Замечание [profile.missing]" in shnor("findings", district, *MONDAY).out
    assert "Flagged [profile.missing]" in shnor("findings", district, *MONDAY, "--lang", "en").out
    found = shnor("findings", district, *MONDAY, "--json").json["findings"]
    assert {"code", "weight", "subject", "text", "events", "day"} == set(found[0])
    assert "2021: не измеримо: перечень года неизвестен" in shnor("indicators", district, *MONDAY).out
    assert "unmeasurable: the list of the year" in shnor("indicators", district, *MONDAY, "--lang", "en").out
    assert len(shnor("indicators", district, *MONDAY, "--json").json["indicators"]) == 12


def test_a_recommendation_that_is_not_there_and_an_unknown_step_are_one_line(shnor: Shnor, district: Path) -> None:
    ran = shnor("mark", district, "nobody", "accepted")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "unknown: «nobody»" in ran.err
    assert shnor("mark", district, "nobody", "done").code == 2


def test_a_recommendation_is_explained_like_a_decision(shnor: Shnor, week: Path) -> None:
    said = shnor("recommend", week, *MONDAY, "--explain", "--json").json["recommendations"]
    (team,) = [one for one in said if one["finding_id"] == "f-1"]
    assert set(team["explanation"]) == set(shnor("explain", week, "severskiy/7", *MONDAY, "--json").json)
    alone = shnor("recommend", week, *MONDAY, "--explain", "--id", team["id"]).out
    assert "тема замечания: формирование управленческой команды" in alone
    assert "finding.recorded, запись" in alone
    assert shnor("recommend", week, "--id", "nobody").code == 2

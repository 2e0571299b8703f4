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
    decision = set(shnor("explain", week, "severskiy/7", *MONDAY, "--json").json)
    assert set(team["explanation"]) == decision - {"reliability"}  # of results, not of what is recommended
    alone = shnor("recommend", week, *MONDAY, "--explain", "--id", team["id"]).out
    assert "тема замечания: формирование управленческой команды" in alone
    assert "finding.recorded, запись" in alone
    assert shnor("recommend", week, "--id", "nobody").code == 2


def test_the_funnel_of_deficits_is_printed_and_written_and_another_ending_is_a_usage_error(
    shnor: Shnor, district: Path, tmp_path: Path
) -> None:
    facts = tmp_path / "people.jsonl"
    told = [
        {
            "type": "diagnostics.held",
            "body": {
                "person": f"token-{n}",
                "school_id": "severskiy/7",
                "role": "teacher",
                "instrument": "тест",
                "when": {"start": "2024-10-01", "end": "2024-11-01", "precision": "month"},
                "deficits": {"оценивание": "high"},
            },
        }
        for n in range(6)
    ]
    facts.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in told), encoding="utf-8")
    assert shnor("append", district, facts).code == 0
    assert "МБОУ СОШ № 7, оценивание: 6 → 0 → 0 → 0" in shnor("funnel", district).out
    assert shnor("funnel", district, "--by", "role", "--json").json["rows"][0]["diagnosed"] == 6
    for name in ("way.csv", "way.xlsx"):
        assert shnor("funnel", district, "-o", tmp_path / name).code == 0
    assert (tmp_path / "way.csv").read_bytes().startswith("\ufeffШкола;".encode())
    assert shnor("funnel", district, "-o", tmp_path / "way.txt").code == 2


def test_a_step_that_lacks_what_it_rests_on_names_the_option_that_tells_it(shnor: Shnor, week: Path) -> None:
    shnor("issue", week)
    first = shnor("recommendations", week, "--open", "--json").json["recommendations"][0]["id"]
    bare = shnor("mark", week, first, "implemented")
    assert (bare.code, "--said" in bare.err, "valid string" in bare.err) == (1, True, False)
    assert shnor("mark", week, first, "implemented", "--said", "приказ № 5").code == 0
    nobody = shnor("mark", week, first, "verified")
    assert (nobody.code, "--by" in nobody.err) == (1, True)


def test_a_recommendation_is_called_by_the_beginning_of_its_id_where_it_alone_begins_so(
    shnor: Shnor, week: Path
) -> None:
    shnor("issue", week)
    ids = [one["id"] for one in shnor("recommendations", week, "--json").json["recommendations"]]
    assert shnor("mark", week, ids[0][:6], "accepted").code == 1  # too many begin so, or it is the only one
    alone = next(ids[0][:n] for n in range(6, 37) if sum(one.startswith(ids[0][:n]) for one in ids) == 1)
    assert shnor("mark", week, alone, "accepted", "--by", "head").code == 0


def test_the_passport_says_once_what_was_given_and_nothing_of_what_is_done(shnor: Shnor, week: Path) -> None:
    shnor("issue", week)
    given = [one for one in shnor("recommendations", week, "--json").json["recommendations"] if one["rule"]]
    entry = given[0]
    page = shnor("passport", week, entry["about"]).out
    assert page.count(entry["text"][1:]) == 1
    shnor("mark", week, entry["id"], "implemented", "--said", "приказ № 5")
    shnor("mark", week, entry["id"], "verified", "--by", "methodologist")
    after = shnor("passport", week, entry["about"]).out
    assert f"{entry['text'][1:]}: проверена" not in after

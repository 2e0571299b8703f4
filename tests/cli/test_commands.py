"""What each command prints, where, and with which exit code."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from tests.cli.conftest import Shnor

from shnor_engine import Engine, Event
from shnor_engine.events import catalogue

AT = ("--as-known", "2024-12-23")


# --- making and filling a log ---------------------------------------------------------------------


def test_init_makes_a_log_once(shnor: Shnor, tmp_path: Path) -> None:
    path = tmp_path / "новый" / "журнал.db"
    made = shnor("init", path, "--zone", "Asia/Vladivostok", "--json")
    assert (made.code, made.json["zone"], made.json["position"]) == (0, "Asia/Vladivostok", 0)
    before = path.read_bytes()
    again = shnor("init", path)
    assert (again.code, again.out) == (1, "")
    assert "exists already" in again.err
    assert path.read_bytes() == before


def test_init_refuses_an_unknown_zone_before_anything_is_made(shnor: Shnor, tmp_path: Path) -> None:
    assert shnor("init", tmp_path / "a.db", "--zone", "Mars/Olympus").code == 2
    assert list(tmp_path.iterdir()) == []


def test_append_stores_once_and_says_how_many(shnor: Shnor, tmp_path: Path, lines: list[str]) -> None:
    log, file = tmp_path / "a.db", tmp_path / "события.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    shnor("init", log)
    first = shnor("append", log, file, "--recorded-at", "2024-12-23", "--json")
    assert (first.code, first.json["repeated"], first.json["batch"]) == (0, 0, 1)
    again = shnor("append", log, file, "--recorded-at", "2024-12-23")
    assert (again.code, again.out) == (0, "")
    assert f"уже было: {len(lines)}" in again.err


def test_export_and_append_make_the_same_log_again(shnor: Shnor, tmp_path: Path, district: Path) -> None:
    copy, other = tmp_path / "out" / "copy.jsonl", tmp_path / "b.db"
    assert shnor("export", district, "-o", copy).code == 0
    shnor("init", other)
    assert shnor("append", other, copy).code == 0
    assert shnor("lists", other, "--json").json == shnor("lists", district, "--json").json
    assert shnor("export", district).out == copy.read_text(encoding="utf-8")
    assert shnor("export", district, "--after", 60, "--json").json["events"][0]["position"] == 61


# --- asking ---------------------------------------------------------------------------------------


def test_lists_have_the_stable_shape_with_null_for_the_unknown_year(shnor: Shnor, district: Path) -> None:
    found = shnor("lists", district, "--json").json
    assert [(y["year"], y["members"] and len(y["members"]), y["complete"]) for y in found["lists"]] == [
        (2020, 8, "yes"),
        (2021, None, "unknown"),
        (2022, 7, "yes"),
        (2023, 5, "yes"),
        (2024, 1, "yes"),
    ]
    assert found["lists"][-1] == {"year": 2024, "members": ["severskiy/7"], "complete": "yes"}
    steps = [(s["from"], s["to"], s["unknown_years"], len(s["stayed"]), len(s["left"])) for s in found["flow"]]
    assert steps == [(2020, 2022, [2021], 2, 6), (2022, 2023, [], 3, 4), (2023, 2024, [], 1, 4)]


def test_lists_for_people_say_that_unknown_is_not_empty(shnor: Shnor, district: Path) -> None:
    said = shnor("lists", district)
    assert "2021    –  нет данных (неизвестно, а не «пусто»)" in said.out
    assert "Движение" in said.out
    assert shnor("lists", district, "--as-known", "2020-01-01").out == "В журнале нет ни одного перечня.\n"


def test_assess_has_the_stable_shape(shnor: Shnor, district: Path) -> None:
    found = shnor("assess", district, *AT, "--json").json
    assert {"on", "position", "law", "decisions"} <= set(found)
    assert (found["on"], found["position"]) == ("2024-12-23", 65)
    (seventh,) = [d for d in found["decisions"] if d["subject"] == "severskiy/7"]
    assert (seventh["period"], seventh["outcome"], seventh["decision"]) == (2024, "met", "listed")
    assert seventh["values"]["status"] == "listed"
    statuses = [d["decision"] for d in found["decisions"]]
    assert {code: statuses.count(code) for code in statuses} == {
        "listed": 1,
        "watch": 4,
        "sustained_exit": 10,
        "on_no_known_list": 1,
    }


def test_assess_for_people_is_a_table_under_its_moment(shnor: Shnor, district: Path) -> None:
    head, _, _, *rows = shnor("assess", district, *AT).out.splitlines()
    assert "на 23.12.2024; журнал до записи 65; право" in head
    assert len(rows) == 16
    assert "под наблюдением" in next(row for row in rows if row.startswith("severskiy/6 "))


def test_assess_can_record_what_it_decided(shnor: Shnor, district: Path) -> None:
    assert shnor("assess", district, *AT, "--record", "--actor", "methodologist").code == 0
    assert "Записано решений: 0" in shnor("assess", district, *AT, "--record").err
    made = shnor("events", district, "--type", "decision.made").out.splitlines()
    assert len(made) == 16
    assert json.loads(made[0])["actor"] == "methodologist"


@pytest.mark.parametrize("school", ["severskiy/7", "СОШ № 7", "мбоу сош №7"])
def test_explain_takes_an_id_or_any_spelling(shnor: Shnor, district: Path, school: str) -> None:
    assert "МБОУ СОШ № 7, 2024 год: в перечне." in shnor("explain", district, school, *AT).out
    found = shnor("explain", district, school, *AT, "--json").json
    assert (found["keys"]["school"], found["decision"]) == ("severskiy/7", "listed")
    assert shnor("explain", district, school, *AT, "--lang", "en").out.startswith("МБОУ СОШ № 7, 2024: listed.")


def test_recommend_lists_each_with_its_ground(shnor: Shnor, district: Path) -> None:
    found = shnor("recommend", district, *AT, "--json").json["recommendations"]
    said = shnor("recommend", district, *AT).out
    assert said.count("Основание: ") == len(found) == 6


def test_report_goes_to_a_file_or_to_stdout(shnor: Shnor, district: Path, tmp_path: Path) -> None:
    file = tmp_path / "out" / "справка.md"
    written = shnor("report", district, *AT, "-o", file)
    printed = shnor("report", district, *AT)
    assert (written.code, written.out) == (0, "")
    assert (
        printed.out == file.read_text(encoding="utf-8") == shnor("report", district, *AT, "--json").json["markdown"]
    )


def test_events_are_filtered_and_print_one_json_a_line(shnor: Shnor, district: Path) -> None:
    found = [json.loads(line) for line in shnor("events", district, "--type", "list.published").out.splitlines()]
    assert [row["body"]["year"] for row in found] == [2020, 2022, 2023, 2024]
    one = shnor("events", district, "--subject", "severskiy/2024", "--json").json["events"]
    assert [row["body"]["members"] for row in one] == [["severskiy/7"]]
    assert shnor("events", district, "--after", 65).out == ""


def test_packs_are_listed_and_described_in_russian(shnor: Shnor) -> None:
    packs = {pack["id"]: pack for pack in shnor("packs", "list", "--json").json["packs"]}
    assert {"ru.shnor.a", "ru.shnor.c", "ru.draft-2024"} <= set(packs)
    pack = packs["ru.municipal.monitoring"]
    assert {"id", "version", "digest", "status"} <= set(pack)
    assert pack["id"] in shnor("packs", "list").out
    said = shnor("packs", "describe", pack["id"], "--on", "2024-12-23")
    assert (said.code, said.out.splitlines()[0][:44]) == (0, "Муниципальный мониторинг перечня ШНОР (ru.mu")
    assert shnor("packs", "describe", pack["id"], "--json").json["digest"] == pack["digest"]


def test_a_pack_is_checked_and_compared(shnor: Shnor) -> None:
    assert shnor("packs", "check", "ru.shnor.a", "--on", "2025-12-01").out.strip() == "Пробелов не найдено."
    assert shnor("packs", "check", "ru.shnor.a", "--on", "2025-12-01", "--json").json["findings"] == []
    said = shnor("packs", "diff", "ru.shnor.a", "ru.shnor.a-and-b", "--on", "2025-12-01")
    assert "same_in_both" in said.out


def test_a_way_out_and_a_backtest_are_asked_for(shnor: Shnor, district: Path) -> None:
    found = shnor("way-out", district, "severskiy/7", "--year", "2024", "--goal", "watch", "--json")
    assert (found.code, found.json["schema"]) == (0, "shnor_engine.way_out/1")
    run = shnor("backtest", district, "--years", "2022-2024", "--json")
    assert (run.code, run.json["schema"]) == (0, "shnor_engine.backtest/1")
    assert shnor("backtest", district, "--years", "2024-2022").code == 2


def test_the_schema_defines_every_event_type(shnor: Shnor) -> None:
    found = shnor("schema").json["$defs"]
    assert {"ListPublished", "SchoolRegistered"} <= set(found)


# --- checking -------------------------------------------------------------------------------------


def test_verify_finds_nothing_in_a_sound_log(shnor: Shnor, district: Path) -> None:
    done = shnor("verify", district, "--json")
    assert (done.code, done.json["ok"], done.json["events"], done.json["findings"]) == (0, True, 65, [])


def test_verify_names_every_bad_position_and_a_missing_trigger_without_the_gate(shnor: Shnor, district: Path) -> None:
    conn = sqlite3.connect(district)
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        conn.execute(f"DROP TRIGGER {name}")
    conn.execute("UPDATE event SET actor = 'somebody' WHERE position IN (3, 40)")
    conn.commit()
    conn.close()
    done = shnor("verify", district, "--json")
    assert done.code == 1
    assert {3, 40} <= {finding["position"] for finding in done.json["findings"]}
    assert any("trigger" in finding["what"] for finding in done.json["findings"])
    assert shnor("verify", district).code == 1
    refused = shnor("lists", district)
    assert (refused.code, refused.out) == (1, "")
    assert "shnor verify" in refused.err


def test_doctor_looks_at_the_installation_and_at_a_log(shnor: Shnor, district: Path) -> None:
    assert shnor("doctor", "--json").json["ok"]
    assert shnor("doctor", district).code == 0
    (row,) = [r for r in shnor("events", district, "--subject", "severskiy/7").out.splitlines() if "registered" in r]
    gone = {"type": "school.registered", "corrects": json.loads(row)["event_id"], "correction": "retract"}
    file = district.with_suffix(".jsonl")
    file.write_text(json.dumps({**gone, "reason": "проверка"}, ensure_ascii=False), encoding="utf-8")
    assert shnor("append", district, file).code == 0
    ill = shnor("doctor", district, "--json")
    assert ill.code == 1
    assert any("severskiy/7" in check["value"] for check in ill.json["checks"] if not check["ok"])


class Gone(Event, type="gone.noted", subject="about"):
    about: str


def test_a_log_with_events_of_a_plugin_that_is_gone_still_answers_and_the_doctor_names_them(
    shnor: Shnor, district: Path
) -> None:
    before = shnor("lists", district, "--json").json["lists"]
    registry = catalogue()
    registry.register(Gone)
    with Engine.open(district, registry=registry) as engine:
        engine.append([Gone(about="a"), Gone(about="b")], actor="plugin")
        first = engine.log.head().position - 1
    assert shnor("lists", district, "--json").json["lists"] == before
    assert shnor("events", district, "--type", "gone.noted").out.count("\n") == 2
    assert shnor("assess", district).code == shnor("report", district).code == shnor("verify", district).code == 0
    done = shnor("doctor", district, "--json")
    wrong = [check["value"] for check in done.json["checks"] if not check["ok"]]
    assert (done.code, len(wrong)) == (1, 1)
    assert wrong[0].startswith(f"position {first}: gone.noted version 1: 2 not read: ")

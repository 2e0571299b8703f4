"""What a user can do wrong: one line that says what, where and what to do; never a stack; nothing written."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Shnor

from shnor_engine import Engine, cli
from shnor_engine.cli import shared

ASKING = ("lists", "events", "assess", "recommend", "report", "export")


def not_a_log(path: Path, what: str) -> Path:
    if what == "empty":
        path.touch()
    elif what == "text":
        path.write_text("это не журнал\n" * 100, encoding="utf-8")
    elif what == "another database":
        with sqlite3.connect(path) as conn:
            conn.execute("CREATE TABLE t (x)")
    return path


@pytest.mark.parametrize("what", ["empty", "text", "another database"])
@pytest.mark.parametrize("command", ASKING)
def test_a_file_that_is_no_log_is_named(shnor: Shnor, tmp_path: Path, command: str, what: str) -> None:
    path = not_a_log(tmp_path / "что-то.db", what)
    before = path.read_bytes()
    done = shnor(command, path)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"Error: {path}: ")
    assert len(done.err.splitlines()) == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("what", ["empty", "text", "another database"])
def test_verify_reports_a_file_that_is_no_log_as_a_finding(shnor: Shnor, tmp_path: Path, what: str) -> None:
    done = shnor("verify", not_a_log(tmp_path / "a.db", what), "--json")
    assert (done.code, len(done.json["findings"])) == (1, 1)


def test_what_says_there_is_no_log_in_an_empty_file_names_the_command_that_makes_one(
    shnor: Shnor, tmp_path: Path
) -> None:
    path = not_a_log(tmp_path / "пустой.db", "empty")
    assert "shnor init" in shnor("lists", path).err
    assert shnor("init", path).code == 0
    assert shnor("verify", path).code == 0
    assert shnor("init", path).code == 1


@pytest.mark.parametrize("what", ["text", "another database"])
def test_init_touches_no_file_that_holds_something(shnor: Shnor, tmp_path: Path, what: str) -> None:
    path = not_a_log(tmp_path / "что-то.db", what)
    before = path.read_bytes()
    assert shnor("init", path).code == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("command", [*ASKING, "verify", "doctor"])
def test_a_folder_or_a_missing_file_is_wrong_usage(shnor: Shnor, tmp_path: Path, command: str) -> None:
    assert shnor(command, tmp_path).code == 2
    assert shnor(command, tmp_path / "none.db").code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options",
    [
        ("--as-known", "2024-13-01"),
        ("--as-known", "yesterday"),
        ("--as-known", "-1"),
        ("--as-known", "2024-12-01T10:00"),
        ("--as-known", "²"),
        ("--on", "23.12.2024"),
        ("--year", "1"),
        ("--year", "2024/25"),
        ("--nonsense",),
    ],
    ids=" ".join,
)
def test_an_option_that_cannot_be_read_is_wrong_usage(shnor: Shnor, district: Path, options: tuple[str, ...]) -> None:
    done = shnor("assess", district, *options)
    assert (done.code, done.out) == (2, "")
    assert options[0] in done.err


def test_an_unknown_school_lists_near_names(shnor: Shnor, district: Path) -> None:
    done = shnor("explain", district, "СОШ № 77")
    assert (done.code, done.out) == (1, "")
    assert "МБОУ СОШ № 7" in done.err


def test_an_unknown_pack_lists_the_loaded_ones(shnor: Shnor, district: Path) -> None:
    for done in (shnor("assess", district, "--pack", "ru.none"), shnor("packs", "describe", "ru.none")):
        assert done.code == 1
        assert "ru.municipal.monitoring" in done.err


def test_a_log_without_a_list_asks_for_the_year(shnor: Shnor, tmp_path: Path) -> None:
    shnor("init", tmp_path / "a.db")
    assert "--year" in shnor("assess", tmp_path / "a.db").err
    assert shnor("assess", tmp_path / "a.db", "--year", "2024", "--json").json["decisions"] == []


# --- bad lines ------------------------------------------------------------------------------------


def test_every_bad_line_is_named_with_file_line_field_and_reason_and_nothing_is_appended(
    shnor: Shnor, district: Path, tmp_path: Path, lines: list[str]
) -> None:
    file = tmp_path / "плохо.jsonl"
    bad = [
        '{"type": "list.published", "body": {"list_id": "x"}}',
        "",
        "[1]",
        '{"type": "lst.published", "body": {}}',
        lines[0].replace('"kind":', '"knd":') if '"kind":' in lines[0] else lines[0].replace('"kind', '"knd'),
        "{",
    ]
    file.write_text("\n".join([lines[0], *bad]), encoding="utf-8")
    before = shnor("verify", district, "--json").json
    done = shnor("append", district, file)
    assert (done.code, done.out) == (1, "")
    said = done.err.splitlines()
    assert {line.split(": ")[0] for line in said} == {f"{file}:{n}" for n in (2, 4, 5, 6, 7)}
    assert f"{file}:2: year: Field required · обязательное поле, его нет" in said
    assert all(re.search(" · .*[а-я]", line) for line in said), "each says it in Russian as well"
    assert any("did you mean list.published" in line for line in said)
    assert shnor("verify", district, "--json").json == before


def test_a_reference_to_nobody_is_named_by_its_line(shnor: Shnor, district: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    body = {"school_id": "severskiy/99", "year": 2025, "issuer": "municipal"}
    good = {**body, "school_id": "severskiy/7"}
    rows = [{"type": "school.listed", "body": one} for one in (good, body)]
    file.write_text("\n\n".join(map(json.dumps, rows)), encoding="utf-8")
    done = shnor("append", district, file)
    assert done.code == 1
    assert done.err.startswith(f"{file}:3: school_id: unknown school «severskiy/99»; missing: school.registered")
    assert shnor("verify", district, "--json").json["events"] == 65


def test_a_file_that_is_not_utf8_says_so(shnor: Shnor, district: Path, tmp_path: Path) -> None:
    file = tmp_path / "cp1251.jsonl"
    file.write_bytes('{"type": "школа"}\n'.encode("cp1251"))
    done = shnor("append", district, file)
    assert (done.code, "UTF-8" in done.err) == (1, True)


def test_history_cannot_be_loaded_before_the_head(
    shnor: Shnor, district: Path, tmp_path: Path, lines: list[str]
) -> None:
    file = tmp_path / "a.jsonl"
    row = {"type": "school.listed", "body": {"school_id": "severskiy/7", "year": 2019, "issuer": "municipal"}}
    file.write_text(json.dumps(row), encoding="utf-8")
    done = shnor("append", district, file, "--recorded-at", "2020-01-01")
    assert done.code == 1
    assert "2020-01-01" in done.err


# --- the process itself ---------------------------------------------------------------------------


def test_a_bug_is_exit_3_and_says_that_it_is_ours(
    shnor: Shnor, district: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "lists", lambda *_, **__: 1 / 0)
    done = shnor("lists", district)
    assert done.code == 3
    assert "Bug: ZeroDivisionError" in done.err
    assert "Traceback" not in done.err
    assert "Traceback" in shnor("--traceback", "lists", district).err


def test_an_interrupt_is_130(shnor: Shnor, district: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Engine, "lists", interrupted)
    assert shnor("lists", district).code == cli.INTERRUPTED == 130


def test_a_signal_while_reading_stdin_ends_with_130_and_appends_nothing(district: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "shnor_engine.cli", "append", str(district), "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()
    while not any(Path(f"{district}{end}").exists() for end in ("-wal", "-shm")):
        assert process.poll() is None
        time.sleep(0.02)  # until the log is open, and the command at work
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    with Engine.open(district, readonly=True) as engine:
        assert engine.log.head().position == 65


@pytest.mark.parametrize("module", ["click", "shnor_engine.errors", "polars"])
def test_a_signal_while_modules_are_loaded_is_130_and_one_line(district: Path, tmp_path: Path, module: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "shnor_engine", "lists", str(district)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])},
    )
    assert (done.returncode, done.stdout, done.stderr.decode().strip()) == (130, b"", "Прервано. Interrupted.")


def test_nothing_is_loaded_before_an_interrupt_is_caught() -> None:
    """Whatever is imported before is time in which an interrupt is answered with a stack of Python's."""
    source = Path(cli.__file__).parents[2]
    code = f"import os, sys; there = set(sys.modules); sys.path.insert(0, {str(source)!r})\n"
    code += "import shnor_engine.__main__; print(*sorted(set(sys.modules) - there))"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["__future__", "shnor_engine", "shnor_engine.__main__"]


def test_an_interrupt_that_the_caller_ignores_is_ignored(district: Path) -> None:
    command = f"trap '' INT; {sys.executable} -c 'import os, signal; from shnor_engine.__main__ import main; "
    command += 'import sys; sys.argv = ["shnor", "--version"]; os.kill(os.getpid(), signal.SIGINT); main()\''
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_output_is_utf8_whatever_the_locale(district: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shnor_engine.cli", "assess", str(district), "--json"],
        capture_output=True,
        check=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
    )
    assert "в перечне" in done.stdout.decode("utf-8")


def test_a_reader_that_goes_away_is_no_bug(district: Path) -> None:
    command = f"{sys.executable} -m shnor_engine.cli events '{district}' | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["position"] == 1
    assert done.stderr == ""


def test_long_work_shows_signs_of_life_on_stderr_only(
    shnor: Shnor, district: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = shnor("lists", district)
    assert quick.err == ""
    waiting = Engine.lists
    monkeypatch.setattr(shared, "PATIENCE", 0.01)
    monkeypatch.setattr(Engine, "lists", lambda *given, **named: (time.sleep(0.3), waiting(*given, **named))[1])
    slow = shnor("lists", district)
    assert slow.out == quick.out
    assert "… собираю перечни" in slow.err


def test_reading_many_lines_counts_them_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "SILENCE", -1.0)
    assert list(shared.progress(range(2_500), "строк")) == list(range(2_500))
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "… 1000 строк\n… 2000 строк\n")


def test_no_arguments_show_the_help(shnor: Shnor) -> None:
    assert "append-only log" in shnor("--help").out
    assert shnor("--help").code == 0
    assert shnor("nonsense").code == 2


def test_what_the_log_refuses_of_a_file_is_said_by_file_and_line(
    shnor: Shnor, district: Path, tmp_path: Path
) -> None:
    twice = {"type": "list.published", "event_id": "e-1", "body": LIST}
    other = twice | {"body": LIST | {"complete": "no"}}
    taken_back = {"type": "list.published", "corrects": "e-2", "correction": "retract", "reason": "r"}
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(map(json.dumps, (twice, other))), encoding="utf-8")
    done = shnor("append", district, path)
    assert (done.code, [text.split(": ")[:2] for text in done.err.splitlines()]) == (
        1,
        [[f"{path}:1", "event_id"], [f"{path}:2", "event_id"]],
    )
    path.write_text(json.dumps(taken_back), encoding="utf-8")
    done = shnor("append", district, path)
    assert done.code == 1
    assert done.err == (
        f"{path}:1: corrects: cannot correct event e-2: no such event is stored · событие e-2 исправить нельзя\n"
    )


def test_fields_that_stand_beside_the_type_are_shown_where_they_belong(
    shnor: Shnor, district: Path, tmp_path: Path
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"type": "list.published", **LIST}), encoding="utf-8")
    done = shnor("append", district, path)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "fields of the event stand under body" in done.err
    assert "поля события пишутся внутри body" in done.err
    shown = done.err[done.err.index("{") : done.err.rindex("}") + 1]
    path.write_text(shown, encoding="utf-8")
    assert shnor("append", district, path).code == 0, "the line as it is shown is taken"


def test_a_key_that_nobody_knows_is_not_taken_for_a_field(shnor: Shnor, district: Path, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"type": "list.published", "yaer": 2025, "body": LIST}), encoding="utf-8")
    done = shnor("append", district, path)
    assert done.err.startswith(f"{path}:1: yaer: unknown key; known: ")
    assert "такого ключа нет" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "severskiy/77", "--pack", "ru.municipal.monitoring"), "школа «severskiy/77» не найдена"),
        (("assess", "--pack", "ru.no.such"), "методика ru.no.such неизвестна"),
        (
            ("assess", "--pack", "ru.municipal.monitoring", "--year", "2024", "--period", "2024"),
            "--year или --period",
        ),
    ],
)
def test_a_mistake_is_said_in_russian_beside_english(
    shnor: Shnor, district: Path, arguments: tuple[str, ...], said: str
) -> None:
    command, *rest = arguments
    done = shnor(command, district, *rest)
    assert done.code in (1, 2)
    assert said in done.err


LIST = {
    "list_id": "severskiy/2025",
    "area": "severskiy",
    "year": 2025,
    "issuer": "municipal",
    "complete": "yes",
    "members": [],
}


def test_history_cannot_be_known_before_its_day(shnor: Shnor, district: Path, tmp_path: Path) -> None:
    """A slip of one digit would put every later batch after that day for ever."""
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"type": "list.published", "body": LIST}), encoding="utf-8")
    done = shnor("append", district, path, "--recorded-at", "2204-12-23")
    assert (done.code, "2204-12-23 is not yet past" in done.err) == (2, True)
    assert shnor("append", district, path, "--recorded-at", "2024-12-23").code == 0


def test_the_last_day_of_the_calendar_is_a_day(shnor: Shnor, district: Path) -> None:
    assert (
        shnor("lists", district, "--as-known", "9999-12-31", "--json").json == shnor("lists", district, "--json").json
    )
    assert shnor("lists", district, "--as-known", "9999-12-31T23:59:59-12:00").code == 0
    assert shnor("verify", district, "--since", 10**30).code == 0

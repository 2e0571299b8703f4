"""A bad plugin changes nobody else's decision: every kind of bad × the command line, the engine, strict mode."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from tests.cli.conftest import Ran
from tests.plugin.conftest import HEAD, Install
from tests.plugin.test_loading import BAD

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.cli import run
from shnor_engine.errors import PluginError
from shnor_engine.plugin import probe

ON = date(2024, 12, 23)
AT = ("--year", "2024", "--on", "2024-12-23", "--json")

PACK = """
from dataclasses import replace
from shnor_engine.packs import builtin_packs
from shnor_engine.packs.builtin import MunicipalMonitoring, Membership
from shnor_engine.rules import opaque
OURS = builtin_packs()[0]
"""
# Each of these is wrong in a way of its own: code, the state of the plugin, what must be said of it.
WRONG = {
    **{name: value for name, value in BAD.items() if name != "retells"},
    "hangs": ("while True:\n    pass\n", "refused", "did not finish loading"),
    "stumbles": (
        HEAD
        + PACK
        + "@hookimpl\ndef packs():\n    yield replace(OURS, id='ru.test.first')\n    raise OSError('gone')\n",
        "failed",
        "OSError: gone",
    ),
    "takes_an_id": (
        HEAD + PACK + "@hookimpl\ndef packs():\n    return [replace(OURS, version='99')]\n",
        "refused",
        "packs: ru.municipal.monitoring is also brought by built in",
    ),
    "takes_an_event": (
        HEAD
        + "from shnor_engine.events import Event\n"
        + "class Mine(Event, type='list.published', subject='about'):\n    about: str\n"
        + "@hookimpl\ndef event_types():\n    return [Mine]\n",
        "refused",
        "event_types: list.published is also brought by built in",
    ),
    "takes_a_projection": (
        HEAD
        + "from dataclasses import replace\nfrom shnor_engine.projections import PROJECTIONS\n"
        + "@hookimpl\ndef projections():\n    return [PROJECTIONS['membership']]\n",
        "refused",
        "projections: membership is also brought by built in",
    ),
    "scribbles": (
        HEAD + PACK + "@hookimpl\ndef packs():\n    OURS.decisions['listed'] = 1\n    return []\n",
        "failed",
        "TypeError: 'mappingproxy' object does not support item assignment",
    ),
}


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SHNOR_PLUGINS", raising=False)
    monkeypatch.setattr(probe, "LIMIT", 3.0)
    monkeypatch.setattr(probe.Probes.__init__, "__kwdefaults__", {"limit": 3.0})


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "district.db"
    with Engine.open(path) as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
    return path


@pytest.fixture(scope="module")
def alone(log: Path) -> str:
    """The decisions where nothing is installed, as text."""
    return decisions(log)


def decisions(log: Path, pack: str | None = None, **opened: object) -> str:
    with Engine.open(log, readonly=True, create=False, **opened) as engine:  # type: ignore[arg-type]
        return json.dumps(engine.assess(pack=pack, year=2024, on=ON).to_json(), ensure_ascii=False)


def shnor(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ran:
    capsys.readouterr()
    code = run([str(item) for item in arguments])
    told = capsys.readouterr()
    return Ran(code, told.out, told.err)


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_plugin_changes_no_decision_of_the_library_and_is_named(
    install: Install, log: Path, alone: str, name: str
) -> None:
    code, state, said = WRONG[name]
    install(name, code, version="2.3")
    assert decisions(log, discover=True) == alone
    with Engine.open(":memory:", discover=True) as engine:
        (found,) = engine.plugins.states
    assert (found.state, found.described) == (state, f"{name} (dist-{name} 2.3)")
    assert said in found.error
    with pytest.raises(PluginError, match=rf"plugin {name} \(dist-{name} 2\.3\)"):
        Engine.open(log, readonly=True, create=False, discover=True, strict=True)


@pytest.mark.parametrize("name", WRONG)
def test_on_the_command_line_it_costs_one_line_and_no_exit_code_but_in_strict_mode(
    install: Install, log: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    clean = shnor(capsys, "assess", log, *AT)
    install(name, WRONG[name][0], version="2.3")
    told = shnor(capsys, "assess", log, *AT)
    assert (told.code, told.out) == (0, clean.out)
    assert told.err.startswith(f"Плагин {name} (dist-{name} 2.3) не используется: ")
    strict = shnor(capsys, "--strict", "assess", log, *AT)
    assert (strict.code, strict.out) == (1, "")
    assert f"{name} (dist-{name} 2.3)" in strict.err
    assert shnor(capsys, "plugins", "check").code == 1
    assert shnor(capsys, "--plugins", f"-{name}", "--strict", "assess", log, *AT).out == clean.out


def test_in_whatever_order_good_and_bad_ones_were_installed_the_decisions_are_the_same(
    log: Path, alone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [name for name in WRONG if name not in ("hangs", "dies")]
    for seed in range(3):
        folder = tmp_path / f"run{seed}"
        folder.mkdir()
        for name in Random(seed).sample(names, len(names)):
            (folder / f"{name}.py").write_text(WRONG[name][0], encoding="utf-8")
        from shnor_engine.extending import extension

        made = extension(folder=folder)
        assert decisions(log, plugins=made.plugins) == alone
        assert {state.name for state in made.plugins.troubled} == set(names)


# --- what breaks only while it decides ----------------------------------------------------------------

BREAKS = (
    PACK
    + """
def broken(listed):
    BODY

class Breaks(MunicipalMonitoring, id="ru.test.breaks", decides="ru.test.breaks"):
    on_known_list = opaque(broken, name="broken", version="1", reads={"listed": Membership.listed}, kind="truth")

@hookimpl
def packs():
    return [replace(OURS, id="ru.test.breaks", rule=Breaks, examples=())]
"""
)
BODIES = {
    "raises": "raise ValueError('no sense')",
    "divides": "return 1 // 0",
    "gives rubbish": "return 'maybe'",
    "gives nothing": "return 7",
    "mutates": "listed.append(1)",
}


@pytest.mark.parametrize("what", BODIES)
def test_a_function_that_breaks_fails_its_own_rule_and_nobody_elses(
    install: Install, log: Path, alone: str, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    install("breaks", HEAD + BREAKS.replace("BODY", BODIES[what]), version="0.9")
    assert decisions(log, discover=True) == alone
    broken = json.loads(decisions(log, "ru.test.breaks", discover=True))["decisions"]
    failed = [item for item in broken if item["outcome"] == "failed"]
    assert failed
    assert all("broken 1" in item["error"] and "plug_breaks.py" in item["error"] for item in failed)
    told = shnor(capsys, "assess", log, "--pack", "ru.test.breaks", *AT)
    assert told.code == 0
    assert {item["outcome"] for item in json.loads(told.out)["decisions"]} >= {"failed"}


PROJECTS = (
    PACK
    + """
import polars as pl
from shnor_engine.events import ListPublished
from shnor_engine.projections import Projection
from shnor_engine.packs import Binding

def build(frames):
    BODY

@hookimpl
def projections():
    return [Projection(name="broken", reads={ListPublished: ("*",)}, keys=("school_id", "year"), build=build)]

@hookimpl
def packs():
    binding = Binding("broken", {"school": "school_id"})
    return [replace(OURS, id="ru.test.projected", bindings={Membership: binding})]
"""
)
BUILDS = {
    "raises": ("raise KeyError('list')", "broke: KeyError: 'list'"),
    "exits": ("raise SystemExit(4)", "broke: SystemExit: 4"),
    "breaks when it is collected": ("return frames[ListPublished].select(pl.col('nowhere'))", "ColumnNotFoundError"),
    "gives rubbish": ("return 42", "gave int, not a frame"),
    "lacks its keys": ("return frames[ListPublished].select('year')", "gave no column school_id"),
    "mutates": ("frames._frames = None", "broke: FrozenInstanceError"),
}


@pytest.mark.parametrize("what", BUILDS)
def test_a_projection_that_breaks_is_named_and_stops_only_those_who_read_it(
    install: Install, log: Path, alone: str, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    body, said = BUILDS[what]
    install("projects", HEAD + PROJECTS.replace("BODY", body), version="0.9")
    assert decisions(log, discover=True) == alone
    told = shnor(capsys, "assess", log, "--pack", "ru.test.projected", *AT)
    assert (told.code, told.out) == (1, "")
    assert "plugin projects (dist-projects 0.9): its projection broken" in told.err
    assert said in told.err
    assert shnor(capsys, "assess", log, *AT).code == 0


COMMANDS = "import click\n@click.command('bad')\ndef bad():\n    BODY\n@hookimpl\ndef commands():\n    return [bad]\n"


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("raise TypeError('oops')", 3, "plugin commands (dist-commands 0.9): its command bad broke: TypeError: oops"),
        ("raise click.UsageError('write it so')", 2, "write it so"),
        ("from shnor_engine.errors import PackError; raise PackError('no such pack')", 1, "no such pack"),
        ("click.get_current_context().exit(5)", 5, ""),
    ],
)
def test_a_command_that_breaks_is_laid_at_the_door_of_its_plugin(
    install: Install, capsys: pytest.CaptureFixture[str], body: str, code: int, said: str
) -> None:
    install("commands", HEAD + COMMANDS.replace("BODY", body), version="0.9")
    told = shnor(capsys, "bad")
    assert told.code == code
    assert said in told.err
    if code == 3:
        assert "go on with --plugins -commands" in told.err


@pytest.fixture
def two_engines(log: Path) -> Iterator[tuple[Engine, Engine]]:
    class Holed:
        name, api_version = "holed", 2

    with (
        Engine.open(log, readonly=True, create=False, plugins=[Holed()]) as one,
        Engine.open(log, readonly=True, create=False) as other,
    ):
        yield one, other


def test_of_two_engines_in_one_process_only_one_knows_of_a_bad_plugin(two_engines: tuple[Engine, Engine]) -> None:
    one, other = two_engines
    assert [state.state for state in one.plugins.states] == ["refused"]
    assert other.plugins.states == ()
    assert one.assess(year=2024, on=ON).to_json() == other.assess(year=2024, on=ON).to_json()

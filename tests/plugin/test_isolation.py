"""A bad plugin changes nobody else's decision: every kind of bad × the command line, the engine, strict mode."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import polars as pl
import pytest
from tests.cli.conftest import Ran
from tests.plugin.conftest import HEAD, Install
from tests.plugin.test_loading import BAD

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.cli import run
from shnor_engine.errors import PluginError
from shnor_engine.events import Event, Term
from shnor_engine.extending import extension
from shnor_engine.packs import Pack, builtin_packs
from shnor_engine.plugin import discovery, loading, probe
from shnor_engine.plugin.probe import Probes
from shnor_engine.plugin.v1 import hookimpl
from shnor_engine.projections import ALL, Frames, Projection

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
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A cache of its own; the one that hangs is waited for briefly, the others long enough for a busy machine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SHNOR_PLUGINS", raising=False)
    limit = 3.0 if "[hangs]" in request.node.name else 60.0
    monkeypatch.setattr(probe.Probes.__init__, "__kwdefaults__", {"limit": limit})


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


# What the requirement names, and which of the plugins above stand for it; the rest of it is tested further below.
NAMED = {
    "does not import": ("no_import", "syntax"),
    "exits": ("exits", "leaves", "dies"),
    "hangs at import": ("hangs",),
    "raises in a hook": ("raises", "stumbles"),
    "returns rubbish": ("nothing", "rubbish", "text"),
    "duplicate ids": ("takes_an_id", "takes_an_event", "takes_a_projection"),
    "needs a newer interface": ("newer",),
    "mutates what it is given": ("scribbles",),
}


def test_every_plugin_of_the_matrix_stands_for_something_that_can_go_wrong() -> None:
    assert {name for names in NAMED.values() for name in names} <= set(WRONG)
    assert set(WRONG) - {name for names in NAMED.values() for name in names} == {"silent", "misspelt", "asks"}


TWIN = HEAD + PACK + "@hookimpl\ndef packs():\n    return [replace(OURS, id='ru.test.twin', version={version!r})]\n"


def test_of_two_plugins_with_one_methodology_neither_decides_and_each_names_the_other(
    install: Install, log: Path, alone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, version in (("castor", "1.0"), ("pollux", "2.0")):
        install(name, TWIN.format(version=version), version=version)
    assert decisions(log, discover=True) == alone
    with Engine.open(":memory:", discover=True) as engine:
        assert "ru.test.twin" not in engine.packs
        assert [(state.state, state.error) for state in engine.plugins.states] == [
            ("refused", "packs: ru.test.twin is also brought by pollux (dist-pollux 2.0); rename it"),
            ("refused", "packs: ru.test.twin is also brought by castor (dist-castor 1.0); rename it"),
        ]
    with pytest.raises(PluginError, match=r"plugin castor \(dist-castor 1\.0\)"):
        Engine.open(log, readonly=True, create=False, discover=True, strict=True)
    told = shnor(capsys, "assess", log, *AT)
    assert (told.code, json.loads(told.out)) == (0, json.loads(alone))
    assert shnor(capsys, "--strict", "assess", log, *AT).code == 1
    assert shnor(capsys, "--plugins", "-pollux", "packs", "describe", "ru.test.twin").code == 0


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
    install: Install, log: Path, alone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = HEAD + PACK + "@hookimpl\ndef packs():\n    return [replace(OURS, id='ru.test.good')]\n"
    for name, code in {**{name: told[0] for name, told in WRONG.items()}, "good": good}.items():
        install(name, code)
    there, probes = discovery.installed(), Probes(tmp_path / "probes.json", limit=8.0)
    answers = set()
    for seed in range(4):
        shuffled = Random(seed).sample(there, len(there))
        monkeypatch.setattr(loading, "installed", lambda shuffled=shuffled: shuffled)
        made = extension(discover=True, probes=probes)
        assert decisions(log, plugins=made.plugins) == alone
        assert {state.name for state in made.plugins.troubled} == set(WRONG)
        said = tuple((state.name, state.state, state.error) for state in made.plugins.states)
        answers.add((said, decisions(log, "ru.test.good", plugins=made.plugins)))
    assert len(answers) == 1


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
    "gives what stands elsewhere each time": "return map(str, ())",
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
    whose = r"plugin breaks \(dist-breaks 0\.9\): RuleError: "
    said = whose + r"plug_breaks\.py:\d+: opaque broken 1 at school \S+, year 2024 "
    assert all(re.match(said, item["error"]) for item in failed)
    assert str(log.parent.parent) not in json.dumps(broken)
    assert decisions(log, "ru.test.breaks", discover=True) == decisions(log, "ru.test.breaks", discover=True)
    with Engine.open(log, readonly=True, create=False, discover=True) as engine:
        why = engine.explain(failed[0]["subject"], pack="ru.test.breaks", year=2024, on=ON)
        assert why.error == failed[0]["error"]
        assert all(why.error in why.text(language) for language in ("ru", "en"))
    for mode in ((), ("--strict",)):  # a rule that breaks is no plugin that cannot be used: strict mode decides alike
        told = shnor(capsys, *mode, "assess", log, "--pack", "ru.test.breaks", *AT)
        assert (told.code, json.loads(told.out)["decisions"]) == (0, broken)
        assert (
            f"Методика ru.test.breaks 1.0 плагина breaks (dist-breaks 0.9) не смогла решить {len(failed)} "
            in told.err
        )
        clean = shnor(capsys, *mode, "assess", log, *AT)
        assert (clean.code, clean.err, json.loads(clean.out)) == (0, "", json.loads(alone))


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
    for mode in ((), ("--strict",)):
        told = shnor(capsys, *mode, "assess", log, "--pack", "ru.test.projected", *AT)
        assert (told.code, told.out) == (1, "")
        assert "plugin projects (dist-projects 0.9): its projection broken" in told.err
        assert said in told.err
        assert json.loads(shnor(capsys, *mode, "assess", log, *AT).out) == json.loads(alone)
    with pytest.raises(PluginError, match=r"plugin projects \(dist-projects 0\.9\): its projection broken"):
        decisions(log, "ru.test.projected", discover=True)


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


# --- two engines ----------------------------------------------------------------------------------------


class Lists:
    """A plugin that another engine's may not notice: an event type, a code, a projection and a methodology."""

    api_version = 1

    def __init__(self, name: str, title: str) -> None:
        self.name, self.title = name, title

        class Told(Event, type="test.told", subject="about"):
            about: str

        Told.__doc__ = title
        self.told = Told

    @hookimpl
    def event_types(self) -> list[type[Event]]:
        return [self.told]

    @hookimpl
    def code_lists(self) -> dict[str, dict[str, Term]]:
        return {"activity.form": {"outing": Term(self.title, self.title)}}

    @hookimpl
    def projections(self) -> list[Projection]:
        def build(frames: Frames) -> pl.LazyFrame:
            return frames[self.told].select("about")

        return [Projection(name="told", reads={self.told: ALL}, keys=("about",), build=build)]

    @hookimpl
    def packs(self) -> list[Pack]:
        return [replace(builtin_packs()[0], id="ru.test.told", title={"ru": self.title, "en": self.title})]


def test_two_engines_with_different_plugins_of_the_same_ids_do_not_notice_each_other(log: Path, alone: str) -> None:
    plugins = [Lists("one", "первый"), Lists("two", "второй")]
    with Engine.open(":memory:", plugins=plugins[:1]) as one, Engine.open(":memory:", plugins=plugins[1:]) as two:
        for engine, plugin, number in ((one, plugins[0], 1), (two, plugins[1], 2)):
            engine.append([plugin.told(about=f"a/{n}") for n in range(number)], actor="test")
        for engine, plugin, number in ((one, plugins[0], 1), (two, plugins[1], 2)):
            assert engine.registry["test.told"] is plugin.told
            assert engine.registry.codes("activity.form")["outing"].ru == plugin.title
            assert engine.project("told").collect().height == number
            assert engine.packs["ru.test.told"].title["ru"] == plugin.title
        assert decisions(log) == alone


@pytest.mark.parametrize("name", [name for name in WRONG if name not in ("hangs", "dies")])
def test_of_two_engines_in_one_process_only_one_knows_of_a_bad_plugin(
    log: Path, alone: str, tmp_path: Path, name: str
) -> None:
    (tmp_path / f"{name}.py").write_text(WRONG[name][0], encoding="utf-8")
    bad = extension(folder=tmp_path).plugins
    with (
        Engine.open(log, readonly=True, create=False, plugins=bad) as one,
        Engine.open(log, readonly=True, create=False) as other,
    ):
        assert [state.state for state in one.plugins.troubled] == [WRONG[name][1]]
        assert other.plugins.states == ()
        for engine in (one, other):
            assert json.dumps(engine.assess(year=2024, on=ON).to_json(), ensure_ascii=False) == alone

"""A plugin is found, loaded and listened to under guard; what is wrong with it is said, and others do not notice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.plugin.conftest import HEAD, Install

from shnor_engine.errors import PluginError
from shnor_engine.plugin import discovery, loading
from shnor_engine.plugin.loading import Plugins, load
from shnor_engine.plugin.probe import Probes
from shnor_engine.plugin.selection import Selection

GOOD = HEAD + "@hookimpl\ndef code_lists():\n    return {'activity.form': {'excursion': 'экскурсия'}}\n"

# What is wrong with the code, and what the state must then say of it.
BAD = {
    "no_import": ("import there_is_no_such_module\n", "failed", "ModuleNotFoundError"),
    "syntax": ("def broken(:\n", "failed", "SyntaxError"),
    "exits": ("import sys\nsys.exit(3)\n", "failed", "SystemExit: 3"),
    "dies": ("import os\nos._exit(7)\n", "refused", "ended the process while loading (exit code 7)"),
    "silent": ("", "refused", "says no api_version"),
    "newer": ("api_version = 2\n", "refused", "needs plugin interface 2, this library has 1; upgrade"),
    "raises": (HEAD + "@hookimpl\ndef packs():\n    raise ValueError('no law here')\n", "failed", "no law here"),
    "leaves": (HEAD + "@hookimpl\ndef packs():\n    raise SystemExit(2)\n", "failed", "SystemExit: 2"),
    "nothing": (
        HEAD + "@hookimpl\ndef packs():\n    return None\n",
        "failed",
        "packs() gave NoneType None; a list of",
    ),
    "rubbish": (
        HEAD + "@hookimpl\ndef packs():\n    return [42]\n",
        "failed",
        "packs() gave int 42 among its things",
    ),
    "text": (
        HEAD + "@hookimpl\ndef event_types():\n    return 'result.recorded'\n",
        "failed",
        "gave str 'result.rec",
    ),
    "misspelt": (HEAD + "@hookimpl\ndef pack():\n    return []\n", "failed", "did you mean packs"),
    "asks": (HEAD + "@hookimpl\ndef packs(engine):\n    return []\n", "failed", "engine"),
    "retells": (
        HEAD + "@hookimpl\ndef code_lists():\n    return {'role': {'head': 'глава'}}\n",
        "refused",
        "code_lists: head of role has another term in built in",
    ),
}


def all_plugins(**more: object) -> Plugins:
    codes = {"role": {"head": "руководитель"}}
    return load(discover=True, built_in={"packs": ["own"]}, codes=codes, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_plugin_is_named_with_its_reason_and_a_good_one_goes_on(install: Install, name: str) -> None:
    code, state, said = BAD[name]
    install("good", GOOD)
    install(name, code, version="2.3")
    plugins = all_plugins()
    by_name = {item.name: item for item in plugins.states}
    assert by_name["good"].state == "loaded"
    assert by_name["good"].brings == {"code_lists": 1}
    assert plugins.codes == {"activity.form": {"excursion": "экскурсия"}}
    bad = by_name[name]
    assert (bad.state, bad.distribution, bad.version) == (state, f"dist-{name}", "2.3")
    assert said in bad.error
    assert plugins.troubled == (bad,)


@pytest.mark.parametrize("name", BAD)
def test_strict_mode_raises_with_the_name_of_the_bad_plugin(install: Install, name: str) -> None:
    install(name, BAD[name][0])
    with pytest.raises(PluginError, match=f"plugin {name} \\(dist-{name} 1.0\\)"):
        all_plugins(strict=True)


def test_a_plugin_that_hangs_is_refused_by_name_and_asked_only_once(install: Install, tmp_path: Path) -> None:
    install("slow", "while True:\n    pass\n")
    kept = tmp_path / "cache" / "probes.json"
    for limit in (0.5, 1e-9):  # the second time nobody waits at all
        (state,) = load(discover=True, probes=Probes(kept, limit=limit)).states
        assert (state.state, state.error) == ("refused", "did not finish loading within 0.5 s")


def test_a_probe_is_made_anew_when_a_file_changes(install: Install, tmp_path: Path) -> None:
    path = install("mended", "import os\nos._exit(1)\n")
    kept = tmp_path / "probes.json"
    assert load(discover=True, probes=Probes(kept)).states[0].state == "refused"
    path.write_text(GOOD + "# mended\n", encoding="utf-8")
    assert load(discover=True, probes=Probes(kept)).states[0].state == "loaded"


def test_a_damaged_cache_of_probes_costs_another_probe_and_nothing_else(install: Install, tmp_path: Path) -> None:
    install("good", GOOD)
    kept = tmp_path / "probes.json"
    kept.write_text("{not json", encoding="utf-8")
    assert load(discover=True, probes=Probes(kept)).states[0].state == "loaded"


def test_what_is_not_wanted_is_not_even_imported(install: Install, tmp_path: Path) -> None:
    mark = tmp_path / "imported"
    install("loud", f"from pathlib import Path\nPath({str(mark)!r}).touch()\n")
    plugins = all_plugins(select=Selection.of("none"))
    assert [state.state for state in plugins.states] == ["disabled"]
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("", "abc"), ("all", "abc"), ("none", ""), ("a,b", "ab"), ("-b", "ac"), ("a,b,-b", "a"), (" a , c ", "ac")],
)
def test_a_selection_is_decided_by_name(text: str, wanted: str) -> None:
    select = Selection.of(text)
    assert "".join(name for name in "abc" if select.wants(name)) == wanted


def test_a_plugin_that_was_asked_for_and_is_not_there_is_missing(install: Install) -> None:
    install("good", GOOD, dist="shnor-good")
    plugins = all_plugins(select=Selection.of("good,shnor-good"))
    assert [(state.name, state.state) for state in plugins.states] == [("good", "loaded"), ("shnor-good", "missing")]
    assert "the name is that of the entry point, not of the package" in plugins.states[1].error


def test_of_two_plugins_with_one_name_neither_is_used(install: Install) -> None:
    install("one", GOOD, point="same")
    install("two", GOOD, point="same")
    assert [state.state for state in all_plugins().states] == ["refused", "refused"]


EVENT = """
from shnor_engine.events.base import Event
class Told(Event, type="extra.told", subject="about"):
    about: str
@hookimpl
def event_types():
    return [Told]
"""


def test_of_two_plugins_with_one_id_neither_is_used_and_each_names_the_other(install: Install) -> None:
    install("one", HEAD + EVENT)
    install("two", HEAD + EVENT)
    install("good", GOOD)
    plugins = all_plugins()
    said = {state.name: (state.state, state.error) for state in plugins.states}
    assert said["good"] == ("loaded", "")
    assert said["one"] == ("refused", "event_types: extra.told is also brought by two (dist-two 1.0); rename it")
    assert said["two"] == ("refused", "event_types: extra.told is also brought by one (dist-one 1.0); rename it")
    assert plugins.of("event_types") == []


def test_an_id_of_the_library_itself_cannot_be_taken(install: Install) -> None:
    install("thief", HEAD + EVENT)
    plugins = load(discover=True, built_in={"event_types": ["extra.told"]})
    assert plugins.states[0].error == "event_types: extra.told is also brought by built in; rename it"


def test_the_order_of_installation_never_matters(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        code = f"{HEAD}@hookimpl\ndef code_lists():\n    return {{'role': {{'{name}': '{name}'}}}}\n"
        install(name, code)
    install("bad", "raise ValueError('b')\n")
    found = discovery.installed()
    answers = []
    for seed in range(6):
        shuffled = random.Random(seed).sample(found, len(found))
        monkeypatch.setattr(loading, "installed", lambda shuffled=shuffled: shuffled)
        plugins = all_plugins()
        answers.append(([(s.name, s.state, s.error) for s in plugins.states], plugins.codes, plugins.things))
    assert all(answer == answers[0] for answer in answers)


def test_single_files_in_a_folder_are_plugins_too(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.py").write_text("raise ValueError('no')\n", encoding="utf-8")
    (tmp_path / "_helper.py").write_text("raise ValueError('not looked at')\n", encoding="utf-8")
    plugins = load(discover=False, folder=tmp_path)
    assert [(state.name, state.state) for state in plugins.states] == [("bad", "failed"), ("mine", "loaded")]
    assert plugins.states[1].distribution == str(tmp_path / "mine.py")


def test_an_object_can_be_handed_over_without_any_installation() -> None:
    from shnor_engine.plugin.v1 import hookimpl

    class Mine:
        name, api_version = "mine", 1

        @hookimpl
        def code_lists(self) -> dict[str, dict[str, str]]:
            return {"role": {"guest": "гость"}}

    plugins = load(discover=False, given=[Mine()])
    assert plugins.codes == {"role": {"guest": "гость"}}
    assert plugins.states[0].described == "mine"

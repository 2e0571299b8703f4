"""Plugins that reach for what belongs to the whole process: it is put back, they are named, others are untouched."""

from __future__ import annotations

import locale
import os
import signal
import sys
import warnings
from importlib import import_module

import pytest
from tests.plugin.conftest import HEAD, Install

from shnor_engine.plugin import discovery
from shnor_engine.plugin.loading import load
from shnor_engine.rules.rule import RuleTree

DECIDE = import_module("shnor_engine.reasoning.decide")
REACHES = {
    "chdir": ("import os\nos.chdir('/')\n", "the working directory"),
    "locale": ("import locale\nlocale.setlocale(locale.LC_ALL, 'C')\n", "the locale"),
    "depth": ("import sys\nsys.setrecursionlimit(5000)\n", "the recursion limit"),
    "signals": ("import signal\nsignal.signal(signal.SIGINT, lambda *_: None)\n", "signal handlers"),
    "environ": ("import os\ndel os.environ['SHNOR_TEST']\n", "environment variables (SHNOR_TEST)"),
    "thread": (
        "from threading import Event, Thread\n"
        "Thread(target=Event().wait, args=(3,), daemon=True, name='mine').start()\n",
        "threads left running (mine)",
    ),
    "patches": (
        "import sys\nsys.modules['shnor_engine.reasoning.decide'].json_value = repr\n",
        "code of the library (shnor_engine.reasoning.decide.json_value)",
    ),
    "patches_a_class": (
        "from shnor_engine.rules.rule import RuleTree\nRuleTree.nodes = lambda self: iter(())\n",
        "code of the library (RuleTree.nodes)",
    ),
    "builtins": ("import builtins\nbuiltins.sorted = list\n", "code of the library (builtins.sorted)"),
}


def picture() -> tuple[object, ...]:
    return (
        os.getcwd(),
        locale.setlocale(locale.LC_ALL),
        sys.getrecursionlimit(),
        signal.getsignal(signal.SIGINT),
        os.environ["SHNOR_TEST"],
        sys.stdout,
        list(warnings.filters),
        sorted,
        DECIDE.json_value,
        RuleTree.nodes,
    )


@pytest.mark.parametrize("name", REACHES)
@pytest.mark.parametrize("where", ["while it loads", "in a hook"])
def test_what_belongs_to_the_whole_process_is_put_back_and_the_plugin_named(
    install: Install, monkeypatch: pytest.MonkeyPatch, name: str, where: str
) -> None:
    monkeypatch.setenv("SHNOR_TEST", "1")
    if name == "locale":
        before_locale = locale.setlocale(locale.LC_ALL)
        locale.setlocale(locale.LC_ALL, "C.UTF-8")
    code, said = REACHES[name]
    module, hook = (code, "    return []\n") if where == "while it loads" else ("", "    reach()\n    return []\n")
    body = module or "def reach():\n" + "".join(f"    {line}\n" for line in code.splitlines())
    install(name, HEAD + body + "@hookimpl\ndef packs():\n" + hook, version="2.3")
    before = picture()
    try:
        (state,) = load(discover=True, probes=Unasked()).states  # type: ignore[arg-type]
        assert picture() == before
    finally:
        if name == "locale":
            locale.setlocale(locale.LC_ALL, before_locale)
    assert (state.state, state.described) == ("failed", f"{name} (dist-{name} 2.3)")
    assert state.error == f"changes what belongs to the whole process {where}: {said}"


class Unasked:
    """Probes that let everything through: what a child process would see first is not what is tested here."""

    def ask(self, found: discovery.Found) -> str:
        return ""


def test_filters_of_warnings_are_put_back_and_nobody_is_blamed(install: Install) -> None:
    install("filters", HEAD + "import warnings\nwarnings.simplefilter('ignore')\n")
    before = list(warnings.filters)
    (state,) = load(discover=True, probes=Unasked()).states  # type: ignore[arg-type]
    assert (state.state, list(warnings.filters)) == ("loaded", before)


def test_what_a_plugin_prints_or_closes_is_not_the_answer_of_a_command(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install("loud", HEAD + "print('x' * 1_000_000)\n")
    install("closes", HEAD + "import sys\nsys.stdout.close()\n")
    states = load(discover=True, probes=Unasked()).states  # type: ignore[arg-type]
    assert [state.state for state in states] == ["loaded", "loaded"]
    print("still here")
    assert capsys.readouterr().out == "still here\n"


STREAM = (
    "from shnor_engine.projections import PROJECTIONS\nfrom dataclasses import replace\n"
    "@hookimpl\ndef projections():\n    one = PROJECTIONS['membership']\n    number = 0\n"
    "    while True:\n        number += 1\n        yield replace(one, name=f'mine_{number}')\n"
)


def test_a_hook_whose_things_never_end_is_not_waited_for(install: Install) -> None:
    install("endless", HEAD + STREAM)
    (state,) = load(discover=True, probes=Unasked()).states  # type: ignore[arg-type]
    assert (state.state, state.error) == ("failed", "projections() gave more than 10000 things; does it ever end?")


def test_a_distribution_without_a_version_or_with_a_name_in_cyrillic_is_listed_beside_the_others(
    install: Install,
) -> None:
    info = install("bare", HEAD).parent / "dist_bare-1.0.dist-info" / "METADATA"
    info.write_text("Metadata-Version: 2.1\nName: dist-bare\n", encoding="utf-8")
    install("cyrillic", HEAD, dist="край-методика", version="0.1")
    install("plain", HEAD)
    states = load(discover=True, probes=Unasked()).states  # type: ignore[arg-type]
    assert [(state.described, state.state) for state in states] == [
        ("bare (dist-bare)", "loaded"),
        ("cyrillic (край-методика 0.1)", "loaded"),
        ("plain (dist-plain 1.0)", "loaded"),
    ]


def test_of_two_entry_points_with_one_name_neither_is_used(install: Install) -> None:
    install("first", HEAD, point="same")
    install("second", HEAD, point="same")
    states = load(discover=True, probes=Unasked()).states  # type: ignore[arg-type]
    assert {(state.state, state.error) for state in states} == {
        ("refused", "two plugins are called same; rename one")
    }

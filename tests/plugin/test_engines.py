"""Plugins in the library: handed over, one engine's unseen by another's, packs with their states."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.plugin.conftest import HEAD, Install

from shnor_engine import Engine
from shnor_engine.errors import InvalidEvent, PluginError, UnknownPack
from shnor_engine.events import Event, Term
from shnor_engine.events.programme import ActivityPlanned, RoadmapAdopted
from shnor_engine.events.schools import SchoolRegistered
from shnor_engine.events.when import When
from shnor_engine.packs import Pack, builtin_packs
from shnor_engine.packs.pack import Binding
from shnor_engine.plugin.v1 import hookimpl


class Lesson(Event, type="lesson.seen", subject="about"):
    about: str


def own_pack(**changes: object) -> Pack:
    return replace(builtin_packs()[0], id="ru.test.monitoring", **changes)  # type: ignore[arg-type]


class Extra:
    """A plugin as an object: an event type, a form of activity and a methodology."""

    name, api_version = "extra", 1

    @hookimpl
    def event_types(self) -> list[type[Event]]:
        return [Lesson]

    @hookimpl
    def code_lists(self) -> dict[str, dict[str, Term]]:
        return {"activity.form": {"excursion": Term("экскурсия", "excursion")}}

    @hookimpl
    def packs(self) -> list[Pack]:
        return [own_pack()]


def excursion() -> list[Event]:
    return [
        SchoolRegistered(school_id="a/1", municipality="a", region="r", kind="secondary", name="СОШ № 1"),
        RoadmapAdopted(roadmap_id="a/2024", level="district", about="a", school_year=2024),
        ActivityPlanned(line_id="a/2024/1", roadmap_id="a/2024", form="excursion", when=When.month(2024, 3)),
    ]


def test_two_engines_in_one_process_do_not_notice_each_others_plugins() -> None:
    with Engine.open(":memory:", plugins=[Extra()]) as one, Engine.open(":memory:") as other:
        one.append([Lesson(about="a/1")], actor="me")
        one.append(excursion(), actor="me")
        with pytest.raises(InvalidEvent, match="no code of the list"):
            other.append(excursion(), actor="me")
        assert "ru.test.monitoring" in one.packs
        with pytest.raises(UnknownPack):
            other.assess(pack="ru.test.monitoring", year=2024)
        assert "lesson.seen" not in other.registry


def test_a_pack_that_reads_a_projection_nobody_brings_is_refused_with_the_reason() -> None:
    (fact,) = builtin_packs()[0].bindings
    lost = own_pack(bindings={fact: Binding("moon_phases")})
    with Engine.open(":memory:", packs=[*builtin_packs(), lost]) as engine:
        states = {item.pack.id: (item.state, item.why) for item in engine.pack_states}
        assert states["ru.test.monitoring"] == ("refused", "reads the projections moon_phases, which nobody brings")
        assert "ru.test.monitoring" not in engine.packs


def test_the_library_looks_for_installed_plugins_only_when_asked(install: Install) -> None:
    install("broken", "raise ValueError('no')\n")
    with Engine.open(":memory:") as engine:
        assert engine.plugins.states == ()
    with Engine.open(":memory:", discover=True) as engine:
        assert [state.state for state in engine.plugins.states] == ["failed"]
    with pytest.raises(PluginError, match="broken"):
        Engine.open(":memory:", discover=True, strict=True)


def test_the_library_chooses_among_installed_plugins_by_name_before_anything_is_loaded(install: Install) -> None:
    install("broken", "raise ValueError('no')\n")
    install("greeter", HEAD)
    with Engine.open(":memory:", discover=True, select="-broken", strict=True) as engine:
        assert [(state.name, state.state) for state in engine.plugins.states] == [
            ("broken", "disabled"),
            ("greeter", "loaded"),
        ]


def test_an_id_of_the_library_is_not_taken_over_by_a_plugin(install: Install) -> None:
    install(
        "thief",
        HEAD + "from shnor_engine.packs import builtin_packs\n@hookimpl\ndef packs():\n    return builtin_packs()\n",
    )
    with Engine.open(":memory:", discover=True) as engine:
        (state,) = engine.plugins.states
        assert state.state == "refused"
        assert "is also brought by built in" in state.error
        assert [item.origin for item in engine.pack_states] == [None] * len(builtin_packs())

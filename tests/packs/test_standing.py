"""Which packs decide: the highest sound version of each id, whatever the order in which they came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from shnor_engine import Engine
from shnor_engine.errors import PackError, UnknownPack
from shnor_engine.packs import Binding, Decision, Pack, build, builtin_packs
from shnor_engine.packs.standing import standing, version_order
from shnor_engine.plugin.v1 import hookimpl

ON = date(2024, 12, 23)


def pack(version: str, **changes: object) -> Pack:
    return replace(builtin_packs()[0], id="ru.test.pack", version=version, **changes)  # type: ignore[arg-type]


def stands(*packs: Pack, holes: str = "") -> dict[str, str]:
    """The standing by version; `holes` names the versions that have one."""
    found = standing(packs, ["hole" if item.version in holes.split() else "" for item in packs])
    return {item.version: state for item, (state, _) in zip(packs, found, strict=True)}


def test_versions_are_ordered_by_their_numbers() -> None:
    ordered = ["0.9", "1.0-rc", "1.0", "1.0.1", "1.9", "1.10", "2"]
    assert sorted(ordered, key=version_order) == ["0.9", "1.0", "1.0-rc", "1.0.1", "1.9", "1.10", "2"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_highest_version_decides_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    three = [pack("1.9"), pack("1.10"), pack("1.2")]
    assert stands(*(three[place] for place in order)) == {
        "1.9": "superseded",
        "1.10": "active",
        "1.2": "superseded",
    }


def test_a_version_with_a_hole_supersedes_nothing_and_neither_does_a_draft() -> None:
    assert stands(pack("1.0"), pack("2.0"), holes="2.0") == {"1.0": "active", "2.0": "refused"}
    assert stands(pack("1.0"), pack("2.0", status="draft")) == {"1.0": "active", "2.0": "draft"}


def test_two_texts_of_one_version_are_both_refused_and_two_equal_ones_are_one() -> None:
    other = pack("1.0", jurisdiction="ru.57")
    found = standing([pack("1.0"), other], ["", ""])
    assert [state for state, _ in found] == ["refused", "refused"]
    assert "two texts of version 1.0" in found[0][1]
    assert [state for state, _ in standing([pack("1.0"), pack("1.0")], ["", ""])] == ["active", "superseded"]


def test_a_pack_that_is_not_wanted_is_disabled_and_supersedes_nothing() -> None:
    found = standing([pack("1.0"), pack("1.1"), pack("2.0")], ["", "", "hole"], {"ru.test.pack@1.1"})
    assert [state for state, _ in found] == ["active", "disabled", "refused"]
    assert [state for state, _ in standing([pack("1.0"), pack("1.1")], ["", "hole"], {"ru.test.pack"})] == [
        "disabled",
        "disabled",
    ]


class Two:
    """A plugin with two versions of one methodology."""

    name, api_version = "two", 1

    @hookimpl
    def packs(self) -> list[Pack]:
        return [pack("1.1"), pack("1.0")]


def test_a_plugin_may_bring_two_versions_of_one_id_and_the_newer_one_decides() -> None:
    with Engine.open(":memory:", plugins=[Two()]) as engine:
        states = [(item.pack.version, item.state, item.why) for item in engine.pack_states if item.origin]
        assert states == [("1.0", "superseded", "version 1.1 stands"), ("1.1", "active", "")]
        assert engine.packs["ru.test.pack"].version == "1.1"


def untold(version: str = "1.0") -> Pack:
    said = builtin_packs()[0].decisions
    return pack(version, decisions={**said, "listed": Decision("", "listed")}, jurisdiction="")


class Holed:
    name, api_version = "holed", 1

    @hookimpl
    def packs(self) -> list[Pack]:
        return [untold()]


def test_a_pack_with_a_hole_is_refused_with_the_findings_and_strict_mode_raises() -> None:
    with Engine.open(":memory:", plugins=[Holed()]) as engine:
        (state,) = [item for item in engine.pack_states if item.origin]
        assert state.state == "refused"
        assert {item.code for item in state.findings if item.severity == "error"} == {"not-said", "nowhere-valid"}
        with pytest.raises(PackError, match=r"pack ru.test.pack 1.0 is refused: not-said"):
            engine.assess(pack="ru.test.pack", year=2024)
    with (
        Engine.open(":memory:", plugins=[Holed()], strict=True) as engine,
        pytest.raises(PackError, match="of plugin holed is refused"),
    ):
        assert engine.packs


def test_one_methodology_is_switched_off_and_the_others_of_its_plugin_go_on() -> None:
    with Engine.open(":memory:", plugins=[Two(), Other()], without_packs=["ru.test.pack@1.1"]) as engine:
        states = [(item.pack.id, item.pack.version, item.state) for item in engine.pack_states if item.origin]
        assert states == [
            ("ru.test.other", "1.0", "active"),
            ("ru.test.pack", "1.0", "active"),
            ("ru.test.pack", "1.1", "disabled"),
        ]
        assert engine.packs["ru.test.pack"].version == "1.0"
    with Engine.open(":memory:", plugins=[Two()], without_packs=["ru.test.pack"]) as engine:
        assert "ru.test.pack" not in engine.packs
        with pytest.raises(PackError, match="is disabled: it is among the methodologies that are not wanted"):
            engine.assess(pack="ru.test.pack", year=2024)


def test_what_is_switched_off_is_not_looked_through_so_that_strict_mode_goes_on_without_it() -> None:
    with Engine.open(":memory:", plugins=[Holed()], strict=True, without_packs=["ru.test.pack"]) as engine:
        (state,) = [item for item in engine.pack_states if item.origin]
        assert (state.state, state.findings) == ("disabled", ())
        assert "ru.municipal.monitoring" in engine.packs


def test_a_name_that_no_pack_has_is_told_in_strict_mode() -> None:
    with Engine.open(":memory:", without_packs=["ru.test.pck"]) as engine:
        assert "ru.municipal.monitoring" in engine.packs
    with (
        Engine.open(":memory:", strict=True, without_packs=["ru.test.pck"]) as engine,
        pytest.raises(UnknownPack, match=r"unknown pack ru\.test\.pck"),
    ):
        assert engine.packs


def test_packs_handed_to_an_engine_can_be_switched_off_too() -> None:
    with Engine.open(":memory:", packs=[pack("1.0"), pack("1.1")], without_packs=["ru.test.pack@1.1"]) as engine:
        assert engine.packs["ru.test.pack"].version == "1.0"


class Shifting:
    """A pack that breaks whoever looks at it."""

    name, api_version = "shifting", 1

    @hookimpl
    def packs(self) -> list[Pack]:
        made = pack("1.0")
        object.__setattr__(made, "decisions", None)
        return [made]


def test_a_pack_that_breaks_whoever_looks_at_it_hides_no_other() -> None:
    with Engine.open(":memory:", plugins=[Shifting(), Other()]) as engine:
        states = {item.pack.id: item.state for item in engine.pack_states if item.origin}
        assert states == {"ru.test.other": "active", "ru.test.pack": "refused"}


class Other:
    name, api_version = "other", 1

    @hookimpl
    def packs(self) -> list[Pack]:
        return [replace(pack("1.0"), id="ru.test.other")]


def test_a_document_of_a_higher_version_takes_the_place_of_an_older_one() -> None:
    ours = builtin_packs()[0]
    newer = replace(ours, version="1.1")
    with Engine.open(":memory:", artefacts=[build(newer).text()]) as engine:
        assert engine.packs[ours.id].version == "1.1"
        assert [item.state for item in engine.pack_states if item.pack.id == ours.id] == ["superseded", "active"]
    with Engine.open(":memory:", artefacts=[build(ours).text()]) as engine:
        assert engine.packs[ours.id].digest == ours.digest


def test_a_fact_whose_closing_projection_nobody_brings_is_a_hole_too() -> None:
    (fact,) = builtin_packs()[0].bindings
    lost = pack("1.0", bindings={fact: Binding("membership", {"school": "school_id"}, closings="nowhere")})
    with Engine.open(":memory:", packs=[lost]) as engine:
        assert engine.pack_states[0].why == "reads the projections nowhere, which nobody brings"

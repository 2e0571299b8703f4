"""What makes a methodology a pack: closed decisions, bound facts, its own law, one digest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.reasoning.methodology import ON, LowResults, P, Sitting, judge, years

from shnor_engine.errors import PackError, UnknownPack
from shnor_engine.law import Law
from shnor_engine.packs import Binding, Decision, Pack, builtin_packs, find_pack

GOOD: dict[str, Any] = {
    "id": "t.pack",
    "version": "1.0",
    "title": {"ru": "Низкие результаты", "en": "Low results"},
    "jurisdiction": "ru",
    "rule": LowResults,
    "law": Law.of(P),
    "bindings": {Sitting: Binding("sittings")},
    "decisions": {"met": Decision("низкие результаты", "low results")},
}


def test_an_unknown_pack_is_an_error_that_names_the_loaded_ones() -> None:
    with pytest.raises(UnknownPack, match=r"unknown pack ru\.nowhere; loaded: ru\.municipal\.monitoring"):
        find_pack("ru.nowhere")


def test_a_pack_whose_fact_is_bound_to_nothing_is_refused() -> None:
    with pytest.raises(PackError, match="fact Sitting is bound to no projection"):
        Pack(**{**GOOD, "bindings": {}})


def test_a_pack_whose_parameter_is_not_in_its_law_is_refused() -> None:
    with pytest.raises(PackError, match=r"parameter P\.low_share is not in its law"):
        Pack(**{**GOOD, "law": Law.of()})


def test_a_code_outside_the_closed_list_of_decisions_is_refused() -> None:
    pack = builtin_packs()[0]
    fewer = {code: item for code, item in pack.decisions.items() if code != "watch"}
    with pytest.raises(PackError, match="clause «status» may give «watch»"):
        replace(pack, decisions=fewer)


def test_without_a_status_clause_the_outcome_is_the_decision() -> None:
    pack = Pack(**GOOD)
    verdict = judge(years([(10, 3), (20, 6)]))
    assert pack.decision(verdict) == "met"
    assert pack.explain(verdict).text("ru").startswith("s, 2024 год: низкие результаты.")


def test_the_digest_changes_with_anything_that_is_said_or_decided() -> None:
    pack = Pack(**GOOD)
    assert Pack(**GOOD).digest == pack.digest
    changed = [
        replace(pack, version="1.1"),
        replace(pack, status="draft"),
        replace(pack, bindings={Sitting: Binding("sittings", {"school": "school_id"})}),
        replace(pack, decisions={"met": Decision("низкие", "low")}),
        replace(pack, title={"ru": "Другое", "en": "Other"}),
    ]
    assert len({pack.digest, *(item.digest for item in changed)}) == len(changed) + 1


def test_built_in_packs_have_distinct_ids_and_both_languages() -> None:
    packs = builtin_packs()
    assert len({pack.id for pack in packs}) == len(packs)
    for pack in packs:
        assert pack.title["ru"]
        assert pack.title["en"]
        assert all(item.ru and item.en for item in pack.decisions.values())


def test_facts_come_from_frames_by_the_name_of_their_projection() -> None:
    pack = Pack(**GOOD)
    facts = pack.facts({"sittings": years([(10, 3), (20, 6)])}, closed=True)
    assert pack.decide({"school": "s", "year": 2024}, facts, on=ON).outcome == "met"
    with pytest.raises(PackError, match=r"pack t\.pack reads the projections sittings"):
        pack.facts({"membership": []})


def test_a_pack_finds_the_way_out_to_one_of_its_decisions() -> None:
    lever = builtin_packs()[0]
    rows = [{"school_id": "7", "year": year, "listed": year == 2024} for year in range(2020, 2025)]
    found = lever.way_out({"school": "7", "year": 2024}, lever.facts({"membership": rows}), on=ON, goal="watch")
    assert found.kind == "impossible"
    assert "7, 2024 год: решение «под наблюдением» недостижимо: " in found.text("ru")
    assert "ни один показатель, от которого зависит решение, не объявлен изменяемым" in found.text("ru")
    assert "школа есть в перечне 2024 года" in found.text("ru")

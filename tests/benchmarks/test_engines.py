"""The programs of the engines that we compare with decide what our rule decides."""

from __future__ import annotations

import importlib
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from benchmarks.baselines import bare_polars
from benchmarks.environments import run as runner

from benchmarks import columns as nation
from benchmarks import engines
from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide


def installed(peer: engines.Peer) -> None:
    """Skips where a peer is not installed; the benchmark compares all outcomes in each run, wherever it runs."""
    where = f"benchmarks/environments/{peer.apart}" if peer.apart else "benchmarks/requirements.txt"
    pytest.importorskip(peer.module, reason=f"{peer.name} is not installed here ({where} says which version)")


def columns_of(frame: pl.DataFrame) -> dict[str, list[Any]]:
    return frame.select("school", "participants", "below_min").to_dict(as_series=False)


@pytest.mark.parametrize("peer", engines.PEERS, ids=lambda peer: peer.name)
def test_a_peer_decides_as_the_rule_does(peer: engines.Peer) -> None:
    installed(peer)
    frame = engines.facts(400)
    program = importlib.import_module(f"benchmarks.baselines.{peer.program}")
    rule = program.compile_rule()
    schools, found = program.decide(rule, program.load(rule, runner.given(program, columns_of(frame))))
    expected = engines.outcomes(engines.ours(frame))
    assert {str(school): int(outcome) for school, outcome in zip(schools, found, strict=True)} == expected
    assert set(expected.values()) == set(engines.OUTCOMES.values())


def test_the_outcomes_compared_are_those_of_the_reference_reading() -> None:
    frame = engines.facts(60)
    facts = Facts.of({engines.Result: frame.to_dicts()}, closed=True)
    on, law = date(2024, 12, 31), Law.of(engines.P)
    decided = {
        school: engines.OUTCOMES[decide(engines.Low, {"school": school, "year": 2024}, facts, law, on=on).outcome]
        for school in frame["school"].unique()
    }
    assert engines.outcomes(engines.ours(frame)) == decided


def test_a_program_runs_in_a_process_of_its_own_and_says_what_each_step_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "baselines").mkdir()
    (tmp_path / "baselines" / "all_met.py").write_text(
        "def compile_rule():\n    return 2\n\n\n"
        "def load(rule, facts):\n    return list(dict.fromkeys(facts['school']))\n\n\n"
        "def decide(rule, schools):\n    return schools, [rule for _ in schools]\n"
    )
    (tmp_path / "environments").symlink_to(Path(engines.HERE) / "environments")
    monkeypatch.setattr(engines, "HERE", tmp_path)
    given = tmp_path / "facts.json"
    given.write_text(json.dumps(columns_of(engines.facts(3))))
    found = engines.run_program(sys.executable, "all_met", given)
    assert found["outcomes"] == {"school-0": 2, "school-1": 2, "school-2": 2}
    assert all(len(found[step]) == 2 for step in ("compile", "load", "decide"))


def test_a_program_that_fails_is_named_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"no_such failed: (.|\n)*FileNotFoundError"):
        engines.run_program(sys.executable, "no_such", tmp_path / "facts.json")


def test_a_peer_that_cannot_be_had_is_named_and_the_others_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = engines.Peer("nobody", "no_such_engine", "low_zen", "> 1")
    unknown = engines.Peer("unknown", "no_such_engine", "low_zen", "> 1", apart="no_such_file.txt")
    monkeypatch.setattr(engines, "PEERS", (absent, unknown))
    monkeypatch.setattr(engines, "facts", lambda schools, made=engines.facts: made(20))
    names = {row.name: row.note for row in engines.rows(quick=True)}
    assert set(names) == {"nobody: not compared", "unknown: not compared"}
    assert "nobody is not installed" in names["nobody: not compared"]
    assert "unknown could not be installed" in names["unknown: not compared"]


def test_rule_a_in_numpy_and_in_polars_says_of_every_school_what_the_tree_says() -> None:
    small = nation.Nation(120, 6)
    decided = small.tree()
    assert nation.same(decided, small.hand())
    assert nation.same(decided, small.limit(small.arrays()))
    assert set(decided["outcome"]) >= {"met", "not_met", "undetermined"}


def test_numpy_tells_apart_what_is_broken_and_what_does_not_apply() -> None:
    small = nation.Nation(2, 1)
    rows = {"year": 2024, "procedure": ["p0", "p1"], "participants": [5, 20], "below_min": [0, 30]}
    small.frame = pl.DataFrame({"school": ["school-0", "school-1"], **rows})
    small.closed = [2024]
    arrays = small.arrays() | {"closed": True}
    decided = small.limit(arrays)
    assert nation.same(decided, small.hand())
    assert nation.same(decided, small.tree())
    assert decided.sort("school")["outcome"].to_list() == ["not_applicable", "failed"]


def test_files_by_year_are_counted_alike_by_the_tree_and_by_hand(tmp_path: Path) -> None:
    for ordered in (True, False):
        nation.write_years(tmp_path, 30, ordered=ordered)
        found = nation.by_tree(tmp_path, 30)
        assert found == nation.by_hand(tmp_path, 30)
        assert sum(found.values()) == 30 * len(nation.YEARS)
    assert sum(bare_polars.bare(pl.scan_parquet(tmp_path / "2024.parquet")).collect()["len"]) == 30

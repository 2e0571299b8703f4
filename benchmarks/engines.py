"""One rule over three facts of each school, decided by `columns` and by three other engines.

Every engine gets the same facts as columns, in no order, and must give the same outcomes: compared in each round, at
full size. Ours is one call and counts everything: the rule compiled, the facts checked and grouped, the outcome and
every clause written. For the others compile, load (facts into what the engine reads) and decide are timed apart; they
know no unknown fact, so there is none here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.measure import Row, Taken, folder, middle, taken
from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.reasoning.columns import columns
from shnor_engine.rules import Fact, Field, Key, Rule, count, share

HERE = Path(__file__).parent
SUBJECTS = ("russian", "mathematics", "biology")
OUTCOMES = {"not_applicable": 0, "not_met": 1, "met": 2}


class Result(Fact, grain=("school", "year", Key("subject", among=SUBJECTS))):
    participants = Field[int]("participants", bounds=(0, 5000))
    below_min = Field[int]("below the minimum", bounds=(0, 5000))


class P(Parameters):
    low_share = Dated[Share]({"2020-01-01": percent(30)}, ref=Clause("1"))
    min_results = Dated[int]({"2020-01-01": 2}, ref=Clause("1"))
    min_participants = Dated[int]({"2020-01-01": 10}, ref=Clause("2"))


class Low(Rule, per=("school", "year"), id="bench.low", version="1", in_force="2020-01-01", ref=Clause("1")):
    counted = Result.participants >= P.min_participants
    low = share(Result.below_min, of=Result.participants) >= P.low_share
    applies = count(Result, where=counted) >= 1
    verdict = count(Result, where=counted & low) >= P.min_results


@dataclass(frozen=True)
class Peer:
    """An engine to compare with: its program in `baselines/`, and where it is installed.

    `apart` names the file of `environments/` whose packages it needs: they are installed in a place of their own,
    made for the run and removed after it. Without one the peer is installed here.
    """

    name: str
    module: str
    program: str
    bar: str
    apart: str = ""


PEERS = (
    Peer("OpenFisca", "openfisca_core", "low_openfisca", "≥ 2", apart="openfisca.txt"),
    Peer("rule-engine", "rule_engine", "low_rule_engine", "> 1", apart="rule_engine.txt"),
    Peer("zen-engine, batch", "zen", "low_zen", "> 1"),
)


class Missing(Exception):
    """A peer that cannot be had here; the text says why."""


def facts(schools: int) -> pl.DataFrame:
    """Three results of each school, in no order."""
    rows = pl.LazyFrame({"number": range(schools)}).join(pl.LazyFrame({"subject": SUBJECTS}), how="cross")
    whole = (pl.int_range(pl.len()).hash(seed=2) % 60).cast(pl.Int64)
    part = (pl.int_range(pl.len()).hash(seed=3) % 61).cast(pl.Int64) * whole // 100
    return rows.collect().sample(fraction=1, shuffle=True, seed=1).select(
        pl.format("school-{}", "number").alias("school"),
        pl.lit(2024).alias("year"),
        "subject",
        participants=whole,
        below_min=part,
    )  # fmt: skip


def ours(frame: pl.DataFrame) -> pl.DataFrame:
    """Our outcomes with every clause, a row a school."""
    answer = columns(Low, {Result: frame}, Law.of(P), on=date(2024, 12, 31), closed=True)
    return answer.frame.collect()


def outcomes(decided: pl.DataFrame) -> dict[str, int]:
    """Outcomes by school, numbered as the programs of the peers number them."""
    return {school: OUTCOMES[outcome] for school, outcome in decided.select("school", "outcome").iter_rows()}


def rows(*, quick: bool) -> Iterator[Row]:
    many, rounds = (2_000, 1) if quick else (100_000, 3)
    frame = facts(many)
    ours(frame)  # the first call pays for imports
    with folder() as place:
        given = place / "facts.json"
        given.write_text(json.dumps(frame.select("school", "participants", "below_min").to_dict(as_series=False)))
        for peer in PEERS:
            try:
                yield from _against(peer, frame, python_of(peer, place), given, rounds)
            except Missing as reason:
                yield Row(
                    f"{peer.name}: not compared",
                    _rate(many, taken(lambda: ours(frame))[0]),
                    unit="schools/s",
                    note=str(reason),
                )


def _against(peer: Peer, frame: pl.DataFrame, python: str, given: Path, rounds: int) -> Iterator[Row]:
    """Ours and a peer in turn; medians of each step."""
    mine: list[Taken] = []
    theirs: list[Mapping[str, Taken]] = []
    expected, many = outcomes(ours(frame)), frame["school"].n_unique()
    for _ in range(rounds):
        mine.append(taken(lambda: ours(frame)))
        found = run_program(python, peer.program, given)
        assert found["outcomes"] == expected, f"{peer.name} decides otherwise"
        theirs.append(found)
    took = middle(mine)
    steps = {name: middle([found[name] for found in theirs]) for name in ("compile", "load", "decide")}
    whole = tuple(steps["load"][at] + steps["decide"][at] for at in (0, 1))
    yield Row(
        f"facts to outcomes against {peer.name}",
        _rate(many, took[0]),
        _rate(many, whole[0]),
        unit="schools/s",
        bar=peer.bar,
        note=f"of processor time {whole[1] / took[1]:.2f}; their compile apart: {1000 * steps['compile'][0]:.1f} ms",
    )
    yield Row(
        f"the same against {peer.name}'s decide alone, its facts loaded before",
        _rate(many, took[0]),
        _rate(many, steps["decide"][0]),
        unit="schools/s",
        note=f"their load {steps['load'][0]:.3f} s, decide {steps['decide'][0]:.3f} s; ours {took[0]:.3f} s in all",
    )


def _rate(many: int, took: float) -> float:
    return many / took


# --- where a peer lives -----------------------------------------------------------------------------


def python_of(peer: Peer, place: Path) -> str:
    """The interpreter that has a peer; raises `Missing`."""
    if not peer.apart:
        if subprocess.run([sys.executable, "-c", f"import {peer.module}"], capture_output=True).returncode:
            raise Missing(f"{peer.name} is not installed; `pip install -r benchmarks/requirements.txt` brings it")
        return sys.executable
    home, wanted = place / peer.module, HERE / "environments" / peer.apart
    python = str(home / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    steps = (
        [sys.executable, "-m", "venv", str(home)],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise Missing(f"{peer.name} could not be installed: {said[-1] if said else step}")
    return python


def run_program(python: str, program: str, given: Path) -> dict[str, Any]:
    """What a program of `baselines/` decides about facts in a file, and how long each step took."""
    out = given.with_suffix(f".{program}.json")
    runner, path = HERE / "environments" / "run.py", HERE / "baselines" / f"{program}.py"
    done = subprocess.run([python, str(runner), str(path), str(given), str(out)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr}")
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found

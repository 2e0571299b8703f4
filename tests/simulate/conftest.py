"""A district and a table of simulated ones that the tests share."""

from __future__ import annotations

from datetime import date

import pytest
from tests.simulate.methodology import PACK_A_AND_B

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.simulate.calibrate import Posterior, Table, calibrate, prior_table, world_of
from shnor_engine.simulate.history import History
from shnor_engine.simulate.judge import Judge
from shnor_engine.simulate.parameters import Parameters, read_parameters

PROCEDURES = ("russian", "mathematics", "physics", "biology", "history", "geography")


@pytest.fixture(scope="session")
def parameters() -> Parameters:
    return read_parameters()


@pytest.fixture(scope="session")
def district() -> History:
    with Engine.open(":memory:") as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        schools = tuple(engine.project("schools").collect()["school_id"].sort())
        return History.of(engine.lists(), schools).padded(32)


@pytest.fixture(scope="session")
def judge() -> Judge:
    return Judge(PACK_A_AND_B, date(2030, 12, 31))


@pytest.fixture(scope="session")
def table(district: History, parameters: Parameters, judge: Judge) -> Table:
    world = world_of(district, PROCEDURES, back=judge.back, last=2024)
    return prior_table(world, parameters, judge, seed=5, draws=3000)


@pytest.fixture(scope="session")
def posterior(table: Table, district: History) -> Posterior:
    return calibrate(table, district, keep=60)

"""From a log to a run: whose lists, which pack, which files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shnor_engine.assessment import order
from shnor_engine.errors import BadInput, FieldProblem, MissingExtra

if TYPE_CHECKING:
    from shnor_engine.packs import Pack
    from shnor_engine.report.list_history import ListHistory
    from shnor_engine.simulate.advised import Adviser
    from shnor_engine.simulate.luck import Reliability, Result
    from shnor_engine.simulate.materialise import Host
    from shnor_engine.simulate.run import Simulation
    from shnor_engine.simulate.scenario import Scenario
    from shnor_engine.tables import Snapshot


PREFERRED = "ru.shnor.a-and-b"  # the federal criterion: two low procedures, and one of them the year before too


def ask(
    snapshot: Snapshot,
    told: ListHistory,
    packs: Mapping[str, Pack],
    *,
    years: tuple[int, int],
    scenarios: str | Path | None,
    pack: str | None,
    parameters: str | Path | None,
    host: Host,
    **more: Any,
) -> Simulation:
    """The simulation of the district of a log; see `Engine.simulate`. `host` is asked where rules are to advise."""
    for needed in ("numpy", "scipy", "yaml"):
        if find_spec(needed) is None:
            raise MissingExtra("simulation", "sim")
    from shnor_engine.projections import project
    from shnor_engine.simulate.history import History
    from shnor_engine.simulate.run import carry_out, order_of

    named = project(snapshot, "schools").select("school_id").collect()["school_id"]
    history = History.of(told, tuple(sorted(named, key=order)))
    workers, tell = more.pop("workers"), more.pop("tell")
    texts: dict[str, Any] = {
        **_text("scenarios", scenarios),
        **_text("parameters", parameters),
    }
    asked = order_of(
        history,
        results=results_of(snapshot, history.years[-1]) if history.lists else (),
        posts=posts_of(snapshot),
        pack=pack or PREFERRED,
        first=years[0],
        last=years[1],
        position=snapshot.position,
        **texts,
        **more,
    )

    def adviser(scenario: Scenario) -> Adviser:
        from shnor_engine.simulate.advised import ANSWERS, recommended

        return recommended(host, {**ANSWERS, **dict(scenario.answers)}, until=snapshot.position)

    return carry_out(asked, packs, workers=workers, tell=tell, adviser=adviser)


def reliability_of(
    snapshot: Snapshot, told: ListHistory, schools: Sequence[str] | None, year: int
) -> tuple[Reliability, ...]:
    """Luck or lowness in a year; see `Engine.reliability`."""
    for needed in ("numpy", "scipy"):
        if find_spec(needed) is None:
            raise MissingExtra("reliability", "sim")
    from shnor_engine.simulate.luck import reliability

    ever = {school for one in told.lists for school in one.members or ()}
    asked = sorted(ever, key=order) if schools is None else list(schools)
    return reliability(results_of(snapshot, year), asked, year=year)


def results_of(snapshot: Snapshot, year: int) -> tuple[Result, ...]:
    """The results of a year whose numbers are known and undisputed: school, year, procedure, participants, below."""
    import polars as pl

    from shnor_engine.projections import project
    from shnor_engine.simulate.luck import undisputed

    columns = ["school_id", "year", "procedure", "participants", "below_min"]
    rows = project(snapshot, "sittings").filter(pl.col("year") == year).select(columns).collect()
    return undisputed(rows.iter_rows(named=True))


def posts_of(snapshot: Snapshot) -> dict[str, int]:
    """The number of teachers of each school by the last day of which the log holds one."""
    import polars as pl

    from shnor_engine.events import ContextRecorded

    known = snapshot[ContextRecorded].select("school_id", "as_of", "teachers", "position").drop_nulls("teachers")
    rows = known.sort("as_of", "position").group_by("school_id").agg(pl.col("teachers").last()).collect()
    return dict(rows.iter_rows())


def _text(what: str, given: str | Path | None) -> dict[str, str]:
    """The text of a file and the name that errors call it by; a text of several lines stands for itself."""
    if given is None:
        return {}
    if isinstance(given, str) and "\n" in given:
        return {what: given, f"{what}_name": f"{what}.yaml"}
    path = Path(given)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = 1 + path.read_bytes()[: error.start].count(b"\n")
        problem = FieldProblem("(file)", "this is no text in UTF-8; save it as UTF-8", f"{path.name}:{line}")
        raise BadInput(path.name, [problem]) from None
    return {what: text, f"{what}_name": path.name}

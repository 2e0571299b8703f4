"""From a log to a run: whose lists, which pack, which files."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shnor_engine.assessment import order
from shnor_engine.errors import MissingExtra

if TYPE_CHECKING:
    from shnor_engine.packs import Pack
    from shnor_engine.report.list_history import ListHistory
    from shnor_engine.simulate.run import Simulation
    from shnor_engine.tables import Snapshot


def ask(
    snapshot: Snapshot,
    told: ListHistory,
    packs: Mapping[str, Pack],
    *,
    years: tuple[int, int],
    scenarios: str | Path | None,
    pack: str | None,
    parameters: str | Path | None,
    **more: Any,
) -> Simulation:
    """The simulation of the district of a log; see `Engine.simulate`."""
    for needed in ("numpy", "scipy", "yaml"):
        if find_spec(needed) is None:
            raise MissingExtra("simulation", "sim")
    from shnor_engine.projections import project
    from shnor_engine.simulate.history import History
    from shnor_engine.simulate.run import carry_out, order_of

    known = judging(packs)
    named = project(snapshot, "schools").select("school_id").collect()["school_id"]
    history = History.of(told, tuple(sorted(named, key=order)))
    workers, tell = more.pop("workers"), more.pop("tell")
    texts: dict[str, Any] = {
        **_text("scenarios", scenarios),
        **_text("parameters", parameters),
    }
    asked = order_of(
        history,
        pack=pack or default_pack(known),
        first=years[0],
        last=years[1],
        position=snapshot.position,
        **texts,
        **more,
    )
    return carry_out(asked, known, workers=workers, tell=tell)


def judging(packs: Mapping[str, Pack]) -> dict[str, Pack]:
    """The packs at hand, and the assumed one for want of others that decide on results."""
    from shnor_engine.simulate.assumed import assumed_pack

    assumed = assumed_pack()
    return {assumed.id: assumed, **packs}


def default_pack(packs: Mapping[str, Pack]) -> str:
    """The federal reading «A and B» where it is installed, else the assumed methodology."""
    from shnor_engine.simulate.assumed import PREFERRED, assumed_pack

    return PREFERRED if PREFERRED in packs else assumed_pack().id


def _text(what: str, given: str | Path | None) -> dict[str, str]:
    """The text of a file and the name that errors call it by; a text of several lines stands for itself."""
    if given is None:
        return {}
    if isinstance(given, str) and "\n" in given:
        return {what: given, f"{what}_name": f"{what}.yaml"}
    path = Path(given)
    return {what: path.read_text(encoding="utf-8"), f"{what}_name": path.name}

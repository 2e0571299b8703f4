"""What a run of the simulation says of the next list, read from the run's own file: for the indicator I12.

A report reads no simulation: the file is plain JSON, and neither the extra `sim` nor the model is needed to read it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shnor_engine.errors import BadInput, FieldProblem

if TYPE_CHECKING:
    from shnor_engine.report.list_history import ListHistory

FILE = "summary.json"
USUAL = "planned"  # the scenario that goes on as before; taken where none is named
LOW, HIGH = "q05", "q95"


@dataclass(frozen=True, slots=True)
class NextList:
    """The expected size of the list of a year with its band of 90 %, by one scenario of one run."""

    year: int
    mean: float
    low: float
    high: float
    scenario: str = ""
    run: str = ""


def next_list(source: str | Path, history: ListHistory, *, scenario: str | None = None) -> NextList:
    """What a run (its folder, or its `summary.json`) says of the list after the last one that the log knows.

    Raises `BadInput` for what is no run, for a run made before the last list was known, without the year after it, or
    without the scenario; the message says what there is.
    """
    path = Path(source) / FILE if Path(source).is_dir() else Path(source)
    run = _read(path)
    known = [year for year in history.lists if year.members is not None]
    if not known:
        raise _bad(path, "log", "the log knows no list, so there is no next one")
    last = known[-1]
    if sorted(run["list_now"]) != sorted(last.members or ()):
        raise _bad(path, "list_now", f"this run does not start at the list of {last.year}: simulate again")
    chosen = _scenario(path, run, scenario)
    for row in run["sizes"]:
        if row["scenario"] == chosen and row["year"] == last.year + 1:
            return NextList(row["year"], row["mean"], row[LOW], row[HIGH], chosen, str(run["run_id"]))
    first, end = run["years"]
    raise _bad(path, "years", f"the run holds {first}–{end}, and the next list is that of {last.year + 1}")


def _scenario(path: Path, run: Mapping[str, Any], wanted: str | None) -> str:
    """The scenario asked for; else the usual one, or the only one there is."""
    there = list(run["scenarios"])
    chosen = wanted or (there[0] if len(there) == 1 else USUAL)
    if chosen not in there:
        raise _bad(path, "scenarios", f"no scenario «{chosen}»; there are {', '.join(there)} (--scenario)")
    return chosen


def _read(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _bad(path, "", "no such file; give the folder of a run (shnor simulate LOG -o FOLDER)") from None
    except (ValueError, OSError) as error:
        raise _bad(path, "", f"is no run of the simulation ({type(error).__name__})") from None
    wanted = ("run_id", "years", "scenarios", "list_now", "sizes")
    if not isinstance(said, dict) or (lacking := [key for key in wanted if key not in said]):
        what = ", ".join(lacking) if isinstance(said, dict) else "an object"
        raise _bad(path, "", f"is no summary of a run: {what} is missing; give its folder or its {FILE}")
    return said


def _bad(path: Path, field: str, reason: str) -> BadInput:
    return BadInput(str(path), [FieldProblem(field, reason, str(path))])

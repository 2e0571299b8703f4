"""Draws judged by a pack: the very rule that judges real schools, over every path at once.

The rule is read from its tree in one of two ways: `dense` over arrays (see there), else `columns` over a frame of
facts. Which one it was is told, and both are held to be equal by a test. Nothing here knows what a rule says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from shnor_engine.errors import PackError
from shnor_engine.packs import Pack
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.simulate.dense import (
    FIELDS,
    OF_DISCIPLINE,
    Dense,
    NotDense,
    Truth,
    by_discipline,
    by_procedure,
    discipline_of,
    look_back,
)
from shnor_engine.simulate.model import Draws, Whole

if TYPE_CHECKING:
    import polars as pl

Bools = NDArray[np.bool_]
Reader = Literal["dense", "columns"]
SUBJECTS = ("russian", "mathematics", "physics", "biology", "history", "geography", "chemistry")
GRADES = (8, 7, 6, 5, 4, 10, 11)
NAMES = tuple(f"vpr.{subject}.{grade}" for grade in GRADES for subject in SUBJECTS)
# for a rule that looks at a subject in any grade there have to be two grades of it
TWO_GRADES = tuple(
    f"vpr.{subject}.{grade}" for n in range(0, len(GRADES), 2) for subject in SUBJECTS for grade in GRADES[n : n + 2]
)
MOST_BACK = 4  # years of look-back that a rule without a bound of its own is given


@dataclass(frozen=True)
class Listed:
    """Who is listed (`yes`) and of whom the rule does not say (`open`), by (path, school, year)."""

    paths: Whole
    schools: tuple[str, ...]
    years: tuple[int, ...]
    yes: Bools
    open: Bools
    reader: Reader

    def year(self, year: int) -> Bools:
        """Who is listed in a year, by (path, school)."""
        return self.yes[:, :, self.years.index(year)]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many are listed, by (path, year)."""
        found: NDArray[np.int64] = np.count_nonzero(self.yes, axis=1)
        return found


@dataclass(frozen=True)
class Judge:
    """Decides draws by a pack, from a year on by another one where the law changes.

    Draws become the facts of the pack: results by (school, year, procedure), under their discipline or not, with the
    fields `participants` and `below_min`, and the disciplines of a school. Raises `PackError` for a pack that rests
    on anything else.
    """

    pack: Pack
    on: date
    changes: tuple[tuple[int, Pack], ...] = ()
    reader: Literal["auto", "dense", "columns"] = "auto"
    _readers: dict[str, Dense | None] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for pack in self.packs:
            fact_of(pack)

    @property
    def packs(self) -> tuple[Pack, ...]:
        """Every pack, in the order of the years in which it begins."""
        return (self.pack, *(pack for _, pack in self.changes))

    def pack_in(self, year: int) -> Pack:
        """The pack that decides a year."""
        found = self.pack
        for since, pack in self.changes:
            if year >= since:
                found = pack
        return found

    @cached_property
    def back(self) -> int:
        """How many years before the first decision the draws have to begin."""
        return max(_back(pack) for pack in self.packs)

    def dense(self, pack: Pack) -> Dense | None:
        """The array reader of a pack, None where its rule needs more than that."""
        if pack.digest not in self._readers:
            self._readers[pack.digest] = None if self.reader == "columns" else self._dense(pack)
        return self._readers[pack.digest]

    def _dense(self, pack: Pack) -> Dense | None:
        try:
            return Dense(pack.tree, pack.law, on=self.on)
        except NotDense as reason:
            if self.reader == "dense":
                raise PackError(
                    f"pack {pack.id} cannot be read over arrays: {reason}; use reader=«columns»"
                ) from None
            return None

    def decide(self, draws: Draws) -> Listed:
        """Every year of the draws whose whole look-back is in them."""
        for pack in self.packs:
            _check_procedures(pack, draws)
        first = draws.years[0]
        years = tuple(year for year in draws.years if year - self.back >= first)
        said = [self.year(draws, year) for year in years]
        reader: Reader = "dense" if all(self.dense(pack) for pack in self.packs) else "columns"
        shape = (len(draws.paths), len(draws.world.schools))
        yes, open_ = (
            np.stack(side, axis=2) if side else np.zeros((*shape, 0), dtype=bool)
            for side in ([truth.yes for truth in said], [~(truth.yes | truth.no) for truth in said])
        )
        return Listed(draws.paths, draws.world.schools, years, yes, open_, reader)

    def year(self, draws: Draws, year: int) -> Truth:
        """Whether each school is listed in a year, by (path, school)."""
        pack = self.pack_in(year)
        if (reader := self.dense(pack)) is not None:
            try:
                return reader.decide(
                    draws.participants,
                    draws.below,
                    first=draws.years[0],
                    year=year,
                    procedures=draws.world.procedures,
                )
            except NotDense:
                if self.reader == "dense":
                    raise
        return by_columns(draws, pack, year=year, on=self.on)


def decide_paths(draws: Draws, pack: Pack, *, on: date | None = None, reader: Any = "auto") -> Listed:
    """Who is listed in which path and year by a pack: `yes` and `open` by (path, school, year)."""
    return Judge(pack, on or date(draws.years[-1], 12, 31), reader=reader).decide(draws)


def by_columns(draws: Draws, pack: Pack, *, year: int, on: date) -> Truth:
    """The same by `columns`, the paths being one more key of the facts."""
    import polars as pl

    from shnor_engine.reasoning.columns import columns

    fact_of(pack)  # a pack on other facts is refused by name
    numbered = facts_frame(draws, named=False)
    period = pack.tree.period
    assert period is not None
    places = numbered.select("path", "school").unique().with_columns(pl.lit(year, dtype=pl.Int64).alias(period.name))
    answer = columns(
        pack.rule, facts_of(pack, numbered), pack.law, on=on, places=places, closed=True, by=("path",), as_known=on
    ).frame
    told = (answer.collect() if isinstance(answer, pl.LazyFrame) else answer).select("path", "school", "outcome")
    order = np.argsort(draws.paths)  # kept paths come in the order of their likeness
    place = order[np.searchsorted(draws.paths, told["path"].to_numpy(), sorter=order)]
    at = place, told["school"].cast(pl.Int64).to_numpy()
    shape = (len(draws.paths), len(draws.world.schools))
    yes, no = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    yes[at] = (told["outcome"] == "met").to_numpy()
    no[at] = told["outcome"].is_in(["not_met", "not_applicable"]).to_numpy()
    return Truth(yes, no)


def _check_procedures(pack: Pack, draws: Draws) -> None:
    """Raise `PackError` where a pack names its procedures itself and the draws are of others."""
    if strange := _strange(pack, draws.world.procedures):
        known, other = ", ".join(_procedure(pack).codes), ", ".join(strange)
        raise PackError(f"pack {pack.id} knows the procedures {known}, not {other}; simulate those it knows")


def _strange(pack: Pack, procedures: tuple[str, ...]) -> list[str]:
    """The procedures that a pack with a list of its own does not know."""
    named = _procedure(pack).codes
    return [name for name in procedures if named and name not in named]


def facts_frame(draws: Draws, *, named: bool = True) -> pl.DataFrame:
    """The draws as facts: path, school, year, procedure, participants, below_min; schools by name or by number."""
    import polars as pl

    paths, schools, years, procedures = draws.below.shape
    names = draws.world.schools if named else tuple(map(str, range(schools)))
    per_school = years * procedures
    return pl.DataFrame(
        {
            "path": np.repeat(draws.paths.astype(np.int64), schools * per_school),
            "school": pl.Series(names, dtype=pl.String).gather(
                np.tile(np.repeat(np.arange(schools), per_school), paths)
            ),
            "year": np.tile(np.repeat(np.array(draws.years, dtype=np.int64), procedures), paths * schools),
            "procedure": pl.Series(draws.world.procedures, dtype=pl.String).gather(
                np.tile(np.arange(procedures), paths * schools * years)
            ),
            "participants": draws.participants.reshape(-1),
            "below_min": draws.below.reshape(-1),
        }
    )


def facts_of(pack: Pack, rows: pl.DataFrame) -> dict[type[Fact], pl.DataFrame]:
    """Rows of draws as each fact of a pack: by procedure, under its discipline, and the disciplines themselves."""
    import polars as pl

    names = rows["procedure"].unique().to_list()
    disciplines = pl.col("procedure").replace_strict(names, list(map(discipline_of, names)), return_dtype=pl.String)
    under = rows.with_columns(disciplines.alias("discipline"))
    of_discipline = under.group_by("path", "school", "year", "discipline").agg(
        pl.len().cast(pl.Int64).alias(OF_DISCIPLINE)
    )
    return {
        fact: of_discipline if by_discipline(fact) else under if "discipline" in fact.key_names() else rows
        for fact in pack.tree.facts
    }


def fact_of(pack: Pack) -> type[Fact]:
    """The fact of a pack that results fill; raises `PackError` where there is none, or one that draws do not give."""
    facts, keys = pack.tree.facts, set(pack.tree.keys)
    fitting = [fact for fact in facts if by_procedure(fact)]
    if len(fitting) == 1 and keys == {"school", "year"} and all(f in fitting or by_discipline(f) for f in facts):
        return fitting[0]
    names = ", ".join(f"{fact.__name__} ({', '.join(fact.key_names())})" for fact in facts)
    raise PackError(
        f"pack {pack.id} cannot judge draws: it reads {names}, and draws give one fact by school, year and procedure "
        f"with {' and '.join(FIELDS)}, and the disciplines of a school; take a pack that decides on results"
    )


def procedures_of(pack: Pack, count: int, *, on: date) -> tuple[str, ...]:
    """Names for so many procedures of a school year: of the pack's closed list where it has one, else any.

    `kind.subject.grade`, as results in a log are called. A closed list may hold fewer than were asked for. Where a
    pack asks about a subject in any grade, there are two grades of each.
    """
    key = _procedure(pack)
    names: tuple[str, ...] = key.codes if key.listed is None else pack.law.value(key.listed.param, at=on).value
    grades = any("discipline" in fact.key_names() for fact in pack.tree.facts)
    return (names or (TWO_GRADES if grades else NAMES))[:count]


def _procedure(pack: Pack) -> Key:
    return next(key for key in fact_of(pack).grain if key.name == "procedure")


def can_judge(pack: Pack, procedures: tuple[str, ...] = ()) -> bool:
    """Whether a pack decides on what draws give, and knows these procedures."""
    try:
        return not _strange(pack, procedures)
    except PackError:
        return False


def _back(pack: Pack) -> int:
    try:
        return look_back(pack.tree)
    except NotDense:
        return MOST_BACK

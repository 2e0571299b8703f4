"""How each school did in each assessment procedure, and for which procedures nothing more will come.

A procedure is named `kind.discipline`, then its grade or level: «oge.mathematics», «ege.mathematics.profile»,
«vpr.russian.5». Two readings of a year with re-sits stand side by side: `sittings` is the main period as it was,
`sittings_final` what remains below the minimum after the reserve days and the additional period.
"""

from __future__ import annotations

import polars as pl

from shnor_engine.events.base import Registry
from shnor_engine.events.results import ResultRecorded, ResultsPublished
from shnor_engine.events.schools import SchoolRegistered
from shnor_engine.projections.columns import event_list, one_list, single
from shnor_engine.projections.projection import ALL, Frames, Projection
from shnor_engine.projections.schools import coverage

SAID = ("school_id", "year", "procedure")
NUMBERS = ("participants", "below_min", "below_percent")
OF_DISCIPLINE = ("school_id", "year", "discipline")


def sittings(frames: Frames) -> pl.LazyFrame:
    """One row per result of the main period; results that disagree stay rows of their own, each with its event."""
    return _results(frames, "main").select(*SAID, "discipline", *NUMBERS, single()).sort(*SAID, "events")


def sittings_final(frames: Frames) -> pl.LazyFrame:
    """The same after the re-sits: who passed one of them is no longer below the minimum.

    Where some re-sit or the main period gives no counts, how many remain below is not known.
    """
    later = (
        frames[ResultRecorded]
        .filter(pl.col("sitting") != "main")
        .with_columns(procedure(), (pl.col("participants") - pl.col("below_min")).alias("passed"))
        .unique([*SAID, "sitting", "passed"], keep="any", maintain_order=False)
        .group_by(SAID)
        .agg(
            pl.col("passed").sum().alias("passed"),
            (pl.col("passed").is_null().any() | (pl.col("sitting").n_unique() < pl.len())).alias("open"),
            pl.col("event_id").sort().alias("later"),
        )
    )
    resat = pl.col("later").is_not_null()
    left = pl.when(~pl.col("open") & (pl.col("passed") <= pl.col("below_min"))).then(
        pl.col("below_min") - pl.col("passed")
    )
    return (
        _results(frames, "main")
        .join(later, on=SAID, how="left")
        .with_columns(single())
        .select(
            *SAID,
            "discipline",
            "participants",
            pl.when(resat).then(left).otherwise("below_min").alias("below_min"),
            pl.when(~resat).then("below_percent").alias("below_percent"),
            one_list("events", "later"),
        )
        .sort(*SAID, "events")
    )


def sittings_closed(frames: Frames) -> pl.LazyFrame:
    """Procedures, or whole kinds of them («oge.»), whose results are all out for a school, by the area it lies in."""
    covered = coverage(frames).rename({"events": "registration"})
    return (
        frames[ResultsPublished]
        .with_columns(_closed(), single())
        .join(covered, on="area")
        .select(*SAID, one_list("events", "registration"))
        .sort(*SAID, "events")
    )


def disciplines(frames: Frames) -> pl.LazyFrame:
    """One row per discipline of a kind in which a school has a result of the main period, in whatever grade."""
    return (
        _results(frames, "main")
        .group_by(OF_DISCIPLINE)
        .agg(pl.col("procedure").n_unique().cast(pl.Int64).alias("procedures"), event_list())
        .sort(OF_DISCIPLINE)
    )


def disciplines_closed(frames: Frames) -> pl.LazyFrame:
    """Disciplines, or whole kinds of them, of which nothing more will come; one grade alone closes no discipline."""
    whole = frames[ResultsPublished].filter(pl.col("grade").is_null() & pl.col("level").is_null())
    kind = pl.col("procedure_kind")
    named = pl.concat_str(kind, pl.lit("."), pl.col("discipline"))
    return (
        whole.with_columns(pl.coalesce(named, kind + ".").alias("discipline"), single())
        .join(coverage(frames).rename({"events": "registration"}), on="area")
        .select(*OF_DISCIPLINE, one_list("events", "registration"))
        .sort(*OF_DISCIPLINE, "events")
    )


def procedure() -> pl.Expr:
    """The name of a procedure by its kind, discipline, and grade or level."""
    parts = ["procedure_kind", "discipline", "level", pl.col("grade").cast(pl.String)]
    return pl.concat_str(parts, separator=".", ignore_nulls=True).alias("procedure")


def procedure_name(code: str, registry: Registry) -> dict[str, str]:
    """«ВПР, русский язык, 5 класс»: how a procedure is called; a code that is not one stays as it is."""
    kind, _, rest = code.partition(".")
    discipline, _, detail = rest.partition(".")
    kinds, disciplines = registry.codes("procedure.kind"), registry.codes("discipline")
    if kind not in kinds or discipline not in disciplines:
        return {"ru": code, "en": code}
    found = {}
    for language, levels, grade in (("ru", LEVELS_RU, f"{detail} класс"), ("en", LEVELS_EN, f"grade {detail}")):
        parts = [getattr(kinds[kind], language), getattr(disciplines[discipline], language)]
        found[language] = ", ".join([*parts, *([levels.get(detail, grade)] if detail else [])])
    return found


LEVELS_RU = {"base": "базовый уровень", "profile": "профильный уровень"}
LEVELS_EN = {"base": "base level", "profile": "profile level"}


def _closed() -> pl.Expr:
    """The name of what is complete; where the discipline, grade or level is left open, the beginning of many."""
    exact = pl.col("discipline").is_not_null() & _leaf()
    return pl.when(exact).then(procedure()).otherwise(procedure() + ".").alias("procedure")


def _leaf() -> pl.Expr:
    """Whether a discipline of this kind is a procedure as it stands; work by grades or levels has to say which."""
    graded = pl.col("procedure_kind") == "vpr"
    levelled = (pl.col("procedure_kind") == "ege") & (pl.col("discipline") == "mathematics")
    return pl.col("grade").is_not_null() | pl.col("level").is_not_null() | ~(graded | levelled)


def _discipline() -> pl.Expr:
    """The kind of a procedure and its discipline, whatever the grade or level: «vpr.russian»."""
    return pl.concat_str("procedure_kind", "discipline", separator=".").alias("discipline")


def _results(frames: Frames, sitting: str) -> pl.LazyFrame:
    """The results of one period; a percent of nobody says nothing."""
    nobody = pl.col("participants") == 0
    return (
        frames[ResultRecorded]
        .filter(pl.col("sitting") == sitting)
        .with_columns(
            procedure(), _discipline(), pl.when(nobody).then(None).otherwise("below_percent").alias("below_percent")
        )
    )


SITTINGS = Projection(
    name="sittings",
    reads={ResultRecorded: ("school_id",)},
    keys=(*SAID, "events"),
    by="school_id",
    build=sittings,
)
SITTINGS_FINAL = Projection(
    name="sittings_final",
    reads={ResultRecorded: ("school_id",)},
    keys=(*SAID, "events"),
    by="school_id",
    build=sittings_final,
)
DISCIPLINES = Projection(
    name="disciplines",
    reads={ResultRecorded: ("school_id",)},
    keys=OF_DISCIPLINE,
    by="school_id",
    build=disciplines,
)
DISCIPLINES_CLOSED = Projection(
    name="disciplines_closed",
    reads={ResultsPublished: ALL, SchoolRegistered: ("school_id",)},
    keys=(*OF_DISCIPLINE, "events"),
    by="school_id",
    build=disciplines_closed,
)
SITTINGS_CLOSED = Projection(
    name="sittings_closed",
    reads={ResultsPublished: ALL, SchoolRegistered: ("school_id",)},
    keys=(*SAID, "events"),
    by="school_id",
    build=sittings_closed,
)

"""The law in columns: a parameter by period and region as one choice among few literal values.

Regions that set nothing of their own are one zone with the country, so most rows need no lookup at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import narwhals.stable.v2 as nw

from shnor_engine.errors import LawError
from shnor_engine.law.law import Law
from shnor_engine.reasoning.columns.bits import Bit, Truth, as_expr, choose
from shnor_engine.reasoning.columns.periods import among, stepped
from shnor_engine.reasoning.columns.tables import Frame, big_frame, collect
from shnor_engine.reasoning.columns.values import Codes, Value
from shnor_engine.reasoning.columns.wholes import End, Whole, column, exactly, literal
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.table_checks import as_number

if TYPE_CHECKING:
    from shnor_engine.reasoning.columns.scope import Scope

T = TypeVar("T")
Line: TypeAlias = tuple[T, ...]
Choice: TypeAlias = tuple[tuple[int, ...] | None, Line[T]]  # a value per period for these zones, None: for all others
COUNTRY = 0
FEW = 4


@dataclass(frozen=True)
class Zones:
    """Regions that set a value of their own (or that the law does not know), numbered from 1; all others are 0."""

    regions: tuple[str, ...] = ()
    frame: Frame | None = None
    key: str = ""

    def column(self, scope: Scope) -> nw.Expr:
        """The zone of each place."""
        ground = scope.ground
        if "zone" not in ground.memo:
            assert self.frame is not None
            name = ground.fresh("zone")
            ground.join(self.frame, (self.key,), None, {"_zone": name})
            ground.frame = ground.frame.with_columns(nw.col(name).fill_null(COUNTRY).alias(name))
            ground.memo["zone"] = name
        return nw.col(ground.memo["zone"])


def zones_of(law: Law, regions: Any, key: str, seed: Frame) -> Zones:
    """The zones of places by their first key; `regions` is a mapping or a frame with that key and `region`."""
    if regions is None:
        return Zones()
    if isinstance(regions, Mapping):
        law.refuse_unknown(regions)
        apart = _apart(law, regions.values())
        number = {region: place + 1 for place, region in enumerate(apart)}
        named = {subject: number[region] for subject, region in regions.items() if region in number}
        if not named:
            return Zones()
        return Zones(apart, big_frame(seed, {key: list(named), "_zone": list(named.values())}), key)
    frame = regions.select(key, "region")
    some = collect(frame.group_by("region").agg(nw.col(key).min()))  # one of each region, to name it
    law.refuse_unknown({row[key]: row["region"] for row in some})
    apart = _apart(law, (row["region"] for row in some))
    if not apart:
        return Zones()
    zone: nw.Expr = nw.lit(COUNTRY, dtype=nw.Int64)
    for place, region in enumerate(apart):
        zone = choose(nw.col("region") == region, nw.lit(place + 1, dtype=nw.Int64), zone)
    return Zones(apart, frame.with_columns(zone.alias("_zone")), key)


def _apart(law: Law, regions: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(region for region in sorted({item for item in regions if item}) if sets(law, region))


def sets(law: Law, region: str, param: str | None = None) -> bool:
    """Whether a lookup for a region can differ from the country's: it or one above sets a value, or is unknown."""
    known = {*law.regions, *(item.region for item in law.overrides)}
    setting = {item.region for item in law.overrides if param in (None, item.param)}
    met: list[str] = []
    while region and known:
        if region not in known or region in setting or region in met:
            return True
        met.append(region)
        region = law.regions.get(region, "")
    return False


# --- a reference ----------------------------------------------------------------------------------


def threshold(scope: Scope, expr: nodes.ParamRef[Any]) -> Value:
    """The parameter at its instant for every place; it fails where the law has no value."""
    met = ("parameter", expr.param.key, expr.instant, expr.day, scope.look if expr.instant == "period" else None)
    memo = scope.ground.memo
    if met not in memo:
        memo[met] = _threshold(scope, expr)
    return memo[met]  # type: ignore[no-any-return]


def _threshold(scope: Scope, expr: nodes.ParamRef[Any]) -> Value:
    run, days = scope.run, days_of(scope, expr)
    zones = {COUNTRY: None} | {place + 1: region for place, region in enumerate(run.zones.regions)}
    lines = {
        zone: tuple(asked(scope, expr, day, region) for day in days.values())
        for zone, region in zones.items()
        if region is None or sets(run.law, region, expr.param.key)
    }
    alike: dict[tuple[Any, ...], list[int]] = {}
    for zone, line in lines.items():
        if line != lines[COUNTRY]:
            alike.setdefault(line, []).append(zone)
    rest = lines[COUNTRY]
    choices: list[Choice[Any]] = [(tuple(apart), line) for line, apart in alike.items()]
    return _value(scope, list(days), [*choices, (None, rest)])


def days_of(scope: Scope, expr: nodes.ParamRef[Any]) -> dict[int, date]:
    """The instant for each period that can stand here; one entry where it does not depend on the period."""
    if expr.day or expr.instant == "decision" or not scope.run.period:
        return {0: expr.day or scope.run.on}
    return {period: scope.day(period) for period in scope.places_in_time}


def asked(scope: Scope, expr: nodes.ParamRef[Any], day: date, region: str | None) -> Any:
    """What the law says on a day in a region, None where it has no value."""
    try:
        run = scope.run
        return as_number(run.law.value(expr.param, at=day, as_known=run.as_known, region=region).value)
    except LawError:
        return None


def _value(scope: Scope, periods: list[int], choices: list[Choice[Any]]) -> Value:
    """A choice of lines as one value."""
    given = [value for _, line in choices for value in line if value is not None]
    if not given:
        return Value(exactly(End(literal(0))), fail=True)
    fail = by_zone(scope, periods, [(zones, tuple(value is None for value in line)) for zones, line in choices])
    sample = given[0]
    filled = [(zones, tuple(sample if value is None else value for value in line)) for zones, line in choices]
    if isinstance(sample, bool):
        return Value(Truth.of(by_zone(scope, periods, filled)), fail=fail)
    if isinstance(sample, str):
        codes = {
            code: by_zone(scope, periods, [(zones, tuple(value == code for value in line)) for zones, line in filled])
            for code in sorted(set(given))
        }
        return Value(Codes(codes, crisp=True), fail=fail)
    den = lcm(*(Fraction(value).denominator for value in given))

    def whole(line: tuple[Any, ...]) -> tuple[int, ...]:
        return tuple(int(Fraction(sample if value is None else value) * den) for value in line)

    scaled = [(zones, whole(line)) for zones, line in choices]
    numbers = [value for _, line in scaled for value in line]
    if len(set(numbers)) == 1:
        num: Whole = literal(numbers[0])
    else:
        num = column(_numbers_by_zone(scope, periods, scaled), min(numbers), max(numbers))
    return Value(exactly(End(num, literal(den))), fail=fail)


def by_zone(scope: Scope, periods: list[int], choices: list[Choice[bool]]) -> Bit:
    """Where the line of a place holds a true in its period."""
    found: Bit = False
    for zones, line in reversed(choices):
        here = _by_period(scope, periods, line)
        same = isinstance(here, bool) and isinstance(found, bool) and here == found
        if zones is None:
            found = here
        elif not same:
            found = choose(scope.run.zones.column(scope).is_in(zones), as_expr(here), as_expr(found))
    return found


def _by_period(scope: Scope, periods: list[int], line: tuple[bool, ...]) -> Bit:
    hit = [period for period, value in zip(periods, line, strict=True) if value]
    return bool(hit) if len(hit) in (0, len(line)) else among(scope.moment, periods, hit)


def _numbers_by_zone(scope: Scope, periods: list[int], choices: list[Choice[int]]) -> nw.Expr:
    """Few lines are chosen one after the other; many are looked up, a column for each stretch of periods."""
    if len(choices) > FEW:
        return _looked_up(scope, periods, choices)
    found = nw.lit(0, dtype=nw.Int64)
    for zones, line in reversed(choices):
        same = len(set(line)) == 1
        here = nw.lit(line[0], dtype=nw.Int64) if same else stepped(scope.moment, periods, line)
        found = here if zones is None else choose(scope.run.zones.column(scope).is_in(zones), here, found)
    return found


def _looked_up(scope: Scope, periods: list[int], choices: list[Choice[int]]) -> nw.Expr:
    lines, rest = {zone: line for zones, line in choices for zone in zones or ()}, choices[-1][1]
    every = [line for _, line in choices]
    turns = [0, *(place for place in range(1, len(rest)) if any(line[place] != line[place - 1] for line in every))]
    ground, own = scope.ground, scope.run.zones
    names = {f"_at{place}": ground.fresh("value") for place in turns}
    values = {name: [line[place] for line in lines.values()] for name, place in zip(names, turns, strict=True)}
    assert own.frame is not None
    table = big_frame(scope.run.seed, {"_zone": list(lines), **values})
    ground.join(own.frame.join(table, how="inner", left_on="_zone", right_on="_zone"), (own.key,), None, names)
    found = nw.col(names["_at0"]).fill_null(rest[0])
    for place in turns[1:]:
        later = scope.moment >= periods[place]
        found = choose(later, nw.col(names[f"_at{place}"]).fill_null(rest[place]), found)
    kept = ground.fresh("value")
    ground.frame = ground.frame.with_columns(found.alias(kept))
    return nw.col(kept)

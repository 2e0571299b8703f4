"""Which of the packs at hand decide: the highest version of each id that has no hole; of the others why not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Literal

from shnor_engine.packs.pack import Pack

Standing = Literal["active", "draft", "refused", "disabled", "superseded"]
NOT_WANTED = "it is among the methodologies that are not wanted"


def version_order(version: str) -> tuple[tuple[int, int, str], ...]:
    """How versions are ordered: «1.10» comes after «1.9», a word before every number."""
    parts = version.replace("-", ".").split(".")
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts)


def denied(pack: Pack, without: Collection[str]) -> bool:
    """Whether a pack is among those not wanted, which are named by id or by `id@version`."""
    return pack.id in without or f"{pack.id}@{pack.version}" in without


def standing(
    packs: Sequence[Pack], holes: Sequence[str], without: Collection[str] = ()
) -> list[tuple[Standing, str]]:
    """The standing of each pack and why; `holes` says of each what is wrong with it, empty for nothing.

    Those not wanted (`without`) are disabled. Of the others of one id the highest version decides; a draft supersedes
    nothing. Two texts of one version are both refused, and of two equal ones the first stands: which came first never
    decides.
    """
    found = [_alone(pack, hole, without) for pack, hole in zip(packs, holes, strict=True)]
    places = sorted(range(len(packs)), key=lambda place: packs[place].id)
    for _, group in groupby(places, key=lambda place: packs[place].id):
        _one_id(packs, list(group), found)
    return found


def _alone(pack: Pack, hole: str, without: Collection[str]) -> tuple[Standing, str]:
    """The standing of a pack that nothing else is looked at for."""
    if denied(pack, without):
        return "disabled", NOT_WANTED
    return ("refused", hole) if hole else (pack.status, "")


def _one_id(packs: Sequence[Pack], places: Iterable[int], found: list[tuple[Standing, str]]) -> None:
    sound = [place for place in places if found[place][0] not in ("refused", "disabled")]
    for place in sound:
        twins = [other for other in sound if packs[other].version == packs[place].version]
        if len({packs[other].digest for other in twins}) > 1:
            why = f"there are two texts of version {packs[place].version}; give the newer one its own version"
            found[place] = "refused", why
    standing = [place for place in sound if found[place][0] in ("active", "draft")]
    for status in ("active", "draft"):
        of_status = [place for place in standing if packs[place].status == status]
        best = max(of_status, key=lambda place: (version_order(packs[place].version), -place), default=None)
        for place in of_status:
            if place != best and best is not None:
                found[place] = "superseded", f"version {packs[best].version} stands"

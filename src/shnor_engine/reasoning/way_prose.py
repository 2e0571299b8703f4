"""A way out as prose in Russian and English, and as JSON."""

from __future__ import annotations

from typing import Any

from shnor_engine.law.canon import plain
from shnor_engine.reasoning.decide import end_of, json_value
from shnor_engine.reasoning.explanation import clause_json, reason_json
from shnor_engine.reasoning.language import LIMIT, pick, span_text
from shnor_engine.reasoning.prose import bullets
from shnor_engine.reasoning.values import Span
from shnor_engine.reasoning.way_out import Change, Turn, WayOut


def prose(way: WayOut, language: str) -> str:
    """The whole text; raises `ValueError` for a language other than "ru" and "en"."""
    if language not in ("ru", "en"):
        raise ValueError(f"no language {language!r}; there are ru and en")
    return "\n".join(_SAID[way.kind](way, language))


def _already(way: WayOut, language: str) -> list[str]:
    return [_about(way, language) + pick(("менять ничего не нужно", "nothing need change"), language) + "."]


def _changed(way: WayOut, language: str) -> list[str]:
    head = pick(("достаточно, чтобы", "it is enough that"), language)
    lines = [f"{_about(way, language)}{head}"]
    lines += [f"– {_change(item, language)};" for item in way.changes]
    lines[-1] = lines[-1][:-1] + "."
    if way.kind == "least":
        return [*lines, pick(("Меньшего изменения недостаточно.", "No smaller change is enough."), language)]
    said = (
        "Это достаточное изменение; не доказано, что нет меньшего.",
        "A sufficient change; a smaller one may exist.",
    )
    return [*lines, pick(said, language)]


def _impossible(way: WayOut, language: str) -> list[str]:
    goal = way.goal_label[language]
    said = (f"решение «{goal}» недостижимо", f"no change makes the decision «{goal}»")
    lines = [f"{_whose(way, language)}: {pick(said, language)}: {way.why[language]}."]
    if way.because:
        lines[-1] = lines[-1][:-1] + ":"
        lines += bullets(way.because, language)
        lines[-1] = lines[-1].rstrip(";") + "."
    return lines


def _not_found(way: WayOut, language: str) -> list[str]:
    goal = way.goal_label[language]
    said = (f"изменения, после которого решение станет «{goal}», не найдено", f"no change to «{goal}» was found")
    return [f"{_whose(way, language)}: {pick(said, language)}: {way.why[language]}."]


_SAID = {
    "already": _already,
    "least": _changed,
    "sufficient": _changed,
    "impossible": _impossible,
    "not_found": _not_found,
}


def _about(way: WayOut, language: str) -> str:
    wish = pick(("чтобы решение стало", "for the decision to be"), language)
    return f"{_whose(way, language)}: {wish} «{way.goal_label[language]}», "


def _whose(way: WayOut, language: str) -> str:
    return ", ".join(part for part in (way.names[language], way.period[language]) if part)


def _change(item: Change, language: str) -> str:
    where = f"{item.place[language]}: " if item.place[language] else ""
    if item.truth:
        said = f"«{item.label[language]}» – {pick(('да', 'yes') if item.up else ('нет', 'no'), language)}"
    else:
        unit = f" {item.unit[language]}" if item.unit[language] else ""
        more = pick(("больше", "more") if item.up else ("меньше", "fewer"), language)
        if language == "ru":
            said = f"«{item.label.ru}» было на {item.units}{unit} {more} ({item.after} вместо {item.before})"
        else:
            said = f"«{item.label.en}» is {item.units}{unit} {more} ({item.after} instead of {item.before})"
    turns = "; ".join(_turn(turn, language) for turn in item.turns)
    return f"{where}{said}{f' – {turns}' if turns else ''}"


def _turn(turn: Turn, language: str) -> str:
    limit = turn.limit.lo if turn.limit.exact else None
    before, after = (
        span_text(value, language, share=turn.share, beside=limit) for value in (turn.before, turn.after)
    )
    need = f"{pick(LIMIT[turn.op], language)} {span_text(turn.limit, language, share=turn.share)}"
    source = f" ({turn.clause.cite(language)})" if turn.clause is not None else ""
    if language == "ru":
        return f"{turn.label.ru}: станет {after} вместо {before}; условие: {need}{source}"
    return f"{turn.label.en}: {after} instead of {before}; condition: {need}{source}"


def to_dict(way: WayOut) -> dict[str, Any]:
    """The JSON shape of a way out."""
    return {
        "schema": way.schema,
        "kind": way.kind,
        "keys": dict(way.keys),
        "goal": way.goal,
        "before": way.before.outcome,
        "after": way.after.outcome if way.after else None,
        "cost": way.cost,
        "changes": [_change_json(item) for item in way.changes],
        "because": [reason_json(item) for item in way.because],
        "why": plain(way.why),
        "rule": way.before.rule.id,
        "digest": way.before.rule.digest,
        "law": way.before.law,
        "on": way.before.on.isoformat(),
    }


def _change_json(item: Change) -> dict[str, Any]:
    return {
        "fact": item.fact,
        "field": item.field,
        "keys": dict(item.keys),
        "label": plain(item.label),
        "before": bool(item.before) if item.truth else item.before,
        "after": bool(item.after) if item.truth else item.after,
        "units": item.units,
        "up": item.up,
        "unit": plain(item.unit),
        "events": list(item.events),
        "turns": [
            {
                "label": plain(turn.label),
                "op": turn.op,
                "before": _span_json(turn.before),
                "after": _span_json(turn.after),
                "limit": _span_json(turn.limit),
                "param": turn.param or None,
                "clause": None if turn.clause is None else clause_json(turn.clause),
            }
            for turn in item.turns
        ],
    }


def _span_json(value: Span) -> Any:
    return json_value(value.lo if value.exact else (end_of(value.lo), end_of(value.hi)))
